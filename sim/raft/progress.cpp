#include "raft/progress.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::raft {

void Progress::become_probe() {
    // After a snapshot the member has at least that; else it has at least what it acknowledged.
    const Index sure = state == State::snapshot ? std::max(match, pending_snapshot) : match;
    state = State::probe;
    next = sure + 1;
    pending_snapshot = 0;
    probe_sent = false;
    inflight.clear();
}

void Progress::become_replicate() {
    state = State::replicate;
    next = match + 1;
    pending_snapshot = 0;
    probe_sent = false;
    inflight.clear();
}

void Progress::become_snapshot(Index at) {
    state = State::snapshot;
    pending_snapshot = at;
    probe_sent = false;
    inflight.clear();
}

bool Progress::paused(std::size_t inflight_max) const {
    switch (state) {
        case State::probe: return probe_sent;
        case State::replicate: return inflight.size() >= inflight_max;
        case State::snapshot: return true;
    }
    return true;
}

void Progress::sent(Index last) {
    if (state == State::probe) {
        probe_sent = true;
        return;
    }
    SIM_ASSERT(state == State::replicate);
    if (last < next) return;   // Carried nothing but the commit index: not counted.
    SIM_ASSERT(inflight.empty() || inflight.back() < last);
    next = last + 1;
    inflight.push_back(last);
}

bool Progress::accepted(Index index) {
    const bool news = index > match;
    if (news) {
        match = index;
        probe_sent = false;
    }
    next = std::max(next, index + 1);
    while (!inflight.empty() && inflight.front() <= index) inflight.pop_front();
    SIM_ASSERT(match < next);
    return news;
}

bool Progress::rejected(Index previous, Index retry) {
    if (state == State::replicate) {
        // Appends may overtake one another: what was acknowledged since is not in doubt.
        if (previous <= match) return false;
        become_probe();
        return true;
    }
    if (state != State::probe || previous + 1 != next) return false;
    next = std::max(std::min(previous, retry + 1), match + 1);
    probe_sent = false;
    return true;
}

}   // namespace glasshive::raft
