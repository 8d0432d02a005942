// Goal: the parts of a member do what their headers promise. Method: tables and small examples of
// log, progress, membership, disk image and the shared history.
#include <catch2/catch.hpp>

#include "raft/committed_log.h"
#include "raft/describe.h"
#include "raft/log.h"
#include "raft/progress.h"
#include "raft/raft.h"

using namespace glasshive;
using namespace glasshive::raft;

namespace {

MemberId member(std::uint32_t number) { return MemberId{number}; }

class Bulk final : public Payload {
  public:
    explicit Bulk(std::int64_t size) : size_{size} {}
    Bytes size() const override { return size_; }

  private:
    Bytes size_;
};

Entry data(Term term, Index index, std::int64_t size = 1) {
    return {{term, index}, Entry::Kind::data, std::make_shared<const Bulk>(size), {}};
}

Entry change(Term term, Index index, Change::Kind kind, std::uint32_t number) {
    return {{term, index}, Entry::Kind::change, nullptr, {kind, member(number)}};
}

Log log_of(std::vector<Term> terms) {
    Saved saved = Saved::genesis({member(1)});
    for (const Term term : terms) saved.entries.push_back(data(term, saved.last().index + 1));
    return Log(saved);
}

}   // namespace

TEST_CASE("positions compare as votes do: the later term, then the longer log", "[raft]") {
    struct Row { Position candidate, voter; bool up_to_date; };
    const Row row = GENERATE(values<Row>({
        {{1, 1}, {1, 1}, true},    // The same log.
        {{1, 2}, {1, 1}, true},    // Longer.
        {{1, 1}, {1, 2}, false},   // Shorter.
        {{2, 1}, {1, 9}, true},    // A later term beats any length.
        {{1, 9}, {2, 1}, false},
        {{0, 0}, {0, 0}, true},    // Nobody has anything.
    }));
    CHECK((row.candidate >= row.voter) == row.up_to_date);
}

TEST_CASE("a majority is more than half, and reaches what the least of it reached", "[raft]") {
    struct Row { std::vector<Index> reached; std::size_t majority; Index expected; };
    const Row row = GENERATE(values<Row>({
        {{7}, 1, 7},
        {{7, 3}, 2, 3},            // Of two both.
        {{7, 3, 5}, 2, 5},
        {{7, 3, 5, 1}, 3, 3},      // Four bear no more failures than three.
        {{7, 0, 0, 5, 6}, 3, 5},
    }));
    std::vector<MemberId> voters;
    for (std::uint32_t i = 0; i < row.reached.size(); ++i) voters.push_back(member(i));
    const Membership membership(voters);
    CHECK(membership.majority() == row.majority);
    CHECK(membership.reached_by_majority([&](MemberId id) { return row.reached[id.index()]; }) ==
          row.expected);
    CHECK(Membership().reached_by_majority([](MemberId) { return Index{9}; }) == 0);
}

TEST_CASE("a member joins once, leaves once, and never comes back", "[raft]") {
    Membership membership({member(2), member(1)});
    using Kind = Change::Kind;
    CHECK_FALSE(membership.apply({Kind::add, member(1)}));
    CHECK_FALSE(membership.apply({Kind::remove, member(3)}));
    CHECK(membership.apply({Kind::add, member(3)}));
    CHECK(membership.voters() == std::vector<MemberId>{member(1), member(2), member(3)});
    CHECK(membership.apply({Kind::remove, member(2)}));
    CHECK(membership.was_removed(member(2)));
    CHECK_FALSE(membership.apply({Kind::add, member(2)}));
    CHECK(membership.voters() == std::vector<MemberId>{member(1), member(3)});
}

TEST_CASE("a log cuts appends to the room there is, but never to nothing", "[raft]") {
    Saved saved = Saved::genesis({member(1)});
    for (Index i = 1; i <= 4; ++i) saved.entries.push_back(data(1, i, 84));   // 100 bytes each.
    const Log log(saved);
    CHECK(log.slice(1, Bytes{1}).size() == 1);
    CHECK(log.slice(1, Bytes{200}).size() == 2);
    CHECK(log.slice(1, Bytes{299}).size() == 2);
    CHECK(log.slice(3, Bytes{1000}).size() == 2);
    CHECK(log.slice(5, Bytes{1000}).empty());
}

TEST_CASE("a conflict is looked for a term at a time", "[raft]") {
    const Log log = log_of({1, 1, 3, 3, 5, 5});
    struct Row { Index hint; Term term; Position expected; };
    const Row row = GENERATE(values<Row>({
        {6, 5, {5, 6}},    // The same term: look here.
        {6, 4, {3, 4}},    // Term 5 cannot agree.
        {9, 9, {5, 6}},    // Beyond the end: the end.
        {4, 2, {1, 2}},
        {6, 0, {0, 0}},    // Nothing can agree but the start.
    }));
    CHECK(log.conflict(row.hint, row.term) == row.expected);
}

