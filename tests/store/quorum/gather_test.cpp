// Goal: everything that is asked of copies beside documents' edits and plain reads: what is
// quorate, and what the first copy of a range decides alone. Method: three nodes, n=3, q=2.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "store/quorum/asks.h"
#include "store/quorum/packed_seq.h"

using namespace glasshive;
using namespace glasshive::test;

TEST_CASE("_local documents believe whoever writes last and are listed nowhere",
          "[store][quorum]") {
    // couchdb.md 5 (_local/x), 12.8; couch_db_updater:increment_local_doc_revs/1.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    REQUIRE(get_local(cluster, 0, "_local/x").status == 404);
    REQUIRE(put_local(cluster, 0, "_local/x").revision.text() == "0-1");
    REQUIRE(put_local(cluster, 1, "_local/x", "0-7").revision.text() == "0-8");   // Believed.
    REQUIRE(put_local(cluster, 2, "_local/x").revision.text() == "0-1");   // None given: stale.
    REQUIRE(get_local(cluster, 1, "_local/x").document->revision == 1);
    const store::LocalAnswer bad = put_local(cluster, 0, "_local/x", "1-abc");
    REQUIRE(bad.status == 500);
    REQUIRE(bad.reason == "Invalid rev format");
    REQUIRE(all_docs(cluster, 0).rows.empty());
    REQUIRE(changes(cluster, 0).rows.empty());
    cluster.kill(2);   // 3.4: as documents.
    REQUIRE(put_local(cluster, 0, "_local/x").status == 201);
    cluster.kill(1);
    REQUIRE(put_local(cluster, 0, "_local/x").status == 202);
    REQUIRE(get_local(cluster, 0, "_local/x").status == 200);
    REQUIRE(put_local(cluster, 0, "_local/x", "", true).revision.text() == "0-0");
    REQUIRE(get_local(cluster, 0, "_local/x").status == 404);
}

TEST_CASE("open_revs finds what any copy has, and repairs the others", "[store][quorum]") {
    // 3.2: fabric_doc_open_revs.erl. Two writers at once leave one leaf on each side.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    const auto a = cluster.begin_put(0, "a", R"({"by":"a"})");
    const auto b = cluster.begin_put(1, "a", R"({"by":"b"})");
    cluster.driver.run_for(1s);
    const std::string one = (*a)->decisions.front().revision.text();
    const std::string two = (*b)->decisions.front().revision.text();
    REQUIRE(one != two);
    const store::RevsAnswer named = open_revs(cluster, 2, "a", {one, "9-beef", two}, false, 3);
    REQUIRE(named.status == 200);
    REQUIRE(named.leaves.size() == 3);
    REQUIRE(!named.leaves[0].path.empty());
    REQUIRE(named.leaves[1].path.empty());   // {"missing":"9-beef"}
    REQUIRE(!named.leaves[2].path.empty());
    for (std::size_t node = 0; node < 3; ++node) REQUIRE(cluster.leaves(node, "a") == 2);
    const store::RevsAnswer all = open_revs(cluster, 0, "a");
    REQUIRE(all.leaves.size() == 2);
    REQUIRE(all.leaves[0].revision < all.leaves[1].revision);   // Ascending by rev.
    REQUIRE(open_revs(cluster, 0, "none").leaves.empty());
}

TEST_CASE("latest follows a revision to its leaves; no copy at all is 503", "[store][quorum]") {
    StoreCluster cluster(4);
    REQUIRE(cluster.create(0, 1, 1) == 201);
    std::size_t holder = 0;
    while (cluster.all[holder].files.copies.empty()) ++holder;
    const std::size_t via = (holder + 1) % 4;
    REQUIRE(cluster.put(via, "a", "{}") == 201);
    const std::string first = cluster.get(via, "a").substr(4);
    REQUIRE(cluster.put(via, "a", R"({"v":2})", first) == 201);
    const std::string second = cluster.get(via, "a").substr(4);
    REQUIRE(open_revs(cluster, via, "a", {first}).leaves[0].revision.text() == first);
    REQUIRE(open_revs(cluster, via, "a", {first}, true).leaves[0].revision.text() == second);
    cluster.kill(holder);
    REQUIRE(open_revs(cluster, via, "a", {first}).status == 503);
    REQUIRE(all_docs(cluster, via).status == 500);
    REQUIRE(all_docs(cluster, via).reason == "progress not possible");
    store::DocsOptions keys;
    keys.list.keys = std::vector<std::string>{"a"};
    REQUIRE(all_docs(cluster, via, keys).status == 412);   // 3.3
}

TEST_CASE("_revs_diff tells what is missing and what it may come from", "[store][quorum]") {
    // 5 (_revs_diff); fabric_doc_missing_revs.erl.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0, 4) == 201);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    const std::string first = cluster.get(0, "a").substr(4);
    const auto diff = [&](std::size_t via) {
        return answer_of<store::DiffAnswer>(cluster, [&](auto then) {
            store::query::RevsDiff wanted;
            wanted.wanted = {{store::json::SharedBytes::copy_of("a"), {rev(first), rev("3-beef")}},
                             {store::json::SharedBytes::copy_of("new"), {rev("1-beef")}}};
            cluster.all[via].gatherer->revs_diff("orders", wanted, then);
        });
    };
    const store::DiffAnswer answer = diff(1);
    REQUIRE(answer.documents[0].missing == std::vector{rev("3-beef")});
    REQUIRE(answer.documents[0].possible_ancestors == std::vector{rev(first)});
    REQUIRE(answer.documents[1].missing == std::vector{rev("1-beef")});
    for (std::size_t node = 0; node < 3; ++node) {   // Dead ranges: all is missing, 200 (3.3).
        cluster.all[node].replica->set_maintenance(store::Maintenance::on);
    }
    REQUIRE(diff(1).status == 200);
    REQUIRE(diff(1).documents[0].missing.size() == 2);
}

