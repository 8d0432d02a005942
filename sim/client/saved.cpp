#include "client/saved.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "client/session_process.h"

namespace glasshive::client {

namespace {

/// A text in double quotes: JSON's are YAML's, too (yaml.org/spec/1.2.2, 1.3).
std::string quoted(const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

constexpr const char* first_line = "# A session of `glasshive console`: ";

}   // namespace

std::string saved_text(const Saved& saved) {
    std::string text = std::string(first_line) +
                       "`glasshive run` repeats it,\n# `glasshive console` goes on from its end.\n"
                       "schema: 1\nsession:\n  scenario: " + quoted(saved.scenario) +
                       "\n  seed: " + std::to_string(saved.seed) + "\n";
    if (!saved.profile.empty()) text += "  profile: " + saved.profile + "\n";
    if (saved.duration) text += "  duration: " + exact_text(*saved.duration) + "\n";
    text += "  until: " + exact_text(saved.until) + "\n";
    if (!saved.commands.empty()) text += "  commands:\n";
    for (const session::TimedCommand& c : saved.commands) {
        text += "    - {at: " + exact_text(c.at) + ", do: " + quoted(c.text) + "}\n";
    }
    return text;
}

std::string seen_from(const std::string& from, const std::string& file) {
    namespace fs = std::filesystem;
    std::error_code problem;
    const fs::path folder = fs::absolute(from, problem).parent_path();
    const fs::path relative = fs::relative(fs::absolute(file, problem), folder, problem);
    return problem || relative.empty() ? file : relative.generic_string();
}

std::string changed_file(const std::vector<Origin>& files) {
    if (files.empty()) return "";
    const std::string& scenario = files.front().name;
    const std::string folder = scenario.substr(0, scenario.find_last_of('/') + 1);
    for (const Origin& each : files) {
        const bool itself = &each == &files.front();
        const std::string path =
            itself || each.name.starts_with('/') ? each.name : folder + each.name;
        std::ifstream in(path, std::ios::binary);
        std::ostringstream content;
        content << in.rdbuf();
        if (!in || content.str() != each.content) return path;
    }
    return "";
}

std::optional<Diagnostic> write_saved(const Saved& saved, const std::string& path) {
    errno = 0;
    std::ofstream file(path, std::ios::binary);
    file << saved_text(saved);
    file.close();
    if (file) return std::nullopt;
    return Diagnostic{.file = path,
                      .message = std::string("cannot be written: ") + std::strerror(errno)};
}

std::string why_not_save_at(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code problem;
    if (path.ends_with(".hive")) return "a session is saved as a scenario: FILE.yaml";
    if (!fs::exists(path, problem)) return "";
    if (!fs::is_regular_file(path, problem)) return "is there already and is no file";
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line.starts_with(first_line) ? "" : "is there already and is no saved session";
}

}   // namespace glasshive::client
