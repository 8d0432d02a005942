#pragma once

#include <cstdint>
#include <vector>

namespace glasshive::store {

/// Which document changed when, the by-seq tree of a copy: each document once, at its latest
/// change.
/// Memory: 16 bytes a document, twice that before it tidies up. Counting is O(changes / 1024).
class ChangeLog {
  public:
    using Slot = std::uint32_t;
    struct Entry {
        std::uint64_t seq;
        Slot slot;
        bool live;   ///< False: the document changed again.
    };

    /// Requires a seq greater than all before.
    void append(std::uint64_t seq, Slot slot);
    /// The document of this change changed again or is gone. Requires a live one.
    void remove(std::uint64_t seq);
    std::size_t size() const { return live_; }
    /// Live changes with a greater seq.
    std::size_t count_since(std::uint64_t seq) const;
    /// In order, live or not; the first one greater than `seq` is at first_since(seq).
    const std::vector<Entry>& entries() const { return entries_; }
    std::size_t first_since(std::uint64_t seq) const;

  private:
    static constexpr std::size_t block = 1024;
    void tidy();

    std::vector<Entry> entries_;
    std::vector<std::uint32_t> live_in_block_;
    std::size_t live_ = 0;
};

}   // namespace glasshive::store
