#include "check/oracle.h"

#include <algorithm>
#include <cctype>

#include "check/oracle_state.h"
#include "platform/events.h"
#include "runtime/events.h"
#include "swarm/events.h"

namespace glasshive::check {

using Do = OracleCommand::Do;

Oracle::State::State(const Names& table, OracleInput scenario)
    : names(table), input(std::move(scenario)), truth(names, input), book(names, input) {
    for (const OracleNode& spec : input.nodes) nodes.push_back({.spec = &spec});
}

Oracle::Oracle(const Names& names, OracleInput input)
    : state_(std::make_unique<State>(names, std::move(input))) {}
Oracle::~Oracle() = default;

void Oracle::State::wrong(const Event& event, std::string what) {
    if (report.violations.size() >= Invariant::violations_max) return;
    report.violations.push_back({.invariant = "the oracle agrees", .event = event.id,
                                 .time = event.time, .text = std::move(what)});
}

NodeFact* Oracle::State::node(NameId name) {
    if (!name.valid()) return nullptr;
    for (NodeFact& fact : nodes) {
        if (fact.spec->name != names.text(name)) continue;
        fact.name = name;
        return &fact;
    }
    return nullptr;
}

// --- What happens --------------------------------------------------------------------------------

void Oracle::on_event(const Event& event, std::string_view text) {
    State& s = *state_;
    s.last = event;
    s.truth.apply(event);
    s.on_power(event);
    const bool one = !s.input.manager.empty();
    if (one && event.kind >= 100 && event.kind < 150 &&
        !s.truth.executes(s.names.find(s.input.manager))) {
        s.wrong(event, "the managers decide something though the host " + s.input.manager +
                           " does not execute");
    }
    s.on_node(event);
    s.on_task(event);
    s.on_command(event, text);
}

void Oracle::State::on_power(const Event& event) {
    if (event.kind == platform::events::host_off.id && text(event.subject) == input.manager) {
        manager_was_away = true;
    }
    // A new reign counts attempts anew, too.
    if (event.kind == swarm::events::raft_leader.id && event.fields[0].integer > 1) {
        manager_was_away = true;
    }
}

void Oracle::State::on_node(const Event& event) {
    using namespace swarm::events;
    if (event.kind != node_ready.id && event.kind != node_down.id &&
        event.kind != node_unknown.id && event.kind != node_availability.id) {
        return;
    }
    NodeFact* fact = node(event.subject);
    if (fact == nullptr) return wrong(event, "no host is named " + text(event.subject));
    fact->changed = event.time;
    if (event.kind == node_availability.id) {
        const std::string_view now = names.text(name_of(event.fields[0].integer));
        fact->availability = now == "drain"   ? Do::drain
                             : now == "pause" ? Do::pause
                                              : Do::activate;
        return;
    }
    fact->ready = event.kind == node_ready.id;
    if (fact->ready && fact->heard_of) fact->back = event.time;
    fact->heard_of = fact->heard_of || fact->ready;
}

void Oracle::State::on_task(const Event& event) {
    using namespace swarm::events;
    std::uint16_t before = 0;
    TaskFact* task = book.apply(event, before);
    check_update(event);
    if (task == nullptr) return;
    if (event.kind == task_restart.id) {
        check_restart(event, *task);
        if (name_of(event.fields[1].integer).valid()) {
            const ServiceFact* owner = book.service(task->service);
            restarts.record(RestartRule::key_of(*task), owner == nullptr ? 0 : owner->now.number,
                            event.time);
        }
    }
    if (event.kind == task_assigned.id) check_placement(event, *task);
    if (event.kind == task_rejected.id) check_rejection(event, *task);
    if (event.kind == runtime::events::container_started.id) check_image(event, *task);
    const bool moves = event.kind == task_assigned.id || event.kind == task_removed.id ||
                       (task->ended() && task->state != before);
    if (NodeFact* where = moves ? node(task->node) : nullptr) where->changed = event.time;
}

/// The operator sits at a terminal that reaches the manager's host while that executes.
void Oracle::State::on_command(const Event& event, std::string_view said) {
    constexpr std::uint16_t command_applied = 232;   // world/events.h, which lies above.
    if (event.kind != command_applied) return;
    last_command = event.time;
    if (names.text(name_of(event.fields[0].integer)) != "scenario") {
        session_commands = true;
        return;
    }
    if (next_command >= input.commands.size()) return wrong(event, "nobody gave that command");
    const OracleCommand& command = input.commands[next_command++];
    const bool done = names.text(name_of(event.fields[1].integer)) == "done";
    // A line given before may have removed what this command names, and docker refuses lines for
    // many reasons.
    if (!done && (session_commands || command.what == Do::other)) return;
    // Docker's line may name what is not there; it is refused in docker's words.
    const auto& known = input.services;
    const bool service_there =
        command.service.empty() || std::any_of(known.begin(), known.end(), [&](const auto& each) {
            return each.name == command.service;
        });
    const bool node_there =
        command.host.empty() || node(names.find(command.host)) != nullptr;
    if (!done && !(service_there && node_there)) return;
    const bool one = !input.manager.empty();
    const bool reached = one ? truth.executes(names.find(input.manager)) : done;
    if (done != reached && !command.on_a_host) {
        wrong(event, "\"" + std::string(said) + "\" was " + (done ? "taken" : "refused") +
                         " while the manager's host is " + (reached ? "well" : "off or frozen"));
    }
    if (!reached && !done) return;
    if (command.what == Do::other) session_commands = true;
    for (ServiceFact& service : book.services()) {
        if (service.spec->name != command.service) continue;
        if (command.what == Do::scale) service.replicas = command.replicas;
        count(command.what == Do::scale ? "command: scale" : "command: update");
    }
    for (NodeFact& fact : nodes) {
        if (fact.spec->name == command.host) count("command: availability");
    }
}

/// Between its start and its end an update says each of its steps once, in order (section 1.5).
void Oracle::State::check_update(const Event& event) {
    using namespace swarm::events;
    if (event.kind < update_started.id || event.kind > update_rollback_completed.id) return;
    if (!book.complaint().empty()) wrong(event, book.complaint());
    if (event.kind == update_completed.id) count("update: completed");
    if (event.kind == update_paused.id) count("update: paused");
    if (event.kind == update_rollback_started.id) count("update: rolled back");
}

// --- Rules on single events ----------------------------------------------------------------------

void Oracle::State::check_restart(const Event& event, const TaskFact& task) {
    const ServiceFact* service = book.service(task.service);
    if (service == nullptr) return;
    const swarm::RestartPolicy policy = service->policy();
    if (policy.max_attempts > 0 && manager_was_away) {
        count("not judged: attempts after the manager was away");
        return;
    }
    const bool replaced = name_of(event.fields[1].integer).valid();
    count(replaced ? "restart: replaced" : "restart: not replaced");
    if (replaced == restarts.must_restart(task, policy, service->job())) return;
    wrong(event, text(task.name) + (replaced ? " is" : " is not") +
                     " replaced, against its restart policy");
}

void Oracle::State::check_placement(const Event& event, const TaskFact& task) {
    const ServiceFact* service = book.service(task.service);
    NodeFact* where = node(task.node);
    // Lines make services, nodes and labels that the scenario does not list.
    if (session_commands) return count("not judged: a placement after a line");
    if (service == nullptr || where == nullptr) return wrong(event, "a task of nobody, or nowhere");
    const std::string why = refusal(*service->spec, *where, task.name);
    count("placement");
    if (!why.empty() && event.time - where->changed < said_after()) {
        return count("not judged: decided before the node changed");
    }
    if (!why.empty()) wrong(event, text(task.name) + " goes to " + where->spec->name + ": " + why);
}

namespace {
std::string tagged(const std::string& image) {
    const std::size_t slash = image.rfind('/'), colon = image.rfind(':');
    const bool has = colon != std::string::npos && (slash == std::string::npos || colon > slash);
    return has || image.find('@') != std::string::npos ? image : image + ":latest";
}
}   // namespace

/// What a node has, from the start or pulled, is an image that the scenario lists.
bool Oracle::State::image_can_be_had(const std::string& image) const {
    const std::string name = tagged(image);
    for (const runtime::ImageSpec& each : input.registry.images) {
        if (tagged(each.name) == name) return true;
    }
    return !input.registry.missing_is_error;
}

/// Sections 1.1 and 1.6; a service's check sets what it names, the image's the rest.
Duration Oracle::State::probing_most(const swarm::ServiceSpec& spec,
                                     const std::string& image) const {
    const swarm::Healthcheck nothing;
    const swarm::Healthcheck own = spec.task.container.healthcheck.value_or(nothing);
    swarm::Healthcheck brought;
    for (const auto& [name, application] : input.applications) {
        if (tagged(name) == tagged(image)) brought = application.healthcheck.value_or(nothing);
    }
    const std::vector<std::string>& test = own.test.empty() ? brought.test : own.test;
    if (test.empty() || test.front() == "NONE") return Duration{};
    const auto first = [](auto mine, auto image_says, auto otherwise) {
        return mine != decltype(mine){} ? mine
               : image_says != decltype(mine){} ? image_says : otherwise;
    };
    const std::uint64_t probes = first(own.retries, brought.retries, std::uint64_t{3}) + 1;
    using namespace std::chrono_literals;
    const Duration each = first(own.interval, brought.interval, Duration{30s}) +
                          first(own.timeout, brought.timeout, Duration{30s});
    return first(own.start_period, brought.start_period, Duration{}) +
           each * static_cast<std::int64_t>(probes) +
           // Then it is stopped, and ignores that perhaps.
           2s + spec.task.container.stop_grace_period.value_or(10s);
}

void Oracle::State::check_image(const Event& event, const TaskFact& task) {
    if (image_can_be_had(book.image_of(task))) return;
    wrong(event, text(task.name) + " runs " + book.image_of(task) + ", which nobody has");
}

/// What is wanted on the node, tasks that still wait for room among it, reserves more than it has.
/// What was let go at this very instant, or while several managers agreed, was still wanted when
/// the enforcer looked.
bool Oracle::State::is_too_full(const NodeFact& where, Time now) {
    Cpus cpus{};
    Bytes memory{};
    for (const TaskFact& task : book.tasks()) {
        const ServiceFact* owner = book.service(task.service);
        const bool wanted = task.wanted || now - task.unwanted_at <= said_after();
        if (!wanted || task.node != where.name || owner == nullptr) continue;
        cpus += owner->spec->task.reservations.cpus;
        memory += owner->spec->task.reservations.memory;
    }
    return cpus > where.spec->cpus || memory > where.spec->memory;
}

/// The constraint enforcer rejects what does not fit its node, even the task of a global service
/// that only waits there (section 1.2). Else, without any trouble near, only an image that nobody
/// has is a reason to reject a task.
void Oracle::State::check_rejection(const Event& event, const TaskFact& task) {
    if (text_of(event.fields[4].integer) == "assigned node no longer meets constraints") {
        const NodeFact* where = node(task.node);
        count("rejected: evicted");
        if (session_commands) return;   // It may have taken a label away.
        if (where != nullptr && is_too_full(*where, event.time)) return;
        return wrong(event, text(task.name) + " is evicted though its node has room");
    }
    const bool had = image_can_be_had(book.image_of(task));
    count(had ? "rejected: no registry" : "rejected: no such image");
    const NodeFact* where = node(task.node);
    const bool old_news = where != nullptr && where->back != Time{} &&
                          event.time - where->back < quiet_min;
    const bool calm =
        !truth.any_active() && !old_news &&
        (truth.last_change() == Time{} || event.time - truth.last_change() > quiet_min);
    if (had && calm) wrong(event, text(task.name) + " is rejected though its image can be had");
}

OracleReport Oracle::finish(Time end) {
    state_->judge(end);
    return std::move(state_->report);
}

}   // namespace glasshive::check
