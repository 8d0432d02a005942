#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/quorum/node_watch.h"
#include "store/replicate/cluster.h"
#include "store/replicate/cluster_peer.h"
#include "store/replicate/internal.h"
#include "store/replicate/peer_server.h"
#include "store/replicate/scheduler.h"

namespace glasshive::test {

namespace rep = store::replicate;

struct Site;

/// Host "a1" is the second node of the site called a; a bare name is a database of the node itself.
struct SiteResolver final : rep::PeerResolver {
    std::vector<Site*> sites;
    rep::PeerAnswer<std::unique_ptr<rep::Peer>> resolve(const std::string& node,
                                                        const rep::Endpoint& endpoint,
                                                        const rep::PeerPatience& patience) override;
};

/// A world of hosts for clusters that replicate to one another.
struct Sites {
    explicit Sites(std::size_t hosts, std::uint64_t seed = 1)
        : stream(names),
          topology(hosts),
          kernel((stream.add_sink(&log), stream), topology, seed),
          driver(kernel) {}
    static HostId host(std::size_t i) { return HostId{static_cast<std::uint32_t>(i)}; }
    void cut(std::size_t a, std::size_t b, bool whole = true) {
        topology.cut(host(a), host(b));
        if (whole) topology.cut(host(b), host(a));
        kernel.topology_changed();
    }
    void heal(std::size_t a, std::size_t b) {
        topology.heal(host(a), host(b));
        topology.heal(host(b), host(a));
        kernel.topology_changed();
    }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    SiteResolver resolver;
};

/// One cluster of them, on the hosts from `first` on; nodes are called NAME0, NAME1, …
struct Site {
    struct Node {
        store::NodeFiles files;
        std::unique_ptr<store::Replica> replica;
        std::unique_ptr<store::Coordinator> coordinator;
        std::unique_ptr<store::Gatherer> gatherer;
        std::unique_ptr<store::Feeds> feeds;
        std::unique_ptr<store::InternalReplication> sync;
        std::unique_ptr<store::NodeWatch> watch;
        std::unique_ptr<rep::PeerServer> server;
        std::unique_ptr<rep::PeerClient> client;
        std::unique_ptr<rep::Scheduler> scheduler;
    };
    Site(Sites& sites, std::string called, std::size_t from, std::size_t nodes,
         rep::PeerGate* keeper = nullptr)
        : world(sites),
          name(std::move(called)),
          first(from),
          all(nodes),
          gate(keeper) {
        kernel::Kernel& kernel = world.kernel;
        for (std::size_t i = 0; i < nodes; ++i) {
            const std::string node = name + std::to_string(i);
            all[i].replica = std::make_unique<store::Replica>(
                kernel, all[i].files,
                store::ReplicaMachine{.node = node,
                                      .cpu = kernel.add_queue(host(i), 4, 1),
                                      .disk = kernel.add_queue(host(i), 200e6, 0)});
            members.push_back(
                {.node = node, .replica = kernel.add_process(host(i), *all[i].replica)});
        }
        std::vector<ProcessId> watches;
        for (std::size_t i = 0; i < nodes; ++i) watches.push_back(build(i));
        for (Node& node : all) node.watch->set_peers(watches);
        world.resolver.sites.push_back(this);
    }
    /// Every node runs replications, too. Before boot().
    void schedule(rep::SchedulerOptions options = {}) {
        options.server_uuid = "0123456789abcdef0123456789abcdef";
        options.epoch = 1'700'000'000;
        std::vector<ProcessId> schedulers;
        for (std::size_t i = 0; i < all.size(); ++i) {
            Node& node = all[i];
            node.scheduler = std::make_unique<rep::Scheduler>(
                world.kernel,
                rep::SchedulerNode{node.files, *node.coordinator, *node.gatherer, *node.feeds}, i,
                members, world.resolver, options);
            schedulers.push_back(add(i, *node.scheduler));
        }
        for (Node& node : all) node.scheduler->set_peers(schedulers);
    }
    ProcessId build(std::size_t i) {
        kernel::Kernel& kernel = world.kernel;
        Node& node = all[i];
        node.coordinator =
            std::make_unique<store::Coordinator>(kernel, node.files, members[i].node, members);
        add(i, *node.coordinator);
        node.gatherer = std::make_unique<store::Gatherer>(kernel, node.files, *node.coordinator,
                                                          members[i].node, members, 60s);
        add(i, *node.gatherer);
        node.feeds = std::make_unique<store::Feeds>(kernel, *node.gatherer, members);
        add(i, *node.feeds);
        node.sync = std::make_unique<store::InternalReplication>(kernel, node.files, *node.gatherer,
                                                                 i, members);
        add(i, *node.sync);
        node.server = std::make_unique<rep::PeerServer>(
            kernel,
            rep::PeerNode{node.files, *node.coordinator, *node.gatherer, *node.feeds, gate});
        add(i, *node.server);
        node.client = std::make_unique<rep::PeerClient>(kernel);
        add(i, *node.client);
        node.watch = std::make_unique<store::NodeWatch>(
            kernel, i, [this, i](std::size_t member, bool up) { noticed(i, member, up); });
        node.replica->set_listener([this, i](const std::string& shard) { changed(i, shard); });
        return add(i, *node.watch);
    }
    ProcessId add(std::size_t i, kernel::Process& process) {
        processes[i].push_back(world.kernel.add_process(host(i), process));
        return processes[i].back();
    }
    void changed(std::size_t i, const std::string& shard) {
        all[i].sync->updated(shard);
        if (all[i].scheduler) all[i].scheduler->updated(shard);
    }
    void noticed(std::size_t i, std::size_t member, bool up) {
        if (all[i].scheduler && up) all[i].scheduler->node_up(member);
        if (all[i].scheduler && !up) all[i].scheduler->node_down(member);
        if (up) return all[i].sync->node_up(member);
        all[i].sync->node_down(member);
        all[i].coordinator->node_down(member);
        all[i].gatherer->node_down(member);
    }
    bool runs(std::size_t i) const { return world.kernel.is_running(members[i].replica); }
    void boot(std::size_t i) {
        if (runs(i)) return;
        world.kernel.start(members[i].replica);
        for (const ProcessId process : processes[i]) world.kernel.start(process);
    }
    void boot() {
        for (std::size_t i = 0; i < all.size(); ++i) boot(i);
        world.driver.run_for(1s);
    }
    /// Its processes die, the host lives: peers notice at once.
    void crash(std::size_t i) {
        if (!runs(i)) return;
        for (auto at = processes[i].rbegin(); at != processes[i].rend(); ++at) {
            world.kernel.kill(*at, scenario_cause);
        }
        world.kernel.kill(members[i].replica, scenario_cause);
    }
    HostId host(std::size_t i) const { return Sites::host(first + i); }

