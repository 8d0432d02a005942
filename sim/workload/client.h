#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "kernel/kernel.h"
#include "swarm/request.h"
#include "workload/spec.h"

namespace glasshive::workload {

/// One client's view of the cluster, resolved by whoever builds the world.
struct ClientTargets {
    std::vector<ProcessId> entries;    ///< Daemons whose published port is called, in turn.
    std::vector<NameId> entry_names;   ///< Their hosts, in the same order.
    NameId service;                    ///< The service's full name, e.g. "shop_web".
    std::uint32_t port = 0;            ///< Published port; 0: the swarm chose one, go by name.
    bool host_mode = false;            ///< Published by the nodes themselves, not by the mesh.
    NameId caller;                     ///< Service whose tasks send the requests; invalid: none.
};

/// Clients that call a service: one process per ClientSpec, on a host or outside, without one.
///
/// Arrivals come from the stream "workload/<name>" and do not wait for answers (an open loop);
/// `users` do (a closed loop: each asks, waits, thinks, and asks again). Each
/// attempt opens a stream to the next entry node, sends the request and waits for the answer or the
/// timeout, whichever is first; a failed attempt is followed by another after retry_delay, at the
/// next entry node, while `retries` last. A client's timeout is blamed on what silenced the backend
/// the entry node chose, or the entry node itself while it has chosen none.
///
/// With keep_alive a stream that brought an answer waits in a pool, and the next attempt takes the
/// one that waited least (so a few busy streams carry all, as in Go's net/http Transport); only
/// when none waits does it open another. A stream with a failed attempt is closed.
///
/// With a calling service each request is sent by the next of its tasks, in turn, through the
/// daemon of that task's node; while none executes there is no request. A task asks its resolver
/// before it connects, unless it still believes an earlier answer.
class Client final : public kernel::Process {
  public:
    /// Requires spec.rate > 0 and at least one entry.
    Client(kernel::Kernel& kernel, const ClientSpec& spec, ClientTargets targets);

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    /// Its host failed: what was under way has failed, "client stopped".
    void on_stop() override;

    struct Totals {
        std::uint64_t started = 0;
        std::uint64_t ok = 0;
        std::uint64_t failed = 0;
        std::uint64_t retried = 0;     ///< Attempts that were followed by another.
    };
    /// started = ok + failed + those under way.
    const Totals& totals() const { return totals_; }

  private:
    struct Request {
        std::uint64_t number = 0;      // From 1; 0: the slot is free.
        Time started{};                // Of the first attempt.
        Time attempt_started{};
        std::uint32_t attempt = 0;
        std::uint32_t entry = 0;       // Index of the entry node called last.
        NameId backend;                // Chosen by it; invalid while it has chosen none.
        ChannelId channel;
        ProcessId silent;              // Who is to blame when nothing comes.
        swarm::TaskId caller{};
        kernel::TimerId timer = kernel::TimerId::none;
    };
    /// A stream in the pool.
    struct Idle {
        ChannelId channel;
        std::uint32_t entry = 0;
        NameId backend;
        ProcessId silent;
        swarm::TaskId caller{};
    };
    /// A task that sends requests, and what its resolver told it.
    struct Caller {
        swarm::TaskId task{};
        std::uint32_t entry = 0;
        Time believed_until{};         // Not after now: it has to ask.
        std::shared_ptr<const swarm::Addresses> answer;
    };

    // client_callers.cpp: requests of a service's tasks
    bool from_inside() const { return targets_.caller.valid(); }
    Caller* find_caller(swarm::TaskId task);
    Caller* next_caller();
    void add_caller(const kernel::Message& message);
    void remove_caller(swarm::TaskId task);
    void look_up(std::uint32_t slot, Caller& caller);
    void on_resolved(std::uint32_t slot, const kernel::Message& message);
    void dial(std::uint32_t slot, const swarm::Addresses& answer);
    void say_answer(const swarm::Addresses& answer, const Caller& caller, bool cached);

    void send(const Request& request, swarm::RequestMessage type, std::uint64_t target,
              std::shared_ptr<const kernel::MessageBody> body = {});
    void end_stopped(std::uint32_t slot);
    void follow_trace();
    void schedule_next();
    void think();
    bool is_over(Time at) const;
    void arrive();
    void attempt(std::uint32_t slot);
    bool reuse(Request& request);
    void say_closed(NameId backend, std::uint32_t entry, const char* reason);
    void on_chosen(Request& request, std::uint32_t slot, const kernel::Message& message);
    void succeed(std::uint32_t slot);
    void attempt_failed(std::uint32_t slot, NameId reason);
    void leave(Request& request);
    void drop(Request& request);
    void free(std::uint32_t slot);

    kernel::Kernel& kernel_;
    const ClientSpec spec_;
    const ClientTargets targets_;
    kernel::Rng rng_;
    NameId name_, timeout_, refused_, no_backend_, error_, stopped_, unknown_;
    Duration gap_{};                   // Mean time between arrivals.
    Totals totals_;
    std::uint32_t next_entry_ = 0;
    Time next_arrival_{};
    std::size_t traced_ = 0;           // Of the trace's instants, how many have been set.
    std::vector<Request> requests_;
    std::vector<std::uint32_t> free_;
    std::vector<Caller> callers_;      // In order of their start.
    std::size_t next_caller_ = 0;
    std::vector<Idle> idle_;           // Taken from the back.
    std::unordered_map<ChannelId, std::uint32_t> by_channel_;   // Looked up only, never walked.
};

}   // namespace glasshive::workload
