// Goal: what `_changes` promises and what it does not, couchdb.md 6. Method: three nodes, n=3, q=4;
// what clients' feeds are told, in words.
#include <catch2/catch.hpp>

#include <set>

#include "store/quorum/asks.h"
#include "store/quorum/feeds.h"
#include "store/quorum/packed_seq.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

/// "a b | " and so on: rows, '.' for heartbeats, '|' for the end, "!400" for a refusal.
struct Listener {
    std::string text;
    std::string last_seq;
    store::Feeds::Tell tell() {
        return [this](const store::FeedEvent& event) {
            if (const auto* row = std::get_if<store::feed::Row>(&event)) {
                text += std::string(row->row.change.id.view()) + " ";
            } else if (const auto* end = std::get_if<store::feed::End>(&event)) {
                text += "|";
                last_seq = end->last_seq;
            } else if (const auto* refused = std::get_if<store::feed::Refused>(&event)) {
                text += "!" + std::to_string(refused->status);
            } else if (std::holds_alternative<store::feed::Waiting>(event)) {
                text += "~";
            } else {
                text += ".";
            }
        };
    }
};

struct OnlyA final : store::ChangeFilter {
    bool passes(const store::Document& document, store::Tree::Index) const override {
        return document.id.view().front() == 'a';
    }
};

}   // namespace

TEST_CASE("a sequence goes through a client's hands unchanged, garbage is 400", "[store][quorum]") {
    // fabric_view_changes:pack_seqs/1, decode_seq/1.
    store::PackedSeq packed;
    packed.ranges = {{{0, 0x7fffffff}, {"n0", "u0", 7}},
                     {{0x80000000, UINT32_MAX}, {"n1@host", "u1", 5'000'000'000}}};
    const std::string text = packed.text();
    REQUIRE(text.substr(0, 11) == "5000000007-");
    const auto again = store::PackedSeq::parse(text);
    REQUIRE(again);
    REQUIRE(again->text() == text);
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto cut = store::PackedSeq::parse(text.substr(0, length));
        REQUIRE((!cut || cut->text() != text));
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char c : {'A', '_', '?', '9'}) {
            std::string other = text;
            other[at] = c;
            store::PackedSeq::parse(other);   // Whatever it says, it says it in peace.
        }
    }
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    for (const std::string bad : {"1", "-", "x", "5-", "5-g2wAAA"}) {
        CAPTURE(bad);
        REQUIRE(changes(cluster, 0, {.since = bad}).status == 400);
    }
    REQUIRE(changes(cluster, 0, {.since = "0"}).status == 200);
}

TEST_CASE("read in pieces, every document appears once and pending counts down",
          "[store][quorum]") {
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0, 4) == 201);
    for (int i = 0; i < 20; ++i) REQUIRE(cluster.put(0, "d" + std::to_string(i), "{}") == 201);
    const std::string first = cluster.get(0, "d3").substr(4);
    REQUIRE(cluster.put(0, "d3", R"({"v":2})", first) == 201);   // Once, at its latest.
    store::ChangesOptions o{.limit = 3};
    std::multiset<std::string> seen;
    for (std::uint64_t left = 17;; left -= 3) {
        const store::ChangesAnswer some = changes(cluster, 1, o);
        REQUIRE(some.status == 200);
        for (const auto& row : some.rows) seen.emplace(row.change.id.view());
        REQUIRE(some.pending == (left > 17 ? 0 : left));
        if (some.rows.size() < 3) break;
        o.since = some.last_seq;
    }
    REQUIRE(seen.size() == 20);
    REQUIRE(std::set<std::string>(seen.begin(), seen.end()).size() == 20);
    o = {.limit = 0};
    REQUIRE(changes(cluster, 1, o).rows.empty());
    REQUIRE(changes(cluster, 1, o).pending == 20);
    REQUIRE(changes(cluster, 1, {.since = "now"}).rows.empty());
    store::ChangesOptions back;
    back.list.descending = true;
    REQUIRE(changes(cluster, 1, back).rows.size() == 20);
}

