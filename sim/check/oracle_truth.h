#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "check/name_map.h"
#include "check/oracle.h"

namespace glasshive::check {

/// How sure it is that two hosts can talk in both directions.
enum class Reach : std::uint8_t { yes, no, unsure };

/// What is so, whatever the managers believe: power, links, active faults. A fold over host.*,
/// link.* and fault.* events.
class GroundTruth {
  public:
    GroundTruth(const Names& names, const OracleInput& input) : names_(names), input_(input) {}

    void apply(const Event& event);

    bool is_on(NameId host) const { return !off_.at(host); }
    /// On and not frozen.
    bool executes(NameId host) const { return is_on(host) && !paused_.at(host); }
    /// Both directions, as things stand now.
    Reach reach(NameId a, NameId b) const;
    /// When a fault last struck or ended.
    Time last_change() const { return last_change_; }
    bool any_active() const { return !active_.empty(); }
    /// Something slows transfers down, so that they may take any time.
    bool transfers_slowed() const;

  private:
    struct Link {
        NameId a, b;
        bool up = true;
    };

    bool cables_connect(NameId a, NameId b) const;
    Reach by_partitions(NameId a, NameId b) const;
    bool network_is_bad() const;
    int group_of(const platform::FaultSpec& fault, NameId host) const;
    bool is_in(const std::vector<platform::TargetSpec>& group, const OracleNode& node) const;
    const OracleNode* node(NameId host) const;

    const Names& names_;
    const OracleInput& input_;
    NameMap<char> off_{false}, paused_{false};
    std::map<NameId, Link> links_;
    std::set<NameId> hosts_;
    std::map<EventId, std::size_t> active_;   // fault.started: the fault's number.
    std::size_t links_down_ = 0;
    Time last_change_{};
};

}   // namespace glasshive::check