    // --- A client's verbs, through a node --------------------------------------------------------
    int create(const std::string& database, std::uint32_t q = 2, std::size_t via = 0) {
        auto answer = StoreCluster::awaited<store::StatusAnswer>();
        all[via].coordinator->create(database, {.q = q}, StoreCluster::keep(answer));
        world.driver.run_for(1s);
        return answer->value_or(store::StatusAnswer{0}).status;
    }
    int remove(const std::string& database, std::size_t via = 0) {
        auto answer = StoreCluster::awaited<store::StatusAnswer>();
        all[via].coordinator->remove(database, StoreCluster::keep(answer));
        world.driver.run_for(1s);
        return answer->value_or(store::StatusAnswer{0}).status;
    }
    Awaited<store::WriteAnswer> begin_edit(const std::string& database, store::Edit edit,
                                           std::size_t via = 0) {
        auto answer = StoreCluster::awaited<store::WriteAnswer>();
        all[via].coordinator->write(database, {std::move(edit)}, 0, StoreCluster::keep(answer));
        return answer;
    }
    /// The new revision; "" when it was not stored.
    std::string edit(const std::string& database, const store::Edit& edit, std::size_t via = 0) {
        const auto answer = begin_edit(database, edit, via);
        world.driver.run_for(100ms);
        if (!*answer || (*answer)->decisions.empty()) return "";
        const store::Decision& decision = (*answer)->decisions.front();
        return (*answer)->status < 300 ? decision.revision.text() : "";
    }
    std::string put(const std::string& database, std::string_view id, std::string_view body = "{}",
                    std::string_view parent = "", std::size_t via = 0) {
        return edit(database, StoreCluster::edit(id, body, parent), via);
    }
    std::string erase(const std::string& database, std::string_view id, std::string_view parent) {
        store::Edit tombstone = StoreCluster::edit(id, "{}", parent);
        tombstone.content = content("{}", true);
        return edit(database, tombstone);
    }
    /// So many documents at once: PREFIX0, PREFIX1, …
    void fill(const std::string& database, const std::string& prefix, std::size_t count) {
        std::vector<store::Edit> edits;
        for (std::size_t i = 0; i < count; ++i) {
            edits.push_back(StoreCluster::edit(prefix + std::to_string(i),
                                               "{\"n\":" + std::to_string(i) + "}", ""));
        }
        all[0].coordinator->write(database, edits, 0, [](const store::WriteAnswer&) {});
        world.driver.run_for(2s);
    }
    /// By document, its leaves in winner order with what they hold, of one copy of each; "differ"
    /// where copies do.
    std::map<std::string, std::string> tale(const std::string& database) const {
        std::map<std::string, std::string> out;
        for (const Node& node : all) {
            for (const auto& [shard, copy] : node.files.copies) {
                if (store::parse_shard_name(shard)->database != database) continue;
                for (const auto slot : copy.documents().order()) {
                    const store::Document& document = copy.documents().at(slot);
                    const std::string text = leaves(document);
                    const auto [at, fresh] = out.emplace(std::string(document.id.view()), text);
                    if (!fresh && at->second != text) at->second = "differ";
                }
            }
        }
        return out;
    }
    static std::string leaves(const store::Document& document) {
        std::string out;
        for (const auto leaf : document.tree.leaves()) {
            const auto& node = document.tree.node(leaf);
            out += (out.empty() ? "" : " ") + node.revision.text();
            out += node.content->deleted ? "! " : " ";
            store::json::print(node.content->body.view(), out);
        }
        return out;
    }
    /// The checkpoint in this database; "" when there is none.
    std::string local(const std::string& database, const std::string& id) const {
        for (const Node& node : all) {
            for (const auto& [shard, copy] : node.files.copies) {
                if (store::parse_shard_name(shard)->database != database) continue;
                const auto* document = copy.find_local("_local/" + id);
                if (document != nullptr) return store::json::to_text(document->body.view());
            }
        }
        return "";
    }
    std::unique_ptr<rep::Peer> peer_of(Site& other, const std::string& database,
                                       std::size_t from = 0, std::size_t to = 0,
                                       const rep::PeerPatience& patience = {}) {
        return all[from].client->open({.server = other.all[to].server->id(),
                                       .name = database,
                                       .uri = "http://" + other.name + ":5984/" + database + "/"},
                                      patience);
    }

    Sites& world;
    std::string name;
    std::size_t first;
    std::vector<Node> all;
    std::vector<store::QuorumMember> members;
    std::map<std::size_t, std::vector<ProcessId>> processes;
    rep::PeerGate* gate;
};

inline rep::PeerAnswer<std::unique_ptr<rep::Peer>>
SiteResolver::resolve(const std::string& node, const rep::Endpoint& endpoint,
                      const rep::PeerPatience& patience) {
    const auto place = [this](const std::string& name) {
        for (Site* site : sites) {
            for (std::size_t i = 0; i < site->members.size(); ++i) {
                if (site->members[i].node == name) return std::pair{site, i};
            }
        }
        return std::pair<Site*, std::size_t>{nullptr, 0};
    };
    const auto [from, i] = place(node);
    const auto [to, j] = place(endpoint.bare ? node : endpoint.host);
    if (to == nullptr) return rep::PeerError{0, "nxdomain", "nxdomain"};
    return from->all[i].client->open({.server = to->all[j].server->id(),
                                      .name = endpoint.database(),
                                      .uri = endpoint.shown(),
                                      .who = {endpoint.user, endpoint.password, {}}},
                                     patience);
}

}   // namespace glasshive::test
