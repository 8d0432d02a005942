// Goal: a window plays with a run and never waits for it, whatever the run's process does. Method:
// sandboxes with real session processes, which are played, made again, saved, killed and stopped.
#include "viewer/live/talk.h"

#include <csignal>

#include "viewer/model/glass.h"

using namespace live;

TEST_CASE("a run is played, paused, stepped and sent to an instant", "[viewer][live]") {
    const Story story(hello);
    Sandbox sandbox({.file = story.file("story.yaml")});
    const auto first = until(sandbox, Mode::paused);
    CHECK(first->now == Time{});
    CHECK(first->end == at(600));
    CHECK(first->generation == 1);
    CHECK(first->line == "main");

    well(sandbox, Play{.speed = 10});
    const auto later = until(sandbox, [](const Status& s) { return s.now > at(4); });
    CHECK(later->mode == Mode::playing);
    CHECK(later->speed == 10);
    CHECK(later->reached > 0);
    well(sandbox, Pause{});
    const auto held = sandbox.status();
    CHECK(held->mode == Mode::paused);
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    CHECK(sandbox.status()->now == held->now);

    well(sandbox, Step{1});
    well(sandbox, Step{5000});
    CHECK(sandbox.status()->now > held->now);
    CHECK(run_to(sandbox, 100)->now == at(100));
    well(sandbox, Play{.speed = INFINITY});
    CHECK(until(sandbox, Mode::ended)->now == at(600));
    CHECK(ask(sandbox, Play{.speed = -1}).text == "a speed is more than 0");
}

TEST_CASE("it runs to the next event of a pattern", "[viewer][live]") {
    const Story story(hello);
    Sandbox sandbox({.file = story.file("story.yaml")});
    well(sandbox, Play{.speed = INFINITY, .event = "task.running", .subject = "web.2"});
    const auto found = until(sandbox, [](const Status& s) { return s.found != 0; });
    CHECK(found->mode == Mode::paused);
    auto glass = Glass::open(found->recording);
    REQUIRE(glass.ok());
    const auto line = glass.value().lines(found->found, found->found);
    REQUIRE(line.value().size() == 1);
    CHECK(line.value().front().kind == "task.running");
    CHECK(line.value().front().subject_text.rfind("web.2.", 0) == 0);
    const Answer typo = ask(sandbox, Play{.speed = 1, .event = "task.fialed"});
    CHECK_FALSE(typo.well);
    CHECK(typo.text.find("task.failed") != std::string::npos);
}

TEST_CASE("who follows the recording sees what happened about a tenth of a second later",
          "[viewer][live]") {
    const Story story(hello);
    Sandbox sandbox({.file = story.file("story.yaml")});
    run_to(sandbox, 10);
    auto opened = Glass::open(sandbox.status()->recording);
    REQUIRE(opened.ok());
    Glass& glass = opened.value();
    well(sandbox, Play{.speed = 4});
    std::vector<double> late;
    for (int i = 0; i < 20; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{30});
        const std::uint64_t newest = sandbox.status()->newest;
        const auto before = Wall::now();
        while (glass.last() < newest && seconds_since(before) < 5) REQUIRE(glass.refresh().ok());
        late.push_back(seconds_since(before));
    }
    std::sort(late.begin(), late.end());
    CAPTURE(late);
    CHECK(late[late.size() / 2] < 1);   // 0.1 where nothing else runs.
    CHECK(late.back() < 1);
    CHECK(glass.end() > at(11));
}

TEST_CASE("what is given is kept with its instant, refused or not", "[viewer][live]") {
    const Story story(hello);
    Sandbox sandbox({.file = story.file("story.yaml")});
    run_to(sandbox, 20);
    well(sandbox, Give{"  scale web=4 "});
    well(sandbox, Give{"docker service update --image nginx:2 web"});
    const Answer unknown = ask(sandbox, Give{"drain node-9"});
    CHECK_FALSE(unknown.well);
    CHECK(unknown.text.find("no host is named \"node-9\"") == 0);
    const Answer refused = ask(sandbox, Give{"docker service scale db=3"});
    CHECK_FALSE(refused.well);
    CHECK(refused.text.find("not found") != std::string::npos);
    const auto status = sandbox.status();
    REQUIRE(status->given.size() == 3);
    CHECK(status->given[0].text == "scale web=4");
    CHECK(status->given[0].at == at(20));
    CHECK(status->given[2].text == "docker service scale db=3");
    CHECK(status->unsaved);
}

