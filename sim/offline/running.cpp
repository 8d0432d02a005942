#include "offline/running.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::offline {

Slot RunningSet::start(const Waiter& task, const std::vector<Placement>& places, Time now) {
    if (free_.empty()) {
        free_.push_back(static_cast<Slot>(slots_.size()));
        slots_.emplace_back();
    }
    const Slot slot = free_.back();
    free_.pop_back();
    Running& running = slots_[slot];
    running.task = task;
    running.places.assign(places);
    running.since = now;
    running.number = ++started_;
    ++count_;
    if (!on_.empty()) {
        for (const Placement& place : places) on_[place.node.index()].push_back(slot);
    }
    return slot;
}

const Running& RunningSet::stop(Slot slot) {
    Running& running = slots_[slot];
    SIM_ASSERT(!running.places.empty());
    if (!on_.empty()) {
        for (const Placement& place : running.places) {
            std::vector<Slot>& there = on_[place.node.index()];
            const auto at = std::find(there.begin(), there.end(), slot);
            SIM_ASSERT(at != there.end());
            *at = there.back();
            there.pop_back();
        }
    }
    std::swap(stopped_, running);   // Its room is used again, too.
    running.places.clear();
    free_.push_back(slot);
    --count_;
    return stopped_;
}

}   // namespace glasshive::offline
