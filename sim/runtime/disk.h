#pragma once

#include "kernel/kernel.h"

namespace glasshive::runtime {

/// The disks that engines keep images on; platform's machines behind it, or a test's.
class Disk {
  public:
    virtual ~Disk() = default;
    /// The host's queue, in seconds of disk time.
    virtual kernel::QueueId queue(HostId host) = 0;
    /// Seconds of disk time that writing takes when nothing else uses the disk.
    virtual double write_work(HostId host, Bytes size) const = 0;
    /// Sets room aside; false, and nothing changes, when the disk has no room.
    virtual bool reserve(HostId host, Bytes size) = 0;
    /// The event that took the last of the room; scenario_cause when nothing but use did.
    virtual EventId filled_by(HostId host) const = 0;
    /// Requires that as many bytes are set aside.
    virtual void release(HostId host, Bytes size) = 0;
};

}   // namespace glasshive::runtime
