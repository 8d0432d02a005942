#include "swarm/scheduler/fill.h"

#include <algorithm>
#include <utility>

namespace glasshive::swarm {

namespace {

Rank rank_with(const Score& score, const NodeInfo& node, const Needs& needs, Time now) {
    const std::uint32_t failures =
        node.failures.empty() ? 0 : NodeSet::recent_failures(node, needs, now);
    // Below max_failures on both sides the next criterion decides, so such counts are all alike.
    return {failures >= max_failures ? failures : 0,
            needs.policy->ties_by_order() ? node.id.value : 0, score};
}

}   // namespace

Rank rank_of(const NodeInfo& node, const Needs& needs, Time now) {
    return rank_with(needs.policy->score(node, needs), node, needs, now);
}

Ranking rank_all(NodeSet& nodes, Pipeline& pipeline, std::size_t tasks, Time now,
                 kernel::Rng& ties) {
    std::vector<NodeInfo*> all;
    all.reserve(nodes.nodes().size());
    for (NodeInfo& node : nodes.nodes()) {
        if (!node.removed) all.push_back(&node);
    }
    return rank_all(all, pipeline, tasks, now, ties);
}

Ranking rank_all(std::span<NodeInfo* const> nodes, Pipeline& pipeline, std::size_t tasks, Time now,
                 kernel::Rng& ties) {
    Ranking ranking;
    std::vector<Candidate>& candidates = ranking.candidates;
    std::vector<const NodeInfo*> passing;
    for (NodeInfo* node : nodes) {
        if (!pipeline.process(*node)) continue;
        candidates.push_back({node, {}, ties.next()});
        passing.push_back(node);
    }
    ranking.passed = candidates.size();
    std::vector<Score> scores(passing.size());
    pipeline.needs().policy->scores(passing, pipeline.needs(), scores);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        candidates[i].rank = rank_with(scores[i], *candidates[i].node, pipeline.needs(), now);
    }
    const auto better = [](const Candidate& a, const Candidate& b) {
        if (a.rank != b.rank) return a.rank < b.rank;
        return a.tie != b.tie ? a.tie < b.tie : a.node->id < b.node->id;
    };
    const std::size_t most = std::max(tasks, pipeline.needs().policy->choices());
    if (candidates.size() > most) {
        const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(most);
        std::nth_element(candidates.begin(), end, candidates.end(), better);
        candidates.erase(end, candidates.end());
    }
    std::sort(candidates.begin(), candidates.end(), better);
    if (most > tasks) take_least_loaded(ranking, pipeline.needs(), tasks);
    return ranking;
}

void take_least_loaded(Ranking& ranking, const Needs& needs, std::size_t tasks) {
    std::vector<Candidate>& drawn = ranking.candidates;
    const Policy& policy = *needs.policy;
    std::size_t best = 0;
    const auto load = [&](std::size_t at) {
        const Score score = policy.load(*drawn[at].node, needs);
        return std::pair(score.value, score.then);
    };
    for (std::size_t at = 1; at < std::min(drawn.size(), policy.choices()); ++at) {
        if (drawn[at].rank.ties_with(drawn[0].rank) && load(at) < load(best)) best = at;
    }
    if (best > 0) std::swap(drawn[0], drawn[best]);
    if (drawn.size() > tasks)
        drawn.erase(drawn.begin() + static_cast<std::ptrdiff_t>(tasks), drawn.end());
}

Fill::Fill(Ranking ranking, Pipeline& pipeline, Time now)
    : pipeline_(pipeline), now_(now), candidates_(std::move(ranking.candidates)),
      passed_(ranking.passed) {
    open_ = candidates_.size();
    exhausted_ = open_ == 0;
    next_.resize(open_);
    tied_until_.resize(open_);
    for (std::size_t i = open_; i-- > 0;) {
        next_[i] = static_cast<std::uint32_t>(i);
        const bool same = i + 1 < open_ && candidates_[i + 1].rank.ties_with(candidates_[i].rank);
        tied_until_[i] = same ? tied_until_[i + 1] : static_cast<std::uint32_t>(i);
    }
}

std::size_t Fill::ties() const { return at_ < candidates_.size() ? tied_until_[at_] - at_ : 0; }

void Fill::placed() {
    Candidate& used = candidates_[index()];
    used.rank = rank_of(*used.node, pipeline_.needs(), now_);
    if (at_ + 1 < candidates_.size()) {
        const bool in_turn = pipeline_.needs().policy->one_by_one();
        if (in_turn || candidates_[at_ + 1].rank < used.rank) ++at_;   // First pass: level them.
    } else {
        ++at_;                                              // Later passes: one each.
    }
    skip_refusing();
}

void Fill::skip_refusing() {
    while (open_ > 0) {
        const std::size_t here = index();
        const std::size_t open = next_open(here);
        at_ += open >= here ? open - here : candidates_.size() - here + open;
        if (pipeline_.process(*candidates_[open].node)) return;
        --open_;
        next_[open] = static_cast<std::uint32_t>((open + 1) % candidates_.size());
    }
    exhausted_ = true;
}

std::size_t Fill::next_open(std::size_t from) {
    std::size_t root = from;
    while (next_[root] != root) root = next_[root];
    while (next_[from] != root && from != root) {   // Path compression.
        const std::size_t next = next_[from];
        next_[from] = static_cast<std::uint32_t>(root);
        from = next;
    }
    return root;
}

}   // namespace glasshive::swarm
