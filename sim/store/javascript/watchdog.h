#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace glasshive::store::javascript {

/// Looks at the wall clock from a thread of its own while something is under way that may never
/// end.
class Watchdog {
  public:
    /// `bark` runs on the watchdog's thread, several times, once the time is over.
    explicit Watchdog(std::function<void()> bark);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    void watch(std::chrono::milliseconds patience);
    void rest() { until_ = 0; }
    /// It is being watched, and the time is over. From any thread.
    bool over() const;

  private:
    void run();

    std::function<void()> bark_;
    std::atomic<std::int64_t> until_{0};   // Milliseconds of the wall clock; 0: rests.
    std::mutex mutex_;
    std::condition_variable ending_;
    bool ends_ = false;
    std::thread thread_;
};

}   // namespace glasshive::store::javascript
