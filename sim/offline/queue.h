#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "offline/running.h"

namespace glasshive::offline {

/// Who waits: by priority, then by arrival. Those that ask alike stand in one queue, so that the
/// first of each speaks for all of them.
class WaitingQueue {
  public:
    using Order = std::pair<std::int64_t, Ordinal>;   // Priority, the highest first; arrival.
    using Alike = std::pair<Shape, std::int32_t>;     // And how many pieces.
    using Heads = std::set<std::pair<Order, Alike>>;

    static Order order_of(const Waiter& task) { return {-task.priority, task.who}; }

    void add(const Waiter& task) {
        const Alike kind{task.shape, task.gang};
        const Order order = order_of(task);
        std::map<Order, Waiter>& alike = queue_[kind];
        if (alike.empty() || order < alike.begin()->first) {
            if (!alike.empty()) heads_.erase({alike.begin()->first, kind});
            heads_.insert({order, kind});
        }
        alike.emplace(order, task);
        ++count_;
    }
    const Waiter& at(Heads::const_iterator head) const {
        return queue_.at(head->second).begin()->second;
    }
    /// Takes the head off; the next of its kind comes later in order. Returns the head behind it.
    Heads::const_iterator take(Heads::const_iterator head) {
        const auto alike = queue_.find(head->second);
        alike->second.erase(alike->second.begin());
        --count_;
        if (!alike->second.empty())
            heads_.insert({alike->second.begin()->first, alike->first});
        else
            queue_.erase(alike);
        return heads_.erase(head);
    }
    const Heads& heads() const { return heads_; }
    bool empty() const { return count_ == 0; }
    std::uint64_t count() const { return count_; }

  private:
    std::map<Alike, std::map<Order, Waiter>> queue_;   // None is empty.
    Heads heads_;                                      // The first of each.
    std::uint64_t count_ = 0;
};

}   // namespace glasshive::offline
