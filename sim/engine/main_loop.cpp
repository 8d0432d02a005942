#include "engine/main_loop.h"

#include <algorithm>

#include <simgrid/s4u/Engine.hpp>

#include "base/assert.h"
#include "engine/seam.h"

namespace glasshive::engine {

MainLoop::MainLoop(kernel::Kernel& kernel, FlowTable& flows)
    : Model("glasshive"), kernel_(kernel), flows_(flows) {}

bool MainLoop::run(Time horizon, std::uint64_t events_max) {
    SIM_ASSERT(horizon >= kernel_.now());
    horizon_ = horizon;
    budget_ = events_max;
    try {
        simgrid::s4u::Engine::get_instance()->run();
    } catch (const Done&) {
        return all_ran_;
    }
    SIM_ASSERT(!"SimGrid's main loop ended by itself");
    return false;
}

void MainLoop::stop(bool all_ran) {
    all_ran_ = all_ran;
    throw Done{};
}

double MainLoop::delta_to_kernel() const {
    return std::max(0.0, to_seconds(kernel_.now()) - simgrid::s4u::Engine::get_clock());
}

void MainLoop::drain(Time limit) {
    if (limit < kernel_.now()) return;   // A completion is due first, at this very instant.
    const std::uint64_t before = kernel_.entries_run();
    const kernel::Kernel::Drained end = kernel_.drain(limit, budget_);
    budget_ -= kernel_.entries_run() - before;
    if (end == kernel::Kernel::Drained::events_spent) stop(false);
}

void MainLoop::report_finished() {
    kernel_.advance_to(flows_.finished_at());
    while (flows_.any_finished()) {
        if (budget_ == 0) stop(false);
        --budget_;
        kernel_.flow_finished(flows_.take_finished());
    }
}

double MainLoop::next_occurring_event(double delta) {
    ++rounds_;
    flows_.release_ended();
    const Time simgrid_next =
        delta < 0 ? time_never : from_seconds(simgrid::s4u::Engine::get_clock() + delta);
    while (true) {
        if (flows_.any_finished()) {
            const Time instant = flows_.finished_at();
            // More completions of the same nanosecond come first, so that all go in start order.
            if (simgrid_next <= instant) return delta;
            flows_.finish_local(instant);
            report_finished();
            continue;
        }
        if (kernel_.has_flow_operations()) {
            wants_operations_ = true;
            return delta_to_kernel();
        }
        const Time next = std::min(simgrid_next, flows_.next_local());
        drain(std::min(next == time_never ? next : next - Duration{1}, horizon_));
        if (kernel_.has_flow_operations()) continue;
        if (next > horizon_ || next == time_never) stop(true);
        if (simgrid_next == next) return delta;
        flows_.finish_local(next);
    }
}

void MainLoop::update_actions_state(double, double) {
    if (!wants_operations_) return;
    wants_operations_ = false;
    kernel_.run_flow_operations();
}

}   // namespace glasshive::engine
