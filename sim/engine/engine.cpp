#include "engine/engine.h"

#include <array>
#include <csignal>
#include <exception>
#include <string>

#include <simgrid/s4u.hpp>
#include <xbt/log.h>

#include "base/assert.h"
#include "engine/flow_table.h"
#include "engine/main_loop.h"
#include "engine/network.h"
#include "engine/seam.h"

namespace glasshive::engine {

namespace {

/// SimGrid installs handlers for signals and for std::terminate; they belong to the program (and to
/// the sanitizers), so whatever was there before is put back.
class HandlersKept {
  public:
    HandlersKept() : terminate_(std::get_terminate()) {
        for (std::size_t i = 0; i < signals.size(); ++i) {
            sigaction(signals[i], nullptr, &before_[i]);
        }
    }
    void put_back() {
        for (std::size_t i = 0; i < signals.size(); ++i) {
            sigaction(signals[i], &before_[i], nullptr);
        }
        std::set_terminate(terminate_);
    }

  private:
    static constexpr std::array<int, 3> signals{SIGINT, SIGSEGV, SIGBUS};
    std::array<struct sigaction, 3> before_{};
    std::terminate_handler terminate_;
};

/// The one SimGrid engine of this process, configured and silent.
class SimgridSession {
  public:
    explicit SimgridSession(Profile profile) : engine_(name()) {
        handlers_.put_back();
        configure(profile);
    }

  private:
    static std::string name() {
        static bool used = false;
        SIM_ASSERT(!used);   // A second engine in one process aborts inside SimGrid.
        used = true;
        xbt_log_control_set("root.thresh:critical");   // Before SimGrid says its first word.
        return "glasshive";
    }

    static void configure(Profile profile) {
        using simgrid::s4u::Engine;
        const bool textbook = profile == Profile::textbook;
        Engine::set_config("network/model", std::string(textbook ? "CM02" : "LV08"));
        Engine::set_config("network/crosstraffic", !textbook);
        // 0 lifts the window: links have latency 0 here, and the kernel applies `realistic`'s
        // window.
        Engine::set_config("network/TCP-gamma", 0.0);
        Engine::set_config("surf/precision", seam_precision_s);
    }

    HandlersKept handlers_;   // Before the engine: remembers what it replaces.
    simgrid::s4u::Engine engine_;
};

/// LV08's factors, which act on latency and so are the kernel's to apply: links have none in
/// SimGrid. Source: simgrid src/surf/network_cm02.cpp (latency factor); the default of
/// network/TCP-gamma.
constexpr kernel::FlowProfile realistic_flows{.latency_factor = 13.01, .window_bytes = 4194304};

}   // namespace

class Engine::Parts {
  public:
    Parts(kernel::Kernel& k, const kernel::Topology& topology, Profile profile)
        : kernel(k), session(profile), network(topology, profile), flows(k, network),
          loop(std::make_shared<MainLoop>(k, flows)) {
        simgrid::s4u::Engine::get_instance()->add_model(loop);
    }

    kernel::Kernel& kernel;
    SimgridSession session;
    Network network;
    FlowTable flows;
    std::shared_ptr<MainLoop> loop;   // SimGrid's engine holds it too.
};

Engine::Engine(kernel::Kernel& kernel, const kernel::Topology& topology, Profile profile)
    : parts_(std::make_unique<Parts>(kernel, topology, profile)) {
    kernel.set_flow_engine(this);
    if (profile == Profile::realistic) kernel.set_flow_profile(realistic_flows);
}

Engine::~Engine() { parts_->kernel.set_flow_engine(nullptr); }

bool Engine::run_until(Time horizon, std::uint64_t events_max) {
    SIM_ASSERT(horizon < time_never);
    if (!parts_->loop->run(horizon, events_max)) return false;
    parts_->kernel.advance_to(horizon);
    return true;
}

void Engine::run_until(Time horizon) { run_until(horizon, UINT64_MAX); }

bool Engine::step() { return !parts_->loop->run(time_never, 1); }

void Engine::run() { parts_->loop->run(time_never, UINT64_MAX); }

EngineCounts Engine::counts() const {
    EngineCounts counts = parts_->flows.counts();
    counts.rounds = parts_->loop->rounds();
    return counts;
}

void Engine::start(kernel::FlowId flow, HostId from, HostId to, double bytes, double rate_cap) {
    parts_->flows.start(flow, from, to, bytes, rate_cap);
}

double Engine::stop(kernel::FlowId flow) { return parts_->flows.stop(flow); }

void Engine::refresh_links() { parts_->flows.refresh_links(); }

}   // namespace glasshive::engine
