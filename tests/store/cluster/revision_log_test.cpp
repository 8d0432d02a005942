// Goal: a recording says which revisions each copy holds, so that trees can be drawn from it, and
// stays small. Method: copies of a shard without a cluster around them; after each edit the log is
// told, and what it said is compared.
#include "store/cluster/revision_log.h"

#include <catch2/catch.hpp>

#include "store/cluster_events.h"
#include "store/quorum/cluster.h"

using namespace glasshive;
using namespace glasshive::store;
using test::content;
using test::rev;

namespace {

/// A copy on n0 and one on n1, and what was said of them: "n0 2-b of 1-a live".
struct Copies {
    test::StoreCluster world{1};
    RevisionLog log{world.kernel, "west/"};
    Database copies[2];
    std::string nodes[2] = {"n0", "n1"};
    std::size_t read = 0;

    std::string text(const Event& event, std::size_t field) {
        const NameId name{static_cast<std::uint32_t>(event.fields[field].integer)};
        return name.valid() ? std::string(world.names.text(name)) : "";
    }
    std::vector<std::string> said() {
        std::vector<std::string> lines;
        for (; read < world.log.events.size(); ++read) {
            const Event& event = world.log.events[read];
            if (event.kind != cluster::events::db_revision.id) continue;
            const std::string parent = text(event, 4);
            lines.push_back(text(event, 1) + " " + text(event, 3) +
                            (parent.empty() ? "" : " of " + parent) + " " + text(event, 5));
        }
        return lines;
    }
    std::vector<std::string> tell(std::string_view id = "a", bool conflict = false) {
        log.changed("orders", id, {{nodes[0], copies[0].find(id)}, {nodes[1], copies[1].find(id)}},
                    conflict);
        return said();
    }
    void put(int copy, std::initializer_list<const char*> newest_last, bool deleted = false,
             std::string_view id = "a") {
        ReplicatedEdit edit{.id = json::SharedBytes::copy_of(id)};
        for (const char* revision : newest_last) edit.path.push_back({rev(revision), {}});
        edit.path.back().content = content("{}", deleted);
        copies[copy].update_replicated(std::span(&edit, 1));
    }
};

using Lines = std::vector<std::string>;

}   // namespace

TEST_CASE("a revision is said once for each copy that comes to hold it", "[store][revisions]") {
    Copies all;
    all.put(0, {"1-a"});
    CHECK(all.tell() == Lines{"n0 1-a live"});
    CHECK(all.tell().empty());
    all.put(0, {"1-a", "2-b"});
    CHECK(all.tell() == Lines{"n0 2-b of 1-a live"});
    all.put(1, {"1-a", "2-b"});   // Its past comes along without what it held.
    CHECK(all.tell() == Lines{"n1 1-a missing", "n1 2-b of 1-a live"});
    all.put(1, {"1-a", "2-a"}, true);
    CHECK(all.tell() == Lines{"n1 2-a of 1-a deleted"});
    const auto known = all.world.names.find("west/orders/a");
    CHECK(known.valid());
}

TEST_CASE("what a copy forgets is said: bodies, purged leaves, a database", "[store][revisions]") {
    Copies all;
    all.put(0, {"1-a"});
    all.put(0, {"1-a", "2-b"});
    all.tell();
    all.copies[0].compact();
    CHECK(all.tell() == Lines{"n0 1-a missing"});
    const PurgeRequest purge{.uuid = "u", .id = "a", .revisions = {rev("2-b")}};
    all.copies[0].purge(std::span(&purge, 1));
    CHECK(all.tell() == Lines{"n0 1-a forgotten", "n0 2-b forgotten"});
    all.put(0, {"1-c"});
    all.tell();
    all.log.dropped("n0", "orders");
    CHECK(all.said() == Lines{"n0  forgotten"});
    CHECK(all.log.told_of("orders").empty());
}

TEST_CASE("of many documents the first are said, and those in conflict", "[store][revisions]") {
    Copies all;
    std::size_t said = 0;
    for (std::size_t i = 0; i < RevisionLog::documents_max + 50; ++i) {
        const std::string id = "d" + std::to_string(i);
        all.put(0, {"1-a"}, false, id);
        said += all.tell(id).size();
    }
    CHECK(said == RevisionLog::documents_max);
    CHECK(all.world.log.count(cluster::events::db_untold) == 1);
    CHECK_FALSE(all.world.names.find("west/orders/d240").valid());
    all.put(0, {"1-b"}, false, "d240");
    CHECK(all.tell("d240", true).size() == 2);   // Both leaves, from now on.
    all.put(0, {"1-b", "2-b"}, false, "d240");
    CHECK(all.tell("d240").size() == 1);
}
