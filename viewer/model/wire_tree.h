#pragma once

#include <map>
#include <vector>

#include "viewer/model/wires.h"

namespace glasshive::viewer {

/// Where hosts and switches stand when links are drawn as the tree they are: what is uppermost in
/// the middle, hosts on the rim, those of one switch side by side.
struct WirePlace {
    NameId name;
    float x = 0, y = 0;   ///< -1..1 each, the rim being 1 away from the middle.
    int up = -1;          ///< The place its first link leads up to; -1: none.
    int link = -1;        ///< Which of Wires::links that is.
    int hosts = 0;        ///< Hosts at or below it.
    bool host = false;
};

struct WireTree {
    std::vector<WirePlace> places;
    std::map<NameId, int> of;   ///< By name.

    int find(NameId name) const {
        const auto found = of.find(name);
        return found == of.end() ? -1 : found->second;
    }
    /// The way between two places over what is above both: places in order, both ends included.
    /// Empty when there is none.
    std::vector<int> path(int from, int to) const;
};

WireTree tree_of(const Wires& wires, const Picture& picture);
/// Counts flows on every link of their way.
void count_flows(Wires& wires, const WireTree& tree);

}   // namespace glasshive::viewer
