#include "scenario/read_network.h"

namespace glasshive::scenario {

namespace {

using platform::LinkSpec;
using platform::TopologySpec;
using platform::UplinkSpec;

/// `between_zones` speaks of the way from one to another, which takes two uplinks.
void read_between(Map& map, const char* between, const char* uplink, LinkSpec& link) {
    const yaml::Value value = map.value(between);
    if (!value.exists()) return;
    map.check(!map.has(uplink), between, std::string(between) + " and " + uplink +
              " say the same thing in two ways", "remove one of them");
    LinkSpec both = link;
    both.latency *= 2;
    read_link(value, both);
    link = {both.bandwidth, both.latency / 2, both.loss};
}

void read_uplink(const yaml::Value& value, TopologySpec& topology) {
    Map map(Part::uplink, value);
    UplinkSpec uplink{.where = where_of(value)};
    const bool rack = map.read("rack", uplink.name);
    const bool zone = map.read("zone", uplink.name);
    if (rack == zone)
        value.error("an uplink belongs to one rack or one zone", "write rack or zone");
    uplink.of = zone ? UplinkSpec::Of::zone : UplinkSpec::Of::rack;
    uplink.link = zone ? topology.zone : topology.rack;
    read_link(map, uplink.link);
    topology.uplinks.push_back(uplink);
}

void read_local(const yaml::Value& value, TopologySpec& topology) {
    LinkSpec local{topology.local_bandwidth, topology.local_latency, 0};
    read_link(value, local);
    if (local.loss > 0) value.error("nothing is lost within a host", "remove loss");
    topology.local_bandwidth = local.bandwidth;
    topology.local_latency = local.latency;
}

void read_cable(const yaml::Value& value, TopologySpec& topology) {
    Map map(Part::cable, value);
    platform::ExplicitLinkSpec cable{.where = where_of(value)};
    read_link(map, cable.link);
    const auto ends = texts_of(map.required("between"));
    if (ends.size() == 2) {
        cable.a = ends[0].first;
        cable.b = ends[1].first;
        topology.links.push_back(cable);
    } else if (map.has("between")) {
        map.value("between").error("a cable has two ends, not " + std::to_string(ends.size()),
                                   "between: [node-1, switch]");
    }
}

}   // namespace

void read_link(Map& map, LinkSpec& link) {
    map.read("bandwidth", link.bandwidth);
    if (!map.check(link.bandwidth.count > 0, "bandwidth", "a link carries more than 0bps")) {
        link.bandwidth = LinkSpec{}.bandwidth;
    }
    map.read("latency", link.latency);
    map.value("loss").into_fraction(link.loss);
}

void read_link(const yaml::Value& value, LinkSpec& link) {
    Map map(Part::link, value);
    read_link(map, link);
}

void read_links(const yaml::Value& value, TopologySpec& topology) {
    if (value.node().is_list()) {
        for (const yaml::Value& cable : value.items()) read_cable(cable, topology);
        return;
    }
    Map map(Part::links, value);
    read_link(map.value("access"), topology.access);
    read_link(map.value("rack"), topology.rack);
    read_link(map.value("zone"), topology.zone);
    read_between(map, "between_racks", "rack", topology.rack);
    read_between(map, "between_zones", "zone", topology.zone);
    read_local(map.value("local"), topology);
    for (const yaml::Value& uplink : map.value("uplinks").items()) read_uplink(uplink, topology);
}

void read_fat_tree(const yaml::Value& value, TopologySpec& topology) {
    Map map(Part::fat_tree, value);
    map.read("k", topology.k, {2, 1024});
    map.check(topology.k % 2 == 0, "k", "switches of a fat tree have an even number of ports");
    for (const yaml::Value& item : map.value("levels").items()) {
        Map level_map(Part::fat_tree_level, item);
        platform::FatTreeLevelSpec level;
        level_map.read("down", level.down, {1, 1'000'000});
        level_map.read("up", level.up, {1, 1'000'000});
        level_map.read("parallel", level.parallel, {1, 1000});
        read_link(level_map, level.link);
        topology.levels.push_back(level);
    }
    map.check(topology.k == 0 || topology.levels.empty(), "levels",
              "k and levels say the same thing in two ways", "remove one of them");
}

}   // namespace glasshive::scenario
