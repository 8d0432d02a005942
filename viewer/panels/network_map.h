#pragma once

#include <set>
#include <vector>

#include "viewer/draw/widgets.h"
#include "viewer/model/wire_tree.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// The network of one instant, as the panel keeps it.
struct NetworkMemory {
    Time at{};
    EventId last{};
    std::size_t hosts = 0;
    bool read = false;
    Wires wires;
    WireTree tree;
    std::vector<Mood> calm;     ///< By place, were all hosts on.
    std::vector<Mood> moods;    ///< By place; hosts alone.
    std::vector<int> unusual;   ///< Places of hosts that are not on.
    std::set<NameId> cut;       ///< Hosts on the named sides of partitions,
    std::vector<NameId> cuts;   ///< and these partitions' faults.
};

/// The panel's room and what is drawn into it.
struct NetworkMap {
    Context& context;
    const Pen& pen;
    const NetworkMemory& memory;
    ImVec2 centre, radius;
    bool words = true;   ///< Room for a name at every host.
    ImVec2 at(int place) const {
        const WirePlace& one = memory.tree.places[static_cast<std::size_t>(place)];
        return {centre.x + one.x * radius.x, centre.y + one.y * radius.y};
    }
    /// A share of the way along a path.
    ImVec2 along(const std::vector<int>& path, float share) const {
        const float place = std::clamp(share, 0.0F, 1.0F) * static_cast<float>(path.size() - 1);
        const auto i = std::min(path.size() - 2, static_cast<std::size_t>(place));
        const ImVec2 a = at(path[i]);
        const ImVec2 b = at(path[i + 1]);
        const float rest = place - static_cast<float>(i);
        return {a.x + (b.x - a.x) * rest, a.y + (b.y - a.y) * rest};
    }
};

/// More places than this are a rim of one colour: only what differs is drawn.
constexpr std::size_t rim_from = 20'000;

/// Links with their load; the one under the mouse answers it.
void draw_links(const NetworkMap& map);
/// A host or a switch.
void draw_place(const NetworkMap& map, std::size_t place);

}   // namespace glasshive::viewer
