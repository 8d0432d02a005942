// Goal: a node's round robin is exact and survives changes. Method: the pure table, and the formula
// for the detector's patience.
#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "swarm/discovery/backends.h"
#include "swarm/discovery/gossip.h"

using namespace glasshive;
using namespace glasshive::swarm;
using namespace glasshive::swarm::discovery;

namespace {

constexpr NameId web{1}, api{2};

Record record(NameId service, std::uint64_t task, std::uint32_t port) {
    auto spec = std::make_shared<ServiceSpec>();
    spec->ports.push_back({.target = 80, .published = port});
    return {.task = TaskId{task}, .subject = NameId{100 + static_cast<std::uint32_t>(task)},
            .service = service, .spec = spec};
}

std::string rounds(Backends& table, int n, std::uint32_t port = 8080) {
    std::string out;
    for (int i = 0; i < n; ++i) {
        const Backend* b = table.choose(port, web);
        out += b == nullptr ? "-" : std::to_string(static_cast<std::uint64_t>(b->task));
    }
    return out;
}

}   // namespace

TEST_CASE("backends take turns in the order they became known", "[discovery]") {
    Backends table;
    for (const std::uint64_t task : {1, 2, 3}) table.add(record(web, task, 8080), HostId{0}, {});
    REQUIRE(rounds(table, 7) == "1231231");
    REQUIRE(rounds(table, 2) == "23");   // The pointer is the table's, not the call's.
}

TEST_CASE("removing a backend disturbs nobody else's turn", "[discovery]") {
    struct Row { int before; std::uint64_t removed; const char* after; };
    const Row row = GENERATE(values<Row>({
        {1, 1, "2323"},   // Passed already.
        {1, 2, "3131"},   // Whose turn it was: the next one moves up.
        {1, 3, "2121"},   // Still to come.
        {2, 3, "1212"},   // Last in line, and its turn: back to the front.
    }));
    CAPTURE(row.before, row.removed);
    Backends table;
    for (const std::uint64_t task : {1, 2, 3}) table.add(record(web, task, 8080), HostId{0}, {});
    rounds(table, row.before);
    REQUIRE(table.remove(web, TaskId{row.removed}) == 2);
    REQUIRE(rounds(table, 4) == row.after);
}

TEST_CASE("a port leads to the service that publishes it, and nowhere without backends",
          "[discovery]") {
    Backends table;
    table.add(record(web, 1, 8080), HostId{0}, {});
    table.add(record(api, 2, 9090), HostId{1}, {});
    REQUIRE(table.choose(9090, web)->task == TaskId{2});
    REQUIRE(table.choose(0, web)->task == TaskId{1});   // By name, when the swarm chose the port.
    REQUIRE(table.choose(7070, web) == nullptr);
    table.remove(web, TaskId{1});
    REQUIRE(table.choose(8080, web) == nullptr);
    REQUIRE(table.count(api) == 1);
}

TEST_CASE("suspicion lasts 4 s up to ten nodes and grows with their logarithm", "[discovery]") {
    REQUIRE(suspicion_timeout(1) == std::chrono::seconds{4});
    REQUIRE(suspicion_timeout(10) == std::chrono::seconds{4});
    REQUIRE(suspicion_timeout(100) == std::chrono::seconds{8});
    REQUIRE(suspicion_timeout(1000) == std::chrono::seconds{12});
    REQUIRE(suspicion_timeout(50) == std::chrono::milliseconds{6792});   // log10 = 1.69897.
}
