#pragma once

#include <cstdint>
#include <vector>

#include "swarm/protocol.h"

namespace glasshive::swarm::agent {

/// Observed states on their way to the dispatcher. None is lost: what was sent counts as received
/// only when a heartbeat sent after it was answered (one stream keeps its order); a broken session
/// takes the rest back. As swarmkit's statusReporter (agent/reporter.go), what waits without a
/// session keeps only each task's newest state. Pure data.
class Reports {
  public:
    void add(const TaskStatus& status, bool connected);
    bool empty() const { return sent_ == list_.size(); }
    /// What is to be sent now, in order.
    std::vector<TaskStatus> take();
    void before_beat();
    void beat_answered();
    void session_lost();
    /// The daemon died: its memory is gone (states are on disk, and reported from there).
    void forget();

  private:
    std::vector<TaskStatus> list_;   // In order; freed once it is empty: idle agents are many.
    std::uint32_t confirming_ = 0;   // How many were sent before the beat that is out.
    std::uint32_t sent_ = 0;         // How many were sent; what follows waits.
};

}   // namespace glasshive::swarm::agent
