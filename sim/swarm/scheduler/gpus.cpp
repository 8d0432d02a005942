#include "swarm/scheduler/gpus.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::swarm {

namespace {
GpuMask bit(std::size_t gpu) { return static_cast<GpuMask>(1U << gpu); }
}   // namespace

GpuMask Gpus::first(const GpuNeed& need) const {
    GpuMask which = 0;
    std::int32_t missing = need.count;
    for (std::size_t i = 0; i < count && missing > 0; ++i) {
        if (left[i] < need.milli) continue;
        which = static_cast<GpuMask>(which | bit(i));
        --missing;
    }
    SIM_ASSERT(missing == 0);
    return which;
}

GpuMask Gpus::tightest(const GpuNeed& need) const {
    std::size_t best = count;
    for (std::size_t i = 0; i < count; ++i) {
        if (left[i] >= need.milli && (best == count || left[i] < left[best])) best = i;
    }
    SIM_ASSERT(best < count);
    return bit(best);
}

void Gpus::move(const GpuNeed& need, GpuMask which, int sign) {
    if (need.count == 0) return;
    std::int32_t moved = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if ((which & bit(i)) == 0) continue;
        left[i] = static_cast<std::int16_t>(left[i] - sign * need.milli);
        SIM_ASSERT(left[i] >= 0 && left[i] <= whole_gpu);
        ++moved;
    }
    SIM_ASSERT(moved == need.count);
    std::uint16_t& there = tasks[gpu_kind(need)];
    there = static_cast<std::uint16_t>(there + sign);
}

void Gpus::take(const GpuNeed& need, GpuMask which) { move(need, which, +1); }
void Gpus::give_back(const GpuNeed& need, GpuMask which) { move(need, which, -1); }

void Gpus::set_whole(std::int64_t whole, std::int64_t free) {
    count = static_cast<std::uint8_t>(std::clamp<std::int64_t>(whole, 0, gpus_most));
    const std::int64_t taken = count - std::clamp<std::int64_t>(free, 0, count);
    for (std::size_t i = 0; i < count; ++i) {
        left[i] = static_cast<std::int64_t>(i) < taken ? 0 : whole_gpu;
    }
}

}   // namespace glasshive::swarm
