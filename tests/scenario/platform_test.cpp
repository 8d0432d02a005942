// Goal: every way to write a platform becomes the hosts and the network it means.
// Method: small texts; hosts are compared after expansion, as the builder sees them.
#include <catch2/catch.hpp>

#include "platform/spec_check.h"
#include "support.h"

using namespace scenario_test;
using platform::TopologyKind;

namespace {

platform::PlatformSpec platform_of(const std::string& text) {
    return good("schema: 1\nplatform:\n" + text).platform;
}

/// "name zone/rack" of every host.
std::vector<std::string> hosts_of(const platform::PlatformSpec& spec) {
    const platform::HostList list = platform::expand_hosts(spec);
    std::vector<std::string> hosts;
    for (const auto& host : list.hosts) {
        hosts.push_back(host.name + " " + list.zones[host.zone] + "/" + list.racks[host.rack]);
    }
    return hosts;
}

using Texts = std::vector<std::string>;

}   // namespace

TEST_CASE("a number of hosts is a star of equal nodes", "[scenario][platform]") {
    const auto spec = platform_of("  hosts: 2\n  host: {cpus: 0.5, memory: 1GiB, disk: 80MBps}\n");
    CHECK(hosts_of(spec) == Texts{"node-1 default/default-rack", "node-2 default/default-rack"});
    CHECK(spec.topology.kind == TopologyKind::star);
    CHECK(spec.hosts[0].cores == Cpus{500'000'000});
    CHECK(spec.hosts[0].memory == gibibyte);
    CHECK(spec.hosts[0].disk.read.count == 640'000'000);
    CHECK(spec.hosts[0].disk.write.count == 640'000'000);
}

TEST_CASE("host groups number their hosts, and keys of a group win over those of all hosts",
          "[scenario][platform]") {
    const auto spec = platform_of(
        "  host: {cpus: 2, labels: {all: \"1\"}}\n"
        "  hosts:\n"
        "    - {name: boss, role: manager, rack: control, speed: 1.5}\n"
        "    - {name: \"w{}\", count: 2, zones: [a, b], racks: 2, rack: r, cpus: 8,\n"
        "       labels: {ssd: yes}, link: {bandwidth: 10Gbps, latency: 1ms, loss: 1%}}\n");
    CHECK(hosts_of(spec) == Texts{"boss default/control", "w1 a/a-r1", "w2 a/a-r2", "w3 b/b-r1",
                                  "w4 b/b-r2"});
    CHECK(spec.topology.kind == TopologyKind::tree);
    CHECK(spec.hosts[0].cores == one_cpu * 2);
    CHECK(spec.hosts[0].role == platform::RoleHint::manager);
    CHECK(spec.hosts[0].speed == 1.5);
    CHECK(spec.hosts[1].cores == one_cpu * 8);
    CHECK(spec.hosts[1].labels == std::vector<std::pair<std::string, std::string>>{{"ssd", "yes"}});
    REQUIRE(spec.hosts[1].link);
    CHECK(spec.hosts[1].link->bandwidth == gigabits(10));
    CHECK(spec.hosts[1].link->loss == 0.01);
    CHECK(spec.hosts[1].where.line == 6);
}

TEST_CASE("zones count their hosts each, or together under a name of their own",
          "[scenario][platform]") {
    CHECK(hosts_of(platform_of("  zones: [{names: [a, b], nodes: 2}]\n")) ==
          Texts{"a-1 a/a-rack", "a-2 a/a-rack", "b-1 b/b-rack", "b-2 b/b-rack"});
    CHECK(hosts_of(platform_of("  zones: [{names: [a, b], nodes: 1, name: \"n{}\"}]\n")) ==
          Texts{"n1 a/a-rack", "n2 b/b-rack"});
}

