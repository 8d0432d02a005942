#include "platform/topology.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/assert.h"

namespace glasshive::platform {
namespace {

/// 1 - (1 - p)(1 - q) in parts per million, rounded to nearest.
std::uint32_t combined(std::uint32_t p, std::uint32_t q) {
    const std::uint64_t both = std::uint64_t{p} * q;
    return static_cast<std::uint32_t>(p + q - (both + 500'000) / 1'000'000);
}

void forget(std::vector<Degradation>& list, const Degradation& how) {
    const auto at = std::find(list.begin(), list.end(), how);
    SIM_ASSERT(at != list.end());
    list.erase(at);
}

}   // namespace

Platform::Platform(PlatformSpec spec) : spec_(std::move(spec)) {
    HostList list = expand_hosts(spec_);
    SIM_ASSERT(!list.hosts.empty());
    fabric_ = build_fabric(spec_, list);
    built_ = std::move(fabric_.links);
    links_ = built_;
    name_begins_.reserve(list.hosts.size() + 1);
    host_group_.reserve(list.hosts.size());
    host_rack_.reserve(list.hosts.size());
    for (const HostList::Entry& host : list.hosts) {
        name_begins_.push_back(static_cast<std::uint32_t>(host_names_.size()));
        host_names_ += host.name;
        host_group_.push_back(host.group);
        host_rack_.push_back(host.rack);
    }
    name_begins_.push_back(static_cast<std::uint32_t>(host_names_.size()));
    zones_ = std::move(list.zones);
    racks_ = std::move(list.racks);
    zone_of_rack_ = std::move(list.zone_of_rack);
}

std::string_view Platform::host_name(HostId host) const {
    SIM_ASSERT(host.index() < host_count());
    const std::uint32_t begin = name_begins_[host.index()];
    return std::string_view(host_names_).substr(begin, name_begins_[host.index() + 1] - begin);
}

template <class Visit>
bool Platform::walk(HostId from, HostId to, Visit&& visit) const {
    return std::visit(
        [&](const auto& routes) { return routes.walk(from.value, to.value, visit); },
        fabric_.routes);
}

kernel::PathInfo Platform::path(HostId from, HostId to) const {
    kernel::PathInfo path;
    if (from == to) {
        path.latency = spec_.topology.local_latency;
        path.bottleneck = spec_.topology.local_bandwidth;
        return path;
    }
    path.bottleneck = {std::numeric_limits<std::int64_t>::max()};
    bool whole = true;
    const bool reachable = walk(from, to, [&](std::uint32_t link) {
        const LinkQuality& now = links_[link];
        path.latency += now.latency;
        path.bottleneck = std::min(path.bottleneck, now.bandwidth);
        if (now.loss_ppm != 0) path.loss_ppm = combined(path.loss_ppm, now.loss_ppm);
        whole = whole && now.down == 0;
    });
    path.connected = reachable && whole;
    if (!active_rules_.empty()) apply_rules(from, to, path);
    return path;
}

void Platform::apply_rules(HostId from, HostId to, kernel::PathInfo& path) const {
    for (const std::uint32_t index : active_rules_) {
        const Rule& rule = rules_[index];
        if (!rule.groups.strikes(from, to)) continue;
        if (rule.cuts > 0) path.connected = false;
        for (const Degradation& how : rule.degradations) {
            path.latency += how.latency;
            path.loss_ppm = combined(path.loss_ppm, how.loss_ppm);
        }
    }
}

void Platform::route(HostId from, HostId to, std::vector<LinkId>& out) const {
    if (from == to) return;
    walk(from, to, [&](std::uint32_t link) { out.push_back(LinkId{link}); });
}

Bandwidth Platform::link_bandwidth(LinkId link) const {
    SIM_ASSERT(link.index() < links_.size());
    return links_[link.index()].bandwidth;
}

EventId Platform::cut_since(std::uint32_t epoch, HostId from, HostId to) const {
    if (from == to) return scenario_cause;
    const CutHistory::Cut* first = nullptr;
    const auto consider = [&](const CutHistory& history) {
        const CutHistory::Cut* cut = history.first_since(epoch);
        if (cut && (!first || cut->began < first->began)) first = cut;
    };
    if (!link_cuts_.empty()) {
        walk(from, to, [&](std::uint32_t link) {
            const auto found = link_cuts_.find(link);
            if (found != link_cuts_.end()) consider(found->second);
        });
    }
    for (const Rule& rule : rules_) {
        if (rule.groups.strikes(from, to)) consider(rule.history);
    }
    return first ? first->why : scenario_cause;
}

EventId Platform::worse_now(HostId from, HostId to) const {
    EventId newest = scenario_cause;
    if (from == to) return newest;
    const auto consider = [&](const std::vector<Degradation>& list) {
        for (const Degradation& how : list) newest = std::max(newest, how.why);
    };
    if (!degraded_.empty()) {
        walk(from, to, [&](std::uint32_t link) {
            const auto found = degraded_.find(link);
            if (found != degraded_.end()) consider(found->second);
        });
    }
    for (const std::uint32_t index : active_rules_) {
        if (rules_[index].groups.strikes(from, to)) consider(rules_[index].degradations);
    }
    return newest;
}

void Platform::take_down(LinkId link, EventId why) {
    if (links_[link.index()].down++ > 0) return;
    note_cut();
    link_cuts_[link.value].begin(cut_epoch(), why);
}

void Platform::bring_up(LinkId link) {
    SIM_ASSERT(links_[link.index()].down > 0);
    if (--links_[link.index()].down > 0) return;
    note_cut();   // An end raises the epoch too: it closes the cut's range of epochs.
    link_cuts_[link.value].end(cut_epoch());
}

void Platform::degrade(LinkId link, const Degradation& how) {
    degraded_[link.value].push_back(how);
    recompute(link);
}

void Platform::undo(LinkId link, const Degradation& how) {
    std::vector<Degradation>& list = degraded_[link.value];
    forget(list, how);
    recompute(link);
    if (list.empty()) degraded_.erase(link.value);
}

/// From the link as built, so that what is undone leaves no rounding behind.
void Platform::recompute(LinkId link) {
    LinkQuality now = built_[link.index()];
    double factor = 1;
    for (const Degradation& how : degraded_[link.value]) {
        now.latency += how.latency;
        now.loss_ppm = combined(now.loss_ppm, how.loss_ppm);
        factor *= how.factor;
    }
    if (factor != 1) {
        // At least one bit per second: a link that carries nothing is down, not slow.
        const double bits = static_cast<double>(now.bandwidth.count) * factor;
        now.bandwidth = {std::max<std::int64_t>(1, static_cast<std::int64_t>(bits))};
    }
    now.down = links_[link.index()].down;
    links_[link.index()] = now;
    note_change();
}

PairRuleId Platform::add_rule(HostGroups groups) {
    rules_.push_back({std::move(groups), {}, 0, {}});
    return PairRuleId{static_cast<std::uint32_t>(rules_.size() - 1)};
}

void Platform::cut(PairRuleId rule, EventId why) {
    if (rules_[rule.index()].cuts++ > 0) return;
    note_cut();
    rules_[rule.index()].history.begin(cut_epoch(), why);
    recompute_active();
}

void Platform::heal(PairRuleId rule) {
    SIM_ASSERT(rules_[rule.index()].cuts > 0);
    if (--rules_[rule.index()].cuts > 0) return;
    note_cut();
    rules_[rule.index()].history.end(cut_epoch());
    recompute_active();
}

void Platform::degrade(PairRuleId rule, const Degradation& how) {
    SIM_ASSERT(how.factor == 1);
    rules_[rule.index()].degradations.push_back(how);
    recompute_active();
}

void Platform::undo(PairRuleId rule, const Degradation& how) {
    forget(rules_[rule.index()].degradations, how);
    recompute_active();
}

void Platform::recompute_active() {
    active_rules_.clear();
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].is_active()) active_rules_.push_back(i);
    }
    note_change();
}

}   // namespace glasshive::platform
