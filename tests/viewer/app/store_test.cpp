// Goal: the Store panel tells what happened to a database: where its copies are, which of them lag,
// which requests were told what with how many copies. Method: a real cluster of three nodes loses
// one and then two of them; its recording is opened and asked, by the model and by a hand.
#include <catch2/catch.hpp>

#include <filesystem>

#include "kernel/events.h"
#include "platform/events.h"
#include "record/recorder.h"
#include "store/quorum/cluster.h"
#include "store/replicate/events.h"
#include "viewer/app/hand.h"
#include "viewer/model/store_rows.h"
#include "viewer/model/story.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

const EventRegistry& kinds() {
    static const EventRegistry all = [] {
        EventRegistry made;
        made.add(kernel::events::all);
        made.add(store::events::all);
        made.add(store::replicate::events::all);
        made.add(platform::events::all);
        return made;
    }();
    return all;
}

/// "orders" of two shards on n0, n1, n2. From 20 s on n2 is off, from 30 s on n1 as well.
std::string run_of_a_store() {
    const std::string path =
        (std::filesystem::temp_directory_path() / "glasshive_store_panel.hive").string();
    std::filesystem::remove(path);
    test::StoreCluster cluster(3);
    record::RecorderOptions options;
    options.path = path;
    auto opened = record::Recorder::open(options, kinds(), cluster.names);
    REQUIRE(opened.ok());
    record::Recorder& recorder = *opened.value();
    cluster.stream.add_sink(&recorder);
    const auto until = [&](int seconds) {
        cluster.driver.run_for(Time{} + std::chrono::seconds{seconds} - cluster.kernel.now());
    };
    const auto off = [&](std::size_t node) {
        cluster.kill(node);
        cluster.stream.emit(cluster.kernel.now(), scenario_cause, platform::events::host_off,
                            cluster.names.intern("h" + std::to_string(node)), {});
    };
    REQUIRE(cluster.create(0) == 201);
    for (const char* id : {"a", "b", "c", "d", "e", "f"}) CHECK(cluster.put(0, id, "{}") == 201);
    until(20);
    off(2);
    for (const char* id : {"g", "h", "i", "j"}) CHECK(cluster.put(0, id, "{}") == 201);
    until(30);
    off(1);
    CHECK(cluster.put(0, "k", "{}") == 202);   // One copy of the two that were wanted.
    until(40);
    cluster.stream.emit(cluster.kernel.now(), scenario_cause,
                        store::replicate::events::db_replication, cluster.names.intern("job+1"),
                        {field::name(cluster.names.intern("n0")),
                         field::name(cluster.names.intern("started")), field::integer(7)});
    until(50);
    REQUIRE_FALSE(recorder.close({.end_time = cluster.kernel.now()}));
    return path;
}

const std::string& recording() {
    static const std::string path = run_of_a_store();
    return path;
}

StoreNow store_at(int seconds) {
    auto glass = Glass::open(recording());
    REQUIRE(glass.ok());
    const Time at = Time{} + std::chrono::seconds{seconds};
    const auto state = glass.value().state_at(at);
    REQUIRE(state.ok());
    return store_of({at, EventId{}, *state.value(), {}}, glass.value());
}

Hand hand_at(int seconds, int width = 1280, int height = 720) {
    return Hand(
        {.file = recording(), .at = Time{} + std::chrono::seconds{seconds}, .panel = "Store"},
        width, height);
}

using Place = CopyCell::Place;

/// Nothing: the node has no copy of that shard.
std::optional<Place> place(const StoreDatabase& of, std::size_t shard, std::size_t node) {
    const int copy = of.shards.at(shard).copies.at(node);
    return copy < 0 ? std::optional<Place>() : of.copies[static_cast<std::size_t>(copy)].place;
}

