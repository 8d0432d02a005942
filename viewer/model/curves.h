#pragma once

#include <string>
#include <vector>

#include "viewer/model/gauges.h"
#include "viewer/model/story.h"

namespace glasshive::viewer {

/// One line of a chart.
struct Curve {
    std::string label;   ///< "node-1", "p99", "failed"
    NameId subject;      ///< Invalid where the line is about nothing that can be selected.
    std::vector<Reading> points;
    bool holds = false;   ///< A value stands until the next one; else points are joined.
    bool other = false;   ///< Of the second recording.
    Duration gap = Duration::max();   ///< Points further apart are not joined.
    /// What it counts is good (1) or bad (-1) or neither: the chart's colour follows.
    int worth = 0;
    std::size_t number = 0;   ///< Its place in its chart: which colour, where worth says nothing.
};

/// What a chart is about.
struct ChartKind {
    enum class Of { requests, latency, gauge, events } of = Of::gauge;
    enum class Unit { number, share, bytes, bytes_per_second, per_second, seconds };
    std::string title;   ///< "host.cpu"; "" for none.
    std::string note;    ///< "share of all cores"
    Unit unit = Unit::number;
    std::string series;   ///< Of a gauge, or the kind of event.
};

/// The charts that a recording has something for: requests, latency, every gauge. `event`: the kind
/// of the chosen event, whose frequency is a chart, too; "": none.
std::vector<ChartKind> charts_of(Glass& glass, const Story& story, const std::string& event);

/// What part of a run is drawn how finely.
struct CurveSpan {
    Time from{}, to{};
    int level = 0;              ///< As TimeCursor::level.
    std::size_t pixels = 100;   ///< Wide.
};
/// The lines of a chart; of a gauge with many subjects, those of `chosen` and some more. Without
/// `latencies` (null) there are none of them. Cost: a few index look-ups and at most two points a
/// pixel and line.
std::vector<Curve> curves_of(Glass& glass, const Latencies* latencies, const ChartKind& chart,
                             std::string_view chosen, const CurveSpan& span);

/// The last point at or before `at`; null when there is none.
const Reading* reading_at(const Curve& curve, Time at);

}   // namespace glasshive::viewer
