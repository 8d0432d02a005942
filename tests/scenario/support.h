#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "scenario/scenario.h"

/// Reading scenarios written down in tests, and looking at what became of them.
namespace scenario_test {

using namespace glasshive;

using Files = std::map<std::string, std::string>;

/// The text is in "s.yaml"; `files` are what it can include.
inline Result<scenario::ScenarioSpec> read(const std::string& text, const Files& files = {}) {
    return scenario::read_scenario(text, "s.yaml",
                                   [&](const std::string& name) -> std::optional<std::string> {
                                       const auto at = files.find(name);
                                       if (at == files.end()) return std::nullopt;
                                       return at->second;
                                   });
}

/// All problems, one after another, as `check` prints them.
inline std::string text_of(const Diagnostics& problems) {
    std::string text;
    for (const Diagnostic& problem : problems) text += to_text(problem) + "\n";
    return text;
}

/// The spec of a good scenario; a failed assertion with its problems when it is none.
inline scenario::ScenarioSpec good(const std::string& text, const Files& files = {}) {
    auto result = read(text, files);
    if (!result.ok()) throw std::runtime_error(text_of(result.problems()));
    return std::move(result.value());
}

/// A good scenario of three hosts with `rest` behind them.
inline scenario::ScenarioSpec with_hosts(const std::string& rest, const Files& files = {}) {
    return good("schema: 1\nplatform: {hosts: 3}\n" + rest, files);
}

/// The problems of three hosts with `rest` behind them, from line 3; "" when there are none.
inline std::string problems_of(const std::string& rest, const Files& files = {}) {
    const auto result = read("schema: 1\nplatform: {hosts: 3}\n" + rest, files);
    return result.ok() ? "" : text_of(result.problems());
}

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The *.yaml files of a folder, sorted.
inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}   // namespace scenario_test
