#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "kernel/kernel.h"
#include "store/db/cost.h"

namespace glasshive::store {

/// What a replica's host lends it, and the other processes of its node that work on its copies.
struct ReplicaMachine {
    std::string node;
    kernel::QueueId cpu;    ///< In core-seconds.
    kernel::QueueId disk;   ///< In bytes, or in `disk_unit` for each of them.
    /// A sync, in bytes that the disk could have written meanwhile. A choice of the model: 1 ms of
    /// a disk of 200 MB/s.
    Bytes sync{200'000};
    double disk_unit = 1;   ///< Of the disk's queue, for a byte.

    /// What the disk reads and writes for it.
    Bytes disk_bytes(const Cost& cost) const;
    /// In units of the disk's queue.
    double disk_work(Bytes bytes) const { return static_cast<double>(bytes.count) * disk_unit; }
};

/// What a process has its host do, one piece beside the other: each on the processor, then on the
/// disk. The owner hands on what the kernel tells it.
class HostWork {
  public:
    /// Of all works of the owner.
    enum Tag : std::uint32_t { cpu_done, disk_done };

    HostWork(kernel::Kernel& kernel, ReplicaMachine machine)
        : kernel_(kernel),
          machine_(std::move(machine)) {}

    /// Calls `then` when it is done; never if the owner ends.
    void pay(ProcessId owner, const Cost& cost, std::function<void()> then);
    void on_work_done(ProcessId owner, std::uint32_t tag, std::uint64_t argument);
    /// The owner ends.
    void clear() { works_.clear(); }

  private:
    struct Work {
        Cost cost;
        std::function<void()> then;
    };

    kernel::Kernel& kernel_;
    ReplicaMachine machine_;
    std::map<std::uint64_t, Work> works_;
    std::uint64_t next_ = 1;
};

}   // namespace glasshive::store
