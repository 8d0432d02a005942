// Goal: placement constraints read and match as SwarmKit's do. Method: tables of expressions
// against one node.
#include <catch2/catch.hpp>

#include "swarm/state/constraint.h"

using namespace glasshive;
using namespace glasshive::swarm;

namespace {

NodeConfig node() {
    NodeConfig config;
    config.hostname = "W1";
    config.labels = {{"zone", "a"}, {"Disk", "SSD"}};
    config.engine_labels = {{"storage", "overlay2"}};
    config.address = "10.1.2.3";
    return config;
}

}   // namespace

TEST_CASE("constraints match by key, operator and whole value without regard to case",
          "[swarm][constraint]") {
    struct Row {
        const char* text;
        bool expected;
    };
    const Row row = GENERATE(values<Row>({
        {"node.hostname == w1", true},
        {"node.hostname==W1", true},
        {"node.hostname == w", false},             // Whole values only.
        {"node.hostname != w2", true},
        {"node.id == abc123", true},
        {"NODE.ROLE == Worker", true},             // Keys without regard to case,
        {"node.role != manager", true},
        {"node.role == manager", false},
        {"node.labels.zone == A", true},
        {"node.labels.Zone == a", false},          // label names with regard to it.
        {"node.labels.Disk == ssd", true},
        {"node.labels.gpu == yes", false},         // A missing label reads as "".
        {"node.labels.gpu != yes", true},
        {"engine.labels.storage == overlay2", true},
        {"node.platform.os == linux", true},
        {"node.platform.arch != arm64", true},
        {"node.ip == 10.1.2.3", true},
        {"node.ip == 10.1.0.0/16", true},
        {"node.ip != 10.2.0.0/16", true},
        {"node.ip == 10.2.0.0/16", false},
        {"node.ip == 0.0.0.0/0", true},
        {"node.ip == somewhere", false},
        {"node.ip != somewhere", false},           // Malformed never matches.
        {"node.colour == red", false},             // Unknown keys never match,
        {"node.colour != red", false},             // whatever the operator.
        {"node.labels. == a", false},
    }));
    CAPTURE(row.text);
    REQUIRE(parse_constraint(row.text).ok());
    REQUIRE(matches(parse_constraints({row.text}), node(), "ABC123") == row.expected);
}

TEST_CASE("all constraints must hold", "[swarm][constraint]") {
    REQUIRE(matches(parse_constraints({"node.role==worker", "node.labels.zone==a"}), node(), "x"));
    REQUIRE(!matches(parse_constraints({"node.role==worker", "node.labels.zone==b"}), node(), "x"));
    REQUIRE(matches({}, node(), "x"));
}

TEST_CASE("what is no constraint is refused with a hint", "[swarm][constraint]") {
    const char* text = GENERATE("node.role", "node.role = worker", "== worker", "1node == a",
                                "n == a", "node.role ==", "node.role == a,b", "node role == a");
    CAPTURE(text);
    const Result<Constraint> parsed = parse_constraint(text);
    REQUIRE(!parsed.ok());
    REQUIRE(parsed.problems().size() == 1);
    REQUIRE(!parsed.problems()[0].hint.empty());
    REQUIRE(!matches(parse_constraints({text}), node(), "x"));   // And admits nobody.
}

TEST_CASE("the first operator splits the expression", "[swarm][constraint]") {
    const Constraint parsed = parse_constraint(" node.labels.a != x ").value();
    REQUIRE(parsed.key == "node.labels.a");
    REQUIRE(!parsed.equal);
    REQUIRE(parsed.value == "x");
}
