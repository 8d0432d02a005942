#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "kernel/kernel.h"
#include "raft/raft.h"
#include "swarm/manager/replicated_state.h"

namespace glasshive::swarm {

/// One tick of the Raft clock. Source: swarmkit manager/state/raft/raft.go NewNode (TickInterval).
inline constexpr Duration raft_tick = std::chrono::seconds{1};
/// A peer that has not answered for this long counts as unreachable, and what was sent to it as
/// lost. Source: swarmkit manager/state/raft/transport/peer.go, sendTimeout of raft.go.
inline constexpr Duration raft_send_timeout = std::chrono::seconds{2};

/// Message::type of what managers say to one another.
inline constexpr std::uint16_t raft_message = 500;

/// A member's word on its way.
struct RaftEnvelope final : kernel::MessageBody {
    raft::Message message;
};

/// The disk a manager's log lives on.
class LogDisk {
  public:
    virtual ~LogDisk() = default;
    virtual kernel::QueueId queue(HostId host) = 0;
    /// Disk time of writing that much, in the queue's unit.
    virtual double work(HostId host, Bytes size) const = 0;
};

/// Drives one manager's raft::Raft in virtual time: its clock, its messages, its disk, its chance.
/// What is on the disk survives on_stop(); the rest does not.
///
/// A sole voter's disk takes no time: nobody else waits for it, and whoever asked does not see it.
class Consensus {
  public:
    class Listener {
      public:
        virtual ~Listener() = default;
        virtual void on_apply(const std::vector<raft::Entry>& entries) = 0;
        virtual void on_restore(const raft::Snapshot& snapshot) = 0;
        virtual void on_role(const raft::RoleChange& change) = 0;
        virtual void on_proposal_refused() = 0;
    };
    /// Timer tags tag_first and tag_first + 1; work tag tag_first.
    struct Place {
        ProcessId owner;
        HostId host;
        std::uint32_t tag_first = 0;
    };
    Consensus(kernel::Kernel& kernel, ReplicatedState& state, const Place& place, LogDisk* disk,
              Listener& listener);

    /// Becomes a member with this on its disk. Before start().
    void be(raft::MemberId id, raft::Saved saved);
    raft::MemberId id() const { return id_; }
    const raft::Saved& saved() const { return saved_; }
    /// Power on. `stand`: for election at once; a sole voter always does.
    void start(bool stand);
    /// Memory is lost, and what the disk had not written yet.
    void stop();
    bool running() const { return raft_.has_value(); }
    const raft::Raft* raft() const { return raft_ ? &*raft_ : nullptr; }

    void propose(raft::PayloadPtr payload);
    void change(raft::Change change);
    void transfer(raft::MemberId to);

    bool leads() const { return raft_ && raft_->role() == raft::Role::leader; }
    /// It leads and has applied its whole log: its state is as new as any.
    bool caught_up() const;
    /// Of the voters a majority was heard within the last two ticks, itself included.
    bool has_quorum() const;
    /// The peer answered lately. Known to leaders only.
    bool reaches(raft::MemberId peer) const;
    /// Ticks since a leader was known; 0 while one is.
    std::uint32_t leaderless_ticks() const { return leaderless_; }

    bool on_message(const kernel::Message& message);
    bool on_timer(std::uint32_t tag, std::uint64_t argument);
    void on_work_done();
    bool on_channel_closed(ChannelId channel);

  private:
    void step(raft::Input input);
    void drain();
    void carry_out(raft::Output output);
    void send(const raft::Message& message);
    void persist(const raft::Persist& order);
    void write_next();
    void tick();
    void arm_tick();
    void lose(raft::MemberId peer);
    bool alone() const { return raft_->membership().voters().size() <= 1; }

    struct Peer {
        ChannelId channel;
        std::optional<Time> silent_since;    // Of what was sent and not answered.
        std::optional<Time> heard_at;
        bool snapshot = false;               // One is on its way.
    };

    kernel::Kernel& kernel_;
    ReplicatedState& state_;
    const Place place_;
    LogDisk* disk_;
    Listener& listener_;
    raft::MemberId id_;
    raft::Saved saved_;
    std::optional<raft::Raft> raft_;
    std::deque<raft::Input> todo_;
    bool stepping_ = false;
    std::deque<raft::Persist> orders_;
    bool writing_ = false;
    std::map<raft::MemberId, Peer> peers_;
    std::uint32_t leaderless_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t lives_ = 0;
};

}   // namespace glasshive::swarm
