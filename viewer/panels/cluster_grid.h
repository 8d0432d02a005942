#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/draw/widgets.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// Where the hosts of a cluster stand: a box per zone, and in it cells of one size for all zones.
/// Laid out when the picture or the room changed; a host's cell, and the cell under the mouse, are
/// arithmetic.
class HostGrid {
  public:
    void lay_out(const Context& context, Rect area);
    /// Too small for words: one rectangle per host.
    bool small() const { return small_; }
    Rect cell(std::size_t host) const;
    /// The host whose cell is there.
    std::optional<std::size_t> at(ImVec2 place) const;
    std::size_t in_state(std::string_view state) const;

    void draw_zones(Context& context, const Pen& pen) const;
    /// All cells in one pass: neighbours of one colour are one rectangle where no gap is seen.
    void draw_heat(const Context& context, const Pen& pen) const;

  private:
    struct Zone {
        std::string name;                  ///< A copy: pictures come and go.
        std::size_t first = 0, last = 0;   ///< Hosts: first..last, one past it.
        std::size_t troubled = 0;          ///< Hosts that are not on.
        Rect box, cells;
        std::size_t columns = 1;
        ImVec2 step{1, 1};
    };

    void read(const Context& context);
    void place(const Theme& theme, Rect area);
    void fit(const Theme& theme);

    std::vector<Zone> zones_;
    std::vector<ImU32> colours_;   ///< By host.
    std::size_t states_[5] = {};   ///< Hosts by mood.
    Rect area_{};
    Time at_{};
    EventId last_{};
    ImU32 ground_ = 0;   ///< Of the theme the colours are of.
    float gap_ = 1;
    bool small_ = false;
};

}   // namespace glasshive::viewer
