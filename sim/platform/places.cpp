// Platform's names and targets: who is meant by what a person wrote.
#include <algorithm>
#include <numeric>

#include "base/assert.h"
#include "platform/topology.h"

namespace glasshive::platform {

HostId Platform::find_host(std::string_view name) const {
    const auto name_of = [this](std::uint32_t host) { return host_name(HostId{host}); };
    if (hosts_by_name_.empty()) {
        hosts_by_name_.resize(host_count());
        std::iota(hosts_by_name_.begin(), hosts_by_name_.end(), 0U);
        std::sort(hosts_by_name_.begin(), hosts_by_name_.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return name_of(a) < name_of(b); });
    }
    const auto at = std::lower_bound(
        hosts_by_name_.begin(), hosts_by_name_.end(), name,
        [&](std::uint32_t host, std::string_view wanted) { return name_of(host) < wanted; });
    if (at == hosts_by_name_.end() || name_of(*at) != name) return {};
    return HostId{*at};
}

std::string Platform::node_name(std::uint32_t node) const {
    if (node < host_count()) return std::string(host_name(HostId{node}));
    return fabric_.switches[node - host_count()];
}

std::string Platform::link_end_name(LinkId link, bool high) const {
    const LinkEnds& ends = fabric_.ends[link.index()];
    return node_name(high ? ends.high : ends.low);
}

std::string Platform::link_name(LinkId link) const {
    SIM_ASSERT(link.index() < link_count());
    const LinkEnds& ends = fabric_.ends[link.index()];
    std::string name = node_name(ends.low) + "--" + node_name(ends.high);
    // Parallel cables have neighbouring numbers.
    std::size_t first = link.index();
    while (first > 0 && fabric_.ends[first - 1].low == ends.low &&
           fabric_.ends[first - 1].high == ends.high) {
        --first;
    }
    if (first != link.index()) name += "#" + std::to_string(link.index() - first + 1);
    return name;
}

LinkId Platform::find_link(std::string_view name) const {
    if (link_index_.empty()) {
        link_index_.reserve(link_count());
        for (std::uint32_t l = 0; l < link_count(); ++l) {
            link_index_.emplace(link_name(LinkId{l}), l);
        }
    }
    const auto found = link_index_.find(std::string(name));
    return found == link_index_.end() ? LinkId{} : LinkId{found->second};
}

/// Of a zone, rack or host by name; none when unknown or when the target has no name.
std::uint32_t Platform::target_index(const TargetSpec& target) const {
    const auto in = [&](const std::vector<std::string>& list) {
        const auto at = std::find(list.begin(), list.end(), target.name);
        return at == list.end() ? LinkId::none : static_cast<std::uint32_t>(at - list.begin());
    };
    switch (target.of) {
        case TargetSpec::Of::host: return find_host(target.name).value;
        case TargetSpec::Of::zone: return in(zones_);
        case TargetSpec::Of::rack: return in(racks_);
        case TargetSpec::Of::all:
        case TargetSpec::Of::link: break;
    }
    return LinkId::none;
}

/// Whether a host or switch belongs to a target whose index is known. Nobody belongs to an unknown
/// one.
bool Platform::inside(std::uint32_t node, const TargetSpec& target, std::uint32_t index) const {
    if (target.of == TargetSpec::Of::all) return node < host_count();
    if (index == LinkId::none) return false;
    const bool is_host = node < host_count();
    switch (target.of) {
        case TargetSpec::Of::host: return node == index;
        case TargetSpec::Of::zone:
            return (is_host ? zone_of(HostId{node})
                            : fabric_.places[node - host_count()].zone) == index;
        case TargetSpec::Of::rack:
            return (is_host ? rack_of(HostId{node})
                            : fabric_.places[node - host_count()].rack) == index;
        case TargetSpec::Of::all:
        case TargetSpec::Of::link: break;
    }
    return false;
}

void Platform::hosts_of(const TargetSpec& target, std::vector<HostId>& out) const {
    if (target.of == TargetSpec::Of::link) return;
    const std::uint32_t index = target_index(target);
    if (target.of == TargetSpec::Of::host) {
        if (index != HostId::none) out.push_back(HostId{index});
        return;
    }
    for (std::uint32_t h = 0; h < host_count(); ++h) {
        if (inside(h, target, index)) out.push_back(HostId{h});
    }
}

void Platform::links_of(const TargetSpec& target, std::vector<LinkId>& out) const {
    if (target.of == TargetSpec::Of::link) {
        const LinkId link = find_link(target.name);
        if (link.valid()) out.push_back(link);
        return;
    }
    const std::uint32_t index = target_index(target);
    for (std::uint32_t l = 0; l < link_count(); ++l) {
        const LinkEnds& ends = fabric_.ends[l];
        if (inside(ends.low, target, index) != inside(ends.high, target, index)) {
            out.push_back(LinkId{l});
        }
    }
}

}   // namespace glasshive::platform
