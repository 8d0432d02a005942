// Goal: looking into the middle of a recording gives what folding from the start gives. Method:
// random runs with frequent keyframes, against a fold by hand; the pyramid against brute force.
#include <catch2/catch.hpp>

#include <map>

#include "record/helpers.h"
#include "record/state.h"
#include "runtime/events.h"

using namespace fixture;
using namespace glasshive::record;

namespace {

/// The fold written a second time, slowly: subject type and name to state and fields.
using Slow = std::map<std::pair<std::string, std::uint32_t>, std::map<std::string, std::int64_t>>;

Slow slow_fold(const std::vector<Event>& events, Time until) {
    Slow rows;
    for (const Event& event : events) {
        if (event.time > until) break;
        const EventKind& kind = *registry().find(event.kind);
        const std::pair key{std::string(kind.subject), event.subject.value};
        auto& row = rows[key];
        const bool first = row.empty();
        row["last"] = static_cast<std::int64_t>(number_of(event.id));
        if (first || (!kind.state.empty() && row["state"] != kind.id))
            row["since"] = ns_of(event.time);
        if (!kind.state.empty()) row["state"] = kind.id;   // One kind per state here.
        for (std::size_t i = 0; i < kind.field_count(); ++i) {
            const bool text = kind.fields[i].type == FieldType::text;
            row["." + std::string(kind.fields[i].name)] =
                text ? static_cast<std::int64_t>(number_of(event.id)) : event.fields[i].integer;
        }
        if (kind.ends_subject) rows.erase(key);
    }
    return rows;
}

void compare(const State& state, const Slow& expected) {
    REQUIRE(state.size() == expected.size());
    for (const auto& [key, row] : expected) {
        const auto type = state.type_named(key.first);
        REQUIRE(type);
        const StateRow* found = state.find(*type, NameId{key.second});
        REQUIRE(found != nullptr);
        REQUIRE(static_cast<std::int64_t>(number_of(found->last)) == row.at("last"));
        REQUIRE(ns_of(found->since) == row.at("since"));
        for (const auto& [name, value] : row) {
            if (name[0] == '.')
                REQUIRE(state.value(*type, *found, name.substr(1))->value.integer == value);
        }
        if (row.count("state") == 0) {
            REQUIRE(state.state_text(*found).empty());
        } else {
            const auto kind = static_cast<std::uint16_t>(row.at("state"));
            REQUIRE(state.state_text(*found) == registry().find(kind)->state);
        }
    }
}

}   // namespace

TEST_CASE("a message that passes says nothing of what its host is", "[record][state]") {
    static constexpr EventKind added{.id = 1,
                                     .name = "host.added",
                                     .subject = "host",
                                     .doc = "",
                                     .fields = {{{"zone", FieldType::name, ""}}},
                                     .state = "on"};
    static constexpr EventKind dropped{.id = 2,
                                       .name = "message.dropped",
                                       .subject = "host",
                                       .doc = "",
                                       .fields = {{{"to", FieldType::name, ""}}}};
    static constexpr const EventKind* kinds[] = {&added, &dropped};
    EventRegistry known;
    known.add(kinds);
    State state(FoldPlan::of(known));
    const NameId host{0}, zone{1}, other{2};
    Event event{.id = EventId{1}, .subject = host, .kind = added.id};
    event.fields[0].integer = zone.value;
    state.apply(event);
    event.id = EventId{2};
    event.kind = dropped.id;
    event.fields[0].integer = other.value;
    state.apply(event);
    const StateRow* row = state.find(0, host);
    REQUIRE(row != nullptr);
    CHECK(row->last == EventId{2});   // It was heard of, all the same.
    CHECK(state.state_text(*row) == "on");
    CHECK(state.value(0, *row, "zone")->value.integer == zone.value);
    CHECK(state.value(0, *row, "to") == nullptr);
}

TEST_CASE("the state at any instant equals a fold from the start", "[record][state]") {
    const Folder folder{"state"};
    const std::uint64_t seed = GENERATE(1, 2);
    // 29 keyframes and more: several full ones, chains of deltas between them.
    const Recorded run({.path = folder.file("run.hive"), .keyframe_every = 97}, seed, 3000);
    Recording recording = opened(folder.file("run.hive"));
    Dice dice{seed};
    for (int i = 0; i < 40; ++i) {
        const Event& event = run.keeper.events[dice.below(run.keeper.events.size())];
        const auto state = recording.state_at(event.time);
        REQUIRE(state.ok());
        compare(state.value(), slow_fold(run.keeper.events, event.time));
    }
    const auto before = recording.state_at(Time{} - Duration{1});
    REQUIRE(before.ok());
    REQUIRE(before.value().size() == 0);
}

