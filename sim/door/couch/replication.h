#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "store/replicate/cluster_peer.h"
#include "store/replicate/peer_server.h"
#include "store/replicate/scheduler.h"

namespace glasshive::door::couch {

class Front;

/// Which databases a cluster's replications may reach: those of its own nodes, by a bare name, by a
/// node's or a host's name, or by the address at which a real listener stands for the node; and
/// those of the run's other clusters, likewise. If Front::open_outside() was called, every other
/// host is one of the real network, and so are all addresses in digits but the listeners'.
class Resolver final : public store::replicate::PeerResolver {
  public:
    explicit Resolver(Front& front) : front_(front) {}
    /// Another cluster of this run. It outlives this one's replications.
    void know(Front& other) { others_.push_back(&other); }
    /// Node `member` answers at "127.0.0.1:5984", too.
    void set_address(const std::string& address, std::size_t member) {
        addresses_[address] = member;
    }
    store::replicate::PeerAnswer<std::unique_ptr<store::replicate::Peer>>
    resolve(const std::string& node, const store::replicate::Endpoint& endpoint,
            const store::replicate::PeerPatience& patience) override;

  private:
    struct Place {
        Front* front = nullptr;
        std::size_t member = 0;
    };
    Place find(const std::string& node, const store::replicate::Endpoint& endpoint);

    Front& front_;
    std::vector<Front*> others_;
    std::map<std::string, std::size_t> addresses_;
};

/// What a node's HTTP interface would ask of a replicator: who it is, and what design documents'
/// filters say.
/// Differs: passwords of `_users` are looked up in the copies as they stand, not by a read.
class Gate final : public store::replicate::PeerGate {
  public:
    Gate(Front& front, std::size_t member) : front_(front), member_(member) {}
    std::optional<store::replicate::PeerError> refuses(const store::replicate::PeerCredentials& who,
                                                       const std::string& database,
                                                       Verb verb) override;
    std::optional<store::replicate::PeerError> too_large(const store::ReplicatedEdit&) override;
    store::json::Value user(const store::replicate::PeerCredentials& who,
                            const std::string& database) override;
    void script_filter(
        const std::string& database, const store::replicate::ChangesFilter& filter,
        store::replicate::PeerThen<std::shared_ptr<const store::ChangeFilter>> then) override;

  private:
    Front& front_;
    std::size_t member_;
};

}   // namespace glasshive::door::couch
