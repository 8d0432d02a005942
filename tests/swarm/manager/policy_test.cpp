// Goal: each policy places every task where its formula says, whatever is kept between decisions.
// Method: random clusters, small ones and such as keep their rankings, against a reference that
// looks at every node for every task; counts of draws and of looks.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include "swarm/manager/store_bench.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

constexpr PlacementPolicy with_formulas[] = {
    PlacementPolicy::binpack,     PlacementPolicy::first_fit, PlacementPolicy::best_fit,
    PlacementPolicy::dot_product, PlacementPolicy::worst_fit, PlacementPolicy::least_loaded,
    PlacementPolicy::most_loaded, PlacementPolicy::balanced,  PlacementPolicy::tetris};

/// What is left on a node, worked out from the store alone.
struct Room { double cpus = 0, memory = 0, gpus = 0; std::int64_t tasks = 0; };

double gpus_of(const std::map<std::string, std::int64_t>& generic) {
    return generic.empty() ? 0.0 : static_cast<double>(generic.begin()->second);
}

/// The formulas once more, each node and each task anew, sharing no code with the scheduler.
class Reference {
  public:
    Reference(const StoreBench& bench, PlacementPolicy policy)
        : store_(bench.store), policy_(policy) {
        for (const Node& node : store_.nodes()) {
            cpus_ = std::max(cpus_, static_cast<double>(node.config->cpus.count));
            memory_ = std::max(memory_, static_cast<double>(node.config->memory.count));
            gpus_ = std::max(gpus_, gpus_of(node.config->generic));
            rooms_.push_back(room_of(node));
        }
    }
    /// Where the next task of the service goes; none when nowhere fits.
    NodeId place(ServiceId service) {
        const Resources& asked = store_.service(service).spec->task.reservations;
        NodeId best;
        std::vector<double> score;
        for (const Node& node : store_.nodes()) {
            const Room& room = rooms_[node.id.index()];
            if (node.state != NodeState::ready || node.availability != Availability::active ||
                room.cpus < static_cast<double>(asked.cpus.count) ||
                room.memory < static_cast<double>(asked.memory.count) ||
                room.gpus < gpus_of(asked.generic)) {
                continue;
            }
            const std::vector<double> other = score_of(node, room, asked);
            if (best.valid() && other <= score) continue;   // The first of equals.
            best = node.id;
            score = other;
        }
        if (!best.valid()) return best;
        Room& room = rooms_[best.index()];
        room.cpus -= static_cast<double>(asked.cpus.count);
        room.memory -= static_cast<double>(asked.memory.count);
        room.gpus -= gpus_of(asked.generic);
        ++room.tasks;
        return best;
    }

  private:
    Room room_of(const Node& node) const {
        Room room{static_cast<double>(node.config->cpus.count),
                  static_cast<double>(node.config->memory.count), gpus_of(node.config->generic), 0};
        store_.for_each(node.tasks, Store::By::node, [&](const Task& task) {
            if (task.observed < TaskState::assigned || task.observed > TaskState::running) return;
            room.cpus -= static_cast<double>(task.spec->task.reservations.cpus.count);
            room.memory -= static_cast<double>(task.spec->task.reservations.memory.count);
            room.gpus -= gpus_of(task.spec->task.reservations.generic);
            ++room.tasks;
        });
        return room;
    }
    std::vector<double> score_of(const Node& node, const Room& room, const Resources& asked) const {
        const double c = static_cast<double>(asked.cpus.count);
        const double m = static_cast<double>(asked.memory.count), g = gpus_of(asked.generic);
        if (policy_ == PlacementPolicy::first_fit) return {0};
        if (policy_ == PlacementPolicy::binpack) {
            const double all_cpus = static_cast<double>(node.config->cpus.count);
            const double all_memory = static_cast<double>(node.config->memory.count);
            const double cpu =
                c > 0 ? std::floor((all_cpus - room.cpus + c) * 100 / all_cpus) : 100;
            const double memory =
                m > 0 ? std::floor((all_memory - room.memory + m) * 100 / all_memory) : 100;
            return {cpu + memory, static_cast<double>(room.tasks)};
        }
        if (const auto kube = kube_score_of(node, room, asked); !kube.empty()) return kube;
        if (policy_ == PlacementPolicy::tetris) {
            const double cpus = static_cast<double>(node.config->cpus.count);
            const double memory = static_cast<double>(node.config->memory.count);
            const double gpus = gpus_of(node.config->generic);
            return {c / cpus * (room.cpus / cpus) + m / memory * (room.memory / memory) +
                    (gpus > 0 ? g / gpus * (room.gpus / gpus) : 0)};
        }
        const double other = gpus_ > 0 ? room.gpus / gpus_ : room.memory / memory_;
        const double wanted = gpus_ > 0 ? g / gpus_ : m / memory_;
        if (policy_ == PlacementPolicy::worst_fit) {
            return {std::trunc(100 * ((room.cpus / cpus_ - c / cpus_) * .5 +
                                      (other - wanted) * .5))};
        }
        if (policy_ == PlacementPolicy::best_fit) {
            return {std::trunc(100 * (1 - ((room.cpus / cpus_ - c / cpus_) * .5 +
                                           (other - wanted) * .5)))};
        }
        return {std::trunc(100 * (1 - (room.cpus / cpus_ * (c / cpus_) + other * wanted) / 2))};
    }

