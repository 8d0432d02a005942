// `stores:`, clusters of the document store.
#include <algorithm>

#include "scenario/load.h"
#include "scenario/read_json.h"
#include "scenario/read_services.h"

namespace glasshive::scenario {

void Loader::read_stores(const yaml::Value& value) {
    for (const yaml::Value& item : value.items()) {
        Map map(Part::store, item);
        store::ClusterSpec cluster;
        read_kind(map, cluster);
        map.read("name", cluster.name);
        for (const auto& [host, place] : texts_of(map.value("hosts"))) {
            check_host(host, place);
            if (std::count(cluster.hosts.begin(), cluster.hosts.end(), host) > 0) {
                place.error(yaml::quoted(host) + " is named twice", "a host runs one node");
            }
            cluster.hosts.push_back(host);
        }
        if (cluster.hosts.empty()) {
            for (const auto& host : hosts_.hosts) cluster.hosts.push_back(host.name);
        }
        for (const auto& [host, place] : texts_of(map.value("spares"))) {
            if (std::count(cluster.hosts.begin(), cluster.hosts.end(), host) == 0) {
                place.error(yaml::quoted(host) + " is none of the store's hosts",
                            "name it in `hosts`, too");
            }
            cluster.spares.push_back(host);
        }
        map.check(cluster.spares.empty() || !store::member_hosts(cluster).empty(), "spares",
                  "a cluster has one member or more", "leave a host out");
        map.read("node_name", cluster.node_name);
        map.check(cluster.hosts.size() < 2 || cluster.node_name.find("{}") != std::string::npos,
                  "node_name", "all nodes would have one name", "such as \"couchdb@{}\"");
        map.read("jitter", cluster.jitter);
        map.check(cluster.jitter >= Duration::zero() && cluster.jitter <= std::chrono::minutes{1},
                  "jitter", "a message takes longer by something from 0s to 1m", "jitter: 100us");
        read_small_store(map, cluster);
        if (cluster.kind == store::Kind::couchdb) {
            read_spread(map, cluster.q, cluster.n);
            read_store_times(map, cluster);
            map.read("serialized_start", cluster.serialized_start);
            map.read("epoch", cluster.epoch);
            read_admins(map, cluster);
        }
        read_databases(map.value("databases"), cluster);
        read_store_clients(map.value("clients"), cluster);
        if (cluster.kind == store::Kind::couchdb) {
            read_replications(map.value("replications"), cluster);
        }
        for (const store::ClusterSpec& other : spec_.stores) {
            map.check(!map.present() || other.name != cluster.name, "name",
                      "a store named " + yaml::quoted(cluster.name) + " exists already",
                      "give each store a name of its own");
        }
        spec_.stores.push_back(std::move(cluster));
    }
    check_steps();
    for (store::ClusterSpec& each : spec_.stores) {
        if (spec_.stores.size() > 1) each.prefix = each.name + "/";
    }
}

void Loader::read_spread(Map& map, std::uint32_t& q, std::int64_t& n) {
    std::uint64_t shards = q, copies = static_cast<std::uint64_t>(n);
    read_count(map, "q", shards, 1024);
    read_count(map, "n", copies, 1024);
    map.check(shards > 0 || !map.has("q"), "q", "a database has one shard or more", "q: 2");
    map.check(copies > 0 || !map.has("n"), "n", "a shard has one copy or more", "n: 3");
    q = static_cast<std::uint32_t>(shards);
    n = static_cast<std::int64_t>(copies);
}

void Loader::read_store_times(Map& map, store::ClusterSpec& cluster) {
    map.read("request_timeout", cluster.request_timeout);
    map.read("sync_delay", cluster.sync_delay);
    map.read("net_tick", cluster.net_tick);
    for (const char* const key : {"request_timeout", "net_tick"}) {
        const Duration time = key[0] == 'r' ? cluster.request_timeout : cluster.net_tick;
        map.check(time >= std::chrono::milliseconds{1}, key, "nobody waits for so short a time",
                  std::string(key) + ": 60s");
    }
}

void Loader::read_admins(Map& map, store::ClusterSpec& cluster) {
    if (map.has("password_rounds")) {
        std::uint64_t rounds = 1;
        read_count(map, "password_rounds", rounds, 10'000'000);
        map.check(rounds > 0, "password_rounds", "a password is hashed once or more often");
        cluster.iterations = static_cast<std::int64_t>(rounds);
    }
    const yaml::Value value = map.value("admins");
    if (!value.exists()) return;
    cluster.admins.clear();
    for (const auto& [name, password] : value.entries()) {
        std::string text;
        password.into(text);
        cluster.admins.emplace_back(name, text);
    }
}

void Loader::read_databases(const yaml::Value& value, store::ClusterSpec& cluster) {
    for (const yaml::Value& item : value.items()) {
        store::DatabaseSpec database;
        if (item.node().is_map()) {
            Map map(Part::database, item);
            map.require("name", database.name);
            check_small_database(map, cluster);
            if (cluster.kind == store::Kind::couchdb) {
                read_spread(map, database.q, database.n);
                map.read("partitioned", database.partitioned);
            }
            read_documents(map.value("documents"), database);
        } else {
            item.into(database.name);
        }
        if (!database.name.empty() && !store::is_database_name(database.name)) {
            item.error(yaml::quoted(database.name) + " is no name for a database",
                       "lower case letters first, then digits and _$()+/- too");
        }
        check_small_documents(item, cluster, database);
        for (const store::DatabaseSpec& other : cluster.databases) {
            if (other.name == database.name) {
                item.error(yaml::quoted(database.name) + " is listed twice", "once is enough");
            }
        }
        cluster.databases.push_back(std::move(database));
    }
}

/// Each is the document itself, or many of one shape.
void Loader::read_documents(const yaml::Value& value, store::DatabaseSpec& database) {
    for (const yaml::Value& item : value.items()) {
        store::DocumentSpec document;
        yaml::Value shape = item;
        if (!item.node().find("_id").exists()) {
            Map map(Part::documents, item);
            read_count(map, "count", document.count, 10'000'000);
            shape = map.required("document");
        }
        if (!shape.exists()) continue;
        const yaml::Node id = shape.node().find("_id");
        if (!id.is_scalar() || id.text().empty()) {
            shape.error("a document has an _id", "{_id: cart, items: 1}");
            continue;
        }
        if (document.count > 1 && id.text().find("{i") == std::string::npos) {
            shape.error("all of them would have one _id", "_id: \"doc-{i}\"");
        }
        document.text = json_of(shape);
        database.documents.push_back(std::move(document));
    }
}

}   // namespace glasshive::scenario
