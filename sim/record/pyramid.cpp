#include "record/pyramid.h"

#include <algorithm>

namespace glasshive::record {

void SampleBucket::add(double value) {
    min = count == 0 ? value : std::min(min, value);
    max = count == 0 ? value : std::max(max, value);
    sum += value;
    ++count;
}

void SampleBucket::add(const SampleBucket& finer) {
    min = count == 0 ? finer.min : std::min(min, finer.min);
    max = count == 0 ? finer.max : std::max(max, finer.max);
    sum += finer.sum;
    count += finer.count;
}

int finest_level(Duration gap) {
    int level = 0;
    while (level + levels_per_gauge < levels_max && bucket_width_ns(level) / 4 < gap.count())
        ++level;
    return level;
}

void Pyramid::add(const Sample& sample) {
    if (sample.value != sample.value)
        return;   // A NaN has no place between a minimum and a maximum.
    const std::uint64_t key = std::uint64_t{sample.series.value} << 32 | sample.subject.value;
    const auto [entry, added] = index_.try_emplace(key, gauges_.size());
    if (added) {
        gauges_.push_back(
            {.series = sample.series, .subject = sample.subject, .first = sample.time});
    }
    Gauge& gauge = gauges_[entry->second];
    if (gauge.finest < 0 && sample.time != gauge.first) {
        // Only now the level is known; what waited in slot 0 belongs to the first instant.
        gauge.finest = finest_level(sample.time - gauge.first);
        gauge.open[0].bucket = bucket_of(gauge.first, gauge.finest);
    }
    if (gauge.finest < 0) {
        gauge.open[0].add(sample.value);
    } else {
        put(gauge, sample.time, sample.value);
    }
}

void Pyramid::put(Gauge& gauge, Time time, double value) {
    const std::int64_t bucket = bucket_of(time, gauge.finest);
    if (gauge.open[0].count > 0 && gauge.open[0].bucket != bucket) close(gauge, 0);
    gauge.open[0].bucket = bucket;
    gauge.open[0].add(value);
}

void Pyramid::close(Gauge& gauge, int slot) {
    SampleBucket& open = gauge.open[slot];
    samples.push_back({gauge.series, gauge.subject, gauge.finest + slot, open});
    if (slot + 1 < levels_per_gauge) {
        SampleBucket& coarser = gauge.open[slot + 1];
        const std::int64_t bucket = open.bucket / 8;
        if (coarser.count > 0 && coarser.bucket != bucket) close(gauge, slot + 1);
        coarser.bucket = bucket;
        coarser.add(open);
    }
    open = {};
}

void Pyramid::add(std::uint16_t kind, Time time) {
    if (counters_.size() <= kind) counters_.resize(kind + 1U);
    Counter& counter = counters_[kind];
    const std::int64_t bucket = bucket_of(time, event_level_min);
    if (counter.count[event_level_min] > 0 && counter.bucket[event_level_min] != bucket) {
        close(kind, event_level_min);
    }
    counter.bucket[event_level_min] = bucket;
    ++counter.count[event_level_min];
}

void Pyramid::close(std::uint16_t kind, int level) {
    Counter& counter = counters_[kind];
    const std::int64_t bucket = counter.bucket[level];
    const std::uint64_t count = counter.count[level];
    events.push_back({kind, level, bucket, count});
    if (level + 1 < levels_max) {
        const std::int64_t coarser = bucket / 8;
        if (counter.count[level + 1] > 0 && counter.bucket[level + 1] != coarser)
            close(kind, level + 1);
        counter.bucket[level + 1] = coarser;
        counter.count[level + 1] += count;
    }
    counter.count[level] = 0;
}

void Pyramid::finish() {
    for (Gauge& gauge : gauges_) {
        if (gauge.finest < 0) {   // A single instant: any level will do.
            gauge.finest = 0;
            gauge.open[0].bucket = bucket_of(gauge.first, 0);
        }
        for (int slot = 0; slot < levels_per_gauge; ++slot) {
            if (gauge.open[slot].count > 0) close(gauge, slot);
        }
    }
    for (std::size_t kind = 0; kind < counters_.size(); ++kind) {
        for (int level = event_level_min; level < levels_max; ++level) {
            if (counters_[kind].count[level] > 0) close(static_cast<std::uint16_t>(kind), level);
        }
    }
}

}   // namespace glasshive::record
