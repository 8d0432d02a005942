#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "raft/committed_log.h"
#include "swarm/decision.h"
#include "swarm/scheduler/policies/policies.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

class Manager;

/// A transaction as consensus carries it.
class TransactionPayload final : public raft::Payload {
  public:
    explicit TransactionPayload(ProposalPtr proposal) : proposal_(std::move(proposal)) {}
    const ProposalPtr& proposal() const { return proposal_; }
    /// About what swarmkit's protobuf objects take: a task with its spec half a kilobyte.
    Bytes size() const override {
        return Bytes{64 + static_cast<std::int64_t>(proposal_->changes.size()) * 512};
    }

  private:
    ProposalPtr proposal_;
};

/// "The state after entry `index`": what a snapshot carries. The state itself is here only once.
class StateImage final : public raft::Payload {
  public:
    explicit StateImage(Bytes size) : size_(size) {}
    Bytes size() const override { return size_; }

  private:
    Bytes size_;
};

/// What all managers of a swarm share in this program: the state as of the newest entry that any of
/// them applied, and the history behind it. Members that are behind hold nothing of their own but
/// how far they came; equal index, identical entry is asserted. Only the acting leader's control
/// loops read the state, and it is the newest there is, for a leader acts once it has applied its
/// whole log.
///
/// `force_new_cluster` on a member that is behind needs the state as of *its* index: that is made
/// again from a copy at the oldest index anybody may fall back to, and the entries since.
class ReplicatedState {
  public:
    /// With the routing mesh's network, as `docker swarm init` leaves it.
    explicit ReplicatedState(kernel::Kernel& kernel);
    ReplicatedState(const ReplicatedState&) = delete;
    ReplicatedState& operator=(const ReplicatedState&) = delete;

    /// docker swarm init --cert-expiry. Requires that no manager has started.
    void set_certificate_validity(Duration validity);
    /// The mesh's network is this one instead. Requires that no manager has started.
    void remake_ingress(NetworkSpec spec);

    Store& store() { return store_; }
    const Store& store() const { return store_; }

    /// A member joins with a disk whose snapshot stands at `index`.
    void add_member(raft::MemberId member, ProcessId process, raft::Index index);
    /// The member applied an entry; whoever is first makes it true.
    void apply(raft::MemberId member, const raft::Entry& entry);
    /// The member's own snapshot stands at `index` now: it never falls back behind it.
    void snapshot_taken(raft::MemberId member, raft::Index index);
    /// Everything after `index` never was: a new cluster is forced there.
    void fall_back_to(raft::Index index);
    raft::Index applied() const { return log_.last(); }
    /// Members that a forced new cluster left out. They are of another swarm now, which is not
    /// simulated: they stand still until they join anew.
    bool is_expelled(raft::MemberId member) const { return expelled_.count(member) > 0; }
    void expel_all_but(raft::MemberId survivor);
    void expel(raft::MemberId member) { expelled_.insert(member); }
    /// The process of a member; invalid for an unknown one.
    ProcessId process_of(raft::MemberId member) const;
    Bytes image_size() const;

    /// The manager whose loops act on the state; null: none.
    Manager* acting = nullptr;
    /// What the acting leader knew of the agents' processes, by node: only to blame a silence.
    std::vector<ProcessId> agents;
    /// How every leader of this swarm ranks nodes.
    PolicyMaker policy = maker_of(PlacementPolicy::spread);
    DecisionWatch* decisions = nullptr;    ///< Who sees every leader's decisions whole; null: none.
    std::uint32_t members_given = 0;       ///< Numbers of members so far; never reused.

  private:
    struct Past {
        ProposalPtr proposal;              // Null for entries without a transaction.
        Record record;
    };
    void forget_what_all_have();

    kernel::Kernel& kernel_;
    Store store_;
    raft::CommittedLog log_;
    std::unique_ptr<Store> base_;          // Once there is a second member.
    raft::Index base_index_ = 0;
    std::deque<Past> since_base_;
    std::map<raft::MemberId, ProcessId> processes_;    // Of everybody who ever was a member.
    std::map<raft::MemberId, raft::Index> snapshots_;  // Of members: where theirs stands.
    std::set<raft::MemberId> expelled_;
};

}   // namespace glasshive::swarm
