#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "store/client_spec.h"

namespace glasshive::store {

/// Whether a database may be called so; system databases' names are not among them.
/// Source: couch_db.hrl, DBNAME_REGEX; couch_db:validate_dbname_int/2.
inline bool is_database_name(std::string_view name) {
    if (name.empty() || name.size() > 238 || name.front() < 'a' || name.front() > 'z') return false;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && std::string_view("_$()+/-").find(c) == std::string_view::npos) return false;
    }
    return true;
}

/// Whether a database's documents describe replications: "_replicator", "x/_replicator".
inline bool is_replicator_database(std::string_view name) {
    return name == "_replicator" || name.ends_with("/_replicator");
}

/// Which rules a store follows: CouchDB's, or those of the small stores in store/contrast.
enum class Kind : std::uint8_t {
    couchdb,
    two_phase,       ///< "2pc"
    majority,        ///< "raft"
    random_quorum,   ///< "quorum"
};
inline std::string_view to_text(Kind kind) {
    switch (kind) {
        case Kind::couchdb: return "couchdb";
        case Kind::two_phase: return "2pc";
        case Kind::majority: return "raft";
        case Kind::random_quorum: return "quorum";
    }
    return "";
}

/// A database that a cluster has from the start.
struct DatabaseSpec {
    std::string name;
    std::uint32_t q = 0;   ///< 0: the cluster's.
    std::int64_t n = 0;    ///< 0: the cluster's.
    bool partitioned = false;
    /// What is in it once it is there, design documents too, in order.
    std::vector<DocumentSpec> documents{};
};

/// A cluster of the document store, as a scenario describes it.
struct ClusterSpec {
    std::string name = "couchdb";
    Kind kind = Kind::couchdb;
    std::string prefix;   ///< Of its databases in events: "west/" when a run has several stores.
    std::vector<std::string> hosts;   ///< Where its nodes run, one on each.
    /// Of these, the ones whose nodes run but are no members until somebody adds them.
    std::vector<std::string> spares;
    /// A node's name; "{}" is its host's.
    std::string node_name = "couchdb@{}";
    std::uint32_t q = 2;             ///< [cluster] q
    std::int64_t n = 3;              ///< [cluster] n
    bool serialized_start = false;   ///< [fabric] serialize_worker_startup, after 3.5.2.
    Duration request_timeout = std::chrono::seconds{60};   ///< [fabric] request_timeout
    Duration sync_delay = std::chrono::seconds{5};         ///< [mem3] sync_delay
    Duration net_tick = std::chrono::seconds{60};          ///< Erlang's net_ticktime.
    /// Mean of what messages between its nodes take beyond the path's latency; 0: nothing. As much
    /// as two of the default links: a choice of the model, so that copies answer in any order.
    Duration jitter = std::chrono::microseconds{100};
    std::vector<std::pair<std::string, std::string>> admins{{"admin", "admin"}};
    /// Rounds of PBKDF2 for passwords; nothing: CouchDB's 600,000, a quarter of a second each.
    std::optional<std::int64_t> iterations{};
    std::vector<DatabaseSpec> databases;
    std::int64_t epoch = 1'700'000'000;   ///< Seconds since 1970 at the start of the run.
    std::vector<ClientSpec> clients;      ///< Names are unique.

    // Of the small stores alone; their `n` copies stand on the first hosts.
    std::uint32_t r = 2, w = 2;   ///< random_quorum: copies that a request draws.
    bool read_repair = false;     ///< random_quorum
    Duration election_timeout = std::chrono::seconds{1};   ///< majority; etcd's default.
};

/// The hosts whose nodes are members from the start, in their order.
inline std::vector<std::string> member_hosts(const ClusterSpec& cluster) {
    std::vector<std::string> hosts;
    for (const std::string& host : cluster.hosts) {
        bool spare = false;
        for (const std::string& each : cluster.spares) spare |= each == host;
        if (!spare) hosts.push_back(host);
    }
    return hosts;
}

/// The name of the node on a host.
inline std::string node_name_of(const ClusterSpec& cluster, const std::string& host) {
    std::string name = cluster.node_name;
    if (const std::size_t at = name.find("{}"); at != std::string::npos) name.replace(at, 2, host);
    return name;
}

}   // namespace glasshive::store
