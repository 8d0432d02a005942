#include "platform/sampler.h"

namespace glasshive::platform {

Sampler::Sampler(kernel::Kernel& kernel, const Machines& machines, Duration interval)
    : kernel_(kernel), machines_(machines), interval_(interval) {
    Names& names = kernel.names();
    cpu_ = names.intern("host.cpu");
    disk_busy_ = names.intern("host.disk_busy");
    memory_ = names.intern("host.memory");
    disk_ = names.intern("host.disk");
    sent_ = names.intern("host.sent");
    received_ = names.intern("host.received");
    counters_.resize(machines.platform().host_count());
    kernel.add_process(HostId{}, *this);
}

void Sampler::on_start() {
    if (interval_.count() > 0) kernel_.after(id(), interval_, 0);
}

void Sampler::on_timer(std::uint32_t, std::uint64_t) {
    const std::vector<HostId>& hosts = machines_.in_use();
    last_.resize(hosts.size());
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        Readings& last = last_[i];
        hand_on(cpu_, hosts[i], machines_.cpu_use(hosts[i]), last.cpu);
        hand_on(disk_busy_, hosts[i], machines_.disk_use(hosts[i]), last.disk_busy);
        const Bytes memory = machines_.memory_used(hosts[i]);
        const Bytes disk = machines_.disk_used(hosts[i]);
        hand_on(memory_, hosts[i], static_cast<double>(memory.count), last.memory);
        hand_on(disk_, hosts[i], static_cast<double>(disk.count), last.disk);
    }
    sample_traffic();
    kernel_.after(id(), interval_, 0);
}

void Sampler::sample_traffic() {
    const auto moved = [&](NameId series, HostId host, std::int64_t now, std::int64_t& last) {
        if (now - last < bytes_step.count) return;
        last = now;
        kernel_.events().sample(
            {kernel_.now(), series, kernel_.name_of(host), static_cast<double>(now)});
    };
    for (std::uint32_t h = 0; h < counters_.size(); ++h) {
        const kernel::TrafficTotals totals = kernel_.traffic(HostId{h});
        moved(sent_, HostId{h}, totals.sent, counters_[h].sent);
        moved(received_, HostId{h}, totals.received, counters_[h].received);
    }
}

void Sampler::hand_on(NameId series, HostId host, double value, double& last) {
    if (value == last) return;
    last = value;
    kernel_.events().sample({kernel_.now(), series, kernel_.name_of(host), value});
}

}   // namespace glasshive::platform
