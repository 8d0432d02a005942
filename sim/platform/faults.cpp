#include "platform/faults.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "platform/events.h"

namespace glasshive::platform {
namespace {

std::string describe(const TargetSpec& target) {
    switch (target.of) {
        case TargetSpec::Of::host: return "host " + target.name;
        case TargetSpec::Of::zone: return "zone " + target.name;
        case TargetSpec::Of::rack: return "rack " + target.name;
        case TargetSpec::Of::link: return "link " + target.name;
        case TargetSpec::Of::all: break;
    }
    return "all hosts";
}

std::string describe(const std::vector<TargetSpec>& targets) {
    std::string text;
    for (const TargetSpec& target : targets) {
        if (!text.empty()) text += ", ";
        text += describe(target);
    }
    return text;
}

/// Targets may overlap ("zone a, host n1"); each host or link is struck once.
template <class T>
void sort_unique(std::vector<T>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
}

bool strikes_links(FaultKind kind) {
    return kind == FaultKind::link_down || kind == FaultKind::packet_loss ||
           kind == FaultKind::added_latency || kind == FaultKind::reduced_bandwidth;
}

}   // namespace

std::string describe_target(const FaultSpec& fault) {
    if (!fault.trace.empty()) return "trace " + fault.trace_file;
    if (fault.groups.empty()) return describe(fault.targets);
    std::string text;
    for (const std::vector<TargetSpec>& group : fault.groups) {
        if (!text.empty()) text += fault.one_way ? " > " : " | ";
        text += describe(group);
    }
    if (fault.groups.size() == 1) text += fault.one_way ? " > everybody else" : " | everybody else";
    return text;
}

FaultInjector::FaultInjector(kernel::Kernel& kernel, Platform& platform, Machines& machines,
                             std::vector<FaultSpec> faults)
    : kernel_(kernel), platform_(platform), effects_(kernel, platform, machines) {
    kernel.add_process(HostId{}, *this);
    for (FaultSpec& fault : faults) add(std::move(fault));
}

void FaultInjector::add(FaultSpec spec) {
    Fault fault;
    Names& names = kernel_.names();
    fault.label = names.intern("fault " + std::to_string(faults_.size() + 1));
    fault.what = names.intern(to_text(spec.kind));
    fault.target = names.intern(describe_target(spec));
    for (const TargetSpec& target : spec.targets) {
        if (strikes_links(spec.kind)) {
            platform_.links_of(target, fault.links);
        } else {
            platform_.hosts_of(target, fault.hosts);
        }
    }
    sort_unique(fault.hosts);
    sort_unique(fault.links);
    fault.spec = std::move(spec);
    if (!fault.spec.groups.empty()) add_rule(fault);
    faults_.push_back(std::move(fault));
}

void FaultInjector::add_rule(Fault& fault) {
    HostGroups groups(platform_.host_count(), fault.spec.one_way);
    std::uint16_t number = 0;
    for (const std::vector<TargetSpec>& group : fault.spec.groups) {
        ++number;
        std::vector<HostId> hosts;
        for (const TargetSpec& target : group) platform_.hosts_of(target, hosts);
        for (const HostId host : hosts) groups.add(host, number);
    }
    if (number == 1) groups.add_the_rest(2);
    fault.rule = platform_.add_rule(std::move(groups));
}

// --- Plans ---------------------------------------------------------------------------------------

void FaultInjector::on_start() {
    const kernel::CauseScope scope(kernel_, scenario_cause);
    for (std::uint32_t f = 0; f < faults_.size(); ++f) plan(f);
    for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) arm(lane);
}

void FaultInjector::plan(std::uint32_t index) {
    const FaultSpec& spec = faults_[index].spec;
    if (!spec.trace.empty()) return plan_trace(index);
    if (spec.random) return plan_random(index);
    Lane lane;
    lane.fault = index;
    lane.next = later(Time{}, spec.at);
    lane.lasts = spec.lasts;
    if (spec.repeat) {
        lane.every = spec.repeat->every;
        lane.left = spec.repeat->times > 0 ? spec.repeat->times - 1 : -1;
    }
    lanes_.push_back(std::move(lane));
}

