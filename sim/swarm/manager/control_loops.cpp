#include "swarm/manager/control_loops.h"

namespace glasshive::swarm {

ControlLoops::ControlLoops(Store& store, ProcessId owner, std::uint64_t term,
                           const PolicyMaker& policy, DecisionWatch* decisions)
    : store_(store), policy_(policy()), dispatcher_(store, owner, term), allocator_(store),
      restarts_(store, owner), updates_(store, restarts_, owner),
      replicated_(store, restarts_, updates_, policy_->has_retention() ? &retention_ : nullptr),
      global_(store, restarts_, updates_), jobs_(store, restarts_), enforcer_(store),
      reaper_(store, owner), scheduler_(store, owner, *policy_, decisions) {
    store.unsubscribe_all();
    store.subscribe(Proposer::allocator, allocator_);
    store.subscribe(Proposer::restart, restarts_);
    store.subscribe(Proposer::updater, updates_);
    store.subscribe(Proposer::replicated, replicated_);
    store.subscribe(Proposer::global, global_);
    store.subscribe(Proposer::jobs, jobs_);
    store.subscribe(Proposer::enforcer, enforcer_);
    store.subscribe(Proposer::reaper, reaper_);
    store.subscribe(Proposer::scheduler, scheduler_);
    store.subscribe(Proposer::dispatcher, dispatcher_);
}

double ControlLoops::AsPolicySays::keep(const Task& task) const {
    const Scheduler& scheduler = loops_.scheduler_;
    const NodeInfo& node = scheduler.nodes().nodes()[task.node.index()];
    return loops_.policy_->keep(node, scheduler.needs_for(task));
}

void ControlLoops::start(const std::vector<ProcessId>& agents) {
    allocator_.start();
    restarts_.start();
    updates_.start();
    replicated_.start();
    global_.start();
    jobs_.start();
    enforcer_.start();
    reaper_.start();
    scheduler_.start();
    dispatcher_.start(agents);
    tick();
}

void ControlLoops::tick() {
    allocator_.tick();
    replicated_.tick();
    global_.tick();
    jobs_.tick();
    enforcer_.tick();
}

void ControlLoops::on_timer(LoopTimer timer, std::uint64_t argument) {
    switch (timer) {
        case LoopTimer::scheduler_debounce: scheduler_.on_timer(); break;
        case LoopTimer::restart_delay:
        case LoopTimer::restart_timeout: restarts_.on_timer(timer, TaskId{argument}); break;
        case LoopTimer::update_delay:
        case LoopTimer::update_monitor: updates_.on_timer(timer, argument); break;
        case LoopTimer::reaper_batch: reaper_.on_timer(); break;
        case LoopTimer::dispatcher_batch:
        case LoopTimer::dispatcher_assign:
        case LoopTimer::dispatcher_grace:
        case LoopTimer::dispatcher_orphan:
            dispatcher_.on_timer(timer, NodeId{static_cast<std::uint32_t>(argument)});
            break;
    }
}

}   // namespace glasshive::swarm
