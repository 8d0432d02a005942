// Goal: what recording costs a run. Method: a storm of a million events, as a simulation would emit
// them (one hash-like piece of work per event), once with the digest alone and once recorded too;
// then each part by itself.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
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

struct Counter final : EventSink {
    std::uint64_t events = 0;
    void on_event(const Event&, std::string_view) override { ++events; }
};

/// Emits `count` events over 10,000 subjects; `work` rounds of mixing stand for the simulation
/// itself.
void storm(EventStream& stream, const std::vector<NameId>& names, std::int64_t count, int work) {
    std::uint64_t x = 88172645463325252ULL;
    for (std::int64_t i = 0; i < count; ++i) {
        for (int round = 0; round <= work; ++round) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }
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

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Wall seconds of one storm, recorded or not; the recording's close included.
double run_storm(std::int64_t count, int work, bool recorded) {
    const std::string path = "record_bench.hive";
    World world;
    EventStream stream{world.names};
    DigestSink digest{world.registry, world.names};
    stream.add_sink(&digest);
    const auto start = std::chrono::steady_clock::now();
    std::unique_ptr<Recorder> recorder;
    if (recorded) {
        auto opened = Recorder::open({.path = path}, world.registry, world.names);
        SIM_ASSERT(opened.ok());
        recorder = std::move(opened.value());
        stream.add_sink(recorder.get());
    }
    storm(stream, world.subjects, count, work);
    const std::string text = digest.digest();
    if (recorded)
        SIM_ASSERT(!recorder->close({.end_time = time_of_ns(count * 1000), .digest = text}));
    const double seconds = seconds_since(start);
    std::remove(path.c_str());
    return seconds;
}

void compare_storms(benchmark::State& state, int work) {
    constexpr std::int64_t events = 1'000'000;
    double plain = 0;
    double recorded = 0;
    for (auto _ : state) {
        plain += run_storm(events, work, false);
        recorded += run_storm(events, work, true);
    }
    state.counters["plain_seconds"] = plain / static_cast<double>(state.iterations());
    state.counters["recorded_seconds"] = recorded / static_cast<double>(state.iterations());
    state.counters["recorded_over_plain"] = recorded / plain;
}

/// 740 rounds of mixing are about 1.5 us, what a kernel event that touches a store costs.
void storm_recorded(benchmark::State& state) { compare_storms(state, 740); }
/// 0.3 us: a simulation that does little but emit. The writer is the slower side here.
void light_storm_recorded(benchmark::State& state) { compare_storms(state, 150); }

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

BENCHMARK(storm_recorded)
    ->Name("record/storm_1000000_events")
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(light_storm_recorded)
    ->Name("record/light_storm_1000000_events")
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(digest_alone)->Name("record/digest");
BENCHMARK(fold_alone)->Name("record/fold");
