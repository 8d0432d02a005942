#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/event.h"
#include "base/result.h"
#include "door/contrast/front.h"
#include "door/couch/front.h"
#include "engine/engine.h"
#include "kernel/kernel.h"
#include "platform/faults.h"
#include "platform/topology.h"
#include "scenario/spec.h"
#include "world/managers.h"

namespace glasshive::world {

/// Loads every script that the scenario names, without a world: what is wrong with them.
Diagnostics check_scripts(const scenario::ScenarioSpec& spec);

/// The composition root: builds every component from a scenario's specs and wires them. The only
/// place that knows them all; holds no behaviour of its own.
///
/// One per process (SimGrid's engine). Requires a spec that read_scenario accepted.
class World {
  public:
    /// Builds everything and starts it at virtual time zero; what happens goes to `events`. The
    /// services are deployed once the nodes are up: see Operator. `decisions` sees the scheduler's
    /// decisions whole; null: nobody.
    /// `spec` must outlive it, and so must `kinds`, every kind of event there is, which a scenario
    /// with a script needs.
    World(const scenario::ScenarioSpec& spec, EventStream& events,
          swarm::DecisionWatch* decisions = nullptr, const EventRegistry* kinds = nullptr);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Time now() const;
    /// Runs everything due up to and including `until`.
    void run_until(Time until);
    /// Runs at most `entries` entries; true when `until` was reached.
    bool run_until(Time until, std::uint64_t entries);

    /// Gives an operator's command now; `text` is how it was typed. Diagnostics when the cluster
    /// refused it: nothing changed then, but the attempt is an event.
    Diagnostics give(const scenario::CommandSpec& command, const std::string& text);
    /// Strikes now. `fault` must have passed platform::check.
    EventId strike(const platform::FaultSpec& fault);
    /// Ends fault `number`, from 1 to fault_count(), and what it had still planned.
    void heal(std::size_t number);
    /// How many faults there are, of the scenario and struck since, whether active or not.
    std::size_t fault_count() const;

    /// What an operator does to a store, now. `who` types it: "session". Gives its event.
    EventId operate(const scenario::StoreCommandSpec& command, const char* who);
    /// The scenario's stores that follow CouchDB's rules, in its order.
    std::size_t store_count() const;
    door::couch::Front& store(std::size_t number);
    /// The others, likewise.
    const std::deque<door::contrast::Front>& small_stores() const;

    kernel::Kernel& kernel();
    const platform::Platform& platform() const;
    const Managers& managers() const;
    engine::EngineCounts engine_counts() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}   // namespace glasshive::world
