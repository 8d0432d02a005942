#include "swarm/scheduler/group_index.h"

#include <algorithm>
#include <queue>
#include <utility>

#include "base/assert.h"
#include "swarm/scheduler/policy.h"

namespace glasshive::swarm {

std::size_t GroupIndex::catch_up(const NodeSet& nodes, const Needs& needs, Time now) {
    const std::size_t count = nodes.nodes().size();
    const std::uint64_t behind = nodes.changes_end() - seen_;
    const bool rescaled = needs.policy->looks_at_largest() &&
                          std::exchange(largest_seen_, nodes.largest().version) !=
                              nodes.largest().version;
    if (entries_.empty() || rescaled) {
        judge_all(nodes, needs, now);
        return count;
    }
    if (entries_.size() != count) {
        entries_.resize(count);
        if (ordered_) play_all();
    }
    judged_ = 0;
    const std::set<std::uint32_t> haunted = haunted_;
    for (const std::uint32_t node : haunted) judge_again(nodes.nodes()[node], needs, now);
    // Looking at all of them in a row is cheaper than many single looks.
    if (seen_ < nodes.changes_begin() || behind > count) {
        for (const NodeInfo& node : nodes.nodes()) judge_changed(node, needs, now);
        seen_ = nodes.changes_end();
    }
    for (; seen_ < nodes.changes_end(); ++seen_) {
        judge_changed(nodes.nodes()[nodes.changed(seen_)], needs, now);
    }
    return judged_;
}

void GroupIndex::judge_changed(const NodeInfo& node, const Needs& needs, Time now) {
    if (entries_[node.id.index()].version != node.version) judge_again(node, needs, now);
}

void GroupIndex::judge_all(const NodeSet& nodes, const Needs& needs, Time now) {
    entries_.assign(nodes.nodes().size(), Entry{});
    ordered_ = needs.policy->ties_by_order();
    counting_ = ordered_;
    buckets_.clear();
    for (auto& refused : refused_) refused.clear();
    haunted_.clear();
    passed_ = 0;
    seen_ = nodes.changes_end();
    for (const NodeInfo& node : nodes.nodes()) {
        if (!node.removed) put_in(node, judge(needs, node), needs, now);
    }
    counting_ = false;
    if (ordered_) play_all();
}

// --- The tournament ------------------------------------------------------------------------------

bool GroupIndex::beats(std::uint32_t a, std::uint32_t b) const {
    if (a == nobody || b == nobody) return b == nobody;
    return entries_[a].rank < entries_[b].rank;
}

/// A node that passes (its rank may be another than before), or that does not any more.
void GroupIndex::enter(std::uint32_t node, bool passes) {
    if (counting_) return;
    std::size_t at = winners_.size() / 2 + node;
    winners_[at] = passes ? node : nobody;
    while (at > 1) {
        at /= 2;
        const std::uint32_t left = winners_[2 * at], right = winners_[2 * at + 1];
        const std::uint32_t winner = beats(right, left) ? right : left;
        // Above, nothing changes when it neither won here before nor does now.
        if (winners_[at] == winner && winner != node) return;
        winners_[at] = winner;
    }
}

void GroupIndex::play_all() {
    std::size_t leaves = 1;
    while (leaves < entries_.size()) leaves *= 2;
    winners_.assign(2 * leaves, nobody);
    for (std::uint32_t node = 0; node < entries_.size(); ++node) {
        const Entry& entry = entries_[node];
        if (entry.known && entry.verdict == Verdict::passes) winners_[leaves + node] = node;
    }
    for (std::size_t at = leaves; --at > 0;) {
        const std::uint32_t left = winners_[2 * at], right = winners_[2 * at + 1];
        winners_[at] = beats(right, left) ? right : left;
    }
}

/// From the root downwards: what lost against the next best one is all below it.
void GroupIndex::best_of_winners(NodeSet& nodes, std::size_t most, Ranking& ranking) const {
    const auto add = [&](std::uint32_t node) {
        ranking.candidates.push_back({&nodes.nodes()[node], entries_[node].rank, 0});
    };
    if (winners_[1] == nobody || most == 0) return;
    if (most == 1) return add(winners_[1]);
    const auto worse = [&](std::size_t a, std::size_t b) {
        return beats(winners_[b], winners_[a]);
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(worse)> open(worse);
    open.push(1);
    while (!open.empty() && ranking.candidates.size() < most) {
        std::size_t at = open.top();
        open.pop();
        const std::uint32_t winner = winners_[at];
        add(winner);
        while (at < winners_.size() / 2) {   // The losers on its way up.
            const std::size_t left = 2 * at, right = 2 * at + 1;
            const std::size_t loser = winners_[left] == winner ? right : left;
            if (winners_[loser] != nobody) open.push(loser);
            at = winners_[left] == winner ? left : right;
        }
    }
}

// --- One node ------------------------------------------------------------------------------------

void GroupIndex::judge_again(const NodeInfo& node, const Needs& needs, Time now) {
    ++judged_;
    Entry& entry = entries_[node.id.index()];
    entry.version = node.version;
    if (node.removed) return take_out(node.id.value);
    const Verdict verdict = judge(needs, node);
    // Full nodes stay full most of the time.
    if (entry.known && entry.verdict == verdict && verdict != Verdict::passes) return;
    take_out(node.id.value);
    put_in(node, verdict, needs, now);
}

void GroupIndex::take_out(std::uint32_t node) {
    Entry& entry = entries_[node];
    if (!entry.known) return;
    entry.known = false;
    if (entry.verdict != Verdict::passes) {
        refused_[static_cast<std::size_t>(entry.verdict)].erase(node);
        return;
    }
    if (entry.rank.failures > 0) haunted_.erase(node);
    --passed_;
    if (ordered_) return enter(node, false);
    const auto found = buckets_.find(entry.rank);
    SIM_ASSERT(found != buckets_.end());
    Bucket& bucket = found->second;
    SIM_ASSERT(bucket[entry.position] == node);
    bucket[entry.position] = bucket.back();
    entries_[bucket.back()].position = entry.position;
    bucket.pop_back();
    if (bucket.empty()) buckets_.erase(found);
}

void GroupIndex::put_in(const NodeInfo& node, Verdict verdict, const Needs& needs, Time now) {
    Entry& entry = entries_[node.id.index()];
    entry.known = true;
    entry.version = node.version;
    entry.verdict = verdict;
    if (entry.verdict != Verdict::passes) {
        auto& refused = refused_[static_cast<std::size_t>(entry.verdict)];
        refused.insert(refused.end(), node.id.value);   // Mostly in order of joining.
        return;
    }
    entry.rank = rank_of(node, needs, now);
    if (entry.rank.failures > 0) haunted_.insert(node.id.value);
    ++passed_;
    if (ordered_) return enter(node.id.value, true);
    Bucket& bucket = buckets_[entry.rank];
    entry.position = static_cast<std::uint32_t>(bucket.size());
    bucket.push_back(node.id.value);
}

Ranking GroupIndex::best(NodeSet& nodes, const Needs& needs, std::size_t tasks,
                         kernel::Rng& ties) {
    const std::size_t most = std::max(tasks, needs.policy->choices());
    Ranking ranking = best_of_all(nodes, most, ties);
    if (most > tasks) take_least_loaded(ranking, needs, tasks);
    return ranking;
}

Ranking GroupIndex::best_of_all(NodeSet& nodes, std::size_t most, kernel::Rng& ties) {
    Ranking ranking;
    ranking.passed = passed_;
    ranking.candidates.reserve(std::min(most, passed_));
    if (ordered_) {
        best_of_winners(nodes, most, ranking);
        return ranking;
    }
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
