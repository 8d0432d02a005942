#include "viewer/model/latencies.h"

#include <algorithm>
#include <cmath>

namespace glasshive::viewer {

namespace {

constexpr double first_edge = 1e-6;
constexpr double bins_per_octave = 5;

std::size_t bin_of(double seconds) {
    if (!(seconds > first_edge)) return 0;
    const double bin = std::log2(seconds / first_edge) * bins_per_octave;
    return std::min(Latencies::bins - 1, static_cast<std::size_t>(bin));
}

double edge_of(std::size_t bin) {
    return first_edge * std::exp2(static_cast<double>(bin + 1) / bins_per_octave);
}

}   // namespace

void Latencies::add(Time time, Time end, const Event& event, const EventKind& kind) {
    if (time < Time{}) return;
    for (std::size_t i = 0; i < kind.field_count(); ++i) {
        if (kind.fields[i].name != "latency" || kind.fields[i].type != FieldType::duration)
            continue;
        if (counts_.empty()) {
            counts_.resize(slots * bins);
            const auto whole = std::max(end, time).time_since_epoch();
            width_ = Duration{whole.count() / static_cast<std::int64_t>(slots) + 1};
        }
        widen(time);
        const auto slot = static_cast<std::size_t>(time.time_since_epoch() / width_);
        const double seconds = static_cast<double>(event.fields[i].integer) / 1e9;
        ++counts_[slot * bins + bin_of(seconds)];
        ++count_;
        return;
    }
}

void Latencies::widen(Time time) {
    while (time.time_since_epoch() / width_ >= static_cast<std::int64_t>(slots)) {
        for (std::size_t slot = 0; slot < slots; ++slot) {
            for (std::size_t bin = 0; bin < bins; ++bin) {
                const std::size_t left = 2 * slot * bins + bin;
                const bool there = 2 * slot + 1 < slots;
                counts_[slot * bins + bin] = there ? counts_[left] + counts_[left + bins] : 0;
            }
        }
        width_ *= 2;
    }
}

std::vector<Latencies::Point> Latencies::points() const {
    std::vector<Point> found;
    for (std::size_t slot = 0; slot < slots && !counts_.empty(); ++slot) {
        const auto begin = counts_.begin() + static_cast<std::ptrdiff_t>(slot * bins);
        Point point{.from = Time{width_ * static_cast<std::int64_t>(slot)}};
        for (std::size_t bin = 0; bin < bins; ++bin)
            point.count += begin[static_cast<std::ptrdiff_t>(bin)];
        if (point.count == 0) continue;
        const auto percentile = [&](double share) {
            const double wanted = std::ceil(share * static_cast<double>(point.count));
            double seen = 0;
            for (std::size_t bin = 0; bin < bins; ++bin) {
                seen += begin[static_cast<std::ptrdiff_t>(bin)];
                if (seen >= wanted) return edge_of(bin);
            }
            return edge_of(bins - 1);
        };
        point.p50 = percentile(0.50);
        point.p95 = percentile(0.95);
        point.p99 = percentile(0.99);
        found.push_back(point);
    }
    return found;
}

std::optional<Diagnostic> LatencyReader::advance(std::uint64_t events_max) {
    if (done() || events_max == 0) return std::nullopt;
    struct Take final : EventSink {
        Take(Latencies& counted, const Glass& of) : into(counted), glass(of) {}
        Latencies& into;
        const Glass& glass;
        void on_event(const Event& event, std::string_view) override {
            const EventKind* kind = glass.recording().registry().find(event.kind);
            if (kind != nullptr && kind->name == "request.ok")
                into.add(event.time, glass.end(), event, *kind);
        }
    } take(latencies_, glass_);
    const std::uint64_t last = std::min(glass_.last(), read_ + events_max);
    auto problem = glass_.recording().replay(
        take, {.first = EventId{read_ + 1}, .last = EventId{last}, .samples = false});
    damaged_ = problem.has_value();
    if (!problem) read_ = last;
    return problem;
}

}   // namespace glasshive::viewer
