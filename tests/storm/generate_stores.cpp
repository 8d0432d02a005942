#include <algorithm>

#include "storm/generate.h"

namespace glasshive::storm {

namespace {

/// A store while it is drawn.
struct Drawn {
    std::string name;
    std::vector<std::string> hosts;
    bool couch = true;   ///< Else a small store, which knows documents only.
    struct Database {
        std::string name;
        bool partitioned = false;
        bool views = false;
    };
    std::vector<Database> databases;
};

std::string list_of(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return "[" + text + "]";
}

std::vector<std::string> some_hosts(const Plan& plan, Dice& dice) {
    std::vector<std::string> left = plan.hosts, chosen;
    const int count = std::min(dice.between(1, 5), static_cast<int>(left.size()));
    for (int i = 0; i < count; ++i) {
        const auto at = left.begin() + dice.between(0, static_cast<int>(left.size()) - 1);
        chosen.push_back(*at);
        left.erase(at);
    }
    return chosen;
}

const char* const design =
    "{_id: _design/sums, views: {by_n: {map: 'function (doc) { emit(doc.n % 3, doc.n || 0); }', "
    "reduce: _stats}, ids: {map: 'function (doc) { if (doc.n) emit(doc._id); }'}}}";

void add_database(Plan& plan, Drawn& store, Dice& dice) {
    Drawn::Database database{.name = "db" + std::to_string(store.databases.size() + 1),
                             .partitioned = store.couch && dice.chance(15),
                             .views = store.couch && dice.chance(50)};
    Entry entry{.text = "{name: " + database.name,
                .name = store.name + "/" + database.name,
                .needs = {store.name},
                .tag = "database",
                .of = store.name};
    if (store.couch && dice.chance(60)) entry.text += ", q: " + std::to_string(dice.between(1, 4));
    if (store.couch && dice.chance(40)) entry.text += ", n: " + std::to_string(dice.between(1, 4));
    if (database.partitioned) {
        entry.text += ", partitioned: true";
        entry.tag += ", database: partitioned";
    }
    entry.text += ", documents: [{count: " + std::to_string(dice.between(1, 60)) +
                  ", document: {_id: \"" + (database.partitioned ? "p{i%3}:" : "") +
                  "doc-{i}\", n: \"{i}\"}}";
    if (database.views) entry.text += std::string(", ") + design;
    entry.text += "]}";
    plan.draft.databases.push_back(std::move(entry));
    store.databases.push_back(std::move(database));
}

/// Users who read and edit the same few documents, through one node or through all.
void add_users(Plan& plan, const Drawn& store, Dice& dice) {
    const Drawn::Database& database = dice.one_of(store.databases);
    Entry entry{.text = "{users: " + std::to_string(dice.between(1, 6)) +
                        ", database: " + database.name + ", document: \"" +
                        (database.partitioned ? "p1:" : "") + "doc-{i}\"",
                .name = "",
                .needs = {store.name, store.name + "/" + database.name},
                .tag = "store users",
                .of = store.name};
    entry.text += ", keys: " + std::to_string(dice.between(1, 20)) +
                  ", writes: " + dice.one_of({"100%", "50%", "10%"}) +
                  ", think_time: " + dice.one_of({"100ms", "500ms", "2s"}) +
                  ", on_conflict: " + dice.one_of({"retry", "give_up", "overwrite"}) +
                  ", timeout: " + dice.one_of({"2s", "10s", "60s"}) +
                  ", start: " + seconds(dice.between(0, 60)) +
                  ", stop: " + seconds(plan.trouble_ends + 20);
    if (store.couch && dice.chance(30)) entry.text += ", w: " + std::to_string(dice.between(1, 3));
    if (store.couch && dice.chance(30)) entry.text += ", r: " + std::to_string(dice.between(1, 3));
    for (const auto& [key, names] :
         {std::pair(", node: ", store.hosts), {", from: ", plan.hosts}}) {
        if (!dice.chance(50)) continue;
        entry.needs.push_back(dice.one_of(names));
        entry.text += key + entry.needs.back();
    }
    entry.text += "}";
    plan.draft.store_clients.push_back(std::move(entry));
}

std::string request_of(const Drawn::Database& database, Dice& dice) {
    const std::string& db = database.name;
    const auto id = [&] {
        return std::string(database.partitioned ? "p1:" : "") + "doc-" +
               std::to_string(dice.between(1, 12));
    };
    switch (dice.between(1, 16)) {
        case 1: return "get: \"" + db + "/" + id() + "?conflicts=true&revs_info=true\"";
        case 2: return "get: \"" + db + "/_all_docs?include_docs=true\"";
        case 3: return "get: \"" + db + "/_changes?include_docs=true\"";
        case 4: return "post: \"" + db + "/_find\", body: {selector: {n: {$gt: 2}}, limit: 9}";
        case 5:
        case 6:
            return database.views ? "get: \"" + db + "/_design/sums/_view/by_n?group=true\""
                                  : "get: " + db;
        case 7: return "put: \"" + db + "/" + id() + "\", body: {n: 77}";   // A conflict, or new.
        case 8:
            return "post: \"" + db + "/_bulk_docs\", body: {docs: [{_id: \"" + id() +
                   "\", n: 1}, {_id: \"" + id() + "\", _rev: 2-aa, n: 5}, {_id: \"" + id() +
                   "\", _deleted: true}]}";
        case 9:   // As a replication would: always stored, beside what is there.
            return "post: \"" + db + "/_bulk_docs\", body: {new_edits: false, docs: [{_id: \"" +
                   id() + "\", _rev: 3-" + dice.one_of({"aa", "bb", "cc"}) + ", n: 6}]}";
        case 10:
            return "post: \"" + db + "/_index\", body: {index: {fields: [n]}, ddoc: by_n" +
                   std::to_string(dice.between(1, 2)) + "}";
        case 11: return "post: \"" + db + "/_compact\", body: {}";
        case 12: return "put: \"" + db + "/_revs_limit\", body: 5";
        case 13: return "put: extra" + std::to_string(dice.between(1, 2));
        case 14: return "delete: extra" + std::to_string(dice.between(1, 2));
        case 15: return "put: \"" + db + "/_local/mark\", body: {n: 1}";
        default: return "get: \"" + db + "/_shards\"";
    }
}

/// One who asks all sorts of things, some of which come to nothing.
void add_asker(Plan& plan, const Drawn& store, Dice& dice) {
    const Drawn::Database& database = dice.one_of(store.databases);
    Entry entry{.text = "{timeout: " + dice.one_of({"5s", "30s"}) + ", steps: [",
                .name = "",
                .needs = {store.name, store.name + "/" + database.name},
                .tag = "store steps",
                .of = store.name};
    const int count = dice.between(3, 14);
    std::vector<int> times;
    for (int i = 0; i < count; ++i) times.push_back(dice.between(1, plan.trouble_ends));
    std::sort(times.begin(), times.end());
    for (int i = 0; i < count; ++i) {
        if (i > 0) entry.text += ", ";
        entry.text += "{at: " + seconds(times[static_cast<std::size_t>(i)]) + ", " +
                      request_of(database, dice);
        if (dice.chance(60)) {
            entry.needs.push_back(dice.one_of(store.hosts));
            entry.text += ", node: " + entry.needs.back();
        }
        entry.text += "}";
    }
    entry.text += "]}";
    plan.draft.store_clients.push_back(std::move(entry));
}

void add_replication(Plan& plan, const Drawn& from, const Drawn& to, Dice& dice) {
    const std::string source = dice.one_of(from.databases).name;
    const bool here = from.name == to.name;
    const std::string target = here ? "copied" : dice.one_of(to.databases).name;
    Entry entry{.text = "{at: " + seconds(dice.between(2, plan.trouble_ends / 2)) + ", source: " +
                        source + ", target: " + (here ? target : to.name + "/" + target) +
                        (here ? ", create_target: true" : "") +
                        (dice.chance(60) ? ", continuous: true" : "") +
                        ", by: " + dice.one_of({"document", "request"}) + "}",
                .name = "",
                .needs = {from.name, from.name + "/" + source},
                .tag = "replication",
                .of = from.name};
    if (!here) entry.needs.insert(entry.needs.end(), {to.name, to.name + "/" + target});
    plan.draft.replications.push_back(std::move(entry));
}

/// A node's processes end for a while; a shard splits; a copy moves.
void add_store_commands(Plan& plan, const Drawn& store, Dice& dice) {
    const auto command = [&](int at, const std::string& line, const std::string& host) {
        plan.draft.commands.push_back({"{at: " + seconds(at) + ", run: store " + line + "}",
                                       "",
                                       {store.name, host},
                                       "command store"});
    };
    if (dice.chance(40)) {
        const std::string& host = dice.one_of(store.hosts);
        const int at = dice.between(5, plan.trouble_ends - 10);
        command(at, "crash " + host, host);
        command(dice.between(at + 1, plan.trouble_ends), "start " + host, host);
    }
    if (!store.couch) return;
    const std::string database = store.name + "/" + dice.one_of(store.databases).name;
    if (dice.chance(25)) {
        command(dice.between(5, plan.trouble_ends), "split " + database, store.hosts.front());
    }
    if (dice.chance(20) && store.hosts.size() > 1) {   // Comes to nothing with other ranges.
        const int at = dice.between(5, plan.trouble_ends - 40);
        const std::string range = dice.one_of({"00000000-7fffffff ", "00000000-ffffffff "});
        const std::string& host = dice.one_of(store.hosts);
        command(at, "add " + database + " " + range + host, host);
        const std::string& other = dice.one_of(store.hosts);
        if (dice.chance(50)) command(at + 35, "remove " + database + " " + range + other, other);
    }
}

std::string keys_of_couch(Dice& dice, std::string& tag) {
    std::string text = ", password_rounds: 10, net_tick: " + dice.one_of({"4s", "10s", "20s"}) +
                       ", request_timeout: " + dice.one_of({"5s", "20s", "60s"});
    if (dice.chance(30)) text += ", sync_delay: " + dice.one_of({"500ms", "5s", "10s"});
    if (dice.chance(30)) text += ", n: " + std::to_string(dice.between(1, 3));
    if (dice.chance(30)) {
        text += ", serialized_start: true";
        tag += ", store: serialized start";
    }
    return text;
}

std::string keys_of_small(Dice& dice, std::string& tag) {
    const std::string kind = dice.one_of({"2pc", "raft", "quorum"});
    tag += ", store: " + kind;
    std::string text = ", kind: " + kind;
    if (kind == "quorum" && dice.chance(50)) text += ", read_repair: true";
    if (kind == "raft" && dice.chance(50)) text += ", election_timeout: 300ms";
    return text;
}

void add_store(Plan& plan, std::vector<Drawn>& stores, Dice& dice) {
    Drawn store{.name = "store" + std::to_string(plan.draft.stores.size() + 1),
                .hosts = some_hosts(plan, dice),
                .databases = {}};
    std::string tag = "store, store: " + std::to_string(store.hosts.size()) + " nodes";
    store.couch = dice.chance(75);
    std::string text = "hosts: " + list_of(store.hosts) +
                       (store.couch ? keys_of_couch(dice, tag) : keys_of_small(dice, tag));
    if (dice.chance(20)) text += ", jitter: 0s";
    plan.draft.stores.push_back({text, store.name, store.hosts, tag, store.name});
    const int databases = dice.between(1, 2), users = dice.between(0, 2);
    for (int i = 0; i < databases; ++i) add_database(plan, store, dice);
    for (int i = 0; i < users; ++i) add_users(plan, store, dice);
    const int askers = store.couch ? dice.between(users == 0 ? 1 : 0, 2) : 0;
    for (int i = 0; i < askers; ++i) add_asker(plan, store, dice);
    if (!store.couch && users == 0) add_users(plan, store, dice);
    add_store_commands(plan, store, dice);
    if (!store.couch) return;
    stores.push_back(store);
    if (dice.chance(40)) add_replication(plan, store, dice.one_of(stores), dice);
}

}   // namespace

void add_stores(Plan& plan, Dice dice) {
    if (!dice.chance(35)) return;
    std::vector<Drawn> stores;
    add_store(plan, stores, dice);
    if (dice.chance(30)) add_store(plan, stores, dice);
}

}   // namespace glasshive::storm
