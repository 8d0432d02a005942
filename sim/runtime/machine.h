#pragma once

#include "kernel/kernel.h"

namespace glasshive::runtime {

/// What the host under an engine offers; platform's machines behind it, or a test's.
class Machine {
  public:
    virtual ~Machine() = default;
    /// The host's CPU queue, in core-seconds of speed 1. Made when first asked for, so that idle
    /// hosts need none.
    virtual kernel::QueueId cpu(HostId host) = 0;
    /// The host's disk queue, in seconds of disk time.
    virtual kernel::QueueId disk(HostId host) = 0;
    /// Seconds of disk time that writing takes when nothing else uses the disk.
    virtual double write_work(HostId host, Bytes size) const = 0;
    /// Sets room on the disk aside; false, and nothing changes, when there is none.
    virtual bool take_disk(HostId host, Bytes size) = 0;
    /// Requires that as many bytes are set aside.
    virtual void give_disk(HostId host, Bytes size) = 0;
    /// The event that took the last of the room; scenario_cause when nothing but use did.
    virtual EventId disk_filled_by(HostId host) const = 0;
    /// As for the disk.
    virtual bool take_memory(HostId host, Bytes size) = 0;
    virtual void give_memory(HostId host, Bytes size) = 0;
};

}   // namespace glasshive::runtime
