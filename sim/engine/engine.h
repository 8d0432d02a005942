#pragma once

#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "base/units.h"
#include "kernel/flow_engine.h"
#include "kernel/kernel.h"
#include "kernel/topology.h"

namespace glasshive::engine {

/// How flows share links.
enum class Profile {
    /// A flow takes exactly latency + size / bandwidth; flows on one link share it max-min fairly.
    /// SimGrid's CM02 without cross-traffic, without a TCP window.
    textbook,
    /// SimGrid's LV08: 97 % of the bandwidth is payload, acknowledgements take 5 % of the way back,
    /// a flow starts after 13.01 latencies and never exceeds window / (2 * latency).
    /// Source: Velho & Legrand, "Accuracy Study and Improvement of Network Simulation in the
    /// SimGrid Framework", SIMUTools 2009; simgrid src/surf/network_cm02.cpp.
    realistic,
};

/// What the engine has done so far, for benchmarks and `info`.
struct EngineCounts {
    std::uint64_t flows_started = 0;     ///< Restarts included.
    std::uint64_t flows_finished = 0;
    std::uint64_t flows_stopped = 0;
    std::uint64_t rounds = 0;            ///< Turns of SimGrid's main loop.
};

/// Drives a kernel with SimGrid's main loop and lends it SimGrid's flows.
///
/// The kernel keeps the time: it is drained up to the nanosecond before SimGrid's next completion,
/// so timers cost no turn of SimGrid's loop. At equal instants completions run before timers, in
/// the order the flows started. A completion is reported at the first nanosecond that is not
/// before it (seam.h says how doubles become nanoseconds).
///
/// SimGrid allows one engine per process, never a second one: the constructor asserts it.
class Engine final : public kernel::FlowEngine {
  public:
    /// Builds SimGrid's links from the topology, lends itself to the kernel and sets the kernel's
    /// FlowProfile (latency factor, window), which is applied there. Both must outlive the engine.
    /// Cost: about 3 µs and 0.7 KiB per link; hosts cost nothing.
    Engine(kernel::Kernel& kernel, const kernel::Topology& topology, Profile profile);
    ~Engine() override;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Runs everything due at or before `horizon`; kernel.now() is then exactly `horizon`. May be
    /// called again and again; what was injected in between runs. Requires now <= horizon < never.
    void run_until(Time horizon);
    /// The same, but runs at most `events_max` entries (a kernel entry or a flow's completion).
    /// True when the horizon was reached; else the clock stands at the last entry run.
    bool run_until(Time horizon, std::uint64_t events_max);
    /// Runs the next entry, whenever it is due. False when nothing will ever happen.
    bool step();
    /// Runs until nothing is due any more; the clock stands at the last entry.
    void run();

    EngineCounts counts() const;

    // kernel::FlowEngine, called by the kernel only.
    void start(kernel::FlowId flow, HostId from, HostId to, double bytes, double rate_cap) override;
    double stop(kernel::FlowId flow) override;
    void refresh_links() override;

  private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}   // namespace glasshive::engine
