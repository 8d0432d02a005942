// Goal: whoever plays with a run in the window can stop it, break it, go back and branch; and what
// becomes of its process is shown, not suffered. Method: a real session process beside a window
// without a screen; the view afterwards says what happened.
#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include <catch2/catch.hpp>

#include "viewer/app/completing.h"
#include "viewer/app/playing.h"
#include "viewer/app/run_words.h"
#include "viewer/panels/reservations.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

Hand crash() { return playing("02_node_crash"); }

}   // namespace

TEST_CASE("a scenario plays beside the window, and stops where one says", "[live]") {
    Hand hand = crash();
    REQUIRE(hand.view().live() != nullptr);
    CHECK(hand.view().live()->mode == Mode::paused);
    CHECK(hand.view().live()->now == Time{});
    command(hand, "run 30s");
    CHECK(hand.view().live()->now == at(30));
    CHECK(hand.view().selection().playhead == at(30));
    CHECK(hand.view().hosts_on() == 4);
    CHECK(hand.view().glass().events() > 50);
    command(hand, "until host.off");
    CHECK(hand.view().hosts_on() == 3);
    CHECK(hand.view().selection().playhead == at(60));

    hand.click("header/x1000");
    hand.click("header/play");
    CHECK(soon(hand, [&] { return hand.view().live()->now > at(100); }));
    CHECK(soon(hand, [&] { return hand.view().live()->mode == Mode::ended; }));
    hand.rest();
    CHECK(hand.view().selection().playhead == hand.view().live()->end);
    CHECK(hand.view().glass().recording().clean() == false);   // It can go back still.
}

TEST_CASE("one event at a time, and the past stays where it is while one looks at it", "[live]") {
    Hand hand = crash();
    command(hand, "run 10s");
    const std::uint64_t before = hand.view().live()->newest;
    hand.press(GLFW_KEY_ESCAPE);   // Out of the command line, where keys are letters.
    hand.press(GLFW_KEY_RIGHT);
    REQUIRE(hand.view().wait_for_run());
    hand.rest();
    CHECK(hand.view().live()->newest > before);
    const Rect line = hand.at("header/scrub");
    hand.click_at({line.min.x + line.width() / 4, line.min.y + 1});
    const Time there = hand.view().selection().playhead;
    CHECK_FALSE(hand.view().following());
    hand.view().post(Play{.speed = 100});
    hand.view().seek(there);
    CHECK(soon(hand, [&] { return hand.view().live()->now > at(20); }));
    CHECK(hand.view().selection().playhead == there);
    hand.press(GLFW_KEY_END);
    CHECK(hand.view().following());

    // A panel leads back, too: an event of the list is where it was.
    hand.view().post(Pause{});
    REQUIRE(hand.view().wait_for_run());
    hand.rest(3);
    std::string row;
    for (const auto& [name, where] : hand.view().hits().all()) {
        if (row.empty() && name.rfind("Events/#", 0) == 0) row = name;
    }
    REQUIRE_FALSE(row.empty());
    hand.click(row);
    CHECK("Events/#" + std::to_string(number_of(hand.view().selection().event)) == row);
    CHECK_FALSE(hand.view().following());
    CHECK(hand.view().selection().playhead < hand.view().live()->now);
}

TEST_CASE("docker lines and faults change the run; undo takes the last one back", "[live]") {
    Hand hand = crash();
    command(hand, "run 10s");
    command(hand, "docker service scale web=5");
    command(hand, "run 15s");
    CHECK(hand.view().now().cluster.services.front().desired == 5);
    command(hand, "fault {do: power_off, host: node-3}");
    command(hand, "run 2s");
    CHECK(state_of(hand, "host", "node-3") == "off");
    CHECK(hand.view().live()->given.size() == 2);
    command(hand, "docker service scale nobody=5");
    CHECK_THAT(hand.view().message(), Catch::Contains("nobody"));
    command(hand, "undo");
    command(hand, "undo");
    CHECK(hand.view().live()->given.size() == 1);
    CHECK(state_of(hand, "host", "node-3") == "on");
    CHECK(hand.view().now().cluster.services.front().desired == 5);
}

