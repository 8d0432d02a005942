#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "kernel/kernel.h"
#include "kernel/process.h"
#include "platform/fault_effects.h"
#include "platform/machines.h"
#include "platform/outages.h"
#include "platform/spec.h"
#include "platform/topology.h"

namespace glasshive::platform {

/// Makes faults strike and end at their times. Lives outside the cluster: no fault stops it.
///
/// Each strike is announced by fault.started, whose cause is the scenario; what it does to hosts
/// and links is caused by it. fault.ended is caused by the fault.started it ends, and what it
/// restores is caused by fault.ended.
class FaultInjector final : public kernel::Process {
  public:
    /// All references must outlive this. Registers itself; whoever runs the world starts it.
    /// Requires faults in which check() found no error.
    FaultInjector(kernel::Kernel& kernel, Platform& platform, Machines& machines,
                  std::vector<FaultSpec> faults);

    /// Adds a fault to a running session, with the next number. A time that has passed means now:
    /// the fault then strikes within this call, and the result is its fault.started; else
    /// scenario_cause. Requires that the injector was started and that check() found no error.
    EventId inject(FaultSpec fault);
    /// Ends what is active of fault `number` (from 1) and drops what it had still planned. The
    /// result is the newest fault.ended; scenario_cause when nothing was active or no fault has
    /// that number.
    EventId stop(std::size_t number);

    std::size_t fault_count() const { return faults_.size(); }
    /// How often fault `number` has struck, from 1.
    std::int64_t strikes(std::size_t number) const { return faults_.at(number - 1).strikes; }

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

  private:
    enum Tag : std::uint32_t { tag_strike, tag_end };
    static constexpr std::uint32_t everything = UINT32_MAX;

    struct Fault {
        FaultSpec spec;
        NameId label, what, target;
        std::vector<HostId> hosts;
        std::vector<LinkId> links;
        std::optional<PairRuleId> rule;
        std::int64_t strikes = 0;
        bool stopped = false;
    };
    /// One sequence of strikes of a fault: all of it, or its share for one target.
    struct Lane {
        std::uint32_t fault = 0;
        std::uint32_t only = everything;     // Index into the fault's hosts or links.
        Time next{};                         // When it strikes next.
        std::optional<Duration> lasts;
        Duration every{};                    // 0: not again.
        std::int64_t left = 0;               // Strikes after the next one; -1: no bound.
        std::optional<Outages> outages;
    };
    struct Strike {
        std::uint32_t lane = 0;
        std::int64_t number = 0;
        EventId started{};
        std::uint32_t generation = 0;        // Of the slot: tells stale timers.
        bool active = false;
    };

    void add(FaultSpec spec);
    void add_rule(Fault& fault);
    void plan(std::uint32_t fault);
    void plan_random(std::uint32_t fault);
    void plan_trace(std::uint32_t fault);
    void arm(std::uint32_t lane);
    bool draw_next(Lane& lane);
    EventId strike(std::uint32_t lane);
    EventId end(std::uint32_t strike);
    void apply(const Fault& fault, const Lane& lane, EventId started, bool begins);
    NameId target_of(const Fault& fault, const Lane& lane);
    std::uint32_t target_count(const Fault& fault) const;
    std::string target_name(const Fault& fault, std::uint32_t index) const;

    kernel::Kernel& kernel_;
    Platform& platform_;
    FaultEffects effects_;
    std::vector<Fault> faults_;
    std::vector<Lane> lanes_;
    std::vector<Strike> strikes_;
    std::vector<std::uint32_t> free_strikes_;
    bool applying_ = false;   // Lists must not grow meanwhile.
};

/// What a fault strikes, for people: "zone b", "host n1, rack r2", "zone a | zone b" (neither hears
/// the other), "zone a > everybody else" (one way), "trace outages.csv".
std::string describe_target(const FaultSpec& fault);

}   // namespace glasshive::platform
