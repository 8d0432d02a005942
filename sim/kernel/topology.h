#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/units.h"

namespace glasshive::kernel {

/// What a message from one host to another meets now. Directed: from→to may differ from to→from.
struct PathInfo {
    Duration latency{};              ///< One way, with every fault's added latency.
    Bandwidth bottleneck{};          ///< Of the thinnest link, with every fault's reduction.
    std::uint32_t loss_ppm = 0;      ///< Chance that one packet is lost, per million.
    bool connected = true;           ///< False while a link is down or a partition cuts the pair.
};

/// The network as the kernel and the flow engine see it. `platform` implements it.
/// Power is not part of it: the kernel knows which hosts are on.
class Topology {
  public:
    virtual ~Topology() = default;

    virtual std::size_t host_count() const = 0;
    virtual std::size_t link_count() const = 0;
    /// As people see it in events. Lives as long as the topology.
    virtual std::string_view host_name(HostId host) const = 0;
    /// The path now. Cheap: implementations cache or compute without allocation.
    virtual PathInfo path(HostId from, HostId to) const = 0;
    /// Links from→to in order, appended to `out`; none for traffic inside one host.
    virtual void route(HostId from, HostId to, std::vector<LinkId>& out) const = 0;
    /// Bandwidth now, with every fault's reduction.
    virtual Bandwidth link_bandwidth(LinkId link) const = 0;
    /// The event of the earliest cut after `epoch` that severed from→to, even if it healed since;
    /// scenario_cause (0) when there was none.
    virtual EventId cut_since(std::uint32_t epoch, HostId from, HostId to) const = 0;

    /// The event of a cut that severs from→to now, or scenario_cause.
    virtual EventId cut_now(HostId from, HostId to) const {
        return path(from, to).connected ? scenario_cause : cut_since(0, from, to);
    }

    /// The newest event that makes from→to lossier, slower or thinner than it was built, while it
    /// does; scenario_cause when nothing does.
    virtual EventId worse_now(HostId, HostId) const { return scenario_cause; }

    /// Counts cuts: a message whose epoch at delivery is that at sending met none.
    std::uint32_t cut_epoch() const { return cut_epoch_; }
    /// Counts changes of any kind: while it stands still, every path does.
    std::uint32_t version() const { return version_; }

  protected:
    void note_change() { ++version_; }
    void note_cut() { ++cut_epoch_; ++version_; }

  private:
    std::uint32_t cut_epoch_ = 0;
    std::uint32_t version_ = 1;
};

/// Retransmission timeout before the first retry on a stream; doubles with each (RFC 6298 §2.1
/// floor as Linux ships it: TCP_RTO_MIN = 200 ms, include/net/tcp.h).
inline constexpr Duration rto_first = std::chrono::milliseconds{200};
/// Upper bound of the doubling: TCP_RTO_MAX, linux include/net/tcp.h.
inline constexpr Duration rto_most = std::chrono::seconds{120};
/// When TCP gives a silent peer up: tcp_retries2 = 15, about 924.6 s
/// (linux Documentation/networking/ip-sysctl.rst).
inline constexpr Duration tcp_gives_up = std::chrono::milliseconds{924'600};

}   // namespace glasshive::kernel
