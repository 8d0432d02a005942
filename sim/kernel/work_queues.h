#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "kernel/kernel.h"
#include "kernel/processor_sharing.h"

namespace glasshive::kernel {

/// Processor-sharing queues bound to hosts, their items bound to processes. Frozen while the host
/// is paused, emptied of a process's items when it dies. Part of Kernel; use it through Kernel.
class WorkQueues {
  public:
    explicit WorkQueues(Kernel& kernel) : k_(kernel) {}

    QueueId add_queue(HostId host, double capacity, double item_cap);
    void set_speed(QueueId queue, double speed);
    WorkId submit(ProcessId owner, QueueId queue, const WorkOptions& options);
    void cancel(WorkId work);
    void drop_owner(ProcessId owner);
    void freeze(HostId host);
    void thaw(HostId host);
    double rate_in_use(QueueId queue) const;
    std::size_t length(QueueId queue) const;
    double left(WorkId work) const;
    /// A queue entry fell due: hands over whatever is complete.
    void look(std::uint64_t payload);

  private:
    struct Item {
        ProcessId owner;
        std::uint32_t incarnation = 0;
        std::uint32_t generation = 1;
        std::uint32_t queue = 0;
        std::uint32_t live_index = 0;
        std::uint32_t tag = 0;
        bool used = false;
        std::uint64_t argument = 0;
        EventId cause{};
    };
    /// What a queue has from its first item on; most never get one.
    struct Load {
        ProcessorSharing sharing;
        // Instants it will be looked at, the earliest last. An entry that comes too early looks on;
        // a new one is queued only when nothing pending comes in time, so that a long job beside
        // short ones does not leave an entry behind for each of them.
        std::vector<Time> looks;
        std::vector<std::uint32_t> live;   // Slots of its items.
    };
    struct Queue {
        std::unique_ptr<Load> load;
        double capacity;
        Time changed;   // When its speed was said last.
        HostId host;
        bool frozen = false;
        double item_cap;
        double speed = 1;
    };

    static std::uint64_t key(std::uint32_t slot) { return slot + 1ULL; }   // 0 is nobody's.
    static double speed_now(const Queue& queue) { return queue.frozen ? 0 : queue.speed; }
    Queue& queue(QueueId id);
    const Queue& queue(QueueId id) const;
    void arm(std::uint32_t index);
    void apply_speed(std::uint32_t index);
    void free_item(std::uint32_t slot);
    /// The slot of an item that is not done; nothing when it is.
    std::optional<std::uint32_t> find(WorkId id) const;

    Kernel& k_;
    std::deque<Queue> queues_;   // Without room to spare: one is large, and each busy host has one.
    std::vector<std::vector<std::uint32_t>> queues_of_;   // By host.
    std::vector<Item> items_;
    std::vector<std::uint32_t> free_;
};

}   // namespace glasshive::kernel
