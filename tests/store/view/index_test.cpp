// Goal: an index that follows its copy change by change is the index one would build at once, and n
// copies cost one run of a map function. Method: stories for each kind of change; random edits,
// after each of which the index is compared with a new one and with a sorted list
// (couch_mrview_updater.erl; couchdb.md 7).
#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <random>

#include "store/db/copy.h"
#include "store/json/print.h"
#include "store/view/desk.h"

namespace glasshive::test {

using namespace store;
using namespace store::view;

namespace {

constexpr std::string_view by_k =
    R"({"views":{"k":{"map":"function(d) { emit(d.k, d._conflicts ? d._conflicts.length : 0); }"},
        "n":{"map":"function(d) { emit(d.k, 1); }","reduce":"_count"}}})";

/// Emits each element of the document's `keys`.
class KeysMapper final : public Mapper {
  public:
    std::variant<Mapping, Refusal> map(json::View document) override {
        Mapping mapping(1);
        if (const auto keys = document.find("keys")) {
            for (const json::View key : keys->elements())
                mapping[0].push_back({json_value(json::to_text(key)), json_value("1")});
        }
        return mapping;
    }
};

std::string all_rows(const Index& index) {
    std::string out;
    Query query;
    for (const MapRow& row : read_rows(index.rows(0), query).rows) print_row(row, out);
    return out;
}

Definition definition_of(std::string_view design) {
    return std::get<Definition>(define(json_value(design).view()));
}

Index empty_index(const Definition& definition) {
    auto reducers = make_reducers(definition, nullptr);
    return Index(definition, std::move(std::get<0>(reducers)));
}

}   // namespace

TEST_CASE("rows follow their documents", "[store][view]") {
    ViewDesk desk(by_k);
    desk.put("a", R"({"k":1})");
    desk.put("b", R"({"k":2})");
    CHECK(desk.keys("k") == "1 2");
    desk.put("a", R"({"k":5})");
    CHECK(desk.keys("k") == "2 5");
    desk.remove("b");
    CHECK(desk.keys("k") == "5");
    desk.put("b", R"({"k":0})");
    CHECK(desk.keys("k") == "0 5");
    CHECK(desk.keys("n") == "null=2");
    // Design documents are no documents to a view.
    desk.put("_design/x", R"({"k":9})");
    CHECK(desk.keys("k") == "0 5");
}

TEST_CASE("a view may include design documents and see sequence numbers", "[store][view]") {
    ViewDesk desk(R"({"options":{"include_design":true,"local_seq":true},
        "views":{"v":{"map":"function(d) { emit(d._local_seq, d._id); }"}}})");
    desk.put("a", "{}");
    desk.put("_design/x", "{}");
    CHECK(desk.get("v") == R"({"total_rows":2,"offset":0,"rows":[{"id":"a","key":1,"value":"a"},)"
                           R"({"id":"_design/x","key":2,"value":"_design/x"}]})");
}

TEST_CASE("the winner is mapped, and sees its conflicts", "[store][view]") {
    constexpr std::string_view design = R"({"views":{"k":{
        "map":"function(d) { emit(d.k, d._conflicts ? d._conflicts.length : 0); }"}}})";
    const Definition definition = definition_of(design);
    Client client;
    client.replicate("a", 1, {"aa"}, R"({"k":"low"})");
    client.replicate("a", 1, {"bb"}, R"({"k":"high"})");
    ViewDesk desk(design);
    Index index = empty_index(definition);
    CHECK(index.update(client.copy, desk.mapper()).finished);
    CHECK(all_rows(index) == R"({"id":"a","key":"high","value":1})");
    client.remove("a", "1-bb");
    CHECK(index.update(client.copy, desk.mapper()).finished);
    CHECK(all_rows(index) == R"({"id":"a","key":"low","value":0})");
}

TEST_CASE("a purged document leaves the index", "[store][view]") {
    ViewDesk desk(by_k);
    desk.put("a", R"({"k":1})");
    desk.put("b", R"({"k":2})");
    CHECK(desk.keys("k") == "1 2");
    const Document* document = desk.copy(0).find("a");
    const std::vector<PurgeRequest> purges{
        {"u1", "a", {document->tree.node(document->tree.winner()).revision}}};
    desk.copy(0).purge(purges);
    CHECK(desk.keys("k") == "2");
    CHECK(desk.index(0).purge_seq() == 1);
}

TEST_CASE("purges that a compaction dropped leave an index that never saw them", "[store][view]") {
    // couch_index_updater:purge_index/4.
    ViewDesk desk(by_k);
    for (const char* const id : {"a", "b", "c"}) desk.put(id, R"({"k":1})");
    CHECK(desk.keys("k") == "1 1 1");
    desk.copy(0).set_purged_infos_limit(1);
    const std::size_t before = desk.copy(0).update_seq();
    for (const char* const id : {"a", "c"}) {
        const Tree& tree = desk.copy(0).find(id)->tree;
        const std::vector<PurgeRequest> purge{{id, id, {tree.node(tree.winner()).revision}}};
        desk.copy(0).purge(purge);
    }
    desk.copy(0).compact();
    REQUIRE(desk.copy(0).purges().size() == 1);
    REQUIRE(desk.copy(0).update_seq() > before);
    CHECK(desk.keys("k") == "1");
    CHECK(desk.index(0).purge_seq() == 2);
}