std::string named(Hand& hand, const std::string& start, const std::string& end = "") {
    for (const auto& [name, rect] : hand.view().hits().all()) {
        if (name.compare(0, start.size(), start) != 0 || name.size() < end.size()) continue;
        if (name.compare(name.size() - end.size(), end.size(), end) == 0) return name;
    }
    FAIL("nothing is called " << start << "…" << end);
    return "";
}

}   // namespace

TEST_CASE("copies on a node that is off lag, and the panel's rows say by how much", "[store]") {
    const StoreNow before = store_at(19);
    REQUIRE(before.databases.size() == 1);
    const StoreDatabase& orders = before.databases.front();
    CHECK(orders.shards.size() == 2);
    CHECK(orders.nodes.size() == 3);
    CHECK(orders.copies.size() == 6);
    CHECK(orders.documents == 6);
    CHECK(orders.behind == 0);
    CHECK(orders.down == 0);

    const StoreNow after = store_at(29);
    const StoreDatabase& lagging = after.databases.front();
    CHECK(lagging.documents == 10);
    CHECK(lagging.down == 2);
    CHECK(lagging.nodes_up == std::vector<bool>{true, true, false});
    std::int64_t behind = 0;
    for (const CopyCell& copy : lagging.copies) behind += copy.behind;
    CHECK(behind == 4);   // What n2 missed.
    CHECK(store_at(0).databases.empty());
    CHECK(store_at(45).replications.size() == 1);
    CHECK(store_at(45).replications.front().written == 7);
}

