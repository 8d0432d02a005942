// Goal: a value from outside goes where its path says, whatever stands there, and what cannot be is
// told. Method: small documents, overridden, written down again and compared as texts.
#include <catch2/catch.hpp>

#include "yaml/override.h"
#include "yaml/reader.h"

using namespace glasshive;
using yaml::Override;

namespace {

/// Like JSON, without quotes.
std::string flat(const yaml::Node& node) {
    std::string text;
    for (const yaml::Entry& entry : node.entries()) {
        text += (text.empty() ? "" : ", ") + entry.key.text() + ": " + flat(entry.value);
    }
    if (node.is_map()) return "{" + text + "}";
    for (const yaml::Node& item : node.items()) text += (text.empty() ? "" : ", ") + flat(item);
    if (node.is_list()) return "[" + text + "]";
    return node.is_null() ? "~" : node.text();
}

yaml::Document document(const std::string& text) {
    auto parsed = yaml::parse(text, "s.yaml");
    REQUIRE(parsed.ok());
    return parsed.value();
}

/// The document after it, or the problems.
std::string after(const std::string& text, const std::vector<Override>& overrides) {
    Diagnostics problems;
    const yaml::Document changed = yaml::overridden(document(text), overrides, problems);
    std::string told;
    for (const Diagnostic& each : problems) told += to_text(each) + "\n";
    return problems.empty() ? flat(changed.root()) : told;
}

const std::string services = "services:\n"
                             "  - {name: web, replicas: 3, ports: [80, 443]}\n"
                             "  - {name: web.v2, replicas: 1, limits: {cpus: 1}}\n"
                             "  - {replicas: 9}\n"
                             "images: {\"shop/web:1.4\": 20MiB}\n"
                             "empty:\n";

}   // namespace

TEST_CASE("a path leads to a value of any kind, by number or by name", "[yaml][override]") {
    struct Row {
        const char *path, *value, *expected;
    };
    const Row row = GENERATE(values<Row>({
        {"a", "2", "{a: 2, b: {c: [1, {name: x, d: ~}]}}"},   // A scalar.
        {"b", "[7]", "{a: 1, b: [7]}"},                       // A map becomes a list.
        {"b.c", "{e: f}", "{a: 1, b: {c: {e: f}}}"},          // A list becomes a map.
        {"b.c[0]", "[2, 3]", "{a: 1, b: {c: [[2, 3], {name: x, d: ~}]}}"},
        {"b.c[1].d", "\"5\"", "{a: 1, b: {c: [1, {name: x, d: 5}]}}"},   // What was nothing.
        {"b.c.x.d", "5", "{a: 1, b: {c: [1, {name: x, d: 5}]}}"},        // By name.
        {"b.c.x.d.e", "5", "{a: 1, b: {c: [1, {name: x, d: {e: 5}}]}}"},
        {"b.c.x", "~", "{a: 1, b: {c: [1, ~]}}"},
        {"b.new", "9", "{a: 1, b: {c: [1, {name: x, d: ~}], new: 9}}"},
        {"n.e.w", "9", "{a: 1, b: {c: [1, {name: x, d: ~}]}, n: {e: {w: 9}}}"},
        {"\"n.e\".w", "9", "{a: 1, b: {c: [1, {name: x, d: ~}]}, n.e: {w: 9}}"},
    }));
    CAPTURE(row.path);
    CHECK(after("{a: 1, b: {c: [1, {name: x, d: ~}]}}", {{row.path, row.value}}) == row.expected);
}

TEST_CASE("keys and names may have dots in them", "[yaml][override]") {
    const std::string before = flat(document(services).root());
    CHECK(after(services, {{"images.shop/web:1.4", "5MiB"}}).find("{shop/web:1.4: 5MiB}") !=
          std::string::npos);
    CHECK(after(services, {{"services.web.v2.limits.cpus", "7"}}).find("{cpus: 7}") !=
          std::string::npos);
    CHECK(after(services, {{"services.web.replicas", "3"}}) == before);
}

TEST_CASE("many overrides, in any order, and large maps", "[yaml][override]") {
    const std::vector<Override> some{{"a.b", "1"}, {"a.c", "2"}, {"l[1]", "x"}, {"l[0]", "y"}};
    CHECK(after("l: [1, 2]", some) == "{l: [y, x], a: {b: 1, c: 2}}");
    CHECK(after("l: [1, 2]", {some.rbegin(), some.rend()}) == "{l: [y, x], a: {c: 2, b: 1}}");
    // More keys than a map is searched through one by one.
    std::string text;
    for (int i = 0; i < 30; ++i) text += "k" + std::to_string(i) + ": 0\n";
    Diagnostics problems;
    const auto changed = yaml::overridden(document(text), {{"k7", "1"}, {"a", "2"}}, problems);
    CHECK(problems.empty());
    CHECK(changed.root().find("k7").text() == "1");
    CHECK(changed.root().find("a").text() == "2");
    CHECK(changed.root().find("k29").text() == "0");
}