TEST_CASE("what if it had not died? Rewind, branch, compare", "[live]") {
    Hand hand = crash();
    hand.view().select("node-2");
    command(hand, "run 20s");
    command(hand, "fault {do: power_off, host: node-4}");
    command(hand, "run 10s");
    CHECK(state_of(hand, "host", "node-4") == "off");
    const int first = hand.view().live()->generation;
    const Rect line = hand.at("header/scrub");
    hand.click_at({line.min.x + line.width() / 2, line.min.y + 1});   // 15 s: it lives.
    hand.click("run/Branch here");
    REQUIRE(hand.view().wait_for_run());
    hand.rest(3);
    CHECK(hand.view().live()->line == "branch-1");
    CHECK(hand.view().live()->generation > first);
    command(hand, "run 15s");
    CHECK(state_of(hand, "host", "node-4") == "on");
    CHECK(hand.view().glass().text(hand.view().selection().subject) == "node-2");
    command(hand, "switch main");
    CHECK(hand.view().live()->line == "main");
    CHECK(state_of(hand, "host", "node-4") == "off");
    hand.press(GLFW_KEY_ESCAPE);
    hand.click_at({line.min.x + line.width() / 2, line.min.y + 1});
    hand.click("run/Rewind here");
    REQUIRE(hand.view().wait_for_run());
    hand.rest(3);
    CHECK(hand.view().live()->now < at(20));
    CHECK(hand.view().live()->given.empty());
}

TEST_CASE("a session is saved as a scenario that runs again", "[live]") {
    const std::string path = recording_of("01_hello_cluster") + ".saved.yaml";
    std::filesystem::remove(path);
    {
        Hand hand = crash();
        command(hand, "run 5s");
        command(hand, "drain node-2");
        command(hand, "run 5s");
        CHECK(hand.view().live()->unsaved);
        command(hand, "save " + path);
        CHECK(std::filesystem::exists(path));
        CHECK_FALSE(hand.view().live()->unsaved);
    }
    {
        Hand again({.file = path, .live = true, .at = at(10)}, 640, 480);
        CHECK(again.view().live()->given.size() == 1);
        CHECK(state_of(again, "node", "node-2") == "ready");
    }
    Hand before({.file = path, .live = true, .at = at(4)}, 640, 480);
    CHECK(before.view().live()->now == at(10));
    CHECK(before.view().selection().playhead == at(4));
    CHECK_FALSE(before.view().following());
}

TEST_CASE("a killed process is shown, and going back starts another", "[live]") {
    Hand hand = crash();
    command(hand, "run 12s");
    const std::uint64_t events = hand.view().glass().events();
    REQUIRE(hand.view().live()->process > 0);
    kill(hand.view().live()->process, SIGKILL);
    CHECK(soon(hand, [&] { return hand.view().live()->mode == Mode::dead; }));
    hand.rest();
    CHECK(hand.view().glass().events() >= events);   // All of it can still be looked at.
    CHECK(hand.view().hosts_on() == 4);
    CHECK_FALSE(hand.view().live()->problems.empty());
    command(hand, "rewind 5s");
    CHECK(hand.view().live()->mode == Mode::paused);
    CHECK(hand.view().live()->now == at(5));
}

TEST_CASE("a process that hangs holds up no frame", "[live]") {
    Hand hand = crash();
    command(hand, "run 5s");
    const int process = hand.view().live()->process;
    REQUIRE(process > 0);
    kill(process, SIGSTOP);
    hand.view().post(Play{.speed = 1, .until = at(100)});
    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) hand.frame();
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(3));
    CHECK(soon(hand, [&] { return hand.view().live()->silent > 1; }));
    hand.view().press(GLFW_KEY_G, GLFW_MOD_CONTROL);
    CHECK(soon(hand, [&] { return hand.view().live()->mode == Mode::dead; }));
}

