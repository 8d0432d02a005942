// Goal: how fast the parts of a recording are by themselves. Method: events with nothing between
// them, so that the writer is what is measured. What recording costs a run: world_bench.cpp.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "harness.h"
#include "record/digest.h"
#include "record/recorder.h"
#include "record/state.h"

using namespace glasshive;
using namespace glasshive::record;

namespace {

constexpr EventKind task_state{.id = 1,
                               .name = "task.running",
                               .subject = "task",
                               .doc = "A task runs.",
                               .fields = {{{"node", FieldType::name, ""},
                                           {"slot", FieldType::integer, ""},
                                           {"took", FieldType::duration, ""}}},
                               .state = "running"};
constexpr EventKind flow_ended{.id = 2,
                               .name = "flow.ended",
                               .subject = "host",
                               .doc = "A transfer ended.",
                               .fields = {{{"to", FieldType::name, ""},
                                           {"size", FieldType::bytes, ""},
                                           {"rate", FieldType::real, ""}}}};
constexpr EventKind request_answered{
    .id = 3,
    .name = "request.answered",
    .subject = "service",
    .doc = "An answer came.",
    .fields = {{{"status", FieldType::integer, ""}, {"took", FieldType::duration, ""}}}};
constexpr const EventKind* all_kinds[] = {&task_state, &flow_ended, &request_answered};

/// Emits `count` events over 10,000 subjects.
void storm(EventStream& stream, const std::vector<NameId>& names, std::int64_t count) {
    std::uint64_t x = 88172645463325252ULL;
    for (std::int64_t i = 0; i < count; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        const Time now = time_of_ns(i * 1000);
        const NameId subject = names[x % names.size()];
        const NameId other = names[(x >> 32) % names.size()];
        const std::uint64_t last = number_of(stream.last());
        const EventId cause{x % 16 == 0 ? 0 : last - x % 16 % (last + 1)};
        switch (x % 3) {
            case 0:
                stream.emit(
                    now, cause, task_state, subject,
                    {field::name(other), field::integer(i % 7), field::duration(Duration{i})});
                break;
            case 1:
                stream.emit(now, cause, flow_ended, subject,
                            {field::name(other), field::bytes({i}),
                             field::real(static_cast<double>(i) / 3)});
                break;
            default:
                stream.emit(now, cause, request_answered, subject,
                            {field::integer(200), field::duration(Duration{i % 1000000})});
        }
    }
}

struct World {
    Names names;
    EventRegistry registry;
    std::vector<NameId> subjects;
    World() {
        registry.add(all_kinds);
        for (int i = 0; i < 10'000; ++i)
            subjects.push_back(names.intern("task." + std::to_string(i)));
    }
};

/// From the first event to the closed file, of which the writer thread is the slower part.
[[maybe_unused]] const bool writer = bench::in_child("record/writer", [](const auto&) {
    const std::int64_t events = bench::scaled(1'000'000);
    const std::string path = "bench_record.hive";
    World world;
    EventStream stream{world.names};
    const bench::Stopwatch watch;
    auto recorder = Recorder::open({.path = path}, world.registry, world.names);
    SIM_ASSERT(recorder.ok());
    stream.add_sink(recorder.value().get());
    storm(stream, world.subjects, events);
    const auto problem = recorder.value()->close({.end_time = time_of_ns(events * 1000),
                                                  .digest = {}});
    SIM_ASSERT(!problem);
    const double seconds = watch.seconds();
    std::remove(path.c_str());
    return bench::Figures{{"seconds", seconds}, {"items", static_cast<double>(events)}};
});

void digest_alone(benchmark::State& state) {
    World world;
    DigestSink digest{world.registry, world.names};
    Event event{.id = EventId{1}, .subject = world.subjects[1], .kind = 1};
    event.fields[0].integer = world.subjects[2].value;
    for (auto _ : state) {
        event.time += Duration{1};
        digest.on_event(event, {});
    }
    state.SetItemsProcessed(state.iterations());
}

void fold_alone(benchmark::State& state) {
    World world;
    State fold{FoldPlan::of(world.registry)};
    Event event{.kind = 1};
    event.fields[0].integer = world.subjects[2].value;
    std::uint64_t i = 0;
    for (auto _ : state) {
        event.id = EventId{++i};
        event.subject = world.subjects[i * 7919 % world.subjects.size()];
        fold.apply(event);
    }
    state.SetItemsProcessed(state.iterations());
}

}   // namespace

BENCHMARK(digest_alone)->Name("record/digest");
BENCHMARK(fold_alone)->Name("record/fold");
