#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "runtime/machine.h"
#include "swarm/manager/manager.h"

namespace glasshive::world {

/// The swarm's managers, and the state they share.
class Managers final : swarm::LogDisk {
  public:
    Managers(kernel::Kernel& kernel, runtime::Machine& machine, swarm::PolicyMaker policy)
        : kernel_(kernel), machine_(machine), state_(kernel) {
        state_.policy = std::move(policy);
    }

    /// A manager on this host; before found().
    void add(HostId host);
    /// Those added are the swarm's first members; the first of them will lead.
    void found();
    void start();

    /// docker node promote and demote. "" when it was taken, else why not, in SwarmKit's words.
    /// Require a leader that acts. A promoted node joins the consensus at once (SwarmKit: once it
    /// has its new certificate); a demoted one leaves when the leader has seen to it.
    std::string promote(HostId host);
    std::string demote(HostId host);
    /// Whether a manager runs there that has not left, and whose node is to be one.
    bool manages(HostId host) const;

    /// The one that acts as leader; null: none.
    swarm::Manager* leader();
    const swarm::Manager* leader() const;
    /// The manager on a host; null: none.
    swarm::Manager* on(HostId host);
    const swarm::Manager* on(HostId host) const;
    swarm::Manager& first() { return managers_.front(); }
    std::deque<swarm::Manager>& all() { return managers_; }
    std::vector<ProcessId> processes() const;
    const swarm::Store& store() const { return state_.store(); }
    /// See ReplicatedState.
    void set_certificate_validity(Duration validity) { state_.set_certificate_validity(validity); }
    void watch_decisions(swarm::DecisionWatch* watch) { state_.decisions = watch; }
    void remake_ingress(swarm::NetworkSpec spec) { state_.remake_ingress(std::move(spec)); }

  private:
    kernel::QueueId queue(HostId host) override { return machine_.disk(host); }
    double work(HostId host, Bytes size) const override { return machine_.write_work(host, size); }

    kernel::Kernel& kernel_;
    runtime::Machine& machine_;
    swarm::ReplicatedState state_;
    std::deque<swarm::Manager> managers_;   // Addresses must stay.
    std::vector<raft::MemberId> first_members_;
};

}   // namespace glasshive::world
