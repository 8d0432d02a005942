#include "platform/machines.h"

#include <algorithm>

#include "base/assert.h"
#include "platform/events.h"

namespace glasshive::platform {
namespace {

double product(const std::vector<double>& factors) {
    double all = 1;
    for (const double factor : factors) all *= factor;
    return all;
}

void forget(std::vector<double>& factors, double factor) {
    const auto at = std::find(factors.begin(), factors.end(), factor);
    SIM_ASSERT(at != factors.end());
    factors.erase(at);
}

double seconds_at(Bytes size, Bandwidth rate) {
    SIM_ASSERT(size.count >= 0);
    SIM_ASSERT(rate.count > 0);
    return static_cast<double>(size.count) * 8 / static_cast<double>(rate.count);
}

}   // namespace

Machines::Machines(kernel::Kernel& kernel, const Platform& platform)
    : kernel_(kernel),
      platform_(platform),
      cpu_(platform.host_count(), no_queue),
      disk_(platform.host_count(), no_queue),
      memory_used_(platform.host_count()),
      disk_used_(platform.host_count()),
      touched_(platform.host_count()) {}

void Machines::announce() {
    Names& names = kernel_.names();
    for (std::uint32_t h = 0; h < platform_.host_count(); ++h) {
        const HostId host{h};
        const HostGroupSpec& machine = platform_.machine(host);
        const double cores = static_cast<double>(machine.cores.count) / 1e9;
        kernel_.emit(events::host_added, kernel_.name_of(host),
                     {field::name(names.intern(platform_.zones()[platform_.zone_of(host)])),
                      field::name(names.intern(platform_.racks()[platform_.rack_of(host)])),
                      field::real(cores), field::real(machine.speed),
                      field::bytes(machine.memory), field::bytes(machine.disk.capacity)});
    }
    for (std::uint32_t l = 0; l < platform_.link_count(); ++l) {
        const LinkId link{l};
        const LinkQuality& built = platform_.link_built(link);
        kernel_.emit(events::link_added, names.intern(platform_.link_name(link)),
                     {field::name(names.intern(platform_.link_end_name(link, false))),
                      field::name(names.intern(platform_.link_end_name(link, true))),
                      field::integer(built.bandwidth.count), field::duration(built.latency),
                      field::integer(built.loss_ppm)});
    }
}

// --- Work ----------------------------------------------------------------------------------------

void Machines::touch(HostId host) {
    if (touched_[host.index()]) return;
    touched_[host.index()] = true;
    in_use_.push_back(host);
}

double Machines::cpu_full(HostId host) const {
    const HostGroupSpec& machine = platform_.machine(host);
    return static_cast<double>(machine.cores.count) / 1e9 * machine.speed;
}

kernel::QueueId Machines::cpu(HostId host) {
    SIM_ASSERT(host.index() < cpu_.size());
    kernel::QueueId& queue = cpu_[host.index()];
    if (queue == no_queue) {
        queue = kernel_.add_queue(host, cpu_full(host), platform_.machine(host).speed);
        kernel_.set_queue_speed(queue, cpu_factor(host));
        touch(host);
    }
    return queue;
}

kernel::QueueId Machines::disk(HostId host) {
    SIM_ASSERT(host.index() < disk_.size());
    kernel::QueueId& queue = disk_[host.index()];
    if (queue == no_queue) {
        queue = kernel_.add_queue(host, 1, 1);
        kernel_.set_queue_speed(queue, disk_factor(host));
        touch(host);
    }
    return queue;
}

double Machines::read_work(HostId host, Bytes size) const {
    return seconds_at(size, platform_.machine(host).disk.read);
}

double Machines::write_work(HostId host, Bytes size) const {
    return seconds_at(size, platform_.machine(host).disk.write);
}

double Machines::cpu_use(HostId host) const {
    const kernel::QueueId queue = cpu_[host.index()];
    if (queue == no_queue) return 0;
    return kernel_.queue_rate_in_use(queue) / (cpu_full(host) * cpu_factor(host));
}

double Machines::disk_use(HostId host) const {
    const kernel::QueueId queue = disk_[host.index()];
    if (queue == no_queue) return 0;
    return kernel_.queue_rate_in_use(queue) / disk_factor(host);
}

// --- Room ----------------------------------------------------------------------------------------

Bytes Machines::memory_free(HostId host) const {
    return platform_.machine(host).memory - memory_used_[host.index()];
}

bool Machines::disk_full(HostId host) const {
    const Trouble* struck = trouble(host);
    return struck && struck->full > 0;
}

EventId Machines::disk_filled_by(HostId host) const {
    return disk_full(host) ? trouble(host)->filled_by : scenario_cause;
}

Bytes Machines::disk_free(HostId host) const {
    if (disk_full(host)) return {};
    return platform_.machine(host).disk.capacity - disk_used_[host.index()];
}

bool Machines::reserve_memory(HostId host, Bytes size) {
    SIM_ASSERT(size.count >= 0);
    if (size > memory_free(host)) return false;
    memory_used_[host.index()] += size;
    touch(host);
    return true;
}

bool Machines::reserve_disk(HostId host, Bytes size) {
    SIM_ASSERT(size.count >= 0);
    if (size > disk_free(host)) return false;
    disk_used_[host.index()] += size;
    touch(host);
    return true;
}

void Machines::release_memory(HostId host, Bytes size) {
    SIM_ASSERT(size.count >= 0);
    SIM_ASSERT(size <= memory_used_[host.index()]);
    memory_used_[host.index()] -= size;
}

void Machines::release_disk(HostId host, Bytes size) {
    SIM_ASSERT(size.count >= 0);
    SIM_ASSERT(size <= disk_used_[host.index()]);
    disk_used_[host.index()] -= size;
}

// --- Faults --------------------------------------------------------------------------------------

const Machines::Trouble* Machines::trouble(HostId host) const {
    const auto found = trouble_.find(host.value);
    return found == trouble_.end() ? nullptr : &found->second;
}

double Machines::cpu_factor(HostId host) const {
    const Trouble* struck = trouble(host);
    return struck ? product(struck->cpu) : 1;
}

double Machines::disk_factor(HostId host) const {
    const Trouble* struck = trouble(host);
    return struck ? product(struck->disk) : 1;
}

/// Queues that do not exist yet get the right speed when they are made.
void Machines::apply(HostId host) {
    if (cpu_[host.index()] != no_queue) {
        kernel_.set_queue_speed(cpu_[host.index()], cpu_factor(host));
    }
    if (disk_[host.index()] != no_queue) {
        kernel_.set_queue_speed(disk_[host.index()], disk_factor(host));
    }
}

void Machines::slow_cpu(HostId host, double factor) {
    SIM_ASSERT(factor > 0);
    trouble_[host.value].cpu.push_back(factor);
    apply(host);
}

void Machines::undo_slow_cpu(HostId host, double factor) {
    forget(trouble_[host.value].cpu, factor);
    apply(host);
}

void Machines::slow_disk(HostId host, double factor) {
    SIM_ASSERT(factor > 0);
    trouble_[host.value].disk.push_back(factor);
    apply(host);
}

void Machines::undo_slow_disk(HostId host, double factor) {
    forget(trouble_[host.value].disk, factor);
    apply(host);
}

void Machines::fill_disk(HostId host, EventId why) {
    Trouble& struck = trouble_[host.value];
    if (struck.full++ == 0) struck.filled_by = why;
}

void Machines::undo_fill_disk(HostId host) {
    SIM_ASSERT(trouble_[host.value].full > 0);
    --trouble_[host.value].full;
}

}   // namespace glasshive::platform
