#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "platform/fat_tree.h"
#include "platform/spec_check.h"

namespace glasshive::platform {
namespace {

/// Longer than any cable on earth is late; keeps sums over a path far from overflow.
constexpr Duration latency_max = std::chrono::hours{1};

/// Collects what is wrong with a platform, part by part.
class PlatformCheck {
  public:
    explicit PlatformCheck(const PlatformSpec& spec) : spec_(spec) {}

    Diagnostics run() {
        if (spec_.hosts.empty()) add(spec_.where, "", "a platform needs at least one host", "");
        for (const HostGroupSpec& group : spec_.hosts) check_group(group);
        check_link(spec_.topology.access, spec_.topology.where, "access");
        check_link(spec_.topology.rack, spec_.topology.where, "rack");
        check_link(spec_.topology.zone, spec_.topology.where, "zone");
        if (spec_.topology.local_latency.count() < 0 || spec_.topology.local_bandwidth.count <= 0) {
            add(spec_.topology.where, "local", "traffic inside a host needs a latency of at "
                "least 0 and a bandwidth above 0", "");
        }
        if (spec_.sample_interval.count() < 0) {
            add(spec_.where, "sample_interval", "an interval cannot be negative",
                "0 samples nothing");
        }
        check_total();
        if (!problems_.empty()) return std::move(problems_);   // The rest expands the hosts.
        const HostList list = expand_hosts(spec_);
        check_names(list);
        check_topology(list);
        return std::move(problems_);
    }

  private:
    void add(const Where& where, const std::string& field, std::string message, std::string hint) {
        const std::string dot = where.path.empty() || field.empty() ? "" : ".";
        problems_.push_back({.file = where.file, .line = where.line,
                             .path = where.path + dot + field, .message = std::move(message),
                             .hint = std::move(hint)});
    }

    void check_group(const HostGroupSpec& group) {
        const Where& at = group.where;
        check_host_name(group);
        if (group.count < 1) add(at, "count", "a group has at least one host", "");
        if (group.racks_per_zone < 1) add(at, "racks", "a zone has at least one rack", "");
        if (group.cores.count <= 0) add(at, "cores", "a host needs more than 0 cores", "");
        if (!(group.speed > 0 && group.speed <= 1000)) {
            add(at, "speed", "the speed factor lies above 0 and up to 1000",
                "1 is the reference core");
        }
        if (group.memory.count <= 0) add(at, "memory", "a host needs memory", "");
        if (group.disk.capacity.count < 0) {
            add(at, "disk.capacity", "a size cannot be negative", "");
        }
        if (group.disk.read.count <= 0) add(at, "disk.read", "a disk reads more than 0bps", "");
        if (group.disk.write.count <= 0) add(at, "disk.write", "a disk writes more than 0bps", "");
        if (group.link) check_link(*group.link, at, "link");
        std::set<std::string> zones;
        for (const std::string& zone : group.zones) {
            check_name(zone, at, "zones", "a zone");
            if (!zones.insert(zone).second) add(at, "zones", "zone \"" + zone + "\" twice", "");
        }
    }

    /// Names stand in sentences and in the names of links, so they are words.
    void check_name(const std::string& name, const Where& at, const char* field,
                    const std::string& what) {
        if (name.empty()) {
            add(at, field, what + " needs a name", "");
        } else if (name.size() > name_bytes_max) {
            add(at, field, "the name of " + what + " has " + std::to_string(name.size()) +
                " bytes; at most " + std::to_string(name_bytes_max) + " are possible",
                "it begins with \"" + name.substr(0, 20) + "\"");
        } else if (!std::all_of(name.begin(), name.end(), is_name_byte)) {
            add(at, field, "\"" + name + "\" cannot be the name of " + what,
                "names consist of letters, digits, -, _ and .");
        }
    }

    /// A pattern's placeholders are left out before its bytes are looked at; its names are counted
    /// at their longest, before anybody makes them.
    void check_host_name(const HostGroupSpec& group) {
        std::string rest = group.name;
        std::size_t longest = 0;
        const std::size_t zone = longest_of(group.zones, std::string("default").size());
        const std::size_t digits = 6;   // Of hosts_max, and of a rack's number.
        const std::size_t rack = zone + 1 + std::max<std::size_t>(group.rack.size(), 4) + digits;
        const std::pair<const char*, std::size_t> placeholders[] = {
            {"{}", digits}, {"{zone}", zone}, {"{rack}", rack}};
        for (const auto& [placeholder, size] : placeholders) {
            for (std::size_t i = rest.find(placeholder); i != std::string::npos;
                 i = rest.find(placeholder, i)) {
                rest.erase(i, std::string_view(placeholder).size());
                longest += size;
            }
        }
        if (rest.find_first_of("{}") != std::string::npos) {
            add(group.where, "name", "\"" + group.name + "\" has a placeholder that means nothing",
                "{} is the host's number, {zone} its zone, {rack} its rack");
        } else if (!rest.empty() || group.name.empty()) {
            check_name(rest, group.where, "name", "a host");
        }
        if (rest.size() <= name_bytes_max && rest.size() + longest > 4 * name_bytes_max) {
            add(group.where, "name", "the names that it makes are too long", "");
        }
        if (!group.rack.empty()) check_name(group.rack, group.where, "rack", "a rack");
    }

