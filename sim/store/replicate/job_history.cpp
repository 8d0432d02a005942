#include "store/replicate/job_history.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::store::replicate {

using Kind = JobEvent::Kind;

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::added: return "added";
        case Kind::started: return "started";
        case Kind::stopped: return "stopped";
        case Kind::crashed: return "crashed";
    }
    return "";
}

std::size_t consecutive_crashes(const JobHistory& history, Duration healthy) {
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < history.size(); ++i) {
        const JobEvent& before = history[i + 1];
        if (history[i].kind == Kind::crashed) {
            if (history[i].when - before.when > healthy) return count;
            ++count;
        } else if (history[i].kind == Kind::stopped && before.kind == Kind::started) {
            return count;
        }
    }
    return count;
}

Duration crash_backoff(std::size_t crashes) {
    SIM_ASSERT(crashes > 0);
    const std::size_t doubled = std::min<std::size_t>(crashes - 1, 10);
    return std::chrono::seconds{30} * (std::int64_t{1} << doubled);
}

bool may_start(const JobHistory& history, Time now, Duration healthy) {
    SIM_ASSERT(!history.empty());
    if (history.front().kind == Kind::stopped) return true;
    if (history.size() == 1 && history.front().kind == Kind::added) return true;
    const auto crash = std::find_if(history.begin(), history.end(), [](const JobEvent& event) {
        return event.kind == Kind::crashed;
    });
    if (crash == history.end()) return true;
    const std::size_t crashes = consecutive_crashes(history, healthy);
    // The first crash after a long healthy run counts as none.
    return crashes == 0 || now - crash->when >= crash_backoff(crashes);
}

Time last_started(const JobHistory& history) {
    for (const JobEvent& event : history) {
        if (event.kind == Kind::started) return event.when;
    }
    return Time{};
}

}   // namespace glasshive::store::replicate