TEST_CASE("going back makes the run again, and finds it the same", "[viewer][live]") {
    const Story story(hello);
    Sandbox sandbox({.file = story.file("story.yaml")});
    run_to(sandbox, 20);
    well(sandbox, Give{"fault {do: power_off, host: node-2}"});
    run_to(sandbox, 40);
    well(sandbox, Give{"scale web=5"});
    const auto before = run_to(sandbox, 60);
    CHECK(ask(sandbox, Rewind{at(90)}).text == "that is to come: playing goes there");

    const Answer back = ask(sandbox, Rewind{at(30)});
    INFO(back.text);
    CHECK(back.well);
    CHECK(back.text.find("the same ") == 0);
    const auto status = sandbox.status();
    CHECK(status->now == at(30));
    CHECK(status->generation == before->generation + 1);
    CHECK(status->recording != before->recording);
    CHECK(status->given.size() == 1);
    CHECK(Glass::open(before->recording).ok());   // A window may not have looked away yet.

    const Answer undone = ask(sandbox, Undo{});
    CHECK(undone.well);
    CHECK(sandbox.status()->now == at(20));
    CHECK(sandbox.status()->given.empty());
    CHECK_FALSE(ask(sandbox, Undo{}).well);
}

TEST_CASE("what if this had not died: two lines of one history", "[viewer][live]") {
    const Story story(hello);
    Sandbox sandbox({.file = story.file("story.yaml")});
    run_to(sandbox, 20);
    well(sandbox, Give{"fault {do: power_off, host: node-2}"});
    run_to(sandbox, 50);
    CHECK_FALSE(ask(sandbox, Branch{"a b"}).well);
    CHECK_FALSE(ask(sandbox, Branch{"later", at(99)}).well);
    CHECK(sandbox.status()->lines.size() == 1);
    well(sandbox, Branch{"alive", at(15)});
    CHECK(sandbox.status()->line == "alive");
    CHECK(sandbox.status()->given.empty());
    run_to(sandbox, 30);

    const Answer there = ask(sandbox, Switch{"main"});
    CHECK(there.text == "this is main, as it was left");
    CHECK(sandbox.status()->now == at(50));
    CHECK(sandbox.status()->given.size() == 1);
    const auto lines = sandbox.status()->lines;
    REQUIRE(lines.size() == 2);
    CHECK(lines[1].name == "alive");
    CHECK(lines[1].at == at(30));
    CHECK_FALSE(ask(sandbox, Switch{"nowhere"}).well);
}

TEST_CASE("a session is saved as a scenario, and gone on with", "[viewer][live]") {
    const Story story(hello);
    {
        Sandbox sandbox({.file = story.file("story.yaml")});
        run_to(sandbox, 20);
        well(sandbox, Give{"drain node-2"});
        run_to(sandbox, 45);
        CHECK_FALSE(ask(sandbox, Save{story.file("story.yaml")}).well);   // Not over a scenario.
        const Answer saved = ask(sandbox, Save{story.file("kept.yaml")});
        INFO(saved.text);
        CHECK(saved.well);
        CHECK(saved.text.find("45s, 1 given, digest ") != std::string::npos);
        CHECK_FALSE(sandbox.status()->unsaved);
        CHECK(ask(sandbox, Save{story.file("kept.hive")}).well);
        CHECK(sandbox.status()->now == at(45));
    }
    for (const char* kept : {"kept.yaml", "kept.hive"}) {
        Sandbox sandbox({.file = story.file(kept)});
        const auto status = until(sandbox, Mode::paused);
        CHECK(status->now == at(45));
        REQUIRE(status->given.size() == 1);
        CHECK(status->given[0].text == "drain node-2");
        CHECK(run_to(sandbox, 60)->now == at(60));
    }
}

