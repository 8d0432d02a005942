#include "engine/network.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <simgrid/kernel/routing/NetPoint.hpp>
#include <simgrid/kernel/routing/NetZoneImpl.hpp>

#include "base/assert.h"

namespace glasshive::engine {

namespace {

/// SimGrid counts in units of 1/1024 byte: Comm takes whole units only, and a flow that is stopped
/// and restarted must not lose a fraction of a byte each time. A power of two costs no precision.
constexpr double units_per_byte = 1024;
/// The least a link carries in the solver. A link that is down is the kernel's business: it stops
/// the flows that cross it. SimGrid's solver is not made for a capacity of zero.
constexpr Bandwidth least_bandwidth{8};

double units_per_second(Bandwidth bandwidth) {
    const Bandwidth carried = std::max(bandwidth, least_bandwidth);
    return static_cast<double>(carried.count) / 8.0 * units_per_byte;
}

}   // namespace

/// Answers every question for a route with the route of the flow being started.
class FlatZone final : public simgrid::kernel::routing::NetZoneImpl {
  public:
    using Links = std::vector<simgrid::kernel::resource::StandardLinkImpl*>;

    FlatZone() : NetZoneImpl("platform") {}

    void get_local_route(const simgrid::kernel::routing::NetPoint* from,
                         const simgrid::kernel::routing::NetPoint*,
                         simgrid::kernel::routing::Route* into, double*) override {
        into->link_list_ = from == source ? there : back;
    }

    const simgrid::kernel::routing::NetPoint* source = nullptr;
    Links there;   // Of the current flow.
    Links back;    // The way of its acknowledgements.
};

Network::Network(const kernel::Topology& topology, Profile profile)
    : topology_(topology), walks_back_(profile == Profile::realistic) {
    // The zone and everything in it belong to SimGrid's engine, which deletes them at the end.
    zone_ = new FlatZone;
    source_ = zone_->get_iface()->create_host("source", 1.0)->seal();
    target_ = zone_->get_iface()->create_host("target", 1.0)->seal();
    zone_->source = source_->get_netpoint();
    create_links();
    zone_->get_iface()->seal();
}

void Network::create_links() {
    const std::size_t count = topology_.link_count();
    links_.reserve(count);
    bandwidths_.reserve(count);
    changed_.assign(count, 0);
    for (std::uint32_t i = 0; i < count; ++i) {
        const Bandwidth bandwidth = topology_.link_bandwidth(LinkId{i});
        bandwidths_.push_back(bandwidth);
        // Latency stays 0: a latency changed while SimGrid pays it would be lost (see README).
        links_.push_back(zone_->get_iface()
                             ->create_link(std::to_string(i), units_per_second(bandwidth))
                             ->set_latency(0.0)
                             ->seal());
    }
}

simgrid::s4u::CommPtr Network::start(HostId from, HostId to, double bytes, double rate_cap) {
    SIM_ASSERT(bytes >= 0);
    SIM_ASSERT(rate_cap >= 0);
    const auto walk = [this](HostId a, HostId b, FlatZone::Links& into) {
        scratch_.clear();
        if (a != b) topology_.route(a, b, scratch_);
        into.clear();
        for (const LinkId link : scratch_) into.push_back(links_[link.index()]->get_impl());
    };
    // A Comm without bytes is not started by its ends being known, as those below are.
    const auto units = static_cast<std::uint64_t>(std::llround(bytes * units_per_byte));
    if (units == 0) return nullptr;
    walk(from, to, zone_->there);
    if (zone_->there.empty()) return nullptr;
    if (walks_back_) walk(to, from, zone_->back);
    // In this order: a rate is refused once an end is known, and the second end starts the Comm.
    simgrid::s4u::CommPtr comm = simgrid::s4u::Comm::sendto_init();
    if (rate_cap > 0) comm->set_rate(rate_cap * units_per_byte);
    comm->set_payload_size(units);
    comm->set_source(source_);
    comm->set_destination(target_);
    SIM_ASSERT(comm->get_state() == simgrid::s4u::Activity::State::STARTED);
    return comm;
}

double Network::remaining(const simgrid::s4u::Comm& comm) {
    return std::max(0.0, comm.get_remaining() / units_per_byte);
}

void Network::refresh() {
    any_changed_ = false;
    for (std::uint32_t i = 0; i < links_.size(); ++i) {
        const Bandwidth bandwidth = topology_.link_bandwidth(LinkId{i});
        changed_[i] = bandwidth != bandwidths_[i];
        if (!changed_[i]) continue;
        any_changed_ = true;
        bandwidths_[i] = bandwidth;
        links_[i]->set_bandwidth(units_per_second(bandwidth));
    }
}

bool Network::route_changed(HostId from, HostId to) const {
    scratch_.clear();
    if (from != to) topology_.route(from, to, scratch_);
    return std::any_of(scratch_.begin(), scratch_.end(),
                       [this](LinkId link) { return changed_[link.index()] != 0; });
}

}   // namespace glasshive::engine
