#include "viewer/model/time_cursor.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "record/pyramid.h"

namespace glasshive::viewer {

namespace {

// An empty recording has a span, too: pixels are divided by it.
Duration whole(Time end) { return std::max(end.time_since_epoch(), Duration{1}); }

double number(Duration d) { return static_cast<double>(d.count()); }

// The nearest duration from 0 to `most`. 2^63 - 1 rounds up as a double: compare before casting.
Duration clamped(double ns, Duration most) {
    if (!(ns > 0)) return Duration{0};
    if (ns >= number(most)) return most;
    return Duration{static_cast<std::int64_t>(ns)};
}

}   // namespace

TimeCursor::TimeCursor(Time end) : end_(std::max(end, Time{})), at_(end_), span_(whole(end_)) {}

void TimeCursor::grow(Time end) {
    if (end <= end_) return;
    const bool all = span_ == whole(end_);
    if (at_ == end_) at_ = end;
    end_ = end;
    if (all) span_ = whole(end_);
    seek(at_);
}

void TimeCursor::seek(Time at) {
    at_ = std::clamp(at, Time{}, end_);
    if (at_ < from_) from_ = at_;
    if (at_ > to()) from_ = at_ - span_;
}

void TimeCursor::zoom(double factor, double x, double width) {
    SIM_ASSERT(width > 0);
    if (!(factor > 0) || !std::isfinite(factor)) return;
    const double before = number(span_);
    const double least = number(std::min(span_min, whole(end_)));
    const double after = std::clamp(before * factor, least, number(whole(end_)));
    place(number(from_.time_since_epoch()) + (before - after) * (x / width), after);
}

void TimeCursor::pan(double pixels, double width) {
    SIM_ASSERT(width > 0);
    const double span = number(span_);
    place(number(from_.time_since_epoch()) + span * (pixels / width), span);
}

void TimeCursor::place(double from, double span) {
    span_ = std::max(clamped(span, whole(end_)), Duration{1});
    from_ = Time{clamped(from, whole(end_) - span_)};
}

double TimeCursor::pixel_of(Time time, double width) const {
    SIM_ASSERT(width > 0);
    const double from = number(from_.time_since_epoch());
    return (number(time.time_since_epoch()) - from) / number(span_) * width;
}

Time TimeCursor::time_at(double x, double width) const {
    SIM_ASSERT(width > 0);
    const double from = number(from_.time_since_epoch());
    return Time{clamped(std::round(from + x / width * number(span_)), end_.time_since_epoch())};
}

int TimeCursor::level(double width) const {
    SIM_ASSERT(width > 0);
    const double pixel = number(span_) / width;
    int level = 0;
    while (level + 1 < record::levels_max &&
           static_cast<double>(record::bucket_width_ns(level)) < pixel)
        ++level;
    return level;
}

}   // namespace glasshive::viewer