TEST_CASE("an index is built in steps, and each step has a price", "[store][view]") {
    ViewDesk desk(by_k);
    for (int i = 0; i < 10; ++i) desk.put("d" + std::to_string(i), R"({"k":1})");
    Index& index = desk.index(0);
    const Index::Progress first = index.update(desk.copy(0), desk.mapper(), 4);
    CHECK_FALSE(first.finished);
    CHECK(first.documents == 4);
    CHECK(first.cost.cpu == std::chrono::microseconds(400));   // 10,000 documents a second.
    CHECK(first.cost.append.count > 0);
    CHECK(index.update_seq() == 4);
    CHECK(index.rows(0).size() == 4);
    CHECK(index.update(desk.copy(0), desk.mapper()).finished);
    CHECK(index.update_seq() == 10);
    CHECK(index.update(desk.copy(0), desk.mapper()).cost == Cost{});
}

TEST_CASE("three copies run a map function once", "[store][view]") {
    const Definition definition = definition_of(R"({"views":{"v":{"map":"ours"}}})");
    KeysMapper mapper;
    SharedMapper shared(mapper, definition, 3);
    Client first;
    first.put("a", R"({"keys":[1]})");
    first.put("b", R"({"keys":[2]})");
    Client others[2];
    std::vector<Index> indexes;
    for (int i = 0; i < 3; ++i) indexes.push_back(empty_index(definition));
    for (Client& other : others) other.copy.update_replicated(everything(first.copy));
    CHECK(indexes[0].update(first.copy, shared).finished);
    CHECK(indexes[1].update(others[0].copy, shared).finished);
    CHECK(indexes[2].update(others[1].copy, shared).finished);
    CHECK(shared.runs() == 2);
    CHECK(all_rows(indexes[0]) == all_rows(indexes[2]));
    // Two clients that invent the same revision of different contents: each copy maps its own.
    first.replicate("c", 1, {"x"}, R"({"keys":["one"]})");
    others[0].replicate("c", 1, {"x"}, R"({"keys":["other"]})");
    CHECK(indexes[0].update(first.copy, shared).finished);
    CHECK(indexes[1].update(others[0].copy, shared).finished);
    CHECK(shared.runs() == 4);
    CHECK(all_rows(indexes[1]).find("other") != std::string::npos);
}

TEST_CASE("what changes a view's signature and what does not", "[store][view]") {
    const auto signature = [](std::string_view text) { return definition_of(text).signature; };
    const std::string base =
        signature(R"({"views":{"a":{"map":"1"},"b":{"map":"2","reduce":"_sum"}}})");
    CHECK(base.size() == 32);
    CHECK(base == signature(R"({"views":{"b":{"map":"2","reduce":"_sum"},"a":{"map":"1"}}})"));
    CHECK(base == signature(R"({"_rev":"1-a","filters":{"f":"x"},
                                "views":{"a":{"map":"1"},"b":{"map":"2","reduce":"_sum"}}})"));
    for (const char* other :
         {R"({"views":{"a":{"map":"1"},"b":{"map":"2","reduce":"_count"}}})",
          R"({"views":{"a":{"map":"1 "},"b":{"map":"2","reduce":"_sum"}}})",
          R"({"views":{"c":{"map":"1"},"b":{"map":"2","reduce":"_sum"}}})",
          R"({"views":{"lib":{"x":"1"},"a":{"map":"1"},"b":{"map":"2","reduce":"_sum"}}})",
          R"({"options":{"local_seq":true},
              "views":{"a":{"map":"1"},"b":{"map":"2","reduce":"_sum"}}})",
          R"({"views":{"a":{"map":"1","options":{"collation":"raw"}},
                       "b":{"map":"2","reduce":"_sum"}}})"}) {
        CAPTURE(other);
        CHECK(signature(other) != base);
    }
    // Views of the same source share rows.
    CHECK(definition_of(R"({"views":{"a":{"map":"1"},"b":{"map":"1","reduce":"_sum"}}})")
              .maps.size() == 1);
}

