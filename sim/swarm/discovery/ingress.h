#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "kernel/kernel.h"
#include "swarm/discovery/balancer.h"
#include "swarm/request.h"

namespace glasshive::swarm::discovery {

/// A container of this node.
struct LocalTask {
    TaskId task{};
    NameId subject;
};

/// The containers of a node, as the mesh needs them.
class LocalBackends {
  public:
    virtual ~LocalBackends() = default;
    /// Takes the request if the task's container listens; Ingress::served or ::lost follows.
    virtual bool accept(TaskId task, std::uint64_t cookie) = 0;
    /// The client gave up.
    virtual void abandon(TaskId task, std::uint64_t cookie) = 0;
    /// The container here whose port is this node's own `port` (or, when that is 0, a port of
    /// `service` published in host mode).
    virtual std::optional<LocalTask> on_host_port(std::uint32_t port, NameId service) const = 0;
    /// The spec of a container of `service` that executes here; null: none does.
    virtual const ServiceSpec* executes(NameId service) const = 0;
};

/// One node's part in the routing mesh: the published ports clients enter, and the end where
/// backends answer.
///
/// A request enters on a stream from a client; the node chooses a backend among those it knows and
/// opens a stream to that node. What the client pays is what IPVS with NAT costs it: one round trip
/// over both legs to connect, one for the request. With no backend known it is refused at once. A
/// backend's node that is silent is not noticed here: the client's timeout runs. A port published
/// in host mode leads to the container on this node, or is closed.
///
/// A stream that the client keeps open keeps its backend, even when that has left the mesh (weight
/// 0: established connections drain), until either end closes it or a request on it is refused.
class Ingress {
  public:
    /// `options` and the others must outlive it.
    Ingress(kernel::Kernel& kernel, ProcessId owner, Backends& backends, LocalBackends& local,
            const MeshOptions& options)
        : kernel_(kernel), owner_(owner), backends_(backends), local_(local), options_(options) {}

    /// For RequestMessage types.
    void on_message(const kernel::Message& message);
    /// True when the channel was a request's.
    bool on_channel_closed(ChannelId channel);
    void served(std::uint64_t cookie, Bytes response_size);
    void lost(std::uint64_t cookie) { fail(cookie, RefusedWhy::reset); }
    void failed(std::uint64_t cookie) { fail(cookie, RefusedWhy::error); }
    /// The task's container has ended: streams kept open to it are closed.
    void ended(TaskId task);
    /// The daemon died: its sockets are gone.
    void forget();

  private:
    /// What is counted of a request at the node that it enters; invalid: nothing, or elsewhere.
    struct Counted {
        NameId service;
        std::uint64_t backend = 0;   ///< Its number, when the service has a balancer.
    };
    /// One request passing through, or being answered by, this node.
    struct Call {
        ChannelId up;      ///< Towards the client.
        ChannelId down;    ///< Towards the backend; invalid when it is on this node.
        TaskId task{};
        NameId subject;
        std::uint32_t generation = 1;
        bool used = false;
        bool kept = false;    ///< Stays open after an answer.
        bool idle = false;    ///< Kept, and no request is under way.
        Counted counted;
        Time since{};         ///< Of the newest request, when it is counted.
    };
    static std::uint64_t cookie_of(std::uint32_t slot, const Call& call) {
        return static_cast<std::uint64_t>(call.generation) << 32 | slot;
    }
    Call* find(std::uint64_t cookie);
    std::uint32_t open(ChannelId up, ChannelId down, LocalTask backend, bool kept,
                       Counted counted);
    /// `answered`: with a response.
    void finish(std::uint32_t slot, bool answered = false);
    void answered(std::uint32_t slot);
    void enter(const kernel::Message& message);
    // balancing.cpp
    const Backend* choose_published(std::uint32_t port, NameId service);
    const Backend& choose_inside(NameId service, const Backends::Inside& known);
    const Backend* balance(NameId service, const std::vector<Backend>& backends);
    Meter* meter_of(NameId service) const;
    Counted counted(const Backend& backend) const;
    void begin(Call& call);
    void settle(const Call& call, bool answered);
    void connect(const kernel::Message& message, const Backend& backend);
    // calls.cpp: for the containers of this node
    void resolve(const kernel::Message& message);
    void call(const kernel::Message& message);
    const Backends::Inside* reachable(const kernel::Message& message) const;
    bool go_on(const kernel::Message& message);
    void choose(ChannelId client, const Backend& backend);
    void take(ChannelId up, LocalTask backend, bool kept, Counted counted);
    void take(std::uint32_t slot);
    void forward(ChannelId down, LocalTask backend, bool kept, Bytes size);
    void answer(const kernel::Message& message);
    void fail(std::uint64_t cookie, RefusedWhy why);
    void refuse(ChannelId up, NameId subject, RefusedWhy why);

    kernel::Kernel& kernel_;
    const ProcessId owner_;
    Backends& backends_;
    LocalBackends& local_;
    const MeshOptions& options_;
    std::map<NameId, std::unique_ptr<Balancer>> balancers_;     // Once a request needs one.
    std::uint32_t lives_ = 0;                                   // Of the daemon, that ended.
    std::vector<Call> calls_;
    std::vector<std::uint32_t> free_;
    std::optional<kernel::Rng> shuffles_;                       // Once a query has many answers.
    std::size_t kept_ = 0;                                      // Calls with `kept`.
    std::unordered_map<ChannelId, std::uint32_t> by_channel_;   // Looked up only, never walked.
};

}   // namespace glasshive::swarm::discovery