TEST_CASE("an alias is changed in one place alone", "[yaml][override]") {
    CHECK(after("{a: &x {n: 1}, b: *x, c: {<<: *x, m: 2}}", {{"b.n", "5"}, {"c.n", "6"}}) ==
          "{a: {n: 1}, b: {n: 5}, c: {n: 6, m: 2}}");
}

TEST_CASE("the document itself stays, and old values their places", "[yaml][override]") {
    const auto original = document("a:\n  b: 1\n  c: 2\n");
    Diagnostics problems;
    const auto changed = yaml::overridden(original, {{"a.b", "7", "--vary"}}, problems);
    CHECK(flat(original.root()) == "{a: {b: 1, c: 2}}");
    CHECK(changed.root().find("a").find("c").line() == 3);
    CHECK(changed.root().find("a").find("c").file() == "s.yaml");
    CHECK(changed.root().find("a").find("b").file() == "--vary a.b");
    CHECK(changed.text() == original.text());
}

TEST_CASE("what is wrong with a path or a value names both", "[yaml][override]") {
    struct Row {
        const char *path, *value, *problem;
    };
    const Row row = GENERATE(values<Row>({
        {"", "1",
         "--set : is no path\n    hint: such as services.web.replicas or "
         "services[0].replicas\n"},
        {"services.", "1",
         "--set services.: is no path\n    hint: such as services.web.replicas "
         "or services[0].replicas\n"},
        {"services[x]", "1",
         "--set services[x]: is no path\n    hint: such as "
         "services.web.replicas or services[0].replicas\n"},
        {"services.wbe.replicas", "1",
         "--set services.wbe.replicas: services has nothing named \"wbe\"\n"
         "    hint: did you mean services.web.replicas?\n"},
        {"services.database", "1",
         "--set services.database: services has nothing named "
         "\"database\"\n    hint: there are web, web.v2, [2]\n"},
        {"services[3].replicas", "1",
         "--set services[3].replicas: services has 3 items, from [0] "
         "on\n    hint: did you mean services[0].replicas?\n"},
        {"limits[0]", "1",
         "--set limits[0]: limits is not there, and has no items\n"
         "    hint: there are services, images, empty\n"},
        {"images[0]", "1",
         "--set images[0]: images is no list, and has no items\n"
         "    hint: there are shop/web:1.4\n"},
        {"services.web.replicas.x", "1",
         "--set services.web.replicas.x: services[0].replicas is "
         "\"3\": nothing is below it\n"
         "    hint: did you mean services.web.replicas?\n"},
        {"services.web.replicas", " ",
         "--set services.web.replicas: services[0].replicas: has no "
         "value\n    hint: a YAML value; ~ for none\n"},
        {"services.web.ports", "[80",
         "--set services.web.ports:1: not valid YAML: a list in "
         "brackets is not closed\n    hint: look for a missing ] or "
         "comma, here or in the lines above\n"},
    }));
    CAPTURE(row.path, row.value);
    CHECK(after(services, {{row.path, row.value}}) == row.problem);
}

TEST_CASE("one place has one value, and every mistake is told", "[yaml][override]") {
    CHECK(after(services, {{"services.web.replicas", "1"}, {"services[0]", "{}"}, {"x[1]", "2"}}) ==
          "--set services[0]: services[0]: is set by --set services.web.replicas, too\n"
          "    hint: one value for one place\n"
          "--set x[1]: x is not there, and has no items\n"
          "    hint: there are services, images, empty\n");
    CHECK(after("l: [{name: a}, {name: a}]", {{"l.a.x", "1"}}).find("has several named \"a\"") !=
          std::string::npos);
}

TEST_CASE("a path and its value are together no deeper than a file", "[yaml][override]") {
    std::string path = "a", value;
    for (int i = 0; i < 60; ++i) path += ".a";
    for (int i = 0; i < 60; ++i) value += "[";
    value += std::string(60, ']');
    CHECK(after("a: {}", {{path, value}}).find("more than 100 levels deep") != std::string::npos);
    CHECK(after("a: {}", {{path, "[]"}}).find("levels") == std::string::npos);
}

TEST_CASE("what was meant is found by its end, or by its spelling", "[yaml][override]") {
    const auto written = document(services);
    CHECK(yaml::nearest_path(written.root(), "replicas") == "services.web.replicas");
    CHECK(yaml::nearest_path(written.root(), "limits.cpus") == "services.web.v2.limits.cpus");
    CHECK(yaml::nearest_path(written.root(), "service.web.replica") == "services.web.replicas");
    CHECK(yaml::nearest_path(written.root(), "nothing.like.it").empty());
}
