// Goal: every builder gives the routes and path figures a person computes on paper.
// Method: small platforms with round figures; the equation stands beside each expectation.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "platform/fixture.h"
#include "platform/spec_check.h"

namespace glasshive::platform::test {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("hosts are named and placed group by group, zone by zone", "[platform][names]") {
    PlatformSpec spec;
    spec.hosts = {group("web", 2), group("db-{zone}-{}", 3, {"a", "b"}, 2), group("registry", 1)};
    spec.hosts[1].rack = "r";
    const Platform platform(spec);
    Names names;
    for (std::uint32_t h = 0; h < platform.host_count(); ++h) {
        names.emplace_back(platform.host_name(HostId{h}));
    }
    REQUIRE(names == Names{"web-1", "web-2", "db-a-1", "db-a-2", "db-a-3", "db-b-4", "db-b-5",
                           "db-b-6", "registry"});
    REQUIRE(platform.zones() == Names{"default", "a", "b"});
    // Three hosts in two racks: the first rack gets the odd one.
    REQUIRE(platform.racks() == Names{"default-rack", "a-r1", "a-r2", "b-r1", "b-r2"});
    REQUIRE(platform.rack_of(host(platform, "db-a-2")) == 1);
    REQUIRE(platform.rack_of(host(platform, "db-a-3")) == 2);
    REQUIRE(platform.zone_of(host(platform, "db-b-4")) == 2);
    REQUIRE_FALSE(platform.find_host("web").valid());
}

TEST_CASE("a star's path is two access links", "[platform][star]") {
    PlatformSpec spec = star(3);
    spec.hosts.push_back(group("registry", 1));
    spec.hosts[1].link = link(100, 2000, 0.01);
    const Platform platform(spec);
    REQUIRE(route(platform, "node-1", "node-3") == Names{"node-1--core", "node-3--core"});

    const kernel::PathInfo near = path(platform, "node-1", "node-3");
    REQUIRE(near.latency == microseconds{50 + 50});
    REQUIRE(near.bottleneck == gigabits(1));
    REQUIRE(near.loss_ppm == 0);
    REQUIRE(near.connected);

    const kernel::PathInfo thin = path(platform, "node-1", "registry");
    REQUIRE(thin.latency == microseconds{50 + 2000});
    REQUIRE(thin.bottleneck == megabits(100));   // min(1000, 100)
    REQUIRE(thin.loss_ppm == 10'000);            // 1 - (1 - 0)(1 - 0.01)
}

TEST_CASE("traffic inside a host takes no link", "[platform]") {
    const Platform platform(star(2));
    REQUIRE(route(platform, "node-1", "node-1").empty());
    const kernel::PathInfo inside = path(platform, "node-1", "node-1");
    REQUIRE(inside.latency == platform.spec().topology.local_latency);
    REQUIRE(inside.bottleneck == platform.spec().topology.local_bandwidth);
}

TEST_CASE("a tree's path climbs only as high as it must", "[platform][tree]") {
    const Platform platform(small_tree());
    struct Row {
        std::string to;
        Names links;
        int latency_us, mbps;
    };
    const Row row = GENERATE(values<Row>({
        // Same rack: 50 + 50.
        {"n2", {"n1--rack/a-rack1", "n2--rack/a-rack1"}, 100, 1000},
        // Same zone: 50 + 100 + 100 + 50.
        {"n3",
         {"n1--rack/a-rack1", "rack/a-rack1--zone/a", "rack/a-rack2--zone/a", "n3--rack/a-rack2"},
         300, 1000},
        // Another zone: 50 + 100 + 1000 + 1000 + 100 + 50; the zone uplink is the thinnest.
        {"n8",
         {"n1--rack/a-rack1", "rack/a-rack1--zone/a", "zone/a--core", "zone/b--core",
          "rack/b-rack2--zone/b", "n8--rack/b-rack2"},
         2300, 400},
    }));
    CAPTURE(row.to);
    REQUIRE(route(platform, "n1", row.to) == row.links);
    REQUIRE(path(platform, "n1", row.to).latency == microseconds{row.latency_us});
    REQUIRE(path(platform, "n1", row.to).bottleneck == megabits(row.mbps));
}

TEST_CASE("a tree's uplinks can be set one by one", "[platform][tree]") {
    PlatformSpec spec = small_tree();
    spec.topology.uplinks = {{UplinkSpec::Of::zone, "b", link(10, 9000), {}},
                             {UplinkSpec::Of::rack, "a-rack2", link(20, 700), {}}};
    REQUIRE(check(spec).empty());
    const Platform platform(spec);
    REQUIRE(path(platform, "n1", "n3").latency == microseconds{50 + 100 + 700 + 50});
    REQUIRE(path(platform, "n1", "n3").bottleneck == megabits(20));
    REQUIRE(path(platform, "n1", "n5").latency == microseconds{50 + 100 + 1000 + 9000 + 100 + 50});
    REQUIRE(path(platform, "n1", "n5").bottleneck == megabits(10));
}

/// Every route must be a chain: each link starts where the one before ended.
bool is_chain(const Platform& platform, HostId from, HostId to) {
    std::vector<LinkId> links;
    platform.route(from, to, links);
    std::string at(platform.host_name(from));
    for (const LinkId id : links) {
        const std::string low = platform.link_end_name(id, false);
        const std::string high = platform.link_end_name(id, true);
        if (at != low && at != high) return false;
        at = at == low ? high : low;
    }
    return at == platform.host_name(to);
}

TEST_CASE("a fat tree of 4-port switches has 16 hosts and routes of 2, 4 or 6 links",
          "[platform][fat_tree]") {
    // Al-Fares 2008, figure 3: k = 4 pods of k/2 edge and k/2 aggregation switches, (k/2)^2 core
    // switches; k^3/4 = 16 hosts and as many cables on each of the three levels.
    PlatformSpec spec;
    spec.hosts = {group("h{}", 16)};
    spec.topology.kind = TopologyKind::fat_tree;
    spec.topology.access = link(1000, 10);
    spec.topology.rack = link(1000, 20);
    REQUIRE(check(spec).empty());
    const Platform platform(spec);
    REQUIRE(platform.link_count() == 48);
    std::set<std::string> core;
    for (std::uint32_t a = 0; a < 16; ++a) {
        for (std::uint32_t b = 0; b < 16; ++b) {
            if (a == b) continue;
            CAPTURE(a, b);
            std::vector<LinkId> links;
            platform.route(HostId{a}, HostId{b}, links);
            // Two hosts on an edge switch, four in a pod.
            const std::size_t expected = a / 2 == b / 2 ? 2 : a / 4 == b / 4 ? 4 : 6;
            REQUIRE(links.size() == expected);
            REQUIRE(is_chain(platform, HostId{a}, HostId{b}));
            const std::int64_t latency_us = 20 + 20 * (static_cast<std::int64_t>(expected) - 2);
            REQUIRE(platform.path(HostId{a}, HostId{b}).latency == microseconds{latency_us});
            if (expected == 6) core.insert(platform.link_end_name(links[2], true));
        }
    }
    REQUIRE(core.size() == 4);   // The hash uses every core switch.
}

TEST_CASE("a fat tree spreads pairs evenly over its equal paths", "[platform][fat_tree]") {
    // 128 hosts, k = 8: 16 core switches; 128 * 112 pairs between pods = 14336, 896 each if even.
    PlatformSpec spec;
    spec.hosts = {group("h{}", 128)};
    spec.topology.kind = TopologyKind::fat_tree;
    const Platform platform(spec);
    std::map<std::string, int> pairs;
    std::vector<LinkId> links;
    for (std::uint32_t a = 0; a < 128; ++a) {
        for (std::uint32_t b = 0; b < 128; ++b) {
            if (a / 16 == b / 16) continue;
            links.clear();
            platform.route(HostId{a}, HostId{b}, links);
            ++pairs[platform.link_end_name(links[2], true)];
        }
    }
    REQUIRE(pairs.size() == 16);
    for (const auto& [name, count] : pairs) {
        CAPTURE(name);
        REQUIRE(std::abs(count - 896) < 5 * 30);   // Five standard deviations of about 29.
    }
}

TEST_CASE("a fat tree of explicit levels counts its cables", "[platform][fat_tree]") {
    // Two levels: 6 hosts under an edge switch with 2 parents and 3 parallel cables to each; four
    // edge switches. Hosts 20 of 24: 20 access cables; 4 edges * 2 parents * 3 cables = 24.
    PlatformSpec spec;
    spec.hosts = {group("h{}", 20)};
    spec.topology.kind = TopologyKind::fat_tree;
    spec.topology.levels = {{6, 1, 1, link(1000, 10)}, {4, 2, 3, link(10000, 30)}};
    REQUIRE(check(spec).empty());
    const Platform platform(spec);
    REQUIRE(platform.link_count() == 20 + 24);
    std::set<std::string> used;
    for (std::uint32_t a = 0; a < 20; ++a) {
        for (std::uint32_t b = 0; b < 20; ++b) {
            if (a == b) continue;
            REQUIRE(is_chain(platform, HostId{a}, HostId{b}));
            for (const std::string& name :
                 route(platform, "h" + std::to_string(a + 1), "h" + std::to_string(b + 1))) {
                used.insert(name);
            }
        }
    }
    REQUIRE(used.size() == 44);   // Every cable carries some pair, the parallel ones too.
    REQUIRE(used.count("level1/1--level2/1#3") == 1);
    REQUIRE(path(platform, "h1", "h20").latency == microseconds{10 + 30 + 30 + 10});
}

PlatformSpec explicit_platform(std::vector<ExplicitLinkSpec> links, int hosts) {
    PlatformSpec spec;
    spec.hosts = {group("h{}", hosts)};
    spec.topology.kind = TopologyKind::explicit_links;
    spec.topology.links = std::move(links);
    return spec;
}

TEST_CASE("explicit links take the path of least latency, not of fewest links",
          "[platform][explicit]") {
    const PlatformSpec spec = explicit_platform(
        {{"h1", "s1", link(1000, 10), {}}, {"h2", "s3", link(1000, 10), {}},
         {"s1", "s3", link(1000, 500), {}}, {"s1", "s2", link(100, 100), {}},
         {"s2", "s3", link(1000, 100), {}}}, 2);
    REQUIRE(check(spec).empty());
    const Platform platform(spec);
    REQUIRE(route(platform, "h1", "h2") == Names{"h1--s1", "s1--s2", "s2--s3", "h2--s3"});
    REQUIRE(route(platform, "h2", "h1") == Names{"h2--s3", "s2--s3", "s1--s2", "h1--s1"});
    REQUIRE(path(platform, "h1", "h2").latency == microseconds{10 + 100 + 100 + 10});
    REQUIRE(path(platform, "h1", "h2").bottleneck == megabits(100));
}

TEST_CASE("equal explicit paths go over the switch whose name sorts first",
          "[platform][explicit]") {
    std::vector<ExplicitLinkSpec> links = {
        {"h1", "left", link(1000, 10), {}},    {"h2", "right", link(1000, 10), {}},
        {"left", "zeta", link(1000, 50), {}},  {"zeta", "right", link(1000, 50), {}},
        {"left", "alpha", link(1000, 50), {}}, {"alpha", "right", link(1000, 50), {}}};
    const bool reversed = GENERATE(false, true);
    if (reversed) std::reverse(links.begin(), links.end());
    const Platform platform(explicit_platform(links, 2));
    CAPTURE(reversed);
    const Names there = route(platform, "h1", "h2");
    const Names back = route(platform, "h2", "h1");
    REQUIRE(there == Names{"h1--left", "left--alpha", "alpha--right", "h2--right"});
    REQUIRE(back == Names{"h2--right", "alpha--right", "left--alpha", "h1--left"});
}

TEST_CASE("hosts with several cables choose the best and do not relay", "[platform][explicit]") {
    // h2 hangs on both switches, which are not joined: it reaches both, h1 and h3 not each other.
    PlatformSpec spec = explicit_platform(
        {{"h1", "s1", link(1000, 10), {}}, {"h2", "s1", link(1000, 10), {}},
         {"h2", "s2", link(1000, 10), {}}, {"h3", "s2", link(1000, 10), {}}}, 3);
    REQUIRE(connected(Platform(spec), "h1", "h2"));
    REQUIRE(connected(Platform(spec), "h2", "h3"));
    REQUIRE_FALSE(connected(Platform(spec), "h1", "h3"));
    const Diagnostics problems = check(spec);
    REQUIRE(problems.size() == 1);
    REQUIRE(problems[0].message.find("no way from") != std::string::npos);

    spec.topology.links.push_back({"h1", "h3", link(10, 5), {}});
    REQUIRE(check(spec).empty());
    REQUIRE(route(Platform(spec), "h1", "h3") == Names{"h1--h3"});   // Their own cable.
}

TEST_CASE("explicit routes equal those of an exhaustive search", "[platform][explicit]") {
    // Floyd–Warshall over switches, on a pseudo-random graph of 12 switches and 24 hosts.
    std::vector<ExplicitLinkSpec> links;
    std::uint64_t state = 7;
    const auto draw = [&](std::uint64_t bound) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (state >> 33) % bound;
    };
    constexpr int switches = 12;
    std::vector<std::vector<std::int64_t>> distance(
        switches, std::vector<std::int64_t>(switches, std::int64_t{1} << 40));
    for (int s = 0; s < switches; ++s) distance[s][s] = 0;
    const auto join = [&](int a, int b, std::int64_t us) {
        links.push_back({"s" + std::to_string(a), "s" + std::to_string(b), link(1000, us), {}});
        distance[a][b] = distance[b][a] = us;
    };
    for (int s = 1; s < switches; ++s) join(static_cast<int>(draw(s)), s, 1 + draw(100));
    for (int a = 0; a < switches; a += 3) {
        for (int b = a + 2; b < switches; b += 4) {
            if (distance[a][b] > 1000) join(a, b, 1 + draw(100));
        }
    }
    for (int h = 1; h <= 24; ++h) {
        links.push_back({"h" + std::to_string(h), "s" + std::to_string((h - 1) % switches),
                         link(1000, 1), {}});
    }
    for (int via = 0; via < switches; ++via) {
        for (int a = 0; a < switches; ++a) {
            for (int b = 0; b < switches; ++b) {
                distance[a][b] = std::min(distance[a][b], distance[a][via] + distance[via][b]);
            }
        }
    }
    const PlatformSpec spec = explicit_platform(links, 24);
    REQUIRE(check(spec).empty());
    const Platform platform(spec);
    for (std::uint32_t a = 0; a < 24; ++a) {
        for (std::uint32_t b = 0; b < 24; ++b) {
            if (a == b) continue;
            CAPTURE(a, b);
            REQUIRE(is_chain(platform, HostId{a}, HostId{b}));
            REQUIRE(platform.path(HostId{a}, HostId{b}).latency ==
                    microseconds{1 + distance[a % switches][b % switches] + 1});
        }
    }
}

}   // namespace
}   // namespace glasshive::platform::test
