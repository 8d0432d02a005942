#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>

#include "swarm/discovery/backends.h"
#include "swarm/discovery/meter.h"

namespace glasshive::swarm::discovery {

/// A request that is about to be sent on, as the node that it entered knows it.
struct Arrival {
    NameId service;
    HostId entry;
    Time now{};
};

/// Chooses a service's backend for each new connection, instead of round robin. Belongs to one node
/// and sees what that node could see: Swarm has none, this is what another mesh would put there.
class Balancer {
  public:
    virtual ~Balancer() = default;
    /// An index into `backends`, which are all that the node knows, in the order it learned of
    /// them; never empty.
    virtual std::size_t pick(std::span<const Backend> backends, const Arrival& arrival) = 0;
};

/// One for a node; `life` counts from 0 how often that node's daemon ended before: a new one
/// remembers nothing of it.
using BalancerMaker = std::function<std::unique_ptr<Balancer>(HostId entry, std::uint32_t life)>;

/// What a run adds to the mesh that Swarm does not have, by service.
struct MeshOptions {
    std::map<NameId, BalancerMaker> balancers;
    /// Of those whose requests somebody counts; they outlive the mesh.
    std::map<NameId, Meter*> meters;
};

}   // namespace glasshive::swarm::discovery
