#include "swarm/reconcile/enforcer.h"

#include "swarm/state/constraint.h"

namespace glasshive::swarm {

ConstraintEnforcer::ConstraintEnforcer(Store& store) : store_(store), kernel_(store.kernel()) {}

void ConstraintEnforcer::start() {
    changed_.clear();
    for (const Node& node : store_.nodes()) changed_[node.id] = node.last_event;
}

void ConstraintEnforcer::on_commit(std::span<const Committed> changes) {
    for (const Committed& change : changes) {
        if (change.kind == Committed::Kind::node_updated) changed_[change.node->id] = change.event;
    }
}

void ConstraintEnforcer::tick() {
    if (changed_.empty() || store_.outstanding(Proposer::enforcer) > 0) return;
    const auto changed = std::move(changed_);
    changed_.clear();
    Batch batch(store_, Proposer::enforcer);
    for (const auto& [id, cause] : changed) {
        kernel::CauseScope scope(kernel_, cause);
        enforce(batch, store_.node(id));
    }
}

void ConstraintEnforcer::enforce(Batch& batch, const Node& node) {
    // Drained nodes are emptied by the orchestrators; paused ones keep what they have.
    if (node.availability != Availability::active || node.removed) return;
    Cpus cpus = node.config->cpus;
    Bytes memory = node.config->memory;
    const std::string id = object_id(kernel_.seed(), static_cast<std::uint32_t>(ObjectKind::node),
                                     node.id.value);
    store_.for_each(node.tasks, Store::By::node, [&](const Task& task) {
        if (task.desired < TaskState::assigned || task.desired > TaskState::complete) return;
        if (task.observed > TaskState::running) return;
        const Service& service = store_.service(task.service);
        const Resources& asked = task.spec->task.reservations;
        // The service's current constraints count, not those the task was created with.
        const auto& constraints = service.spec->task.placement.constraints;
        const bool fits = (asked.cpus.count == 0 || asked.cpus <= cpus) &&
                          (asked.memory.count == 0 || asked.memory <= memory);
        if (fits && (constraints.empty() ||
                     matches(parse_constraints(constraints), *node.config, id))) {
            cpus -= asked.cpus;
            memory -= asked.memory;
            return;
        }
        TaskUpdate update;
        update.task = task.id;
        update.observed = TaskState::rejected;
        update.only_while_wanted = true;   // Source: constraint_enforcer.go looks again.
        update.message = kernel_.names().intern("task rejected by constraint enforcer");
        update.error = kernel_.names().intern("assigned node no longer meets constraints");
        batch.add(std::move(update));
    });
}

}   // namespace glasshive::swarm
