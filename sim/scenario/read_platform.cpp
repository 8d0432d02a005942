#include "scenario/read_platform.h"

#include "platform/spec_check.h"
#include "scenario/read_network.h"

namespace glasshive::scenario {

namespace {

using platform::HostGroupSpec;
using platform::PlatformSpec;
using platform::RoleHint;
using platform::TopologyKind;

constexpr int count_max = static_cast<int>(platform::hosts_max);

void read_disk(const yaml::Value& value, platform::DiskSpec& disk) {
    if (value.node().is_scalar()) {
        if (!value.into(disk.read)) return;
        if (disk.read.count <= 0) {
            value.error("a disk moves more than 0bps");
            disk.read = platform::DiskSpec{}.read;
        }
        disk.write = disk.read;
        return;
    }
    Map map(Part::disk, value);
    map.read("capacity", disk.capacity);
    map.read("read", disk.read);
    map.read("write", disk.write);
    const platform::DiskSpec sound;
    if (!map.check(disk.read.count > 0, "read", "a disk reads more than 0bps")) {
        disk.read = sound.read;
    }
    if (!map.check(disk.write.count > 0, "write", "a disk writes more than 0bps")) {
        disk.write = sound.write;
    }
}

/// The keys of a host, wherever they stand.
void read_shape(Map& map, HostGroupSpec& group) {
    map.read("cpus", group.cores);
    if (!map.check(group.cores.count > 0, "cpus", "a host needs more than 0 CPUs")) {
        group.cores = HostGroupSpec{}.cores;
    }
    map.read("speed", group.speed, {0.001, 1000});
    map.read("memory", group.memory);
    if (!map.check(group.memory.count > 0, "memory", "a host needs memory")) {
        group.memory = HostGroupSpec{}.memory;
    }
    read_disk(map.value("disk"), group.disk);
    map.read("role", group.role, {{"manager", RoleHint::manager},
                                  {"worker", RoleHint::worker},
                                  {"none", RoleHint::none}});
    const auto labels = map.value("labels").entries();
    if (!labels.empty()) group.labels.clear();
    for (const auto& [key, value] : labels) {
        std::string text;
        if (value.into(text)) group.labels.emplace_back(key, text);
    }
    const auto generic = map.value("generic_resources").entries();
    if (!generic.empty()) group.generic_resources.clear();
    for (const auto& [key, value] : generic) {
        std::int64_t amount = 0;
        if (value.into(amount, {0, 1'000'000})) group.generic_resources.emplace_back(key, amount);
    }
    const yaml::Value link = map.value("link");
    if (!link.exists()) return;
    group.link = platform::LinkSpec{};
    read_link(link, *group.link);
}

HostGroupSpec read_host(const yaml::Value& value, HostGroupSpec group) {
    Map map(Part::host_shape, value);
    read_shape(map, group);
    return group;
}

/// The groups of hosts read so far. Reading stops when they are too many, which platform::check
/// will report: a hostile file must not make millions of groups with thousands of labels first.
class Groups {
  public:
    explicit Groups(std::vector<HostGroupSpec>& groups) : groups_(groups) {}
    bool full() const {
        return std::ssize(groups_) > platform::hosts_max || labels_ > platform::labels_max;
    }
    void add(HostGroupSpec group) {
        labels_ += std::ssize(group.labels);
        groups_.push_back(std::move(group));
    }

