#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/kernel.h"
#include "swarm/manager/allocator.h"
#include "swarm/manager/dispatcher.h"
#include "swarm/manager/herald.h"
#include "swarm/reconcile/enforcer.h"
#include "swarm/reconcile/global.h"
#include "swarm/reconcile/reaper.h"
#include "swarm/reconcile/replicated.h"
#include "swarm/restart/supervisor.h"
#include "swarm/rollout/supervisor.h"
#include "swarm/scheduler/scheduler.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// One swarm manager: the store and the control loops around it, and the user's commands.
///
/// The store is on disk and survives a loss of power; sessions, timers and restart history do not,
/// and are rebuilt at the next start. Commands are refused (empty or false) while the manager is
/// not running.
class Manager final : public kernel::Process {
  public:
    /// Registers itself with the kernel on `host`; the caller starts it with kernel.start(id()).
    Manager(kernel::Kernel& kernel, HostId host);
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    // --- Commands --------------------------------------------------------------------------------
    /// A node joins the swarm. Before the start: it was a member already. It is not ready until its
    /// agent registers. Requires a host that no other node has.
    NodeId add_node(HostId host, NodeConfig config);
    /// Empty when the name is taken or the manager is not running.
    std::optional<ServiceId> create_service(ServiceSpec spec);
    /// Requires the same name and mode; false when there is no such service or no running manager.
    bool update_service(ServiceId service, ServiceSpec spec);
    /// Spec and previous spec change places; false also when there is no previous one.
    bool roll_back_service(ServiceId service);
    bool scale_service(ServiceId service, std::uint64_t replicas);
    bool remove_service(ServiceId service);
    /// A secret or config; empty when the name is taken or the manager is not running.
    std::optional<FileId> create_file(FileKind kind, FileObjectSpec spec);
    bool set_availability(NodeId node, Availability availability);
    /// Sets the node's labels (docker node update --label-add, --label-rm).
    bool set_labels(NodeId node, std::map<std::string, std::string> labels);
    bool is_running() const { return kernel_.is_running(id()); }

    // --- Looking in: for checks, oracles and summaries -------------------------------------------
    const Store& store() const { return store_; }
    const Scheduler& scheduler() const { return scheduler_; }
    std::optional<ServiceId> find_service(std::string_view name) const;
    ServiceStatus status(ServiceId service) const { return store_.status(service); }

    // --- kernel::Process -------------------------------------------------------------------------
    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;

  private:
    /// Commits what is proposed and lets the loops act, until nothing is left to do at this
    /// instant.
    void pump();
    bool can_change(ServiceId service) const;

    kernel::Kernel& kernel_;
    ProcessId process_;
    Store store_;
    Dispatcher dispatcher_;
    Herald herald_;
    Allocator allocator_;
    RestartSupervisor restarts_;
    UpdateSupervisor updates_;
    ReplicatedOrchestrator replicated_;
    GlobalOrchestrator global_;
    ConstraintEnforcer enforcer_;
    TaskReaper reaper_;
    Scheduler scheduler_;
    bool ever_started_ = false;
};

}   // namespace glasshive::swarm
