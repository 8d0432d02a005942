#include "swarm/rollout/supervisor.h"

#include "swarm/restart/dirty.h"

namespace glasshive::swarm {

UpdateSupervisor::UpdateSupervisor(Store& store, RestartSupervisor& restarts, ProcessId owner)
    : tools_{store, restarts, owner} {}

/// Several tasks in a slot mean that an update was interrupted there.
bool UpdateSupervisor::is_dirty_slot(const Service& service, std::uint32_t slot) const {
    const std::vector<const Task*> tasks =
        tools_.restarts.updatable(tools_.store.instance(service, slot));
    if (tasks.size() > 1) return true;
    return !tasks.empty() && is_dirty(tools_.store, service, *tasks.front());
}

void UpdateSupervisor::update(const Service& service, const std::vector<std::uint32_t>& slots) {
    const auto running = updates_.find(service.id);
    if (running != updates_.end()) {
        if (running->second->spec() == service.spec) return;
        updates_.erase(running);
    }
    const UpdateState state = service.update.state;
    if (state == UpdateState::paused || state == UpdateState::rollback_paused) return;
    std::vector<std::uint32_t> dirty;
    for (const std::uint32_t slot : slots) {
        if (is_dirty_slot(service, slot)) dirty.push_back(slot);
    }
    if (dirty.empty()) {
        if (state != UpdateState::updating && state != UpdateState::rollback_started) return;
        const bool back = state == UpdateState::rollback_started;
        Batch batch(tools_.store, Proposer::updater);
        batch.add(ServiceUpdate{
            .service = service.id, .what = ServiceUpdate::What::completed,
            .message = tools_.store.kernel().names().intern(back ? "rollback completed"
                                                                 : "update completed")});
        return;
    }
    auto& update = updates_[service.id];
    update = std::make_unique<Updater>(tools_, service, std::move(dirty));
    update->start();
}

void UpdateSupervisor::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    if (updates_.empty()) return;
    for (const Committed& change : changes) {
        const bool task = change.kind == Kind::task_updated || change.kind == Kind::task_removed;
        if (!task && change.kind != Kind::service_removed) continue;
        const auto found = updates_.find(change.service->id);
        if (found == updates_.end()) continue;
        if (!task) {
            updates_.erase(found);
            continue;
        }
        const kernel::CauseScope scope(tools_.store.kernel(), change.event);
        found->second->task_changed(*change.task, change.kind == Kind::task_removed);
        forget_if_over(change.service->id);
    }
}

void UpdateSupervisor::on_timer(LoopTimer timer, std::uint64_t argument) {
    const bool delay = timer == LoopTimer::update_delay;
    const ServiceId service{static_cast<std::uint32_t>(delay ? argument >> 32 : argument)};
    const auto found = updates_.find(service);
    if (found == updates_.end()) return;
    if (delay) found->second->on_delay_over(static_cast<std::uint32_t>(argument));
    else found->second->on_monitor_over();
    forget_if_over(service);
}

void UpdateSupervisor::forget_if_over(ServiceId service) {
    const auto found = updates_.find(service);
    if (found != updates_.end() && found->second->over()) updates_.erase(found);
}

}   // namespace glasshive::swarm
