// Goal: what a quorum write costs, what a million documents hold, and what a view over 100,000 of
// them takes. Method: three nodes with copies of eight shards, 256 clients that write one new
// document of 200 bytes after the other through all coordinators; then the first query to a view,
// which maps all documents in JavaScript and reduces them. Without SimGrid, in processes of their
// own.
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "harness.h"
#include "kernel/bare_driver.h"
#include "kernel/kernel.h"
#include "store/json/parse.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/replica.h"
#include "store/search/indexer.h"
#include "store/search/searcher.h"

using namespace glasshive;

namespace {

class OnePath final : public kernel::Topology {
  public:
    std::size_t host_count() const override { return 3; }
    std::size_t link_count() const override { return 0; }
    std::string_view host_name(HostId) const override { return "host"; }
    kernel::PathInfo path(HostId, HostId) const override {
        return {.latency = std::chrono::microseconds{100}, .bottleneck = gigabits(10)};
    }
    void route(HostId, HostId, std::vector<LinkId>&) const override {}
    Bandwidth link_bandwidth(LinkId) const override { return gigabits(10); }
    EventId cut_since(std::uint32_t, HostId, HostId) const override { return scenario_cause; }
};

struct Cluster {
    explicit Cluster(std::int64_t n = 3) {
        for (std::uint32_t i = 0; i < 3; ++i) {
            const HostId host{i};
            const std::string name = "n" + std::to_string(i);
            machines.push_back({.node = name,
                                .cpu = kernel.add_queue(host, 16, 1),
                                .disk = kernel.add_queue(host, 2e9, 0)});
            replicas.push_back(std::make_unique<store::Replica>(kernel, files[i], machines[i]));
            members.push_back({.node = name, .replica = kernel.add_process(host, *replicas[i])});
            kernel.start(members[i].replica);
        }
        for (std::uint32_t i = 0; i < 3; ++i) {
            coordinators.push_back(
                std::make_unique<store::Coordinator>(kernel, files[i], members[i].node, members));
            kernel.start(kernel.add_process(HostId{i}, *coordinators[i]));
        }
        coordinators[0]->create("orders", {.q = 8, .n = n}, [](const store::StatusAnswer&) {});
        driver.run_for(std::chrono::seconds{1});
    }
    /// One after the other until nobody wants more.
    void write(std::size_t client) {
        if (left == 0) return;
        const std::string number = std::to_string(--left);
        const std::string body = "{\"customer\":\"c" + number + "\",\"items\":[1,2,3],\"note\":\"" +
                                 std::string(150, 'x') + "\"}";
        store::Edit edit{.id = store::json::SharedBytes::copy_of("order:" + number),
                         .content = store::ContentPtr({.body = store::json::parse(body).value})};
        coordinators[client % 3]->write("orders", {std::move(edit)}, 0,
                                        [this, client](const store::WriteAnswer& answer) {
                                            SIM_ASSERT(answer.status == 201);
                                            ++done;
                                            write(client);
                                        });
    }
    void run(std::uint64_t writes) {
        left = writes;
        for (std::size_t client = 0; client < 256; ++client) write(client);
        while (done < writes) driver.run_for(std::chrono::seconds{1});
    }

    Names names;
    EventStream stream{names};
    OnePath topology;
    kernel::Kernel kernel{stream, topology, 1};
    kernel::BareDriver driver{kernel};
    store::NodeFiles files[3];
    std::vector<store::QuorumMember> members;
    std::vector<store::ReplicaMachine> machines;
    std::vector<std::unique_ptr<store::Replica>> replicas;
    std::vector<std::unique_ptr<store::Coordinator>> coordinators;
    std::uint64_t left = 0;
    std::uint64_t done = 0;
};

/// The cluster's indexes, and a searcher on its first node.
struct Search {
    explicit Search(Cluster& cluster) : scripts(cluster.kernel) {
        constexpr std::chrono::seconds patience{60};
        for (std::uint32_t i = 0; i < 3; ++i) {
            gatherers.push_back(std::make_unique<store::Gatherer>(
                cluster.kernel, cluster.files[i], *cluster.coordinators[i], cluster.members[i].node,
                cluster.members, patience));
            cluster.kernel.start(cluster.kernel.add_process(HostId{i}, *gatherers[i]));
            indexers.push_back(std::make_unique<store::search::Indexer>(
                cluster.kernel, scripts,
                store::search::IndexerPlace{cluster.files[i], files[i], *cluster.replicas[i],
                                            *gatherers[i], cluster.machines[i]},
                processes));
            processes.push_back(cluster.kernel.add_process(HostId{i}, *indexers[i]));
            cluster.kernel.start(processes[i]);
        }
        searcher = std::make_unique<store::search::Searcher>(
            cluster.kernel, cluster.files[0], scripts, *cluster.coordinators[0], *gatherers[0],
            "n0", cluster.members, processes, patience);
        cluster.kernel.start(cluster.kernel.add_process(HostId{0}, *searcher));
    }

    store::search::Scripts scripts;
    store::search::IndexFiles files[3];
    std::vector<std::unique_ptr<store::Gatherer>> gatherers;
    std::vector<std::unique_ptr<store::search::Indexer>> indexers;
    std::vector<ProcessId> processes;
    std::unique_ptr<store::search::Searcher> searcher;
};

bench::Figures view(std::int64_t n, std::int64_t count) {
    Cluster cluster(n);
    Search search(cluster);
    cluster.run(static_cast<std::uint64_t>(count));
    const std::string design = R"js({"views":{"by_customer":{
        "map":"doc => emit(doc.customer, doc.items.length)",
        "reduce":"_sum"}}})js";
    store::Edit edit{.id = store::json::SharedBytes::copy_of("_design/d"),
                     .content = store::ContentPtr({.body = store::json::parse(design).value})};
    cluster.coordinators[0]->write("orders", {std::move(edit)}, 0, [](const auto&) {});
    cluster.driver.run_for(std::chrono::seconds{1});
    std::string body;
    const bench::Stopwatch watch;
    search.searcher->view("orders", "d", "by_customer", {},
                          [&](const store::search::Reply& reply) { body = reply.body; });
    while (body.empty()) cluster.driver.run_for(std::chrono::milliseconds{10});
    const double first = watch.seconds();
    SIM_ASSERT(body.find("\"value\":" + std::to_string(3 * count)) != std::string::npos);
    return {{"seconds", first}, {"items", static_cast<double>(count)}};
}

bench::Figures writes(std::int64_t count) {
    Cluster cluster;
    const bench::Stopwatch watch;
    cluster.run(static_cast<std::uint64_t>(count));
    return {{"seconds", watch.seconds()}, {"items", static_cast<double>(count)}};
}

const bool quorum_writes = bench::in_child(
    "store/quorum_writes", [](const auto&) { return writes(bench::scaled(200'000)); });
const bool documents = bench::in_child(
    "store/a_million_documents", [](const auto&) { return writes(bench::scaled(1'000'000)); });

const bool view_of_one_copy = bench::in_child(
    "store/view_100000_documents/n1", [](const auto&) { return view(1, bench::scaled(100'000)); });
const bool view_of_three_copies = bench::in_child(
    "store/view_100000_documents/n3", [](const auto&) { return view(3, bench::scaled(100'000)); });

}   // namespace
