#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"

namespace glasshive {

/// Texts that occur again and again (hosts, services, tasks, states), each stored once.
/// An id is the order of first mention, so equal runs number equal names equally.
class Names {
  public:
    /// The id of `text`, new or known. Cost: one hash.
    NameId intern(std::string_view text);
    /// The id of `text` if it was ever interned, else an invalid one.
    NameId find(std::string_view text) const;
    /// Requires an id of this table. The view lives as long as the table.
    std::string_view text(NameId id) const;
    std::size_t size() const { return texts_.size(); }

  private:
    std::deque<std::string> texts_;                               // Stable addresses for the views.
    std::unordered_map<std::string_view, std::uint32_t> index_;   // Looked up only, never walked.
};

}   // namespace glasshive
