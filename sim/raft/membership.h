#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "raft/entry.h"

namespace glasshive::raft {

/// Who votes, and who was shown the door. Part of every snapshot; changed only by applying a
/// Change, so that members at the same index agree on it.
class Membership {
  public:
    Membership() = default;
    explicit Membership(std::vector<MemberId> voters);

    /// Ascending.
    const std::vector<MemberId>& voters() const { return voters_; }
    /// Ascending. They are not listened to any more (swarmkit membership/cluster.go, `removed`).
    const std::vector<MemberId>& removed() const { return removed_; }
    bool has(MemberId member) const;
    bool was_removed(MemberId member) const;

    /// floor(n/2) + 1 voters; 1 for a cluster without voters, which nobody can reach.
    std::size_t majority() const { return voters_.size() / 2 + 1; }
    /// The greatest index that a majority of the voters has reached; 0 without voters.
    Index reached_by_majority(const std::function<Index(MemberId)>& reached) const;
    /// False when it changes nothing: a voter already, no voter, or one that was removed before.
    bool apply(const Change& change);

    friend bool operator==(const Membership&, const Membership&) = default;

  private:
    std::vector<MemberId> voters_;
    std::vector<MemberId> removed_;
};

}   // namespace glasshive::raft
