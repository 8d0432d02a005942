#pragma once

#include "base/units.h"

namespace glasshive::viewer {

/// The one instant and the one span of time that all panels share.
///
/// Units: virtual time; pixels from the left edge of whatever shows the span.
/// The span always lies within the recording, 0..end, and is at least span_min long (or as long as
/// the recording, where that is shorter; never less than 1 ns).
class TimeCursor {
  public:
    /// Closest look: a microsecond across the screen.
    static constexpr Duration span_min{1000};

    /// Shows the whole of a recording that ends at `end` (negative counts as 0), at its end.
    explicit TimeCursor(Time end);

    Time at() const { return at_; }
    Time from() const { return from_; }
    Time to() const { return from_ + span_; }
    Time end() const { return end_; }

    /// A recording grew. A span that showed all of it, and an instant at its end, stay so.
    void grow(Time end);
    /// Moves the instant; the span follows when it would be left.
    void seek(Time at);
    /// Makes the span `factor` times as long (0.5 looks closer) around what is at pixel `x`.
    /// Requires width > 0; a factor that is no positive number changes nothing.
    void zoom(double factor, double x, double width);
    /// Moves the span by pixels to the right. Requires width > 0.
    void pan(double pixels, double width);

    /// Where an instant is drawn. Requires width > 0.
    double pixel_of(Time time, double width) const;
    /// What is drawn at a pixel; clamped to the recording. Requires width > 0.
    Time time_at(double x, double width) const;
    /// Finest level of record/pyramid.h with buckets at least a pixel wide. Requires width > 0.
    int level(double width) const;

  private:
    void place(double from, double span);

    Time end_;
    Time at_;
    Time from_{};
    Duration span_;
};

}   // namespace glasshive::viewer
