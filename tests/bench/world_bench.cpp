// Goal: what whole runs cost, from the scenario's text to the last event: reading, building,
// SimGrid and every component. Method: each run is a session in a process of its own, timed there;
// it must reach what it is about (every task RUNNING, every beat answered), or the benchmark fails.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "harness.h"
#include "scenario/scenario.h"
#include "session/session.h"
#include "world/world.h"

using namespace glasshive;
using namespace glasshive::bench;

namespace {

void require(bool condition, const char* what) {
    if (!condition) throw std::runtime_error(what);
}

/// One run, stepped until it is over or has reached what it is about.
class Run {
  public:
    /// Reads and builds. `record`: where to record, or "".
    Run(std::string yaml, const std::string& record) {
        auto spec = scenario::read_scenario(
            std::move(yaml), "bench.yaml",
            [](const std::string&) { return std::optional<std::string>{}; });
        if (!spec.ok()) throw std::runtime_error(spec.problems().front().message);
        figures_["read_seconds"] = watch_.seconds();
        auto opened = session::Session::open({.spec = std::move(spec.value()),
                                              .record_path = record, .replay_command = {},
                                              .commands = {}});
        require(opened.ok(), "the session does not open");
        session_ = std::move(opened.value());
        session_->start();
        figures_["build_seconds"] = watch_.seconds() - figures_["read_seconds"];
    }

    session::Session& session() { return *session_; }

    /// Advances by `slice` until `reached`; fails at the scenario's end.
    template <class Reached>
    void until(Duration slice, Reached reached) {
        while (!reached()) {
            require(session_->now() < session_->end(), "the run ended too early");
            session_->run_until(session_->now() + slice);
        }
    }
    void until_running(std::uint64_t tasks) {
        until(std::chrono::milliseconds{100}, [&] { return running() >= tasks; });
    }
    /// Tasks that the manager believes to be RUNNING.
    std::uint64_t running() {
        std::uint64_t sum = 0;
        for (const auto& service : session_->world().managers().store().services()) {
            sum += service.running;
        }
        return sum;
    }
    void run_to_end() { session_->run_until(session_->end()); }

    /// Ends the run, recording included, and stops the watch.
    Figures finish(double items) {
        figures_["heap_bytes"] = heap_bytes();
        const Stopwatch finish;
        const session::Outcome outcome = session_->finish();
        figures_["finish_seconds"] = finish.seconds();
        figures_["seconds"] = watch_.seconds();
        figures_["items"] = items;
        figures_["events"] = static_cast<double>(outcome.events);
        require(!outcome.record_problem, "the recording is broken");
        return figures_;
    }

