#include "swarm/scheduler/group_index.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "swarm/scheduler/policy.h"

namespace glasshive::swarm {

std::size_t GroupIndex::catch_up(const NodeSet& nodes, const Needs& needs, Time now) {
    const std::size_t count = nodes.nodes().size();
    const std::uint64_t behind = nodes.changes_end() - seen_;
    // Judging all of them in a row is cheaper than many single moves.
    const bool rescaled = needs.policy->looks_at_largest() &&
                          std::exchange(largest_seen_, nodes.largest().version) !=
                              nodes.largest().version;
    if (entries_.empty() || rescaled || seen_ < nodes.changes_begin() || behind > count / 4) {
        judge_all(nodes, needs, now);
        return count;
    }
    entries_.resize(count);
    const std::set<std::uint32_t> haunted = haunted_;
    for (const std::uint32_t node : haunted) judge_again(nodes.nodes()[node], needs, now);
    for (; seen_ < nodes.changes_end(); ++seen_) {
        judge_again(nodes.nodes()[nodes.changed(seen_)], needs, now);
    }
    return haunted.size() + static_cast<std::size_t>(behind);
}

void GroupIndex::judge_all(const NodeSet& nodes, const Needs& needs, Time now) {
    entries_.assign(nodes.nodes().size(), Entry{});
    buckets_.clear();
    for (auto& refused : refused_) refused.clear();
    haunted_.clear();
    passed_ = 0;
    seen_ = nodes.changes_end();
    for (const NodeInfo& node : nodes.nodes()) put_in(node, needs, now);
}

void GroupIndex::judge_again(const NodeInfo& node, const Needs& needs, Time now) {
    take_out(node.id.value);
    put_in(node, needs, now);
}

void GroupIndex::take_out(std::uint32_t node) {
    Entry& entry = entries_[node];
    if (!entry.known) return;
    entry.known = false;
    if (entry.verdict != Verdict::passes) {
        refused_[static_cast<std::size_t>(entry.verdict)].erase(node);
        return;
    }
    const auto found = buckets_.find(entry.rank);
    SIM_ASSERT(found != buckets_.end());
    Bucket& bucket = found->second;
    SIM_ASSERT(bucket[entry.position] == node);
    bucket[entry.position] = bucket.back();
    entries_[bucket.back()].position = entry.position;
    bucket.pop_back();
    if (bucket.empty()) buckets_.erase(found);
    if (entry.rank.failures > 0) haunted_.erase(node);
    --passed_;
}

void GroupIndex::put_in(const NodeInfo& node, const Needs& needs, Time now) {
    Entry& entry = entries_[node.id.index()];
    entry.known = !node.removed;
    if (node.removed) return;
    entry.verdict = judge(needs, node);
    if (entry.verdict != Verdict::passes) {
        auto& refused = refused_[static_cast<std::size_t>(entry.verdict)];
        refused.insert(refused.end(), node.id.value);   // Mostly in order of joining.
        return;
    }
    entry.rank = rank_of(node, needs, now);
    Bucket& bucket = buckets_[entry.rank];
    entry.position = static_cast<std::uint32_t>(bucket.size());
    bucket.push_back(node.id.value);
    if (entry.rank.failures > 0) haunted_.insert(node.id.value);
    ++passed_;
}

Ranking GroupIndex::best(NodeSet& nodes, std::size_t most, kernel::Rng& ties) {
    Ranking ranking;
    ranking.passed = passed_;
    ranking.candidates.reserve(std::min(most, passed_));
    for (auto& [rank, bucket] : buckets_) {
        for (std::size_t i = 0; i < bucket.size(); ++i) {
            if (ranking.candidates.size() == most) return ranking;
            const std::size_t drawn = i + static_cast<std::size_t>(ties.below(bucket.size() - i));
            std::swap(bucket[i], bucket[drawn]);
            entries_[bucket[i]].position = static_cast<std::uint32_t>(i);
            entries_[bucket[drawn]].position = static_cast<std::uint32_t>(drawn);
            ranking.candidates.push_back({&nodes.nodes()[bucket[i]], rank, 0});
        }
    }
    return ranking;
}

}   // namespace glasshive::swarm
