#pragma once

#include <map>

#include "runtime/disk.h"

namespace glasshive::test {

/// Disks that write at once unless a test gives them a speed, and are endless unless it gives
/// them a size, which all hosts share.
struct TestDisk final : runtime::Disk {
    explicit TestDisk(kernel::Kernel& k) : kernel(k) {}

    kernel::Kernel& kernel;
    double bytes_per_second = 0;   // 0: writing takes no time.
    Bytes room{INT64_MAX};
    EventId filler{};
    std::map<HostId, kernel::QueueId> queues;

    kernel::QueueId queue(HostId host) override {
        const auto at = queues.find(host);
        if (at != queues.end()) return at->second;
        return queues.emplace(host, kernel.add_queue(host, 1, 1)).first->second;
    }
    double write_work(HostId, Bytes size) const override {
        return bytes_per_second > 0 ? static_cast<double>(size.count) / bytes_per_second : 0;
    }
    bool reserve(HostId, Bytes size) override {
        if (size > room) return false;
        room -= size;
        return true;
    }
    EventId filled_by(HostId) const override { return filler; }
    void release(HostId, Bytes size) override { room += size; }
};

}   // namespace glasshive::test
