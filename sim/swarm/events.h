#pragma once

#include <array>

#include "base/event.h"

/// Numbers 100..199. `task.*`, `node.*` and `service.*` are what the managers believe; what
/// executes is said by the engine on the node, `container.*` (runtime/events.h).
namespace glasshive::swarm::events {

// --- Nodes, as the dispatcher sees them (subject: the node's host name) --------------------------
inline constexpr EventKind node_ready{
    .id = 100, .name = "node.ready", .subject = "node",
    .doc = "The node registered with the dispatcher and may receive tasks.",
    .fields = {{{"role", FieldType::name, "manager or worker"},
                {"before", FieldType::name, "state before: none, down or unknown"}}},
    .state = "ready"};
inline constexpr EventKind node_down{
    .id = 101, .name = "node.down", .subject = "node",
    .doc = "The dispatcher missed heartbeats for three periods and declared the node down.",
    .fields = {{{"message", FieldType::name, "as in docker node inspect"},
                {"silent_for", FieldType::duration, "since the last beat"}}},
    .state = "down", .verbosity = 0};
inline constexpr EventKind node_availability{
    .id = 102, .name = "node.availability", .subject = "node",
    .doc = "The node's availability was set.",
    .fields = {{{"availability", FieldType::name, "active, pause or drain"}}}};

inline constexpr EventKind node_unknown{
    .id = 103, .name = "node.unknown", .subject = "node",
    .doc = "A new leader does not know yet how the node is.",
    .fields = {{{"message", FieldType::name, "as in docker node inspect"}}},
    .state = "unknown", .verbosity = 2};
inline constexpr EventKind node_role{
    .id = 104, .name = "node.role", .subject = "node",
    .doc = "The node was promoted or demoted.",
    .fields = {{{"role", FieldType::name, "manager or worker"}}}};

// --- Managers: Raft (subject: the manager's node) ------------------------------------------------
inline constexpr EventKind node_removed{
    .id = 105, .name = "node.removed", .subject = "node",
    .doc = "The node is no member of the swarm any more; its certificate opens nothing.",
    .fields = {{{"id", FieldType::name, "of the node: a host may join again as another one"}}},
    .verbosity = 0};
inline constexpr EventKind raft_leader{
    .id = 160, .name = "raft.leader", .subject = "node",
    .doc = "The manager leads the swarm: it won the election and has applied its whole log.",
    .fields = {{{"term", FieldType::integer, "of its reign"},
                {"managers", FieldType::integer, "that vote"}}},
    .verbosity = 1};
inline constexpr EventKind raft_stepdown{
    .id = 161, .name = "raft.stepdown", .subject = "node",
    .doc = "The manager leads no more.",
    .fields = {{{"term", FieldType::integer, "that it knows now"},
                {"why", FieldType::name,
                 "a majority is silent, another leads in a later term, or it was removed"}}},
    .verbosity = 1};
inline constexpr EventKind raft_candidate{
    .id = 162, .name = "raft.candidate", .subject = "node",
    .doc = "The manager stands for election.",
    .fields = {{{"term", FieldType::integer, "it wants to lead in"},
                {"why", FieldType::name, "no leader was heard, or asked to stand"},
                {"ticks", FieldType::integer, "without a leader's word"}}},
    .verbosity = 2};
inline constexpr EventKind raft_member{
    .id = 163, .name = "raft.member", .subject = "node",
    .doc = "The managers agreed on a change among themselves.",
    .fields = {{{"change", FieldType::name, "joined or removed"},
                {"managers", FieldType::integer, "that vote from now on"}}},
    .verbosity = 1};
inline constexpr EventKind raft_snapshot{
    .id = 164, .name = "raft.snapshot", .subject = "node",
    .doc = "A manager that was far behind received the whole state.",
    .fields = {{{"index", FieldType::integer, "of the log, up to where it knows all now"},
                {"size", FieldType::bytes, "on the wire"}}},
    .verbosity = 2};
inline constexpr EventKind raft_vote{
    .id = 165,
    .name = "raft.vote",
    .subject = "node",
    .doc = "The manager gave its one vote of a term; a candidate gives it to itself.",
    .fields = {{{"term", FieldType::integer, "of the vote"},
                {"candidate", FieldType::name, "who got it"}}},
    .verbosity = 3};
inline constexpr EventKind raft_log{
    .id = 166,
    .name = "raft.log",
    .subject = "node",
    .doc = "How far the manager's log reaches. Said when that changed, once a second at most, and "
           "when it knows of another leader; not by a swarm's only manager.",
    .fields = {{{"term", FieldType::integer, "that it knows"},
                {"log", FieldType::integer, "index of its last entry"},
                {"commit", FieldType::integer, "index up to which it knows all as committed"},
                {"leader", FieldType::name, "whom it follows, or itself"}}},
    .verbosity = 3};

// --- Services (subject: the service's name) ------------------------------------------------------
inline constexpr EventKind service_created{
    .id = 110,
    .name = "service.created",
    .subject = "service",
    .doc = "A service was created.",
    .fields = {{{"mode", FieldType::name, "replicated, global, replicated job or global job"},
                {"replicas", FieldType::integer, "desired replicas"},
                {"image", FieldType::name, "image reference"},
                {"cpus", FieldType::real, "cores that each of its tasks reserves"},
                {"memory", FieldType::bytes, "memory that each of its tasks reserves"}}},
    .state = "created"};
inline constexpr EventKind service_updated{
    .id = 111,
    .name = "service.updated",
    .subject = "service",
    .doc = "A service's spec changed.",
    .fields = {{{"mode", FieldType::name, "replicated, global, replicated job or global job"},
                {"replicas", FieldType::integer, "desired replicas"},
                {"image", FieldType::name, "image reference"},
                {"cpus", FieldType::real, "cores that each of its tasks reserves"},
                {"memory", FieldType::bytes, "memory that each of its tasks reserves"}}}};
inline constexpr EventKind service_removed{
    .id = 112, .name = "service.removed", .subject = "service", .doc = "A service was removed.",
    .ends_subject = true};
inline constexpr EventKind service_run{
    .id = 113, .name = "service.run", .subject = "service",
    .doc = "A run of a job begins, as its service is created and with every update of it.",
    .fields = {{{"iteration", FieldType::integer, "from 0, as in docker service inspect"},
                {"completions", FieldType::integer,
                 "tasks that must complete; 0: one on every node"},
                {"at_once", FieldType::integer, "tasks at a time; 0: all"}}}};

// --- Tasks: observed states (subject: service.slot.taskid). task.* carry what later folds need ---
#define GLASSHIVE_TASK_EVENT(identifier, number, kind_name, sentence, state_name, level)          \
    inline constexpr EventKind identifier{                                                        \
        .id = number, .name = kind_name, .subject = "task", .doc = sentence,                      \
        .fields = {{{"service", FieldType::name, "owning service"},                               \
                    {"slot", FieldType::integer, "slot, from 1; 0 for global services"},          \
                    {"node", FieldType::name, "assigned node; empty before assignment"},          \
                    {"message", FieldType::name, "Status.Message"},                               \
                    {"error", FieldType::name, "Status.Err; empty when all is well"},             \
                    {"exit_code", FieldType::integer, "of the container, where it ended"}}},      \
        .state = state_name, .verbosity = level}

GLASSHIVE_TASK_EVENT(task_new, 120, "task.new", "The orchestrator created a task.", "new", 2);
GLASSHIVE_TASK_EVENT(
    task_pending, 121, "task.pending",
    "The allocator gave the task its network resources; it waits for a node, or its "
    "reason for waiting changed.",
    "pending", 2);
GLASSHIVE_TASK_EVENT(task_assigned, 122, "task.assigned", "The scheduler chose a node.", "assigned",
                     1);
GLASSHIVE_TASK_EVENT(task_accepted, 123, "task.accepted", "The agent has the task.", "accepted", 3);
GLASSHIVE_TASK_EVENT(task_preparing, 124, "task.preparing",
                     "The agent prepares it: networks, volumes, "
                     "image pull.",
                     "preparing", 3);
GLASSHIVE_TASK_EVENT(task_ready, 125, "task.ready", "Prepared; waits for desired state running.",
                     "ready", 3);
GLASSHIVE_TASK_EVENT(task_starting, 126, "task.starting", "The container starts.", "starting", 3);
GLASSHIVE_TASK_EVENT(task_running, 127, "task.running", "The manager learned that it runs.",
                     "running", 1);
GLASSHIVE_TASK_EVENT(task_complete, 128, "task.complete", "Ended with exit code 0.", "complete", 1);
GLASSHIVE_TASK_EVENT(task_shutdown, 129, "task.shutdown", "Stopped as desired.", "shutdown", 2);
GLASSHIVE_TASK_EVENT(task_failed, 130, "task.failed", "Ended with an error.", "failed", 1);
GLASSHIVE_TASK_EVENT(task_rejected, 131, "task.rejected", "Could not be started.", "rejected", 1);
GLASSHIVE_TASK_EVENT(task_orphaned, 132, "task.orphaned", "Its node is gone for good.", "orphaned",
                     2);
#undef GLASSHIVE_TASK_EVENT

inline constexpr EventKind task_desired{
    .id = 133,
    .name = "task.desired",
    .subject = "task",
    .doc = "The orchestrator changed what it wants of the task.",
    .fields = {{{"service", FieldType::name, "owning service"},
                {"desired", FieldType::name, "ready, running, shutdown or remove"},
                {"why", FieldType::name,
                 "e.g. node down, scaled down, updated, restart delay over"}}},
    .verbosity = 2};
inline constexpr EventKind task_removed{
    .id = 134, .name = "task.removed", .subject = "task",
    .doc = "The task object left the store (history limit, scale-down or service removal).",
    .ends_subject = true, .verbosity = 3};
inline constexpr EventKind task_restart{
    .id = 135, .name = "task.restart", .subject = "task",
    .doc = "The restart supervisor replaces this task by another in the same slot.",
    .fields = {{{"service", FieldType::name, "owning service"},
                {"replacement", FieldType::name, "the new task; empty when the policy forbids one"},
                {"delay", FieldType::duration, "restart delay applied"},
                {"why", FieldType::name, "failed, complete, node down, …"}}},
    .verbosity = 1};

// --- Decisions -----------------------------------------------------------------------------------
inline constexpr EventKind decision_placed{
    .id = 140, .name = "decision.placed", .subject = "task",
    .doc = "The scheduler placed a task: winner, score and what stood against it.",
    .fields = {{{"node", FieldType::name, "winner"},
                {"service_tasks", FieldType::integer, "active tasks of the service there before"},
                {"total_tasks", FieldType::integer, "active tasks there before"},
                {"candidates", FieldType::integer, "nodes that passed every filter"},
                {"refused", FieldType::integer, "nodes that some filter refused"},
                {"detail", FieldType::text, "JSON: runners_up[3], refusals per filter, ties"}}},
    .verbosity = 3};
inline constexpr EventKind decision_refused{
    .id = 141, .name = "decision.refused", .subject = "task",
    .doc = "No node was suitable; repeated only when the text changes.",
    .fields = {{{"message", FieldType::name, "no suitable node (…), SwarmKit's words"},
                {"refused", FieldType::integer, "nodes refused"},
                {"detail", FieldType::text, "JSON: per verdict the count and three names"}}},
    .verbosity = 1};

// --- Discovery: what a node knows of backends (subject: the node that learned) -------------------
inline constexpr EventKind discovery_added{
    .id = 150, .name = "discovery.added", .subject = "node",
    .doc = "This node learned by gossip that a task serves.",
    .fields = {{{"service", FieldType::name, "service"}, {"task", FieldType::name, "the backend"},
                {"backends", FieldType::integer, "backends of the service known here now"}}},
    .verbosity = 3};
inline constexpr EventKind discovery_removed{
    .id = 151, .name = "discovery.removed", .subject = "node",
    .doc = "This node learned that a backend is gone, or gave its silent host up.",
    .fields = {{{"service", FieldType::name, "service"}, {"task", FieldType::name, "the backend"},
                {"backends", FieldType::integer, "backends of the service known here now"},
                {"why", FieldType::name, "left or node failed"}}},
    .verbosity = 2};

// --- Rolling updates (subject: the service; 170..179) --------------------------------------------
#define GLASSHIVE_UPDATE_EVENT(identifier, number, kind_name, sentence, level)                    \
    inline constexpr EventKind identifier{                                                        \
        .id = number, .name = kind_name, .subject = "service", .doc = sentence,                   \
        .fields = {{{"message", FieldType::name, "UpdateStatus.Message"},                         \
                    {"image", FieldType::name, "of the spec that is being rolled out"}}},         \
        .verbosity = level}
GLASSHIVE_UPDATE_EVENT(update_started, 170, "update.started",
                       "The tasks of a changed service are being replaced.", 1);
GLASSHIVE_UPDATE_EVENT(update_paused, 171, "update.paused",
                       "Too many new tasks failed: the update stops where it is.", 0);
GLASSHIVE_UPDATE_EVENT(update_completed, 172, "update.completed",
                       "Every slot has its new task, and the last one was watched.", 1);
GLASSHIVE_UPDATE_EVENT(update_rollback_started, 173, "update.rollback_started",
                       "The service returns to its previous spec.", 0);
GLASSHIVE_UPDATE_EVENT(update_rollback_paused, 174, "update.rollback_paused",
                       "Too many tasks failed while rolling back.", 0);
GLASSHIVE_UPDATE_EVENT(update_rollback_completed, 175, "update.rollback_completed",
                       "The service is back at its previous spec.", 1);
#undef GLASSHIVE_UPDATE_EVENT
inline constexpr EventKind update_slot{
    .id = 176, .name = "update.slot", .subject = "service",
    .doc = "A worker of the update took on a slot (or a global service's node).",
    .fields = {{{"slot", FieldType::integer, "slot, or 0 for global services"},
                {"task", FieldType::name, "the new task; an old one may be good enough"},
                {"order", FieldType::name, "stop-first or start-first"},
                {"left", FieldType::integer, "slots that still wait for a worker"}}},
    .verbosity = 2};
inline constexpr EventKind update_failure{
    .id = 177, .name = "update.failure", .subject = "service",
    .doc = "A new task ended before it ran, or too soon after: it counts against the update.",
    .fields = {{{"task", FieldType::name, "which ended"},
                {"failures", FieldType::integer, "counted so far"},
                {"slots", FieldType::integer, "slots this update replaces"},
                {"ratio_allowed", FieldType::real, "more than this share of failures ends it"}}},
    .verbosity = 1};

// --- Secrets, configs, trust (180..189) ----------------------------------------------------------
inline constexpr EventKind file_created{
    .id = 180, .name = "file.created", .subject = "file",
    .doc = "A secret or config was created; only managers have it now.",
    .fields = {{{"kind", FieldType::name, "secret or config"},
                {"size", FieldType::bytes, "of its content"}}},
    .state = "created", .verbosity = 2};
inline constexpr EventKind file_removed{
    .id = 181, .name = "file.removed", .subject = "file",
    .doc = "A secret or config was removed from the swarm.",
    .fields = {{{"kind", FieldType::name, "secret or config"}}}, .ends_subject = true,
    .verbosity = 2};
inline constexpr EventKind file_received{
    .id = 182, .name = "file.received", .subject = "file",
    .doc = "A node was sent a secret or config, for a task there needs it.",
    .fields = {{{"kind", FieldType::name, "secret or config"},
                {"node", FieldType::name, "that has it in memory now"},
                {"task", FieldType::name, "the first there that needs it"}}},
    .verbosity = 2};
inline constexpr EventKind file_dropped{
    .id = 183, .name = "file.dropped", .subject = "file",
    .doc = "No task of the node needs the secret or config any more: it forgot it.",
    .fields = {{{"kind", FieldType::name, "secret or config"},
                {"node", FieldType::name, "that had it"}}},
    .verbosity = 2};
inline constexpr EventKind cluster_updated{
    .id = 184, .name = "cluster.updated", .subject = "cluster",
    .doc = "Something that holds for the whole swarm changed: a token, a key, a lifetime.",
    .fields = {{{"what", FieldType::name, "e.g. worker token rotated"}}}, .verbosity = 1};
inline constexpr EventKind certificate_issued{
    .id = 185, .name = "certificate.issued", .subject = "node",
    .doc = "The node has a new certificate.",
    .fields = {{{"role", FieldType::name, "worker or manager"},
                {"serial", FieldType::integer, "of the certificate"},
                {"valid_for", FieldType::duration, "from now"},
                {"why", FieldType::name, "joined, renewed, role changed or root rotated"}}},
    .verbosity = 3};
inline constexpr EventKind access_refused{
    .id = 186, .name = "access.refused", .subject = "node",
    .doc = "A manager refused to deal with a machine: no valid token, no valid certificate, or "
           "removed.",
    .fields = {{{"what", FieldType::name, "what it asked for: join, session or certificate"},
                {"error", FieldType::name, "as the machine is told"}}},
    .verbosity = 1};


// --- Networks and what the allocator gives (190..195) --------------------------------------------
inline constexpr EventKind network_created{
    .id = 190, .name = "network.created", .subject = "network",
    .doc = "A network of the whole swarm was created.",
    .fields = {{{"driver", FieldType::name, "overlay"}}}, .state = "created", .verbosity = 2};
inline constexpr EventKind network_allocated{
    .id = 191, .name = "network.allocated", .subject = "network",
    .doc = "The allocator gave the network its subnet.",
    .fields = {{{"subnet", FieldType::name, "e.g. 10.0.1.0/24"}}}, .verbosity = 2};
inline constexpr EventKind network_removed{
    .id = 192, .name = "network.removed", .subject = "network",
    .doc = "A network of the swarm was removed.", .ends_subject = true, .verbosity = 2};
inline constexpr EventKind service_allocated{
    .id = 193, .name = "service.allocated", .subject = "service",
    .doc = "The allocator gave the service its virtual addresses and published ports.",
    .fields = {{{"virtual_ips", FieldType::name, "NETWORK ADDRESS, comma-separated"},
                {"ports", FieldType::name, "as docker service ls shows them"}}},
    .verbosity = 2};
inline constexpr EventKind allocation_failed{
    .id = 194, .name = "allocation.failed", .subject = "task",
    .doc = "No address, subnet or port is left for a task (it stays NEW), a service or a network. "
           "Said once; tried again when something is given back, and every five minutes.",
    .fields = {{{"message", FieldType::name, "what was not found"},
                {"network", FieldType::name, "where"}}},
    .verbosity = 1};

inline constexpr std::array<const EventKind*, 57> all{&node_ready,
                                                      &node_down,
                                                      &node_availability,
                                                      &service_created,
                                                      &service_updated,
                                                      &service_removed,
                                                      &service_run,
                                                      &task_new,
                                                      &task_pending,
                                                      &task_assigned,
                                                      &task_accepted,
                                                      &task_preparing,
                                                      &task_ready,
                                                      &task_starting,
                                                      &task_running,
                                                      &task_complete,
                                                      &task_shutdown,
                                                      &task_failed,
                                                      &task_rejected,
                                                      &task_orphaned,
                                                      &task_desired,
                                                      &task_removed,
                                                      &task_restart,
                                                      &decision_placed,
                                                      &decision_refused,
                                                      &discovery_added,
                                                      &discovery_removed,
                                                      &file_created,
                                                      &file_removed,
                                                      &file_received,
                                                      &file_dropped,
                                                      &cluster_updated,
                                                      &certificate_issued,
                                                      &access_refused,
                                                      &update_started,
                                                      &update_paused,
                                                      &update_completed,
                                                      &update_rollback_started,
                                                      &update_rollback_paused,
                                                      &update_rollback_completed,
                                                      &update_slot,
                                                      &update_failure,
                                                      &node_unknown,
                                                      &node_role,
                                                      &network_created,
                                                      &network_allocated,
                                                      &network_removed,
                                                      &service_allocated,
                                                      &allocation_failed,
                                                      &node_removed,
                                                      &raft_leader,
                                                      &raft_stepdown,
                                                      &raft_candidate,
                                                      &raft_member,
                                                      &raft_snapshot,
                                                      &raft_vote,
                                                      &raft_log};

}   // namespace glasshive::swarm::events
