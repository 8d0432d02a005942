#include "raft/log.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::raft {

Log::Log(const Saved& saved)
    : snapshot_(saved.snapshot), base_(saved.snapshot.at),
      entries_(saved.entries.begin(), saved.entries.end()) {
    SIM_ASSERT(entries_.empty() || entries_.front().at.index == first());
    SIM_ASSERT(last().index == base_.index + entries_.size());
}

const Entry& Log::entry(Index index) const {
    SIM_ASSERT(index >= first());
    SIM_ASSERT(index <= last().index);
    return entries_[index - first()];
}

std::optional<Term> Log::term_at(Index index) const {
    if (index == base_.index) return base_.term;
    if (index < base_.index || index > last().index) return std::nullopt;
    return entry(index).at.term;
}

std::vector<Entry> Log::slice(Index from, Bytes room) const {
    std::vector<Entry> found;
    Bytes used{};
    for (Index index = from; index <= last().index; ++index) {
        used += size_of(entry(index));
        if (used > room && !found.empty()) break;
        found.push_back(entry(index));
    }
    return found;
}

std::vector<Entry> Log::range(Index from, Index to) const {
    std::vector<Entry> found;
    for (Index index = from; index <= to; ++index) found.push_back(entry(index));
    return found;
}

void Log::append(Entry entry) {
    SIM_ASSERT(entry.at.index == last().index + 1);
    SIM_ASSERT(entry.at.term >= last().term);   // Terms never go back along a log.
    entries_.push_back(std::move(entry));
}

void Log::truncate(Index from) {
    SIM_ASSERT(from >= first());
    SIM_ASSERT(from > snapshot_.at.index);   // What a snapshot covers is committed.
    if (from <= last().index) entries_.resize(from - first());
}

Position Log::conflict(Index hint, Term term) const {
    Index index = std::min(hint, last().index);
    while (index > base_.index && entry(index).at.term > term) --index;
    // Below what is kept nothing is known but that a snapshot covers it.
    return {index < base_.index ? 0 : *term_at(index), index};
}

void Log::compact(Snapshot snapshot, Index keep_from) {
    SIM_ASSERT(snapshot.at.index > snapshot_.at.index);
    SIM_ASSERT(has(snapshot.at));
    SIM_ASSERT(keep_from <= snapshot.at.index + 1);
    snapshot_ = std::move(snapshot);
    while (first() < keep_from) {
        base_ = entries_.front().at;
        entries_.pop_front();
    }
}

void Log::restore(Snapshot snapshot) {
    SIM_ASSERT(snapshot.at.index > snapshot_.at.index);
    base_ = snapshot.at;
    snapshot_ = std::move(snapshot);
    entries_.clear();
}

}   // namespace glasshive::raft
