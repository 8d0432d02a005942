#include "raft/committed_log.h"

#include "base/assert.h"

namespace glasshive::raft {

CommittedLog::Verdict CommittedLog::record(const Entry& entry) {
    SIM_ASSERT(entry.at.index > forgotten_);
    if (entry.at.index > last() + 1) return Verdict::gap;
    if (entry.at.index <= last()) {
        return *find(entry.at.index) == entry ? Verdict::known : Verdict::differs;
    }
    entries_.push_back(entry);
    return Verdict::first;
}

const Entry* CommittedLog::find(Index index) const {
    if (index <= forgotten_ || index > last()) return nullptr;
    return &entries_[index - forgotten_ - 1];
}

void CommittedLog::forget_up_to(Index index) {
    SIM_ASSERT(index <= last());
    for (; forgotten_ < index; ++forgotten_) entries_.pop_front();
}

void CommittedLog::cut_after(Index index) {
    SIM_ASSERT(index >= forgotten_);
    if (index < last()) entries_.resize(index - forgotten_);
}

}   // namespace glasshive::raft
