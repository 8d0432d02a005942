#pragma once

#include <map>
#include <string>
#include <vector>

#include "check/conservation.h"
#include "check/invariants.h"
#include "check/oracle.h"
#include "scenario/spec.h"
#include "session/watch_small_stores.h"
#include "session/watch_stores.h"
#include "world/world.h"

namespace glasshive::session {

/// Everything that finds us wrong, together: properties at every event, the books of bytes at every
/// pause, and the oracle's opinion of the end.
class Watch final : public EventSink {
  public:
    Watch(const Names& names, const scenario::ScenarioSpec& spec);

    void on_event(const Event& event, std::string_view text) override;
    /// The run stands between two entries of its queue.
    void look(world::World& world);
    /// The run is over at `end`. Each finding in words, with its instant and event. Call once.
    std::vector<std::string> finish(world::World& world, Time end);
    /// How often the oracle drew each of its conclusions. After finish().
    const std::map<std::string, std::int64_t>& judged() const { return judged_; }

  private:
    check::InvariantSet invariants_;
    check::BytesConserved conservation_;
    check::Oracle oracle_;
    StoreWatch stores_;
    SmallStoreWatch small_stores_;
    std::map<std::string, std::int64_t> judged_;
};

/// What each host offers, by name.
std::vector<check::HostCapacity> capacities(const scenario::ScenarioSpec& spec);
/// The scenario as the oracle reads it.
check::OracleInput oracle_input(const scenario::ScenarioSpec& spec);

}   // namespace glasshive::session
