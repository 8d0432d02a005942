#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "swarm/scheduler/fragmentation.h"
#include "swarm/scheduler/gpus.h"
#include "swarm/state/constraint.h"
#include "swarm/state/objects.h"

namespace glasshive::swarm {

class Policy;

/// The most of each resource that one node ever offered: the yardstick of some policies.
struct Largest {
    Cpus cpus{};
    Bytes memory{};
    std::int64_t generic = 0;                       ///< All kinds together.
    std::int64_t gpu_milli = 0;                     ///< Of nodes whose GPUs are shared.
    std::uint64_t version = 0;                      ///< Moves when one of them does.
};

/// What every task of a group (same service, same spec version) asks of a node, read once.
struct Needs {
    ServiceId service;
    std::uint32_t spec_version = 0;
    const ServiceSpec* spec = nullptr;              ///< What the rest was read from.
    Cpus cpus{};                                    ///< Reservations; limits are never looked at.
    Bytes memory{};
    const std::map<std::string, std::int64_t>* generic = nullptr;
    GpuNeed gpus;                                   ///< Of a trace, or of the generic `gpu`.
    std::vector<Constraint> constraints;
    std::vector<std::string> spread;                ///< Labels of preferences, outermost first.
    std::vector<std::uint32_t> host_ports;          ///< Published in host mode, see host_port_key.
    std::uint64_t max_replicas = 0;                 ///< Per node; 0: unlimited.
    const Policy* policy = nullptr;                 ///< Ranks the nodes that pass.
    const Largest* largest = nullptr;               ///< For policies that look at it.
    const TypicalTasks* typical = nullptr;          ///< For policies that look at them.
    const std::vector<std::string>* gpu_models = nullptr;   ///< Names by bit; null: none has any.
};

Needs needs_of(const ServiceSpec& spec, ServiceId service, std::uint32_t spec_version,
               const Policy& policy);
/// Port and protocol in one number: two protocols may share a port.
std::uint32_t host_port_key(const PortConfig& port);

/// A node as the scheduler sees it: what is left, and who is there. Kept up to date change by
/// change.
/// Source: swarmkit manager/scheduler/nodeinfo.go.
struct NodeInfo {
    NodeId id;
    NameId hostname;
    std::string rendered_id;                        ///< For node.id constraints.
    std::shared_ptr<const NodeConfig> config;
    bool available = false;                         ///< READY and ACTIVE.
    bool removed = false;                           ///< It is looked at by nobody.
    Cpus cpus_free{};
    Bytes memory_free{};
    std::map<std::string, std::int64_t> generic_free;
    Gpus gpus;                                      ///< Of the generic resource `gpu`, or a trace.
    std::uint32_t active = 0;                       ///< Tasks with desired state <= COMPLETE.
    struct Count { ServiceId service; std::uint32_t tasks; };
    std::vector<Count> by_service;                  ///< Active tasks; sorted by service.
    std::vector<std::uint32_t> host_ports;          ///< In use, with repetitions; sorted.
    struct Failure { ServiceId service; std::uint32_t spec_version; Time at; };
    std::uint64_t version = 0;                      ///< Moves whenever any of this does.
    std::vector<Failure> failures;                  ///< Oldest first, at most monitor_failures old.

    std::uint32_t active_of(ServiceId service) const;
};

/// How long and how often a service's tasks must fail on a node before it becomes last choice.
/// Source: swarmkit manager/scheduler/scheduler.go monitorFailures, maxFailures.
inline constexpr Duration monitor_failures = std::chrono::minutes{5};
inline constexpr std::uint32_t max_failures = 5;

/// All nodes as the scheduler sees them, and which task is counted where.
class NodeSet {
  public:
    std::vector<NodeInfo>& nodes() { return nodes_; }
    const std::vector<NodeInfo>& nodes() const { return nodes_; }
    NodeInfo& info(NodeId id) { return nodes_[id.index()]; }

    /// Adds a node of a trace, of which no store knows; its id is the next one. What it has is
    /// what it has free.
    NodeId add_node(NameId hostname, std::shared_ptr<const NodeConfig> config, const Gpus& gpus);
    void set_available(NodeId node, bool available);
    /// Puts a task of a trace (sign +1) on a node, on these of its GPUs, or takes it off (-1),
    /// without telling anybody: for what-if.
    static void move(NodeInfo& node, const Needs& needs, GpuMask gpus, int sign);
    /// Puts a task of a trace on a node, on these of its GPUs, or takes it off.
    void take(NodeId node, const Needs& needs, GpuMask gpus);
    void give_back(NodeId node, const Needs& needs, GpuMask gpus);

    /// Adds the node or takes over its new state, resources and labels.
    void update(const Node& node, std::uint64_t seed);
    /// Counts `task` on `node`, or follows its desired state when it is counted there already.
    void add(const Task& task, NodeId node);
    /// Takes the task off wherever it is counted; false when it was nowhere.
    bool remove(const Task& task);
    bool is_counted(const Task& task) const;
    void record_failure(const Task& task, Time now);
    /// Failures of this service version on the node within monitor_failures of now.
    static std::uint32_t recent_failures(const NodeInfo& node, const Needs& needs, Time now);
    void clear() { *this = NodeSet{}; }
    /// Members: those removed keep their place in nodes(), and count for nothing.
    std::size_t members() const { return nodes_.size() - removed_; }
    const Largest& largest() const { return largest_; }

    /// Numbers of the changes that are remembered: [begin, end). Whoever is behind begin has to
    /// look at all nodes again.
    std::uint64_t changes_begin() const { return changes_begin_; }
    std::uint64_t changes_end() const { return changes_begin_ + changes_.size(); }
    /// The node that change `number` is about.
    std::uint32_t changed(std::uint64_t number) const { return changes_[number - changes_begin_]; }

  private:
    struct Record {
        TaskId task = TaskId::none;     // none: counted nowhere.
        NodeId node;
        bool active = false;
    };
    Record& record(const Task& task);
    void note_change(NodeId node);
    void measure(const NodeConfig& config, std::int64_t gpu_milli);
    static void follow_gpus(NodeInfo& node);
    static void reserve(NodeInfo& node, const Task& task, int sign);
    static void count_active(NodeInfo& node, ServiceId service, int sign);

    std::vector<NodeInfo> nodes_;       // By NodeId.
    std::deque<Record> records_;        // By Task::place. Grows without room to spare.
    std::vector<std::uint32_t> changes_;
    std::uint64_t changes_begin_ = 0;
    Largest largest_;
    std::size_t removed_ = 0;
};

}   // namespace glasshive::swarm
