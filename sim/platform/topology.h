#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/topology.h"
#include "platform/cut_log.h"
#include "platform/fabric.h"
#include "platform/host_groups.h"
#include "platform/spec.h"

namespace glasshive::platform {

/// What makes a path worse. On links all three count; between groups only latency and loss.
struct Degradation {
    Duration latency{};             ///< Added, one way.
    std::uint32_t loss_ppm = 0;     ///< Combined: 1 - (1 - p)(1 - q).
    double factor = 1;              ///< Of the bandwidth.
    EventId why{};                  ///< What brought it about; equal ones may differ in it.

    friend bool operator==(const Degradation& a, const Degradation& b) {
        return a.latency == b.latency && a.loss_ppm == b.loss_ppm && a.factor == b.factor;
    }
};

/// A pair of groups known to the platform; dense from 0, in order of registration.
struct PairRuleTag;
using PairRuleId = Id<PairRuleTag>;

/// Hosts, switches and links as built, and what faults make of them now.
///
/// Routes never change: a dead link cuts the pairs routed over it until it is up again. Everything
/// that strikes is counted, so faults may overlap: a link is up when the last fault that held it
/// down is over, and what several degradations make of it is computed from the link as built each
/// time. Whoever changes something calls Kernel::topology_changed() afterwards (FaultInjector
/// does).
class Platform final : public kernel::Topology {
  public:
    /// Requires a spec in which check() found no error. Keeps a copy of the spec.
    explicit Platform(PlatformSpec spec);

    // --- kernel::Topology ------------------------------------------------------------------------
    std::size_t host_count() const override { return host_group_.size(); }
    std::size_t link_count() const override { return links_.size(); }
    std::string_view host_name(HostId host) const override;
    kernel::PathInfo path(HostId from, HostId to) const override;
    void route(HostId from, HostId to, std::vector<LinkId>& out) const override;
    Bandwidth link_bandwidth(LinkId link) const override;
    /// Also names a cut that began before `epoch` and was still in effect then. For a message that
    /// left on a whole path that is the same; a timer set during a partition learns of its cause.
    EventId cut_since(std::uint32_t epoch, HostId from, HostId to) const override;
    EventId worse_now(HostId from, HostId to) const override;

    // --- Places and names ------------------------------------------------------------------------
    const PlatformSpec& spec() const { return spec_; }
    /// Cores, memory, disk, role and labels: those of the host's group.
    const HostGroupSpec& machine(HostId host) const {
        return spec_.hosts[host_group_[host.index()]];
    }
    std::uint32_t zone_of(HostId host) const { return zone_of_rack_[host_rack_[host.index()]]; }
    std::uint32_t rack_of(HostId host) const { return host_rack_[host.index()]; }
    const std::vector<std::string>& zones() const { return zones_; }
    const std::vector<std::string>& racks() const { return racks_; }
    /// The host with that name, or an invalid id. The first call sorts the names.
    HostId find_host(std::string_view name) const;
    /// "<lower end>--<upper end>", parallel links with "#2", "#3"… behind.
    std::string link_name(LinkId link) const;
    std::string link_end_name(LinkId link, bool high) const;
    /// The link with that name, or an invalid id. The first call names every link.
    LinkId find_link(std::string_view name) const;
    /// Appends the hosts a target means, in order; none for links and unknown names.
    void hosts_of(const TargetSpec& target, std::vector<HostId>& out) const;
    /// Appends the links a target means: the one, or all with exactly one end among its hosts and
    /// their switches, in order.
    void links_of(const TargetSpec& target, std::vector<LinkId>& out) const;

    // --- Links and what strikes them -------------------------------------------------------------
    const LinkQuality& link_built(LinkId link) const { return built_[link.index()]; }
    const LinkQuality& link_now(LinkId link) const { return links_[link.index()]; }
    bool is_down(LinkId link) const { return links_[link.index()].down > 0; }
    /// `why` is what lost messages will be blamed on; only the first of overlapping cuts counts.
    void take_down(LinkId link, EventId why);
    void bring_up(LinkId link);
    void degrade(LinkId link, const Degradation& how);
    /// Takes back one equal degradation. Requires that it is there.
    void undo(LinkId link, const Degradation& how);

    // --- Pairs of groups -------------------------------------------------------------------------
    PairRuleId add_rule(HostGroups groups);
    bool is_cut(PairRuleId rule) const { return rules_[rule.index()].cuts > 0; }
    void cut(PairRuleId rule, EventId why);
    void heal(PairRuleId rule);
    void degrade(PairRuleId rule, const Degradation& how);
    void undo(PairRuleId rule, const Degradation& how);

  private:
    struct Rule {
        HostGroups groups;
        CutHistory history;
        std::uint32_t cuts = 0;
        std::vector<Degradation> degradations;
        bool is_active() const { return cuts > 0 || !degradations.empty(); }
    };

    template <class Visit>
    bool walk(HostId from, HostId to, Visit&& visit) const;
    void apply_rules(HostId from, HostId to, kernel::PathInfo& path) const;
    void recompute(LinkId link);
    void recompute_active();
    std::string node_name(std::uint32_t node) const;
    bool inside(std::uint32_t node, const TargetSpec& target, std::uint32_t index) const;
    std::uint32_t target_index(const TargetSpec& target) const;

    PlatformSpec spec_;
    // Hosts, one entry each.
    std::string host_names_;                      // All names in one piece.
    std::vector<std::uint32_t> name_begins_;      // One more than hosts.
    std::vector<std::uint32_t> host_group_;
    std::vector<std::uint32_t> host_rack_;
    std::vector<std::string> zones_, racks_;
    std::vector<std::uint32_t> zone_of_rack_;
    mutable std::vector<std::uint32_t> hosts_by_name_;   // Filled by find_host.
    mutable std::unordered_map<std::string, std::uint32_t> link_index_;   // By find_link.
    // Network.
    Fabric fabric_;                               // Its `links` are moved to built_.
    std::vector<LinkQuality> built_, links_;
    std::unordered_map<std::uint32_t, std::vector<Degradation>> degraded_;   // Looked up only.
    std::unordered_map<std::uint32_t, CutHistory> link_cuts_;                // Looked up only.
    std::vector<Rule> rules_;
    std::vector<std::uint32_t> active_rules_;     // Those that change paths now.
};

}   // namespace glasshive::platform
