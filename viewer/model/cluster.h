#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "record/state.h"
#include "viewer/model/glass.h"

namespace glasshive::viewer {

/// A container that executes on a host, as the host's engine says.
struct ContainerCell {
    NameId name;
    std::string service;
    std::string state;   ///< "running", "stopping"
    Time since{};
};

/// A host, with the two truths apart: what it is, and what the managers believe of it.
struct HostCell {
    NameId name;
    std::string text;
    std::string zone;
    std::string rack;
    std::string state;      ///< "on", "off", "paused"
    std::string believed;   ///< The node's: "ready", "down", "unknown"; "" outside the swarm.
    std::string role;       ///< "manager", "worker" or "".
    double cores = 0;
    std::int64_t memory_bytes = 0;
    Time since{};
    std::vector<ContainerCell> containers;   ///< In order of first mention.
};

struct ServiceRow {
    NameId name;
    std::string text;
    std::string mode;
    std::string image;
    /// What each of its tasks reserves; -1 where no event says so (panels/reservations.h).
    double reserved_cpus = -1;
    double reserved_memory = -1;   ///< Bytes.
    std::int64_t desired = 0;      ///< Tasks wanted; -1 for services that run one on every node.
    int running = 0;               ///< Tasks believed to run, on nodes not believed down.
    int waiting = 0;               ///< Tasks on their way to running.
    int failed = 0;                ///< Tasks that failed or were rejected, still remembered.
};

/// What the cluster looked like in one state.
struct Cluster {
    std::vector<HostCell> hosts;        ///< By zone, then by number within the name.
    std::vector<std::uint32_t> not_on;   ///< Which of them are not "on": mostly few.
    std::vector<ServiceRow> services;   ///< In order of creation.
};

/// Cost: the live hosts, containers, tasks and services. Fields a recording lacks stay empty.
Cluster cluster_of(const record::State& state, const Glass& glass);

}   // namespace glasshive::viewer
