#include "scenario/known_names.h"

#include "scenario/schema.h"

namespace glasshive::scenario {

std::vector<std::string> names_of(const platform::HostList& hosts) {
    std::vector<std::string> names;
    for (const platform::HostList::Entry& host : hosts.hosts) names.push_back(host.name);
    return names;
}

std::vector<std::string> names_of(const std::vector<swarm::ServiceSpec>& services) {
    std::vector<std::string> names;
    for (const swarm::ServiceSpec& service : services) names.push_back(service.name);
    return names;
}

std::string unknown_hint(const std::string& name, const std::vector<std::string>& names,
                         const std::string& plural) {
    if (names.empty()) return "there are no " + plural;
    const std::string near = nearest(name, names);
    return (near.empty() ? "" : "did you mean " + near + "? ") + plural + " are " + listed(names);
}

}   // namespace glasshive::scenario
