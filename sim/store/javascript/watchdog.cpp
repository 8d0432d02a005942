#include "store/javascript/watchdog.h"

namespace glasshive::store::javascript {

namespace {

constexpr std::chrono::milliseconds between_looks{50};

std::int64_t wall_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}   // namespace

Watchdog::Watchdog(std::function<void()> bark)
    : bark_(std::move(bark)),
      thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    ending_.notify_all();
    thread_.join();
}

void Watchdog::watch(std::chrono::milliseconds patience) { until_ = wall_ms() + patience.count(); }

bool Watchdog::over() const {
    const std::int64_t until = until_;
    return until != 0 && wall_ms() > until;
}

void Watchdog::run() {
    std::unique_lock lock(mutex_);
    while (!ends_) {
        ending_.wait_for(lock, between_looks);
        if (over()) bark_();
    }
}

}   // namespace glasshive::store::javascript
