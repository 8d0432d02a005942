// Goal: what console and viewer share of a session keeps its promises without a process behind it.
// Method: tables of lines and names; a saved session is read back by the scenario's own reader.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "client/again.h"
#include "client/lines.h"
#include "client/saved.h"
#include "scenario/scenario.h"
#include "yaml/units.h"

using namespace glasshive;
using namespace glasshive::client;

TEST_CASE("a saved session is read back as it was, to the nanosecond", "[client][saved]") {
    const std::string odd = "fault {do: pause, host: \"node-2\", for: 1s}  # \\ ' \xC3\xA9";
    const Saved saved{.scenario = "a \"b\".yaml",
                      .seed = UINT64_MAX,
                      .profile = "realistic",
                      .duration = Duration{90'000'000'001},
                      .until = time_of_ns(3'000'000'000),
                      .commands = {{time_of_ns(1), "scale web=2"},
                                   {time_of_ns(1), "drain node-3"},
                                   {time_of_ns(2'999'999'999), odd}}};
    const std::string played = "schema: 1\nplatform: {hosts: 3}\n"
                               "services: [{name: web, image: nginx}]\n";
    const auto read =
        scenario::read_scenario(saved_text(saved), "kept/s.yaml", [&](const std::string& name) {
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

TEST_CASE("instants are written in seconds, exactly", "[client]") {
    struct Row {
        std::int64_t ns;
        const char* text;
    };
    const Row row = GENERATE(values<Row>({{0, "0s"},
                                          {1, "0.000000001s"},
                                          {1'000'000'000, "1s"},
                                          {12'500'000'000, "12.5s"},
                                          {9'007'199'254'740'993, "9007199.254740993s"},
                                          {INT64_MAX, "9223372036.854775807s"}}));
    CHECK(exact_text(time_of_ns(row.ns)) == row.text);
    CHECK(*yaml::parse_duration(row.text).value == Duration{row.ns});
}

TEST_CASE("what is saved over is a saved session or nothing", "[client][saved]") {
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

TEST_CASE("a scenario is named as it is seen from the saved file", "[client][saved]") {
    CHECK(seen_from("s.yaml", "a.yaml") == "a.yaml");
    CHECK(seen_from("kept/s.yaml", "a.yaml") == "../a.yaml");
    CHECK(seen_from("s.yaml", "stories/a.yaml") == "stories/a.yaml");
    CHECK(seen_from("x/y/s.yaml", "x/z/a.yaml") == "../z/a.yaml");
    CHECK(seen_from("/x/s.yaml", "/x/a.yaml") == "a.yaml");
}

TEST_CASE("lines of history are found, gone to and forgotten", "[client][lines]") {
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

TEST_CASE("names of lines can be typed and shown anywhere", "[client][lines]") {
    CHECK(why_no_name("broken-2.b_C").empty());
    for (const char* name :
         {"", "a b", "a/b", "\xC3\xA9", "a\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        CHECK_FALSE(why_no_name(name).empty());
    }
}

TEST_CASE("what was given is written and read as one list", "[client][given]") {
    const std::vector<session::TimedCommand> given{
        {time_of_ns(0), "scale web=2"}, {time_of_ns(7), "drain w1"}, {time_of_ns(7), "\"\xC3\xA9"}};
    const Diagnostic broken{.file = "x", .message = "broken"};
    CHECK(session::read_given(session::json_of(given), broken).value() == given);
    CHECK(session::read_given("[]", broken).value().empty());
    for (const char* wrong :
         {"", "{}", "[1]", R"([{"t_ns": 1}])", R"([{"t_ns": "1", "text": "x"}])",
          R"([{"t_ns": 2, "text": "x"}, {"t_ns": 1, "text": "y"}])",
          R"([{"t_ns": -1, "text": "x"}])"}) {
        CAPTURE(wrong);
        CHECK_FALSE(session::read_given(wrong, broken).ok());
    }
    CHECK(given_until(given, time_of_ns(6)) == 1);
    CHECK(given_until(given, time_of_ns(7)) == 3);
    CHECK(given_until({}, time_of_ns(7)) == 0);
}

TEST_CASE("a scenario's files are what was read, or not", "[client][saved]") {
    const auto folder = std::filesystem::temp_directory_path() / "glasshive_origin_test";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "a.yaml") << "schema: 1\n";
    std::ofstream(folder / "p.lua") << "return 1";
    const std::string scenario = (folder / "a.yaml").string();
    CHECK(changed_file({{scenario, "schema: 1\n"}, {"p.lua", "return 1"}}).empty());
    CHECK(changed_file({{scenario, "schema: 1\n"}, {"p.lua", "return 2"}}) ==
          (folder / "p.lua").string());
    CHECK(changed_file({{scenario + "x", ""}}) == scenario + "x");
    std::filesystem::remove_all(folder);
}
