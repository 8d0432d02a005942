#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace glasshive::platform {

/// Who may not talk to whom: a predicate on the directed pair (from, to), never a link state.
///
/// Each host is in one group or in none; what passes between two different groups is struck, what a
/// host in no group sends or gets is not. One-way: only what leaves the first group for another.
class HostGroups {
  public:
    HostGroups(std::size_t hosts, bool one_way) : group_of_(hosts, 0), one_way_(one_way) {}

    /// Puts a host into a group, from 1. A host already in one stays there.
    void add(HostId host, std::uint16_t group) {
        if (group_of_[host.index()] == 0) group_of_[host.index()] = group;
    }
    /// Puts every host that has none into `group`.
    void add_the_rest(std::uint16_t group) {
        for (std::uint16_t& of_host : group_of_) {
            if (of_host == 0) of_host = group;
        }
    }
    bool strikes(HostId from, HostId to) const {
        const std::uint16_t a = group_of_[from.index()], b = group_of_[to.index()];
        if (a == 0 || b == 0 || a == b) return false;
        return !one_way_ || a == 1;
    }

  private:
    std::vector<std::uint16_t> group_of_;
    bool one_way_;
};

}   // namespace glasshive::platform
