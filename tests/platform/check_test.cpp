// Goal: a person learns everything that is wrong with traces, platforms and faults, with line and
// hint. Method: golden texts of malformed inputs; one correct neighbour for each kind.
#include <catch2/catch.hpp>

#include "platform/spec_check.h"
#include "platform/world.h"

namespace glasshive::platform::test {
namespace {

std::string texts(const Diagnostics& problems) {
    std::string out;
    for (const Diagnostic& problem : problems) out += to_text(problem) + "\n";
    return out;
}

TEST_CASE("a failure trace is read with comments, blanks and both ways to write times",
          "[platform][trace]") {
    const auto read = parse_trace("# from the on-call log\r\n"
                                  "host, down_at, up_at\r\n"
                                  "\n"
                                  "node-1,90,1m45.5s\n"
                                  " node-2 , 1h30m , \n"
                                  "node-3,0.25",
                                  "t.csv");
    REQUIRE(read.ok());
    const std::vector<OutageSpec>& outages = read.value();
    REQUIRE(outages.size() == 3);
    REQUIRE(outages[0].host == "node-1");
    REQUIRE(outages[0].down_at == seconds{90});
    REQUIRE(outages[0].up_at == std::optional<Duration>(milliseconds{105'500}));
    REQUIRE(outages[0].line == 4);
    REQUIRE(outages[1].host == "node-2");
    REQUIRE(outages[1].down_at == seconds{5400});
    REQUIRE_FALSE(outages[1].up_at.has_value());
    REQUIRE(outages[2].down_at == milliseconds{250});
    REQUIRE_FALSE(outages[2].up_at.has_value());
}

TEST_CASE("a malformed trace names line and remedy", "[platform][trace]") {
    using namespace std::string_literals;
    struct Row {
        std::string text, expected;
    };
    const std::string header = "host,down_at,up_at\n";
    const std::string instant = "\n    hint: write seconds (90.5) or a duration (1m30s)\n";
    const Row row = GENERATE_COPY(values<Row>({
        {"", "t.csv: the trace is empty\n    hint: the first line is host,down_at,up_at\n"},
        {"# nothing\n\n",
         "t.csv: the trace is empty\n    hint: the first line is host,down_at,up_at\n"},
        {"node-1,10,20\n",
         "t.csv:1: the header is \"node-1,10,20\"\n    hint: write host,down_at,up_at\n"},
        {header + "node-1\n", "t.csv:2: expected host,down_at,up_at, found 1 field\n"},
        {header + "node-1,1,2,3\n", "t.csv:2: expected host,down_at,up_at, found 4 fields\n"},
        {header + ",1,2\n", "t.csv:2: the host is missing\n"},
        {header + "node-1,,2\n", "t.csv:2: down_at is missing\n"},
        {header + "node-1,soon,2\n", "t.csv:2: down_at: \"soon\" is not an instant" + instant},
        {header + "node-1,-5,2\n", "t.csv:2: down_at: \"-5\" is not an instant" + instant},
        {header + "node-1,1.5.2,2\n", "t.csv:2: down_at: \"1.5.2\" is not an instant" + instant},
        {header + "node-1,1,30s1m\n", "t.csv:2: up_at: \"30s1m\" is not an instant" + instant},
        {header + "node-1,1,0.1234567891\n",
         "t.csv:2: up_at: \"0.1234567891\" is not an instant" + instant},
        {header + "node-1,99999999999999999999,\n",
         "t.csv:2: down_at: \"99999999999999999999\" is not an instant" + instant},
        {header + "node-1,200d1000000000h,\n",
         "t.csv:2: down_at: \"200d1000000000h\" is not an instant" + instant},
        {header + "node-1,20,20\n", "t.csv:2: up_at 20 is not after down_at 20\n"},
        {header + "\"node-1\",10,20\n",
         "t.csv:2: quoted fields are not read\n"
         "    hint: write host,down_at,up_at without quotes\n"},
        {header + "node\0,10,20\n"s,
         "t.csv:2: the line contains a NUL byte\n    hint: a failure trace is a text file\n"},
        {header + "a,1,x\nb,2,3\nc,y,\n", "t.csv:2: up_at: \"x\" is not an instant" + instant +
                                             "t.csv:4: down_at: \"y\" is not an instant" + instant},
    }));
    CAPTURE(row.text);
    const auto read = parse_trace(row.text, "t.csv");
    REQUIRE_FALSE(read.ok());
    REQUIRE(texts(read.problems()) == row.expected);
}

TEST_CASE("a file that is no trace at all is given up", "[platform][trace]") {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "junk\n";
    const auto read = parse_trace(text, "t.csv");
    REQUIRE_FALSE(read.ok());
    REQUIRE(read.problems().size() == trace_problems_max + 1);
    REQUIRE(read.problems().back().message == "too many problems; reading stopped");
}

TEST_CASE("a platform's mistakes are found all at once", "[platform][check]") {
    PlatformSpec spec;
    spec.hosts = {group("web", 0), group("db", 2, {"a", "a"})};
    spec.hosts[0].where = {"s.yaml", 4, "platform.hosts[0]"};
    spec.hosts[1].where = {"s.yaml", 7, "platform.hosts[1]"};
    spec.hosts[1].speed = 0;
    spec.topology.where = {"s.yaml", 9, "platform.topology"};
    spec.topology.access.bandwidth = {};
    REQUIRE(texts(check(spec)) ==
            "s.yaml:4: platform.hosts[0].count: a group has at least one host\n"
            "s.yaml:7: platform.hosts[1].speed: the speed factor lies above 0 and up to 1000\n"
            "    hint: 1 is the reference core\n"
            "s.yaml:7: platform.hosts[1].zones: zone \"a\" twice\n"
            "s.yaml:9: platform.topology.access: a link carries more than 0bps\n");
}

TEST_CASE("names used twice, torn racks and full trees are refused", "[platform][check]") {
    PlatformSpec twice;
    twice.hosts = {group("n", 1), group("n", 1)};
    REQUIRE(texts(check(twice)).find("a host named \"n\" exists already") != std::string::npos);

    PlatformSpec torn;
    torn.hosts = {group("a", 1, {"east"}), group("b", 1, {"west"})};
    torn.hosts[0].rack = torn.hosts[1].rack = "r1";
    REQUIRE(texts(check(torn)).find("rack \"r1\" stands in zone \"east\" and cannot stand in "
                                    "\"west\" too") != std::string::npos);

    PlatformSpec full;
    full.hosts = {group("n", 17)};
    full.topology.kind = TopologyKind::fat_tree;
    full.topology.k = 4;
    REQUIRE(texts(check(full)).find("the tree holds 16 hosts, the platform has 17") !=
            std::string::npos);
    full.topology.k = 0;   // The smallest that fits: k = 6 holds 54.
    REQUIRE(check(full).empty());
    REQUIRE(Platform(full).link_count() > 17);
}

TEST_CASE("a fault's mistakes name what there is", "[platform][check]") {
    struct Row {
        FaultSpec fault;
        std::string expected;
    };
    FaultSpec no_factor = fault(FaultKind::slow_cpu, on_host("n1"), 1);
    no_factor.factor = 0;
    FaultSpec grouped = between(FaultKind::power_off, {{"n1"}, {"n2"}}, 1);
    FaultSpec random = fault(FaultKind::power_off, on_host("n1"), 1);
    random.random = RandomSpec{};
    FaultSpec trace;
    trace.trace_file = "t.csv";
    trace.trace = {{"n11", seconds{1}, std::nullopt, 3}};
    const Row row = GENERATE_COPY(values<Row>({
        {fault(FaultKind::pause, on(TargetSpec::Of::zone, "d"), 1),
         ": no zone is named \"d\"; zones are a, b\n"},
        {fault(FaultKind::pause, on_host("m1"), 1),
         ": no host is named \"m1\"; hosts are n1, n2, n3, n4, n5, n6, n7, n8\n"},
        {fault(FaultKind::link_down, on(TargetSpec::Of::link, "zone/a--cor"), 1),
         ": no link is named \"zone/a--cor\"; links are n1--rack/a-rack1, n2--rack/a-rack1, "
         "n3--rack/a-rack2, n4--rack/a-rack2, n5--rack/b-rack1, n6--rack/b-rack1, "
         "n7--rack/b-rack2, n8--rack/b-rack2, rack/a-rack1--zone/a, rack/a-rack2--zone/a, …\n"
         "    hint: did you mean zone/a--core?\n"},
        {fault(FaultKind::pause, on(TargetSpec::Of::link, "zone/a--core"), 1),
         ": pause strikes hosts, not links\n"},
        {no_factor, ": factor: the factor lies above 0 and up to 1\n"
                    "    hint: 0.1 means a tenth of the speed\n"},
        {grouped, ": groups: power_off does not strike what passes between groups\n"
                  "    hint: partition, packet_loss and added_latency do\n"},
        {between(FaultKind::partition, {{"n1"}, {"n1"}}, 1), ": \"n1\" is in a group already\n"},
        {random, ": mtbf: it must be longer than 0s\n: mttr: it must be longer than 0s\n"},
        {trace, "t.csv:3: no host is named \"n11\"\n    hint: did you mean n1?\n"},
        {FaultSpec{}, ": it says nothing about what it strikes\n"},
    }));
    CAPTURE(row.expected);
    REQUIRE(texts(check({row.fault}, small_tree())) == row.expected);
}

TEST_CASE("correct faults pass the check", "[platform][check]") {
    FaultSpec lossy = between(FaultKind::packet_loss, {{"n1"}}, 1, 5);
    lossy.loss = 0.1;
    FaultSpec random = fault(FaultKind::slow_disk, on(TargetSpec::Of::all, ""), 1);
    random.random = RandomSpec{{LawSpec::Law::weibull, seconds{100}, 1.5},
                               {LawSpec::Law::exponential, seconds{5}, 1}};
    const std::vector<FaultSpec> faults{
        lossy, random, fault(FaultKind::link_down, on(TargetSpec::Of::link, "zone/b--core"), 1),
        fault(FaultKind::power_off, on(TargetSpec::Of::rack, "b-rack2"), 0, 1)};
    REQUIRE(texts(check(faults, small_tree())).empty());
}

}   // namespace
}   // namespace glasshive::platform::test
