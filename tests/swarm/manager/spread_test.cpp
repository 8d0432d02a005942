// Goal: placement preferences level a service's tasks between branches, whatever their size.
// Method: golden check 6 and small clusters by hand; then random clusters and preferences against a
// naive model that puts one task after another into the emptiest branch with room.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "swarm/manager/store_bench.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

using Labels = std::map<std::string, std::string>;
using Counts = std::map<std::string, int>;

NodeId add_labelled(StoreBench& bench, const Labels& labels, std::int64_t cpus = 100) {
    NodeConfig config;
    config.cpus = one_cpu * cpus;
    config.memory = gibibyte * 1000;
    config.labels = labels;
    return bench.add_node(std::move(config));
}

ServiceSpec spreading(std::vector<std::string> preferences) {
    ServiceSpec spec = StoreBench::spec("web");
    spec.task.placement.preferences = std::move(preferences);
    return spec;
}

/// A node's values of some labels, "a/1"; "" where it has none.
std::string place_of(const NodeConfig& node, const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        const auto at = node.labels.find(name);
        text += (text.empty() ? "" : "/") + (at == node.labels.end() ? "" : at->second);
    }
    return text;
}

/// Placed tasks of all services by the labels of their nodes.
Counts counts(const StoreBench& bench, const std::vector<std::string>& names) {
    Counts result;
    bench.store.for_each_task([&](const Task& task) {
        if (task.node.valid()) ++result[place_of(*bench.store.node(task.node).config, names)];
    });
    return result;
}

}   // namespace

TEST_CASE("golden: six replicas over a zone of one node and a zone of three are three and three",
          "[swarm][scheduler][spread][golden]") {
    StoreBench bench;
    add_labelled(bench, {{"zone", "a"}});
    for (int i = 0; i < 3; ++i) add_labelled(bench, {{"zone", "b"}});
    const ServiceId web = bench.add_service(spreading({"node.labels.zone"}));
    const auto ids = bench.add_tasks(web, 6);
    bench.schedule();
    CHECK(counts(bench, {"zone"}) == Counts{{"a", 3}, {"b", 3}});
    std::set<NodeId> in_b;   // Within a zone nodes are levelled as ever.
    for (const TaskId id : ids) {
        const NodeId node = bench.store.task(id)->node;
        if (node != NodeId{0}) in_b.insert(node);
    }
    CHECK(in_b.size() == 3);
}

TEST_CASE("without preferences the same cluster is filled by nodes", "[swarm][scheduler][spread]") {
    StoreBench bench;
    add_labelled(bench, {{"zone", "a"}});
    for (int i = 0; i < 3; ++i) add_labelled(bench, {{"zone", "b"}});
    // What is no label is ignored, as SwarmKit does.
    bench.add_tasks(bench.add_service(spreading({"node.hostname", "zone"})), 8);
    bench.schedule();
    CHECK(counts(bench, {"zone"}) == Counts{{"a", 2}, {"b", 6}});
}

TEST_CASE("preferences nest: zones first, then racks within each", "[swarm][scheduler][spread]") {
    StoreBench bench;
    for (const char* rack : {"1", "2"}) add_labelled(bench, {{"zone", "a"}, {"rack", rack}});
    for (const char* rack : {"1", "2", "3", "3"}) {
        add_labelled(bench, {{"zone", "b"}, {"rack", rack}});
    }
    bench.add_tasks(bench.add_service(spreading({"node.labels.zone", "Node.Labels.rack"})), 12);
    bench.schedule();
    CHECK(counts(bench, {"zone", "rack"}) ==
          Counts{{"a/1", 3}, {"a/2", 3}, {"b/1", 2}, {"b/2", 2}, {"b/3", 2}});
}

TEST_CASE("nodes without the label are a branch of their own", "[swarm][scheduler][spread]") {
    StoreBench bench;
    add_labelled(bench, {{"zone", "a"}});
    for (int i = 0; i < 4; ++i) add_labelled(bench, {});
    bench.add_tasks(bench.add_service(spreading({"node.labels.zone"})), 4);
    bench.schedule();
    CHECK(counts(bench, {"zone"}) == Counts{{"", 2}, {"a", 2}});
}

TEST_CASE("a branch without room is dropped and its share spreads over the rest",
          "[swarm][scheduler][spread]") {
    StoreBench bench;
    add_labelled(bench, {{"zone", "a"}}, 1);
    add_labelled(bench, {{"zone", "b"}});
    add_labelled(bench, {{"zone", "c"}});
    const NodeId drained = add_labelled(bench, {{"zone", "d"}});
    bench.set_availability(drained, Availability::drain);
    ServiceSpec spec = spreading({"node.labels.zone"});
    spec.task.reservations.cpus = one_cpu;
    const ServiceId web = bench.add_service(spec);
    bench.add_tasks(web, 9);
    bench.schedule();
    CHECK(counts(bench, {"zone"}) == Counts{{"a", 1}, {"b", 4}, {"c", 4}});
    // When nobody has room the rest waits, with SwarmKit's words.
    const auto more = bench.add_tasks(web, 300, 10);
    bench.schedule();
    CHECK(counts(bench, {"zone"}) == Counts{{"a", 1}, {"b", 100}, {"c", 100}});
    // Refusals count since a node last passed, as ever: those that filled up in the end.
    CHECK(bench.error(more.back()) == "no suitable node (insufficient resources on 2 nodes)");
}

