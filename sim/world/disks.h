#pragma once

#include "platform/machines.h"
#include "runtime/disk.h"

namespace glasshive::world {

/// The platform's disks as engines use them.
class Disks final : public runtime::Disk {
  public:
    explicit Disks(platform::Machines& machines) : machines_(machines) {}

    kernel::QueueId queue(HostId host) override { return machines_.disk(host); }
    double write_work(HostId host, Bytes size) const override {
        return machines_.write_work(host, size);
    }
    bool reserve(HostId host, Bytes size) override { return machines_.reserve_disk(host, size); }
    EventId filled_by(HostId host) const override { return machines_.disk_filled_by(host); }
    void release(HostId host, Bytes size) override { machines_.release_disk(host, size); }

  private:
    platform::Machines& machines_;
};

}   // namespace glasshive::world
