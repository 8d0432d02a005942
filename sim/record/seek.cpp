// Looking into the middle of a recording: states from keyframes, gauges from the pyramid.
#include <algorithm>

#include "base/assert.h"
#include "record/recording_impl.h"

namespace glasshive::record {

namespace {

/// Folds what it is given into a state.
struct Folder final : EventSink {
    explicit Folder(State& folded) : state(folded) {}
    State& state;
    void on_event(const Event& event, std::string_view) override { state.apply(event); }
};

struct Keyframe {
    std::int64_t event = 0;
    std::int64_t base = 0;
    std::string data;
};

constexpr int chain_max = 64;   // A full keyframe comes after at most 15 others.

/// The keyframes that rebuild the state at the newest one not after `event`: full one first.
std::vector<Keyframe> keyframes_until(sqlite3* db, std::int64_t event) {
    std::vector<Keyframe> chain;
    Statement row(db, "SELECT event, base, data FROM main.hive_keyframe WHERE event <= ? "
                      "ORDER BY event DESC LIMIT 1");
    while (chain.size() < chain_max) {
        row.reset();
        row.bind(1, event);
        if (!row.step()) return {};
        Keyframe frame{row.integer(0), row.integer(1), std::string(row.text(2))};
        if (!chain.empty() && frame.event != chain.front().base) return {};   // A link is missing.
        chain.insert(chain.begin(), std::move(frame));
        if (chain.front().base == 0) return chain;
        if (chain.front().base < 0 || chain.front().base >= chain.front().event) return {};
        event = chain.front().base;
    }
    return {};
}

/// Last instant of a bucket, however far out.
std::int64_t end_of(std::int64_t bucket, std::int64_t width) {
    return bucket >= INT64_MAX / width ? INT64_MAX : (bucket + 1) * width - 1;
}

}   // namespace

Result<EventId> Recording::last_event_at(Time time) {
    impl_->arm();
    if (time == time_never) time = time_of_ns(INT64_MAX - 1);
    const std::int64_t after = impl_->first_id_with("hive_event", "t_ns", ns_of(time) + 1);
    Statement row(impl_->db.get(), "SELECT max(id) FROM main.hive_event WHERE id < ?");
    row.bind(1, after);
    // The largest id there can be is its own successor; nobody records that many events.
    if (!row.step()) return impl_->sql_problem("looking for an instant");
    return EventId{static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(0)))};
}

Result<EventId> Recording::newest_event() {
    impl_->arm();
    Statement row(impl_->db.get(), "SELECT max(id) FROM main.hive_event");
    if (!row.step()) return impl_->sql_problem("looking for the newest event");
    return EventId{static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(0)))};
}

Result<std::uint64_t> Recording::count_events(EventId after) {
    impl_->arm();
    Statement row(impl_->db.get(), "SELECT count(*) FROM main.hive_event WHERE id > ?");
    row.bind(1, static_cast<std::int64_t>(number_of(after)));
    if (!row.step()) return impl_->sql_problem("counting events");
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(0)));
}

Result<State> Recording::state_at(Time time) {
    const auto event = last_event_at(time);
    if (!event.ok()) return event.problems();
    return state_after(event.value());
}

Result<State> Recording::state_after(EventId event) {
    Impl& impl = *impl_;
    if (auto problem = refresh()) return *problem;
    State state{impl.plan};
    const auto last = static_cast<std::int64_t>(number_of(event));
    std::int64_t folded = 0;
    for (const Keyframe& frame : keyframes_until(impl.db.get(), last)) {
        if (!state.decode(frame.data, impl.names.size()))
            return impl.damaged("a keyframe is unreadable");
        folded = frame.event;
    }
    const EventId keyframe{static_cast<std::uint64_t>(folded)};
    if (auto problem = fold(state, keyframe, event)) return *problem;
    return state;
}

std::optional<Diagnostic> Recording::fold(State& state, EventId after, EventId last) {
    Folder folder{state};
    return replay(folder, {.first = EventId{number_of(after) + 1}, .last = last, .samples = false});
}

