#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/story.h"

namespace glasshive::viewer {

/// One line of the chart: a heading, or the rows of the story that are drawn over one another.
struct TimelineLine {
    std::string_view label;              ///< Lives as long as the recording.
    NameId subject;                      ///< What a click on the label selects.
    std::uint32_t first = 0, last = 0;   ///< Into order(): first..last, one past it.
    bool heading = false;
};

/// Which lines the timeline shows, in which order. Sorted when the story has grown by an eighth or
/// is done: a sort per frame of a hundred thousand rows would hold the window.
class TimelineRows {
  public:
    /// hosts: one line per host, with what is believed of it. slots: one line per slot of a
    /// service, its tasks after one another, under a heading. tasks: one line per task. all: hosts,
    /// then slots.
    enum class Group { all, hosts, slots, tasks };

    /// Brings the lines up to date. True when they changed.
    bool update(const Story& story, const Glass& glass, Group group);
    const std::vector<TimelineLine>& lines() const { return lines_; }
    /// Places in Story::rows(), line by line.
    const std::vector<std::uint32_t>& order() const { return order_; }

  private:
    void add(const Story& story, const Glass& glass, std::vector<std::uint32_t> rows, bool slots);

    std::size_t seen_ = 0;
    bool done_ = false;
    Group group_ = Group::all;
    std::vector<TimelineLine> lines_;
    std::vector<std::uint32_t> order_;
};

/// "web.2" of "web.2.<task id>", "web" of "web.<node id>.<task id>"'s service: what stands before
/// the last dot, and before the one before it. The whole text where there is no dot.
std::string_view slot_of(std::string_view task);
std::string_view service_of(std::string_view task);

}   // namespace glasshive::viewer
