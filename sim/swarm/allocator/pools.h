#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "swarm/state/objects.h"

/// What there is to give: addresses of a subnet, subnets, port numbers. Pure data.
namespace glasshive::swarm {

/// The addresses of one subnet, given in turn: a freed one comes again after the end was reached.
/// The first (network), the second (gateway) and the last (broadcast) are nobody's: a /24 has 253.
/// Source: moby libnetwork ipam AllocSerialPrefix, which swarmkit asks for.
class AddressPool {
  public:
    explicit AddressPool(Subnet subnet);

    /// Nothing when all are in use. O(1) while few are, O(addresses) when nearly all are.
    std::optional<std::uint32_t> take();
    /// One that is in use already; nothing happens when it is not of this subnet.
    void reserve(std::uint32_t ip);
    void release(std::uint32_t ip);
    std::uint32_t left() const { return left_; }

  private:
    bool has(std::uint32_t ip) const { return ip - base_ < used_.size(); }

    std::uint32_t base_, next_ = 0, left_ = 0;
    std::vector<bool> used_;
};

/// Subnets for networks that ask for none: the lowest free /24 of 10.0.0.0/8.
/// Source: swarmkit's default address pool; moby libnetwork/ipamutils.
class SubnetPool {
  public:
    std::optional<Subnet> take();
    /// False when it overlaps with one that is in use.
    bool reserve(Subnet subnet);
    void release(Subnet subnet) { used_.erase(subnet); }

  private:
    bool overlaps(Subnet subnet) const;

    std::set<Subnet> used_;
};

/// Published ports of the whole swarm, per protocol. Who asks for none gets the next of
/// 30000 to 32767. Source: moby daemon/libnetwork/cnmallocator/portallocator.go.
class PortPool {
  public:
    /// The number asked for, or for 0 one in turn; nothing when it is taken or none is left.
    std::optional<std::uint32_t> take(Protocol protocol, std::uint32_t number);
    void release(Protocol protocol, std::uint32_t number) { used_.erase({protocol, number}); }

  private:
    std::set<std::pair<Protocol, std::uint32_t>> used_;
    std::map<Protocol, std::uint32_t> next_;
};

inline constexpr std::uint32_t dynamic_port_first = 30000, dynamic_port_last = 32767;

}   // namespace glasshive::swarm