  private:
    std::vector<HostGroupSpec>& groups_;
    std::int64_t labels_ = 0;
};

void read_host_group(const yaml::Value& value, const HostGroupSpec& shape, Groups& groups) {
    Map map(Part::host_group, value);
    HostGroupSpec group = shape;
    group.where = where_of(value);
    map.read("name", group.name);
    map.read("count", group.count, {1, count_max});
    for (const auto& [zone, place] : texts_of(map.value("zones"))) group.zones.push_back(zone);
    map.read("rack", group.rack);
    map.read("racks", group.racks_per_zone, {1, count_max});
    read_shape(map, group);
    groups.add(std::move(group));
}

/// With its own pattern of names the zones are one group; else one group each, so that every zone
/// counts its hosts from 1.
void read_zones(const yaml::Value& value, const HostGroupSpec& shape, Groups& groups) {
    Map map(Part::zone_group, value);
    HostGroupSpec group = read_host(map.value("node"), shape);
    group.where = where_of(value);
    std::vector<std::string> zones;
    for (const auto& [zone, place] : texts_of(map.required("names"))) zones.push_back(zone);
    map.check(!map.has("names") || !zones.empty(), "names", "no zone is named");
    map.read("nodes", group.count, {1, count_max});
    map.read("racks", group.racks_per_zone, {1, count_max});
    if (map.read("name", group.name)) {
        group.zones = std::move(zones);
        if (!group.zones.empty()) groups.add(std::move(group));
        return;
    }
    group.name = "{zone}-{}";
    for (const std::string& zone : zones) {
        if (groups.full()) return;
        group.zones = {zone};
        groups.add(group);
    }
}

void read_hosts(Map& map, const HostGroupSpec& shape, PlatformSpec& spec) {
    Groups groups(spec.hosts);
    const yaml::Value hosts = map.value("hosts");
    if (hosts.node().is_scalar()) {
        HostGroupSpec group = shape;
        group.where = where_of(hosts);
        if (hosts.into(group.count, {1, count_max})) groups.add(std::move(group));
    } else {
        for (const yaml::Value& item : hosts.items()) {
            if (!groups.full()) read_host_group(item, shape, groups);
        }
    }
    for (const yaml::Value& item : map.value("zones").items()) {
        if (!groups.full()) read_zones(item, shape, groups);
    }
    if (map.present() && !map.has("hosts") && !map.has("zones")) {
        map.self().error("a platform needs hosts", "hosts: 5, or a list of hosts, or zones");
    }
}

/// Several places to stand in make a tree worth while.
TopologyKind implied_topology(const PlatformSpec& spec) {
    std::vector<std::string> zones;
    for (const HostGroupSpec& group : spec.hosts) {
        if (group.zones.size() > 1 || group.racks_per_zone > 1) return TopologyKind::tree;
        const std::string zone = group.zones.empty() ? "default" : group.zones[0];
        const std::string place = zone + "/" + group.rack;
        if (!zones.empty() && zones[0] != place) return TopologyKind::tree;
        zones = {place};
    }
    return TopologyKind::star;
}

void read_topology(Map& map, PlatformSpec& spec) {
    platform::TopologySpec& topology = spec.topology;
    const yaml::Value links = map.value("links");
    const yaml::Value fat_tree = map.value("fat_tree");
    read_links(links, topology);
    read_fat_tree(fat_tree, topology);
    const bool cables = links.node().is_list();
    topology.kind = cables ? TopologyKind::explicit_links
                    : fat_tree.exists() ? TopologyKind::fat_tree : implied_topology(spec);
    map.read("topology", topology.kind,
             {{"star", TopologyKind::star}, {"tree", TopologyKind::tree},
              {"fat_tree", TopologyKind::fat_tree}, {"explicit", TopologyKind::explicit_links}});
    map.check(cables == (topology.kind == TopologyKind::explicit_links), "topology",
              cables ? "a list of links makes an explicit topology"
                     : "an explicit topology needs the list of its links",
              cables ? "remove topology, or write links as a map" : "links: [{between: [a, b]}]");
    map.check(!fat_tree.exists() || topology.kind == TopologyKind::fat_tree, "topology",
              "fat_tree describes another topology", "remove one of them");
    const bool fat = topology.kind == TopologyKind::fat_tree;
    topology.where = where_of(fat && fat_tree.exists() ? fat_tree : links.exists() ? links
                                                                             : map.self());
    if (cables) topology.where.path = "platform";   // platform::check adds ".links".
}

}   // namespace

PlatformSpec read_platform(const yaml::Value& value) {
    Map map(Part::platform, value);
    PlatformSpec spec;
    spec.where = where_of(value);
    const HostGroupSpec shape = read_host(map.value("host"), {});
    read_hosts(map, shape, spec);
    read_topology(map, spec);
    return spec;
}

}   // namespace glasshive::scenario
