#include "store/db/change_log.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::store {

void ChangeLog::append(std::uint64_t seq, Slot slot) {
    SIM_ASSERT(entries_.empty() || entries_.back().seq < seq);
    if (entries_.size() % block == 0) live_in_block_.push_back(0);
    entries_.push_back({seq, slot, true});
    ++live_in_block_.back();
    ++live_;
}

std::size_t ChangeLog::first_since(std::uint64_t seq) const {
    const auto at = std::upper_bound(entries_.begin(), entries_.end(), seq,
                                     [](std::uint64_t s, const Entry& e) { return s < e.seq; });
    return static_cast<std::size_t>(at - entries_.begin());
}

void ChangeLog::remove(std::uint64_t seq) {
    const std::size_t behind = first_since(seq);
    SIM_ASSERT(behind > 0);
    Entry& entry = entries_[behind - 1];
    SIM_ASSERT(entry.seq == seq);
    SIM_ASSERT(entry.live);
    entry.live = false;
    --live_in_block_[(behind - 1) / block];
    --live_;
    if (entries_.size() > 2 * live_ + block) tidy();
}

void ChangeLog::tidy() {
    std::erase_if(entries_, [](const Entry& entry) { return !entry.live; });
    live_in_block_.assign((entries_.size() + block - 1) / block, block);
    if (entries_.size() % block != 0) {
        live_in_block_.back() = static_cast<std::uint32_t>(entries_.size() % block);
    }
}

std::size_t ChangeLog::count_since(std::uint64_t seq) const {
    std::size_t at = first_since(seq);
    std::size_t count = 0;
    for (; at < entries_.size() && at % block != 0; ++at) count += entries_[at].live ? 1 : 0;
    for (std::size_t i = at / block; at < entries_.size(); ++i, at += block) {
        count += live_in_block_[i];
    }
    return count;
}

}   // namespace glasshive::store
