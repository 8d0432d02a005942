// Goal: every mistake in a scenario, and in what it includes, is named at its place with a hint
// that helps.
// Method: each tests/scenarios/broken/scenario/NAME.yaml has its exact problems in NAME.expected.
// Run with GLASSHIVE_UPDATE=1 to write them anew, then read the difference.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "support.h"

using namespace scenario_test;

namespace {

const std::filesystem::path folder = SOURCE_DIR "/tests/scenarios/broken/scenario";

/// The file read as if from its own folder, so that messages hold no path of this machine.
Result<scenario::ScenarioSpec> read_file(const std::filesystem::path& file) {
    return scenario::read_scenario(
        content_of(file), file.filename().string(),
        [](const std::string& name) -> std::optional<std::string> {
            if (!std::filesystem::is_regular_file(folder / name)) return std::nullopt;
            return content_of(folder / name);
        });
}

/// Lines of a problem's file as an editor counts them; 0 when there is no such file.
int lines_of(const std::filesystem::path& file) {
    const std::string text = content_of(file);
    const auto ends = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    return text.empty() ? 0 : ends + (text.back() == '\n' ? 0 : 1);
}

}   // namespace

TEST_CASE("every broken scenario gives its expected problems", "[scenario][broken]") {
    const std::vector<std::filesystem::path> files = files_in(folder);
    REQUIRE(files.size() >= 40);
    for (const std::filesystem::path& file : files) {
        const auto loaded = read_file(file);
        CAPTURE(file.filename().string());
        REQUIRE_FALSE(loaded.ok());
        REQUIRE(has_errors(loaded.problems()));
        const std::string problems = text_of(loaded.problems());
        std::filesystem::path expected = file;
        expected.replace_extension(".expected");
        if (std::getenv("GLASSHIVE_UPDATE")) std::ofstream(expected) << problems;
        CHECK(problems == content_of(expected));
    }
}

TEST_CASE("problems come in order of file and line, and every line exists", "[scenario][broken]") {
    for (const std::filesystem::path& file : files_in(folder)) {
        CAPTURE(file.filename().string());
        const auto loaded = read_file(file);
        const Diagnostics& problems = loaded.problems();
        for (std::size_t i = 0; i < problems.size(); ++i) {
            CAPTURE(to_text(problems[i]));
            CHECK(problems[i].line <= std::max(1, lines_of(folder / problems[i].file)));
            CHECK(problems[i].line >= (lines_of(folder / problems[i].file) > 0 ? 1 : 0));
            if (i == 0 || problems[i].file != problems[i - 1].file) continue;
            CHECK(problems[i - 1].line <= problems[i].line);
        }
    }
}
