// Goal: _all_docs lists what CouchDB lists: bytes' order, not ICU's, and its own ways with keys.
// Method: one small database over one range and two, replies as texts (couchdb.md 7 and 12).
#include <catch2/catch.hpp>

#include "store/db/copy.h"
#include "store/document/print.h"
#include "store/view/all_docs.h"
#include "store/view/desk.h"

namespace glasshive::test {

using namespace store;
using namespace store::view;

namespace {

class Shelf {
  public:
    explicit Shelf(std::size_t ranges) : ranges_(ranges) {}

    void put(std::string_view id) { ranges_[range_of(id)].put(id, "{}"); }
    void remove(std::string_view id) {
        Client& client = ranges_[range_of(id)];
        client.remove(id, client.winner(id));
    }
    /// Ids, "!" behind deleted ones, "?" for keys that are not there; then total_rows/offset.
    std::string get(std::string_view body, Listing listing = Listing::all_docs) {
        auto query = std::get<Query>(parse_query(json_value(body).view()));
        if (const auto refusal = check_listing(query)) return refusal->reason;
        std::vector<MapPage> pages;
        for (std::size_t i = 0; i < ranges_.size(); ++i) {
            const auto owns = [&](std::string_view id) { return range_of(id) == i; };
            const auto find = [&](std::string_view id, const std::optional<Revision>&) {
                const Document* found = ranges_[i].copy.find(id);
                return document_json(id, found->tree, found->tree.winner());
            };
            pages.push_back(
                read_documents(ranges_[i].copy, query.for_shard(), listing, owns, find));
        }
        const MapPage page = merge_rows(std::move(pages), query, collate::Order::raw);
        std::string out;
        text.clear();
        for (const MapRow& row : page.rows) {
            print_document_row(row, text);
            out += row.row.id ? std::string(row.row.id.view()) : "?";
            if (row.row.value && row.row.value.view().find("deleted")) out += "!";
            out += " ";
        }
        return out + std::to_string(page.total_rows) + "/" +
               (page.offset ? std::to_string(*page.offset) : "null");
    }
    std::string text;   ///< Of the last reply's rows.

  private:
    std::size_t range_of(std::string_view id) const {
        return id.empty() ? 0 : static_cast<unsigned char>(id.back()) % ranges_.size();
    }
    std::vector<Client> ranges_;
};

}   // namespace

TEST_CASE("_all_docs lists ids as bytes, design documents too", "[store][view]") {
    Shelf shelf(GENERATE(1U, 2U));
    for (const char* id : {"a", "B", "_design/x", "c", "d", "e"}) shelf.put(id);
    shelf.remove("c");
    CHECK(shelf.get("{}") == "B _design/x a d e 5/0");   // ICU would say _design/x a B.
    CHECK(shelf.get(R"({"startkey":"a"})") == "a d e 5/2");
    CHECK(shelf.get(R"({"startkey":"a","endkey":"d"})") == "a d 5/2");
    CHECK(shelf.get(R"({"startkey":"a","endkey":"d","inclusive_end":false})") == "a 5/2");
    CHECK(shelf.get(R"({"descending":true,"startkey":"d","endkey":"a"})") == "d a 5/1");
    CHECK(shelf.get(R"({"descending":true,"startkey":"d","endkey":"a","inclusive_end":false})") ==
          "d 5/1");
    CHECK(shelf.get(R"({"skip":1,"limit":2})") == "_design/x a 5/1");
    CHECK(shelf.get(R"({"key":"c"})") == "5/3");
    // The wrong way round: no rows, where a view refuses.
    CHECK(shelf.get(R"({"startkey":"d","endkey":"a"})").starts_with("5/"));
    // Keys that are no texts are before all ids.
    for (const char* key : {"5", "null", "true", "[]", "{}"}) {
        const std::string is(key);
        CHECK(shelf.get(R"({"startkey":)" + is + "}") == "B _design/x a d e 5/0");
        CHECK(shelf.get(R"({"endkey":)" + is + "}").starts_with("5/"));
        CHECK(shelf.get(R"({"key":)" + is + "}").starts_with("5/"));
        CHECK(shelf.get(R"({"descending":true,"endkey":)" + is + "}") == "e d a _design/x B 5/0");
        CHECK(shelf.get(R"({"descending":true,"startkey":)" + is + "}").starts_with("5/"));
    }
    CHECK(shelf.get("{}", Listing::design_docs) == "_design/x 1/0");
}

TEST_CASE("keys get a row each, whatever became of the document", "[store][view]") {
    Shelf shelf(GENERATE(1U, 2U));
    for (const char* id : {"a", "b", "c"}) shelf.put(id);
    shelf.remove("b");
    CHECK(shelf.get(R"({"keys":["c","none","b","a","c"]})") == "c ? b! a c 2/null");
    CHECK(shelf.get(R"({"keys":["a"]})") == "a 2/null");
    CHECK(shelf.get(R"({"keys":["c","a","b"],"skip":1,"limit":1})") == "a 2/null");
    CHECK(shelf.get(R"({"keys":[5,"none"],"include_docs":true})") == "? ? 2/null");
    CHECK(shelf.text == R"({"key":5,"error":"not_found"}{"key":"none","error":"not_found"})");
    shelf.get(R"({"keys":["b"],"include_docs":true})");
    CHECK(shelf.text.find(R"("deleted":true},"doc":null})") != std::string::npos);
    CHECK(shelf.get(R"({"keys":["a"],"startkey":"a"})") ==
          "`keys` is incompatible with `key`, `start_key` and `end_key`");
    CHECK(shelf.get(R"({"reduce":true})") == "Reduce is invalid for map-only views.");
}

}   // namespace glasshive::test