std::uint32_t FaultInjector::target_count(const Fault& fault) const {
    return static_cast<std::uint32_t>(std::max(fault.hosts.size(), fault.links.size()));
}

std::string FaultInjector::target_name(const Fault& fault, std::uint32_t index) const {
    if (fault.hosts.empty()) return platform_.link_name(fault.links[index]);
    return std::string(platform_.host_name(fault.hosts[index]));
}

void FaultInjector::plan_random(std::uint32_t index) {
    const FaultSpec& spec = faults_[index].spec;
    // Groups are one target: a network splits as a whole.
    const bool together = spec.random->together || faults_[index].rule;
    const std::uint32_t lanes = together ? 1 : target_count(faults_[index]);
    const Time from = std::max(kernel_.now(), later(Time{}, spec.at));
    const Time until = spec.until ? later(Time{}, *spec.until) : time_never;
    const std::string prefix = "fault/" + std::to_string(index + 1) + "/";
    for (std::uint32_t i = 0; i < lanes; ++i) {
        Lane lane;
        lane.fault = index;
        if (!together) lane.only = i;
        const std::string stream = prefix + (together ? "all" : target_name(faults_[index], i));
        lane.outages.emplace(kernel_.rng(stream), *spec.random, from, until);
        if (draw_next(lane)) lanes_.push_back(std::move(lane));
    }
}

bool FaultInjector::draw_next(Lane& lane) {
    const std::optional<Outages::Outage> outage = lane.outages->next();
    if (!outage) return false;
    lane.next = outage->begins;
    lane.lasts.reset();
    if (outage->ends != time_never) lane.lasts = outage->ends - outage->begins;
    return true;
}

void FaultInjector::plan_trace(std::uint32_t index) {
    Fault& fault = faults_[index];
    for (const OutageSpec& outage : fault.spec.trace) {
        const HostId host = platform_.find_host(outage.host);
        SIM_ASSERT(host.valid());
        fault.hosts.push_back(host);
    }
    sort_unique(fault.hosts);
    for (const OutageSpec& outage : fault.spec.trace) {
        const HostId host = platform_.find_host(outage.host);
        const auto at = std::lower_bound(fault.hosts.begin(), fault.hosts.end(), host);
        Lane lane;
        lane.fault = index;
        lane.only = static_cast<std::uint32_t>(at - fault.hosts.begin());
        lane.next = later(Time{}, outage.down_at);
        if (outage.up_at) lane.lasts = *outage.up_at - outage.down_at;
        lanes_.push_back(std::move(lane));
    }
}

void FaultInjector::arm(std::uint32_t lane) {
    const Time next = lanes_[lane].next;
    if (next == time_never) return;
    const Duration delay = next > kernel_.now() ? next - kernel_.now() : Duration{};
    kernel_.after(id(), delay, tag_strike, lane);
}

EventId FaultInjector::inject(FaultSpec spec) {
    SIM_ASSERT(kernel_.is_running(id()));
    SIM_ASSERT(!applying_);
    const auto first_lane = static_cast<std::uint32_t>(lanes_.size());
    add(std::move(spec));
    plan(static_cast<std::uint32_t>(faults_.size() - 1));
    EventId newest = scenario_cause;
    const auto end_lane = static_cast<std::uint32_t>(lanes_.size());
    for (std::uint32_t lane = first_lane; lane < end_lane; ++lane) {
        if (lanes_[lane].next > kernel_.now()) {
            const kernel::CauseScope scope(kernel_, scenario_cause);
            arm(lane);
        } else {
            // From now on, so that an end and repeats keep their distance.
            lanes_[lane].next = kernel_.now();
            newest = strike(lane);
        }
    }
    return newest;
}

// --- Strikes -------------------------------------------------------------------------------------

void FaultInjector::on_timer(std::uint32_t tag, std::uint64_t argument) {
    const auto index = static_cast<std::uint32_t>(argument);
    const auto generation = static_cast<std::uint32_t>(argument >> 32);
    if (tag == tag_strike) {
        if (!faults_[lanes_[index].fault].stopped) strike(index);
        return;
    }
    // A strike that was stopped early has given its slot away.
    if (strikes_[index].active && strikes_[index].generation == generation) end(index);
}

