#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/engine.h"
#include "runtime/pulls.h"
#include "swarm/agent/daemon.h"
#include "swarm/agent/files.h"
#include "swarm/agent/reports.h"
#include "swarm/discovery/gossip.h"
#include "swarm/discovery/ingress.h"
#include "swarm/protocol.h"

namespace glasshive::swarm::agent {

/// How long a task that is attached to a network keeps serving after it left the mesh, so that
/// every node stops sending first: moby executor/container/controller.go
/// defaultGossipConvergeDelay.
inline constexpr Duration drain_delay = std::chrono::seconds{2};

/// The tasks of one node, carried through their lives as swarmkit's agent does (agent/worker.go,
/// agent/task.go, agent/exec/controller.go Do): accepted, prepared, started, waited for, shut down;
/// one observed state at a time, never back. Owns the engine and the node's part in the mesh.
class Worker final : runtime::PullListener, runtime::EngineListener, discovery::LocalBackends {
  public:
    explicit Worker(Daemon& daemon);

    /// What the dispatcher wants. `complete`: what is not in the set must go.
    void assign(const Assignments& set, bool complete);

    void session_up() { flush(); }
    void session_lost() { reports_.session_lost(); }
    void before_beat() { reports_.before_beat(); }
    void beat_answered() { reports_.beat_answered(); }

    void on_timer(std::uint32_t tag, std::uint64_t argument);
    void on_manifest(const kernel::Message& message) { pulls_.on_manifest(message); }
    void on_gossip(const kernel::Message& message) { gossip().on_message(message); }
    void on_request(const kernel::Message& message) { ingress().on_message(message); }
    void on_channel_closed(ChannelId channel);
    void on_flow_end(kernel::FlowEnd end, std::uint64_t image) { pulls_.on_flow_end(end, image); }
    void on_work_done(std::uint32_t tag, std::uint64_t argument);
    /// The host lost power, or the daemon was killed: every container ends now.
    void on_stop(bool power_lost);
    /// Goes on from what is on disk: swarmkit agent/worker.go Init and reportAllStatuses.
    void on_reboot();

    std::size_t running_containers() const { return engine_.running(); }
    std::vector<ContainerView> containers() const;
    double cpu_used(TaskId task) const;
    /// See Daemon.
    bool kill_container(TaskId task);
    bool stop_container(TaskId task, std::optional<Duration> grace);

  private:
    struct Task {
        TaskId id{};
        NameId subject, service, image;
        std::uint32_t slot = 0;
        TaskState desired = TaskState::assigned;
        TaskState state = TaskState::assigned;
        bool removed = false;        // Forget it once it has ended.
        bool pulling = false;        // Waits for an image.
        bool leaving = false;        // Shutdown has begun.
        bool unhealthy = false;      // Its probes failed: it is being stopped for that.
        int exit_code = 0;
        NameId message, error;       // As last reported.
        std::shared_ptr<const ServiceSpec> spec;
    };

    // What happens below reports here.
    void on_pull_ended(NameId image, bool present) override;
    void on_container_ended(runtime::ContainerKey key, int exit_code) override;
    void on_request_served(runtime::ContainerKey key, std::uint64_t cookie) override;
    void on_request_lost(std::uint64_t cookie) override { ingress().lost(cookie); }
    void on_request_failed(std::uint64_t cookie) override { ingress().failed(cookie); }
    void on_health(runtime::ContainerKey key, runtime::HealthStatus status) override;
    bool accept(TaskId task, std::uint64_t cookie) override;
    void abandon(TaskId task, std::uint64_t cookie) override;
    std::optional<discovery::LocalTask> on_host_port(std::uint32_t port,
                                                     NameId service) const override;
    const ServiceSpec* executes(NameId service) const override;
    /// Tells the clients whose requests the task sends.
    void tell_callers(const Task& task, RequestMessage what);

    Task* find(TaskId id);
    void assign_one(const TaskAssignment& assignment);
    void advance(TaskId id);
    bool step(Task& task);
    bool create(Task& task);
    /// The image's own, else the service's.
    const Behaviour& behaviour_of(const Task& task) const;
    void running(Task& task);
    std::optional<runtime::Care> care_of(const Task& task) const;
    void begin_shutdown(Task& task);
    void leave(const Task& task);
    void drained(TaskId id);
    void move(Task& task, TaskState state, const char* message);
    void fail(Task& task, TaskState state, const std::string& error);
    void report(const Task& task);
    void flush();
    void forget(TaskId id);
    bool attached(const Task& task) const;
    bool publishes(const Task& task) const;
    bool is_called(const Task& task) const;
    discovery::Gossip& gossip();
    discovery::Ingress& ingress();

    Daemon& daemon_;
    kernel::Kernel& kernel_;
    runtime::Pulls pulls_;
    runtime::Engine engine_;
    std::unique_ptr<Files> files_;                  // From the first secret or config on.
    discovery::Backends backends_;
    std::unique_ptr<discovery::Ingress> ingress_;   // Once a request comes: most nodes see none.
    std::unique_ptr<discovery::Gossip> gossip_;
    std::vector<Task> tasks_;        // On disk (swarmkit's worker.db). Sorted by id.
    Reports reports_;
    bool flushing_ = false;          // A flush timer is set.
};

}   // namespace glasshive::swarm::agent
