#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/json/print.h"
#include "store/quorum/asks.h"
#include "store/quorum/node_watch.h"
#include "store/replicate/internal.h"

namespace glasshive::test {

/// A cluster whose copies bring each other what they miss.
struct SyncedCluster : StoreCluster {
    explicit SyncedCluster(std::size_t nodes, std::uint64_t seed = 1)
        : StoreCluster(nodes, seed),
          watches(nodes),
          syncs(nodes) {
        std::vector<ProcessId> peers;
        for (std::size_t i = 0; i < nodes; ++i) {
            syncs[i] = std::make_unique<store::InternalReplication>(kernel, all[i].files,
                                                                    *all[i].gatherer, i, members);
            watches[i] = std::make_unique<store::NodeWatch>(
                kernel, i, [this, i](std::size_t member, bool up) { noticed(i, member, up); });
            all[i].replica->set_listener(
                [this, i](const std::string& shard) { syncs[i]->updated(shard); });
            kernel.add_process(host(i), *syncs[i]);
            peers.push_back(kernel.add_process(host(i), *watches[i]));
        }
        for (auto& watch : watches) watch->set_peers(peers);
        for (std::size_t i = 0; i < nodes; ++i) boot(i);
        driver.run_for(1s);
    }
    void noticed(std::size_t node, std::size_t member, bool up) {
        if (also_noticed) also_noticed(node, member, up);
        if (up) return syncs[node]->node_up(member);
        syncs[node]->node_down(member);
        all[node].coordinator->node_down(member);
        all[node].gatherer->node_down(member);
    }
    void boot(std::size_t i) {
        start(i);
        if (kernel.is_running(syncs[i]->id())) return;
        kernel.start(syncs[i]->id());
        kernel.start(watches[i]->id());
    }
    void crash(std::size_t i) {
        if (!kernel.is_running(syncs[i]->id())) return;
        kernel.kill(watches[i]->id(), scenario_cause);
        kernel.kill(syncs[i]->id(), scenario_cause);
        kill(i);
    }
    bool idle() const {
        for (const auto& sync : syncs) {
            if (!sync->idle()) return false;
        }
        return true;
    }
    std::uint64_t pushed() const {
        std::uint64_t sum = 0;
        for (const auto& sync : syncs) sum += sync->documents_pushed();
        return sum;
    }

    /// Whoever else on a node must know.
    std::function<void(std::size_t node, std::size_t member, bool up)> also_noticed;
    std::vector<std::unique_ptr<store::NodeWatch>> watches;
    std::vector<std::unique_ptr<store::InternalReplication>> syncs;
};

/// Documents, leaves in winner order and what they hold: equal for copies that agree.
inline std::string told(const store::Database& copy) {
    std::string out;
    for (const auto slot : copy.documents().order()) {
        const store::Document& document = copy.documents().at(slot);
        out += std::string(document.id.view()) + ":";
        for (const auto leaf : document.tree.leaves()) {
            const auto& node = document.tree.node(leaf);
            out += " " + node.revision.text() + (node.content->deleted ? "! " : " ");
            store::json::print(node.content->body.view(), out);
        }
        out += "\n";
    }
    return out;
}

/// Every shard's different tales: one each when all copies agree.
inline std::map<std::string, std::set<std::string>> tales(const StoreCluster& cluster) {
    std::map<std::string, std::set<std::string>> out;
    for (const auto& node : cluster.all) {
        for (const auto& [shard, copy] : node.files.copies) out[shard].insert(told(copy));
    }
    return out;
}

}   // namespace glasshive::test