Result<std::vector<SampleBucket>> Recording::sample_buckets(NameId series, NameId subject,
                                                            int level, Time from, Time to) {
    SIM_ASSERT(level >= 0);
    SIM_ASSERT(level < levels_max);
    Impl& impl = *impl_;
    impl.arm();
    const std::int64_t width = bucket_width_ns(level);
    const std::int64_t first = bucket_of(from, level);
    const std::int64_t last = bucket_of(to, level);
    std::vector<SampleBucket> buckets;
    std::int64_t summed = -1;   // Newest bucket the file has summed up.
    Statement stored(impl.db.get(),
                     "SELECT bucket, count, min, max, sum FROM main.hive_sample_bucket "
                     "WHERE series = ? AND subject = ? AND level = ? ORDER BY bucket");
    stored.bind(1, std::int64_t{series.value}).bind(2, std::int64_t{subject.value});
    stored.bind(3, std::int64_t{level});
    while (stored.step()) {
        const std::int64_t bucket = stored.integer(0);
        if (bucket <= summed) return impl.damaged("buckets are out of order");
        summed = bucket;
        if (bucket < first || bucket > last) continue;
        buckets.push_back({bucket, static_cast<std::uint64_t>(stored.integer(1)), stored.real(2),
                           stored.real(3), stored.real(4)});
    }
    Statement rest(impl.db.get(),
                   "SELECT t_ns, value FROM main.hive_sample WHERE series = ? AND subject = ? "
                   "AND t_ns BETWEEN ? AND ? AND value IS NOT NULL ORDER BY id");
    rest.bind(1, std::int64_t{series.value}).bind(2, std::int64_t{subject.value});
    const std::int64_t start = std::max(first, summed + 1);
    rest.bind(3, start >= INT64_MAX / width ? INT64_MAX : start * width)
        .bind(4, end_of(last, width));
    while (rest.step()) {
        const std::int64_t bucket = rest.integer(0) / width;
        if (buckets.empty() || buckets.back().bucket != bucket)
            buckets.push_back({.bucket = bucket});
        buckets.back().add(rest.real(1));
    }
    if (!stored.ok() || !rest.ok()) return impl.sql_problem("reading samples");
    return buckets;
}

Result<std::vector<ClosedEventBucket>> Recording::event_buckets(std::uint16_t kind, int level,
                                                                Time from, Time to) {
    SIM_ASSERT(level >= event_level_min);
    SIM_ASSERT(level < levels_max);
    Impl& impl = *impl_;
    impl.arm();
    const std::int64_t width = bucket_width_ns(level);
    const std::int64_t first = bucket_of(from, level);
    const std::int64_t last = bucket_of(to, level);
    std::vector<ClosedEventBucket> buckets;
    std::int64_t summed = -1;
    Statement stored(impl.db.get(), "SELECT bucket, count FROM main.hive_event_bucket "
                                    "WHERE kind = ? AND level = ? ORDER BY bucket");
    stored.bind(1, std::int64_t{kind}).bind(2, std::int64_t{level});
    while (stored.step()) {
        const std::int64_t bucket = stored.integer(0);
        if (bucket <= summed) return impl.damaged("buckets are out of order");
        summed = bucket;
        if (bucket < first || bucket > last) continue;
        buckets.push_back({kind, level, bucket, static_cast<std::uint64_t>(stored.integer(1))});
    }
    const std::int64_t start = std::max(first, summed + 1);
    const Time since = time_of_ns(start >= INT64_MAX / width ? INT64_MAX : start * width);
    const std::int64_t id = impl.first_id_with("hive_event", "t_ns", ns_of(since));
    Statement rest(impl.db.get(), "SELECT t_ns FROM main.hive_event WHERE id >= ? AND kind = ? "
                                  "AND t_ns BETWEEN ? AND ? ORDER BY id");
    rest.bind(1, id).bind(2, std::int64_t{kind}).bind(3, ns_of(since)).bind(4, end_of(last, width));
    while (rest.step()) {
        const std::int64_t bucket = rest.integer(0) / width;
        if (buckets.empty() || buckets.back().bucket != bucket)
            buckets.push_back({kind, level, bucket, 0});
        ++buckets.back().count;
    }
    if (!stored.ok() || !rest.ok()) return impl.sql_problem("reading events");
    return buckets;
}

}   // namespace glasshive::record
