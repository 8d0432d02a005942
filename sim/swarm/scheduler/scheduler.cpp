#include "swarm/scheduler/scheduler.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "swarm/events.h"

namespace glasshive::swarm {

Scheduler::Scheduler(Store& store, ProcessId owner, const Policy& policy, DecisionWatch* watch)
    : store_(store), kernel_(store.kernel()), owner_(owner), policy_(policy), watch_(watch),
      swarms_own_(policy.is_swarms_own()),
      ties_(kernel_.rng("swarm/scheduler")),
      assigned_message_(kernel_.names().intern("scheduler assigned task to node")),
      confirmed_message_(
          kernel_.names().intern("scheduler confirmed task can run on preassigned node")) {}

void Scheduler::start() {
    nodes_.clear();
    indexes_.clear();
    typical_known_ = false;
    preassigned_.clear();
    unassigned_.clear();
    debouncing_ = false;
    for (const Node& node : store_.nodes()) nodes_.update(node, kernel_.seed());
    store_.for_each_task([&](const Task& task) {
        Committed change;
        change.kind = Committed::Kind::task_created;
        take_task(task, change);
    });
    need_tick(kernel_.cause());
    debounce();
}

// --- Following the store -------------------------------------------------------------------------

void Scheduler::on_commit(std::span<const Committed> changes) {
    for (const Committed& change : changes) take(change);
    debounce();
}

void Scheduler::on_rejected(const Change& change) {
    const auto* update = std::get_if<TaskUpdate>(&change.what);
    const Task* task = update != nullptr ? store_.task(update->task) : nullptr;
    // Removed meanwhile: the removal's own notification takes it off its node.
    if (task == nullptr || task->node.valid()) return;
    nodes_.remove(*task);
    unassigned_.push_back(task->id);
    need_tick(change.cause);
}

void Scheduler::take(const Committed& change) {
    using Kind = Committed::Kind;
    switch (change.kind) {
        case Kind::node_created:
        case Kind::node_updated:
        case Kind::node_removed:
            nodes_.update(*change.node, kernel_.seed());
            need_tick(change.event);
            break;
        case Kind::task_created:
        case Kind::task_updated: take_task(*change.task, change); break;
        case Kind::task_removed:
            preassigned_.erase(change.task->id);
            if (nodes_.remove(*change.task)) need_tick(change.event);
            break;
        case Kind::service_created:
        case Kind::service_updated: typical_known_ = false; break;
        case Kind::service_removed:
            typical_known_ = false;
            forget_indexes(change.service->id);
            break;
        default: break;
    }
}

/// Source: scheduler.go createTask and updateTask.
void Scheduler::take_task(const Task& task, const Committed& change) {
    if (task.observed < TaskState::pending) return;
    if (task.observed > TaskState::running) {
        const bool was_preassigned = preassigned_.erase(task.id) > 0;
        if (!nodes_.remove(task) && !was_preassigned) return;
        const bool failed =
            task.observed == TaskState::failed || task.observed == TaskState::rejected;
        if (failed && task.slot > 0 && change.observed_before != task.observed) {
            // Only of tasks it placed: not global ones.
            nodes_.record_failure(task, kernel_.now());
        }
        need_tick(change.event);
        return;
    }
    if (!task.node.valid()) {
        unassigned_.push_back(task.id);
        if (change.kind == Committed::Kind::task_created ||
            change.observed_before != task.observed) {
            need_tick(change.event);
        }
        return;
    }
    if (task.observed == TaskState::pending) {
        preassigned_.insert(task.id);
        return;
    }
    preassigned_.erase(task.id);
    nodes_.add(task, task.node);
}

void Scheduler::need_tick(EventId cause) {
    tick_required_ = true;
    tick_cause_ = cause;
}

void Scheduler::debounce() {
    last_commit_ = kernel_.now();
    if (!debouncing_) {
        debouncing_ = true;
        debouncing_since_ = kernel_.now();
        kernel_.after(owner_, commit_debounce_gap,
                      static_cast<std::uint32_t>(LoopTimer::scheduler_debounce));
    }
}

void Scheduler::on_timer() {
    if (!debouncing_) return;
    // Each commit postpones the timer; instead of resetting it, look at the newest commit when it
    // fires.
    const Time due = std::min(last_commit_ + commit_debounce_gap,
                              debouncing_since_ + commit_debounce_most);
    if (due > kernel_.now()) {
        kernel_.after(owner_, due - kernel_.now(),
                      static_cast<std::uint32_t>(LoopTimer::scheduler_debounce));
        return;
    }
    debouncing_ = false;
    schedule();
}

// --- Placing -------------------------------------------------------------------------------------

void Scheduler::schedule() {
    if (store_.outstanding(Proposer::scheduler) > 0) {   // Decide again once those are true.
        debounce();
        return;
    }
    ++effort_.ticks;
    if (policy_.looks_at_typical() && !typical_known_) expect_typical();
    Batch batch(store_, Proposer::scheduler);
    if (!preassigned_.empty()) place_preassigned(batch);
    if (!tick_required_) return;
    tick_required_ = false;
    place_unassigned(batch);
}

EventId Scheduler::reason(const Task& task) const {
    return task.error.valid() ? tick_cause_ : task.last_event;
}

void Scheduler::place_preassigned(Batch& batch) {
    const std::vector<TaskId> tasks(preassigned_.begin(), preassigned_.end());
    for (const TaskId id : tasks) {
        const Task* task = store_.task(id);
        if (task == nullptr || task->observed != TaskState::pending ||
            task->desired > TaskState::complete) {
            preassigned_.erase(id);
            continue;
        }
        const Needs needs = needs_for(*task);
        if (policy_.looks_at_cluster()) policy_.prepare(nodes_, needs, kernel_.now());
        Pipeline pipeline(needs);
        NodeInfo& node = nodes_.info(task->node);
        ++effort_.filters_run;
        kernel::CauseScope scope(kernel_, reason(*task));
        if (!pipeline.process(node)) {
            std::uint32_t refused = 1;
            // Global tasks show the part without the prefix: scheduler.go taskFitNode.
            refuse_task(batch, *task, kernel_.names().intern(pipeline.explain()), refused,
                        std::string{"{\""} + to_text(judge(needs, node)) + "\":1}", needs);
            continue;
        }
        preassigned_.erase(id);
        DecisionTable table = table_for(*task, needs);
        const std::uint32_t service_tasks = node.active_of(task->service), total = node.active;
        nodes_.add(*task, task->node);
        ++effort_.placed;
        const EventId decision = kernel_.emit(
            events::decision_placed, task->subject,
            {field::name(node.hostname), field::integer(service_tasks), field::integer(total),
             field::integer(1), field::integer(0),
             field::text("{\"preassigned\":true}")});
        show(std::move(table), decision, node.hostname);
        kernel::CauseScope placed(kernel_, decision);
        TaskUpdate update;
        update.task = id;
        update.observed = TaskState::assigned;
        update.message = confirmed_message_;
        batch.add(std::move(update));
    }
}

void Scheduler::place_unassigned(Batch& batch) {
    std::vector<Waiting> waiting;
    waiting.reserve(unassigned_.size());
    const std::vector<TaskId> unassigned = std::exchange(unassigned_, {});   // Keeps no room.
    for (const TaskId id : unassigned) {
        const Task* task = store_.task(id);
        if (task == nullptr || task->node.valid() || task->observed != TaskState::pending) continue;
        if (task->desired > TaskState::complete) continue;   // Nobody wants it any more.
        waiting.push_back({task->service, task->spec_version, id});
    }
    std::sort(waiting.begin(), waiting.end());
    waiting.erase(std::unique(waiting.begin(), waiting.end()), waiting.end());
    for (const auto group : groups_of(waiting)) {
        const Needs needs = needs_for(*store_.task(group.front().task));
        if (policy_.one_by_one() && needs.spread.empty()) place_each(batch, group, needs);
        else place_group(batch, group, needs);
    }
}

/// In order of services and versions, or as the policy says.
std::vector<std::span<const Scheduler::Waiting>> Scheduler::groups_of(
    std::span<const Waiting> waiting) const {
    std::vector<std::span<const Waiting>> groups;
    for (std::size_t first = 0; first < waiting.size();) {
        std::size_t last = first;
        while (last < waiting.size() && waiting[last].service == waiting[first].service &&
               waiting[last].spec_version == waiting[first].spec_version) {
            ++last;
        }
        groups.push_back(waiting.subspan(first, last - first));
        first = last;
    }
    if (!policy_.has_priority()) return groups;
    std::vector<std::pair<double, std::span<const Waiting>>> ranked;
    for (const auto group : groups) {
        const Task& oldest = *store_.task(group.front().task);
        ranked.emplace_back(policy_.priority(needs_for(oldest),
                                             {.tasks = group.size(),
                                              .since = oldest.created_at, .now = kernel_.now()}),
                            group);
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = ranked[i].second;
    return groups;
}

Needs Scheduler::needs_for(const Task& task) const {
    Needs needs = needs_of(*task.spec, task.service, task.spec_version, policy_);
    needs.largest = &nodes_.largest();
    needs.typical = &typical_;
    return needs;
}

void Scheduler::place_each(Batch& batch, std::span<const Waiting> group, const Needs& needs) {
    while (!group.empty()) {
        const bool any_room = place_group(batch, group.first(1), needs) > 0;
        group = group.subspan(1);
        if (any_room) continue;
        if (!group.empty()) place_group(batch, group, needs);   // Refuses them all alike.
        return;
    }
}

std::size_t Scheduler::place_group(Batch& batch, std::span<const Waiting> group,
                                   const Needs& needs) {
    ++effort_.groups;
    if (policy_.looks_at_cluster()) policy_.prepare(nodes_, needs, kernel_.now());
    Pipeline pipeline(needs);
    SpreadTree tree =
        needs.spread.empty()
            ? SpreadTree(rank(pipeline, group.size()), pipeline, kernel_.now())
            : SpreadTree(nodes_, pipeline, group.size(), kernel_.now(), ties_);
    std::uint32_t described = 0;
    // Reasons are the same for the whole group: collected once, and only when somebody was refused.
    refusals_ = nodes_.members() > tree.passed() ? describe_refusals(needs, described) : "{}";
    std::size_t done = 0;
    for (; done < group.size(); ++done) {
        const Fill* fill = tree.next();
        if (fill == nullptr) break;
        const Task& task = *store_.task(group[done].task);
        place_task(batch, task, *fill, tree, needs);
        nodes_.add(task, fill->current()->node->id);
        tree.placed();
        ++effort_.placed;
    }
    if (done < group.size()) refuse_group(batch, group.subspan(done), pipeline);
    effort_.filters_run += pipeline.runs();
    return done;
}

Ranking Scheduler::rank(Pipeline& pipeline, std::size_t tasks) {
    GroupIndex* index = index_of(pipeline.needs());
    if (index == nullptr) return rank_all(nodes_, pipeline, tasks, kernel_.now(), ties_);
    // As if those that pass had come first, which SwarmKit's map order may do.
    for (std::size_t filter = 0; filter < filter_count; ++filter) {
        const auto verdict = static_cast<Verdict>(filter);
        pipeline.add_refused(verdict, index->refused(verdict).size());
    }
    return index->best(nodes_, pipeline.needs(), tasks, ties_);
}

/// The group's ranking, up to date; null when the cluster is too small to keep one.
GroupIndex* Scheduler::index_of(const Needs& needs) {
    if (nodes_.nodes().size() < indexed_nodes_least || policy_.looks_at_cluster()) return nullptr;
    Indexed& indexed = indexes_[{needs.service, needs.spec_version}];
    indexed.used = effort_.groups;
    if (indexed.index.size() == 0) make_room();
    effort_.filters_run += indexed.index.catch_up(nodes_, needs, kernel_.now());
    return &indexed.index;
}

void Scheduler::forget_indexes(ServiceId service) {
    constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
    indexes_.erase(indexes_.lower_bound({service, 0}), indexes_.upper_bound({service, last}));
}

void Scheduler::make_room() {
    while (indexes_.size() > 1 && indexes_.size() * nodes_.nodes().size() > indexed_entries_most) {
        const auto oldest = std::min_element(
            indexes_.begin(), indexes_.end(),
            [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
        indexes_.erase(oldest);
    }
}

void Scheduler::place_task(Batch& batch, const Task& task, const Fill& fill, const SpreadTree& tree,
                           const Needs& needs) {
    const Candidate& winner = *fill.current();
    describe_placement(fill, tree, task.service);
    DecisionTable table = table_for(task, needs);
    const std::size_t refused = nodes_.members() - tree.passed();
    kernel::CauseScope scope(kernel_, reason(task));
    const EventId decision = kernel_.emit(
        events::decision_placed, task.subject,
        {field::name(winner.node->hostname), field::integer(winner.node->active_of(task.service)),
         field::integer(winner.node->active),
         field::integer(static_cast<std::int64_t>(tree.passed())),
         field::integer(static_cast<std::int64_t>(refused)), field::text(detail_)});
    show(std::move(table), decision, winner.node->hostname);
    kernel::CauseScope placed(kernel_, decision);
    TaskUpdate update;
    update.task = task.id;
    update.observed = TaskState::assigned;
    update.message = assigned_message_;
    update.node = winner.node->id;
    batch.add(std::move(update));
}

void Scheduler::refuse_group(Batch& batch, std::span<const Waiting> group,
                             const Pipeline& pipeline) {
    const std::string reasons = pipeline.explain();
    const NameId error = kernel_.names().intern(
        reasons.empty() ? "no suitable node" : "no suitable node (" + reasons + ")");
    std::string detail;
    std::uint32_t refused = 0;
    for (const Waiting& waiting : group) {
        unassigned_.push_back(waiting.task);   // Tried again at the next change.
        const Task& task = *store_.task(waiting.task);
        if (task.error == error) continue;
        if (detail.empty()) detail = describe_refusals(pipeline.needs(), refused);
        kernel::CauseScope scope(kernel_, reason(task));
        refuse_task(batch, task, error, refused, detail, pipeline.needs());
    }
}

void Scheduler::refuse_task(Batch& batch, const Task& task, NameId error, std::uint32_t refused,
                            const std::string& detail, const Needs& needs) {
    if (task.error == error) return;   // Said once; repeated only when the text changes.
    DecisionTable table = table_for(task, needs);
    const EventId decision =
        kernel_.emit(events::decision_refused, task.subject,
                     {field::name(error), field::integer(refused), field::text(detail)});
    show(std::move(table), decision, NameId{});
    kernel::CauseScope scope(kernel_, decision);
    TaskUpdate update;
    update.task = task.id;
    update.observed = TaskState::pending;
    update.message = task.message;
    update.error = error;
    batch.add(std::move(update));
}

}   // namespace glasshive::swarm
