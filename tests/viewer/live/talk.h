#pragma once

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "viewer/live/sandbox.h"

namespace live {

using namespace glasshive;
using namespace glasshive::viewer;
using Wall = std::chrono::steady_clock;

inline double seconds_since(Wall::time_point before) {
    return std::chrono::duration<double>(Wall::now() - before).count();
}

inline Time at(double seconds) { return time_of_ns(static_cast<std::int64_t>(seconds * 1e9)); }

/// A folder of its own with a scenario in it.
struct Story {
    explicit Story(const std::string& scenario) {
        std::string name = (std::filesystem::temp_directory_path() / "gh-live-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder = name;
        std::ofstream(file("story.yaml")) << scenario;
    }
    ~Story() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    std::string file(const std::string& name) const { return (folder / name).string(); }

    std::filesystem::path folder;
};

inline constexpr const char* hello =
    "schema: 1\n"
    "seed: 11\n"
    "duration: 10m\n"
    "platform: {hosts: 3}\n"
    "services:\n"
    "  - {name: web, image: nginx, replicas: 2, ports: ['8080:80']}\n"
    "workload: {clients: [{service: web, rate: 5, start: 10s}]}\n";

/// Waits, as no window would, until the status is so. Half a minute is for a busy machine.
inline std::shared_ptr<const Status> until(const Sandbox& sandbox,
                                           const std::function<bool(const Status&)>& so) {
    const auto before = Wall::now();
    while (true) {
        auto status = sandbox.status();
        if (so(*status)) return status;
        if (seconds_since(before) > 30) {
            for (const Diagnostic& problem : status->problems) UNSCOPED_INFO(to_text(problem));
            for (const Answer& answer : status->answers) UNSCOPED_INFO(answer.text);
            CAPTURE(status->mode, seconds_of(status->now), status->newest, status->silent);
            FAIL("it never came to be");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

inline std::shared_ptr<const Status> until(const Sandbox& sandbox, Mode mode) {
    return until(sandbox, [&](const Status& s) { return s.mode == mode; });
}

/// Posts and waits for what became of it.
inline Answer ask(Sandbox& sandbox, Command command) {
    const std::uint64_t number = sandbox.post(std::move(command));
    const auto status = until(sandbox, [&](const Status& s) {
        return !s.answers.empty() && s.answers.back().command >= number;
    });
    for (const Answer& answer : status->answers) {
        if (answer.command == number) return answer;
    }
    FAIL("no answer has its number");
    return {};
}

inline void well(Sandbox& sandbox, Command command) {
    const Answer answer = ask(sandbox, std::move(command));
    INFO(answer.text);
    REQUIRE(answer.well);
}

/// Runs to an instant, as fast as it goes.
inline std::shared_ptr<const Status> run_to(Sandbox& sandbox, double seconds) {
    well(sandbox, Play{.speed = INFINITY, .until = at(seconds)});
    return until(sandbox,
                 [&](const Status& s) { return s.mode != Mode::playing && s.now >= at(seconds); });
}

}   // namespace live