    static bool is_name_byte(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    }

    static std::size_t longest_of(const std::vector<std::string>& names, std::size_t otherwise) {
        std::size_t longest = names.empty() ? otherwise : 0;
        for (const std::string& name : names) longest = std::max(longest, name.size());
        return longest;
    }

    void check_link(const LinkSpec& link, const Where& at, const std::string& field) {
        if (link.bandwidth.count <= 0) add(at, field, "a link carries more than 0bps", "");
        if (link.latency.count() < 0) add(at, field, "a latency cannot be negative", "");
        if (link.latency > latency_max) add(at, field, "a latency above 1h", "");
        if (!(link.loss >= 0 && link.loss <= 1)) add(at, field, "loss lies between 0 and 1", "");
    }

    void check_total() {
        std::int64_t hosts = 0, labels = 0;
        for (const HostGroupSpec& group : spec_.hosts) {
            const std::int64_t zones = std::max<std::int64_t>(1, std::ssize(group.zones));
            hosts += std::max(0, group.count) * zones;
            labels += std::max(0, group.count) * zones * std::ssize(group.labels);
        }
        if (labels > labels_max) {
            add(spec_.where, "hosts", std::to_string(labels) + " labels on all hosts together; at "
                "most " + std::to_string(labels_max) + " are possible", "");
        }
        if (hosts > hosts_max) {
            add(spec_.where, "hosts", std::to_string(hosts) + " hosts; at most " +
                                          std::to_string(hosts_max) + " are possible",
                "one run is made for that many");
        }
    }

    void check_names(const HostList& list) {
        std::map<std::string_view, std::uint32_t> group_of;
        std::set<std::pair<std::uint32_t, std::string>> told;
        std::set<std::uint32_t> long_in;
        for (const HostList::Entry& host : list.hosts) {
            if (host.name.size() > name_bytes_max && long_in.insert(host.group).second) {
                check_name(host.name, spec_.hosts[host.group].where, "name", "a host");
            }
            const auto [first, is_new] = group_of.try_emplace(host.name, host.group);
            if (is_new || !told.insert({host.group, host.name}).second || told.size() > 5) continue;
            add(spec_.hosts[host.group].where, "name", "a host named \"" + host.name +
                "\" exists already", "give groups different names, or put {} or {zone} into one");
        }
        std::set<std::uint32_t> torn;
        for (const HostList::Entry& host : list.hosts) {
            if (list.zone_of_rack[host.rack] == host.zone) continue;
            if (!torn.insert(host.rack).second) continue;
            add(spec_.hosts[host.group].where, "rack", "rack \"" + list.racks[host.rack] +
                "\" stands in zone \"" + list.zones[list.zone_of_rack[host.rack]] +
                "\" and cannot stand in \"" + list.zones[host.zone] + "\" too", "");
        }
    }

    void check_topology(const HostList& list) {
        const TopologySpec& topology = spec_.topology;
        switch (topology.kind) {
            case TopologyKind::star: break;
            case TopologyKind::tree: check_uplinks(list); break;
            case TopologyKind::fat_tree: check_fat_tree(std::ssize(list.hosts)); break;
            case TopologyKind::explicit_links: check_explicit(list); break;
        }
    }

    void check_uplinks(const HostList& list) {
        for (const UplinkSpec& uplink : spec_.topology.uplinks) {
            const bool of_zone = uplink.of == UplinkSpec::Of::zone;
            const std::vector<std::string>& known = of_zone ? list.zones : list.racks;
            check_link(uplink.link, uplink.where, "");
            if (std::find(known.begin(), known.end(), uplink.name) != known.end()) continue;
            const std::string what = of_zone ? "zone" : "rack";
            add(uplink.where, "", "no " + what + " is named \"" + uplink.name + "\"",
                names_hint(uplink.name, known));
        }
    }

    static std::string names_hint(const std::string& word, const std::vector<std::string>& known) {
        const std::string near = nearest(word, known);
        return near.empty() ? "" : "did you mean " + near + "?";
    }

