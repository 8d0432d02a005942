#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/ids.h"
#include "base/units.h"
#include "swarm/protocol.h"
#include "swarm/spec.h"

/// The objects of a swarm's store: nodes, services and tasks, as the managers believe them.
/// Source: swarmkit api/objects.proto. Ids are integers; object_id() renders them for people.
namespace glasshive::swarm {

struct NodeTag;
struct ServiceTag;
struct FileTag;
using NodeId = Id<NodeTag>;         ///< A member of the swarm, dense from 0 in order of joining.
using ServiceId = Id<ServiceTag>;   ///< A service, dense from 0 in order of creation; never reused.
using FileId = Id<FileTag>;         ///< A secret or config, dense from 0; never reused.
struct NetworkTag;
using NetworkId = Id<NetworkTag>;   ///< An overlay network, dense from 0; never reused.

/// First argument of object_id() after the seed: objects of different kinds never look alike.
enum class ObjectKind : std::uint32_t { node = 1, service = 2, task = 3, file = 4, cluster = 5,
                                        network = 6 };

enum class NodeRole : std::uint8_t { worker, manager };
/// SwarmKit api/types.proto NodeStatus.State.
enum class NodeState : std::uint8_t { unknown, down, ready, disconnected };
enum class Availability : std::uint8_t { active, pause, drain };

const char* to_text(NodeRole role);
const char* to_text(NodeState state);
const char* to_text(Availability availability);

/// What a node is and offers: its description and its labels.
struct NodeConfig {
    std::string hostname;
    NodeRole role = NodeRole::worker;
    std::map<std::string, std::string> labels;          ///< node.labels.*
    std::map<std::string, std::string> engine_labels;   ///< engine.labels.*
    Cpus cpus{};
    Bytes memory{};
    std::map<std::string, std::int64_t> generic;        ///< e.g. {"gpu": 2}
    std::string os = "linux";
    std::string architecture = "x86_64";
    std::string address;                                ///< node.ip; may be empty.
};

/// First and last task of a list that threads through Task::links. Indexes into the slab.
struct TaskList {
    static constexpr std::uint32_t none = 0xFFFFFFFF;
    std::uint32_t head = none;
    std::uint32_t tail = none;
};

struct Node {
    NodeId id;
    HostId host;
    NameId hostname;
    std::shared_ptr<const NodeConfig> config;
    NodeState state = NodeState::unknown;
    Availability availability = Availability::active;
    bool ever_ready = false;             ///< It registered at least once.
    bool removed = false;                ///< docker node rm: it is no member any more.
    NameId message;                      ///< Status.Message, e.g. "heartbeat failure".
    Time created_at{};
    Time state_since{};
    EventId last_event{};                ///< What was last said of it: the cause of reactions.
    TaskList tasks;                      ///< Every task assigned to it, in order of assignment.
};

/// An IPv4 address on one of the swarm's networks.
struct Address {
    NetworkId network;
    std::uint32_t ip = 0;                ///< 10.0.1.2 is 0x0A000102.
    friend bool operator==(const Address&, const Address&) = default;
};
using AddressList = std::vector<Address>;

/// A network of the whole swarm. Source: swarmkit api/objects.proto Network.
struct Network {
    NetworkId id;
    NameId name;
    std::shared_ptr<const NetworkSpec> spec;
    Subnet subnet;                       ///< None before the allocator gave it one.
    bool removed = false;
    EventId last_event{};
};
/// The network that the routing mesh is made of.
inline constexpr const char* ingress_network = "ingress";

/// What the allocator gave a service. Source: swarmkit api/types.proto Endpoint.
struct Endpoint {
    std::vector<PortConfig> ports;       ///< The spec's; every published one has its number.
    AddressList virtual_ips;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// SwarmKit api/types.proto UpdateStatus.UpdateState.
enum class UpdateState : std::uint8_t {
    none, updating, paused, completed, rollback_started, rollback_paused, rollback_completed,
};
const char* to_text(UpdateState state);

/// How the newest change of a service's spec is getting on. Source: api/types.proto UpdateStatus.
struct UpdateStatus {
    UpdateState state = UpdateState::none;   ///< none: nothing had to be replaced so far.
    NameId message;
    Time started_at{};
    Time completed_at{};
};

/// How far the present run of a job is. Every update of the service begins another run.
/// Source: swarmkit api/types.proto JobStatus; controlapi/service.go UpdateService.
struct JobStatus {
    std::uint32_t iteration = 0;
    Time last_execution{};               ///< When this run began.
    std::uint32_t active = 0;            ///< Its tasks that are to complete and have not yet.
    std::uint32_t completed = 0;         ///< Its tasks observed COMPLETE.
};

struct Service {
    ServiceId id;
    NameId name;
    std::shared_ptr<const ServiceSpec> spec;
    std::uint32_t spec_version = 0;      ///< Raised by every update, scaling included.
    /// What a rollback returns to, with its version; null: nothing.
    std::shared_ptr<const ServiceSpec> previous_spec;
    std::uint32_t previous_spec_version = 0;
    std::uint32_t newest_spec_version = 0;   ///< A rollback's version is older than this.
    UpdateStatus update;
    std::shared_ptr<const Endpoint> endpoint;   ///< Null: nothing was given (yet).
    JobStatus job;                       ///< Of jobs only.
    bool removed = false;
    EventId last_event{};
    std::uint32_t running = 0;           ///< Tasks observed RUNNING, whatever is desired.
    std::uint32_t desired_running = 0;   ///< Tasks with desired state RUNNING.
    std::uint32_t completed = 0;         ///< Tasks observed COMPLETE.
    TaskList tasks;                      ///< In order of creation.
    std::vector<TaskList> instances;     ///< By slot (replicated) or node index (global).