TEST_CASE("a container's row tells its health, and is gone with it", "[record][state]") {
    namespace run = glasshive::runtime::events;
    EventRegistry kinds;
    kinds.add(run::all);
    State state{FoldPlan::of(kinds)};
    Names names;
    EventStream stream{names};
    Keeper log{names};
    stream.add_sink(&log);
    const NameId web = names.intern("web.1.a"), host = names.intern("h");
    const auto tell = [&](const EventKind& kind, std::initializer_list<FieldArgument> fields) {
        stream.emit({}, {}, kind, web, fields);
        state.apply(log.events.back());
    };
    const auto type = state.type_named("container");
    REQUIRE(type);
    const auto health = [&]() -> std::string {
        const StateValue* value = state.value(*type, *state.find(*type, web), "status");
        if (value == nullptr) return "";
        return std::string(names.text(NameId{static_cast<std::uint32_t>(value->value.integer)}));
    };
    tell(run::container_started, {field::name(host), field::name(web), field::integer(1),
                                  field::name(web)});
    CHECK(health().empty());
    const auto verdict = [&](const char* status, const char* before) {
        tell(run::health_status,
             {field::name(host), field::name(web), field::name(names.intern(status)),
              field::name(names.intern(before)), field::integer(0)});
    };
    verdict("healthy", "starting");
    CHECK(health() == "healthy");
    verdict("unhealthy", "healthy");
    CHECK(health() == "unhealthy");
    CHECK(state.state_text(*state.find(*type, web)) == run::container_started.state);
    tell(run::container_ended, {field::name(host), field::name(web), field::integer(0),
                                field::name(names.intern("stopped"))});
    CHECK(state.find(*type, web) == nullptr);
}

TEST_CASE("a state survives encoding, and damaged bytes are refused or harmless",
          "[record][state]") {
    Names names;
    EventStream stream{names};
    Keeper keeper{names};
    stream.add_sink(&keeper);
    random_run(stream, 5, 400);
    State state{FoldPlan::of(registry())};
    for (const Event& event : keeper.events) state.apply(event);
    const std::string bytes = state.encode(true);
    State same{FoldPlan::of(registry())};
    REQUIRE(same.decode(bytes, names.size()));
    REQUIRE(same == state);

    State cut{FoldPlan::of(registry())};
    REQUIRE_FALSE(cut.decode(bytes.substr(0, bytes.size() / 2), names.size()));
    State few{FoldPlan::of(registry())};
    REQUIRE_FALSE(few.decode(bytes, 2));
    Dice dice{1};
    int refused = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string bent = bytes;
        bent[dice.below(bent.size())] = static_cast<char>(dice.next());
        State other{FoldPlan::of(registry())};
        refused += !other.decode(bent, names.size());
    }
    REQUIRE(refused > 100);
}

TEST_CASE("the pyramid equals sums over the samples, closed or cut short", "[record][pyramid]") {
    const Folder folder{"pyramid"};
    const bool close = GENERATE(true, false);
    const Recorded run({.path = folder.file("run.hive")}, 21, 4000, close);
    Recording recording = opened(folder.file("run.hive"));
    struct Sums final : EventSink {
        std::map<std::uint32_t, std::map<int, std::map<std::int64_t, SampleBucket>>> buckets;
        std::map<std::uint16_t, std::map<int, std::map<std::int64_t, std::uint64_t>>> counts;
        void on_event(const Event& event, std::string_view) override {
            for (int level = event_level_min; level < levels_max; ++level) {
                ++counts[event.kind][level][bucket_of(event.time, level)];
            }
        }
        void on_sample(const Sample& sample) override {
            for (int level = 0; level < levels_max; ++level) {
                buckets[sample.subject.value][level][bucket_of(sample.time, level)].add(
                    sample.value);
            }
        }
    } sums;
    REQUIRE_FALSE(recording.replay(sums));
    const NameId cpu = recording.names().find("cpu");
    for (const auto& [subject, levels] : sums.buckets) {
        for (const auto& [level, buckets] : levels) {
            const auto found =
                recording.sample_buckets(cpu, NameId{subject}, level, Time{}, time_never);
            REQUIRE(found.ok());
            REQUIRE(found.value().size() == buckets.size());
            for (const SampleBucket& bucket : found.value()) {
                const SampleBucket& expected = buckets.at(bucket.bucket);
                REQUIRE(bucket.count == expected.count);
                REQUIRE(bucket.min == expected.min);
                REQUIRE(bucket.max == expected.max);
                REQUIRE(bucket.sum == Approx(expected.sum));
            }
        }
    }
    for (const auto& [kind, levels] : sums.counts) {
        for (const auto& [level, buckets] : levels) {
            const auto found = recording.event_buckets(kind, level, Time{}, time_never);
            REQUIRE(found.ok());
            REQUIRE(found.value().size() == buckets.size());
            for (const auto& bucket : found.value())
                REQUIRE(bucket.count == buckets.at(bucket.bucket));
        }
    }
    REQUIRE(sums.buckets.size() == 7);
}

TEST_CASE("a window of buckets is a part of all buckets", "[record][pyramid]") {
    const Folder folder{"window"};
    const Recorded run({.path = folder.file("run.hive")}, 22, 2000);
    Recording recording = opened(folder.file("run.hive"));
    const NameId cpu = recording.names().find("cpu");
    const NameId node = recording.names().find("w3");
    const Time from = time_of_ns(10'000'000'000);
    const Time to = time_of_ns(20'000'000'000);
    const auto all = recording.sample_buckets(cpu, node, 4, Time{}, time_never);
    const auto part = recording.sample_buckets(cpu, node, 4, from, to);
    REQUIRE(part.value().size() < all.value().size());
    REQUIRE(part.value().front().bucket >= bucket_of(from, 4));
    REQUIRE(part.value().back().bucket == bucket_of(to, 4));
}

TEST_CASE("the finest level is at least four samples wide", "[record][pyramid]") {
    REQUIRE(finest_level(Duration{1000}) == 0);
    REQUIRE(finest_level(std::chrono::milliseconds{1}) == 1);
    REQUIRE(finest_level(std::chrono::seconds{1}) == 4);
    REQUIRE(finest_level(std::chrono::hours{24 * 365}) == levels_max - levels_per_gauge);
}
