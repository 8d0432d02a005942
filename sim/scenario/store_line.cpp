// "store crash n2", "store split orders": what an operator does to a store while it runs.
#include "scenario/store_line.h"

#include <algorithm>
#include <sstream>

#include "scenario/load.h"

namespace glasshive::scenario {

namespace {

using Do = StoreCommandSpec::Do;

struct Verb {
    std::string_view word;
    Do what;
    std::size_t least, most;   // Words behind it.
};
constexpr Verb verbs[] = {{"crash", Do::crash, 1, 2},  {"start", Do::start, 1, 2},
                          {"join", Do::join, 1, 2},    {"leave", Do::leave, 1, 2},
                          {"split", Do::split, 1, 2},  {"add", Do::add, 3, 3},
                          {"remove", Do::remove, 3, 3}};
constexpr const char* forms =
    "store crash, start, join or leave HOST; store split DATABASE [RANGE]; store add or remove "
    "DATABASE RANGE HOST";

/// "80000000-ffffffff"
bool is_range(const std::string& word) {
    if (word.size() != 17 || word[8] != '-') return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        const bool digit = ('0' <= word[i] && word[i] <= '9') || ('a' <= word[i] && word[i] <= 'f');
        if (i != 8 && !digit) return false;
    }
    return true;
}

bool has_database(const store::ClusterSpec& cluster, const std::string& name) {
    return std::any_of(cluster.databases.begin(), cluster.databases.end(),
                       [&](const store::DatabaseSpec& each) { return each.name == name; });
}

bool has_host(const store::ClusterSpec& cluster, const std::string& host) {
    return std::count(cluster.hosts.begin(), cluster.hosts.end(), host) > 0;
}

/// "orders" of the only store, or "west/orders". False: there is none.
bool find_database(const std::vector<store::ClusterSpec>& stores, const std::string& word,
                   StoreCommandSpec& command) {
    for (const store::ClusterSpec& cluster : stores) {
        if (cluster.kind != store::Kind::couchdb) continue;   // It has no shards.
        for (const std::string& prefix : {std::string(), cluster.name + "/"}) {
            if (word.compare(0, prefix.size(), prefix) != 0) continue;
            const std::string name = word.substr(prefix.size());
            if (!has_database(cluster, name)) continue;
            command.store = cluster.name;
            command.database = name;
            return true;
        }
    }
    return false;
}

}   // namespace

bool is_store_line(const std::string& line) {
    std::istringstream words(line);
    std::string first;
    return words >> first && first == "store";
}

Result<StoreCommandSpec> read_store_line(const std::string& line,
                                         const std::vector<store::ClusterSpec>& stores) {
    std::istringstream words(line);
    std::vector<std::string> all;
    for (std::string word; words >> word;) all.push_back(word);
    StoreCommandSpec command{.line = line};
    const auto verb = std::find_if(std::begin(verbs), std::end(verbs), [&](const Verb& each) {
        return all.size() > 1 && each.word == all[1] && all.size() - 2 >= each.least &&
               all.size() - 2 <= each.most;
    });
    Diagnostics problems;
    const auto wrong = [&](const std::string& message, const std::string& hint) {
        problems.push_back(
            {.file = "command", .line = 0, .path = "", .message = message, .hint = hint});
    };
    if (verb == std::end(verbs)) {
        wrong(yaml::quoted(line) + " is no command for a store", forms);
        return problems;
    }
    command.what = verb->what;
    const bool of_database = verb->what >= Do::split;
    if (of_database && !find_database(stores, all[2], command)) {
        wrong("no store of kind couchdb has a database " + yaml::quoted(all[2]),
              "one of a store's `databases`, or STORE/DATABASE");
    }
    if (of_database && all.size() > 3) command.range = all[3];
    if (!command.range.empty() && !is_range(command.range)) {
        wrong(yaml::quoted(command.range) + " is no range", "such as 00000000-7fffffff");
    }
    if (!of_database || all.size() > 4) command.host = all.back();
    if (!of_database && all.size() == 4) command.store = all[2];
    const bool known =
        std::any_of(stores.begin(), stores.end(), [&](const store::ClusterSpec& cluster) {
            const bool named = command.store.empty() || cluster.name == command.store;
            const bool ends = command.what == Do::crash || command.what == Do::start;
            const bool can = ends || cluster.kind == store::Kind::couchdb;   // Others' are fixed.
            return named && can && has_host(cluster, command.host);
        });
    if (!command.host.empty() && !known) {
        const bool ends = command.what == Do::crash || command.what == Do::start;
        wrong("no store " + std::string(ends ? "" : "of kind couchdb ") + "has a node on " +
                  yaml::quoted(command.host),
              "a host that a store of `stores` lists");
    }
    if (!problems.empty()) return problems;
    return command;
}

/// False: it is no such line.
bool Loader::take_store_line(const std::string& line, Duration at, const yaml::Value& place) {
    if (!is_store_line(line)) return false;
    auto command = read_store_line(line, spec_.stores);
    if (!command.ok()) {
        for (const Diagnostic& each : command.problems()) place.error(each.message, each.hint);
        return true;
    }
    command.value().at = at;
    spec_.store_commands.push_back(std::move(command.value()));
    return true;
}

}   // namespace glasshive::scenario
