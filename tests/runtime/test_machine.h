#pragma once

#include <map>

#include "runtime/machine.h"

namespace glasshive::test {

/// Hosts with four cores, a disk that writes at once unless a test gives it a speed, and as much
/// room as a test gives them, which they share.
struct TestMachine final : runtime::Machine {
    explicit TestMachine(kernel::Kernel& k) : kernel(k) {}

    kernel::Kernel& kernel;
    double bytes_per_second = 0;   // 0: writing takes no time.
    Bytes room{INT64_MAX}, memory{INT64_MAX};
    EventId filler{};
    std::map<HostId, kernel::QueueId> cpus, disks;

    kernel::QueueId queue(std::map<HostId, kernel::QueueId>& of, HostId host, double cores) {
        const auto at = of.find(host);
        if (at != of.end()) return at->second;
        return of.emplace(host, kernel.add_queue(host, cores, 1)).first->second;
    }
    static bool take(Bytes& from, Bytes size) {
        if (size > from) return false;
        from -= size;
        return true;
    }
    kernel::QueueId cpu(HostId host) override { return queue(cpus, host, 4); }
    kernel::QueueId disk(HostId host) override { return queue(disks, host, 1); }
    double write_work(HostId, Bytes size) const override {
        return bytes_per_second > 0 ? static_cast<double>(size.count) / bytes_per_second : 0;
    }
    bool take_disk(HostId, Bytes size) override { return take(room, size); }
    void give_disk(HostId, Bytes size) override { room += size; }
    EventId disk_filled_by(HostId) const override { return filler; }
    bool take_memory(HostId, Bytes size) override { return take(memory, size); }
    void give_memory(HostId, Bytes size) override { memory += size; }
};

}   // namespace glasshive::test
