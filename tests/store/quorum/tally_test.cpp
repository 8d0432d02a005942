// Goal: the coordinator's arithmetic, each rule with its upstream source. Method: replies as a
// table; no network, no clock.
#include <catch2/catch.hpp>

#include "store/quorum/read_tally.h"
#include "store/quorum/values.h"
#include "store/quorum/write_tally.h"

using namespace glasshive;
using namespace glasshive::store;
using Kind = Decision::Kind;

namespace {

const CopyReply ok{CopyReply::Kind::stored, test::rev("1-a")};
const CopyReply other{CopyReply::Kind::stored, test::rev("1-b")};
const CopyReply known{CopyReply::Kind::noreply};
const CopyReply conflict{CopyReply::Kind::conflict};
const CopyReply refused{CopyReply::Kind::refused};

OpenedPath path(std::vector<std::string_view> newest_first, bool deleted = false) {
    return path_of(static_cast<std::uint32_t>(newest_first.size()), newest_first,
                   test::content("{}", deleted));
}

}   // namespace

TEST_CASE("w copies must say the same, and errors are never enough", "[store][quorum]") {
    // fabric_doc_update.erl, update_quorum_met/2.
    struct Row {
        std::vector<CopyReply> replies;
        std::uint32_t w;
        bool met;
    };
    const Row row = GENERATE(values<Row>({
        {{ok}, 1, true},
        {{ok}, 2, false},
        {{ok, ok}, 2, true},
        {{ok, other}, 2, false},   // Two successes, but not of one revision.
        {{ok, conflict, ok}, 2, true},
        {{conflict, conflict, conflict}, 2, false},   // So all copies are waited for.
        {{known, known}, 2, true},
        {{refused, refused}, 2, false},
        {{ok, ok, ok}, 4, false},   // w > n is not clamped.
    }));
    REQUIRE(decided(row.replies, row.w).has_value() == row.met);
}

TEST_CASE("when nobody else will answer, the replies at hand decide", "[store][quorum]") {
    // fabric_doc_update.erl, force_reply/3; 12.1: 202 is stored, but on fewer than w copies.
    struct Row {
        std::vector<CopyReply> replies;
        std::uint32_t w;
        Kind kind;
        int document, bulk;
    };
    const Row row = GENERATE(values<Row>({
        {{ok, ok, ok}, 2, Kind::stored, 201, 201},
        {{ok}, 2, Kind::accepted, 202, 202},
        {{ok}, 1, Kind::stored, 201, 201},
        {{ok, ok, ok}, 4, Kind::accepted, 202, 202},
        {{ok, conflict, conflict}, 2, Kind::accepted, 202, 202},   // The loser of a race.
        {{conflict, conflict, conflict}, 2, Kind::conflict, 409, 201},
        {{conflict}, 2, Kind::conflict, 409, 201},   // Degraded, still 409.
        {{conflict, refused}, 2, Kind::conflict, 409, 500},
        {{known}, 2, Kind::noreply, 201, 201},   // new_edits=false on one of three copies.
        {{known, refused, known}, 2, Kind::refused, 403, 201},
        {{}, 2, Kind::failed, 500, 500},
    }));
    const Decision decision = forced(row.replies, row.w);
    REQUIRE(decision.kind == row.kind);
    REQUIRE(document_status(decision) == row.document);
    REQUIRE(bulk_status({decision}) == row.bulk);
}

TEST_CASE("_bulk_docs: 500 before 202 before 201", "[store][quorum]") {
    const Decision stored = forced({ok, ok}, 2);
    const Decision accepted = forced({ok}, 2);
    const Decision failed = forced({}, 2);
    REQUIRE(bulk_status({stored, forced({conflict, conflict}, 2)}) == 201);   // 12.9
    REQUIRE(bulk_status({stored, accepted}) == 202);
    REQUIRE(bulk_status({accepted, failed}) == 500);
}

TEST_CASE("a read answers what r copies say and repairs who differs", "[store][quorum]") {
    // fabric_doc_open.erl, is_r_met/3 and handle_response/1.
    using Repair = ReadTally::Repair;
    struct Row {
        std::vector<OpenedPath> replies;
        bool met;
        Repair repair;
        std::string answer;
    };
    const Row row = GENERATE(values<Row>({
        {{path({"a"}), path({"a"})}, true, Repair::none, "1-a"},
        {{{}, {}}, true, Repair::none, ""},
        {{path({"a"})}, false, Repair::first, "1-a"},       // 12.1: never an error.
        {{path({"a"}), {}}, false, Repair::first, "1-a"},   // Found beats not found.
        {{{}, path({"a"}), path({"a"})}, true, Repair::behind, "1-a"},
        {{path({"a"}), path({"b", "a"}), path({"b", "a"})}, true, Repair::behind, "2-b"},
        {{path({"b", "a"}), path({"a"}), path({"a"})}, true, Repair::first, "2-b"},
        {{path({"x"}), path({"y"})}, false, Repair::first, "1-y"},
        {{path({"c", "b", "a"}, true), path({"b"})}, false, Repair::first, "1-b"},
    }));
    ReadTally tally(2);
    for (const OpenedPath& reply : row.replies) tally.add(reply);
    REQUIRE(tally.met() == row.met);
    REQUIRE(tally.repair() == row.repair);
    const OpenedPath& answer = tally.answer();
    REQUIRE((answer.empty() ? "" : answer.back().revision.text()) == row.answer);
}
