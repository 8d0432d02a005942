// Goal: 100,000 hosts of every topology are checked, built and asked for paths without waiting.
// Method: build each, compare figures at the far ends, and bound the processor time (a busy machine
// is no failure) loosely (sanitizers are slow); `-s` prints the times themselves.
#include <catch2/catch.hpp>
#include <ctime>

#include "platform/fixture.h"
#include "platform/spec_check.h"

namespace glasshive::platform::test {
namespace {

constexpr int hosts = 100'000;

double seconds_since(std::clock_t begin) {
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

PlatformSpec large(TopologyKind kind) {
    PlatformSpec spec;
    spec.hosts = {group("node-{}", hosts / 5, {"a", "b", "c", "d", "e"}, 500)};
    spec.topology.kind = kind;
    if (kind != TopologyKind::explicit_links) return spec;
    // 500 switches of 200 hosts, each on two of ten spines.
    for (int h = 0; h < hosts; ++h) {
        spec.topology.links.push_back({"node-" + std::to_string(h + 1),
                                       "leaf-" + std::to_string(h / 200), link(1000, 10), {}});
    }
    for (int s = 0; s < 500; ++s) {
        for (int spine = 0; spine < 2; ++spine) {
            spec.topology.links.push_back({"leaf-" + std::to_string(s),
                                           "spine-" + std::to_string((s + spine * 5) % 10),
                                           link(10000, 20 + spine), {}});
        }
    }
    for (int spine = 1; spine < 10; ++spine) {
        spec.topology.links.push_back({"spine-0", "spine-" + std::to_string(spine),
                                       link(40000, 100), {}});
    }
    return spec;
}

TEST_CASE("a hundred thousand hosts build and route in every topology", "[platform][scale]") {
    struct Row {
        TopologyKind kind;
        std::size_t links;
        int latency_us;   // From the first host to the last.
    };
    const Row row = GENERATE(values<Row>({
        {TopologyKind::star, 100'000, 50 + 50},
        {TopologyKind::tree, 100'000 + 2500 + 5, 50 + 50 + 250 + 250 + 50 + 50},
        // k = 74: 37 hosts an edge switch, 2703 of them, 37 ways up; 74 pods of 37, 37 ways up
        // each.
        {TopologyKind::fat_tree, 100'000 + 2703 * 37 + 74 * 37 * 37, 6 * 50},
        // leaf-0 hangs on spine-0 and spine-5, leaf-499 on spine-9 and spine-4.
        {TopologyKind::explicit_links, 100'000 + 1000 + 9, 10 + 20 + 100 + 20 + 10},
    }));
    CAPTURE(static_cast<int>(row.kind));
    const PlatformSpec spec = large(row.kind);
    REQUIRE(check(spec).empty());

    const std::clock_t begin = std::clock();
    const Platform platform(spec);
    const double built = seconds_since(begin);
    REQUIRE(platform.host_count() == hosts);
    REQUIRE(platform.link_count() == row.links);
    REQUIRE(path(platform, "node-1", "node-100000").latency == microseconds{row.latency_us});

    constexpr int questions = 200'000;
    const auto ask = [&] {
        std::int64_t sum_ns = 0;
        for (std::uint32_t i = 0; i < questions; ++i) {
            const HostId from{i % 97}, to{(i * 7919U + 1) % hosts};
            sum_ns += platform.path(from, to).latency.count();
        }
        return sum_ns;
    };
    const std::int64_t first_sum = ask();   // Explicit links: fills the cache of trees.
    const std::clock_t asking = std::clock();
    REQUIRE(ask() == first_sum);
    const double asked = seconds_since(asking);
    REQUIRE(first_sum > 0);
    INFO("kind " << static_cast<int>(row.kind) << ": built in " << built << " s, path "
                 << asked / questions * 1e9 << " ns");
    REQUIRE(built < 10);
    REQUIRE(asked < 10);
}

}   // namespace
}   // namespace glasshive::platform::test
