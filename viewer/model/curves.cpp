#include "viewer/model/curves.h"

#include <algorithm>

namespace glasshive::viewer {

namespace {

constexpr std::size_t lines_max = 6;

/// What the gauges of platform/sampler.cpp count, for people.
struct Known {
    std::string_view series, note;
    ChartKind::Unit unit;
};
using Unit = ChartKind::Unit;
constexpr Known known[] = {
    {"host.cpu", "share of all cores", Unit::share},
    {"host.disk_busy", "share of the time", Unit::share},
    {"host.memory", "in use", Unit::bytes},
    {"host.disk", "in use", Unit::bytes},
    {"host.sent", "per second", Unit::bytes_per_second},
    {"host.received", "per second", Unit::bytes_per_second},
};

/// Of a gauge that only grows: what was added, per second, up to each reading.
void make_rate(std::vector<Reading>& points) {
    for (std::size_t i = points.size(); i-- > 1;) {
        const double seconds =
            static_cast<double>((points[i].time - points[i - 1].time).count()) / 1e9;
        const double rate =
            seconds > 0 ? std::max(0.0, points[i].mean - points[i - 1].mean) / seconds : 0;
        points[i].min = points[i].max = points[i].mean = rate;
    }
    if (!points.empty()) points.front().min = points.front().max = points.front().mean = 0;
}

void add_gauge(Glass& glass, const ChartKind& chart, std::string_view chosen, const CurveSpan& span,
               std::vector<Curve>& curves) {
    const Names& names = glass.recording().names();
    const NameId series = names.find(chart.series);
    if (!series.valid()) return;
    Gauges gauges(glass.recording());
    std::vector<NameId> subjects = gauges.subjects(series, lines_max);
    const NameId wanted = names.find(chosen);
    if (wanted.valid() && gauges.at(series, wanted, glass.end())) {
        subjects.erase(std::remove(subjects.begin(), subjects.end(), wanted), subjects.end());
        subjects.insert(subjects.begin(), wanted);
    }
    if (subjects.size() > lines_max) subjects.resize(lines_max);
    for (const NameId subject : subjects) {
        Curve curve{std::string(names.text(subject)), subject, {}, true, false};
        curve.points =
            gauges.between(series, subject, span.from, span.to, span.level, 2 * span.pixels);
        if (chart.unit == Unit::bytes_per_second) make_rate(curve.points);
        curves.push_back(std::move(curve));
    }
}

void add_rate(Glass& glass, std::string_view kind, std::string label, const CurveSpan& span,
              std::vector<Curve>& curves) {
    const EventKind* described = glass.recording().registry().find(kind);
    if (described == nullptr) return;
    Curve curve{std::move(label), {}, {}, true, false};
    // Four pixels a bucket: single events are no fence.
    const int level = std::min(record::levels_max - 1, span.level + 1);
    curve.points = Gauges(glass.recording()).rate(*described, span.from, span.to, level);
    curves.push_back(std::move(curve));
}

void add_latencies(const Latencies& latencies, const CurveSpan& span, std::vector<Curve>& curves) {
    Curve p50{"p50", {}, {}, false, false};
    Curve p95{"p95", {}, {}, false, false};
    Curve p99{"p99", {}, {}, false, false};
    const Duration half = latencies.width() / 2;
    for (const Latencies::Point& point : latencies.points()) {
        const Time at = point.from + half;
        if (at + 4 * half < span.from || at - 4 * half > span.to) continue;
        p50.points.push_back({at, point.p50, point.p50, point.p50});
        p95.points.push_back({at, point.p95, point.p95, point.p95});
        p99.points.push_back({at, point.p99, point.p99, point.p99});
    }
    p50.gap = p95.gap = p99.gap = 8 * half;
    curves.push_back(std::move(p50));
    curves.push_back(std::move(p95));
    curves.push_back(std::move(p99));
}

}   // namespace

std::vector<ChartKind> charts_of(Glass& glass, const Story& story, const std::string& event) {
    using Of = ChartKind::Of;
    std::vector<ChartKind> charts;
    if (!story.latencies().empty()) {
        charts.push_back({Of::requests, "Requests", "per second", Unit::per_second, ""});
        charts.push_back({Of::latency, "Latency", "of answered requests", Unit::seconds, ""});
    }
    for (const NameId series : Gauges(glass.recording()).series()) {
        ChartKind chart{Of::gauge, std::string(glass.text(series)), "", Unit::number,
                        std::string(glass.text(series))};
        for (const Known& one : known) {
            if (one.series != chart.series) continue;
            chart.note = one.note;
            chart.unit = one.unit;
        }
        charts.push_back(std::move(chart));
    }
    if (!event.empty())
        charts.push_back({Of::events, event, "per second", Unit::per_second, event});
    return charts;
}

std::vector<Curve> curves_of(Glass& glass, const Latencies* latencies, const ChartKind& chart,
                             std::string_view chosen, const CurveSpan& span) {
    std::vector<Curve> curves;
    switch (chart.of) {
        case ChartKind::Of::requests:
            add_rate(glass, "request.ok", "ok", span, curves);
            add_rate(glass, "request.retried", "retried", span, curves);
            add_rate(glass, "request.failed", "failed", span, curves);
            for (Curve& curve : curves)
                curve.worth = curve.label == "ok" ? 1 : curve.label == "failed" ? -1 : 0;
            break;
        case ChartKind::Of::latency:
            if (latencies != nullptr) add_latencies(*latencies, span, curves);
            break;
        case ChartKind::Of::gauge: add_gauge(glass, chart, chosen, span, curves); break;
        case ChartKind::Of::events:
            add_rate(glass, chart.series, chart.series, span, curves);
            break;
    }
    for (std::size_t i = 0; i < curves.size(); ++i) curves[i].number = i;
    return curves;
}

const Reading* reading_at(const Curve& curve, Time at) {
    const auto after =
        std::partition_point(curve.points.begin(), curve.points.end(),
                             [at](const Reading& point) { return point.time <= at; });
    return after == curve.points.begin() ? nullptr : &*(after - 1);
}

}   // namespace glasshive::viewer