TEST_CASE("a purge forgets on w copies or is 202, and bumps the sequence", "[store][quorum]") {
    // 1.4, 3.4; fabric_doc_purge.erl.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    for (const std::string id : {"a", "b", "c"}) REQUIRE(cluster.put(0, id, "{}") == 201);
    const std::string first = cluster.get(0, "a").substr(4);
    const store::PurgeAnswer done = purge(cluster, 1, "a", first);
    REQUIRE(done.status == 201);
    REQUIRE(done.purged[0] == std::vector{rev(first)});
    REQUIRE(cluster.get(2, "a", 3) == "404 missing");   // Not deleted: never seen.
    REQUIRE(purge(cluster, 1, "b", "9-beef").purged[0].empty());
    REQUIRE(info(cluster, 0).info.purge_seq == 2);
    cluster.kill(2);
    REQUIRE(purge(cluster, 0, "b", first).status == 201);
    cluster.kill(1);
    REQUIRE(purge(cluster, 0, "c", first).status == 202);
}

TEST_CASE("all documents in order of bytes, whichever shard they are on", "[store][quorum]") {
    // 7 (_all_docs), 12.12.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0, 8) == 201);
    for (const std::string id : {"b", "a", "B", "_design/d", "c", "aa"}) {
        REQUIRE(cluster.put(0, id, "{}") == 201);
    }
    REQUIRE(ids(all_docs(cluster, 1)) == "B _design/d a aa b c");
    store::DocsOptions o;
    o.list.start = "a";
    o.list.end = "b";
    REQUIRE(ids(all_docs(cluster, 1, o)) == "a aa b");
    REQUIRE(*all_docs(cluster, 1, o).offset == 2);
    o.list.inclusive_end = false;
    REQUIRE(ids(all_docs(cluster, 1, o)) == "a aa");
    std::swap(o.list.start, o.list.end);   // b … a: nothing, not an error.
    REQUIRE(ids(all_docs(cluster, 1, o)).empty());
    o.list.descending = true;   // Start and end change their meaning.
    REQUIRE(ids(all_docs(cluster, 1, o)) == "b aa");
    o.list.inclusive_end = true;
    o.skip = 1;
    o.limit = 1;
    REQUIRE(ids(all_docs(cluster, 1, o)) == "aa");
    REQUIRE(*all_docs(cluster, 1, o).offset == 2);
    store::DocsOptions keys;   // In their order, again and again.
    keys.list.keys = std::vector<std::string>{"c", "none", "a", "c"};
    REQUIRE(ids(all_docs(cluster, 1, keys)) == "c none? a c");
    REQUIRE(!all_docs(cluster, 1, keys).offset);
    REQUIRE(all_docs(cluster, 1, keys).total == 6);
    REQUIRE(info(cluster, 1).info.documents == 6);
}

TEST_CASE("a list right after a 201 may be stale, because one copy is enough", "[store][quorum]") {
    // 3.3, 12.4. The node that asks has missed the write, and its own copy answers first.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.kill(2);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    cluster.start(2);
    REQUIRE(ids(all_docs(cluster, 0)) == "a");
    REQUIRE(ids(all_docs(cluster, 2)).empty());
    REQUIRE(info(cluster, 2).info.documents == 0);
    REQUIRE(changes(cluster, 2).rows.empty());
    REQUIRE(cluster.get(2, "a").substr(0, 3) == "200");   // A read asks r copies.
}

TEST_CASE("maintenance mode: coordinates for others, serves no shard", "[store][quorum]") {
    // 3.4.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.all[2].replica->set_maintenance(store::Maintenance::on);
    REQUIRE(cluster.put(2, "a", "{}") == 201);
    REQUIRE(cluster.put(2, "b", "{}", "", 3) == 202);
    REQUIRE(cluster.leaves(2, "a") == 0);
    REQUIRE(ids(all_docs(cluster, 2)) == "a b");
    cluster.all[1].replica->set_maintenance(store::Maintenance::nolb);   // Serves.
    REQUIRE(cluster.put(2, "c", "{}") == 201);
}

namespace {

struct NoCats final : store::Validator {
    std::optional<store::Refusal> refuses(const store::EditWriter&,
                                          const store::EditSeen& edit) override {
        const std::string_view id = edit.id;
        if (id == "cat") return store::Refusal{"forbidden", "no cats"};
        if (id == "dog") return store::Refusal{"unauthorized", "who are you?"};
        return {};
    }
};

}   // namespace

TEST_CASE("a validation function's no is 403 or 401, unless w copies know better",
          "[store][quorum]") {
    // 1.2.8, 3.1: a refusal is not a good reply; the coordinator waits for all copies.
    NoCats rule;
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    for (auto& node : cluster.all) node.replica->set_validator(&rule);
    REQUIRE(cluster.put(0, "cat", "{}") == 403);
    REQUIRE(cluster.put(0, "dog", "{}") == 401);
    REQUIRE(cluster.put(0, "cow", "{}") == 201);
    cluster.all[0].replica->set_validator(nullptr);   // Has not heard of the design document.
    REQUIRE(cluster.put(0, "cat", "{}") == 202);
    cluster.all[1].replica->set_validator(nullptr);
    REQUIRE(cluster.put(1, "dog", "{}") == 201);
}