TEST_CASE("words of ours are understood, everything else is given", "[live]") {
    const auto is = [](const char* line, auto wanted) {
        const auto command = command_of(line, at(10));
        REQUIRE(command.ok());
        return std::holds_alternative<decltype(wanted)>(command.value());
    };
    CHECK(is("play", Play{}));
    CHECK(is("play max", Play{}));
    CHECK(is("play x0.5", Play{}));
    CHECK(is("pause", Pause{}));
    CHECK(is("step 3", Step{}));
    CHECK(is("rewind 1m", Rewind{}));
    CHECK(is("branch a 10s", Branch{}));
    CHECK(is("docker ps", Give{}));
    CHECK(is("fault {do: heal}", Give{}));
    CHECK(std::get<Play>(command_of("run 5", at(10)).value()).until == at(15));
    for (const char* line : {"", "  ", "run", "run fast", "step -1", "step x", "play 0", "rewind",
                             "rewind soon", "branch", "switch", "save", "save a b", "undo 3"}) {
        CAPTURE(line);
        CHECK_FALSE(command_of(line, Time{}).ok());
    }
}

TEST_CASE("what a service of a command reserves is set aside on its hosts", "[live]") {
    Hand hand = crash();
    command(hand, "run 10s");
    CHECK(hand.view().now().cluster.services.front().reserved_cpus == 0);
    command(hand, "docker service create --name big --reserve-cpu 1.5 --reserve-memory 1g nginx");
    command(hand, "run 10s");
    const auto& services = hand.view().now().cluster.services;
    REQUIRE(services.size() == 2);
    CHECK(services.back().reserved_cpus == 1.5);
    CHECK(services.back().reserved_memory == 1024.0 * 1024 * 1024);
    const auto said = Reservations::said_of(services);
    REQUIRE(said);
    CHECK(said->of_service("big").cpus == 1.5);
    command(hand, "docker service update --reserve-cpu 0.5 big");
    command(hand, "run 10s");
    CHECK(hand.view().now().cluster.services.back().reserved_cpus == 0.5);
}

TEST_CASE("the command line completes words, names and docker's flags", "[live]") {
    Hand hand = crash();
    command(hand, "run 20s");
    View& view = hand.view();
    using Words = std::vector<std::string>;
    struct Row {
        const char* line;
        Words words;
        const char* after;   ///< The line when Tab was pressed.
    };
    const Row rows[] = {
        {"drai", {"drain"}, "drain "},
        {"drain no", {"node-1", "node-2", "node-3", "node-4"}, "drain node-"},
        {"scale w", {"web="}, "scale web="},
        {"scale web=5", {}, "scale web=5"},
        {"docker service sca", {"scale"}, "docker service scale "},
        {"docker service update --for", {"--force"}, "docker service update --force "},
        {"docker service rollback w", {"web"}, "docker service rollback web "},
        {"fault ", {"{do:"}, "fault {do: "},
        {"fault {do: power", {"power_off"}, "fault {do: power_off "},
        {"fault {do: power_off, ho", {"host:"}, "fault {do: power_off, host: "},
        {"fault {do: power_off, host: node-4", {}, "fault {do: power_off, host: node-4"},
        {"until node.d", {"node.down"}, "until node.down "},
        {"switch m", {"main"}, "switch main "},
        {"on node-3 ", {"docker"}, "on node-3 docker "},
        {"", {}, ""},
        {"nobody knows this", {}, "nobody knows this"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.line);
        const Words words = completions(view, row.line);
        CHECK(words == row.words);
        CHECK(completed(row.line, words) == row.after);
    }
    hand.click("run/command");
    hand.type("dra");
    CHECK(hand.sees("completions/drain"));
    hand.press(GLFW_KEY_TAB);
    hand.type("node-3");
    hand.press(GLFW_KEY_ENTER);
    answered(hand);
    CHECK(view.live()->given.size() == 1);
    CHECK_FALSE(hand.sees("completions/drain"));
}