    std::vector<double> kube_score_of(const Node& node, const Room& room,
                                      const Resources& asked) const {
        const auto cpus = static_cast<double>(node.config->cpus.count);
        const auto memory = static_cast<double>(node.config->memory.count);
        const double c = cpus - room.cpus + static_cast<double>(asked.cpus.count);
        const double m = memory - room.memory + static_cast<double>(asked.memory.count);
        if (policy_ == PlacementPolicy::least_loaded) {
            return {std::floor((std::floor((cpus - c) * 100 / cpus) +
                                std::floor((memory - m) * 100 / memory)) / 2)};
        }
        if (policy_ == PlacementPolicy::most_loaded) {
            return {std::floor((std::floor(c * 100 / cpus) + std::floor(m * 100 / memory)) / 2)};
        }
        if (policy_ != PlacementPolicy::balanced) return {};
        if (c >= cpus || m >= memory) return {0};
        return {std::trunc((1 - std::abs(c / cpus - m / memory)) * 100)};
    }

    const Store& store_;
    PlacementPolicy policy_;
    std::vector<Room> rooms_;
    double cpus_ = 0, memory_ = 0, gpus_ = 0;
};

struct RandomCluster {
    RandomCluster(std::uint64_t seed, PlacementPolicy policy)
        : bench(seed, false, policy), random(seed, "test"), with_gpus(random.below(2) > 0) {
        const auto nodes = seed % 2 > 0 ? 2 + random.below(20) : 70 + random.below(60);
        for (std::uint64_t i = 0; i < nodes; ++i) add_node();
        for (int i = 0; i < 3; ++i) {
            ServiceSpec spec = StoreBench::spec("s" + std::to_string(i));
            if (random.below(4) > 0) spec.task.reservations.cpus = one_cpu * random.between(1, 3);
            if (random.below(2) > 0) {
                spec.task.reservations.memory = gibibyte * random.between(1, 5);
            }
            if (with_gpus && random.below(2) > 0) spec.task.reservations.generic["gpu"] = 1;
            services.push_back(bench.add_service(spec));
        }
    }
    void add_node() {
        NodeConfig config;
        config.cpus = one_cpu * random.between(2, 16);
        config.memory = gibibyte * random.between(4, 32);
        if (with_gpus && random.below(2) > 0) config.generic["gpu"] = random.between(1, 4);
        bench.add_node(std::move(config));
    }
    void disturb() {
        std::vector<TaskId> tasks;
        bench.store.for_each_task([&](const Task& task) { tasks.push_back(task.id); });
        for (const TaskId id : tasks) {
            const Task& task = *bench.store.task(id);
            // What found no node gives up, so that each round begins with nobody waiting.
            if (!task.node.valid() || random.below(4) == 0) bench.commit(TaskRemove{id});
        }
        const NodeId node{static_cast<std::uint32_t>(random.below(bench.store.nodes().size()))};
        bench.set_availability(node,
                               random.below(2) > 0 ? Availability::drain : Availability::active);
        if (random.below(3) == 0) add_node();
    }
    StoreBench bench;
    kernel::Rng random;
    bool with_gpus;
    std::vector<ServiceId> services;
};

}   // namespace

TEST_CASE("a policy places each task where its formula says",
          "[swarm][scheduler][random]") {
    std::size_t placed = 0, refused = 0;
    for (const PlacementPolicy policy : with_formulas) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            RandomCluster cluster(seed, policy);
            for (int round = 0; round < 8; ++round) {
                CAPTURE(built_in(policy).name(), seed, round);
                cluster.disturb();
                std::map<ServiceId, std::vector<TaskId>> groups;
                for (const ServiceId service : cluster.services) {
                    const auto count = static_cast<std::uint32_t>(1 + cluster.random.below(25));
                    groups[service] = cluster.bench.add_tasks(service, count);
                }
                Reference reference(cluster.bench, policy);
                cluster.bench.schedule();
                for (const auto& [service, tasks] : groups) {
                    for (const TaskId id : tasks) {
                        const NodeId expected = reference.place(service);
                        REQUIRE(cluster.bench.store.task(id)->node == expected);
                        ++(expected.valid() ? placed : refused);
                    }
                }
            }
        }
    }
    REQUIRE(placed > 5'000);
    REQUIRE(refused > 500);
}

