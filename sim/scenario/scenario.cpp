#include "scenario/scenario.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/spec_check.h"
#include "scenario/load.h"
#include "scenario/lua_scenario.h"
#include "scenario/read_session.h"
#include "yaml/units.h"

namespace glasshive::scenario {

const char* to_text(Profile profile) {
    return profile == Profile::realistic ? "realistic" : "textbook";
}

FileReader reader_of(std::vector<InputFile> inputs) {
    return [inputs = std::move(inputs)](const std::string& name) -> std::optional<std::string> {
        for (const InputFile& input : inputs) {
            if (input.name == name) return input.content;
        }
        return std::nullopt;
    };
}

namespace {

namespace fs = std::filesystem;

/// What keeps a path from being read as a scenario; "" when nothing does.
std::string unreadable(const fs::path& path) {
    constexpr std::uintmax_t bytes_max = std::uintmax_t{64} << 20U;   // Nobody writes more by hand.
    std::error_code problem;
    const fs::file_status status = fs::status(path, problem);
    if (!fs::exists(status)) return "there is no such file";
    if (fs::is_directory(status)) return "is a folder, not a file";
    if (!fs::is_regular_file(status)) return "is not a regular file";
    if (fs::file_size(path, problem) > bytes_max) return "is larger than 64 MiB";
    if (!std::ifstream(path)) return std::string("cannot be read: ") + std::strerror(errno);
    return "";
}

std::optional<std::string> content_of(const fs::path& path) {
    if (!unreadable(path).empty()) return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

/// Compose files have a map of services and no machines; scenarios a list, and a platform.
bool is_compose_file(const yaml::Node& root) {
    if (!root.is_map() || root.find("schema").exists() || root.find("platform").exists()) {
        return false;
    }
    return root.find("services").is_map();
}

Diagnostic compose_given(const std::string& file) {
    const std::string name = file.substr(file.find_last_of('/') + 1);
    return {.file = file, .line = 1, .path = "",
            .message = "this is a Compose file; a scenario says on which machines to deploy it",
            .hint = "put a file beside it with schema: 1, platform: {hosts: 3} and stack: " + name};
}

}   // namespace

Result<ScenarioSpec> read_scenario(const std::string& path, const Given& given) {
    auto content = content_of(path);
    if (!content) {
        return Diagnostic{.file = path.empty() ? "\"\"" : path, .message = unreadable(path),
                          .hint = "name a scenario, e.g. scenarios/01_hello_cluster.yaml"};
    }
    const fs::path folder = fs::path(path).parent_path();
    return read_scenario(std::move(*content), path,
                         [&](const std::string& name) { return content_of(folder / name); },
                         given);
}

script::Value parameter_value(const std::string& text) {
    if (text == "true" || text == "false") return text == "true";
    if (const auto whole = yaml::parse_integer(text)) return *whole.value;
    if (const auto real = yaml::parse_real(text)) return *real.value;
    return text;
}

namespace {

Diagnostic session_given(const yaml::Node& session, const std::string& file) {
    const yaml::Node scenario = session.find("scenario");
    return {.file = file, .line = session.line(), .path = "session",
            .message = "this is a saved session; a session is played on a scenario",
            .hint = scenario.exists() ? "name what it was saved from: " + scenario.text()
                                      : "name the scenario that it was saved from"};
}

Diagnostic overridden_session(const yaml::Override& override) {
    return {.file = yaml::label_of(override),
            .message = "a saved session is played as it was saved",
            .hint = "set it in the scenario that it was saved from"};
}

Result<ScenarioSpec> read_text(std::string text, const std::string& file,
                               const FileReader& read_included, const Given& given,
                               bool may_be_session) {
    if (file.ends_with(".lua")) return read_lua_scenario(text, file, read_included, given);
    Loader loader(file, text, read_included, given);
    Diagnostics repeated;
    auto document = yaml::parse(std::move(text), file, repeated);
    if (!document.ok()) return document.problems();
    const yaml::Node root = document.value().root();
    if (is_compose_file(root)) return compose_given(file);
    if (is_session(root) && may_be_session) {
        if (!given.overrides.empty()) return overridden_session(given.overrides.front());
        return read_session(root, file, read_included, repeated);
    }
    if (is_session(root)) return session_given(root.find("session"), file);
    loader.read(yaml::overridden(document.value(), given.overrides, repeated).root());
    return loader.finish(repeated, root);
}

}   // namespace

Result<ScenarioSpec> read_scenario(std::string text, const std::string& file,
                                   const FileReader& read_included, const Given& given) {
    return read_text(std::move(text), file, read_included, given, true);
}

Result<ScenarioSpec> read_plain_scenario(std::string text, const std::string& file,
                                         const FileReader& read_included, const Given& given) {
    return read_text(std::move(text), file, read_included, given, false);
}

std::string reference_page() {
    std::string page =
        "# Scenario files\n\nGenerated from the program by `./dev docs`; do not edit.\n\n"
        "Durations: `250ms`, `1m30s`. Sizes: `512B`, `4GiB`. Bandwidths: `1Gbps` (bits), "
        "`100MBps`\n(bytes). CPUs: `0.5`. Shares: `25%` or `0.25`. "
        "Every mistake in a file is reported at once.\n";
    for (const Part part : all_parts()) {
        const Section& each = section(part);
        page += "\n## " + each.name + "\n\n" + each.doc + "\n";
        page += "\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n";
        for (const KeyInfo& key : each.keys) {
            const auto escaped = [](std::string cell) {
                for (std::size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2) {
                    cell.insert(at, "\\");
                }
                return cell;
            };
            page += "| `" + key.key + "` | " + escaped(key.type) + " | " + escaped(key.fallback) +
                    " | " + escaped(key.doc) + " | " +
                    (key.example.empty() ? "" : "`" + escaped(key.example) + "`") + " |\n";
        }
        if (!each.example.empty()) page += "\n```yaml\n" + each.example + "```\n";
    }
    return page + "\n## expectations\n\n" + check::grammar_page();
}

}   // namespace glasshive::scenario
