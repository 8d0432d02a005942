#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/ids.h"
#include "kernel/process.h"
#include "swarm/spec.h"

/// The words between the dispatcher (on a manager) and the agents: SwarmKit's dispatcher API
/// (api/dispatcher.proto: Session, Heartbeat, UpdateTaskStatus, Assignments), one message type
/// each. Everything travels as kernel messages on one stream per agent; the two sides share no
/// pointer but to immutable specs inside messages.
namespace glasshive::swarm {

/// A task's integer id: its order of creation in the store, from 1. Rendered as 25 base-36
/// characters.
enum class TaskId : std::uint64_t { none = 0 };

/// SwarmKit api/types.proto enum TaskState, numbers included; a higher number is later in life.
enum class TaskState : std::uint16_t {
    new_ = 0, pending = 64, assigned = 192, accepted = 256, preparing = 320, ready = 384,
    starting = 448, running = 512, complete = 576, shutdown = 640, failed = 704, rejected = 768,
    remove = 800, orphaned = 832,
};

/// Message::type on the agent's stream. `a` and `b` are given in brackets; the rest is a body.
enum class DispatcherMessage : std::uint16_t {
    session_request = 1,   ///< agent → dispatcher: register me. Body NodeDescription.
    session_accepted,      ///< dispatcher → agent [a: session id, b: heartbeat period, ns].
    session_invalid,       ///< dispatcher → agent: unknown session, register anew.
    heartbeat,             ///< agent → dispatcher [a: session id].
    heartbeat_reply,       ///< dispatcher → agent [a: session id, b: next period, ns].
    assignments,   ///< dispatcher → agent [a: session id, b: 1 when complete]. Body Assignments.
    status_update,   ///< agent → dispatcher [a: session id]. Body StatusUpdates.
    session_redirect,      ///< manager → agent [b: the leader's process]: ask there.
    certificate_request,   ///< agent → dispatcher [a: session id]: mine has lived half its life.
    certificate,   ///< dispatcher → agent [a: session id, b: how long it is valid from now, ns].
};

/// What a node says of itself when it registers.
struct NodeDescription final : kernel::MessageBody {
    HostId host;
    NameId hostname;
    Cpus cpus{};
    Bytes memory{};
    Time certificate_until = time_never;   ///< End of the certificate that the handshake shows.
};

/// One task as its agent is told of it.
struct TaskAssignment {
    TaskId id{};
    NameId subject;                                  ///< service.slot.taskid: the container's name.
    NameId service;
    std::uint32_t slot = 0;
    TaskState desired = TaskState::ready;
    bool removed = false;                            ///< Stop it if it runs, then forget it.
    std::shared_ptr<const ServiceSpec> spec;   ///< Immutable, shared by all tasks of a version.
    EventId cause{};   ///< What the manager last said of it; 0: the message's.
};

enum class FileKind : std::uint8_t { secret, config };
const char* to_text(FileKind kind);

/// A secret or config on its way to a node that needs it, or its recall.
struct FileAssignment {
    NameId name;
    FileKind kind = FileKind::secret;
    bool removed = false;                            ///< No task there needs it any more.
    Bytes size{};                                    ///< Of its content, which travels along.
    NameId task;                                     ///< The first that needs it.
};

/// A complete set (after registration: what is not in it must go) or the changes since the last
/// one.
struct Assignments final : kernel::MessageBody {
    std::vector<TaskAssignment> tasks;
    std::vector<FileAssignment> files;               ///< Taken in before the tasks.
};

/// One observed state, as the agent reports it.
struct TaskStatus {
    TaskId id{};
    TaskState state = TaskState::new_;
    NameId message;                                  ///< "started", "finished", …
    NameId error;                                    ///< Invalid when all is well.
    int exit_code = 0;
    EventId cause{};   ///< What brought it about here; 0: the message's.
};

struct StatusUpdates final : kernel::MessageBody {
    std::vector<TaskStatus> updates;
};

/// Heartbeat period and its spread: swarmkit manager/dispatcher/dispatcher.go
/// defaultHeartBeatPeriod, defaultHeartBeatEpsilon; grace: defaultGracePeriodMultiplier.
inline constexpr Duration heartbeat_period = std::chrono::seconds{5};
inline constexpr Duration heartbeat_epsilon = std::chrono::milliseconds{500};
inline constexpr int grace_periods = 3;

/// 25 base-36 characters, as swarmkit identity/randomid.go renders ids; a bijective scrambling of
/// (seed, kind, number), so equal runs show equal ids and different objects look unrelated.
std::string object_id(std::uint64_t seed, std::uint32_t kind, std::uint64_t number);
const char* to_text(TaskState state);

}   // namespace glasshive::swarm
