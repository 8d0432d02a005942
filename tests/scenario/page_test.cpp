// Goal: docs/reference/scenario.md promises nothing that the reader refuses.
// Method: every longer example of the table is a scenario, or a part that makes one beside hosts;
// every example of a key is valid YAML that stands in the page's own column.
#include <catch2/catch.hpp>

#include "scenario/schema.h"
#include "support.h"

using namespace scenario_test;

namespace {

/// An example as a whole scenario: what it speaks of but does not say itself is added.
std::string completed(const std::string& example) {
    std::string text = example;
    const auto has = [&](const std::string& key) {
        return text.rfind(key + ":", 0) == 0 || text.find("\n" + key + ":") != std::string::npos;
    };
    if (!has("schema")) text += "schema: 1\n";
    if (has("session")) return text;   // All else is in the scenario that it names.
    if (!has("platform")) {
        text += "platform: {zones: [{names: [a, b], nodes: 2}, {names: [n], name: \"node-{}\", "
                "nodes: 3}]}\n";
    }
    if (!has("services") && !has("stack")) {
        text += "services: [{name: web, image: nginx, ports: [\"8080:80\"]}]\n";
    }
    return text;
}

}   // namespace

TEST_CASE("every example of a part is a scenario that reads", "[scenario][page]") {
    const Files files{{"shop.yaml", "services: {web: {image: \"nginx:${TAG}\"}}\n"},
                      {"../lua/policies/queue-based.lua", "return {}\n"},
                      {"02_node_crash.yaml", completed("platform: {hosts: 3}\n")}};
    int examples = 0;
    for (const scenario::Part part : scenario::all_parts()) {
        const scenario::Section& section = scenario::section(part);
        if (section.example.empty()) continue;
        ++examples;
        const std::string text = completed(section.example);
        CAPTURE(section.name, text);
        const auto result = read(text, files);
        if (!result.ok()) FAIL_CHECK(text_of(result.problems()));
    }
    CHECK(examples >= 9);
}

TEST_CASE("every example of a key is YAML, and every key has a meaning", "[scenario][page]") {
    for (const scenario::Part part : scenario::all_parts()) {
        const scenario::Section& section = scenario::section(part);
        for (const scenario::KeyInfo& key : section.keys) {
            CAPTURE(section.name, key.key, key.example);
            CHECK_FALSE(key.doc.empty());
            CHECK_FALSE(key.type.empty());
            CHECK(yaml::parse("key: " + key.example + "\n", "example").ok());
        }
    }
}
