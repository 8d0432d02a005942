#include "swarm/agent/reports.h"

#include <algorithm>
#include <utility>

namespace glasshive::swarm::agent {

namespace {
/// Keeps each task's newest entry, at the newest's place.
void keep_newest(std::vector<TaskStatus>& list) {
    std::vector<TaskStatus> kept;
    for (auto at = list.rbegin(); at != list.rend(); ++at) {
        const bool seen = std::any_of(kept.begin(), kept.end(),
                                      [&](const TaskStatus& k) { return k.id == at->id; });
        if (!seen) kept.push_back(*at);
    }
    std::reverse(kept.begin(), kept.end());
    list = std::move(kept);
}
}   // namespace

void Reports::add(const TaskStatus& status, bool connected) {
    if (!connected) {
        const auto same = [&](const TaskStatus& w) { return w.id == status.id; };
        list_.erase(std::remove_if(list_.begin() + sent_, list_.end(), same), list_.end());
    }
    list_.push_back(status);
}

std::vector<TaskStatus> Reports::take() {
    std::vector<TaskStatus> taken(list_.begin() + sent_, list_.end());
    sent_ = static_cast<std::uint32_t>(list_.size());
    return taken;
}

void Reports::before_beat() { confirming_ = sent_; }

void Reports::beat_answered() {
    list_.erase(list_.begin(), list_.begin() + confirming_);
    sent_ -= confirming_;
    confirming_ = 0;
    if (list_.empty()) list_.shrink_to_fit();
}

void Reports::session_lost() {
    keep_newest(list_);
    confirming_ = sent_ = 0;
}

void Reports::forget() {
    list_.clear();
    confirming_ = sent_ = 0;
}

}   // namespace glasshive::swarm::agent
