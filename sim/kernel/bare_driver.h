#pragma once

#include <set>
#include <utility>
#include <vector>

#include "kernel/flow_engine.h"
#include "kernel/kernel.h"

namespace glasshive::kernel {

/// Drives a kernel without SimGrid: for tests of protocols, and for anything that needs no
/// contention. Flows do not share links: each moves at its path's bottleneck (or its own cap, if
/// lower).
class BareDriver final : public FlowEngine {
  public:
    explicit BareDriver(Kernel& kernel) : kernel_(kernel) { kernel.set_flow_engine(this); }

    /// Runs everything due at or before `horizon`; the clock then stands at `horizon`.
    void run_until(Time horizon);
    void run_for(Duration span) { run_until(kernel_.now() + span); }

    void start(FlowId flow, HostId from, HostId to, double bytes, double rate_cap) override;
    double stop(FlowId flow) override;
    void refresh_links() override {}

  private:
    struct Running {
        Time finish = time_never;
        Time started{};
        std::uint64_t order = 0;
        double bytes = 0;
        double rate = 0;
    };
    Kernel& kernel_;
    std::uint64_t order_ = 0;
    std::vector<Running> running_;                                        // By flow id.
    std::set<std::pair<std::pair<Time, std::uint64_t>, FlowId>> by_finish_;   // Then start order.
};

}   // namespace glasshive::kernel
