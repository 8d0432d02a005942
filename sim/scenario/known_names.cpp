#include "scenario/known_names.h"

#include <algorithm>

#include "scenario/schema.h"

namespace glasshive::scenario {

bool Names::add(const std::string& name) {
    if (!known_.insert(name).second) return false;
    list_.push_back(name);
    return true;
}

Places places_of(const platform::HostList& hosts) {
    Places places;
    for (const platform::HostList::Entry& host : hosts.hosts) places.hosts.add(host.name);
    for (const std::string& zone : hosts.zones) places.zones.add(zone);
    for (const std::string& rack : hosts.racks) places.racks.add(rack);
    return places;
}

Names names_of(const std::vector<swarm::ServiceSpec>& services) {
    Names names;
    for (const swarm::ServiceSpec& service : services) names.add(service.name);
    return names;
}

std::string unknown_hint(const std::string& name, const Names& names, const std::string& plural) {
    if (names.list().empty()) return "there are no " + plural;
    // Comparing with all names of a large platform, at each of many mistakes, would take minutes.
    constexpr std::size_t compared_max = 1000;
    const std::vector<std::string>& all = names.list();
    const std::size_t count = std::min(all.size(), compared_max);
    const std::string near = nearest(
        name, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)});
    return (near.empty() ? "" : "did you mean " + near + "? ") + plural + " are " + listed(all);
}

}   // namespace glasshive::scenario
