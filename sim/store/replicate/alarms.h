#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/units.h"
#include "kernel/kernel.h"

namespace glasshive::store::replicate {

/// Timers of a process that say what happens then. The process hands its on_timer and on_stop on.
class Alarms {
  public:
    explicit Alarms(kernel::Kernel& kernel) : kernel_(kernel) {}

    /// Before the first alarm: whose they are, a running process.
    void set_owner(ProcessId owner) { owner_ = owner; }
    /// Its number, never 0.
    std::uint64_t set(Duration delay, std::function<void()> then) {
        const std::uint64_t number = ++last_;
        set_.emplace(number, Alarm{kernel_.after(owner_, delay, 0, number), std::move(then)});
        return number;
    }
    /// One that rang or was never set: nothing happens.
    void cancel(std::uint64_t number) {
        const auto at = set_.find(number);
        if (at == set_.end()) return;
        kernel_.cancel(at->second.timer);
        set_.erase(at);
    }
    void ring(std::uint64_t number) {
        const auto at = set_.find(number);
        if (at == set_.end()) return;
        const std::function<void()> then = std::move(at->second.then);
        set_.erase(at);
        then();
    }
    /// The incarnation is over; its timers never come.
    void clear() { set_.clear(); }

  private:
    struct Alarm {
        kernel::TimerId timer;
        std::function<void()> then;
    };
    kernel::Kernel& kernel_;
    ProcessId owner_;
    std::map<std::uint64_t, Alarm> set_;
    std::uint64_t last_ = 0;
};

}   // namespace glasshive::store::replicate