    void check_fat_tree(std::int64_t hosts) {
        const TopologySpec& topology = spec_.topology;
        const bool bad_k = topology.k < 0 || topology.k % 2 != 0 || topology.k > 1024;
        if (topology.levels.empty() && bad_k) {
            add(topology.where, "k", "k is an even number of ports up to 1024", "");
            return;
        }
        const std::vector<FatTreeLevelSpec> levels = fat_tree_levels(topology, hosts);
        if (levels.size() > FatTreeRoutes::levels_max) {
            add(topology.where, "levels", "at most 8 levels are possible", "");
            return;
        }
        double cables = 0, equals = 1, below = 1;   // In doubles: nonsense must not overflow.
        for (const FatTreeLevelSpec& level : levels) {
            check_link(level.link, topology.where, "levels");
            if (level.down < 1 || level.up < 1 || level.parallel < 1) {
                add(topology.where, "levels", "down, up and parallel are at least 1", "");
                return;
            }
            const double children = std::ceil(static_cast<double>(hosts) / below) * equals;
            cables += children * level.up * level.parallel;
            equals *= level.up;
            below *= level.down;
        }
        if (cables > 2e6) add(topology.where, "levels", "more than 2 million cables", "");
        const std::int64_t room = fat_tree_capacity(levels);
        if (room < hosts) {
            add(topology.where, topology.levels.empty() ? "k" : "levels",
                "the tree holds " + std::to_string(room) + " hosts, the platform has " +
                    std::to_string(hosts), "a tree of k-port switches holds k^3/4");
        }
    }

    void check_explicit(const HostList& list) {
        std::set<std::pair<std::string, std::string>> seen;
        for (const ExplicitLinkSpec& link : spec_.topology.links) {
            check_link(link.link, link.where, "");
            if (link.a.empty() || link.b.empty() || link.a == link.b) {
                add(link.where, "", "a link joins two different ends", "");
            }
            if (std::max(link.a.size(), link.b.size()) > name_bytes_max) {
                add(link.where, "", "a name of more than " + std::to_string(name_bytes_max) +
                    " bytes", "");
            }
            if (!seen.insert(std::minmax(link.a, link.b)).second) {
                add(link.where, "", "\"" + link.a + "\" and \"" + link.b + "\" are linked already",
                    "add the bandwidths up");
            }
        }
        if (problems_.empty()) check_connected(list);
    }

    std::uint32_t root(std::uint32_t node) {
        while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
        return node;
    }

    /// Hosts do not relay, so two hosts can talk when a switch of each lies in one component, or
    /// over a cable of their own. The component with the most hosts is home; the others must reach
    /// everyone.
    void check_connected(const HostList& list) {
        const auto hosts = static_cast<std::uint32_t>(list.hosts.size());
        std::map<std::string, std::uint32_t> nodes;
        for (std::uint32_t h = 0; h < hosts; ++h) nodes.emplace(list.hosts[h].name, h);
        const auto node_of = [&](const std::string& name) {
            return nodes.try_emplace(name, static_cast<std::uint32_t>(nodes.size())).first->second;
        };
        std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
        for (const ExplicitLinkSpec& link : spec_.topology.links) {
            edges.emplace_back(node_of(link.a), node_of(link.b));
        }
        parent_.resize(nodes.size());
        std::iota(parent_.begin(), parent_.end(), 0U);
        for (const auto& [a, b] : edges) {
            if (a >= hosts && b >= hosts) parent_[root(a)] = root(b);
        }
        // What a host reaches directly: components (their root) and hosts it has a cable to.
        std::vector<std::set<std::uint32_t>> reaches(hosts);
        std::map<std::uint32_t, std::uint32_t> population;
        for (const auto& [a, b] : edges) {
            if (a < hosts && reaches[a].insert(b < hosts ? b : root(b)).second && b >= hosts) {
                ++population[root(b)];
            }
            if (b < hosts && reaches[b].insert(a < hosts ? a : root(a)).second && a >= hosts) {
                ++population[root(a)];
            }
        }
        std::uint32_t home = UINT32_MAX, most = 0;
        for (const auto& [component, count] : population) {
            if (count > most) home = component, most = count;
        }
        report_apart(list, reaches, home);
    }

    void report_apart(const HostList& list, const std::vector<std::set<std::uint32_t>>& reaches,
                      std::uint32_t home) {
        const auto meet = [&](std::uint32_t a, std::uint32_t b) {
            if (reaches[a].count(b) > 0) return true;
            return std::any_of(reaches[a].begin(), reaches[a].end(), [&](std::uint32_t via) {
                return via >= reaches.size() && reaches[b].count(via) > 0;
            });
        };
        int told = 0;
        for (std::uint32_t h = 0; h < reaches.size() && told < 5; ++h) {
            if (reaches[h].count(home) > 0) continue;
            for (std::uint32_t other = 0; other < reaches.size(); ++other) {
                if (other == h || meet(h, other)) continue;
                add(spec_.topology.where, "links", "there is no way from \"" + list.hosts[h].name +
                    "\" to \"" + list.hosts[other].name + "\"",
                    "hosts do not relay: connect them through a switch");
                ++told;
                break;
            }
        }
    }

    const PlatformSpec& spec_;
    Diagnostics problems_;
    std::vector<std::uint32_t> parent_;   // Union-find over hosts and switches.
};

}   // namespace

Diagnostics check(const PlatformSpec& spec) { return PlatformCheck(spec).run(); }

}   // namespace glasshive::platform
