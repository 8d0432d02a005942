#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/ids.h"
#include "base/units.h"
#include "kernel/process.h"
#include "kernel/rng.h"
#include "kernel/timer_queue.h"
#include "kernel/topology.h"

namespace glasshive::kernel {

class Messages;
class Flows;
class FlowEngine;
class WorkQueues;

/// What a flow needs to know beside its ends.
struct FlowOptions {
    Bytes size{};
    Duration timeout = Duration::max();   ///< From now; the flow then ends as timed_out.
    std::uint64_t argument = 0;           ///< Handed back by on_flow_end.
};

/// How a network profile bends a flow beyond sharing links; the identity is the `textbook` profile.
/// Source of the `realistic` figures: SimGrid's LV08 (Velho & Legrand 2009), network/latency-factor
/// 13.01 and network/TCP-gamma 4194304.
struct FlowProfile {
    double latency_factor = 1;    ///< The wait before the first byte, in path latencies.
    double window_bytes = 0;      ///< Caps the rate at window / (2 * latency); 0: no cap.
};

/// What a piece of work needs to know.
struct WorkOptions {
    double amount = 0;                    ///< In the queue's unit, e.g. core-seconds or bytes.
    double weight = 1;
    /// Most units per second at full speed, e.g. `cpus: 0.5` of a core; 0: the queue's `item_cap`.
    double cap = 0;
    std::uint32_t tag = 0;                ///< Handed back by on_work_done.
    std::uint64_t argument = 0;
};

/// Bytes of control messages and flows, over the whole run: sent = received + lost + in flight.
struct TrafficTotals {
    std::int64_t sent = 0;
    std::int64_t received = 0;
    std::int64_t lost = 0;
    std::int64_t in_flight = 0;
};

/// The heart of the simulation: virtual clock, timers, owners and incarnations, causes, messages,
/// flows and work. Single-threaded. Knows nothing of SimGrid; a driver (engine/, or a test) calls
/// drain() and lends it a FlowEngine for bulk transfers.
class Kernel {
  public:
    /// `topology` must outlive the kernel; `events` receives what happens.
    Kernel(EventStream& events, const Topology& topology, std::uint64_t seed);
    ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    // --- Clock and chance ------------------------------------------------------------------------
    Time now() const { return now_; }
    const std::int64_t* now_ns_address() const { return &now_ns_; }   ///< For ReplayInfo only.
    std::uint64_t seed() const { return seed_; }
    /// The stream `name` of this run, e.g. "swarm/scheduler". Keep the copy: each call starts it
    /// anew.
    Rng rng(std::string_view name) const { return Rng(seed_, name); }

    // --- Hosts: power and pause -----------------------------------------------------------------
    /// All hosts start switched on. Idempotent: powering off a dead host does nothing.
    bool is_on(HostId host) const;
    bool is_paused(HostId host) const;
    /// Everything on the host dies without a word; `why` is what later silence will be blamed on.
    void power_off(HostId host, EventId why);
    /// Boots: every process of the host starts a new incarnation, in the order they were added.
    void power_on(HostId host);
    /// Freezes the host: timers and deliveries are held, work and flows stand still.
    void pause(HostId host, EventId why);
    /// Delivers what was held, in order of due time, at this instant.
    void resume(HostId host);

    // --- Processes ------------------------------------------------------------------------------
    /// Registers a process; an invalid host means "outside the cluster": it never dies or pauses.
    /// It is not started. `process` must outlive the kernel.
    ProcessId add_process(HostId host, Process& process);
    void start(ProcessId process);
    /// Ends the incarnation; peers of its channels see a reset. `why` as in power_off.
    void kill(ProcessId process, EventId why);
    bool is_running(ProcessId process) const;
    HostId host_of(ProcessId process) const;
    NameId name_of(HostId host) const;   ///< For event subjects.

