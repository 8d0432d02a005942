// Goal: whatever stands in the place of a value, what is said about it has a place, too.
// Method: each value of the shipped scenarios, one for each path of keys, is written as a text, as
// a list, as a map, as nothing, and not at all. Those which are still scenarios say nothing.
#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

#include <set>

#include "support.h"

using namespace scenario_test;

namespace {

const std::filesystem::path folder = SOURCE_DIR "/scenarios";

constexpr int wrong_kinds = 5;

/// Paths of keys that were met already, in any scenario; items of one list share theirs.
using Paths = std::set<std::string>;

/// Reads what the scenario has become, and looks for problems without a place.
void check_places(const YAML::Node& scenario) {
    const std::string text = YAML::Dump(scenario) + "\n";
    const auto result = scenario::read_scenario(
        text, "s.yaml", [](const std::string& name) -> std::optional<std::string> {
            if (!std::filesystem::is_regular_file(folder / name)) return std::nullopt;
            return content_of(folder / name);
        });
    if (result.ok()) return;
    for (const Diagnostic& problem : result.problems()) {
        const bool placed = !problem.file.empty() && problem.line > 0 && !problem.message.empty();
        if (placed) continue;
        CAPTURE(text);
        FAIL_CHECK(to_text(problem));
    }
}

YAML::Node of_kind(int kind) {
    if (kind == 0) return YAML::Node("word");
    if (kind == 1) return YAML::Load("[word]");
    if (kind == 2) return YAML::Load("{word: 1}");
    return YAML::Node();
}

/// Each child of `parent`, and all below it, is of each wrong kind once. Returns how many were.
int walk(const YAML::Node& scenario, YAML::Node parent, const std::string& path, Paths& met) {
    int count = 0;
    std::vector<std::string> keys;
    for (auto child = parent.begin(); child != parent.end(); ++child) {
        keys.push_back(parent.IsMap() ? child->first.as<std::string>() : "");
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto child = [&] { return parent.IsMap() ? parent[keys[i]] : parent[i]; };
        const YAML::Node before = YAML::Clone(child());
        const std::string here = path + (parent.IsMap() ? "." + keys[i] : "[]");
        for (int kind = 0; met.insert(here + std::to_string(kind)).second; ++kind) {
            if (kind == wrong_kinds) break;
            if (kind + 1 < wrong_kinds || parent.IsSequence()) {
                child() = of_kind(kind);
            } else {
                parent.remove(keys[i]);
            }
            check_places(scenario);
            ++count;
            if (parent.IsMap()) {
                parent[keys[i]] = YAML::Clone(before);
            } else {
                parent[i] = YAML::Clone(before);
            }
        }
        if (before.IsMap() || before.IsSequence()) count += walk(scenario, child(), here, met);
    }
    return count;
}

}   // namespace

TEST_CASE("a value of the wrong kind is refused at its place", "[scenario][broken]") {
    Paths met;
    int count = 0;
    for (const std::filesystem::path& file : files_in(folder)) {
        CAPTURE(file.filename().string());
        const YAML::Node scenario = YAML::LoadFile(file.string());
        check_places(scenario);
        count += walk(scenario, scenario, "", met);
    }
    CHECK(count > 1000);
}
