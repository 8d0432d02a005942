#include "kernel/jitter.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::kernel {

std::uint32_t Jitter::add(std::string label, Duration mean) {
    SIM_ASSERT(mean > Duration::zero());
    groups_.push_back({.label = std::move(label), .mean = mean, .links = {}});
    return static_cast<std::uint32_t>(groups_.size());
}

void Jitter::set(ProcessId process, std::uint32_t group) {
    SIM_ASSERT(group > 0);
    SIM_ASSERT(group <= groups_.size());
    if (of_.size() <= process.index()) of_.resize(process.index() + 1);
    of_[process.index()] = group;
}

Duration Jitter::draw(ProcessId from, ProcessId to, std::pair<HostId, std::string_view> from_host,
                      std::pair<HostId, std::string_view> to_host) {
    const std::uint32_t number = group_of(from);
    if (number == 0 || number != group_of(to) || from_host.first == to_host.first) return {};
    Group& group = groups_[number - 1];
    const std::pair key{from_host.first, to_host.first};
    auto link = group.links.find(key);
    if (link == group.links.end()) {
        std::string name = group.label;
        for (const std::string_view host : {from_host.second, to_host.second}) {
            name += '/';
            name += host;
        }
        link = group.links.emplace(key, Rng(seed_, name)).first;
    }
    return std::min(link->second.exponential(group.mean), 10 * group.mean);
}

}   // namespace glasshive::kernel
