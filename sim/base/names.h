#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace glasshive {

/// Texts that occur again and again (hosts, services, tasks, states), each stored once.
/// An id is the order of first mention, so equal runs number equal names equally.
///
/// Cost per name: its characters and about 30 bytes. A run of a million tasks has a million names.
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
    /// A place in the table of hashes: half the hash tells most strangers apart without a look at
    /// their text.
    struct Place {
        std::uint32_t tag = 0;
        std::uint32_t id = NameId::none;
    };

    std::size_t place_of(std::string_view text, std::uint64_t hash) const;
    std::string_view keep(std::string_view text);
    void grow();

    std::deque<std::string_view> texts_;              // By id; without room to spare.
    std::vector<Place> places_;                       // Open addressing; a power of two.
    std::vector<std::unique_ptr<char[]>> blocks_;     // Characters never move.
    char* free_ = nullptr;                            // In the newest block.
    std::size_t free_bytes_ = 0;
};

}   // namespace glasshive