    /// One task per node: a global service or a global job.
    bool is_global() const { return is_per_node(spec->mode); }
    bool is_job() const { return swarm::is_job(spec->mode); }
};

/// One attempt to run a service's container. Never runs twice: a restart is a new task.
struct Task {
    TaskId id = TaskId::none;
    /// Index in the store's slab: dense, reused after removal.
    std::uint32_t place = 0;
    ServiceId service;
    NodeId node;                         ///< Invalid before assignment.
    std::uint32_t slot = 0;              ///< From 1; 0 for global services.
    std::uint32_t spec_version = 0;      ///< Of the service when the task was created.
    std::uint32_t job_iteration = 0;     ///< Of a job: the run that it belongs to.
    TaskState observed = TaskState::new_;
    TaskState desired = TaskState::running;
    std::int32_t exit_code = 0;
    NameId subject;                      ///< service.slot.taskid
    NameId message;                      ///< Status.Message
    NameId error;                        ///< Status.Err; invalid when all is well.
    std::shared_ptr<const ServiceSpec> spec;
    std::shared_ptr<const AddressList> addresses;   ///< On its networks; null: none.
    Time created_at{};
    Time observed_at{};                  ///< When the manager learned the observed state.
    EventId last_event{};                ///< What was last said of it.
    EventId status_event{};              ///< What last said its observed state.
    struct Link { std::uint32_t prev = TaskList::none, next = TaskList::none; };
    Link links[3];                       ///< Of its service, its node, its instance.
};

/// A secret or a config: content that the swarm hands to the nodes whose tasks use it. The content
/// never changes; labels may.
/// Source: swarmkit api/objects.proto Secret, Config.
struct FileObject {
    FileId id;
    FileKind kind = FileKind::secret;
    NameId name;
    std::shared_ptr<const FileObjectSpec> spec;
    bool removed = false;
    Time created_at{};
    EventId last_event{};
};

/// What is true of the swarm as a whole: who may join, and whom it no longer trusts. Tokens, keys
/// and the root are kept as the number of their generation; swarm/security renders them.
/// Source: swarmkit api/objects.proto Cluster, api/specs.proto ClusterSpec.
struct ClusterObject {
    std::uint32_t worker_token = 1, manager_token = 1;   ///< Raised by each rotation.
    std::uint32_t root = 1;                              ///< Of the certificate authority.
    std::uint32_t unlock_key = 0;                        ///< 0: managers are not locked.
    /// swarmkit ca/certificates.go DefaultNodeCertExpiration.
    Duration certificate_validity = std::chrono::hours{90 * 24};
    /// Removed nodes and when their last certificate expires (BlacklistedCertificates).
    std::map<NodeId, Time> removed_nodes;
};

/// The ServiceStatus of `docker service ls`: running counts tasks *observed* running, whatever is
/// desired; desired is the replica count, or for global services the tasks desired to run. Of a
/// replicated job, desired is how many run at a time; of a global job, how many have yet to
/// complete.
/// Source: swarmkit manager/controlapi/service.go ListServiceStatuses.
struct ServiceStatus {
    std::uint64_t running = 0;
    std::uint64_t desired = 0;
    std::uint64_t completed = 0;
};

/// True for a node that must keep no replicated task: down, draining or no member. UNKNOWN and
/// PAUSE do not count.
/// Source: swarmkit manager/orchestrator/task.go InvalidNode.
inline bool is_invalid(const Node& node) {
    return node.removed || node.state == NodeState::down ||
           node.availability == Availability::drain;
}

/// The restart policy that applies: the declared one or the defaults.
inline RestartPolicy restart_policy(const ServiceSpec& spec) {
    return spec.task.restart.value_or(RestartPolicy{});
}

}   // namespace glasshive::swarm
