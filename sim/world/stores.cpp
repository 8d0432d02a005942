#include "world/stores.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/quorum/node_files.h"
#include "store/shard/shard_map.h"

namespace glasshive::world {

Stores::Stores(kernel::Kernel& kernel, const platform::Platform& platform,
               platform::Machines& machines, const scenario::ScenarioSpec& spec,
               const std::string& run_name)
    : kernel_(kernel),
      platform_(platform),
      machines_(machines) {
    for (const store::ClusterSpec& cluster : spec.stores) {
        if (cluster.kind == store::Kind::couchdb) {
            add_couch(cluster);
        } else {
            add_small(cluster);
        }
    }
    for (door::couch::Front& store : couch_) {
        for (door::couch::Front& other : couch_) {
            if (&store != &other) store.resolver().know(other);
        }
    }
    if (spec.stores.empty()) return;
    std::vector<door::callers::Entrance> entrances;
    for (const auto& store : couch_) entrances.push_back(door::callers::entrance_of(store));
    for (const auto& store : small_) entrances.push_back(door::callers::entrance_of(store));
    crowd_.emplace(kernel_, std::move(entrances), [this](const std::string& host) {
        return host.empty() ? HostId{} : platform_.find_host(host);
    });
    operator_.emplace(kernel_, couch_, small_, spec.store_commands, run_name);
}

double Stores::disk_unit(HostId host) const {
    const Bytes much = gibibyte;
    return machines_.write_work(host, much) / static_cast<double>(much.count);
}

void Stores::add_couch(const store::ClusterSpec& cluster) {
    std::vector<store::NodePlace> places;
    for (const std::string& name : cluster.hosts) {
        const HostId host = platform_.find_host(name);
        places.push_back(
            {.name = store::node_name_of(cluster, name),
             .host = host,
             .cpu = machines_.cpu(host),
             .disk = machines_.disk(host),
             .disk_unit = disk_unit(host),
             .zone = std::string(platform_.zones()[platform_.zone_of(host)]),
             .joins_later = std::count(cluster.spares.begin(), cluster.spares.end(), name) > 0});
    }
    couch_.emplace_back(kernel_, cluster, std::move(places),
                        couch_.empty() ? nullptr : &couch_.front());
}

void Stores::add_small(const store::ClusterSpec& cluster) {
    std::vector<store::contrast::Place> places;
    for (const std::string& name : cluster.hosts) {
        const HostId host = platform_.find_host(name);
        places.push_back({.name = store::node_name_of(cluster, name),
                          .host = host,
                          .disk = machines_.disk(host),
                          .disk_unit = disk_unit(host)});
    }
    small_.emplace_back(kernel_, cluster, std::move(places));
}

void Stores::start() {
    for (door::couch::Front& store : couch_) store.start();
    for (door::contrast::Front& store : small_) store.start();
    if (crowd_) crowd_->start();
    if (operator_) kernel_.start(operator_->id());
}

EventId Stores::operate(const scenario::StoreCommandSpec& command, const char* who) {
    SIM_ASSERT(operator_.has_value());   // Who names a store's host or database has a store.
    return operator_->take(command, who);
}

bool Stores::ask(const std::string& store, store::StepSpec step) {
    return crowd_ && crowd_->ask(store, std::move(step));
}

std::optional<std::size_t> Stores::differing(const std::string& store,
                                             const std::string& database) const {
    for (const door::couch::Front& each : couch_) {
        if (each.name() == store) return each.observer().differing(database);
    }
    for (const door::contrast::Front& each : small_) {
        if (each.spec().name == store) return each.store().differing(database);
    }
    return std::nullopt;
}

std::vector<CopyFact> Stores::copies(const std::string& store, const std::string& database) const {
    std::vector<CopyFact> found;
    for (const door::couch::Front& each : couch_) {
        if (each.name() != store) continue;
        for (std::size_t i = 0; i < each.cluster().size(); ++i) {
            for (const auto& [name, copy] : each.cluster().node(i).files().copies) {
                const auto parsed = store::parse_shard_name(name);
                if (!parsed || parsed->database != database) continue;
                found.push_back({.host = each.host_name(i),
                                 .node = each.cluster().node(i).name(),
                                 .range = parsed->range.text(),
                                 .runs = each.cluster().is_running(i),
                                 .documents = copy.info().documents,
                                 .seq = copy.update_seq()});
            }
        }
    }
    return found;
}

}   // namespace glasshive::world
