// Goal: single steps of one member that random clusters reach rarely or not at all. Method: one
// member alone, handed the messages a leader or candidate could send.
#include <catch2/catch.hpp>

#include "raft/raft.h"

using namespace glasshive;
using namespace glasshive::raft;

namespace {

MemberId member(std::uint32_t number) { return MemberId{number}; }

class Empty final : public Payload {
  public:
    explicit Empty(std::int64_t size = 1) : size_{size} {}
    Bytes size() const override { return size_; }

  private:
    Bytes size_;
};

Entry data(Term term, Index index) {
    return {{term, index}, Entry::Kind::data, std::make_shared<const Empty>(), {}};
}

/// Member 1 of three, and its disk.
struct Alone {
    explicit Alone(std::vector<Entry> entries = {}, HardState hard = {}) {
        disk = Saved::genesis({member(1), member(2), member(3)});
        disk.entries = std::move(entries);
        disk.hard = hard;
        raft.emplace(member(1), disk, Options{}, [](std::uint64_t) { return std::uint64_t{4}; });
        outputs = raft->start();
    }
    /// A step, with a disk that answers at once.
    void step(const Input& input) {
        slow_step(input);
        while (!orders.empty()) write();
    }
    void slow_step(const Input& input) { take(raft->step(input)); }
    void write() {
        const Persist order = orders.front();
        orders.erase(orders.begin());
        disk.write(order);
        take(raft->step(Persisted{order.sequence}));
    }
    void take(const Outputs& more) {
        for (const Output& output : more) {
            if (const auto* order = std::get_if<Persist>(&output)) orders.push_back(*order);
            outputs.push_back(output);
        }
    }
    template <class Body>
    void receive(std::uint32_t from, Term term, Body body) {
        step(Message{member(from), member(1), term, std::move(body)});
    }
    /// How many messages of this kind left so far.
    template <class Body>
    std::size_t sent() const {
        std::size_t count = 0;
        for (const Output& output : outputs) {
            const auto* send = std::get_if<Send>(&output);
            count += send != nullptr && std::holds_alternative<Body>(send->message.body) ? 1 : 0;
        }
        return count;
    }
    template <class Kind>
    const Kind* last() const {
        const Kind* found = nullptr;
        for (const Output& output : outputs) {
            if (const auto* one = std::get_if<Kind>(&output)) found = one;
        }
        return found;
    }

    Saved disk;
    std::optional<Raft> raft;
    std::vector<Persist> orders;
    Outputs outputs;
};

}   // namespace

TEST_CASE("a follower commits no further than the leader vouched for", "[raft][member]") {
    // Entries 2 and 3 are another leader's: agreeing on entry 1 says nothing about them.
    const Entry shared = data(1, 1);
    Alone one({shared, data(2, 2), data(2, 3)}, {2, {}, 0});
    one.receive(2, 3, AppendEntries{{0, 0}, {shared}, 3});
    CHECK(one.raft->commit() == 1);
    CHECK(one.raft->log().last().index == 3);   // Nor are they dropped: nothing contradicts them.
}

TEST_CASE("an append that arrives late does not shorten the log", "[raft][member]") {
    const Entry first = data(1, 1), second = data(1, 2);
    Alone one;
    one.receive(2, 1, AppendEntries{{0, 0}, {first, second}, 0});
    one.receive(2, 1, AppendEntries{{0, 0}, {first}, 0});
    CHECK(one.raft->log().last().index == 2);
}

TEST_CASE("whoever knows of a change it has not applied does not stand", "[raft][member]") {
    // The entry that adds 4 is committed and not on this disk: three votes are needed, not two.
    Alone one;
    Entry change{{1, 1}, Entry::Kind::change, nullptr, {Change::Kind::add, member(4)}};
    one.slow_step(Message{member(2), member(1), 1, AppendEntries{{0, 0}, {change}, 1}});
    REQUIRE(one.raft->commit() == 1);
    REQUIRE(one.raft->applied() == 0);
    for (int i = 0; i < 40; ++i) one.slow_step(Tick{});
    one.slow_step(Campaign{});
    CHECK(one.raft->role() == Role::follower);
    one.write();
    CHECK(one.raft->membership().has(member(4)));
    for (int i = 0; i < 14; ++i) one.slow_step(Tick{});
    CHECK(one.raft->role() == Role::candidate);
}

