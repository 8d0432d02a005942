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
        std::erase_if(waiting_, [&](const TaskStatus& w) { return w.id == status.id; });
    }
    waiting_.push_back(status);
}

std::vector<TaskStatus> Reports::take() {
    sent_.insert(sent_.end(), waiting_.begin(), waiting_.end());
    return std::exchange(waiting_, {});
}

void Reports::before_beat() {
    if (confirming_.empty()) confirming_.swap(sent_);
    confirming_.insert(confirming_.end(), sent_.begin(), sent_.end());
    std::vector<TaskStatus>().swap(sent_);   // Idle agents are many: they keep no room either.
}

void Reports::session_lost() {
    std::vector<TaskStatus> all = std::exchange(confirming_, {});
    all.insert(all.end(), sent_.begin(), sent_.end());
    all.insert(all.end(), waiting_.begin(), waiting_.end());
    sent_.clear();
    keep_newest(all);
    waiting_ = std::move(all);
}

void Reports::forget() {
    waiting_.clear();
    sent_.clear();
    confirming_.clear();
}

}   // namespace glasshive::swarm::agent
