#include <algorithm>

#include "check/oracle_state.h"
#include "swarm/events.h"

/// What must be so when the run ends: section 1.2, after enough quiet.
namespace glasshive::check {

using namespace std::chrono_literals;
using Do = OracleCommand::Do;

namespace {

/// The newest task was removed, or an older one whose status was newer was told to go.
bool was_scaled_down(const std::vector<TaskFact*>& tasks) {
    return tasks.back()->removed ||
           std::any_of(tasks.begin(), tasks.end(),
                       [](const TaskFact* task) { return task->scaled_down; });
}

// How long a thing may be on its way, undisturbed. Statuses and assignments travel in batches of
// 100 ms, the scheduler waits 1 s at most; the rest is for slow, busy and far-away hosts.
constexpr Duration message_most = 5s;
/// Section 1.4: what the agents and the manager need after the last fault to agree again.
constexpr Duration agreement_most = 40s;
/// Section 1.2: a replacement waits for the old task one minute at most.
constexpr Duration old_task_most = 60s;
/// A pull retries 5, 10, 15 and 20 s apart, a manifest waits 30 s, and scenarios' images are small.
constexpr Duration pull_most = 120s;
constexpr Duration drain_most = 2s;

}   // namespace

void Oracle::State::wrong_at_end(std::string what) {
    Event at = last;
    at.time = end;
    wrong(at, "at the end, " + std::move(what));
}

Duration Oracle::State::undisturbed(Time since) const {
    const Time calm = std::max(truth.last_change(), last_command) + agreement_most;
    return std::max(Duration{}, end - std::max(since, calm));
}

/// Whether the node and the manager can agree: yes, no, or nobody can say.
Reach Oracle::State::health(const NodeFact& fact) const {
    const NameId host = names.find(fact.spec->name);
    const NameId manager = names.find(input.manager);
    if (!host.valid() || !manager.valid()) return Reach::unsure;
    if (!truth.executes(host)) return Reach::no;
    return truth.reach(host, manager);
}

std::string Oracle::State::node_text(NameId name) const {
    return name.valid() ? text(name) : std::string("no node");
}

void Oracle::State::judge(Time at) {
    end = at;
    const Duration quiet = end - std::max(truth.last_change(), last_command);
    if (input.manager.empty()) return count("not judged: several managers");
    if (session_commands) return count("not judged: commands of a session");
    if (!truth.executes(names.find(input.manager))) return count("not judged: no manager");
    if (quiet < quiet_min) return count("not judged: too little quiet");
    count("end judged");
    judge_nodes();
    for (ServiceFact& service : book.services()) {
        if (!service.exists) continue;
        if (service.job()) judge_job(service);
        else if (service.global()) judge_global(service);
        else judge_replicated(service);
    }
    judge_leftovers();
}

void Oracle::State::judge_nodes() {
    for (NodeFact& fact : nodes) {
        fact.name = names.find(fact.spec->name);
        const Reach well = health(fact);
        count(well == Reach::yes  ? "node is well"
              : well == Reach::no ? "node is lost"
                                  : "not judged: a node");
        if (well == Reach::yes && !fact.ready) {
            wrong_at_end("the managers do not know " + fact.spec->name + ", which is well");
        }
        if (well == Reach::no && fact.ready) {
            wrong_at_end("the managers believe in " + fact.spec->name + ", which is lost");
        }
    }
}

// --- Slots ---------------------------------------------------------------------------------------

/// Whether the slot counts as a replica: a task is wanted in it, or its policy ended it.
Oracle::State::Counts Oracle::State::judge_slot(const ServiceFact& service,
                                                std::vector<TaskFact*>& tasks, bool global) {
    std::vector<TaskFact*> wanted;
    for (TaskFact* task : tasks) {
        if (task->wanted) wanted.push_back(task);
    }
    if (wanted.size() > 1 && service.may_be_mixed()) {
        count("update: two tasks of a slot");
    } else if (wanted.size() > 1) {
        wrong_at_end("two tasks of one slot are wanted: " + text(wanted[0]->name) + " and " +
                     text(wanted[1]->name));
    }
    if (!wanted.empty()) {
        judge_task(service, *wanted.back());
        return Counts::yes;
    }
    if (was_scaled_down(tasks)) return what_is_left(service, tasks);
    if (service.policy().max_attempts > 0 && manager_was_away) {
        count("not judged: attempts after the manager was away");
        return Counts::unsure;
    }
    if (!(global ? is_finished_here(service, tasks) : tasks.back()->given_up)) {
        wrong_at_end("nothing replaces " + text(tasks.back()->name) +
                     ", though its policy asks for it");
    }
    count("slot is finished");
    return Counts::yes;
}

/// A slot that was scaled away may leave ended tasks behind. By section 1.2 it counts again when
/// the newest of them must not be restarted; whether that was so is known for sure only where the
/// policy always restarts.
Oracle::State::Counts Oracle::State::what_is_left(const ServiceFact& service,
                                                  const std::vector<TaskFact*>& tasks) {
    const swarm::RestartPolicy policy = service.policy();
    const bool always =
        policy.condition == swarm::RestartCondition::any && policy.max_attempts == 0;
    const bool any_left = std::any_of(tasks.begin(), tasks.end(), [](const TaskFact* task) {
        return !task->removed && !task->scaled_down;
    });
    if (always || !any_left) return Counts::no;
    count("not judged: what scaling left of a slot");
    return Counts::unsure;
}

/// Of a global service: the node's newest status counts, and a node that came back may have told of
/// an older task. A window has moved on since the manager looked.
bool Oracle::State::is_finished_here(const ServiceFact& service,
                                     const std::vector<TaskFact*>& tasks) {
    if (service.policy().max_attempts > 0 && service.policy().window.count() > 0) {
        count("not judged: a window of a global service");
        return true;
    }
    const TaskFact* newest = tasks.front();
    for (const TaskFact* task : tasks) {
        if (!task->removed && task->state_at >= newest->state_at) newest = task;
    }
    return tasks.back()->given_up || !restarts.must_restart(*newest, service.policy()) ||
           !restarts.must_restart(*tasks.back(), service.policy());
}

void Oracle::State::judge_replicated(ServiceFact& service) {
    std::uint64_t slots = 0, perhaps = 0;
    for (auto& [key, tasks] : book.slots(service.name)) {
        const Counts counts = judge_slot(service, tasks, false);
        if (counts == Counts::yes) ++slots;
        if (counts == Counts::unsure) ++perhaps;
    }
    if (slots <= service.replicas && service.replicas <= slots + perhaps) return;
    wrong_at_end(service.spec->name + " has " + std::to_string(slots) + " slots, not " +
                 std::to_string(service.replicas));
}

void Oracle::State::judge_global(ServiceFact& service) {
    auto slots = book.slots(service.name);
    for (const NodeFact& fact : nodes) {
        const Reach well = health(fact);
        if (well == Reach::unsure) continue;
        auto found = slots.find({0, fact.name});
        const bool any = found != slots.end() &&
                         std::any_of(found->second.begin(), found->second.end(),
                                     [](const TaskFact* task) { return task->wanted; });
        const bool fits = matches(*service.spec, *fact.spec);
        const bool eligible = well == Reach::yes && fits && fact.availability != Do::drain;
        if (!eligible) {
            count("global: none here");
            if (any) {
                wrong_at_end(service.spec->name + " is wanted on " + fact.spec->name +
                             ", which is lost, drained or does not match");
            }
        } else if (found != slots.end() && (any || fact.availability == Do::activate)) {
            judge_slot(service, found->second, true);
        } else if (fact.availability == Do::activate) {
            wrong_at_end(service.spec->name + " has no task on " + fact.spec->name);
        }
    }
}

/// Section 1.9, "Jobs": as many tasks as may are on their way, until enough have completed. A slot
/// that was given up is filled again, but only when something else makes the managers look.
void Oracle::State::judge_job(ServiceFact& service) {
    std::uint64_t active = 0, completed = 0;
    bool given_up = false;
    for (auto& [key, tasks] : book.slots(service.name)) {
        std::uint64_t stands = 0;
        for (TaskFact* task : tasks) {
            if (task->run != service.run) {
                if (!task->wanted || task->ended()) continue;
                wrong_at_end(text(task->name) + " of an earlier run is still wanted");
            } else if (task->state == swarm::events::task_complete.id) {
                ++completed;
                // A node that was lost when a global job was looked at does its part again.
                if (!service.global() || task->wanted) ++stands;
            } else if (task->wanted) {
                ++active;
                ++stands;
                judge_task(service, *task);
            }
            given_up = given_up || task->given_up;
        }
        if (stands > 1) wrong_at_end("two tasks of one slot of " + text(service.name) + " count");
    }
    if (service.global()) return count("job: global");
    const std::uint64_t total = service.replicas;
    const std::uint64_t left = total - std::min(total, completed);
    const std::uint64_t wanted = std::min(left, service.spec->max_concurrent);
    count(left == 0 ? "job: done" : "job: underway");
    if (active == wanted || (active < wanted && given_up)) return;
    wrong_at_end(text(service.name) + " has " + std::to_string(active) + " tasks underway and " +
                 std::to_string(completed) + " complete of " + std::to_string(total));
}

// --- One wanted task -----------------------------------------------------------------------------

void Oracle::State::judge_task(const ServiceFact& service, TaskFact& task) {
    const NodeFact* on = service.global() ? node(task.node) : nullptr;
    const bool left_alone = on != nullptr && on->availability == Do::pause;
    if (!left_alone && book.image_of(task) != service.image()) {
        count("update: an old task is left");
        if (!service.may_be_mixed()) {
            wrong_at_end(text(task.name) + " is to run " + book.image_of(task) +
                         " though its service is at " + service.image());
        }
    }
    if (task.state == swarm::events::task_new.id) {
        if (task.without_address) return count("slot waits for an address");
        if (undisturbed(task.state_at) > message_most) {
            wrong_at_end(text(task.name) + " was never allocated");
        }
        return;
    }
    if (task.state == swarm::events::task_pending.id) return judge_waiting(service, task);
    NodeFact* where = node(task.node);
    if (where == nullptr) return wrong_at_end(text(task.name) + " is nowhere");
    const Reach well = health(*where);
    if (well == Reach::unsure) return count("not judged: a task behind a bad network");
    if (task.ended()) {
        // A held task that failed is replaced when its own wait is over.
        const Duration most =
            message_most + (task.released || !task.held
                                ? Duration{}
                                : std::max(service.policy().delay, old_task_most));
        if (undisturbed(task.state_at) > most) {
            wrong_at_end(text(task.name) + " ended and is still wanted");
        }
        return count("slot restarts");
    }
    if (service.job() && (well == Reach::no || where->availability == Do::drain)) {
        return count("job: left on a lost node");
    }
    if (well == Reach::no || where->availability == Do::drain) {
        return wrong_at_end(text(task.name) + " is wanted on " + where->spec->name +
                            ", which is lost or drained");
    }
    if (task.state == swarm::events::task_running.id) return judge_running(task);
    judge_progress(service, task);
}

/// A waiting task is right when, and only when, no node has had room for it for a while.
void Oracle::State::judge_waiting(const ServiceFact& service, const TaskFact& task) {
    if (input.filters_more) return count("not judged: a policy may refuse nodes");
    for (NodeFact& fact : nodes) {
        if (service.global() && fact.name != task.node) continue;
        if (health(fact) == Reach::unsure) continue;
        if (!refusal(*service.spec, fact, task.name).empty()) continue;
        if (undisturbed(std::max(task.state_at, fact.changed)) <= message_most) continue;
        return wrong_at_end(text(task.name) + " waits though " + fact.spec->name + " has room");
    }
    count("slot waits for room");
}

void Oracle::State::judge_running(const TaskFact& task) {
    const bool there = task.container && task.container_host == task.node;
    if (!there && undisturbed(task.container_changed) > message_most) {
        wrong_at_end(text(task.name) + " is believed to run on " + node_text(task.node) +
                     " and does not");
    }
    count("slot runs");
}

void Oracle::State::judge_progress(const ServiceFact& service, TaskFact& task) {
    using namespace swarm::events;
    Duration most = message_most;
    if (task.state == task_preparing.id || task.state == task_accepted.id) {
        if (truth.transfers_slowed() || truth.reach(task.node, names.find(input.registry.host)) !=
                                            Reach::yes) {
            return count("not judged: a pull over a bad network");
        }
        most += pull_most;
    } else if (task.state == task_starting.id) {
        most += probing_most(*service.spec, book.image_of(task));
    } else if (task.state == task_ready.id) {
        most += service.policy().delay + old_task_most;
    }
    if (undisturbed(task.state_at) > most) {
        wrong_at_end(text(task.name) + " on " + node_text(task.node) + " gets no further");
    }
    count("slot is underway");
}

// --- Containers that should be gone --------------------------------------------------------------

void Oracle::State::judge_leftovers() {
    for (const TaskFact& task : book.tasks()) {
        NodeFact* where = node(task.container_host);
        if (!task.container || where == nullptr || health(*where) != Reach::yes) continue;
        if (task.wanted && !task.ended()) continue;
        const ServiceFact* owner = book.service(task.service);
        const Duration grace =
            owner == nullptr ? Duration{}
                             : owner->spec->task.container.stop_grace_period.value_or(10s);
        const Time since = task.wanted ? task.state_at : task.unwanted_at;
        if (undisturbed(since) <= message_most + drain_most + grace) continue;
        wrong_at_end(text(task.name) + " still executes on " + where->spec->name +
                     " and nobody wants it");
    }
}

}   // namespace glasshive::check