TEST_CASE("links of a tree: each kind, halves of between, and single uplinks",
          "[scenario][platform]") {
    const auto topology = platform_of("  zones: [{names: [a, b], nodes: 2}]\n"
                                      "  links:\n"
                                      "    access: {latency: 10us}\n"
                                      "    between_zones: {bandwidth: 1Gbps, latency: 2ms}\n"
                                      "    local: {latency: 5us, bandwidth: 20Gbps}\n"
                                      "    uplinks: [{zone: b, latency: 9ms}]\n").topology;
    CHECK(topology.kind == TopologyKind::tree);
    CHECK(topology.access.latency == std::chrono::microseconds{10});
    CHECK(topology.access.bandwidth == gigabits(1));
    CHECK(topology.zone.latency == std::chrono::milliseconds{1});
    CHECK(topology.zone.bandwidth == gigabits(1));
    CHECK(topology.local_latency == std::chrono::microseconds{5});
    CHECK(topology.local_bandwidth == gigabits(20));
    REQUIRE(topology.uplinks.size() == 1);
    CHECK(topology.uplinks[0].of == platform::UplinkSpec::Of::zone);
    CHECK(topology.uplinks[0].link.latency == std::chrono::milliseconds{9});
    CHECK(topology.uplinks[0].link.bandwidth == gigabits(1));   // As the other zones'.
}

TEST_CASE("a fat tree by ports or by levels", "[scenario][platform]") {
    const auto by_ports = platform_of("  hosts: 16\n  fat_tree: {k: 4}\n").topology;
    CHECK(by_ports.kind == TopologyKind::fat_tree);
    CHECK(by_ports.k == 4);
    const auto by_levels = platform_of("  hosts: 8\n  fat_tree:\n    levels:\n"
                                       "      - {down: 4, up: 1, bandwidth: 1Gbps}\n"
                                       "      - {down: 2, up: 2, parallel: 3}\n").topology;
    REQUIRE(by_levels.levels.size() == 2);
    CHECK(by_levels.levels[0].link.bandwidth == gigabits(1));
    CHECK(by_levels.levels[1].parallel == 3);
    CHECK(platform_of("  hosts: 30\n  topology: fat_tree\n").topology.kind ==
          TopologyKind::fat_tree);
}

TEST_CASE("a list of links is every cable there is", "[scenario][platform]") {
    const auto topology = platform_of("  hosts: 2\n  links:\n"
                                      "    - {between: [node-1, s], latency: 1ms}\n"
                                      "    - {between: [node-2, s], loss: 0.5}\n").topology;
    CHECK(topology.kind == TopologyKind::explicit_links);
    REQUIRE(topology.links.size() == 2);
    CHECK(topology.links[0].a == "node-1");
    CHECK(topology.links[0].b == "s");
    CHECK(topology.links[0].link.latency == std::chrono::milliseconds{1});
    CHECK(topology.links[1].link.loss == 0.5);
}

TEST_CASE("the largest platform is read, one host more is not", "[scenario][platform][limits]") {
    CHECK(platform_of("  hosts: 100000\n").hosts[0].count == 100'000);
    CHECK_FALSE(read("schema: 1\nplatform: {hosts: 100001}\n").ok());
    CHECK_FALSE(read("schema: 1\nplatform: {hosts: [{count: 50001, zones: [a, b]}]}\n").ok());
}

TEST_CASE("a hostile platform is refused before it is made", "[scenario][platform][limits]") {
    // Each would mean gigabytes of names, labels or cables; none may take noticeable time.
    std::string labels, groups = "[";
    for (int i = 0; i < 2000; ++i) labels += "l" + std::to_string(i) + ": x, ";
    for (int i = 0; i < 300; ++i) groups += "*g, ";
    const std::string many = "schema: 1\nplatform:\n  host: {labels: {" + labels + "}}\n";
    CHECK_FALSE(read(many + "  hosts: 100000\n").ok());
    CHECK_FALSE(read(many + "  hosts: [&g {name: a}, " + groups.substr(1) + "]\n").ok());
    std::string name;
    for (int i = 0; i < 100'000; ++i) name += "{zone}";
    CHECK_FALSE(read("schema: 1\nplatform: {zones: [{names: [a, b], nodes: 50000, name: \"" +
                     name + "\"}]}\n").ok());
    CHECK_FALSE(read("schema: 1\nplatform:\n  hosts: 10000\n  fat_tree: {levels: [{down: 100, "
                     "up: 1000000}, {down: 100, up: 1000000, parallel: 1000}]}\n").ok());
}
