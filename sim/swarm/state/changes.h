#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "swarm/state/objects.h"

/// What may be done to the store, as data: a transaction is a list of these, and could be a Raft
/// entry. Each change is checked when it commits, not when it is proposed: one that no longer makes
/// sense (its object is gone, a state would go back) is rejected and its proposer told.
namespace glasshive::swarm {

struct NodeCreate {
    NodeId node;
    HostId host;
    NameId hostname;
    std::shared_ptr<const NodeConfig> config;
};

struct NodeUpdate {
    NodeId node;
    std::optional<NodeState> state;
    NameId message;                                     ///< With `state`.
    std::optional<Availability> availability;
    std::shared_ptr<const NodeConfig> config;           ///< Null: unchanged.
};

struct NodeRemove {
    NodeId node;
};

struct ServiceCreate {
    ServiceId service;
    NameId name;
    std::shared_ptr<const ServiceSpec> spec;
};

/// A new spec, a return to the one before, or a step of the update that follows.
struct ServiceUpdate {
    enum class What : std::uint8_t {
        spec,        ///< The user's new spec; the present one can be rolled back to.
        rollback,    ///< The user's way back: spec and previous spec change places.
        give_up,     ///< The updater's way back, with `message`; there is no second one.
        started,     ///< Tasks are being replaced. Void once a step was said.
        paused,      ///< With `message`. This and what follows is void once the spec changed again.
        completed,
    };
    ServiceId service;
    What what = What::spec;
    std::shared_ptr<const ServiceSpec> spec;            ///< With What::spec.
    NameId message;                                     ///< UpdateStatus.Message; not with spec.
};

/// The allocator's: what the service has on its networks from now on. No new version of its spec.
struct ServiceAllocated {
    ServiceId service;
    std::shared_ptr<const Endpoint> endpoint;           ///< Null: nothing any more.
};

struct ServiceRemove {
    ServiceId service;
};

struct TaskCreate {
    TaskId task = TaskId::none;
    ServiceId service;
    NodeId node;                                        ///< Global services: preassigned.
    std::uint32_t slot = 0;
    TaskState desired = TaskState::running;
    NameId subject;
    NameId message;
};

/// Sets the observed status, the desired state, or both. Observed and desired never go back.
struct TaskUpdate {
    TaskId task = TaskId::none;
    // Raft's log keeps thousands of these: their order leaves few gaps.
    std::optional<TaskState> observed;
    NameId message;                                     ///< These three with `observed`.
    NameId error;
    std::int32_t exit_code = 0;
    NodeId node;                                        ///< Valid: assigns; only a PENDING task.
    std::optional<TaskState> desired;
    /// Decided because the task was desired to run: void once somebody stopped it meanwhile.
    bool only_while_wanted = false;
    NameId why;                                     ///< With `desired`.
    std::shared_ptr<const AddressList> addresses;   ///< With `observed` PENDING; null: none.
};

struct TaskRemove {
    TaskId task = TaskId::none;
};

struct FileCreate {
    FileId file;
    FileKind kind = FileKind::secret;
    NameId name;
    std::shared_ptr<const FileObjectSpec> spec;
};

struct FileRemove {
    FileId file;
};

struct NetworkCreate {
    NetworkId network;
    NameId name;
    std::shared_ptr<const NetworkSpec> spec;
};

/// The allocator's: void once the network is gone.
struct NetworkAllocated {
    NetworkId network;
    Subnet subnet;
};

struct NetworkRemove {
    NetworkId network;
};

struct ClusterUpdate {
    std::shared_ptr<const ClusterObject> cluster;
    NameId what;                                        ///< "worker token rotated", …
};

/// One change with the event that brought it about.
struct Change {
    std::variant<NodeCreate, NodeUpdate, ServiceCreate, ServiceUpdate, ServiceRemove, TaskCreate,
                 TaskUpdate, TaskRemove, FileCreate, FileRemove, ClusterUpdate, ServiceAllocated,
                 NetworkCreate, NetworkAllocated, NetworkRemove, NodeRemove> what;
    EventId cause{};
};

/// SwarmKit manager/state/store/memory.go MaxChangesPerTransaction.
inline constexpr std::size_t transaction_changes_max = 200;

using Transaction = std::vector<Change>;

/// A change that is now true, with what was true before. Pointers hold until the next commit; those
/// to removed objects show their last state.
struct Committed {
    enum class Kind : std::uint8_t {
        node_created, node_updated, service_created, service_updated, service_removed,
        task_created, task_updated, task_removed, file_created, file_removed, cluster_updated,
        node_removed, service_allocated, network_created, network_allocated, network_removed,
    };
    Kind kind = Kind::node_created;
    const Node* node = nullptr;
    const Service* service = nullptr;                   ///< Also the service of `task`.
    const Task* task = nullptr;
    const FileObject* file = nullptr;
    const Network* network = nullptr;
    TaskState observed_before = TaskState::new_;
    TaskState desired_before = TaskState::new_;
    NodeState state_before = NodeState::unknown;
    Availability availability_before = Availability::active;
    NodeRole role_before = NodeRole::worker;
    bool status_changed = false;                        ///< Task: state, message or error differ.
    bool spec_changed = false;                          ///< Service: its spec is another one.
    NameId why;                                         ///< Also ClusterUpdate::what.
    EventId cause{};
    EventId event{};                                    ///< What was said of it; else its cause.
};

}   // namespace glasshive::swarm
