#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "kernel/process.h"

namespace glasshive::kernel {

/// Moves the bytes of flows over shared links. The engine (SimGrid) implements it; tests without
/// SimGrid use BareFlowEngine. Called only from Kernel::run_flow_operations, at Kernel::now().
class FlowEngine {
  public:
    virtual ~FlowEngine() = default;
    /// Starts moving `bytes`; at most `rate_cap` bytes per second (0: no cap). Completion is
    /// reported through Kernel::flow_finished, never from inside this call.
    virtual void start(FlowId flow, HostId from, HostId to, double bytes, double rate_cap) = 0;
    /// Stops a running flow without completing it; returns the bytes still to move.
    virtual double stop(FlowId flow) = 0;
    /// Link bandwidths may have changed: read them again.
    virtual void refresh_links() = 0;
};

}   // namespace glasshive::kernel
