#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swarm/spec.h"

/// The tables docker prints, from plain rows: `service ls`, `service ps`, `node ls`, `ps`… Pure;
/// ages are given, since only the caller knows what time it is.
/// Source: docker/cli 28.2.2 cli/command/{service,task,node,stack,formatter}.
namespace glasshive::words {

struct TableOptions {
    bool quiet = false;      ///< -q: ids alone.
    bool no_trunc = false;   ///< --no-trunc: ids, images, errors and commands whole.
};

/// docker node ls.
struct NodeRow {
    std::string id, hostname;
    std::string status;           ///< "ready", "down", "unknown", "disconnected".
    std::string availability;     ///< "active", "pause", "drain".
    std::string manager_status;   ///< "leader", "reachable", "unreachable"; "" for a worker.
    std::string engine_version = "28.2.2";
    bool self = false;   ///< The node asked: a * stands behind its id.
};
std::string node_table(std::vector<NodeRow> rows, const TableOptions& options = {});

/// docker service ls and docker stack services.
struct ServiceRow {
    std::string id, name;
    std::string mode = "replicated";
    std::uint64_t running = 0, desired = 0;
    /// Of a job: "2/2 (3/10 completed)"; of a global one, `desired` and these make the total.
    std::uint64_t completed = 0, completions = 0;
    std::uint64_t max_per_node = 0;   ///< 0: unlimited, and not shown.
    std::string image;
    std::vector<swarm::PortConfig> ports;   ///< Those of mode ingress are shown.
};
std::string service_table(std::vector<ServiceRow> rows, const TableOptions& options = {});

/// docker service ps, node ps and stack ps.
struct TaskRow {
    std::string id;
    std::string name;             ///< "web.1", or "agent.NODEID" for a global service.
    std::string image, node;      ///< No node yet: "".
    std::string desired, state;   ///< "running", "shutdown", "rejected"…
    Duration age{};               ///< Since the state was reported.
    Duration created_ago{};       ///< Newest first within a name.
    std::string error;
    std::vector<swarm::PortConfig> ports;   ///< Published in mode host.
};
std::string task_table(std::vector<TaskRow> rows, const TableOptions& options = {});

/// docker stack ls.
struct StackRow {
    std::string name;
    std::uint64_t services = 0;
};
std::string stack_table(std::vector<StackRow> rows);

/// docker ps, in the order given.
struct ContainerPort {
    std::string ip;   ///< "" when it is not published.
    std::uint32_t container = 0, host = 0;
    swarm::Protocol protocol = swarm::Protocol::tcp;
};
struct ContainerRow {
    std::string id, image, command;
    Duration created_ago{};
    std::string status;   ///< The engine's text: container_status().
    std::vector<ContainerPort> ports;
    std::vector<std::string> names;
};
std::string container_table(const std::vector<ContainerRow>& rows,
                            const TableOptions& options = {});

/// "5 minutes", "About an hour", "2 weeks". Source: docker/go-units duration.go, HumanDuration.
std::string human_duration(Duration age);

/// What the engine says of a container: "Up 5 minutes (healthy)", "Exited (137) 2 hours ago",
/// "Created". Source: moby container/state.go, State.String.
struct ContainerState {
    bool running = false, paused = false, started_once = false;
    std::string health;   ///< "starting", "healthy", "unhealthy" or "".
    int exit_code = 0;
    Duration since{};   ///< Since it started, or ended.
};
std::string container_status(const ContainerState& state);

/// Rows of equal length in columns: at least 10 wide, 3 apart, the last one ragged.
/// Source: Go text/tabwriter as docker sets it up (minwidth 10, tabwidth 1, padding 3, ' ').
std::string columns(const std::vector<std::vector<std::string>>& rows);

}   // namespace glasshive::words
