// Goal: the console's parts keep their promises without a process behind them.
// Method: tables of lines and names; a history lies where it belongs.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "console/editor.h"
#include "console/words.h"

using namespace glasshive;
using namespace glasshive::console;

TEST_CASE("a line's words and its rest are what stands between blanks", "[console][words]") {
    CHECK(split("  a  bc\td ") == std::vector<std::string>{"a", "bc", "d"});
    CHECK(split("").empty());
    CHECK(rest_after("  sql  SELECT 1  ", 1) == "SELECT 1  ");
    CHECK(rest_after("sql", 1).empty());
    CHECK(rest_after("", 0).empty());
    CHECK(rest_after("  a b", 0) == "a b");
}

TEST_CASE("every word has its help, and what is given to the run is a word", "[console][words]") {
    for (const Word& word : all_words()) {
        CAPTURE(word.name);
        CHECK(word.usage.rfind(word.name, 0) == 0);
        CHECK_FALSE(word.summary.empty());
        CHECK(find_word(word.name) == &word);
        CHECK(help_text().find(word.usage) != std::string::npos);
    }
    for (const char* given : {"docker", "scale", "update", "drain", "pause", "activate", "fault"}) {
        CHECK(is_given_to_run(given));
        CHECK(find_word(given) != nullptr);
    }
    CHECK_FALSE(is_given_to_run("run"));
}

TEST_CASE("the history lies where the user's state belongs", "[console][editor]") {
    const auto folder = std::filesystem::temp_directory_path() / "glasshive_history_test";
    const auto set = [](const char* name, const std::string& value) {
        setenv(name, value.c_str(), 1);
    };
    unsetenv("GLASSHIVE_NO_HISTORY");
    set("HOME", (folder / "home").string());
    set("XDG_STATE_HOME", (folder / "state").string());
    CHECK(history_file() == (folder / "state/glasshive/console_history").string());
    set("XDG_STATE_HOME", "not/absolute");
    CHECK(history_file() == (folder / "home/.local/state/glasshive/console_history").string());
    CHECK(std::filesystem::is_directory(folder / "home/.local/state/glasshive"));
    set("GLASSHIVE_NO_HISTORY", "1");
    CHECK(history_file().empty());
    unsetenv("GLASSHIVE_NO_HISTORY");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    CHECK(history_file().empty());
    std::filesystem::remove_all(folder);
}
