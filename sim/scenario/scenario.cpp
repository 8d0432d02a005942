#include "scenario/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/spec_check.h"
#include "scenario/load.h"

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

Result<ScenarioSpec> read_scenario(const std::string& path) {
    namespace fs = std::filesystem;
    const auto content_of = [](const fs::path& file) -> std::optional<std::string> {
        std::error_code problem;
        if (!fs::is_regular_file(file, problem)) return std::nullopt;
        std::ifstream in(file, std::ios::binary);
        std::ostringstream content;
        content << in.rdbuf();
        return content.str();
    };
    auto content = content_of(path);
    if (!content) {
        return Diagnostic{.file = path, .message = "there is no such file to read",
                          .hint = "name a scenario, e.g. scenarios/01_hello_cluster.yaml"};
    }
    const fs::path folder = fs::path(path).parent_path();
    return read_scenario(std::move(*content), path,
                         [&](const std::string& name) { return content_of(folder / name); });
}

Result<ScenarioSpec> read_scenario(std::string text, const std::string& file,
                                   const FileReader& read_included) {
    Loader loader(file, text, read_included);
    auto document = yaml::parse(std::move(text), file);
    if (!document.ok()) return document.problems();
    loader.read(document.value().root());
    return loader.finish();
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
