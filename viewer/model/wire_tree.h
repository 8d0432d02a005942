#pragma once

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
    std::vector<int> of;        ///< By NameId; -1: nowhere.
    std::vector<int> of_link;   ///< By link: the place that it leads up from; -1: none.
    std::vector<int> inner;     ///< Places that are no hosts.

    int find(NameId name) const { return name.value < of.size() ? of[name.value] : -1; }
    /// The way between two places over what is above both: places in order, both ends included.
    /// Empty when there is none.
    std::vector<int> path(int from, int to) const;
};

WireTree tree_of(const Wires& wires, const Picture& picture);
/// Counts flows on every link of their way.
void count_flows(Wires& wires, const WireTree& tree);

}   // namespace glasshive::viewer
