#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "offline/cluster.h"

namespace glasshive::offline {

/// Which task, counted in order of submission from 0.
using Ordinal = std::uint64_t;

/// A task that waits, or that may have to wait again.
struct Waiter {
    Ordinal who = 0;
    Shape shape = 0;
    std::int32_t gang = 1;
    std::int64_t priority = 0;
    Time submit{};
    Duration run{};
    bool stays = false;
    std::uint16_t interrupted = 0;        ///< How often it had to begin anew.
    std::optional<swarm::NodeId> before;   ///< Where its first piece ran then.
};

/// The row of a running task; used again after it.
using Slot = std::uint32_t;

/// Where a task's pieces are. Nearly all tasks are one piece, which stands in the row itself: each
/// end of a task would wait for another line of memory else.
class Places {
  public:
    void assign(const std::vector<Placement>& places) {
        count_ = places.size();
        if (count_ == 1)
            one_ = places.front();
        else
            more_ = places;
    }
    void clear() { count_ = 0; }
    bool empty() const { return count_ == 0; }
    std::size_t size() const { return count_; }
    const Placement* begin() const { return count_ == 1 ? &one_ : more_.data(); }
    const Placement* end() const { return begin() + count_; }
    const Placement& front() const { return *begin(); }   ///< Requires one.

  private:
    Placement one_{};
    std::size_t count_ = 0;
    std::vector<Placement> more_;
};

struct Running {
    Waiter task;
    Places places;   ///< Of its pieces; empty: nobody is in this slot.
    Time since{};
    std::uint32_t number = 0;        ///< Of this start: what was planned for another is void.
};

/// Tasks that run, and, when asked for, which of them are on a node.
class RunningSet {
  public:
    /// `by_node`: on() will be asked.
    RunningSet(std::size_t nodes, bool by_node) : on_(by_node ? nodes : 0) {}

    Slot start(const Waiter& task, const std::vector<Placement>& places, Time now);
    /// Forgets the task. What is returned is valid until the next start().
    const Running& stop(Slot slot);
    const Running& operator[](Slot slot) const { return slots_[slot]; }
    /// The slot will be asked for soon.
    void prefetch(Slot slot) const {
        const char* const row = reinterpret_cast<const char*>(&slots_[slot]);
        __builtin_prefetch(row);
        __builtin_prefetch(row + sizeof(Running) - 1);
    }
    /// Whether the start with that number still runs there.
    bool runs(Slot slot, std::uint32_t number) const {
        return slots_[slot].number == number && !slots_[slot].places.empty();
    }
    /// In no order. A task with several pieces there is there several times.
    const std::vector<Slot>& on(swarm::NodeId node) const { return on_[node.index()]; }
    std::size_t count() const { return count_; }
    /// All slots, those that nobody is in, too.
    const std::vector<Running>& slots() const { return slots_; }

  private:
    std::vector<Running> slots_;
    std::vector<Slot> free_;
    std::vector<std::vector<Slot>> on_;   // By node.
    Running stopped_;
    std::size_t count_ = 0;
    std::uint32_t started_ = 0;
};

}   // namespace glasshive::offline
