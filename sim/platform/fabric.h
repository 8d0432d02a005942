#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "platform/explicit_routes.h"
#include "platform/fat_tree.h"
#include "platform/spec.h"
#include "platform/spec_check.h"

namespace glasshive::platform {

/// What one link does, as built or as it is now.
struct LinkQuality {
    Duration latency{};            ///< One way.
    Bandwidth bandwidth{};
    std::uint32_t loss_ppm = 0;
    std::uint32_t down = 0;        ///< How many faults hold it down.
};

/// The two ends of a link: numbers below the host count are hosts, the others switches.
struct LinkEnds {
    std::uint32_t low;
    std::uint32_t high;
};

/// Every host hangs on one switch: link h belongs to host h.
struct StarRoutes {
    template <class Visit>
    bool walk(std::uint32_t from, std::uint32_t to, Visit&& visit) const {
        visit(from);
        visit(to);
        return true;
    }
};

/// host – rack – zone – core. Links: one per host, then one per rack, then one per zone.
struct TreeRoutes {
    std::vector<std::uint32_t> rack_of_host;
    std::vector<std::uint32_t> zone_of_rack;

    template <class Visit>
    bool walk(std::uint32_t from, std::uint32_t to, Visit&& visit) const {
        const auto hosts = static_cast<std::uint32_t>(rack_of_host.size());
        const std::uint32_t rack_from = rack_of_host[from], rack_to = rack_of_host[to];
        visit(from);
        if (rack_from != rack_to) {
            visit(hosts + rack_from);
            const std::uint32_t zone_from = zone_of_rack[rack_from];
            const std::uint32_t zone_to = zone_of_rack[rack_to];
            if (zone_from != zone_to) {
                const auto racks = static_cast<std::uint32_t>(zone_of_rack.size());
                visit(hosts + racks + zone_from);
                visit(hosts + racks + zone_to);
            }
            visit(hosts + rack_to);
        }
        visit(to);
        return true;
    }
};

/// Where a switch stands: its rack and zone, when it belongs to one.
struct SwitchPlace {
    std::uint32_t zone = UINT32_MAX;
    std::uint32_t rack = UINT32_MAX;
};

/// The network as built, before any fault: links, what they join, and how a route is found.
///
/// `routes` calls visit(link index) for the links from one host to another, in order, and returns
/// false when there is no way. Requires two different hosts.
struct Fabric {
    std::vector<LinkQuality> links;
    std::vector<LinkEnds> ends;             ///< One per link.
    std::vector<std::string> switches;      ///< Names.
    std::vector<SwitchPlace> places;        ///< One per switch.
    std::variant<StarRoutes, TreeRoutes, FatTreeRoutes, ExplicitRoutes> routes;
};

/// Builds what `spec.topology` says for those hosts. Requires a spec that check() accepts.
Fabric build_fabric(const PlatformSpec& spec, const HostList& hosts);

/// A share of 0..1 in parts per million, rounded.
std::uint32_t ppm_of(double share);

}   // namespace glasshive::platform
