// Decisions whole, for whoever watches: every node with what the filters and the policy say of it.
#include <algorithm>

#include "swarm/scheduler/scheduler.h"

namespace glasshive::swarm {

DecisionTable Scheduler::table_for(const Task& task, const Needs& needs) {
    DecisionTable table;
    if (watch_ == nullptr || !watch_->wants(task.subject, kernel_.now())) return table;
    table.task = task.subject;
    table.policy = policy_.name();
    table.has_scores = !swarms_own_;
    struct Ranked {
        const NodeInfo* node;
        Verdict verdict;
        Rank rank;
    };
    // Looking must not change what a user's policy keeps in mind.
    Needs looked = needs;
    looked.policy = &policy_.onlooker();
    if (policy_.looks_at_cluster()) looked.policy->prepare(nodes_, looked, kernel_.now());
    std::vector<Ranked> all;
    for (const NodeInfo& node : nodes_.nodes()) {
        // A global task has its node already: only that one is looked at.
        if (node.removed || (task.node.valid() && task.node != node.id)) continue;
        // A policy may take for granted that the task fits the node it is asked about.
        const Verdict verdict = judge(looked, node);
        const bool passes = verdict == Verdict::passes;
        all.push_back({&node, verdict, passes ? rank_of(node, looked, kernel_.now()) : Rank{}});
    }
    std::stable_sort(all.begin(), all.end(), [](const Ranked& a, const Ranked& b) {
        const bool a_passes = a.verdict == Verdict::passes, b_passes = b.verdict == Verdict::passes;
        if (a_passes != b_passes) return a_passes;
        return a_passes ? a.rank < b.rank : a.verdict < b.verdict;
    });
    for (const Ranked& each : all) {
        table.rows.push_back(
            {.node = each.node->hostname,
             .verdict = to_text(each.verdict),
             .service_tasks = each.node->active_of(task.service),
             .total_tasks = each.node->active,
             .score = swarms_own_ ? 0 : each.rank.score.value,
             .failures = NodeSet::recent_failures(*each.node, needs, kernel_.now())});
    }
    return table;
}

void Scheduler::show(DecisionTable table, EventId decision, NameId winner) {
    if (!table.task.valid()) return;
    table.decision = decision;
    table.winner = winner;
    watch_->on_decision(table);
}

}   // namespace glasshive::swarm