    // --- Timers ---------------------------------------------------------------------------------
    /// Calls owner.on_timer(tag, argument) after `delay`. Requires delay >= 0 and a running owner.
    /// `awaits`: the process whose message this timer waits for; should it fire, its cause is what
    /// silenced that process or cut its path here, if anything did.
    TimerId after(ProcessId owner, Duration delay, std::uint32_t tag, std::uint64_t argument = 0,
                  ProcessId awaits = {});
    void cancel(TimerId timer);

    // --- Messages -------------------------------------------------------------------------------
    /// Opens a stream: reliable, in order, with retransmission; costs one round trip before the
    /// first message leaves. Both ends send on the same id. The far end learns of it with the first
    /// message.
    ChannelId connect(ProcessId from, ProcessId to);
    /// Sends from one end. Ignored when this end knows the channel to be closed.
    void send(ProcessId from, ChannelId channel, Outgoing message);
    /// Closes both ways; the peer sees `reset` after the path's latency.
    void close(ProcessId from, ChannelId channel);
    bool is_open(ChannelId channel) const;
    /// Sends once, unordered; lost with the path's loss, a cut, or a dead receiver.
    void send_datagram(ProcessId from, ProcessId to, Outgoing message);
    TrafficTotals traffic() const;
    /// Of one host's messages, without flows: what it sent, lost on the way and has in flight, and
    /// what it received from others. An invalid host: everything outside the cluster.
    TrafficTotals traffic(HostId host) const;

    // --- Bulk transfers and work -----------------------------------------------------------------
    /// Moves bytes from `source` to the owner's host (a pull). Shares links with all other flows.
    FlowId pull(ProcessId owner, HostId source, FlowOptions options);
    void cancel(FlowId flow);
    /// How the profile bends flows; see FlowProfile. Set before the first flow.
    void set_flow_profile(const FlowProfile& profile);
    /// A processor-sharing queue on `host`, e.g. its CPU: `capacity` core-seconds per second, of
    /// which one item, being one thread, takes at most `item_cap`, one core's rate (0: no bound).
    QueueId add_queue(HostId host, double capacity, double item_cap);
    /// A fault's factor on all of the queue's rates: its capacity, its `item_cap`, and what an item
    /// asked for as its own `cap`. Replaces the factor before. Requires factor >= 0.
    void set_queue_speed(QueueId queue, double factor);
    WorkId work(ProcessId owner, QueueId queue, WorkOptions options);
    void cancel(WorkId work);
    double queue_rate_in_use(QueueId queue) const;
    std::size_t queue_length(QueueId queue) const;
    /// What is left of a work's amount now; 0 when it is done. Looking changes nothing.
    double work_left(WorkId work) const;

    // --- Events and causes -----------------------------------------------------------------------
    /// Emits with the current cause. Does not change it: say what caused what with CauseScope.
    EventId emit(const EventKind& kind, NameId subject,
                 std::initializer_list<FieldArgument> fields = {});
    EventId cause() const { return cause_; }
    Names& names() { return events_.names(); }
    EventStream& events() { return events_; }
    /// The topology changed (a fault or its end): stalled flows and cut paths are looked at again.
    void topology_changed();

    // --- For the driver -------------------------------------------------------------------------
    enum class Drained { limit, flow_operation, events_spent };
    /// Runs due entries up to and including `limit`, or until a flow must start, stop or change
    /// (the driver then calls `run_flow_operations` at now()), or `events_max` entries have run.
    Drained drain(Time limit, std::uint64_t events_max = UINT64_MAX);
    Time next_due();
    /// Moves the clock without running anything. Requires that nothing is due before `time`.
    void advance_to(Time time);
    void set_flow_engine(FlowEngine* engine);
    bool has_flow_operations() const;
    void run_flow_operations();
    /// The engine finished a flow at now().
    void flow_finished(FlowId flow);
    const Topology& topology() const { return topology_; }
    std::uint64_t entries_run() const { return entries_run_; }
    /// Queue entries that wait, those of cancelled timers included.
    std::size_t entries_pending() const { return queue_.size(); }
    /// Pairs of hosts whose newest dropped message is kept to explain a silence.
    std::size_t drops_remembered() const;

