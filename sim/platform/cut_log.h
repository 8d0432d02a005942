#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/ids.h"

namespace glasshive::platform {

/// When one link, or one pair of groups, was cut, and by which event. Times are topology epochs:
/// both the begin and the end of a cut raise the epoch, so every cut is a half-open range of
/// epochs.
///
/// Cuts of one thing never overlap (faults that overlap make one cut), so the list is sorted by
/// begin and by end, and a question costs O(log cuts) however long the storm was. 16 bytes a cut,
/// kept for ever.
class CutHistory {
  public:
    void begin(std::uint32_t epoch, EventId why) { cuts_.push_back({why, epoch, still_cut}); }
    void end(std::uint32_t epoch) { cuts_.back().ended = epoch; }
    bool is_cut() const { return !cuts_.empty() && cuts_.back().ended == still_cut; }

    struct Cut {
        EventId why;
        std::uint32_t began;
        std::uint32_t ended;   ///< still_cut: not yet.
    };
    /// The first cut in effect at any instant at which the epoch was `epoch` or more; null: none.
    const Cut* first_since(std::uint32_t epoch) const {
        std::size_t low = 0, high = cuts_.size();
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (cuts_[middle].ended > epoch) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == cuts_.size() ? nullptr : &cuts_[low];
    }

    static constexpr std::uint32_t still_cut = std::numeric_limits<std::uint32_t>::max();

  private:
    std::vector<Cut> cuts_;
};

}   // namespace glasshive::platform
