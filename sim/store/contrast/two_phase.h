#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/contrast/node.h"

namespace glasshive::store::contrast {

/// A member of a store whose every write is a transaction over all copies, by two-phase commit.
///
/// The member that is asked coordinates. All copies lock the key, write the value to their logs and
/// vote; all must vote yes. The commit record in the coordinator's log is the decision: from then
/// on the write is done, whoever crashes. Nobody remembers an abort: whoever asks about a
/// transaction that the coordinator does not know is told that it was aborted (presumed abort).
/// A member that voted yes may do nothing alone: while it hears no decision the key stays locked,
/// and readers of that copy wait. A lock is never waited for by a write: it votes no (no deadlock).
///
/// A read is answered by one copy that is not locked, so it needs nobody else.
///
/// Source: Gray 1978, Notes on Data Base Operating Systems, 5.8.3.3; Mohan, Lindsay & Obermarck
/// 1986 (R*), presumed abort; Gray & Lamport 2006, Consensus on Transaction Commit, 2-3.
class TwoPhase final : public Node {
  public:
    using Node::Node;
    const Contents& contents() const override { return disk_.contents; }
    void set_contents(Contents contents) override { disk_.contents = std::move(contents); }
    bool may_lack(const std::string& key) const override;
    /// Keys locked by transactions that wait for a decision.
    std::size_t in_doubt() const { return disk_.prepared.size(); }

    void on_start() override;

  private:
    /// A participant's promise.
    struct Prepared {
        std::string key;
        Record record;
        Time since{};
        bool said = false;       ///< That it is in doubt.
        bool applying = false;   ///< The decision is on its way to the disk.
    };
    struct Disk {
        Contents contents;
        std::map<Transaction, Prepared> prepared;
        /// Commits of this coordinator, and who has not applied them yet.
        std::map<std::uint64_t, std::set<std::size_t>> commits;
    };
    /// A transaction that this member coordinates, until it is decided.
    struct Round {
        std::set<std::size_t> missing;   ///< Votes.
        bool deciding = false;           ///< All said yes; the log is being written.
        Record record;
    };

    void begin(std::uint64_t number) override;
    void expired(std::uint64_t number) override;
    void receive(std::size_t from, const Word& word) override;
    void lost(std::size_t member) override;
    void on_own_timer(std::uint32_t tag, std::uint64_t argument) override;
    void forget() override;

    // The coordinator.
    void begin_write(std::uint64_t number);
    void voted(std::size_t from, const Vote& vote);
    void commit(std::uint64_t number);
    void abort(std::uint64_t number, Answer::Outcome outcome, const std::string& why);
    void asked(std::size_t from, const Inquiry& inquiry);
    void say_decided(std::uint64_t number, const char* outcome, const std::string& why);

    // A participant.
    void prepare(std::size_t from, const Prepare& prepare);
    Vote vote_on(const Prepare& prepare) const;
    void decided(const Decision& decision);
    void release(const Transaction& transaction, const std::string& key);
    void inquire();
    void arm_inquiry();
    bool read(std::uint64_t number);

    Disk disk_;
    std::map<std::uint64_t, Round> rounds_;
    std::map<std::string, Transaction> locks_;
    std::set<Transaction> preparing_;   // Locked, not on the disk yet.
    std::set<std::uint64_t> readers_;   // Wait for locks.
    bool inquiring_ = false;            // The timer is set.
};

}   // namespace glasshive::store::contrast
