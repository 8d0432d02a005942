#pragma once

#include "kernel/kernel.h"
#include "raft/raft.h"
#include "swarm/manager/replicated_state.h"

namespace glasshive::swarm {

/// Says how a manager's log stands and whom it votes for: raft.log, raft.vote. A log is no news at
/// every entry: said when it changed, at most once a second, and at once when somebody else leads.
/// A swarm of one manager says nothing: what it logs is committed.
class MemberReport {
  public:
    MemberReport(kernel::Kernel& kernel, const ReplicatedState& state, NameId host)
        : kernel_(kernel),
          state_(state),
          host_(host) {}

    /// Cost: a few comparisons while there is no news.
    void tell(const raft::Raft& member);

  private:
    NameId host_of(raft::MemberId member) const;

    struct Told {
        raft::Term term = 0;
        raft::MemberId leader;
        raft::Index last = 0, commit = 0;
        bool operator==(const Told&) const = default;
    };

    kernel::Kernel& kernel_;
    const ReplicatedState& state_;
    NameId host_;
    Told told_;
    Time told_at_{};
    raft::Term voted_in_ = 0;   // The last term whose vote was said.
};

}   // namespace glasshive::swarm
