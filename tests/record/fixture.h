#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/event.h"
#include "record/digest.h"
#include "record/recorder.h"

namespace fixture {

using namespace glasshive;

inline constexpr EventKind node_ready{.id = 1,
                                      .name = "node.ready",
                                      .subject = "node",
                                      .doc = "A node registered.",
                                      .fields = {{{"role", FieldType::name, "manager or worker"}}},
                                      .state = "ready"};
inline constexpr EventKind node_down{.id = 2,
                                     .name = "node.down",
                                     .subject = "node",
                                     .doc = "A node stopped answering.",
                                     .fields = {{{"after", FieldType::duration, "silence"},
                                                 {"last", FieldType::event, "last beat"}}},
                                     .state = "down"};
inline constexpr EventKind task_running{.id = 10,
                                        .name = "task.running",
                                        .subject = "task",
                                        .doc = "A task runs.",
                                        .fields = {{{"node", FieldType::name, "where"},
                                                    {"memory", FieldType::bytes, "reserved"},
                                                    {"load", FieldType::real, "share of a CPU"},
                                                    {"slot", FieldType::integer, "slot"},
                                                    {"took", FieldType::duration, "since assigned"},
                                                    {"why", FieldType::text, "reasons"}}},
                                        .state = "running"};
inline constexpr EventKind task_failed{
    .id = 11,
    .name = "task.failed",
    .subject = "task",
    .doc = "A task failed.",
    .fields = {{{"error", FieldType::text, "what it said"}, {"slot", FieldType::integer, "slot"}}},
    .state = "failed"};
inline constexpr EventKind task_removed{.id = 12,
                                        .name = "task.removed",
                                        .subject = "task",
                                        .doc = "A task is gone.",
                                        .ends_subject = true};
inline constexpr EventKind fault_struck{.id = 20,
                                        .name = "fault.struck",
                                        .subject = "node",
                                        .doc = "A fault struck.",
                                        .fields = {{{"what", FieldType::name, "kind of fault"}}},
                                        .verbosity = 0};
inline constexpr EventKind flow_moved{.id = 30,
                                      .name = "flow.moved",
                                      .subject = "host",
                                      .doc = "Bytes moved.",
                                      .fields = {{{"bytes", FieldType::bytes, "how many"}}},
                                      .verbosity = 3};
inline constexpr const EventKind* all_kinds[] = {&node_ready,  &node_down,    &task_running,
                                                 &task_failed, &task_removed, &fault_struck,
                                                 &flow_moved};

inline const EventRegistry& registry() {
    static const EventRegistry filled = [] {
        EventRegistry all;
        all.add(all_kinds);
        return all;
    }();
    return filled;
}

/// A small generator of our own: tests repeat on every machine.
struct Dice {
    std::uint64_t state;
    std::uint64_t next() {
        state += 0x9e3779b97f4a7c15;
        std::uint64_t z = state;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
};

/// Emits `count` random events, and samples in between, about a handful of nodes and tasks.
inline void random_run(EventStream& stream, std::uint64_t seed, int count) {
    Dice dice{seed};
    Names& names = stream.names();
    const auto numbered = [&](const char* prefix, std::uint64_t n) {
        return names.intern(prefix + std::to_string(n));
    };
    std::int64_t now = 0;
    for (int i = 0; i < count; ++i) {
        now += static_cast<std::int64_t>(dice.below(3) == 0 ? 0 : dice.below(50'000'000));
        const Time t = time_of_ns(now);
        const EventId cause{dice.below(number_of(stream.last()) + 1)};
        const NameId node = numbered("w", dice.below(7));
        const NameId task = numbered("web.", dice.below(40));
        switch (dice.below(10)) {
            case 0:
                stream.emit(t, cause, node_ready, node, {field::name(names.intern("worker"))});
                break;
            case 1:
                stream.emit(t, cause, node_down, node,
                            {field::duration(Duration{now}), field::event(cause)});
                break;
            case 2:
            case 3:
            case 4:
                stream.emit(t, cause, task_running, task,
                            {field::name(node), field::bytes({i}),
                             field::real(static_cast<double>(i) / 7), field::integer(-i),
                             field::duration(Duration{i}), field::text("fits best")});
                break;
            case 5: stream.emit(t, cause, task_running, task, {field::name(node)}); break;
            case 6:
                stream.emit(t, cause, task_failed, task,
                            {field::text(std::string(dice.below(300), 'x')), field::integer(i)});
                break;
            case 7: stream.emit(t, cause, task_removed, task, {}); break;
            case 8:
                stream.emit(t, scenario_cause, fault_struck, node,
                            {field::name(names.intern("crash"))});
                break;
            default: stream.emit(t, cause, flow_moved, node, {field::bytes({i})});
        }
        for (std::uint64_t n = dice.below(3); n > 0; --n) {
            stream.sample(
                {t, names.intern("cpu"), node, static_cast<double>(dice.below(1000)) / 10});
        }
    }
}

/// Keeps all it is given, names resolved, so that two runs compare whatever their name ids are.
struct Keeper final : EventSink {
    const Names& names;
    std::vector<Event> events;
    std::vector<std::string> lines;   ///< Events and samples, as text, in order.

    explicit Keeper(const Names& all) : names(all) {}
    void on_event(const Event& event, std::string_view text) override {
        events.push_back(event);
        std::string line =
            std::to_string(number_of(event.id)) + " " + std::to_string(ns_of(event.time)) + " " +
            std::to_string(number_of(event.cause)) + " " + std::to_string(event.kind) + " " +
            std::string(names.text(event.subject)) + (event.has_text != 0 ? " T" : " -");
        for (const FieldValue& field : event.fields) line += " " + std::to_string(field.integer);
        lines.push_back(line + " " + std::string(text));
    }
    void on_sample(const Sample& sample) override {
        lines.push_back("sample " + std::to_string(ns_of(sample.time)) + " " +
                        std::string(names.text(sample.series)) + " " +
                        std::string(names.text(sample.subject)) + " " +
                        std::to_string(sample.value));
    }
};

/// A folder of its own, gone afterwards.
struct Folder {
    std::filesystem::path path;
    explicit Folder(const std::string& name)
        : path(std::filesystem::temp_directory_path() / ("glasshive_" + name + "_" + unique())) {
        std::filesystem::create_directories(path);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string file(const std::string& name) const { return (path / name).string(); }

  private:
    static std::string unique();
};

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// A finished recording of a random run, and what the run said.
struct Recorded {
    Names names;
    Keeper keeper{names};
    std::string digest;
    Time end{};

    Recorded(record::RecorderOptions options, std::uint64_t seed, int count, bool close = true);
};

}   // namespace fixture
