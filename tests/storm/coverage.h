#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storm/children.h"
#include "storm/draft.h"

namespace glasshive::storm {

/// What a storm has been through, so that a generator that stops covering something is noticed.
class Coverage {
  public:
    void add(const Draft& draft);
    void add(const Result& result);
    /// Everything that two hundred seeds must meet at least once, and this storm has not.
    std::vector<std::string> missing() const;
    /// The counts, by family, a line each of at most `width` columns.
    std::string text(std::size_t width = 100) const;

  private:
    std::map<std::string, std::int64_t> counts_;
};

}   // namespace glasshive::storm
