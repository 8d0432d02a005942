#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/glass.h"

namespace glasshive::viewer {

/// The events that a filter leaves, reachable by position: what a clipped list of millions needs.
/// Without a filter the position is the event's number and nothing is read ahead. With one, and in
/// a recording with gaps, the numbers of those to be shown are gathered a slice at a time (8 bytes
/// each).
class EventList {
  public:
    explicit EventList(Glass& glass) : glass_(glass) {}

    /// Keeps events in whose kind, subject or details every word of `words` occurs, whatever its
    /// case. "" keeps all. A new filter starts over; the same one goes on.
    void set_filter(const std::string& words);
    const std::string& filter() const { return filter_; }
    /// Looks at up to `events_max` more events. Damage ends the search, said once.
    std::optional<Diagnostic> advance(std::uint64_t events_max);
    bool done() const { return !gathers() || read_ >= glass_.last() || damaged_; }

    std::uint64_t size() const { return gathers() ? found_.size() : glass_.events(); }
    /// The event at a position. Null when the file is damaged there. Reads a page at a time; the
    /// pointer lives until the next call. Requires position < size().
    const EventLine* at(std::uint64_t position);
    /// Position of the newest event at or before `event`; nothing when there is none.
    std::optional<std::uint64_t> position_of(EventId event) const;

  private:
    static constexpr std::uint64_t page_size = 256;

    bool gathers() const { return !words_.empty() || glass_.has_gaps(); }
    const EventLine* line(std::uint64_t number);

    Glass& glass_;
    std::string filter_;
    std::vector<std::string> words_;   ///< Of the filter, in lower case.
    std::vector<std::uint64_t> found_;
    std::uint64_t read_ = 0;
    bool damaged_ = false;
    std::uint64_t page_ = UINT64_MAX;
    std::uint64_t page_last_ = 0;   ///< The newest event when it was read.
    std::vector<EventLine> lines_;
};

}   // namespace glasshive::viewer
