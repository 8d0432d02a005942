#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "platform/spec.h"
#include "platform/topology.h"

/// Short words for platform tests: specs with round figures, and questions about paths.
namespace glasshive::platform::test {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline LinkSpec link(std::int64_t mbps, std::int64_t latency_us, double loss = 0) {
    return {megabits(mbps), microseconds{latency_us}, loss};
}

inline HostGroupSpec group(std::string name, int count, std::vector<std::string> zones = {},
                           int racks_per_zone = 1) {
    HostGroupSpec spec;
    spec.name = std::move(name);
    spec.count = count;
    spec.zones = std::move(zones);
    spec.racks_per_zone = racks_per_zone;
    return spec;
}

/// `hosts` hosts named node-1… around one switch: 1 Gbit/s and 50 us each.
inline PlatformSpec star(int hosts) {
    PlatformSpec spec;
    spec.hosts = {group("node", hosts)};
    return spec;
}

/// Two zones of two racks of two hosts: n1 n2 | n3 n4 || n5 n6 | n7 n8.
inline PlatformSpec small_tree() {
    PlatformSpec spec;
    spec.hosts = {group("n{}", 4, {"a", "b"}, 2)};
    spec.topology.kind = TopologyKind::tree;
    spec.topology.access = link(1000, 50);
    spec.topology.rack = link(4000, 100);
    spec.topology.zone = link(400, 1000);
    return spec;
}

inline HostId host(const Platform& platform, const std::string& name) {
    return platform.find_host(name);
}

/// The names of the links of a route.
inline std::vector<std::string> route(const Platform& platform, const std::string& from,
                                      const std::string& to) {
    std::vector<LinkId> links;
    platform.route(host(platform, from), host(platform, to), links);
    std::vector<std::string> names;
    for (const LinkId id : links) names.push_back(platform.link_name(id));
    return names;
}

inline kernel::PathInfo path(const Platform& platform, const std::string& from,
                             const std::string& to) {
    return platform.path(host(platform, from), host(platform, to));
}

inline bool connected(const Platform& platform, const std::string& from, const std::string& to) {
    return path(platform, from, to).connected;
}

}   // namespace glasshive::platform::test
