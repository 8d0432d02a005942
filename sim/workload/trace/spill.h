#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glasshive::workload::trace {

/// Sorts more than fits into memory: takes values in any order and gives them back by (key, order
/// given). What does not fit lies in a temporary file that is gone with it (SQLite's own, in
/// $SQLITE_TMPDIR, $TMPDIR or /var/tmp).
/// Source: sqlite.org, "Temporary Files Used By SQLite", section 2.10 (transient databases).
class Spill {
  public:
    Spill();
    ~Spill();
    Spill(Spill&&) noexcept;
    Spill& operator=(Spill&&) noexcept;

    /// Requires that next() has not been called since the beginning.
    void add(std::int64_t key, std::string_view value);
    /// The next value. False at the end, and when something is wrong: see problem().
    bool next(std::string& value);
    /// The first one is next again.
    void rewind();

    std::uint64_t size() const { return size_; }
    /// The disk is full, say; none: all is well.
    const std::optional<Diagnostic>& problem() const { return problem_; }

  private:
    struct Store;
    void fail();

    std::unique_ptr<Store> store_;
    std::uint64_t size_ = 0;
    std::optional<Diagnostic> problem_;
};

}   // namespace glasshive::workload::trace