TEST_CASE("a scenario's mistakes are its status", "[viewer][live]") {
    const Story story("schema: 1\nplatform: {hosts: three}\n");
    Sandbox sandbox({.file = story.file("story.yaml")});
    const auto status = until(sandbox, Mode::dead);
    REQUIRE(status->problems.size() == 1);
    CHECK(to_text(status->problems.front()).find("story.yaml:2: platform.hosts") !=
          std::string::npos);
    CHECK(ask(sandbox, Play{}).text == "there is no run");
    Sandbox nowhere({.file = "x.yaml", .program = "/nowhere/glasshive"});
    CHECK(until(nowhere, Mode::dead)->problems.size() == 1);
}

TEST_CASE("a session that is killed is shown, and going back starts anew", "[viewer][live]") {
    const Story story(hello);
    Sandbox sandbox({.file = story.file("story.yaml")});
    run_to(sandbox, 20);
    well(sandbox, Give{"scale web=4"});
    const bool while_it_plays = GENERATE(true, false);
    if (while_it_plays) well(sandbox, Play{.speed = 2});
    REQUIRE(kill(sandbox.status()->process, SIGKILL) == 0);
    const auto dead = until(sandbox, Mode::dead);   // Though nobody asked for anything.
    REQUIRE_FALSE(dead->problems.empty());
    CHECK(dead->problems.front().message.find("signal 9 ended it") != std::string::npos);
    CHECK(dead->given.size() == 1);
    CHECK_FALSE(ask(sandbox, Play{}).well);
    CHECK_FALSE(ask(sandbox, Give{"scale web=5"}).well);
    auto glass = Glass::open(dead->recording);
    REQUIRE(glass.ok());
    CHECK(glass.value().state_at(at(20)).ok());

    CHECK(ask(sandbox, Save{story.file("kept.yaml")}).well);   // What was given survives.
    const Answer again = ask(sandbox, Rewind{at(20)});
    INFO(again.text);
    CHECK(again.well);
    CHECK(sandbox.status()->mode == Mode::paused);
    CHECK(sandbox.status()->problems.empty());
    CHECK(sandbox.status()->given.size() == 1);
    CHECK(run_to(sandbox, 30)->now == at(30));
}

TEST_CASE("a session that hangs holds nobody up", "[viewer][live]") {
    const Story story(hello);
    auto sandbox = std::make_unique<Sandbox>(SandboxOptions{.file = story.file("story.yaml")});
    run_to(*sandbox, 20);
    well(*sandbox, Play{.speed = 2});
    const pid_t process = sandbox->status()->process;
    REQUIRE(kill(process, SIGSTOP) == 0);
    until(*sandbox, [](const Status& s) { return s.silent > 0.2; });
    const auto before = Wall::now();
    for (int i = 0; i < 1000; ++i) {
        sandbox->post(Give{"scale web=3"});
        (void)sandbox->status();
    }
    CHECK(seconds_since(before) < 0.5);

    SECTION("it goes on when the process does") {
        REQUIRE(kill(process, SIGCONT) == 0);
        const auto status = until(*sandbox, [](const Status& s) { return s.given.size() >= 1000; });
        CHECK(status->silent == 0);
        CHECK(status->now < at(60));   // It does not make up for the time it slept.
    }
    SECTION("it is given up") {
        until(*sandbox, [](const Status& s) { return s.silent > 1; });
        sandbox->give_up();
        const auto dead = until(*sandbox, Mode::dead);
        CHECK(dead->problems.front().message.find("it did not answer, and was ended") !=
              std::string::npos);
        CHECK(ask(*sandbox, Rewind{at(10)}).well);
    }
    const auto closing = Wall::now();
    sandbox.reset();
    CHECK(seconds_since(closing) < 2);
    CHECK(kill(process, 0) != 0);   // Nobody is left behind.
}

TEST_CASE("a sandbox closes at once, whatever it is doing", "[viewer][live]") {
    const Story story(hello);
    const int doing = GENERATE(0, 1, 2);
    auto sandbox = std::make_unique<Sandbox>(SandboxOptions{.file = story.file("story.yaml")});
    if (doing > 0) until(*sandbox, Mode::paused);
    const std::string recording = sandbox->status()->recording;
    if (doing == 1) sandbox->post(Play{.speed = INFINITY});
    if (doing == 2) {
        run_to(*sandbox, 500);
        sandbox->post(Rewind{at(499)});
    }
    const auto closing = Wall::now();
    sandbox.reset();
    CHECK(seconds_since(closing) < 2);
    CHECK_FALSE(std::filesystem::exists(recording));
}
