// `clients` and `replications` of a store.
#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "scenario/load.h"
#include "scenario/read_json.h"
#include "scenario/read_services.h"
#include "store/json/print.h"

namespace glasshive::scenario {

namespace {

/// Where a step's node is: a host of this store.
void check_node(const std::string& host, const yaml::Value& place,
                const store::ClusterSpec& cluster) {
    const auto& hosts = cluster.hosts;
    if (std::find(hosts.begin(), hosts.end(), host) != hosts.end()) return;
    place.error(cluster.name + " has no node on " + yaml::quoted(host),
                "its hosts are " + listed(hosts));
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

void add_query(std::string& target, const std::string& query) {
    target += (target.find('?') == std::string::npos ? "?" : "&") + query;
}

}   // namespace

void Loader::read_store_clients(const yaml::Value& value, store::ClusterSpec& cluster) {
    for (const yaml::Value& item : value.items()) {
        Map map(Part::store_client, item);
        store::ClientSpec client;
        client.name = cluster.name + "-client-" + std::to_string(cluster.clients.size() + 1);
        map.read("name", client.name);
        for (const store::ClientSpec& other : cluster.clients) {
            map.check(other.name != client.name, "name",
                      "a client named " + yaml::quoted(client.name) + " exists already",
                      "give it a name of its own");
        }
        map.read("from", client.from);
        if (map.has("from")) check_host(client.from, map.value("from"));
        for (const auto& [host, place] : texts_of(map.value("node"))) {
            check_node(host, place, cluster);
            client.hosts.push_back(host);
        }
        const bool named = !client.hosts.empty();
        if (!named) client.hosts = store::member_hosts(cluster);
        map.read("timeout", client.timeout);
        map.check(client.timeout > Duration::zero(), "timeout", "a timeout is longer than 0s");
        // Without a node of its own a step asks the first one.
        for (const yaml::Value& step : map.value("steps").items()) {
            read_step(step, cluster, client);
        }
        std::stable_sort(client.steps.begin(), client.steps.end(),
                         [](const auto& a, const auto& b) { return a.at < b.at; });
        read_users(map, cluster, client);
        map.check(!client.steps.empty() || client.users > 0, "steps",
                  "the client has nothing to do", "steps: or users:");
        cluster.clients.push_back(std::move(client));
    }
}

void Loader::read_step(const yaml::Value& value, const store::ClusterSpec& cluster,
                       store::ClientSpec& client) {
    Map map(Part::step, value);
    store::StepSpec step;
    map.require("at", step.at);
    step.name = client.name + "-" + std::to_string(client.steps.size() + 1);
    map.read("name", step.name);
    map.check(store_steps_.insert(step.name).second, "name",
              "a step named " + yaml::quoted(step.name) + " exists already",
              "give each step a name of its own");
    std::size_t verbs = 0;
    const char* asks = "get";
    for (const char* const verb : {"get", "put", "post", "delete"}) {
        if (!map.read(verb, step.target)) continue;
        ++verbs;
        asks = verb;
        step.method = upper(verb);
        map.check(!step.target.empty() && step.target.find(' ') == std::string::npos, verb,
                  "a path has no spaces, and is not empty", std::string(verb) + ": orders/cart");
    }
    if (verbs != 1 && map.present()) {
        value.error(verbs == 0 ? "a step asks for something" : "a step is one request",
                    "one of get, put, post and delete, such as get: orders/cart");
    }
    if (!step.target.starts_with('/')) step.target.insert(0, "/");
    check_small_step(map, asks, step, cluster);
    std::int64_t copies = 0;
    if (map.read("w", copies, {1, 1000})) add_query(step.target, "w=" + std::to_string(copies));
    if (map.read("r", copies, {1, 1000})) add_query(step.target, "r=" + std::to_string(copies));
    if (map.has("body")) step.body = json_of(map.value("body"));
    const bool writes = step.method == "PUT" || step.method == "POST";
    map.check(writes || step.body.empty(), "body", step.method + " has no body", "remove it");
    map.read("based_on", step.based_on);
    if (map.has("based_on")) wanted_steps_.emplace_back(step.based_on, map.value("based_on"));
    for (const std::string& text : {step.target, step.body}) {
        for (const store::Reference& each : store::references_in(text)) {
            wanted_steps_.emplace_back(each.step, value);
        }
    }
    step.host = client.hosts.empty() ? "" : client.hosts.front();
    if (map.read("node", step.host)) check_node(step.host, map.value("node"), cluster);
    client.steps.push_back(std::move(step));
}

void Loader::read_users(Map& map, const store::ClusterSpec& cluster, store::ClientSpec& client) {
    int users = 0;
    if (map.read("users", users, {1, 100'000})) client.users = static_cast<std::uint32_t>(users);
    for (const char* const key : {"database", "document", "keys", "writes", "turns", "think_time",
                                  "start", "stop", "on_conflict", "r", "w"}) {
        map.check(users > 0 || !map.has(key), key, "only users have a " + std::string(key),
                  "users: 5");
    }
    if (users > 0) map.require("database", client.database);
    const auto& known = cluster.databases;
    const bool exists = std::any_of(known.begin(), known.end(),
                                    [&](const auto& each) { return each.name == client.database; });
    map.check(users == 0 || client.database.empty() || exists, "database",
              cluster.name + " has no database " + yaml::quoted(client.database),
              "list it under databases");
    check_small_users(map, cluster);
    map.read("document", client.document);
    read_count(map, "keys", client.keys, 1'000'000'000);
    map.check(client.keys > 0, "keys", "there is one document or more", "keys: 100");
    if (map.has("writes")) map.value("writes").into_fraction(client.writes);
    read_count(map, "turns", client.turns, 1'000'000'000);
    map.read("think_time", client.think_time);
    map.check(client.think_time > Duration::zero(), "think_time", "a thought is longer than 0s");
    map.read("start", client.start);
    map.read("stop", client.stop);
    map.check(client.start < client.stop, "stop", "the users stop before they start");
    using store::OnConflict;
    map.read("on_conflict", client.on_conflict,
             {{"give_up", OnConflict::give_up},
              {"retry", OnConflict::retry},
              {"overwrite", OnConflict::overwrite}});
    std::uint64_t r = 0, w = 0;
    read_count(map, "r", r, 1000);
    read_count(map, "w", w, 1000);
    client.r = static_cast<std::uint32_t>(r);
    client.w = static_cast<std::uint32_t>(w);
}

namespace {

/// "orders" is a database of the same cluster, "west/orders" one of another store.
std::string endpoint_of(const std::string& text, const std::vector<store::ClusterSpec>& stores) {
    const std::size_t slash = text.find('/');
    std::string out = "{\"url\":";
    if (slash == std::string::npos) {
        store::json::print_text(text, out = "");
        return out;
    }
    const std::string name = text.substr(0, slash);
    store::json::print_text("http://" + name + ":5984/" + text.substr(slash + 1), out);
    for (const store::ClusterSpec& each : stores) {
        if (each.name != name || each.admins.empty()) continue;
        out += ",\"auth\":{\"basic\":{\"username\":";
        store::json::print_text(each.admins.front().first, out);
        out += ",\"password\":";
        store::json::print_text(each.admins.front().second, out);
        out += "}}";
    }
    return out + "}";
}

}   // namespace

void Loader::read_replications(const yaml::Value& value, store::ClusterSpec& cluster) {
    store::ClientSpec client;
    client.name = cluster.name + "-replications";
    client.hosts = store::member_hosts(cluster);
    for (const yaml::Value& item : value.items()) {
        Map map(Part::replication, item);
        store::StepSpec step;
        step.at = std::chrono::seconds{1};
        map.read("at", step.at);
        step.name = cluster.name + "-replication-" + std::to_string(client.steps.size() + 1);
        map.read("name", step.name);
        map.check(store_steps_.insert(step.name).second, "name",
                  "a step named " + yaml::quoted(step.name) + " exists already",
                  "give each step a name of its own");
        step.host = client.hosts.empty() ? "" : client.hosts.front();
        if (map.read("node", step.host)) check_node(step.host, map.value("node"), cluster);
        step.body = "{";
        for (const char* const key : {"source", "target"}) {
            std::string text;
            if (!map.require(key, text)) continue;
            const std::string store = text.substr(0, text.find('/'));
            const bool far = store.size() < text.size();
            const auto& all = spec_.stores;
            const bool known =
                !far || store == cluster.name ||
                std::any_of(all.begin(), all.end(), [&](const auto& s) { return s.name == store; });
            map.check(known, key, "no store above is named " + yaml::quoted(store),
                      "DATABASE of this store, or STORE/DATABASE");
            std::vector<store::ClusterSpec> stores = all;
            stores.push_back(cluster);
            step.body += "\"" + std::string(key) + "\":" + endpoint_of(text, stores) + ",";
        }
        bool continuous = false, create_target = false;
        enum class By { document, request } by = By::document;
        map.read("continuous", continuous);
        map.read("create_target", create_target);
        map.read("by", by, {{"document", By::document}, {"request", By::request}});
        const bool once = by == By::request;
        step.body += "\"continuous\":" + std::string(continuous ? "true" : "false") +
                     ",\"create_target\":" + (create_target ? "true" : "false") + "}";
        step.method = once ? "POST" : "PUT";
        step.target = once ? "/_replicate" : "/_replicator/" + step.name;
        client.steps.push_back(std::move(step));
    }
    if (client.steps.empty()) return;
    std::stable_sort(client.steps.begin(), client.steps.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    cluster.clients.push_back(std::move(client));
}

void Loader::check_steps() {
    for (const auto& [name, place] : wanted_steps_) {
        if (store_steps_.count(name) > 0) continue;
        place.error("no step is named " + yaml::quoted(name), "a name that some step has");
    }
}

}   // namespace glasshive::scenario
