#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "scenario/compose/compose.h"

/// Loading Compose files of the test folders, with files read beside them.
namespace compose_test {

inline std::optional<std::string> content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::is_directory(path)) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The variables every test file may refer to.
inline glasshive::compose::Options options_for(const std::filesystem::path& path) {
    glasshive::compose::Options options;
    options.stack_name = "shop";
    options.file_name = path.filename().string();
    options.environment = {{"TAG", "1.4"}, {"REPLICAS", "3"}, {"EMPTY", ""}, {"WORD", "many"},
                           {"ONLY", "yes"}, {"MODE", "production"}};
    const std::filesystem::path folder = path.parent_path();
    options.read_file = [folder](const std::string& name) { return content_of(folder / name); };
    return options;
}

inline glasshive::Result<glasshive::compose::Loaded> load_file(const std::filesystem::path& path) {
    return glasshive::compose::load(content_of(path).value_or(""), options_for(path));
}

/// All problems, one after another, as `check` prints them.
inline std::string text_of(const glasshive::Diagnostics& problems) {
    std::string text;
    for (const glasshive::Diagnostic& problem : problems) text += to_text(problem) + "\n";
    return text;
}

}   // namespace compose_test