  private:
    Stopwatch watch_;
    Figures figures_;
    std::unique_ptr<session::Session> session_;
};

std::string number(std::int64_t value) { return std::to_string(value); }

std::string cluster(std::int64_t workers, const std::string& duration) {
    return "schema: 1\nseed: 1\nduration: " + duration +
           "\nplatform:\n  hosts:\n"
           "    - {name: hub, role: manager, link: {bandwidth: 10Gbps}}\n"
           "    - {name: \"w{}\", count: " + number(workers) + ", cpus: 8, memory: 32GiB}\n";
}

std::string web(std::int64_t replicas, const std::string& more = "") {
    return "services:\n  - {name: web, image: \"shop/web:1\", replicas: " + number(replicas) +
           more + "}\n";
}

constexpr const char* image_everywhere =
    "images: {\"shop/web:1\": {size: 200MiB, present_on: \"*\"}}\n";

/// A recording beside the program's working folder, gone at the end.
struct ScratchRecording {
    explicit ScratchRecording(bool wanted) : path(wanted ? "bench_world.hive" : "") {}
    ~ScratchRecording() {
        if (!path.empty()) std::remove(path.c_str());
    }
    std::string path;
};

bool has(const std::vector<std::string>& words, const char* word) {
    for (const std::string& each : words) {
        if (each == word) return true;
    }
    return false;
}

// --- Building ------------------------------------------------------------------------------------

[[maybe_unused]] const bool build = in_child("platform/build_100000_hosts", [](const auto&) {
    const std::int64_t hosts = scaled(100'000);
    Run run(cluster(hosts - 1, "1s"), "");
    require(run.session().world().platform().host_count() == static_cast<std::size_t>(hosts),
            "hosts are missing");
    return run.finish(static_cast<double>(hosts));
});

// --- Starting tasks ------------------------------------------------------------------------------

/// All tasks at once on nodes that have the image. Words: "recorded"; "settled" to go on until
/// nothing is on its way any more; "empty" for the same without a task.
[[maybe_unused]] const bool start_child = child("start", [](const auto& words) {
    const std::int64_t nodes = scaled(5'000);
    const std::int64_t tasks = scaled(10'000);
    const ScratchRecording record(has(words, "recorded"));
    std::string yaml = cluster(nodes, "30s") + image_everywhere;
    if (!has(words, "empty")) yaml += web(tasks);
    Run run(std::move(yaml), record.path);
    if (!has(words, "empty")) run.until_running(static_cast<std::uint64_t>(tasks));
    if (has(words, "settled")) run.session().run_until(Time{} + std::chrono::seconds{15});
    return run.finish(static_cast<double>(tasks));
});

Figures start_10000_tasks() {
    Figures figures = run_child("start");
    // Everything that the tasks brought into the process: agents, managers, names, expectations.
    // Counted by glibc, so without the allocator of the others.
    const char* const preload = std::getenv("LD_PRELOAD");
    const std::string allocator = preload == nullptr ? "" : preload;
    unsetenv("LD_PRELOAD");
    const double full = run_child("start", {"settled"}).at("heap_bytes");
    const double empty = run_child("start", {"settled", "empty"}).at("heap_bytes");
    if (!allocator.empty()) setenv("LD_PRELOAD", allocator.c_str(), 1);
    figures["bytes_per_task"] = (full - empty) / figures.at("items");
    return figures;
}

/// From nothing to a million tasks, three managers agreeing on every step. Words: "recorded".
[[maybe_unused]] const bool huge_child = child("huge", [](const auto& words) {
    const std::int64_t nodes = scaled(100'000, 100);
    const std::int64_t tasks = scaled(1'000'000, 1'000);
    const ScratchRecording record(has(words, "recorded"));
    std::string yaml = "schema: 1\nseed: 1\nduration: 2m\nplatform:\n  hosts:\n"
                       "    - {name: \"m{}\", count: 3, role: manager}\n"
                       "    - {name: \"w{}\", count: " + number(nodes - 3) +
                       ", cpus: 16, memory: 64GiB}\n";
    Run run(yaml + image_everywhere + web(tasks), record.path);
    run.until_running(static_cast<std::uint64_t>(tasks));
    return run.finish(static_cast<double>(tasks));
});

/// Every task of a service replaced, a hundred at a time; what came before is not counted.
[[maybe_unused]] const bool update = in_child("swarm/update_10000_tasks", [](const auto&) {
    const std::int64_t nodes = scaled(1'000, 100);
    const std::int64_t tasks = scaled(10'000, 1'000);
    std::string yaml = cluster(nodes, "2h") +
                       "images: {\"shop/web:1\": {size: 20MiB, present_on: \"*\"}, "
                       "\"shop/web:2\": {size: 20MiB, present_on: \"*\"}}\n" +
                       web(tasks, ", update: {parallelism: 100}") +
                       "commands: [{at: 30s, do: update, service: web, image: \"shop/web:2\"}]\n";
    Run run(std::move(yaml), "");
    run.session().run_until(Time{} + std::chrono::seconds{29});
    require(run.running() == static_cast<std::uint64_t>(tasks), "not all run");
    const Stopwatch watch;
    const auto state = [&] {
        return run.session().world().managers().store().services()[0].update.state;
    };
    run.until(std::chrono::seconds{1},
              [&] { return state() == swarm::UpdateState::completed; });
    const double seconds = watch.seconds();
    require(run.running() == static_cast<std::uint64_t>(tasks), "not all run afterwards");
    Figures figures = run.finish(static_cast<double>(tasks));
    figures["seconds"] = seconds;
    figures["cpu_seconds"] = seconds;
    return figures;
});

/// A hundred batches of tasks within ten seconds; each node pulls 200 MiB through the hub's link.
[[maybe_unused]] const bool pulls = in_child("swarm/pull_storm_1000_nodes", [](const auto&) {
    const std::int64_t nodes = scaled(1'000, 100);
    std::string yaml = cluster(nodes, "10m") + "images: {\"shop/web:1\": 200MiB}\n";
    yaml += web(nodes / 100, ", placement: {constraints: [\"node.role == worker\"], "
                             "max_per_node: 1}") + "commands:\n";
    for (std::int64_t batch = 1; batch < 100; ++batch) {
        yaml += "  - {at: " + number(batch * 100) + "ms, do: scale, service: web, replicas: " +
                number(nodes * (batch + 1) / 100) + "}\n";
    }
    Run run(std::move(yaml), "");
    run.until_running(static_cast<std::uint64_t>(nodes));
    require(run.session().world().engine_counts().flows_finished ==
                static_cast<std::uint64_t>(nodes), "a node did not pull");
    return run.finish(static_cast<double>(nodes));
});

// --- Idling --------------------------------------------------------------------------------------

/// Items are the kernel's entries: timers and deliveries.
[[maybe_unused]] const bool idle = in_child("swarm/idle_hour_10000_nodes", [](const auto&) {
    const std::int64_t nodes = scaled(10'000);
    Run run(cluster(nodes - 1, "1h"), "");
    run.run_to_end();
    const auto entries = static_cast<double>(run.session().world().kernel().entries_run());
    // At most 5.5 s between beats: a beat and its reply each, and the timer that starts it.
    require(entries > static_cast<double>(nodes) * 3600 / 5.5 * 3, "beats are missing");
    return run.finish(entries);
});

// --- Recording -----------------------------------------------------------------------------------

/// Tasks that crash and come back, and requests; until a million events have happened.
[[maybe_unused]] const bool storm_child = child("storm", [](const auto& words) {
    const auto events = static_cast<std::uint64_t>(scaled(1'000'000));
    const ScratchRecording record(has(words, "recorded"));
    std::string yaml = cluster(200, "1h") + image_everywhere + web(100, ", ports: [\"8080:80\"]");
    yaml += "  - {name: crashing, image: \"shop/web:1\", replicas: 1000, restart: {delay: 1s}, "
            "behaviour: {run_time: 10s, exit_code: 1}}\n"
            "workload: {clients: [{service: web, rate: 2000, start: 2s}]}\n";
    Run run(std::move(yaml), record.path);
    run.until(std::chrono::milliseconds{100},
              [&] { return run.session().events_emitted() >= events; });
    return run.finish(static_cast<double>(run.session().events_emitted()));
});

/// One run without and one with a recording, right after another: what else the machine does at
/// the time strikes both.
Figures recorded_over_plain(const std::string& name) {
    const Figures plain = run_child(name);
    Figures recorded = run_child(name, {"recorded"});
    recorded["plain_seconds"] = plain.at("seconds");
    recorded["recorded_over_plain"] = recorded.at("seconds") / plain.at("seconds");
    recorded["cpu_over_plain"] = recorded.at("cpu_seconds") / plain.at("cpu_seconds");
    return recorded;
}

[[maybe_unused]] const bool registered = [] {
#ifdef ALLOCATOR
    setenv("LD_PRELOAD", ALLOCATOR, 1);
#endif
    of_children("swarm/start_10000_tasks_5000_nodes", start_10000_tasks);
    of_children("swarm/start_1000000_tasks_100000_nodes", [] { return run_child("huge"); });
    of_children("record/start_1000000_tasks", [] { return recorded_over_plain("huge"); });
    of_children("record/start_10000_tasks", [] { return recorded_over_plain("start"); });
    of_children("record/storm_1000000_events", [] { return recorded_over_plain("storm"); });
    return true;
}();

}   // namespace
