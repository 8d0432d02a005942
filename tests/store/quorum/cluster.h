#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/support.h"
#include "store/db/database.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/events.h"
#include "store/quorum/feeds.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/replica.h"
#include "store/quorum/values.h"

namespace glasshive::test {

using namespace std::chrono_literals;

/// An answer that has come, or not yet.
template <class Answer>
using Awaited = std::shared_ptr<std::optional<Answer>>;

/// Nodes n0, n1, … on hosts of their own, each with a coordinator and a replica.
struct StoreCluster {
    struct Node {
        store::NodeFiles files;
        store::ReplicaMachine machine;
        std::unique_ptr<store::Replica> replica;
        std::unique_ptr<store::Coordinator> coordinator;
        std::unique_ptr<store::Gatherer> gatherer;
        std::unique_ptr<store::Feeds> feeds;
    };
    explicit StoreCluster(std::size_t nodes, std::uint64_t seed = 1,
                          const store::CoordinatorOptions& options = {})
        : stream(names),
          topology(nodes),
          kernel((stream.add_sink(&log), stream), topology, seed),
          driver(kernel),
          all(nodes) {
        for (std::size_t i = 0; i < nodes; ++i) {
            const HostId host{static_cast<std::uint32_t>(i)};
            const std::string name = "n" + std::to_string(i);
            all[i].machine = {.node = name,
                              .cpu = kernel.add_queue(host, 4, 1),
                              .disk = kernel.add_queue(host, 200e6, 0)};
            all[i].replica = std::make_unique<store::Replica>(kernel, all[i].files, all[i].machine);
            members.push_back({.node = name, .replica = kernel.add_process(host, *all[i].replica)});
        }
        for (std::size_t i = 0; i < nodes; ++i) {
            all[i].coordinator = std::make_unique<store::Coordinator>(
                kernel, all[i].files, members[i].node, members, options);
            kernel.add_process(HostId{static_cast<std::uint32_t>(i)}, *all[i].coordinator);
            all[i].gatherer = std::make_unique<store::Gatherer>(
                kernel, all[i].files, *all[i].coordinator, members[i].node, members,
                options.request_timeout);
            kernel.add_process(HostId{static_cast<std::uint32_t>(i)}, *all[i].gatherer);
            all[i].feeds = std::make_unique<store::Feeds>(kernel, *all[i].gatherer, members);
            kernel.add_process(HostId{static_cast<std::uint32_t>(i)}, *all[i].feeds);
            start(i);
        }
    }
    void start(std::size_t i) {
        if (kernel.is_running(members[i].replica)) return;
        kernel.start(members[i].replica);
        kernel.start(all[i].coordinator->id());
        kernel.start(all[i].gatherer->id());
        kernel.start(all[i].feeds->id());
    }
    /// Its processes die, the host lives: peers notice at once.
    void kill(std::size_t i) {
        if (!kernel.is_running(members[i].replica)) return;
        kernel.kill(members[i].replica, scenario_cause);
        kernel.kill(all[i].coordinator->id(), scenario_cause);
        kernel.kill(all[i].gatherer->id(), scenario_cause);
        kernel.kill(all[i].feeds->id(), scenario_cause);
    }
    void cut(std::size_t a, std::size_t b) {
        topology.cut(host(a), host(b));
        topology.cut(host(b), host(a));
        kernel.topology_changed();
    }
    void heal(std::size_t a, std::size_t b) {
        topology.heal(host(a), host(b));
        topology.heal(host(b), host(a));
        kernel.topology_changed();
    }
    static HostId host(std::size_t i) { return HostId{static_cast<std::uint32_t>(i)}; }

    // --- A client's verbs, through a node --------------------------------------------------------
    template <class Answer>
    static auto keep(Awaited<Answer> into) {
        return [into](const Answer& answer) { *into = answer; };
    }
    template <class Answer>
    static Awaited<Answer> awaited() {
        return std::make_shared<std::optional<Answer>>();
    }

    int create(std::size_t via, std::uint32_t q = 2, std::int64_t n = 3, bool partitioned = false) {
        auto answer = awaited<store::StatusAnswer>();
        all[via].coordinator->create("orders", {.q = q, .n = n, .partitioned = partitioned},
                                     keep(answer));
        driver.run_for(1s);
        return answer->value_or(store::StatusAnswer{0}).status;
    }
    static store::Edit edit(std::string_view id, std::string_view body, std::string_view parent) {
        return {.id = store::json::SharedBytes::copy_of(id),
                .parent = parent.empty() ? std::nullopt : std::optional(rev(parent)),
                .content = content(body)};
    }
    Awaited<store::WriteAnswer> begin_put(std::size_t via, std::string_view id,
                                          std::string_view body, std::string_view parent = "",
                                          std::uint32_t w = 0) {
        auto answer = awaited<store::WriteAnswer>();
        all[via].coordinator->write("orders", {edit(id, body, parent)}, w, keep(answer));
        return answer;
    }
    /// The status within a second; 0: no answer yet.
    int put(std::size_t via, std::string_view id, std::string_view body,
            std::string_view parent = "", std::uint32_t w = 0) {
        const auto answer = begin_put(via, id, body, parent, w);
        driver.run_for(1s);
        return *answer ? (*answer)->status : 0;
    }
    /// "200 1-abc…", "404 missing", "500 timeout"; "" when there is no answer within `wait`.
    std::string get(std::size_t via, std::string_view id, std::uint32_t r = 0, Duration wait = 1s) {
        auto answer = awaited<store::ReadAnswer>();
        all[via].coordinator->read("orders", id, r, keep(answer));
        driver.run_for(wait);
        if (!*answer) return "";
        const store::ReadAnswer& a = **answer;
        return std::to_string(a.status) + " " +
               (a.status == 200 ? a.path.back().revision.text() : a.reason);
    }
    int security(std::size_t via) {
        auto answer = awaited<store::StatusAnswer>();
        all[via].coordinator->set_security("orders", content("{}")->body, keep(answer));
        driver.run_for(1s);
        return answer->value_or(store::StatusAnswer{0}).status;
    }
    int revs_limit(std::size_t via, Duration wait) {
        auto answer = awaited<store::StatusAnswer>();
        all[via].coordinator->set_revs_limit("orders", 10, keep(answer));
        driver.run_for(wait);
        return answer->value_or(store::StatusAnswer{0}).status;
    }
    int remove(std::size_t via) {
        auto answer = awaited<store::StatusAnswer>();
        all[via].coordinator->remove("orders", keep(answer));
        driver.run_for(1s);
        return answer->value_or(store::StatusAnswer{0}).status;
    }
    /// How many leaves a node's copy has of a document.
    std::size_t leaves(std::size_t node, std::string_view id) const {
        for (const auto& [shard, copy] : all[node].files.copies) {
            if (const store::Document* document = copy.find(id)) {
                return document->tree.leaves().size();
            }
        }
        return 0;
    }
    bool has(std::size_t node, std::string_view id, const store::Revision& revision) const {
        for (const auto& [shard, copy] : all[node].files.copies) {
            const store::Document* document = copy.find(id);
            if (document != nullptr && document->tree.find(revision)) return true;
        }
        return false;
    }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    std::vector<Node> all;
    std::vector<store::QuorumMember> members;
};

}   // namespace glasshive::test