TEST_CASE("a design document that is none is refused in CouchDB's words", "[store][view]") {
    struct Line {
        std::string_view design, reason;
    };
    const Line line = GENERATE(values<Line>({
        {R"({"views":5})", "`views` field must have object type"},
        {R"({"views":{"v":5}})", "`views.v` field must have object type"},
        {R"({"views":{"v":{"map":5}}})", "`views.v.map` field must have string type"},
        {R"({"views":{"v":{"map":"x","reduce":1}}})",
         "`views.v.reduce` field must have string type"},
        {R"({"views":{"v":{"reduce":"_sum"}}})", "View `v` must contain map function"},
        {R"({"views":{"v":{"map":"x","reduce":"_x"}}})",
         "`_x` is not a supported reduce function."},
        {R"({"views":{"lib":"x"}})", "`views.lib` field must have object type"},
        {R"({"language":"query","views":{"v":{"map":"x"}}})",
         "`views.v.map` field must have object type"},
        {R"({"filters":{"f":5}})", "`filters.f` field must have object or string type"},
        {R"({"options":{"local_seq":1}})", "`options.local_seq` field must have boolean type"},
        {R"({"rewrites":{}})", "`rewrites` field must have string or array type"},
    }));
    CAPTURE(line.design);
    const auto made = define(json_value(line.design).view());
    CHECK(std::get<Refusal>(made) == Refusal{"invalid_design_doc", std::string(line.reason)});
}

TEST_CASE("an index kept up to date is the index built anew", "[store][view]") {
    const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
    std::mt19937 chance(seed);
    const Definition definition =
        definition_of(R"({"views":{"v":{"map":"ours","reduce":"_count"}}})");
    KeysMapper mapper;
    SharedMapper shared(mapper, definition, 1);
    Client client;
    Index kept = empty_index(definition);
    for (int round = 0; round < 30; ++round) {
        // Many at first and in between, few otherwise, so that blocks are made, cut and joined.
        const int edits = round % 7 == 0 ? 400 : 5;
        for (int i = 0; i < edits; ++i) {
            const std::string id = "d" + std::to_string(chance() % 600);
            std::string keys = "{\"keys\":[";
            for (unsigned n = chance() % 4; n > 0; --n)
                keys += std::to_string(chance() % 300) + (n > 1 ? "," : "");
            const std::string before = client.winner(id);
            const bool there = before != "missing" && before.back() != '!';
            if (there && chance() % 4 == 0) {
                client.remove(id, before);
            } else {
                client.put(id, keys + "]}", there ? before : "");
            }
        }
        REQUIRE(kept.update(client.copy, shared, chance() % 2 == 0 ? SIZE_MAX : 300).refusal ==
                std::nullopt);
        while (!kept.update(client.copy, shared, 100).finished) {
        }
        Index anew = empty_index(definition);
        REQUIRE(anew.update(client.copy, shared).finished);
        REQUIRE(all_rows(kept) == all_rows(anew));
        REQUIRE(kept.external_size() == anew.external_size());
        // Ranges count alike, whatever blocks they cross.
        for (int i = 0; i < 5; ++i) {
            const json::Value low = json_value(std::to_string(chance() % 300));
            const auto from = kept.rows(0).lower(low.view(), "");
            const auto to = kept.rows(0).end();
            if (!(from < to)) continue;
            const Reduced counted = kept.rows(0).reduce(0, from, to);
            REQUIRE(std::get<json::Value>(counted).view().integer() ==
                    static_cast<std::int64_t>(kept.rows(0).size() - kept.rows(0).rank(from)));
        }
    }
}

TEST_CASE("how long a view over 100,000 documents takes", "[.speed]") {
    ViewDesk desk(R"({"views":{"v":{"map":"function(d) { emit([d.k % 100, d.name], d.v); }",
        "reduce":"_stats"},"s":{"map":"function(d) { emit(d.name, d.v); }",
        "reduce":"function(k, v, r) { return r ? sum(v) : v.length; }"}}})");
    const auto now = [] { return std::chrono::steady_clock::now(); };
    const auto ms = [](auto from, auto to) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
    };
    for (int i = 0; i < 100'000; ++i) {
        const std::string n = std::to_string(i * 7919 % 100'003);
        desk.put("doc" + n,
                 "{\"k\":" + n + ",\"name\":\"customer " + n +
                     "\",\"v\":3,\"text\":\"something that nobody looks at, as there is in "
                     "every document of some age\"}");
    }
    const auto begin = now();
    desk.update();
    const auto built = now();
    const std::string first = desk.keys("v");
    const auto reduced = now();
    const std::string again = desk.keys("v", "startkey=[5]&endkey=[95]");
    const auto ranged = now();
    const std::string grouped = desk.keys("v", "group_level=1");
    const auto levelled = now();
    const std::string scripted = desk.keys("s");
    const auto called = now();
    const std::string scripted_again = desk.keys("s", "startkey=\"customer 2\"");
    const auto called_again = now();
    WARN("built " << ms(begin, built) << " ms, reduced " << ms(built, reduced) << ", range "
                  << ms(reduced, ranged) << ", 100 groups " << ms(ranged, levelled) << ", script "
                  << ms(levelled, called) << ", script again " << ms(called, called_again) << " "
                  << scripted << scripted_again);
}

}   // namespace glasshive::test
