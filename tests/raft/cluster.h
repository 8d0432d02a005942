#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "raft/invariants.h"
#include "raft/raft.h"

namespace glasshive::test {

using namespace glasshive::raft;

inline MemberId member(std::uint32_t number) { return MemberId{number}; }

/// What an entry of the tests carries: a text.
class Command final : public Payload {
  public:
    explicit Command(std::string text) : text_(std::move(text)) {}
    Bytes size() const override { return Bytes{static_cast<std::int64_t>(text_.size())}; }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

/// The state machine of the tests: the texts of all data entries applied, in order.
class History final : public Payload {
  public:
    explicit History(std::vector<std::string> texts) : texts_(std::move(texts)) {}
    Bytes size() const override { return Bytes{static_cast<std::int64_t>(16 * texts_.size())}; }
    const std::vector<std::string>& texts() const { return texts_; }

  private:
    std::vector<std::string> texts_;
};

/// A cluster of members with a clock, a network and disks that do what a test tells them. Every
/// step of every member is checked against the invariants. Time is in milliseconds; at equal times
/// things happen in the order in which they were arranged.
class Cluster {
  public:
    /// What the network does to one message: when its copies arrive, in ms from now; none: lost.
    using Network = std::function<std::vector<std::int64_t>(const Message&)>;

    explicit Cluster(Options options = {});

    // --- Members ---------------------------------------------------------------------------------
    /// A member that is off, with this on its disk.
    void add(MemberId id, Saved saved);
    void start(MemberId id);
    /// Memory is lost, and orders to the disk that were not carried out; the first `kept` of them
    /// were, but the member never heard of it.
    void crash(MemberId id, std::size_t kept = 0);
    /// The member never comes back, and is no longer shown.
    void forget(MemberId id);
    /// Off, rebuilt from its disk as a cluster of its own, and on again.
    void force_new_cluster(MemberId id);
    bool exists(MemberId id) const { return members_.count(id) > 0; }
    bool running(MemberId id) const;
    const Raft& raft(MemberId id) const { return *members_.at(id).raft; }
    const Saved& disk(MemberId id) const { return members_.at(id).disk; }
    const std::vector<std::string>& state(MemberId id) const { return members_.at(id).state; }
    std::vector<MemberId> ids() const;
    /// One line: "1 leader    term 1  log 2  commit 1  voters 1 2 3  (index 2 is on 1 disk)".
    std::string line(MemberId id) const;
    /// The running leader of the latest term; invalid: none.
    MemberId leader() const;

    // --- What happens ----------------------------------------------------------------------------
    void step(MemberId id, const Input& input);
    /// Lets `ms` pass.
    void run(std::int64_t ms);
    /// Handles what is due now, without letting time pass.
    void settle() { run(0); }
    std::int64_t now() const { return now_; }

    // --- Network and disks -----------------------------------------------------------------------
    void cut(MemberId from, MemberId to) { cuts_.insert({from, to}); }
    /// Only members of one group reach one another.
    void partition(const std::vector<std::vector<MemberId>>& groups);
    void heal() { cuts_.clear(); }
    bool is_cut(MemberId from, MemberId to) const { return cuts_.count({from, to}) > 0; }
    /// Messages wait in transit() until deliver() or drop().
    void hold_messages(bool on) { hold_ = on; }
    std::deque<Message>& transit() { return transit_; }
    void deliver(std::size_t place);
    void drop(std::size_t place);
    /// How long each order takes that somebody waits for. Negative: the disk hangs.
    void set_disk(MemberId id, std::int64_t ms);

    // --- Watching and steering: set before use ---------------------------------------------------
    Network network;
    Draw draw;                                                    ///< For all members.
    std::map<MemberId, std::uint32_t> timeouts;                   ///< Ticks; before `draw`.
    std::function<void(MemberId, const Output&)> on_output;
    /// First tick of a starting member, ms from its start.
    std::function<std::int64_t(MemberId)> first_tick;
    /// Whether a sender learns that a message was lost.
    std::function<bool(const Message&)> reports_loss;

    const Invariants& invariants() const { return invariants_; }
    std::size_t steps() const { return steps_; }

  private:
    struct Member {
        Saved disk;
        std::unique_ptr<Raft> raft;
        std::uint64_t life = 0;
        std::deque<Persist> orders;      // Not carried out yet.
        bool writing = false;
        std::int64_t disk_ms = 0;
        std::vector<std::string> state;
        std::optional<Snapshot> taken;
    };
    using Due = std::function<void()>;

    void after(std::int64_t ms, Due due);
    void tick(MemberId id, std::uint64_t life);
    void handle(MemberId id, const Outputs& outputs);
    void carry_out(MemberId id, const Output& output);
    void apply(Member& to, const Apply& apply);
    void post(const Message& message);
    void arrive(const Message& message);
    void lost(const Message& message);
    void write_next(MemberId id);
    void written(MemberId id, std::uint64_t life);
    bool alive(MemberId id, std::uint64_t life) const;

    Options options_;
    Invariants invariants_;
    std::map<MemberId, Member> members_;
    MemberId forced_;                    // Who was last made a cluster of its own.
    std::map<std::pair<std::int64_t, std::uint64_t>, Due> due_;
    std::uint64_t arranged_ = 0;
    std::int64_t now_ = 0;
    std::set<std::pair<MemberId, MemberId>> cuts_;
    std::deque<Message> transit_;
    bool hold_ = false;
    std::size_t steps_ = 0;
};

}   // namespace glasshive::test
