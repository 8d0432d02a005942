// Goal: every mistake in a Compose file is named at its place, in docker's words where docker has
// some.
// Method: each tests/scenarios/broken/compose/NAME.yaml has its exact problems in NAME.expected.
// Run with GLASSHIVE_UPDATE=1 to write them anew, then read the difference.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "support.h"

namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}   // namespace

TEST_CASE("every broken Compose file gives its expected problems", "[compose][broken]") {
    const std::filesystem::path folder = SOURCE_DIR "/tests/scenarios/broken/compose";
    const std::vector<std::filesystem::path> files = files_in(folder);
    REQUIRE(files.size() >= 20);
    for (const std::filesystem::path& file : files) {
        const auto loaded = compose_test::load_file(file);
        CAPTURE(file.filename().string());
        REQUIRE_FALSE(loaded.ok());
        REQUIRE(glasshive::has_errors(loaded.problems()));
        const std::string problems = compose_test::text_of(loaded.problems());
        std::filesystem::path expected = file;
        expected.replace_extension(".expected");
        if (std::getenv("GLASSHIVE_UPDATE")) std::ofstream(expected) << problems;
        CHECK(problems == compose_test::content_of(expected).value_or("(no such file)"));
    }
}

TEST_CASE("every good Compose file loads", "[compose]") {
    const auto files = files_in(SOURCE_DIR "/tests/scenarios/compose");
    REQUIRE(files.size() >= 6);
    for (const std::filesystem::path& file : files) {
        const auto loaded = compose_test::load_file(file);
        CAPTURE(file.filename().string());
        if (!loaded.ok()) FAIL_CHECK(compose_test::text_of(loaded.problems()));
    }
}