TEST_CASE("while copies are split the rows tell which of them is asked, and count once",
          "[store]") {
    // Method: the recorded run of a node that crashes in the middle of a split.
    auto glass = Glass::open(recording_of("65_splitting_a_shard"));
    REQUIRE(glass.ok());
    Story story(glass.value());
    while (!story.done()) REQUIRE_FALSE(story.advance(10'000));
    const auto orders_at = [&](std::chrono::milliseconds at) {
        const auto state = glass.value().state_at(Time{} + at);
        REQUIRE(state.ok());
        const StoreNow now =
            store_of({Time{} + at, EventId{}, *state.value(), {}}, glass.value(), &story.stores());
        REQUIRE(glass.value().text(now.databases.front().name) == "orders");
        return now.databases.front();
    };
    struct Row {
        std::chrono::milliseconds at;
        int q;
        std::vector<std::optional<Place>> whole, half;   // By node.
    };
    const Row rows[] = {
        {std::chrono::milliseconds{29'000}, 1, {Place::asked, Place::asked, Place::asked}, {}},
        {std::chrono::milliseconds{30'230},
         1,
         {Place::asked, Place::asked, Place::asked},
         {Place::filling, {}, Place::filling}},
        {std::chrono::milliseconds{30'700},
         2,
         {Place::left, Place::asked, Place::left},
         {Place::asked, {}, Place::asked}},
        {std::chrono::milliseconds{35'000},
         2,
         {{}, Place::asked, {}},
         {Place::asked, {}, Place::asked}},
        {std::chrono::milliseconds{40'230},
         2,
         {{}, Place::asked, {}},
         {Place::asked, Place::filling, Place::asked}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.at.count());
        const StoreDatabase orders = orders_at(row.at);
        CHECK(orders.q == row.q);
        CHECK(orders.documents == 2000);
        CHECK(orders.splits() == !row.half.empty());
        REQUIRE(orders.shards.size() == (row.half.empty() ? 1 : 3));
        CHECK(glass.value().text(orders.shards[0].range) == "00000000-ffffffff");
        for (std::size_t node = 0; node < row.whole.size(); ++node)
            CHECK(place(orders, 0, node) == row.whole[node]);
        for (std::size_t node = 0; node < row.half.size(); ++node) {
            CHECK(orders.shards[1].depth == 1);
            CHECK(place(orders, 1, node) == row.half[node]);
            CHECK(place(orders, 2, node) == row.half[node]);
        }
    }
    const StoreDatabase moved = orders_at(std::chrono::milliseconds{200'000});
    CHECK(moved.q == 2);
    CHECK(place(moved, 0, 0) == Place::left);   // Moved to node-4; its file stays.
    CHECK(place(moved, 0, 3) == Place::asked);
    CHECK(place(moved, 1, 0) == Place::asked);
}

TEST_CASE("databases of two stores that share a name have a row each", "[store]") {
    auto glass = Glass::open(recording_of("61_replication"));
    REQUIRE(glass.ok());
    Story story(glass.value());
    while (!story.done()) REQUIRE_FALSE(story.advance(10'000));
    const Time at = Time{} + std::chrono::seconds{200};
    const auto state = glass.value().state_at(at);
    REQUIRE(state.ok());
    const StoreNow now =
        store_of({at, EventId{}, *state.value(), {}}, glass.value(), &story.stores());
    std::vector<std::string> names;
    for (const StoreDatabase& database : now.databases) {
        names.emplace_back(glass.value().text(database.name));
        CHECK(database.nodes.size() == 1);
    }
    CHECK(names == std::vector<std::string>{"home/diary", "travel/diary", "home/_replicator",
                                            "home/_users", "travel/_replicator", "travel/_users"});
    for (std::size_t i = 0; i < 2; ++i) {   // What else is said of it goes by the same name.
        const NameId name = now.databases[i].name;
        CHECK_FALSE(story.stores().requests_of(name).empty());
        CHECK_FALSE(story.stores().of_database(name).empty());
    }
}

TEST_CASE("a copy says how far it is once a second at most, and always in the end", "[store]") {
    test::StoreCluster cluster(3);
    REQUIRE(cluster.create(0, 1) == 201);
    std::vector<test::Awaited<store::WriteAnswer>> puts;
    for (int i = 0; i < 200; ++i) {
        puts.push_back(cluster.begin_put(0, "d" + std::to_string(i), "{}"));
        cluster.driver.run_for(std::chrono::milliseconds{20});
    }
    cluster.driver.run_for(std::chrono::seconds{2});
    std::map<NameId, const Event*> last;
    for (const Event& event : cluster.log.events) {
        if (event.kind != store::events::db_copy.id) continue;
        const Event*& before = last[event.subject];
        if (before != nullptr) CHECK(event.time - before->time >= std::chrono::seconds{1});
        before = &event;
    }
    CHECK(last.size() == 3);
    for (const auto& [copy, event] : last) CHECK(event->fields[4].integer == 200);
    CHECK(cluster.log.count(store::events::db_copy) <= 3 * 8);
    CHECK(cluster.remove(0) == 200);
    CHECK(cluster.log.count(store::events::db_copy_removed) == 3);
}

TEST_CASE("a copy, a request and a replication can be picked", "[gui][store]") {
    Hand hand = hand_at(45);
    const auto selected = [&] {
        return std::string(hand.view().glass().text(hand.view().selection().subject));
    };
    const std::string copy = named(hand, "Store/orders", "@ n2");
    hand.hover(copy);
    hand.click(copy);
    CHECK("Store/" + selected() == copy);
    hand.click("Store/job+1");
    CHECK(selected() == "job+1");
    hand.click("Store/orders");
    CHECK(selected() == "orders");
    hand.click(named(hand, "Store/write #"));   // The playhead goes to it.
    CHECK(selected() == "orders");
    const EventId chosen = hand.view().selection().event;
    const auto lines = hand.view().glass().lines(number_of(chosen), number_of(chosen));
    REQUIRE(lines.ok());
    CHECK(lines.value().front().kind == "db.write");
    hand.resize(320, 240);   // No room for much; nothing breaks.
    hand.rest();
    hand.resize(700, 300);
    hand.rest();
    CHECK(hand.sees("Store/n2"));
}

TEST_CASE("without a store, or before it, the panel says what to do", "[gui][store]") {
    CHECK_FALSE(hand_at(0).sees("Store/orders"));
    Hand none({.file = recording_of("02_node_crash"), .panel = "Store"}, 640, 360);
    none.rest();
    CHECK_FALSE(none.sees("Store/n2"));
}
