#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "raft/raft.h"
#include "store/contrast/node.h"

namespace glasshive::store::contrast {

/// An edit as the log carries it. Whether it applies is decided where it stands in the log.
struct Command final : raft::Payload {
    std::uint32_t asker = 0;    ///< The leader that proposed it, and
    std::uint64_t number = 0;   ///< the request there.
    Request request;
    Bytes size() const override { return size_of(request); }
};

/// What a snapshot carries.
struct Image final : raft::Payload {
    Contents contents;
    Bytes size() const override;
};

/// A member of a store that is a log agreed on by a majority (sim/raft).
///
/// The leader alone proposes edits, and answers once its state machine has applied them. It alone
/// answers reads: it notes how far the log is committed, asks a majority whether it still leads,
/// and answers when it has applied so much (read index), so no clock is trusted. A member that is
/// asked and does not lead passes the request on; without a leader it waits, then gives up. A side
/// of a cut without a majority can do nothing.
///
/// Source: Ongaro's thesis 2014, 6.2 (routing), 6.4 (read index); sim/raft for the rest. The leader
/// reads once an entry of its own term is committed, as 6.4 step 1 wants.
class Majority final : public Node {
  public:
    Majority(kernel::Kernel& kernel, const std::vector<Place>& places, std::size_t member,
             const Options& options);
    const Contents& contents() const override { return contents_; }
    void set_contents(Contents contents) override;
    /// True unless it leads and has applied what is committed.
    bool may_lack(const std::string& key) const override;
    bool leads() const { return raft_ && raft_->role() == raft::Role::leader; }

    void on_start() override;

  private:
    struct Reading {
        raft::Term term = 0;
        raft::Index index = 0;
        std::set<std::size_t> confirmed;   ///< Itself included.
    };
    void begin(std::uint64_t number) override;
    void expired(std::uint64_t number) override;
    void receive(std::size_t from, const Word& word) override;
    void lost(std::size_t member) override;
    void on_own_timer(std::uint32_t tag, std::uint64_t argument) override;
    void forget() override;

    // Requests.
    bool route(std::uint64_t number);
    void propose(std::uint64_t number);
    bool begin_read(std::uint64_t number);
    void answer_reads();
    Answer apply(const Command& command);
    void apply_all(const std::vector<raft::Entry>& entries);

    // Raft's driver.
    void step(raft::Input input);
    void drain();
    void carry_out(const raft::Output& output);
    void persist(const raft::Persist& order);
    void write_next();
    void said(const raft::RoleChange& change);
    void arm_tick();
    std::size_t member_of(raft::MemberId id) const { return id.value - 1; }

    const Duration tick_;
    Contents first_;      // Before the log.
    Contents contents_;   // As far as it was applied; made anew at each start.
    raft::Saved saved_;   // The disk.
    std::optional<raft::Raft> raft_;
    std::uint64_t lives_ = 0;
    std::deque<raft::Input> todo_;
    bool stepping_ = false;
    std::deque<raft::Persist> orders_;
    bool writing_ = false;
    std::map<std::size_t, Time> silent_since_;   // By member: of what was not answered.
    std::set<std::uint64_t> homeless_;           // Requests that wait for a leader.
    std::set<std::uint64_t> proposed_;
    std::map<std::uint64_t, Reading> reads_;
};

}   // namespace glasshive::store::contrast