TEST_CASE("a compacted log knows its snapshot and what is kept, nothing else", "[raft]") {
    Log log = log_of({1, 1, 2, 2, 3});
    log.compact({{2, 4}, Membership({member(1)}), nullptr}, 3);
    CHECK(log.first() == 3);
    CHECK(log.term_at(2) == Term{1});   // The entry before the first is remembered by its term.
    CHECK_FALSE(log.term_at(1).has_value());
    CHECK(log.has({3, 5}));
    CHECK(log.conflict(1, 1) == Position{0, 1});
    log.restore({{4, 9}, Membership({member(1)}), nullptr});
    CHECK(log.last() == Position{4, 9});
    CHECK(log.first() == 10);
}

TEST_CASE("a leader probes, then streams, and takes no answer for another", "[raft]") {
    Progress progress;
    progress.next = 11;
    progress.sent(10);
    CHECK(progress.paused(4));                  // One probe at a time.
    CHECK_FALSE(progress.rejected(7, 5));       // An old refusal, of another append.
    CHECK(progress.rejected(10, 6));
    CHECK(progress.next == 7);
    CHECK_FALSE(progress.paused(4));
    CHECK(progress.accepted(6));
    progress.become_replicate();
    progress.sent(8);
    progress.sent(9);
    CHECK_FALSE(progress.paused(3));
    CHECK(progress.paused(2));
    CHECK_FALSE(progress.rejected(5, 3));       // Older than what was acknowledged.
    CHECK(progress.accepted(8));
    CHECK(progress.inflight.size() == 1);
    CHECK(progress.rejected(9, 3));             // Something was lost: from what is sure.
    CHECK(progress.state == Progress::State::probe);
    CHECK(progress.next == 9);
    progress.become_snapshot(20);
    CHECK(progress.paused(99));
    progress.become_probe();
    CHECK(progress.next == 21);
}

TEST_CASE("a disk replaces a tail, and a snapshot what it covers", "[raft]") {
    Saved saved = Saved::genesis({member(1), member(2)});
    saved.write({1, {1, member(1), 0}, {data(1, 1), data(1, 2), data(1, 3)}, {}, true});
    saved.write({2, {2, member(2), 1}, {data(2, 2)}, {}, true});
    CHECK(saved.last() == Position{2, 2});
    CHECK(saved.hard.commit == 1);
    saved.write({3, {2, member(2), 2}, {change(2, 3, Change::Kind::add, 3)}, {}, true});
    CHECK(saved.membership_at(2).voters().size() == 2);
    CHECK(saved.membership_at(3).has(member(3)));
    const Snapshot mine{{2, 2}, saved.membership_at(2), nullptr};
    saved.write({4, {2, member(2), 2}, {}, {mine}, false});
    CHECK(saved.find(2) == nullptr);
    CHECK(saved.last() == Position{2, 3});
    const Snapshot theirs{{5, 3}, saved.membership_at(3), nullptr};   // Contradicts entry 3.
    saved.write({5, {5, {}, 3}, {}, {theirs}, true});
    CHECK(saved.entries.empty());
    CHECK(saved.last() == Position{5, 3});
}

TEST_CASE("forcing a new cluster keeps what is committed and removes the others", "[raft]") {
    Saved saved = Saved::genesis({member(1), member(2), member(3)});
    saved.write({1, {4, member(1), 2}, {data(3, 1), data(4, 2), data(4, 3)}, {}, true});
    const Saved forced = force_new_cluster(saved, member(2));
    CHECK(forced.last() == Position{4, 4});
    CHECK(forced.find(3)->change == Change{Change::Kind::remove, member(1)});
    CHECK(forced.hard.commit == 4);
    CHECK(forced.membership_at(4).voters() == std::vector<MemberId>{member(2)});
}

TEST_CASE("the shared history takes each entry once and knows a stranger", "[raft]") {
    CommittedLog committed;
    using Verdict = CommittedLog::Verdict;
    const Entry first = data(1, 1), second = data(1, 2);
    CHECK(committed.record(second) == Verdict::gap);
    CHECK(committed.record(first) == Verdict::first);
    CHECK(committed.record(first) == Verdict::known);
    CHECK(committed.record(data(1, 1)) == Verdict::differs);   // Equal content is not identity.
    CHECK(committed.record(second) == Verdict::first);
    committed.forget_up_to(1);
    CHECK(committed.find(1) == nullptr);
    CHECK(committed.find(2)->at == second.at);
    committed.cut_after(1);
    CHECK(committed.last() == 1);
    CHECK(committed.record(data(2, 2)) == Verdict::first);
}

TEST_CASE("messages weigh what they carry", "[raft]") {
    Message message;
    message.body = AppendEntries{{}, {data(1, 1, 100), data(1, 2, 50)}, 0};
    CHECK(size_of(message) == Bytes{64 + 116 + 66});
    message.body = Heartbeat{};
    CHECK(size_of(message) == Bytes{64});
    Snapshot snapshot;
    snapshot.state = std::make_shared<const Bulk>(1000);
    message.body = InstallSnapshot{snapshot};
    CHECK(size_of(message) == Bytes{1064});
}