TEST_CASE("the random policy is fair to all nodes that pass, and draws for each task",
          "[swarm][scheduler][random]") {
    const std::uint32_t count = GENERATE(10U, 100U);   // Without and with a kept ranking.
    StoreBench bench(1, false, PlacementPolicy::random);
    for (std::uint32_t i = 0; i < count; ++i) bench.add_node();
    bench.set_availability(NodeId{0}, Availability::drain);
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    std::vector<std::uint32_t> tasks(count);
    bench.add_tasks(web, 200 * (count - 1));
    bench.schedule();
    bench.store.for_each_task([&](const Task& task) { ++tasks[task.node.index()]; });
    REQUIRE(tasks[0] == 0);
    // 200 each on average, standard deviation 14: levelling would make them all equal.
    const auto [least, most] = std::minmax_element(tasks.begin() + 1, tasks.end());
    REQUIRE(*least > 130);
    REQUIRE(*most < 270);
    REQUIRE(*least < *most);
}

TEST_CASE("with no room left the random policy refuses the rest alike", "[swarm][scheduler]") {
    StoreBench bench(1, true, PlacementPolicy::random);
    for (int i = 0; i < 3; ++i) bench.add_node(2);
    ServiceSpec spec = StoreBench::spec("web");
    spec.task.reservations.cpus = one_cpu;
    const std::vector<TaskId> tasks = bench.add_tasks(bench.add_service(spec), 9);
    bench.schedule();
    for (std::size_t i = 0; i < 6; ++i) REQUIRE(bench.store.task(tasks[i])->node.valid());
    for (std::size_t i = 6; i < 9; ++i) {
        REQUIRE(bench.error(tasks[i]) ==
                "no suitable node (insufficient resources on 3 nodes)");
    }
}

TEST_CASE("under every policy one task costs as little among 10,000 nodes as among 100",
          "[swarm][scheduler][scale]") {
    const PlacementPolicy policy =
        GENERATE(PlacementPolicy::spread, PlacementPolicy::binpack, PlacementPolicy::random,
                 PlacementPolicy::first_fit, PlacementPolicy::best_fit,
                 PlacementPolicy::dot_product);
    CAPTURE(built_in(policy).name());
    for (const std::uint32_t count : {100U, 10'000U}) {
        StoreBench bench(1, false, policy);
        for (std::uint32_t i = 0; i < count; ++i) bench.add_node(100);
        ServiceSpec spec = StoreBench::spec("web");
        spec.task.reservations.cpus = one_cpu;
        const ServiceId web = bench.add_service(spec);
        bench.add_tasks(web, 1);
        bench.schedule();   // Judges all nodes, once.
        const std::uint64_t before = bench.scheduler.effort().filters_run;
        for (int i = 0; i < 50; ++i) {
            bench.add_tasks(web, 1);
            bench.schedule();
        }
        REQUIRE(bench.scheduler.effort().placed == 51);
        REQUIRE(bench.scheduler.effort().filters_run - before <= 120);
    }
}

TEST_CASE("spreading leaves no room for a large job where packing does", "[swarm][scheduler]") {
    const bool packs = GENERATE(false, true);
    StoreBench bench(1, true, packs ? PlacementPolicy::binpack : PlacementPolicy::spread);
    for (int i = 0; i < 4; ++i) bench.add_node(4, 8);
    ServiceSpec small = StoreBench::spec("small"), large = StoreBench::spec("large");
    small.task.reservations.memory = gibibyte * 2;
    large.task.reservations.memory = gibibyte * 6;
    const std::vector<TaskId> tasks = bench.add_tasks(bench.add_service(small), 8);
    bench.schedule();
    std::map<NodeId, std::size_t> on;
    for (const TaskId id : tasks) ++on[bench.store.task(id)->node];
    std::size_t fullest = 0;
    for (const auto& [node, count] : on) fullest = std::max(fullest, count);
    // What the crash of the fullest node takes along.
    REQUIRE(fullest == (packs ? 4U : 2U));
    REQUIRE(on.size() == (packs ? 2U : 4U));
    const TaskId job = bench.add_tasks(bench.add_service(large), 1)[0];
    bench.schedule();
    REQUIRE(bench.store.task(job)->node.valid() == packs);
    REQUIRE(bench.error(job) ==
            (packs ? "" : "no suitable node (insufficient resources on 4 nodes)"));
}

TEST_CASE("a packing decision names its policy and its score", "[swarm][scheduler]") {
    StoreBench bench(1, true, PlacementPolicy::binpack);
    for (int i = 0; i < 2; ++i) bench.add_node(4, 8);
    ServiceSpec spec = StoreBench::spec("web");
    spec.task.reservations.cpus = one_cpu;
    bench.add_tasks(bench.add_service(spec), 2);
    struct Details final : EventSink {
        std::vector<std::string> texts;
        void on_event(const Event& event, std::string_view text) override {
            if (event.kind == events::decision_placed.id) texts.emplace_back(text);
        }
    } details;
    bench.stream.add_sink(&details);
    bench.schedule();
    REQUIRE(details.texts.size() == 2);
    // A quarter of the CPUs, then half of them; no memory is asked, which counts as 100.
    REQUIRE(details.texts[0].find("\"policy\":\"binpack\",\"score\":125") != std::string::npos);
    REQUIRE(details.texts[0].find("\"score\":125}],\"ties\":1") != std::string::npos);
    REQUIRE(details.texts[1].find("\"policy\":\"binpack\",\"score\":150") != std::string::npos);
}
