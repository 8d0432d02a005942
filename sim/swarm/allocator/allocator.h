#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "swarm/allocator/pools.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Gives networks their subnets, services their virtual addresses and published ports, tasks an
/// address on each of their networks. A task that has all it needs goes from NEW to PENDING,
/// "pending task scheduling"; one that does not stays NEW. What could not be given is tried again
/// when something was given back, and else after five minutes.
/// Source: swarmkit manager/allocator/network.go, moby daemon/libnetwork/cnmallocator.
class Allocator final : public Subscriber {
  public:
    explicit Allocator(Store& store);

    void start();
    void on_commit(std::span<const Committed> changes) override;
    void on_rejected(const Change& change) override;
    void tick();

  private:
    /// What a spec asks for. `missing`: a network that does not exist or has no subnet (yet).
    struct Wants {
        std::vector<NetworkId> networks;
        NameId missing;
        bool any = false;
    };
    Wants wants_of(const ServiceSpec& spec) const;
    /// Tasks of one service that stay NEW, in order of creation, and why.
    struct Waiting {
        std::set<TaskId> tasks;
        NameId message, network;
    };

    void take(const Committed& change);
    bool allocate_network(Batch& batch, const Network& network);
    bool allocate_service(Batch& batch, const Service& service);
    /// Fills endpoint's virtual_ips; false, and nothing taken, when one cannot be had.
    bool take_virtual_ips(const Service& service, const Wants& wants, Endpoint& endpoint);
    bool allocate_task(Batch& batch, const Task& task, Waiting& why);
    void allocate_fresh(Batch& batch);
    void retry_tasks(Batch& batch);
    bool take_ports(const ServiceSpec& spec, const Endpoint* before, Endpoint& endpoint);
    std::optional<Address> take_address(NetworkId network);
    void put_back(const AddressList& addresses);
    void put_back_ports(const std::vector<PortConfig>& ports);
    void say_why_not(NameId subject, NameId message, NameId network);
    NameId name(const char* text) const { return store_.kernel().names().intern(text); }

    Store& store_;
    NameId message_, ingress_;
    SubnetPool subnets_;
    PortPool ports_;
    std::map<NetworkId, AddressPool> pools_;
    std::set<ServiceId> allocated_;      // Of those that want something: it was given.
    std::vector<NetworkId> fresh_networks_;
    std::vector<ServiceId> fresh_services_;
    std::vector<TaskId> fresh_tasks_;
    std::set<NetworkId> waiting_networks_;
    std::set<ServiceId> waiting_services_;
    std::map<ServiceId, Waiting> waiting_tasks_;
    std::set<std::pair<NameId, NameId>> said_;   // Subject and network: once is enough.
    bool something_given_back_ = false;
    Time last_retry_{};
};

}   // namespace glasshive::swarm
