#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "swarm/spec.h"
#include "words/flags.h"

/// What a docker command line asks for, as plain data. Nothing here has been carried out, and no
/// name has been looked up.
namespace glasshive::words {

using Texts = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct ServiceCreate {
    swarm::ServiceSpec spec;   ///< Replicas 1 when none were asked for. Empty name: the swarm's.
    bool detach = false, quiet = false;
};

/// Changes to one service, in the order written; apply() makes the new spec of the old one.
struct ServiceUpdate {
    std::string service;
    Flags changes;
    bool rollback = false;   ///< To the previous spec, then nothing else may change.
    bool detach = false, quiet = false;
};

struct ServiceScale {
    std::vector<std::pair<std::string, std::uint64_t>> replicas;   ///< In the order written.
    bool detach = false;
};

struct ServiceRollback {
    std::string service;
    bool detach = false, quiet = false;
};

/// node update, promote and demote: what stays as it is has no value.
struct NodeUpdate {
    Texts nodes;
    std::optional<std::string> availability;   ///< "active", "pause" or "drain".
    std::optional<std::string> role;           ///< "worker" or "manager".
    Pairs label_add;
    Texts label_remove;   ///< A label that is not there is docker's error.
};

struct StackDeploy {
    std::string stack;
    Texts files;   ///< "-" is standard input.
    bool prune = false, detach = true, quiet = false;
    std::string resolve_image = "always";
};

/// swarm init and join. Empty texts: the engine's defaults.
struct SwarmOptions {
    std::optional<bool> autolock;
    std::optional<Duration> certificate_expiry, dispatcher_heartbeat;
    std::optional<std::int64_t> task_history_limit;
    std::optional<std::uint64_t> snapshots_kept, snapshot_interval;
};
struct SwarmInit {
    SwarmOptions options;
    std::string advertise_address, listen_address = "0.0.0.0:2377", data_path_address;
    std::string availability = "active";
    bool force_new_cluster = false;
    std::uint32_t data_path_port = 0;   ///< 0: 4789.
    Texts address_pools;                ///< CIDRs; empty: 10.0.0.0/8.
    std::uint32_t address_pool_mask = 24;
};
struct SwarmJoin {
    std::string token, remote_address, advertise_address, data_path_address;
    std::string listen_address = "0.0.0.0:2377";
    std::string availability = "active";
};
struct SwarmUpdate {
    SwarmOptions options;
};
struct SwarmJoinToken {
    bool manager = false, rotate = false, quiet = false;
};
struct SwarmUnlockKey {
    bool rotate = false, quiet = false;
};
struct SwarmCa {
    bool rotate = false, detach = false, quiet = false;
    std::optional<Duration> certificate_expiry;
};

/// secret create and config create. The content is the file's, which nobody has read yet.
struct FileObjectCreate {
    std::string name, file;   ///< "-" is standard input.
    std::map<std::string, std::string> labels;
    std::string template_driver;
};

struct NetworkCreate {
    swarm::NetworkSpec spec;   ///< Driver bridge unless --driver says otherwise.
    bool ingress = false;
    std::string gateway;
};
struct NetworkConnect {
    bool connect = true;   ///< Else disconnect.
    std::string network, container;
    Texts aliases;
    bool force = false;
};
struct VolumeCreate {
    swarm::VolumeSpec spec;
};   ///< Empty name: the engine makes one.

/// docker run: a container of its own, no service.
struct ContainerRun {
    std::string name;                 ///< Empty: the engine makes one.
    swarm::ContainerSpec container;   ///< args is the command; mounts as given.
    swarm::Resources limits;
    struct Port {
        swarm::PortConfig port;
        std::string ip;
    };
    std::vector<Port> ports;
    std::vector<swarm::NetworkAttachment> networks;   ///< Empty: the default bridge.
    std::string restart = "no";   ///< "no", "always", "unless-stopped", "on-failure".
    std::int64_t restart_max = 0;
    std::optional<std::int64_t> stop_timeout_seconds;
    bool detach = false, remove = false, publish_all = false, quiet = false;
    std::string pull = "missing";
};

/// Commands that do one thing to each name: rm, stop, start, restart, kill, prune, tag, pull, push.
struct Names {
    Texts names;
    bool force = false;     ///< rm and prune: without asking.
    bool all = false;       ///< prune, pull and push: --all or --all-tags.
    bool volumes = false;   ///< container rm and system prune: --volumes.
    std::string signal;     ///< stop, restart, kill; empty: the default.
    std::optional<std::int64_t> timeout_seconds;
    Pairs filters;
};

struct ContainerExec {
    std::string container;
    Texts command, env;
    std::string user, dir;
    bool detach = false, interactive = false, tty = false;
};

struct ImageBuild {
    std::string context, file;
    Texts tags;
    Pairs arguments, labels;
    std::string target;
    bool no_cache = false, pull = false, quiet = false;
};

/// ls, ps, inspect, info, df and version: they only look.
struct Look {
    Texts names;
    Pairs filters;
    std::string format;
    bool quiet = false, all = false, no_trunc = false, no_resolve = false, pretty = false;
    bool size = false, latest = false, verbose = false;
    std::int64_t last = -1;
    std::string type;   ///< docker inspect --type.
};

/// service logs, container logs and events.
struct Logs {
    std::string name;
    bool follow = false, timestamps = false, details = false, raw = false;
    bool no_resolve = false, no_trunc = false, no_task_ids = false;
    std::string since, until, tail = "all", format;
    Pairs filters;
};

/// One command line. `verb` says which command the alternative is of, e.g. Names of service_rm.
struct Command {
    Verb verb = Verb::version;
    std::variant<Look, Names, Logs, ServiceCreate, ServiceUpdate, ServiceScale, ServiceRollback,
                 NodeUpdate, StackDeploy, SwarmInit, SwarmJoin, SwarmUpdate, SwarmJoinToken,
                 SwarmUnlockKey, SwarmCa, FileObjectCreate, NetworkCreate, NetworkConnect,
                 VolumeCreate, ContainerRun, ContainerExec, ImageBuild>
        what;
    /// -H or --context as written: which machine's engine is meant; empty: the default one.
    std::string host, context;
    /// Flags (and keys of long values) that docker knows and the simulation gives no meaning to.
    /// Whoever carries the command out says so.
    Texts unsimulated;
};

/// What docker's command line prints by itself, without an engine.
struct Printed {
    std::string out, err;
    int exit_code = 0;
    /// Ours, not docker's, which makes no guesses: "did you mean docker service?" May be empty.
    std::string hint = {};
};

}   // namespace glasshive::words
