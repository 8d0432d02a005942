#pragma once

#include <array>
#include <cstdint>

namespace glasshive::swarm {

/// A whole GPU, in the thousandths that tasks may share of it.
inline constexpr std::int32_t whole_gpu = 1000;
/// The most GPUs of one node.
inline constexpr std::size_t gpus_most = 16;

/// Which GPUs of a node, one bit each; 0: none.
using GpuMask = std::uint16_t;
/// Models of GPUs as a trace numbers them, one bit each; 0: any.
using GpuModels = std::uint32_t;

/// What a task asks: `count` GPUs, `milli` thousandths of each; shares only of a single one.
struct GpuNeed {
    std::int32_t count = 0;
    std::int32_t milli = 0;
    GpuModels models = 0;

    std::int64_t total() const { return std::int64_t{count} * milli; }
    bool shares() const { return count == 1 && milli < whole_gpu; }
    /// Whether it may run on GPUs of these models (one bit, or none for a node without a name).
    bool allows(GpuModels model) const { return models == 0 || (models & model) != 0; }
    friend auto operator<=>(const GpuNeed&, const GpuNeed&) = default;
};

/// A node's GPUs: what no task has of each, and how many tasks of each kind are there. Swarm's own
/// generic resources know whole GPUs alone; traces share them.
/// Source: alibaba/clusterdata cluster-trace-gpu-v2023.
struct Gpus {
    std::array<std::int16_t, gpus_most> left{};   ///< Thousandths, of the first `count`.
    std::uint8_t count = 0;
    GpuModels model = 0;   ///< One bit; 0: of no known model.
    /// Tasks there: [0] those with a share of a GPU, [k] those with k whole ones.
    std::array<std::uint16_t, gpus_most + 1> tasks{};

    std::int64_t total_left() const {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += left[i];
        return sum;
    }
    /// How many have at least `milli` thousandths left.
    std::int32_t with(std::int32_t milli) const {
        std::int32_t found = 0;
        for (std::size_t i = 0; i < count; ++i) found += left[i] >= milli ? 1 : 0;
        return found;
    }
    bool has(const GpuNeed& need) const {
        return need.count == 0 || (need.allows(model) && with(need.milli) >= need.count);
    }
    /// The first GPUs with enough left: what whole ones are taken from. Requires has(need).
    GpuMask first(const GpuNeed& need) const;
    /// Of those with enough left, the one with least; the first of equals. Requires has(need).
    GpuMask tightest(const GpuNeed& need) const;
    void take(const GpuNeed& need, GpuMask which);
    void give_back(const GpuNeed& need, GpuMask which);
    /// As if the first of `whole` were taken wholly, `free` at the end left: generic resources do
    /// not say which.
    void set_whole(std::int64_t whole, std::int64_t free);

  private:
    void move(const GpuNeed& need, GpuMask which, int sign);
};

/// Where tasks.[…] counts such a task.
inline std::size_t gpu_kind(const GpuNeed& need) {
    return need.shares() ? 0 : static_cast<std::size_t>(need.count);
}

}   // namespace glasshive::swarm
