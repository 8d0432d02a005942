#pragma once

#include <vector>

#include <simgrid/s4u.hpp>

#include "base/ids.h"
#include "engine/engine.h"
#include "kernel/topology.h"

namespace glasshive::engine {

class FlatZone;

/// The platform as SimGrid sees it: one flat zone with every link (bandwidth only, latency 0), and
/// two hosts that stand for whichever ends the flow being started has.
///
/// Two hosts suffice because SimGrid asks a host only for its route, and the zone answers with the
/// route of the current flow. So 100,000 machines cost no SimGrid host at all.
class Network {
  public:
    /// Creates and seals the zone. Requires that SimGrid's engine exists and is configured.
    Network(const kernel::Topology& topology, Profile profile);

    /// Starts a flow from→to; null when it takes no link or has no bytes.
    /// `bytes` is rounded to a 1024th; `rate_cap` in bytes per second, 0: none.
    simgrid::s4u::CommPtr start(HostId from, HostId to, double bytes, double rate_cap);
    /// What a flow has still to move, in bytes.
    static double remaining(const simgrid::s4u::Comm& comm);
    /// Reads all bandwidths again; the links that changed are then in `changed()`.
    void refresh();
    bool any_changed() const { return any_changed_; }
    /// Whether the route from→to holds a link whose bandwidth the last refresh changed.
    bool route_changed(HostId from, HostId to) const;

  private:
    void create_links();

    const kernel::Topology& topology_;
    bool walks_back_;                             // Cross-traffic: acknowledgements take room too.
    FlatZone* zone_ = nullptr;                    // SimGrid's engine owns it.
    simgrid::s4u::Host* source_ = nullptr;
    simgrid::s4u::Host* target_ = nullptr;
    std::vector<simgrid::s4u::Link*> links_;      // By LinkId.
    std::vector<Bandwidth> bandwidths_;           // What SimGrid was told last.
    std::vector<char> changed_;                   // By the last refresh.
    bool any_changed_ = false;
    mutable std::vector<LinkId> scratch_;
};

}   // namespace glasshive::engine