  private:
    friend class Messages;
    friend class Flows;
    friend class WorkQueues;
    friend class CauseScope;

    /// Half a cache line, with what every delivery asks about the host.
    struct alignas(32) Owner {
        Process* process = nullptr;
        HostId host;
        std::uint32_t incarnation = 0;
        bool running = false;
        bool host_on = true;                 // As its Host's; true outside the cluster.
        bool host_paused = false;
        EventId silenced_by{};               // What killed it last.
    };
    struct Host {
        bool on = true;
        bool paused = false;
        std::uint32_t boots = 1;
        EventId silenced_by{};               // What switched it off or paused it last.
        NameId name;
        std::vector<ProcessId> processes;
        std::vector<std::uint64_t> held;     // Queue payloads that fell due while paused, in order.
    };
    struct alignas(64) Timer {
        ProcessId owner;
        std::uint32_t incarnation = 0;
        std::uint32_t tag = 0;
        std::uint32_t generation = 1;
        std::uint64_t argument = 0;
        EventId cause{};
        ProcessId awaits;                    // Invalid too when nothing is pending.
        std::uint32_t epoch = 0;             // Topology::cut_epoch when set.
        EventId armed_after{};               // The newest event when set.
    };
    /// Kernel-internal owners of queue entries, in the payload's top bits.
    enum class Entry : std::uint64_t {
        timer,
        message,
        retry,
        close,
        flow_ready,
        flow_timeout,
        work
    };

    static std::uint64_t pack(Entry kind, std::uint32_t generation, std::uint32_t slot);
    void push(Time due, std::uint64_t payload);
    void run_entry(std::uint64_t payload);
    void run_timer(std::uint64_t payload);
    static std::uint32_t slot_of(std::uint64_t payload) { return payload & slot_mask; }
    static std::uint32_t generation_of(std::uint64_t payload) {
        return static_cast<std::uint32_t>(payload >> slot_bits) & generation_mask;
    }
    static constexpr int slot_bits = 30;
    static constexpr std::uint32_t slot_mask = (1U << slot_bits) - 1;
    static constexpr std::uint32_t generation_mask = 0x7FFFFFFF;
    /// Holds the payload and says true when the owner is paused.
    bool hold_if_paused(const Owner& owner, std::uint64_t payload);
    EventId why_silent(const Timer& timer) const;
    void stop_process(ProcessId id, EventId why);
    Owner& owner(ProcessId id);
    const Owner& owner(ProcessId id) const;
    Host& host(HostId id);
    /// Copies a host's state to its processes.
    void tell_owners(const Host& host);
    void free_timer(std::uint32_t slot);
    /// The least `armed_after` of the pending timers that await somebody; the newest event if none.
    EventId oldest_awaiting() const;
    /// Asks the processor for what the next entries will touch. Changes nothing.
    void prefetch() const;

    EventStream& events_;
    const Topology& topology_;
    const std::uint64_t seed_;
    Time now_{};
    std::int64_t now_ns_ = 0;
    EventId cause_{};
    EventId newest_silence_{};               // Of every process, host and dropped message.
    std::uint64_t entries_run_ = 0;
    TimerQueue queue_;
    std::vector<Owner> owners_;
    std::vector<Host> hosts_;
    std::vector<Timer> timers_;
    std::vector<std::uint32_t> free_timers_;
    std::unique_ptr<Messages> messages_;
    std::unique_ptr<Flows> flows_;
    std::unique_ptr<WorkQueues> work_;
};

/// While it lives, everything emitted, set, sent or started is caused by `cause`.
class CauseScope {
  public:
    CauseScope(Kernel& kernel, EventId cause) : kernel_(kernel), before_(kernel.cause_) {
        kernel.cause_ = cause;
    }
    ~CauseScope() { kernel_.cause_ = before_; }
    CauseScope(const CauseScope&) = delete;
    CauseScope& operator=(const CauseScope&) = delete;

  private:
    Kernel& kernel_;
    EventId before_;
};

}   // namespace glasshive::kernel