TEST_CASE("the election timeout is drawn, and counted in ticks", "[raft][member]") {
    Alone one;   // Draws 4 of 0..9: 14 ticks.
    for (int i = 0; i < 13; ++i) one.step(Tick{});
    CHECK(one.raft->role() == Role::follower);
    one.step(Tick{});
    CHECK(one.raft->role() == Role::candidate);
    CHECK(one.last<RoleChange>()->why == RoleReason::election_timeout);
    CHECK(one.last<RoleChange>()->ticks == 14);
    CHECK(one.sent<RequestVote>() == 2);
}

TEST_CASE("an answer waits for the disk, and goes when it has written", "[raft][member]") {
    Alone one;
    one.slow_step(Message{member(2), member(1), 1, AppendEntries{{0, 0}, {data(1, 1)}, 0}});
    one.slow_step(Message{member(2), member(1), 1, Heartbeat{0}});
    CHECK(one.sent<AppendReply>() == 0);
    CHECK(one.sent<HeartbeatReply>() == 0);   // SwarmKit: write, then send; nothing overtakes.
    one.write();
    CHECK(one.sent<AppendReply>() == 1);
    CHECK(one.sent<HeartbeatReply>() == 1);
}

TEST_CASE("a snapshot in place of a log that contradicts it", "[raft][member]") {
    Alone one({data(1, 1), data(1, 2)}, {1, {}, 1});
    const Snapshot snapshot{{3, 7}, Membership({member(1), member(2)}), nullptr};
    one.slow_step(Message{member(2), member(1), 3, InstallSnapshot{snapshot}});
    CHECK(one.raft->commit() == 7);
    CHECK(one.raft->applied() == 1);          // Not before it is on disk.
    CHECK(one.sent<AppendReply>() == 0);
    one.write();
    CHECK(one.raft->applied() == 7);
    CHECK(one.raft->membership().voters().size() == 2);
    REQUIRE(one.last<Restore>() != nullptr);
    CHECK(one.last<Restore>()->snapshot.at == snapshot.at);
    // A later copy of an older one changes nothing.
    one.receive(2, 3, InstallSnapshot{{{2, 5}, Membership({member(1)}), nullptr}});
    CHECK(one.raft->log().snapshot().at == snapshot.at);
}

TEST_CASE("a proposal beyond 1.5 MB, or to no leader, is refused with the reason",
          "[raft][member]") {
    Alone one;
    one.step(Propose{7, std::make_shared<const Empty>()});
    CHECK(one.last<Refused>()->request == 7);
    CHECK(one.last<Refused>()->why == Refusal::not_leader);
    one.step(Campaign{});
    one.receive(2, 1, VoteReply{true});
    REQUIRE(one.raft->role() == Role::leader);
    one.step(Propose{8, std::make_shared<const Empty>(1536 * 1024 + 1)});
    CHECK(one.last<Refused>()->why == Refusal::too_large);
    one.step(Propose{9, std::make_shared<const Empty>(1536 * 1024)});
    REQUIRE(one.last<Accepted>() != nullptr);
    CHECK(one.last<Accepted>()->at == Position{1, 2});
}

TEST_CASE("a new leader takes no change before an entry of its own has committed",
          "[raft][member]") {
    // Ongaro, raft-dev 2015: a change left over from an earlier term may be in other logs.
    Alone one;
    one.step(Campaign{});
    one.receive(2, 1, VoteReply{true});
    one.step(ProposeChange{1, {Change::Kind::add, member(4)}});
    // Nothing of an earlier term is in the log, so nothing can be pending.
    REQUIRE(one.last<Accepted>() != nullptr);

    Alone other({data(1, 1)}, {1, {}, 0});
    other.step(Campaign{});
    other.receive(2, 2, VoteReply{true});
    other.step(ProposeChange{1, {Change::Kind::add, member(4)}});
    CHECK(other.last<Refused>()->why == Refusal::change_pending);
    other.receive(2, 2, AppendReply{true, 2, {}});
    other.step(ProposeChange{2, {Change::Kind::add, member(4)}});
    CHECK(other.last<Accepted>()->request == 2);
}

TEST_CASE("what a member says and writes is a function of what it was told", "[raft][member]") {
    const auto play = [] {
        Alone one;
        for (int i = 0; i < 14; ++i) one.step(Tick{});
        one.receive(3, 1, VoteReply{true});
        one.step(Propose{1, std::make_shared<const Empty>()});
        one.receive(3, 1, AppendReply{true, 2, {}});
        std::string kinds;
        for (const Output& output : one.outputs) kinds += static_cast<char>('a' + output.index());
        return kinds;
    };
    CHECK(play() == play());
}
