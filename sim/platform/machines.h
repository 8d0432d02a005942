#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "kernel/kernel.h"
#include "platform/topology.h"

namespace glasshive::platform {

/// What hosts compute and store with: a CPU queue, a disk queue, and how much memory and disk is
/// taken.
///
/// CPU: capacity cores * speed, in core-seconds of the reference core per second; one piece of work
/// is one thread and runs at most at `speed`. Disk: capacity 1, in seconds of disk time per second;
/// reads and writes share it, each costing bytes / its own bandwidth (read_work, write_work).
/// Queues are made when first asked for, so a host that computes nothing costs no memory.
///
/// Memory and disk are reserved, never measured: a container's limit is set aside when it starts.
class Machines {
  public:
    /// Both must outlive this.
    Machines(kernel::Kernel& kernel, const Platform& platform);

    /// Says what there is: one host.added per host, one link.added per link, in order. Once, at the
    /// start of the run; viewers and queries know hosts from nowhere else.
    void announce();

    // --- Work ------------------------------------------------------------------------------------
    kernel::QueueId cpu(HostId host);
    kernel::QueueId disk(HostId host);
    /// Amounts for WorkOptions::amount on the disk queue.
    double read_work(HostId host, Bytes size) const;
    double write_work(HostId host, Bytes size) const;
    /// Share of the CPU (disk) in use now, 0..1; 0 when it stands still.
    double cpu_use(HostId host) const;
    double disk_use(HostId host) const;

    // --- Room ------------------------------------------------------------------------------------
    /// Sets bytes aside; false, and nothing changes, when they are not free.
    bool reserve_memory(HostId host, Bytes size);
    bool reserve_disk(HostId host, Bytes size);
    /// Requires that as many bytes are set aside.
    void release_memory(HostId host, Bytes size);
    void release_disk(HostId host, Bytes size);
    Bytes memory_used(HostId host) const { return memory_used_[host.index()]; }
    Bytes disk_used(HostId host) const { return disk_used_[host.index()]; }
    Bytes memory_free(HostId host) const;
    Bytes disk_free(HostId host) const;   ///< 0 while a fault keeps the disk full.
    bool disk_full(HostId host) const;    ///< A fault keeps it full.
    /// What the fault that keeps it full said; scenario_cause when none does.
    EventId disk_filled_by(HostId host) const;

    // --- Faults: each call is undone by one with the same argument -------------------------------
    void slow_cpu(HostId host, double factor);
    void undo_slow_cpu(HostId host, double factor);
    void slow_disk(HostId host, double factor);
    void undo_slow_disk(HostId host, double factor);
    /// `why`: the event that says so.
    void fill_disk(HostId host, EventId why);
    void undo_fill_disk(HostId host);
    /// The product of what slows the host now; exactly 1 when nothing does.
    double cpu_factor(HostId host) const;
    double disk_factor(HostId host) const;

    /// Hosts that have a queue or ever reserved something, in order of first use: all that a
    /// sampler must look at.
    const std::vector<HostId>& in_use() const { return in_use_; }
    const Platform& platform() const { return platform_; }

  private:
    static constexpr kernel::QueueId no_queue = kernel::QueueId::none;
    /// What faults do to one host; only hosts that are struck have one.
    struct Trouble {
        std::vector<double> cpu;
        std::vector<double> disk;
        int full = 0;
        EventId filled_by{};
    };

    void touch(HostId host);
    double cpu_full(HostId host) const;
    void apply(HostId host);
    const Trouble* trouble(HostId host) const;

    kernel::Kernel& kernel_;
    const Platform& platform_;
    std::vector<kernel::QueueId> cpu_, disk_;
    std::vector<Bytes> memory_used_, disk_used_;
    std::vector<bool> touched_;
    std::vector<HostId> in_use_;
    std::unordered_map<std::uint32_t, Trouble> trouble_;   // Looked up only, never walked.
};

}   // namespace glasshive::platform