TEST_CASE("a row tells the winner, or all leaves with all_docs; a filter passes what it likes",
          "[store][quorum]") {
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    auto answer = StoreCluster::awaited<store::WriteAnswer>();
    std::vector<store::ReplicatedEdit> edits;
    for (const std::string revision : {"1-aa", "1-bb"}) {
        edits.push_back({store::json::SharedBytes::copy_of("a"), {{rev(revision), content("{}")}}});
    }
    cluster.all[0].coordinator->write_replicated("orders", edits, 0, StoreCluster::keep(answer));
    cluster.driver.run_for(1s);
    REQUIRE(cluster.put(0, "b", "{}") == 201);
    store::ChangesOptions o;
    o.list.filter = std::make_shared<OnlyA>();
    o.list.bodies = true;
    store::ChangesAnswer rows = changes(cluster, 0, o);
    REQUIRE(rows.rows.size() == 1);
    REQUIRE(rows.rows[0].change.revisions == std::vector{rev("1-bb")});
    REQUIRE(rows.rows[0].change.content);
    o.list.style = store::Style::all_docs;
    rows = changes(cluster, 0, o);
    REQUIRE(rows.rows[0].change.revisions == std::vector{rev("1-bb"), rev("1-aa")});
    o.since = rows.last_seq;   // Filtered rows were passed, too.
    o.list.filter = nullptr;
    REQUIRE(changes(cluster, 0, o).rows.empty());
}

TEST_CASE("longpoll waits for one change, continuous goes on, normal ends", "[store][quorum]") {
    // fabric_view_changes:keep_sending_changes/8, fabric_db_update_listener.erl.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0, 4) == 201);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    Listener normal, longpoll, continuous, beating, limited, refused;
    store::Feeds& feeds = *cluster.all[1].feeds;
    feeds.open("orders", {.feed = store::Feed::normal}, normal.tell());
    feeds.open("orders", {.feed = store::Feed::longpoll, .changes = {.since = "now"}},
               longpoll.tell());
    feeds.open("orders", {.feed = store::Feed::continuous, .timeout = 20s}, continuous.tell());
    feeds.open("orders", {.feed = store::Feed::eventsource, .changes = {.limit = 2}},
               limited.tell());
    const std::uint64_t open =
        feeds.open("orders", {.feed = store::Feed::continuous, .heartbeat = 10s}, beating.tell());
    feeds.open("orders", {.changes = {.since = "1"}}, refused.tell());
    cluster.driver.run_for(1s);
    REQUIRE(normal.text == "a |");
    REQUIRE(longpoll.text == "~");
    REQUIRE(continuous.text == "a ~");
    REQUIRE(refused.text == "!400");
    REQUIRE(cluster.put(2, "b", "{}") == 201);
    REQUIRE(longpoll.text == "~b |");
    REQUIRE(limited.text == "a ~b |");
    REQUIRE(cluster.put(2, "c", "{}") == 201);
    REQUIRE(continuous.text == "a ~b c ");
    cluster.driver.run_for(35s);
    REQUIRE(continuous.text == "a ~b c |");   // Twenty seconds without a change.
    REQUIRE(beating.text == "a ~b c ...");
    feeds.close(open);
    REQUIRE(feeds.size() == 0);
    REQUIRE(cluster.put(2, "d", "{}") == 201);
    REQUIRE(beating.text == "a ~b c ...");
}

TEST_CASE("a feed outlives the node it read from", "[store][quorum]") {
    // 6: at least once; another copy goes on, from zero when nothing better is known.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0, 1) == 201);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    Listener heard;
    cluster.all[1].feeds->open("orders", {.feed = store::Feed::continuous, .heartbeat = 10s},
                               heard.tell());
    cluster.driver.run_for(1s);
    REQUIRE(heard.text == "a ~");
    cluster.kill(0);
    REQUIRE(cluster.put(2, "b", "{}") == 201);
    REQUIRE(heard.text.find('b') != std::string::npos);
}