NameId FaultInjector::target_of(const Fault& fault, const Lane& lane) {
    if (lane.only == everything) return fault.target;
    const char* what = fault.hosts.empty() ? "link " : "host ";
    return kernel_.names().intern(what + target_name(fault, lane.only));
}

EventId FaultInjector::strike(std::uint32_t lane_index) {
    Lane& lane = lanes_[lane_index];
    Fault& fault = faults_[lane.fault];
    std::uint32_t slot = 0;
    if (free_strikes_.empty()) {
        slot = static_cast<std::uint32_t>(strikes_.size());
        strikes_.emplace_back();
    } else {
        slot = free_strikes_.back();
        free_strikes_.pop_back();
    }
    Strike& strike = strikes_[slot];
    strike.lane = lane_index;
    strike.number = ++fault.strikes;
    strike.active = true;
    ++strike.generation;
    const kernel::CauseScope from_scenario(kernel_, scenario_cause);
    const EventId started = kernel_.emit(
        events::fault_started, fault.label,
        {field::integer(lane.fault + 1), field::name(fault.what),
         field::name(target_of(fault, lane)), field::integer(strike.number)});
    strike.started = started;
    const kernel::CauseScope from_fault(kernel_, started);
    if (lane.lasts) {
        kernel_.after(id(), *lane.lasts, tag_end,
                      (static_cast<std::uint64_t>(strike.generation) << 32) | slot);
    }
    if (lane.every.count() > 0 && lane.left != 0) {
        if (lane.left > 0) --lane.left;
        lane.next = later(lane.next, lane.every);
        const kernel::CauseScope next_from_scenario(kernel_, scenario_cause);
        arm(lane_index);
    }
    apply(fault, lane, started, true);
    return started;
}

EventId FaultInjector::end(std::uint32_t slot) {
    const Strike strike = strikes_[slot];
    SIM_ASSERT(strike.active);
    strikes_[slot].active = false;
    free_strikes_.push_back(slot);
    Lane& lane = lanes_[strike.lane];
    const Fault& fault = faults_[lane.fault];
    const kernel::CauseScope from_start(kernel_, strike.started);
    const EventId ended = kernel_.emit(
        events::fault_ended, fault.label,
        {field::integer(lane.fault + 1), field::name(fault.what),
         field::name(target_of(fault, lane)), field::integer(strike.number)});
    if (lane.outages && !fault.stopped) {
        const kernel::CauseScope from_scenario(kernel_, scenario_cause);
        if (draw_next(lane)) arm(strike.lane);
    }
    const kernel::CauseScope from_end(kernel_, ended);
    apply(fault, lane, strike.started, false);
    return ended;
}

void FaultInjector::apply(const Fault& fault, const Lane& lane, EventId started, bool begins) {
    const auto each = [&](const auto& targets) {
        if (targets.empty()) return;
        const std::size_t from = lane.only == everything ? 0 : lane.only;
        const std::size_t to = lane.only == everything ? targets.size() : from + 1;
        for (std::size_t i = from; i < to; ++i) {
            if (begins) {
                effects_.begin(fault.spec, targets[i]);
            } else {
                effects_.end(fault.spec, targets[i]);
            }
        }
    };
    SIM_ASSERT(!applying_);
    applying_ = true;
    each(fault.hosts);
    each(fault.links);
    if (fault.rule && begins) effects_.begin(fault.spec, *fault.rule, started);
    if (fault.rule && !begins) effects_.end(fault.spec, *fault.rule);
    if (fault.rule || !fault.links.empty()) kernel_.topology_changed();
    applying_ = false;
}

EventId FaultInjector::stop(std::size_t number) {
    SIM_ASSERT(!applying_);
    EventId newest = scenario_cause;
    if (number == 0 || number > faults_.size()) return newest;
    faults_[number - 1].stopped = true;
    for (std::uint32_t slot = 0; slot < strikes_.size(); ++slot) {
        if (strikes_[slot].active && lanes_[strikes_[slot].lane].fault == number - 1) {
            newest = end(slot);
        }
    }
    return newest;
}

}   // namespace glasshive::platform
