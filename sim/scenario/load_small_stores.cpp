// What a store of another kind than couchdb reads, and refuses.
#include <algorithm>
#include <array>

#include "scenario/load.h"
#include "scenario/read_services.h"

namespace glasshive::scenario {

namespace {

using store::Kind;

constexpr std::array couch_keys{"spares",     "q",        "admins",           "password_rounds",
                                "sync_delay", "net_tick", "serialized_start", "replications",
                                "epoch"};

std::string name_of(Kind kind) { return std::string(store::to_text(kind)); }

/// Names `kind` in what is refused: only the table's keys of that kind may stand there.
void refuse(Map& map, const char* key, Kind kind, Kind wanted) {
    map.check(!map.has(key), key,
              "a store of kind " + name_of(kind) + " has no " + std::string(key),
              "remove it, or write kind: " + name_of(wanted));
}

}   // namespace

void Loader::read_kind(Map& map, store::ClusterSpec& cluster) {
    map.read("kind", cluster.kind,
             {{"couchdb", Kind::couchdb},
              {"2pc", Kind::two_phase},
              {"raft", Kind::majority},
              {"quorum", Kind::random_quorum}});
    if (cluster.kind == Kind::couchdb) return;
    cluster.name = name_of(cluster.kind);
    cluster.node_name = name_of(cluster.kind) + "@{}";
}

void Loader::read_small_store(Map& map, store::ClusterSpec& cluster) {
    const Kind kind = cluster.kind;
    if (kind != Kind::couchdb) {
        for (const char* const key : couch_keys) refuse(map, key, kind, Kind::couchdb);
    }
    if (kind != Kind::random_quorum) {
        for (const char* const key : {"r", "w", "read_repair"}) {
            refuse(map, key, kind, Kind::random_quorum);
        }
    }
    if (kind != Kind::majority) refuse(map, "election_timeout", kind, Kind::majority);
    if (kind == Kind::couchdb) return;

    const std::uint64_t hosts = std::max<std::uint64_t>(cluster.hosts.size(), 1);
    std::uint64_t n = hosts;
    read_count(map, "n", n, 1024);
    map.check(n > 0 && n <= hosts, "n",
              "each copy stands on a host of its own, and there are " + std::to_string(hosts),
              "n: " + std::to_string(hosts));
    cluster.n = static_cast<std::int64_t>(std::clamp<std::uint64_t>(n, 1, hosts));
    std::uint64_t r = n / 2 + 1, w = n / 2 + 1;
    for (const char* const key : {"r", "w"}) {
        std::uint64_t& copies = key[0] == 'r' ? r : w;
        if (kind == Kind::random_quorum) read_count(map, key, copies, 1024);
        map.check(copies > 0 && copies <= n, key,
                  "a request needs one copy at least, and all n at most",
                  std::string(key) + ": " + std::to_string(n / 2 + 1));
    }
    cluster.r = static_cast<std::uint32_t>(r);
    cluster.w = static_cast<std::uint32_t>(w);
    if (kind == Kind::random_quorum) map.read("read_repair", cluster.read_repair);
    if (kind == Kind::majority) map.read("election_timeout", cluster.election_timeout);
    map.check(cluster.election_timeout >= std::chrono::milliseconds{10}, "election_timeout",
              "no leader can be heard so often", "election_timeout: 1s");
    // etcd server/config/config.go, ReqTimeout: 5 s and two elections. The others: Options.
    using std::chrono::seconds;
    cluster.request_timeout =
        kind == Kind::majority ? seconds{5} + 2 * cluster.election_timeout : seconds{2};
    map.read("request_timeout", cluster.request_timeout);
    map.check(cluster.request_timeout >= std::chrono::milliseconds{1}, "request_timeout",
              "nobody waits for so short a time", "request_timeout: 2s");
}

void Loader::check_small_database(Map& map, const store::ClusterSpec& cluster) {
    if (cluster.kind == Kind::couchdb) return;
    for (const char* const key : {"q", "n", "partitioned"}) {
        map.check(!map.has(key), key,
                  "a database of a store of kind " + name_of(cluster.kind) + " has no " +
                      std::string(key),
                  "the store itself has an n, and no shards");
    }
}

void Loader::check_small_documents(const yaml::Value& place, const store::ClusterSpec& cluster,
                                   const store::DatabaseSpec& database) {
    if (cluster.kind == Kind::couchdb) return;
    if (database.name.find('/') != std::string::npos) {
        place.error(yaml::quoted(database.name) + " is no name for a database of this kind",
                    "without a slash");
    }
    for (const store::DocumentSpec& each : database.documents) {
        if (each.text.find("\"_id\":\"_") == std::string::npos) continue;
        place.error("a store of kind " + name_of(cluster.kind) + " holds no design documents",
                    "remove it, or write kind: couchdb");
    }
}

void Loader::check_small_step(Map& map, const char* verb, const store::StepSpec& step,
                              const store::ClusterSpec& cluster) {
    if (cluster.kind == Kind::couchdb) return;
    const std::string kind = name_of(cluster.kind);
    const std::string path = step.target.substr(0, step.target.find('?'));
    const std::size_t slash = path.find('/', 1);
    const bool document = slash != std::string::npos && slash + 1 < path.size() &&
                          path[slash + 1] != '_' && path.find('/', slash + 1) == std::string::npos;
    map.check(step.method != "POST" && document, verb,
              "a store of kind " + kind + " knows only documents",
              "get, put or delete: orders/cart");
    if (cluster.kind == Kind::random_quorum) return;
    for (const char* const key : {"r", "w"}) refuse(map, key, cluster.kind, Kind::random_quorum);
}

void Loader::check_small_users(Map& map, const store::ClusterSpec& cluster) {
    if (cluster.kind == Kind::couchdb || cluster.kind == Kind::random_quorum) return;
    for (const char* const key : {"r", "w"}) refuse(map, key, cluster.kind, Kind::random_quorum);
}

}   // namespace glasshive::scenario
