#pragma once

#include <cstdint>
#include <span>

#include "base/ids.h"
#include "base/names.h"
#include "base/units.h"

namespace glasshive::runtime {

/// An image that waits for one of an engine's downloads.
struct QueuedPull {
    NameId image;
    Bytes size{};
    std::uint32_t requesters = 1;   ///< Containers that wait for it.
    Time asked{};                   ///< When the first of them asked.
};

/// Which of the images that wait an engine downloads next. Docker's goes in order of asking.
class PullOrder {
  public:
    virtual ~PullOrder() = default;
    /// An index into `queued`, which is in order of asking and not empty.
    virtual std::size_t next(NameId engine, std::span<const QueuedPull> queued, Time now) = 0;
};

}   // namespace glasshive::runtime
