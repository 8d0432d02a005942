#include "platform/fault_effects.h"

#include <string>

#include "base/assert.h"
#include "platform/events.h"

namespace glasshive::platform {

namespace {

std::string worse_in(const LinkQuality& now, const LinkQuality& built) {
    std::string words;
    const auto add = [&](bool worse, const char* what) {
        if (worse) words += std::string(words.empty() ? "" : ", ") + what;
    };
    add(now.bandwidth < built.bandwidth, "bandwidth");
    add(now.latency > built.latency, "latency");
    add(now.loss_ppm > built.loss_ppm, "loss");
    return words;
}

}   // namespace

FaultEffects::FaultEffects(kernel::Kernel& kernel, Platform& platform, Machines& machines)
    : kernel_(kernel),
      platform_(platform),
      machines_(machines),
      off_(platform.host_count()),
      paused_(platform.host_count()) {}

// --- Hosts ---------------------------------------------------------------------------------------

void FaultEffects::begin(const FaultSpec& fault, HostId host) {
    const double cpu = machines_.cpu_factor(host), disk = machines_.disk_factor(host);
    switch (fault.kind) {
        case FaultKind::power_off: power_off(host); break;
        case FaultKind::pause: pause(host); break;
        case FaultKind::slow_cpu:
            machines_.slow_cpu(host, fault.factor);
            say_speed(host, cpu);
            break;
        case FaultKind::slow_disk:
            machines_.slow_disk(host, fault.factor);
            say_disk_speed(host, disk);
            break;
        case FaultKind::full_disk: {
            EventId said{};   // Only the first of overlapping faults says so and is blamed.
            if (!machines_.disk_full(host)) {
                said = kernel_.emit(events::disk_full, kernel_.name_of(host),
                                    {field::bytes(machines_.disk_free(host))});
            }
            machines_.fill_disk(host, said);
            break;
        }
        default: SIM_ASSERT(false);
    }
}

void FaultEffects::end(const FaultSpec& fault, HostId host) {
    const double cpu = machines_.cpu_factor(host), disk = machines_.disk_factor(host);
    switch (fault.kind) {
        case FaultKind::power_off: power_on(host); break;
        case FaultKind::pause: resume(host); break;
        case FaultKind::slow_cpu:
            machines_.undo_slow_cpu(host, fault.factor);
            say_speed(host, cpu);
            break;
        case FaultKind::slow_disk:
            machines_.undo_slow_disk(host, fault.factor);
            say_disk_speed(host, disk);
            break;
        case FaultKind::full_disk:
            machines_.undo_fill_disk(host);
            if (machines_.disk_full(host)) break;
            kernel_.emit(events::disk_freed, kernel_.name_of(host),
                         {field::bytes(machines_.disk_free(host))});
            break;
        default: SIM_ASSERT(false);
    }
}

void FaultEffects::power_off(HostId host) {
    if (off_[host.index()]++ > 0) return;
    const EventId off = kernel_.emit(events::host_off, kernel_.name_of(host));
    const kernel::CauseScope scope(kernel_, off);
    kernel_.power_off(host, off);
}

void FaultEffects::power_on(HostId host) {
    SIM_ASSERT(off_[host.index()] > 0);
    if (--off_[host.index()] > 0) return;
    const EventId on = kernel_.emit(events::host_on, kernel_.name_of(host));
    {
        const kernel::CauseScope scope(kernel_, on);
        kernel_.power_on(host);
    }
    if (paused_[host.index()] > 0) freeze(host);
}

void FaultEffects::pause(HostId host) {
    if (paused_[host.index()]++ > 0 || off_[host.index()] > 0) return;
    freeze(host);
}

void FaultEffects::freeze(HostId host) {
    const EventId paused = kernel_.emit(events::host_paused, kernel_.name_of(host));
    const kernel::CauseScope scope(kernel_, paused);
    kernel_.pause(host, paused);
}

void FaultEffects::resume(HostId host) {
    SIM_ASSERT(paused_[host.index()] > 0);
    if (--paused_[host.index()] > 0 || off_[host.index()] > 0) return;
    const EventId resumed = kernel_.emit(events::host_resumed, kernel_.name_of(host));
    const kernel::CauseScope scope(kernel_, resumed);
    kernel_.resume(host);
}

void FaultEffects::say_speed(HostId host, double before) {
    const double now = machines_.cpu_factor(host);
    if (now == before) return;
    if (now == 1) {
        kernel_.emit(events::host_restored, kernel_.name_of(host));
    } else {
        kernel_.emit(events::host_slowed, kernel_.name_of(host), {field::real(now)});
    }
}

void FaultEffects::say_disk_speed(HostId host, double before) {
    const double now = machines_.disk_factor(host);
    if (now == before) return;
    if (now == 1) {
        kernel_.emit(events::disk_restored, kernel_.name_of(host));
    } else {
        kernel_.emit(events::disk_slowed, kernel_.name_of(host), {field::real(now)});
    }
}

// --- Links ---------------------------------------------------------------------------------------

NameId FaultEffects::name_of(LinkId link) {
    return kernel_.names().intern(platform_.link_name(link));
}

Degradation degradation_of(const FaultSpec& fault) {
    switch (fault.kind) {
        case FaultKind::packet_loss: return {.loss_ppm = ppm_of(fault.loss)};
        case FaultKind::added_latency: return {.latency = fault.latency};
        case FaultKind::reduced_bandwidth: return {.factor = fault.factor};
        default: SIM_ASSERT(false);
    }
    return {};
}

void FaultEffects::begin(const FaultSpec& fault, LinkId link) {
    if (fault.kind == FaultKind::link_down) {
        // Only the first of overlapping faults is a cut; the platform counts the others.
        EventId why = scenario_cause;
        if (!platform_.is_down(link)) why = kernel_.emit(events::link_down, name_of(link));
        platform_.take_down(link, why);
        return;
    }
    const LinkQuality before = platform_.link_now(link);
    Degradation how = degradation_of(fault);
    how.why = kernel_.cause();   // The fault's start.
    platform_.degrade(link, how);
    say_quality(link, before);
}

void FaultEffects::end(const FaultSpec& fault, LinkId link) {
    if (fault.kind == FaultKind::link_down) {
        platform_.bring_up(link);
        if (!platform_.is_down(link)) kernel_.emit(events::link_up, name_of(link));
        return;
    }
    const LinkQuality before = platform_.link_now(link);
    platform_.undo(link, degradation_of(fault));
    say_quality(link, before);
}

void FaultEffects::say_quality(LinkId link, const LinkQuality& before) {
    const auto same = [](const LinkQuality& a, const LinkQuality& b) {
        return a.latency == b.latency && a.bandwidth == b.bandwidth && a.loss_ppm == b.loss_ppm;
    };
    const LinkQuality& now = platform_.link_now(link);
    if (same(now, before)) return;
    const LinkQuality& built = platform_.link_built(link);
    const bool good = same(now, built);
    const NameId worse = good ? NameId{} : kernel_.names().intern(worse_in(now, built));
    kernel_.emit(good ? events::link_restored : events::link_degraded, name_of(link),
                 {field::integer(now.bandwidth.count), field::duration(now.latency),
                  field::integer(now.loss_ppm), field::name(worse)});
}

// --- Groups --------------------------------------------------------------------------------------

void FaultEffects::begin(const FaultSpec& fault, PairRuleId rule, EventId started) {
    if (fault.kind == FaultKind::partition) {
        platform_.cut(rule, started);
    } else {
        Degradation how = degradation_of(fault);
        how.why = started;
        platform_.degrade(rule, how);
    }
}

void FaultEffects::end(const FaultSpec& fault, PairRuleId rule) {
    if (fault.kind == FaultKind::partition) {
        platform_.heal(rule);
    } else {
        platform_.undo(rule, degradation_of(fault));
    }
}

}   // namespace glasshive::platform
