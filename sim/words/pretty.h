#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "swarm/spec.h"

/// What `docker service inspect --pretty` and `docker node inspect --pretty` print.
/// Source: docker/cli cli/command/service/formatter.go serviceInspectPrettyTemplate,
/// cli/command/node/formatter.go nodeInspectPrettyTemplate.
namespace glasshive::words {

/// How the newest update of a service stands.
struct PrettyUpdate {
    std::string state, message;
    Duration started_ago{};
    std::optional<Duration> completed_ago;
};

struct PrettyService {
    std::string id;
    const swarm::ServiceSpec* spec = nullptr;
    std::vector<swarm::PortConfig> ports;      ///< With the numbers that the swarm gave.
    std::optional<PrettyUpdate> update;
};
std::string service_pretty(const PrettyService& service);

struct PrettyNode {
    std::string id, hostname, state, availability, address, os, architecture, engine_version;
    std::map<std::string, std::string> labels, engine_labels;
    /// "1970-01-01 00:00:10 +0000 utc": virtual time counts from the epoch.
    std::string joined;
    Cpus cpus{};
    Bytes memory{};
    std::string reachability;                  ///< "" for a worker.
    bool leader = false;
};
std::string node_pretty(const PrettyNode& node);

/// An instant of a run as docker prints dates.
std::string date_text(Time at);

}   // namespace glasshive::words
