// Goal: the console's parts keep their promises without a process behind them.
// Method: tables of lines and names; a saved session is read back by the scenario's own reader.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "console/editor.h"
#include "console/lines.h"
#include "console/saved.h"
#include "console/session_process.h"
#include "console/words.h"
#include "scenario/scenario.h"

using namespace glasshive;
using namespace glasshive::console;

TEST_CASE("a saved session is read back as it was, to the nanosecond", "[console][saved]") {
    const std::string odd = "fault {do: pause, host: \"node-2\", for: 1s}  # \\ ' \xC3\xA9";
    const Saved saved{.scenario = "a \"b\".yaml",
                      .seed = UINT64_MAX,
                      .profile = scenario::Profile::realistic,
                      .duration = Duration{90'000'000'001},
                      .until = time_of_ns(3'000'000'000),
                      .commands = {{time_of_ns(1), "scale web=2"},
                                   {time_of_ns(1), "drain node-3"},
                                   {time_of_ns(2'999'999'999), odd}}};
    const std::string played = "schema: 1\nplatform: {hosts: 3}\n"
                               "services: [{name: web, image: nginx}]\n";
    const auto read = scenario::read_scenario(
        saved_text(saved), "kept/s.yaml", [&](const std::string& name) {
            return name == saved.scenario ? std::optional(played) : std::nullopt;
        });
    REQUIRE(read.ok());
    const scenario::ScenarioSpec& spec = read.value();
    CHECK(spec.file == "kept/a \"b\".yaml");
    CHECK(spec.seed == saved.seed);
    CHECK(spec.profile == scenario::Profile::realistic);
    CHECK(spec.duration == saved.duration);
    REQUIRE(spec.session);
    CHECK(spec.session->until == saved.until - Time{});
    REQUIRE(spec.session->commands.size() == saved.commands.size());
    for (std::size_t i = 0; i < saved.commands.size(); ++i) {
        CHECK(Time{} + spec.session->commands[i].at == saved.commands[i].at);
        CHECK(spec.session->commands[i].text == saved.commands[i].text);
    }
}

TEST_CASE("instants are written in seconds, exactly", "[console]") {
    struct Row { std::int64_t ns; const char* text; };
    const Row row = GENERATE(values<Row>({{0, "0s"},
                                          {1, "0.000000001s"},
                                          {1'000'000'000, "1s"},
                                          {12'500'000'000, "12.5s"},
                                          {9'007'199'254'740'993, "9007199.254740993s"},
                                          {INT64_MAX, "9223372036.854775807s"}}));
    CHECK(exact_text(time_of_ns(row.ns)) == row.text);
    CHECK(instant_of(row.text, "x").value() == time_of_ns(row.ns));
}

TEST_CASE("what is saved over is a saved session or nothing", "[console][saved]") {
    const auto folder = std::filesystem::temp_directory_path() / "glasshive_parts_test";
    std::filesystem::create_directories(folder);
    const auto file = [&](const std::string& name, const std::string& content) {
        std::ofstream(folder / name) << content;
        return (folder / name).string();
    };
    CHECK(why_not_save_at((folder / "new.yaml").string()).empty());
    CHECK(why_not_save_at(file("s.yaml", saved_text({.scenario = "a.yaml"}))).empty());
    CHECK(why_not_save_at(file("a.yaml", "schema: 1\n")) ==
          "is there already and is no saved session");
    CHECK(why_not_save_at(folder.string()) == "is there already and is no file");
    CHECK_FALSE(why_not_save_at((folder / "x.hive").string()).empty());
    std::filesystem::remove_all(folder);
}

TEST_CASE("a scenario is named as it is seen from the saved file", "[console][saved]") {
    CHECK(seen_from("s.yaml", "a.yaml") == "a.yaml");
    CHECK(seen_from("kept/s.yaml", "a.yaml") == "../a.yaml");
    CHECK(seen_from("s.yaml", "stories/a.yaml") == "stories/a.yaml");
    CHECK(seen_from("x/y/s.yaml", "x/z/a.yaml") == "../z/a.yaml");
    CHECK(seen_from("/x/s.yaml", "/x/a.yaml") == "a.yaml");
}

TEST_CASE("lines of history are found, gone to and forgotten", "[console][lines]") {
    Lines lines({.name = "main"});
    lines.add({.name = "a"});
    lines.add({.name = "b"});
    CHECK(lines.present().name == "b");
    lines.go_to("main");
    CHECK(lines.present().name == "main");
    lines.go_to("b");
    lines.forget("a");   // One before the present one.
    CHECK(lines.present().name == "b");
    CHECK(lines.find("a") == nullptr);
    CHECK(lines.all().size() == 2);
}

TEST_CASE("names of lines can be typed and shown anywhere", "[console][lines]") {
    CHECK(why_no_name("broken-2.b_C").empty());
    for (const char* name : {"", "a b", "a/b", "\xC3\xA9", "a\n",
                             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        CHECK_FALSE(why_no_name(name).empty());
    }
}

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
