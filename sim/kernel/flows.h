#pragma once

#include <cstdint>
#include <vector>

#include "kernel/flow_engine.h"
#include "kernel/kernel.h"

namespace glasshive::kernel {

/// Bulk transfers: latency first (a timer), then bytes over shared links (the FlowEngine). A flow
/// whose path is cut, or an end of which is off or frozen, stalls and keeps what is left; it goes
/// on at heal and ends early only at the caller's timeout, at TCP's own, or when its source
/// rebooted. Part of Kernel; use it through Kernel.
class Flows {
  public:
    explicit Flows(Kernel& kernel) : k_(kernel) {}

    FlowId pull(ProcessId owner, HostId source, const FlowOptions& options);
    void cancel(FlowId flow);
    void drop_owner(ProcessId owner);
    void set_profile(const FlowProfile& profile) { profile_ = profile; }
    void set_engine(FlowEngine* engine) { engine_ = engine; }
    /// Looks at every flow again: cut, healed, faster, slower.
    void recheck();
    TrafficTotals totals() const;

    bool has_operations() const { return !operations_.empty() || refresh_; }
    void run_operations();
    void finished(FlowId flow);
    void ready(std::uint64_t payload);
    void timed_out(std::uint64_t payload);

  private:
    enum class State : std::uint8_t { unused, latency, moving, stalled, ended };
    struct Flow {
        ProcessId owner;
        std::uint32_t incarnation = 0;
        HostId from, to;
        State state = State::unused;
        bool in_engine = false;
        std::uint32_t generation = 1;      // Of the slot: part of no id, guards queue entries.
        std::uint32_t stall_serial = 0;
        std::uint32_t source_boots = 0;
        std::uint32_t active_index = 0;
        double remaining = 0;
        double rate_cap = 0;
        Bytes size{};
        Time deadline = time_never;        // The caller's timeout.
        Time give_up_at = time_never;      // The deadline, or TCP's own while stalled.
        std::uint64_t argument = 0;
        EventId cause{};
        NameId subject;
    };
    enum class Operation : std::uint8_t { start, stall, end, recap };
    struct Pending {
        FlowId flow;
        Operation operation;
        FlowEnd end = FlowEnd::done;
        bool tell = false;
        EventId cause{};
    };

    Flow& flow(FlowId id) { return flows_[static_cast<std::size_t>(id) - 1]; }
    static std::uint32_t slot_of(FlowId id) { return static_cast<std::uint32_t>(id) - 1; }
    bool path_open(const Flow& f) const;
    double rate_cap(const Flow& f) const;
    void queue(FlowId id, Operation operation, FlowEnd end = FlowEnd::done, bool tell = false);
    void begin_latency(FlowId id);
    void arm_timeout(FlowId id, Time due);
    void run(const Pending& pending);
    void note_stalled(FlowId id);
    void stop_in_engine(FlowId id);
    void end_now(FlowId id, const char* word, FlowEnd end, bool tell);
    void emit_ended(Flow& f, const char* word);
    void release(FlowId id);

    Kernel& k_;
    FlowEngine* engine_ = nullptr;
    FlowProfile profile_;
    std::vector<Flow> flows_;
    std::vector<FlowId> free_, active_;
    std::vector<Pending> operations_;
    bool refresh_ = false;
    std::uint64_t started_ = 0;
    std::uint32_t topology_version_ = 0;
    TrafficTotals done_;
};

}   // namespace glasshive::kernel
