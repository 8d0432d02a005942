// Goal: a copy lists its changes, forgets what it should, keeps local documents apart, says what
// things cost, and copies that hear everything agree. Method: stories, then random copies.
#include "store/db/copy.h"

#include <catch2/catch.hpp>

#include <map>

#include "kernel/rng.h"

namespace glasshive::test {

using namespace store;

TEST_CASE("a document appears once among the changes, at its latest", "[store][db]") {
    // couchdb.md 6 and 12.14.
    Client client;
    const std::string a = client.put("a", "{}");
    client.put("b", "{}");
    client.put("c", "{}");
    client.put("a", R"({"n":1})", a);
    CHECK(client.changes() == "2:b 3:c 4:a");
    CHECK(client.changes(2) == "3:c 4:a");
    CHECK(client.changes(0, true) == "4:a 3:c 2:b");
    CHECK(client.changes(4).empty());
    CHECK(client.copy.pending(0) == 3);
    CHECK(client.copy.pending(2) == 2);
    CHECK(client.copy.pending(99) == 0);
}

TEST_CASE("a change tells the winner, or all leaves with the winner first", "[store][db]") {
    // couchdb.md 6, style.
    Client client;
    client.replicate("a", 1, {"x"}, "{}", true);
    client.replicate("a", 1, {"b"});
    client.replicate("a", 1, {"c"});
    const Document& document = *client.copy.find("a");
    const auto texts = [&](Style style) {
        std::string out;
        for (const Revision& revision : changed_revisions(document, style)) {
            out += revision.text() + " ";
        }
        return out;
    };
    CHECK(texts(Style::main_only) == "1-c ");
    CHECK(texts(Style::all_docs) == "1-c 1-b 1-x ");
}

TEST_CASE("the log stays tidy under a million changes of few documents", "[store][db]") {
    ChangeLog log;
    std::map<std::uint64_t, std::uint32_t> model;   // seq -> slot
    std::vector<std::uint64_t> latest(50, 0);
    kernel::Rng random(5, "log");
    for (std::uint64_t seq = 1; seq <= 100'000; seq += 1 + random.below(3)) {
        const auto slot = static_cast<std::uint32_t>(random.below(latest.size()));
        if (latest[slot] != 0) {
            log.remove(latest[slot]);
            model.erase(latest[slot]);
        }
        log.append(seq, slot);
        model[seq] = slot;
        latest[slot] = seq;
    }
    CHECK(log.size() == model.size());
    CHECK(log.entries().size() < 2 * log.size() + 1100);
    for (int i = 0; i < 200; ++i) {
        const std::uint64_t since = random.below(100'001);
        const auto behind = std::distance(model.upper_bound(since), model.end());
        REQUIRE(log.count_since(since) == static_cast<std::size_t>(behind));
    }
}

TEST_CASE("documents are found and stand in order through adding and removing", "[store][db]") {
    DocumentTable table;
    std::map<std::string, DocumentTable::Slot> model;
    kernel::Rng random(6, "table");
    for (int i = 0; i < 20'000; ++i) {
        const std::string id = "d" + std::to_string(random.below(700));
        const auto known = model.find(id);
        if (known == model.end()) {
            REQUIRE(table.find(id) == DocumentTable::none);
            model[id] = table.add(json::SharedBytes::copy_of(id));
        } else if (random.below(3) == 0) {
            table.remove(known->second);
            model.erase(known);
        } else {
            REQUIRE(table.find(id) == known->second);
        }
        if (i % 50 != 0) continue;
        REQUIRE(table.order().size() == model.size());
        std::size_t at = 0;
        for (const auto& [key, slot] : model) REQUIRE(table.order()[at++] == slot);
        const std::string from = "d" + std::to_string(random.below(700));
        const auto expected = std::distance(model.begin(), model.lower_bound(from));
        REQUIRE(table.lower_bound(from) == static_cast<std::size_t>(expected));
    }
}

TEST_CASE("local documents have no conflicts and are in no list", "[store][db]") {
    // couchdb.md 5, _local/x, and 12.8; increment_local_doc_revs/1.
    Client client;
    const auto put = [&](std::string_view parent, bool deleted = false) {
        const auto result = client.copy.update_local(
            {.id = "_local/x",
             .parent = parent.empty() ? std::nullopt : std::optional(rev(parent)),
             .body = json::Value::empty_object(),
             .deleted = deleted});
        const auto* revision = std::get_if<Revision>(&result);
        return revision ? revision->text() : std::get_if<Refusal>(&result)->reason;
    };
    CHECK(put("") == "0-1");
    CHECK(put("0-1") == "0-2");
    CHECK(put("0-1") == "0-2");     // Stale, and taken.
    CHECK(put("0-41") == "0-42");   // Never existed, and taken.
    CHECK(put("") == "0-1");
    CHECK(put("1-1") == "Invalid rev format");
    CHECK(put("0-a") == "Invalid rev format");
    CHECK(client.copy.find_local("_local/x")->revision == 1);
    CHECK(put("0-1", true) == "0-0");
    CHECK(client.copy.find_local("_local/x") == nullptr);
    CHECK(client.copy.update_seq() == 0);
    CHECK(client.changes().empty());
}

TEST_CASE("compaction drops old bodies, never leaves", "[store][db]") {
    // couchdb.md 1.4 and 12.15.
    Client client;
    const std::string first = client.put("a", R"({"n":1})");
    const std::string second = client.put("a", R"({"n":2})", first);
    client.remove("a", second);
    client.put("b", R"({"n":1})");
    const auto holds = [&](std::string_view revision) {
        const Tree& tree = client.copy.find("a")->tree;
        return static_cast<bool>(tree.node(*tree.find(rev(revision))).content);
    };
    CHECK(holds(first));
    const DatabaseInfo before = client.copy.info();
    client.copy.compact();
    client.check();
    CHECK_FALSE(holds(first));
    CHECK_FALSE(holds(second));
    const DatabaseInfo after = client.copy.info();
    CHECK(after.file < before.file);
    CHECK(after.active == before.active);   // Of leaves alone.
    CHECK(after.external == before.external);
    CHECK(after.deleted == 1);   // Tombstones are for ever.
    CHECK(client.changes() == "3:a 4:b");
}

TEST_CASE("an attachment that an edit keeps is in the file once", "[store][db]") {
    // couch_db_updater:add_sizes/3; active size is of leaves alone.
    Database copy;
    const auto edit = [&](const std::optional<Revision>& parent, std::uint32_t revpos, int length) {
        const Attachment one{.name = "a",
                             .type = "a/b",
                             .md5 = std::string(16, 'x'),
                             .encoded_length = Bytes{length},
                             .revpos = revpos};
        Content held{.body = content("{}")->body, .attachments = {one}};
        const std::vector<Edit> edits{{.id = json::SharedBytes::copy_of("d"),
                                       .parent = parent,
                                       .content = ContentPtr(std::move(held))}};
        const Cost cost = copy.cost_of(edits);
        return std::pair{copy.update(edits)[0].revision, cost.append};
    };
    const auto [first, whole] = edit({}, 1, 1000);
    const Bytes once = copy.info().active;
    const auto [second, little] = edit(first, 1, 1000);   // A stub.
    CHECK(whole - little == Bytes{1000});
    CHECK(copy.info().active == once);
    edit(second, 3, 10);   // Another one in its place.
    copy.compact();
    CHECK(copy.info().active == once - Bytes{990});
}

TEST_CASE("purging forgets as if it had never been", "[store][db]") {
    // couchdb.md 1.4; apply_purge_reqs/4; couch_bt_engine:purge_docs/3.
    Client client;
    client.replicate("a", 1, {"x"});
    client.replicate("a", 1, {"y"});
    client.put("b", "{}");
    const auto purge = [&](std::string uuid, std::string id, std::vector<Revision> revisions) {
        const std::vector<PurgeRequest> requests{{std::move(uuid), std::move(id), revisions}};
        const auto removed = client.copy.purge(requests)[0];
        client.check();
        return removed;
    };
    CHECK(purge("u1", "a", {rev("1-y"), rev("9-z")}) == std::vector<Revision>{rev("1-y")});
    CHECK(client.leaves("a") == "1-x");
    CHECK(client.changes() == "3:b 4:a");
    CHECK(purge("u1", "a", {rev("1-x")}).empty());   // This uuid was done.
    CHECK(client.copy.info().purge_seq == 1);
    CHECK(purge("u2", "a", {rev("1-x")}) == std::vector<Revision>{rev("1-x")});
    CHECK(client.copy.find("a") == nullptr);
    CHECK(client.copy.update_seq() == 5);   // So that indexes take notice.
    CHECK(purge("u3", "nowhere", {rev("1-x")}).empty());
    CHECK(client.copy.info().purge_seq == 3);
    CHECK(client.copy.update_seq() == 6);
    CHECK(client.put("a", "{}").starts_with("1-"));   // A new beginning.
}

TEST_CASE("old purges are forgotten when everybody has seen them", "[store][db]") {
    // couchdb.md 1.4, _purged_infos_limit.
    Client client({.purged_infos_limit = 3});
    for (int i = 0; i < 10; ++i) {
        const std::vector<PurgeRequest> request{{"u" + std::to_string(i), "a", {}}};
        client.copy.purge(request);
    }
    const auto seen = [&](const std::string& id, const std::string& body) {
        const LocalEdit note{.id = "_local/purge-" + id, .body = content(body)->body};
        REQUIRE(std::holds_alternative<Revision>(client.copy.update_local(note)));
    };
    client.copy.set_uuid("u");
    seen("mem3-u-other", R"({"purge_seq":5})");
    seen("mem3-other-u", R"({"purge_seq":1})");   // In the other one's numbers.
    seen("mrview-x", R"({"purge_seq":8})");
    client.copy.compact();
    CHECK(client.copy.purges().front().first == 6);   // Somebody has not seen the sixth yet.
    seen("mem3-u-other", R"({"purge_seq":10})");
    seen("mine", R"({"purge_seq":"broken"})");   // Until he mends it.
    client.copy.compact();
    CHECK(client.copy.purges().front().first == 6);
    REQUIRE(std::holds_alternative<Revision>(
        client.copy.update_local({.id = "_local/purge-mine", .deleted = true})));
    client.copy.compact();
    CHECK(client.copy.purges().size() == 3);
    CHECK(client.copy.info().purge_seq == 10);
}

TEST_CASE("costs grow with what is written and read", "[store][db]") {
    const CostModel model{.edit_cpu = std::chrono::microseconds{10},
                          .read_cpu = std::chrono::microseconds{2},
                          .append_per_edit = Bytes{100}};
    Database copy({.costs = model});
    const ContentPtr body = content(R"({"n":1})");
    const std::vector<Edit> edits{{.id = json::SharedBytes::copy_of("a"), .content = body},
                                  {.id = json::SharedBytes::copy_of("b"), .content = body}};
    const Cost cost = copy.cost_of(edits);
    CHECK(cost.cpu == std::chrono::microseconds{20});
    CHECK(cost.append == (body->size() + Bytes{100}) * 2);
    CHECK(cost.sync);
    copy.update(edits);
    CHECK(copy.info().file == cost.append);
    CHECK(copy.info().external == body->size() * 2);
    CHECK(copy.cost_of_read(Bytes{50}) == Cost{std::chrono::microseconds{2}, Bytes{50}, {}, false});
    CHECK(copy.cost_of_compaction().append == cost.append);
    CHECK_FALSE(copy.cost_of(std::span<const Edit>()).sync);
}

TEST_CASE("three copies of a document share its body and its id", "[store][db]") {
    const Edit edit{.id = json::SharedBytes::copy_of("a"), .content = content(R"({"n":1})")};
    const std::vector<Edit> edits{edit};
    Client copies[3];
    for (Client& client : copies) client.bulk(edits);
    for (const Client& client : copies) {
        const Document& document = *client.copy.find("a");
        CHECK(document.id.same_block(edit.id));
        CHECK(document.tree.node(0).content.same_block(edit.content));
    }
}

TEST_CASE("copies that hear everything agree, whatever happened to each", "[store][db]") {
    // The heart of couchdb.md 4: MVCC is per copy, and anti-entropy makes them one.
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        kernel::Rng random(seed, "copies");
        Client copies[3];
        for (int step = 0; step < 60; ++step) {
            Client& client = copies[random.below(3)];
            const std::string id(1, static_cast<char>('a' + random.below(4)));
            const std::string body = std::to_string(random.below(5));
            const Document* document = client.copy.find(id);
            std::string parent;
            if (document && random.below(8) > 0) {
                const auto leaves = document->tree.leaves();
                parent = document->tree.node(leaves[random.below(leaves.size())]).revision.text();
            }
            switch (random.below(8)) {
                case 0: client.remove(id, parent); break;
                case 1: {
                    const auto news = everything(copies[random.below(3)].copy);
                    client.copy.update_replicated(news);
                    client.check();
                    break;
                }
                case 2: client.copy.compact(); break;
                default: client.put(id, body, parent);
            }
        }
        for (int round = 0; round < 2; ++round) {
            for (Client& to : copies) {
                for (const Client& from : copies) {
                    to.copy.update_replicated(everything(from.copy));
                    to.check();
                }
            }
        }
        CAPTURE(seed);
        REQUIRE(describe(copies[0].copy) == describe(copies[1].copy));
        REQUIRE(describe(copies[0].copy) == describe(copies[2].copy));
        for (const char* id : {"a", "b", "c", "d"}) {
            REQUIRE(copies[0].winner(id) == copies[1].winner(id));
        }
    }
}

}   // namespace glasshive::test
