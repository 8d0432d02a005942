#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "kernel/kernel.h"
#include "swarm/manager/consensus.h"
#include "swarm/manager/control_loops.h"
#include "swarm/manager/herald.h"
#include "swarm/manager/member_report.h"
#include "swarm/manager/replicated_state.h"

namespace glasshive::swarm {

/// One swarm manager: a member of the consensus, and, while it leads, the control loops around the
/// state and the user's commands.
///
/// Its log is on disk and survives a loss of power; sessions, timers and restart history do not,
/// and a new leader builds them anew. Commands are refused (empty or false) by whoever does not
/// act as leader.
class Manager final : public kernel::Process, Consensus::Listener {
  public:
    /// Registers itself with the kernel on `host`; the caller starts it with kernel.start(id()).
    /// A swarm's first managers are made before anything runs, the leader-to-be first; `disk` may
    /// be null: then writing takes no time.
    Manager(kernel::Kernel& kernel, HostId host, ReplicatedState& state, LogDisk* disk = nullptr);
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    // --- Membership ------------------------------------------------------------------------------
    /// A swarm's first member `first` of `all`; the first of all stands for election at once.
    void found(raft::MemberId member, const std::vector<raft::MemberId>& all);
    /// Joins a swarm that runs: its leader must be told (Manager::add_member) and sends the state.
    void join(raft::MemberId member, const std::vector<raft::MemberId>& voters);
    /// docker swarm init --force-new-cluster: this manager's disk becomes a swarm of one, with all
    /// that is known to be committed there. False when it is no member, or does not run.
    bool force_new_cluster();
    /// The acting leader proposes a new member.
    bool add_member(raft::MemberId member);
    /// What stands against making the member's node a worker, in SwarmKit's words; "": nothing.
    /// Requires acts(). The change itself is set_role(): the leader then removes the member, or
    /// hands the leadership on first when that is itself, and tries again every 5 s.
    std::string demotion_refusal(raft::MemberId member) const;
    /// A manager of a swarm that locks its managers waits for its key after a restart.
    bool is_locked() const { return locked_; }
    /// False when the key is wrong.
    bool unlock(std::string_view key);
    raft::MemberId member() const { return consensus_.id(); }
    const Consensus& consensus() const { return consensus_; }

    // --- Commands, of the acting leader ----------------------------------------------------------
    /// A node joins the swarm. Before the start: it was a member already. It is not ready until its
    /// agent registers. Requires a host that no other node has.
    NodeId add_node(HostId host, NodeConfig config);
    /// Empty when the name is taken or the manager does not act.
    std::optional<ServiceId> create_service(ServiceSpec spec);
    /// Requires the same name and mode; false when there is no such service or it does not act.
    bool update_service(ServiceId service, ServiceSpec spec);
    /// Spec and previous spec change places; false also when there is no previous one.
    bool roll_back_service(ServiceId service);
    bool scale_service(ServiceId service, std::uint64_t replicas);
    bool remove_service(ServiceId service);
    /// It hears of a leader, to whom it passes on what it is asked.
    bool follows() const;
    /// docker swarm leave --force: the process ends for good; the others still count it as one.
    void leave();
    /// docker node rm: what runs there is written off, and replaced elsewhere; its certificate is
    /// refused from now on.
    /// Source: swarmkit manager/controlapi/node.go RemoveNode, orphanNodeTasks.
    bool remove_node(NodeId node);
    /// An overlay network; empty when the name is taken or the manager does not act.
    std::optional<NetworkId> create_network(NetworkSpec spec);
    bool remove_network(NetworkId network);
    /// A secret or config; empty when the name is taken or the manager does not act.
    std::optional<FileId> create_file(FileKind kind, FileObjectSpec spec);
    bool remove_file(FileId file);
    /// Tokens, keys, lifetimes: `what` changed, e.g. "worker token rotated".
    bool set_cluster(std::shared_ptr<const ClusterObject> cluster, const char* what);
    bool set_availability(NodeId node, Availability availability);
    /// Sets the node's labels (docker node update --label-add, --label-rm).
    bool set_labels(NodeId node, std::map<std::string, std::string> labels);
    bool set_role(NodeId node, NodeRole role);
    bool is_running() const { return kernel_.is_running(id()); }
    /// It leads, its loops work, and what it commits is what the swarm believes.
    bool acts() const { return is_running() && loops_ != nullptr && state_.acting == this; }
    /// Why a command cannot be taken right now; empty: it can. `waits` says whether asking again
    /// later may help: SwarmKit hangs until its API times out, but says at once that there is no
    /// leader after ten ticks without one.
    std::string refusal(bool& waits) const;

    // --- Looking in: for checks, oracles and summaries -------------------------------------------
    const Store& store() const { return state_.store(); }
    /// Requires acts().
    const Scheduler& scheduler() const { return loops_->scheduler(); }
    std::optional<ServiceId> find_service(std::string_view name) const;
    ServiceStatus status(ServiceId service) const { return state_.store().status(service); }

    // --- kernel::Process -------------------------------------------------------------------------
    void on_start() override;
    void on_stop() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_work_done(std::uint32_t tag, std::uint64_t argument) override;

  private:
    void on_apply(const std::vector<raft::Entry>& entries) override;
    void on_restore(const raft::Snapshot& snapshot) override;
    void on_role(const raft::RoleChange& change) override;
    void on_proposal_refused() override;
    /// Has what is proposed committed and lets the loops act, until nothing is left to do at this
    /// instant but to wait for others.
    void pump();
    void settle();
    void begin_reign();
    void end_reign(bool stale);
    void answer_agent(const kernel::Message& message);
    void reconcile_roles();
    void start_consensus(bool stands);
    bool can_change(NodeId node) const;
    bool can_change(ServiceId service) const;
    template <class What>
    bool commit(What what);
    NameId host_of(raft::MemberId member) const;

    kernel::Kernel& kernel_;
    ProcessId process_;
    HostId host_;
    ReplicatedState& state_;
    Store& store_;
    Herald herald_;
    Consensus consensus_;
    MemberReport report_;
    std::unique_ptr<ControlLoops> loops_;
    std::set<std::uint64_t> stale_sessions_;   // Of a leader that was overtaken, until it knows.
    bool stands_ = false;                      // The swarm begins with its leadership.
    bool ever_started_ = false;
    bool locked_ = false;
    Time roles_tried_at_{};
    bool applied_ = false;                     // Something became true that the loops did not see.
};

}   // namespace glasshive::swarm
