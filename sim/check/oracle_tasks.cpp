#include "check/oracle_tasks.h"

#include <algorithm>

#include "runtime/events.h"
#include "swarm/events.h"

namespace glasshive::check {

using namespace swarm::events;

bool TaskFact::ended() const { return state >= task_complete.id && state <= task_orphaned.id; }
bool TaskFact::placed() const { return state >= task_assigned.id && !ended(); }

bool ServiceFact::may_be_mixed() const {
    // An update that leaves slots behind (their new tasks were refused) completes, and begins anew.
    return going_over || update == update_started.id || update == update_paused.id ||
           update == update_rollback_started.id || update == update_rollback_paused.id;
}

TaskBook::TaskBook(const Names& names, const OracleInput& input) : names_(names) {
    for (const swarm::ServiceSpec& spec : input.services) {
        ServiceFact fact;
        fact.spec = &spec;
        fact.replicas = spec.replicas;
        services_.push_back(std::move(fact));
    }
}

TaskFact* TaskBook::find(NameId name) {
    const std::int32_t at = index_.at(name);
    return at < 0 ? nullptr : &tasks_[static_cast<std::size_t>(at)];
}

ServiceFact* TaskBook::service(NameId name) {
    if (!name.valid()) return nullptr;
    std::int32_t& at = service_index_[name];
    for (std::size_t i = 0; at < 0 && i < services_.size(); ++i) {
        if (services_[i].spec->name == names_.text(name)) at = static_cast<std::int32_t>(i);
    }
    return at < 0 ? nullptr : &services_[static_cast<std::size_t>(at)];
}

const std::string& TaskBook::image_of(const TaskFact& task) {
    static const std::string none;
    const ServiceFact* owner = service(task.service);
    if (owner == nullptr || task.version == 0 || task.version > owner->images.size()) return none;
    return owner->images[task.version - 1];
}

TaskFact& TaskBook::make(const Event& event) {
    index_[event.subject] = static_cast<std::int32_t>(tasks_.size());
    TaskFact& task = tasks_.emplace_back();
    task.name = event.subject;
    task.service = name_of(event.fields[0].integer);
    task.slot = event.fields[1].integer;
    task.node = name_of(event.fields[2].integer);
    task.created = event.time;
    task.held = replacements_.erase(event.subject) > 0;
    if (const ServiceFact* owner = service(task.service)) {
        task.version = owner->now.number;
        task.run = owner->run;
    }
    return task;
}

void TaskBook::observe(const Event& event, TaskFact& task) {
    task.state = event.kind;
    task.state_at = event.time;
    const NameId node = name_of(event.fields[2].integer);
    if (node.valid()) task.node = node;
    if (event.kind == task_assigned.id && node.valid()) placed_[node].push_back(&task);
    if (task.ended()) displace(task);
}

void TaskBook::displace(TaskFact& task) {
    if (task.node.valid()) std::erase(placed_[task.node], &task);
}

void TaskBook::change(const Event& event, ServiceFact& service) {
    const auto& f = event.fields;
    service.exists = true;
    service.name = event.subject;
    service.now_before = service.now;
    service.previous_before = service.previous;
    service.previous = service.now;
    service.images.emplace_back(names_.text(name_of(f[2].integer)));
    service.now = {static_cast<std::uint32_t>(service.images.size()),
                   static_cast<std::uint64_t>(f[1].integer)};
    service.update = 0;
    service.going_over = false;
}

/// A rollback follows the change it makes: what looked like a new version is the previous one.
/// Source: section 1.5, "Auto rollback", "Manual rollback".
void TaskBook::step(const Event& event, ServiceFact& service) {
    complaint_.clear();
    const std::uint16_t before = service.update;
    service.update = event.kind;
    service.going_over = false;
    const bool on_the_way_back = before == update_rollback_started.id;
    const bool back =
        event.kind == update_rollback_completed.id || event.kind == update_rollback_paused.id;
    const bool ends = event.kind == update_completed.id || event.kind == update_paused.id;
    if (back && !on_the_way_back) complaint_ = "a rollback ends that never began";
    if (ends && on_the_way_back) complaint_ = "an update ends while it is rolled back";
    if (event.kind != update_rollback_started.id) return;
    const VersionFact to = service.previous_before;
    if (to.number == 0) {
        complaint_ = "a rollback to no spec at all";
        return;
    }
    if (service.images.back() != service.images[to.number - 1]) {
        complaint_ = "a rollback to another image than the previous one";
    }
    if (service.now.replicas != to.replicas) {
        complaint_ = "a rollback to other replicas than the previous ones";
    }
    const bool manual =
        names_.text(name_of(event.fields[0].integer)) == "manually requested rollback";
    service.images.pop_back();
    service.now = to;
    service.previous = manual ? service.now_before : VersionFact{};
    service.replicas = to.replicas;
}

TaskFact* TaskBook::apply(const Event& event, std::uint16_t& before) {
    const auto& f = event.fields;
    if (event.kind == service_created.id || event.kind == service_updated.id) {
        ServiceFact* owner = service(event.subject);
        if (owner != nullptr) change(event, *owner);
        return nullptr;
    }
    if (event.kind >= update_started.id && event.kind <= update_rollback_completed.id) {
        ServiceFact* owner = service(event.subject);
        if (owner != nullptr) step(event, *owner);
        return nullptr;
    }
    if (event.kind == update_slot.id) {
        ServiceFact* owner = service(event.subject);
        if (owner != nullptr) owner->going_over = true;
        return nullptr;
    }
    if (event.kind == service_run.id) {
        ServiceFact* owner = service(event.subject);
        if (owner != nullptr) owner->run = f[0].integer;
        return nullptr;
    }
    if (event.kind == task_restart.id) {
        const NameId replacement = name_of(f[1].integer);
        if (replacement.valid()) replacements_.insert(replacement);
        TaskFact* ended = find(event.subject);
        if (ended != nullptr) ended->given_up = !replacement.valid();
        return ended;
    }
    TaskFact* task = event.kind == task_new.id ? &make(event) : find(event.subject);
    if (task == nullptr) return nullptr;
    before = task->state;
    if (event.kind >= task_new.id && event.kind <= task_orphaned.id) {
        observe(event, *task);
    } else if (event.kind == task_desired.id) {
        const std::string_view desired = names_.text(name_of(f[1].integer));
        if (desired == "running" || desired == "complete") task->released = true;
        if (desired == "shutdown" || desired == "remove") {
            if (task->wanted) task->unwanted_at = event.time;
            task->wanted = false;
        }
        task->scaled_down = task->scaled_down || desired == "remove";
    } else if (event.kind == task_removed.id) {
        if (task->wanted) task->unwanted_at = event.time;
        task->removed = true;
        task->wanted = false;
        displace(*task);
    } else if (event.kind == runtime::events::container_started.id ||
               event.kind == runtime::events::container_ended.id) {
        task->container = event.kind == runtime::events::container_started.id;
        task->container_host = name_of(f[0].integer);
        task->container_changed = event.time;
    } else if (event.kind == allocation_failed.id) {
        task->without_address = true;
    } else {
        return nullptr;
    }
    return task;
}

std::map<std::pair<std::int64_t, NameId>, std::vector<TaskFact*>> TaskBook::slots(NameId owner) {
    std::map<std::pair<std::int64_t, NameId>, std::vector<TaskFact*>> slots;
    for (TaskFact& task : tasks_) {
        if (task.service != owner) continue;
        slots[{task.slot, task.slot == 0 ? task.node : NameId{}}].push_back(&task);
    }
    return slots;
}

// --- Restart policy: section 1.2, "Restart supervisor" -------------------------------------------

bool RestartRule::must_restart(const TaskFact& task, const swarm::RestartPolicy& policy,
                               bool job) const {
    if (policy.condition == swarm::RestartCondition::none) return false;
    const bool succeeded = task.state == task_complete.id;
    if (succeeded && (job || policy.condition == swarm::RestartCondition::on_failure)) return false;
    if (policy.max_attempts == 0) return true;
    const auto found = history_.find(key_of(task));
    if (found == history_.end() || found->second.version != task.version) return true;
    std::uint64_t used = 0;
    for (const Time at : found->second.at) {
        const bool counts = policy.window.count() == 0 ||
                            (at > task.state_at - policy.window && at < task.state_at);
        if (counts) ++used;
    }
    return used < policy.max_attempts;
}

void RestartRule::record(const Key& key, std::uint32_t version, Time at) {
    History& history = history_[key];
    if (history.version != version) history.at.clear();
    history.version = version;
    history.at.push_back(at);
}

}   // namespace glasshive::check
