#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/units.h"

namespace glasshive::swarm::discovery {

/// What every node that requests enter counts of one service's, all nodes together: as a scraper
/// adds up what proxies export. A client's further attempt is a request of its own here. Pure data.
class Meter {
  public:
    void entered() {
        ++entered_;
        ++in_flight_;
    }
    /// `answered`: with a response; else refused, an error, or the client gave up.
    void left(Duration took, bool answered) {
        --in_flight_;
        if (answered) latencies_.push_back(took);
        else ++failed_;
    }

    std::uint64_t in_flight() const { return in_flight_; }   ///< Entered and not answered.
    /// What happened since this was asked for last.
    struct Interval {
        std::uint64_t entered = 0;
        std::uint64_t failed = 0;
        std::vector<Duration> latencies;   ///< Of the answers, from entering on, in their order.
    };
    Interval take() {
        return {std::exchange(entered_, 0), std::exchange(failed_, 0),
                std::exchange(latencies_, {})};
    }

  private:
    std::uint64_t entered_ = 0, failed_ = 0, in_flight_ = 0;
    std::vector<Duration> latencies_;
};

}   // namespace glasshive::swarm::discovery