TEST_CASE("tasks that are there count, and a branch above the others gets nothing",
          "[swarm][scheduler][spread]") {
    StoreBench bench;
    add_labelled(bench, {{"zone", "a"}});
    const ServiceId web = bench.add_service(spreading({"node.labels.zone"}));
    bench.add_tasks(web, 10);
    bench.schedule();
    add_labelled(bench, {{"zone", "b"}});
    add_labelled(bench, {{"zone", "c"}});
    bench.add_tasks(web, 4, 11);
    bench.schedule();
    CHECK(counts(bench, {"zone"}) == Counts{{"a", 10}, {"b", 2}, {"c", 2}});
}

TEST_CASE("a placement names the branch it was spread into", "[swarm][scheduler][spread]") {
    struct TextLog final : EventSink {
        std::vector<std::string> texts;
        void on_event(const Event& event, std::string_view text) override {
            if (event.kind == events::decision_placed.id) texts.emplace_back(text);
        }
    };
    StoreBench bench;
    TextLog log;
    bench.stream.add_sink(&log);
    add_labelled(bench, {{"zone", "a"}, {"rack", "1"}});
    add_labelled(bench, {{"zone", "b"}, {"rack", "2"}});
    bench.add_tasks(bench.add_service(spreading({"node.labels.zone", "node.labels.rack"})), 3);
    bench.schedule();
    REQUIRE(log.texts.size() == 3);
    const auto has = [&](std::size_t i, const std::string& part) {
        return log.texts[i].find(part) != std::string::npos;
    };
    CHECK(has(0, R"("spread":[{"by":"node.labels.zone","value":"a","tasks":0},)"
                 R"({"by":"node.labels.rack","value":"1","tasks":0}])"));
    CHECK(has(1, R"({"by":"node.labels.zone","value":"b","tasks":0})"));
    CHECK(has(2, R"({"by":"node.labels.zone","value":"a","tasks":1})"));
}

namespace {

/// One task after another into the emptiest branch that has room, everything counted anew.
class NaiveSpread {
  public:
    struct Place { std::vector<std::string> values; std::int64_t room; int tasks; };
    std::vector<Place> places;   ///< One per node.

    /// The values of the branch the next task goes to; nothing when no node has room.
    bool place_one() {
        std::vector<std::string> chosen;
        const std::size_t levels = places[0].values.size();
        while (chosen.size() < levels) {
            std::map<std::string, std::pair<int, bool>> below;   // Tasks, and whether one has room.
            for (const Place& place : places) {
                if (!within(place, chosen)) continue;
                auto& [tasks, room] = below[place.values[chosen.size()]];
                tasks += place.tasks;
                room = room || place.room > 0;
            }
            const std::string* best = nullptr;
            for (const auto& [value, count] : below) {
                if (!count.second) continue;
                if (best == nullptr || count.first < below.at(*best).first) best = &value;
            }
            if (best == nullptr) return false;
            chosen.push_back(*best);
        }
        for (Place& place : places) {
            if (!within(place, chosen) || place.room == 0) continue;
            --place.room, ++place.tasks;   // Which node of a branch does not matter here.
            return true;
        }
        return false;
    }
    Counts counts() const {
        Counts result;
        for (const Place& place : places) {
            std::string text;
            for (const std::string& value : place.values) text += (text.empty() ? "" : "/") + value;
            if (place.tasks > 0) result[text] += place.tasks;
        }
        return result;
    }

  private:
    static bool within(const Place& place, const std::vector<std::string>& values) {
        return std::equal(values.begin(), values.end(), place.values.begin());
    }
};

}   // namespace

TEST_CASE("300 random clusters are levelled as the naive model levels them",
          "[swarm][scheduler][spread][random]") {
    int placed = 0, refused = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        kernel::Rng random(seed, "test");
        StoreBench bench(seed, false);
        const std::vector<std::string> names = random.below(2) > 0
                                                   ? std::vector<std::string>{"x", "y"}
                                                   : std::vector<std::string>{"x"};
        std::vector<std::string> preferences;
        for (const std::string& name : names) preferences.push_back("node.labels." + name);
        NaiveSpread naive;
        const auto nodes = 1 + random.below(12);
        for (std::uint64_t i = 0; i < nodes; ++i) {
            Labels labels{{"x", std::string(1, static_cast<char>('a' + random.below(3)))},
                          {"y", std::string(1, static_cast<char>('p' + random.below(3)))}};
            const auto cpus = random.between(1, 12);
            NaiveSpread::Place place{.values = {}, .room = cpus, .tasks = 0};
            for (const std::string& name : names) place.values.push_back(labels[name]);
            const NodeId node = add_labelled(bench, labels, cpus);
            if (random.below(5) == 0) {
                bench.set_availability(node, Availability::pause);
                place.room = 0;
            }
            naive.places.push_back(std::move(place));
        }
        ServiceSpec spec = spreading(preferences);
        spec.task.reservations.cpus = one_cpu;
        const ServiceId web = bench.add_service(spec);
        std::uint32_t slot = 1;
        for (int round = 0; round < 4; ++round) {
            const auto count = static_cast<std::uint32_t>(random.below(20));
            const auto ids = bench.add_tasks(web, count, slot);
            slot += count;
            bench.schedule();
            for (const TaskId id : ids) {
                const bool fits = naive.place_one();
                REQUIRE(bench.store.task(id)->node.valid() == fits);
                ++(fits ? placed : refused);
            }
            REQUIRE(counts(bench, names) == naive.counts());
        }
    }
    CHECK(placed > 3'000);
    CHECK(refused > 500);
}
