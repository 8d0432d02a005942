#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "kernel/kernel.h"
#include "runtime/catalog.h"
#include "runtime/engine.h"
#include "runtime/machine.h"
#include "runtime/pull_order.h"
#include "swarm/discovery/balancer.h"
#include "swarm/discovery/gossip.h"
#include "swarm/protocol.h"

namespace glasshive::swarm::agent {

/// What every daemon of a run needs to know; shared, read-only once the run has started, and
/// outlives the daemons.
struct Environment {
    kernel::Kernel& kernel;
    const runtime::Catalog& catalog;
    std::vector<ProcessId> managers;   ///< Where to ask for a dispatcher; not empty.
    ProcessId registry;                ///< The RegistryServer; invalid: there is none.
    discovery::Group group;            ///< Every daemon, and the nodes clients enter.
    runtime::Machine& machine;         ///< Every host. Asked once a node has something to run.
    /// By the image's name with its tag.
    std::map<NameId, Application> applications = {};
    /// By service: the clients whose requests its tasks send.
    std::map<NameId, std::vector<ProcessId>> callers = {};
    /// Of the certificates that the first members begin with.
    Duration certificate_validity = std::chrono::hours{90 * 24};
    runtime::PullOrder* pull_order = nullptr;   ///< Of every engine; null: docker's.
    discovery::MeshOptions mesh = {};           ///< Beyond Swarm's own.
};

/// What one node says of itself.
struct NodeFacts {
    HostId host;
    NameId name;
    Cpus cpus{};
    Bytes memory{};
    double core_rate = 1;              ///< Speed of one core.
};

/// Agent RPC time limit: swarmkit agent/session.go dispatcherRPCTimeout.
inline constexpr Duration rpc_timeout = std::chrono::seconds{5};
/// Session back-off b = first + 2b, at most `most`; the wait is drawn from [0, b): swarmkit
/// agent/agent.go initialSessionFailureBackoff, maxSessionFailureBackoff.
inline constexpr Duration backoff_first = std::chrono::milliseconds{100};
inline constexpr Duration backoff_most = std::chrono::seconds{8};

/// One container of a daemon, as docker ps shows it.
struct ContainerView {
    TaskId task{};
    NameId name, image;                ///< The task's name; the image with its tag.
    runtime::Engine::View state;
    std::shared_ptr<const ServiceSpec> spec;
};

class Worker;

/// dockerd with the swarm agent inside: one process per host.
///
/// Keeps a session with the dispatcher (register, heartbeat, back off and register again) and hands
/// everything about tasks to a Worker, which exists once there is something for it to do: an idle
/// node is this object alone. Containers do not need the session; they run on while it is broken.
/// What a heartbeat touches lies in its first cache line.
class alignas(64) Daemon final : public kernel::Process {
  public:
    Daemon(const Environment& environment, const NodeFacts& facts);
    ~Daemon() override;

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_flow_end(kernel::FlowId flow, kernel::FlowEnd end, std::uint64_t argument) override;
    void on_work_done(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

    /// docker swarm leave: its containers are removed, and nobody is told; the managers notice the
    /// silence. docker swarm join: registers with a fresh certificate.
    void leave();
    void join(Duration certificate_validity);
    /// False after leave(), and before a join() of a host that is outside at first.
    bool is_member() const { return member_; }
    bool has_session() const { return state_ == Session::up; }
    /// Containers that execute here now.
    std::size_t running_containers() const;
    /// Those that were created and have not ended, in order of their tasks.
    std::vector<ContainerView> containers() const;
    /// CPU time that the task's container has used; see runtime::Engine. 0: it has none here.
    double cpu_used(TaskId task) const;
    /// docker kill and docker stop, typed here behind the swarm's back: the agent finds the task
    /// ended. False when the container does not run (any more). `grace`: until SIGKILL; none: as
    /// the service says.
    bool kill_container(TaskId task);
    bool stop_container(TaskId task, std::optional<Duration> grace);
    const NodeFacts& facts() const { return facts_; }

  private:
    friend class Worker;
    enum class Session : std::uint8_t { none, registering, up };

    void register_session();
    ProcessId choose_manager();
    void session_failed();
    void beat();
    void on_dispatcher(const kernel::Message& message);
    void on_gossip(const kernel::Message& message);
    void set_timer(Duration delay, std::uint32_t tag, ProcessId awaits);
    void take_certificate(Duration valid_for);
    void look_at_certificate();
    Worker& worker();
    /// Sends to the dispatcher. Requires has_session().
    void send_status(std::shared_ptr<const StatusUpdates> updates);

    const Environment& environment_;
    std::uint64_t session_ = 0;
    Time certificate_half_ = time_never;          // Nothing is to be done about it before.
    kernel::TimerId timer_ =
        kernel::TimerId::none;   // Retry, RPC limit or next beat: one at a time.
    std::unique_ptr<Worker> worker_;
    ChannelId channel_;
    Session state_ = Session::none;
    bool booted_before_ = false;
    const NodeFacts facts_;
    std::uint32_t failures_ = 0;                  // Since the run began; names the back-off's draw.
    Duration backoff_{};
    ProcessId manager_;                           // Asked now, or last.
    bool redirected_ = false;                     // manager_ was named by another one.
    bool member_ = true;
    bool renewing_ = false;                       // Asked for a certificate, not answered yet.
    std::uint32_t certificates_ = 0;              // So far; names the draw of the next renewal.
    Time certificate_since_{};
    Time certificate_until_ = time_never;
    Time renew_at_ = time_never;                  // time_never: not drawn yet.
};

}   // namespace glasshive::swarm::agent
