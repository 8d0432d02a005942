// Goal: kill -9 at any moment leaves a file that opens and holds a prefix of the run. Method: this
// program starts itself as a child that records, kills it after a random time, and compares what is
// in the file with the same run made again.
#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "record/helpers.h"

using namespace fixture;
using namespace glasshive::record;

namespace {

/// Records one long random run; ended from outside, or by itself after about a minute.
void record_until_killed(const std::string& path) {
    Names names;
    EventStream stream{names};
    auto recorder = Recorder::open({.path = path, .keyframe_every = 700}, registry(), names);
    SIM_ASSERT(recorder.ok());
    stream.add_sink(recorder.value().get());
    random_run(stream, 11, 3'000'000);
}

pid_t start_child(const std::string& path) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::setenv("GLASSHIVE_CRASH_CHILD", path.c_str(), 1);
        ::execl("/proc/self/exe", "test_record", "[.crash_child]", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    return child;
}

}   // namespace

TEST_CASE("the child of the crash test", "[.crash_child]") {
    const char* path = std::getenv("GLASSHIVE_CRASH_CHILD");
    REQUIRE(path != nullptr);
    record_until_killed(path);
}

TEST_CASE("kill -9 at any moment leaves a file that is a prefix of the run", "[record][crash]") {
    const Folder folder{"crash"};
    Dice dice{99};
    std::size_t longest = 0;
    for (int round = 0; round < 5; ++round) {
        const std::string path = folder.file("run" + std::to_string(round) + ".hive");
        const pid_t child = start_child(path);
        // From the first committed byte on; before that there is nothing to open.
        while (!std::filesystem::exists(path + "-wal"))
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::this_thread::sleep_for(std::chrono::milliseconds(dice.below(300)));
        ::kill(child, SIGKILL);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));

        Recording recording = opened(path);
        REQUIRE_FALSE(recording.clean());
        Keeper found{recording.names()};
        const auto problem = recording.replay(found);
        REQUIRE_FALSE(problem);
        Names names;
        Keeper expected{names};
        EventStream again{names};
        again.add_sink(&expected);
        random_run(again, 11, static_cast<int>(found.events.size()) + 1);
        expected.lines.resize(found.lines.size());
        REQUIRE(found.lines == expected.lines);
        longest = std::max(longest, found.events.size());
        // Without its last keyframes the state still comes out right.
        State folded{recording.plan()};
        for (const Event& event : found.events) folded.apply(event);
        const auto state = recording.state_at(time_never);
        REQUIRE(state.ok());
        REQUIRE(state.value() == folded);
    }
    REQUIRE(longest > 1000);
}

TEST_CASE("a run that ends without close keeps everything, marked as cut short",
          "[record][crash]") {
    const Folder folder{"unclosed"};
    const Recorded run({.path = folder.file("run.hive")}, 8, 700, false);
    Recording recording = opened(folder.file("run.hive"));
    REQUIRE_FALSE(recording.clean());
    Keeper found{recording.names()};
    REQUIRE_FALSE(recording.replay(found));
    REQUIRE(found.lines == run.keeper.lines);
}
