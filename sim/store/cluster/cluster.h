#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "store/cluster/global_changes.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/feeds.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/node_watch.h"
#include "store/quorum/replica.h"
#include "store/replicate/cluster_peer.h"
#include "store/replicate/internal.h"
#include "store/replicate/peer_server.h"
#include "store/replicate/scheduler.h"
#include "store/reshard/resharder.h"
#include "store/search/indexer.h"
#include "store/search/scripts.h"
#include "store/search/searcher.h"

namespace glasshive::store {

/// Where a node of a cluster stands and what it may use there.
struct NodePlace {
    std::string name;   ///< "node1@127.0.0.1"
    HostId host;
    kernel::QueueId cpu;    ///< In core-seconds.
    kernel::QueueId disk;   ///< In bytes, or in `disk_unit` for each of them.
    double disk_unit = 1;
    std::string zone{};
    bool joins_later = false;   ///< It runs, but is no member until somebody adds it.
};

struct ClusterOptions {
    CoordinatorOptions coordinator{};
    InternalOptions internal{};
    Duration net_tick = std::chrono::seconds{60};   ///< Erlang's net_ticktime.
    Duration jitter{};                              ///< Mean; see kernel::Jitter. 0: none.
    std::string name{};   ///< Of the jitter's streams: "store/jitter/NAME/…".
    search::ScriptOptions scripts{};
    /// Another cluster's: there is one JavaScript engine in a process. Null: it makes its own.
    std::shared_ptr<search::Scripts> shared_scripts{};
    /// Of replications: who is reachable; null: there are none. It and the gates outlive the
    /// cluster.
    replicate::PeerResolver* resolver = nullptr;
    replicate::SchedulerOptions scheduler{};
    reshard::ReshardOptions reshard{};
    std::string prefix{};   ///< Of its databases' names in events: "west/", with several clusters.
    std::vector<replicate::PeerGate*> gates{};   ///< By member; empty: all may do everything.
};

/// One node: what is on its disk, and its processes.
class Node {
  public:
    const std::string& name() const { return name_; }
    HostId host() const { return host_; }
    NodeFiles& files() { return files_; }
    const NodeFiles& files() const { return files_; }
    const search::IndexFiles& indexes() const { return indexes_; }
    Replica& replica() { return *replica_; }
    Coordinator& coordinator() { return *coordinator_; }
    Gatherer& gatherer() { return *gatherer_; }
    Feeds& feeds() { return *feeds_; }
    const NodeWatch& watch() const { return *watch_; }
    InternalReplication& internal() { return *internal_; }
    search::Searcher& searcher() { return *searcher_; }
    replicate::PeerServer& peer_server() { return *peer_server_; }
    replicate::PeerClient& peer_client() { return *peer_client_; }
    reshard::Resharder& resharder() { return *resharder_; }
    /// Requires that the cluster has replications.
    replicate::Scheduler& scheduler() { return *scheduler_; }

  private:
    friend class Cluster;
    std::string name_;
    HostId host_;
    bool crashed_ = false;   // By crash(), and not started since.
    NodeFiles files_;
    std::unique_ptr<Replica> replica_;
    std::unique_ptr<Coordinator> coordinator_;
    std::unique_ptr<Gatherer> gatherer_;
    std::unique_ptr<Feeds> feeds_;
    std::unique_ptr<InternalReplication> internal_;
    search::IndexFiles indexes_;   ///< On its disk, too.
    std::unique_ptr<search::Indexer> indexer_;
    std::unique_ptr<search::Searcher> searcher_;
    std::unique_ptr<replicate::PeerServer> peer_server_;
    std::unique_ptr<replicate::PeerClient> peer_client_;
    std::unique_ptr<replicate::Scheduler> scheduler_;   // Null: none.
    reshard::ReshardFiles splits_;                      ///< On its disk, too.
    std::unique_ptr<reshard::Resharder> resharder_;
    std::unique_ptr<NodeWatch> watch_;
    std::unique_ptr<GlobalChanges> global_changes_;
    std::vector<ProcessId> processes_;   // In the order in which they start.
};

/// A cluster of nodes: makes their processes and joins them. Members know each other from the
/// start; others are added through any of them, and who leaves runs on. `_nodes` says who is in.
/// What a node is told of its peers (net tick) reaches everybody on it who waits for one.
class Cluster {
  public:
    /// `places` in any order, names distinct; members are numbered in order of their names. The
    /// kernel outlives the cluster. Nothing is started.
    Cluster(kernel::Kernel& kernel, std::vector<NodePlace> places,
            const ClusterOptions& options = {});
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    std::size_t size() const { return nodes_.size(); }
    Node& node(std::size_t member) { return *nodes_[member]; }
    const Node& node(std::size_t member) const { return *nodes_[member]; }
    std::optional<std::size_t> find(std::string_view name) const {
        return find_member(members_, name);
    }
    const std::vector<QuorumMember>& members() const { return members_; }
    const std::shared_ptr<search::Scripts>& scripts() const { return scripts_; }

    /// The first node that is a member from the start.
    std::size_t first_member() const { return first_member_; }

    void start();
    /// Nothing when it runs already. A host that is off starts its node when it boots.
    void start(std::size_t member);
    /// The node's processes end, its host lives: peers notice at once. Files stay.
    void crash(std::size_t member, EventId why);
    bool is_running(std::size_t member) const;

    /// Another process that lives and dies with a node, started after those it has.
    ProcessId attach(std::size_t member, kernel::Process& process);

  private:
    void build(std::size_t member, const NodePlace& place, const ClusterOptions& options);
    void add_replications(std::size_t member, const ClusterOptions& options);
    void add_resharder(std::size_t member, const NodePlace& place, const ClusterOptions& options);
    void noticed(std::size_t node, std::size_t member, bool up);

    kernel::Kernel& kernel_;
    std::uint32_t jitter_ = 0;   // The group; 0: none.
    std::shared_ptr<search::Scripts> scripts_;
    std::vector<QuorumMember> members_;
    std::size_t first_member_ = 0;
    std::vector<ProcessId> indexers_;            // By member.
    std::vector<ProcessId> resharders_;          // By member.
    std::vector<std::unique_ptr<Node>> nodes_;   // By member; addresses stay.
};

}   // namespace glasshive::store
