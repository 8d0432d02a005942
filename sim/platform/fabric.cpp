#include "platform/fabric.h"

#include <map>
#include <utility>

#include "base/assert.h"

namespace glasshive::platform {

std::uint32_t ppm_of(double share) {
    SIM_ASSERT(share >= 0);
    SIM_ASSERT(share <= 1);
    return static_cast<std::uint32_t>(share * 1e6 + 0.5);
}

namespace {

LinkQuality quality_of(const LinkSpec& spec) {
    return {.latency = spec.latency, .bandwidth = spec.bandwidth, .loss_ppm = ppm_of(spec.loss)};
}

void add_link(Fabric& fabric, const LinkSpec& spec, std::uint32_t low, std::uint32_t high) {
    fabric.links.push_back(quality_of(spec));
    fabric.ends.push_back({low, high});
}

void add_switch(Fabric& fabric, std::string name, SwitchPlace place = {}) {
    fabric.switches.push_back(std::move(name));
    fabric.places.push_back(place);
}

/// The access link of a host: its group's own, or `usual`.
const LinkSpec& access_of(const PlatformSpec& spec, const HostList::Entry& host,
                          const LinkSpec& usual) {
    const auto& own = spec.hosts[host.group].link;
    return own ? *own : usual;
}

Fabric build_star(const PlatformSpec& spec, const HostList& list) {
    Fabric fabric;
    add_switch(fabric, "core");
    const auto hosts = static_cast<std::uint32_t>(list.hosts.size());
    fabric.links.reserve(hosts);
    fabric.ends.reserve(hosts);
    for (std::uint32_t h = 0; h < hosts; ++h) {
        add_link(fabric, access_of(spec, list.hosts[h], spec.topology.access), h, hosts);
    }
    fabric.routes = StarRoutes{};
    return fabric;
}

const LinkSpec& uplink_of(const TopologySpec& topology, UplinkSpec::Of of, const std::string& name,
                          const LinkSpec& usual) {
    for (const UplinkSpec& uplink : topology.uplinks) {
        if (uplink.of == of && uplink.name == name) return uplink.link;
    }
    return usual;
}

Fabric build_tree(const PlatformSpec& spec, const HostList& list) {
    Fabric fabric;
    const TopologySpec& topology = spec.topology;
    const auto hosts = static_cast<std::uint32_t>(list.hosts.size());
    const auto racks = static_cast<std::uint32_t>(list.racks.size());
    const auto zones = static_cast<std::uint32_t>(list.zones.size());
    TreeRoutes routes{std::vector<std::uint32_t>(hosts), list.zone_of_rack};
    fabric.links.reserve(hosts + racks + zones);
    fabric.ends.reserve(hosts + racks + zones);
    for (std::uint32_t h = 0; h < hosts; ++h) {
        routes.rack_of_host[h] = list.hosts[h].rack;
        add_link(fabric, access_of(spec, list.hosts[h], topology.access), h,
                 hosts + list.hosts[h].rack);
    }
    for (std::uint32_t r = 0; r < racks; ++r) {
        const std::uint32_t zone = list.zone_of_rack[r];
        add_switch(fabric, "rack/" + list.racks[r], {zone, r});
        add_link(fabric, uplink_of(topology, UplinkSpec::Of::rack, list.racks[r], topology.rack),
                 hosts + r, hosts + racks + zone);
    }
    for (std::uint32_t z = 0; z < zones; ++z) {
        add_switch(fabric, "zone/" + list.zones[z], {z, UINT32_MAX});
        add_link(fabric, uplink_of(topology, UplinkSpec::Of::zone, list.zones[z], topology.zone),
                 hosts + racks + z, hosts + racks + zones);
    }
    add_switch(fabric, "core");
    fabric.routes = std::move(routes);
    return fabric;
}

Fabric build_fat_tree(const PlatformSpec& spec, const HostList& list) {
    Fabric fabric;
    const auto hosts = static_cast<std::uint32_t>(list.hosts.size());
    const std::vector<FatTreeLevelSpec> levels = fat_tree_levels(spec.topology, hosts);
    FatTreeRoutes routes(levels, hosts);
    std::vector<std::uint32_t> first_node{0};   // Of each level, hosts being level 0.
    for (std::uint32_t l = 1; l <= routes.levels(); ++l) {
        first_node.push_back(first_node.back() + routes.node_count(l - 1));
        for (std::uint32_t s = 0; s < routes.node_count(l); ++s) {
            add_switch(fabric, "level" + std::to_string(l) + "/" + std::to_string(s + 1));
        }
    }
    fabric.links.resize(routes.link_count());
    fabric.ends.resize(routes.link_count());
    std::vector<LinkQuality> quality;
    for (const FatTreeLevelSpec& level : levels) quality.push_back(quality_of(level.link));
    routes.each_link([&](std::uint32_t link, std::uint32_t level, std::uint32_t child,
                         std::uint32_t parent) {
        fabric.links[link] = quality[level - 1];
        fabric.ends[link] = {first_node[level - 1] + child, first_node[level] + parent};
        if (level == 1 && spec.hosts[list.hosts[child].group].link) {
            fabric.links[link] = quality_of(*spec.hosts[list.hosts[child].group].link);
        }
    });
    fabric.routes = std::move(routes);
    return fabric;
}

Fabric build_explicit(const PlatformSpec& spec, const HostList& list) {
    Fabric fabric;
    const auto hosts = static_cast<std::uint32_t>(list.hosts.size());
    std::map<std::string, std::uint32_t> nodes;
    for (std::uint32_t h = 0; h < hosts; ++h) nodes.emplace(list.hosts[h].name, h);
    const auto node_of = [&](const std::string& name) {
        const auto [at, is_new] = nodes.try_emplace(
            name, hosts + static_cast<std::uint32_t>(fabric.switches.size()));
        if (is_new) add_switch(fabric, name);
        return at->second;
    };
    std::vector<ExplicitRoutes::Edge> edges;
    for (const ExplicitLinkSpec& link : spec.topology.links) {
        const std::uint32_t a = node_of(link.a), b = node_of(link.b);
        add_link(fabric, link.link, a, b);
        edges.push_back({a, b, link.link.latency.count()});
    }
    fabric.routes = ExplicitRoutes(hosts, fabric.switches, edges);
    return fabric;
}

}   // namespace

Fabric build_fabric(const PlatformSpec& spec, const HostList& hosts) {
    switch (spec.topology.kind) {
        case TopologyKind::star: return build_star(spec, hosts);
        case TopologyKind::tree: return build_tree(spec, hosts);
        case TopologyKind::fat_tree: return build_fat_tree(spec, hosts);
        case TopologyKind::explicit_links: return build_explicit(spec, hosts);
    }
    SIM_ASSERT(false);
    return {};
}

}   // namespace glasshive::platform
