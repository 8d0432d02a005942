#include "viewer/model/gauges.h"

#include <algorithm>

#include "base/text.h"
#include "record/sqlite.h"

namespace glasshive::viewer {

using record::Statement;

namespace {

/// Distinct values of a column without a walk: from one to the next larger one.
std::vector<NameId> distinct(record::Recording& recording, const char* sql, std::int64_t series,
                             std::size_t most) {
    std::vector<NameId> found;
    std::int64_t last = -1;
    while (found.size() < most) {
        recording.arm_for_ourselves();
        Statement next(recording.handle(), sql);
        next.bind(1, last);
        if (series >= 0) next.bind(2, series);
        if (!next.step()) break;
        last = next.integer(0);
        if (last >= 0 && static_cast<std::size_t>(last) < recording.names().size())
            found.push_back(NameId{static_cast<std::uint32_t>(last)});
    }
    std::sort(found.begin(), found.end(), [&](NameId a, NameId b) {
        return natural_less(recording.names().text(a), recording.names().text(b));
    });
    return found;
}

}   // namespace

std::vector<NameId> Gauges::series() {
    return distinct(recording_,
                    "SELECT series FROM main.hive_sample WHERE series > ? ORDER BY series LIMIT 1",
                    -1, 1000);
}

std::vector<NameId> Gauges::subjects(NameId series, std::size_t most) {
    return distinct(recording_,
                    "SELECT subject FROM main.hive_sample WHERE subject > ?1 AND series = ?2 "
                    "ORDER BY series, subject LIMIT 1",
                    static_cast<std::int64_t>(series.value), most);
}

/// The number of the first sample after `time`: samples are numbered in order of time, so that a
/// bisection over the numbers finds it.
std::int64_t Gauges::first_after(Time time) {
    recording_.arm_for_ourselves();
    Statement newest(recording_.handle(), "SELECT max(id) FROM main.hive_sample");
    std::int64_t high = newest.step() ? newest.integer(0) + 1 : 1;
    std::int64_t low = 1;
    Statement at(recording_.handle(),
                 "SELECT id, t_ns FROM main.hive_sample WHERE id >= ? ORDER BY id LIMIT 1");
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        at.reset();
        at.bind(1, middle);
        if (at.step() && at.integer(1) <= ns_of(time))
            low = std::max(middle, at.integer(0)) + 1;
        else
            high = middle;
    }
    return low;
}

std::optional<double> Gauges::at(NameId series, NameId subject, Time at) {
    const std::int64_t end = first_after(at);
    recording_.arm_for_ourselves();
    Statement row(recording_.handle(),
                  "SELECT value FROM main.hive_sample WHERE series = ? AND subject = ? AND id < ? "
                  "ORDER BY id DESC LIMIT 1");
    row.bind(1, static_cast<std::int64_t>(series.value))
        .bind(2, static_cast<std::int64_t>(subject.value))
        .bind(3, end);
    if (!row.step()) return std::nullopt;
    return row.real(0);
}

std::vector<Reading> Gauges::between(NameId series, NameId subject, Time from, Time to, int level,
                                     std::size_t most) {
    const std::int64_t first = first_after(from - Duration{1});
    const std::int64_t end = first_after(to);
    std::vector<Reading> found;
    if (const auto before = at(series, subject, from - Duration{1}))
        found.push_back({from, *before, *before, *before});
    const auto rows = [&](std::size_t limit) {
        recording_.arm_for_ourselves();
        Statement row(recording_.handle(),
                      "SELECT t_ns, value FROM main.hive_sample WHERE series = ? AND subject = ? "
                      "AND id >= ? AND id < ? ORDER BY id LIMIT ?");
        row.bind(1, static_cast<std::int64_t>(series.value))
            .bind(2, static_cast<std::int64_t>(subject.value))
            .bind(3, first)
            .bind(4, end)
            .bind(5, static_cast<std::int64_t>(limit));
        while (row.step()) {
            const double value = row.real(1);
            found.push_back({time_of_ns(row.integer(0)), value, value, value});
        }
    };
    const std::size_t before = found.size();
    rows(most + 1);
    if (found.size() - before <= most) return found;
    for (; level < record::levels_max; ++level) {
        const auto buckets = recording_.sample_buckets(series, subject, level, from, to);
        if (!buckets.ok() || buckets.value().empty()) continue;
        found.resize(before);
        for (const record::SampleBucket& bucket : buckets.value()) {
            const std::int64_t at = bucket.bucket * record::bucket_width_ns(level);
            const double count = static_cast<double>(std::max<std::uint64_t>(1, bucket.count));
            found.push_back(
                {std::max(from, time_of_ns(at)), bucket.min, bucket.max, bucket.sum / count});
        }
        return found;
    }
    return found;
}

std::vector<Reading> Gauges::rate(const EventKind& kind, Time from, Time to, int level) {
    std::vector<Reading> found;
    level = std::clamp(level, record::event_level_min, record::levels_max - 1);
    const auto buckets = recording_.event_buckets(kind.id, level, from, to);
    if (!buckets.ok()) return found;
    const std::int64_t width = record::bucket_width_ns(level);
    const auto put = [&](std::int64_t bucket, double count) {
        const double value = count / (static_cast<double>(width) / 1e9);
        found.push_back({time_of_ns(bucket * width), value, value, value});
    };
    std::int64_t next = record::bucket_of(from, level);
    const std::int64_t last = record::bucket_of(to, level);
    for (const auto& bucket : buckets.value()) {
        if (bucket.bucket > next) {
            put(next, 0);
            if (bucket.bucket - 1 > next) put(bucket.bucket - 1, 0);
        }
        put(bucket.bucket, static_cast<double>(bucket.count));
        next = bucket.bucket + 1;
    }
    if (next <= last) put(next, 0);
    return found;
}

}   // namespace glasshive::viewer
