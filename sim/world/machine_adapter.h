#pragma once

#include "platform/machines.h"
#include "runtime/machine.h"

namespace glasshive::world {

/// The platform's hosts as engines use them.
class MachineAdapter final : public runtime::Machine {
  public:
    explicit MachineAdapter(platform::Machines& machines) : machines_(machines) {}

    kernel::QueueId cpu(HostId host) override { return machines_.cpu(host); }
    kernel::QueueId disk(HostId host) override { return machines_.disk(host); }
    double write_work(HostId host, Bytes size) const override {
        return machines_.write_work(host, size);
    }
    bool take_disk(HostId host, Bytes size) override { return machines_.reserve_disk(host, size); }
    void give_disk(HostId host, Bytes size) override { machines_.release_disk(host, size); }
    EventId disk_filled_by(HostId host) const override { return machines_.disk_filled_by(host); }
    bool take_memory(HostId host, Bytes size) override {
        return machines_.reserve_memory(host, size);
    }
    void give_memory(HostId host, Bytes size) override { machines_.release_memory(host, size); }

  private:
    platform::Machines& machines_;
};

}   // namespace glasshive::world
