#pragma once

#include <cstdint>

#include <simgrid/kernel/resource/Model.hpp>

#include "engine/flow_table.h"
#include "kernel/kernel.h"

namespace glasshive::engine {

/// The kernel as one of SimGrid's models: SimGrid's main loop asks it for its next event.
///
/// SimGrid asks models that are "not idempotent" last and tells them how far its own next event is.
/// That is the licence to drain the kernel up to there; only a flow operation needs SimGrid's clock
/// to stop earlier. When the run is over the model throws Done through SimGrid's loop: its
/// run_until stops up to 10 µs early, and this way the kernel alone decides where a run ends.
class MainLoop final : public simgrid::kernel::resource::Model {
  public:
    /// Thrown out of SimGrid's main loop; caught by `run`.
    struct Done {};

    MainLoop(kernel::Kernel& kernel, FlowTable& flows);

    /// Runs entries due at or before `horizon`, at most `events_max`. True: no more was due.
    bool run(Time horizon, std::uint64_t events_max);
    std::uint64_t rounds() const { return rounds_; }

    bool next_occurring_event_is_idempotent() override { return false; }
    double next_occurring_event(double delta) override;
    void update_actions_state(double now, double delta) override;

  private:
    [[noreturn]] void stop(bool all_ran);
    void drain(Time limit);
    void report_finished();
    double delta_to_kernel() const;

    kernel::Kernel& kernel_;
    FlowTable& flows_;
    Time horizon_ = time_never;
    std::uint64_t budget_ = 0;
    bool all_ran_ = false;
    bool wants_operations_ = false;
    std::uint64_t rounds_ = 0;
};

}   // namespace glasshive::engine
