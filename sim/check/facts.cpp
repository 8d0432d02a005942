#include "check/facts.h"

#include <algorithm>

#include "platform/events.h"
#include "runtime/events.h"
#include "store/cluster_events.h"
#include "swarm/events.h"

namespace glasshive::check {

bool Facts::apply(const Event& event) {
    const auto& f = event.fields;
    switch (event.kind) {
        case runtime::events::container_started.id:
            return container(name_of(f[1].integer), name_of(f[0].integer), +1);
        case runtime::events::container_ended.id:
            return container(name_of(f[1].integer), name_of(f[0].integer), -1);
        case platform::events::host_off.id: return set_host(event.subject, HostState::off);
        case platform::events::host_on.id:
        case platform::events::host_resumed.id: return set_host(event.subject, HostState::on);
        case platform::events::host_paused.id: return set_host(event.subject, HostState::paused);
        case swarm::events::node_ready.id: return set_node(event.subject, NodeState::ready);
        case swarm::events::node_down.id: return set_node(event.subject, NodeState::down);
        case swarm::events::service_updated.id:
            updates_[event.subject] = 0;
            return true;
        case swarm::events::update_started.id:
        case swarm::events::update_paused.id:
        case swarm::events::update_completed.id:
        case swarm::events::update_rollback_started.id:
        case swarm::events::update_rollback_paused.id:
        case swarm::events::update_rollback_completed.id:
            updates_[event.subject] = event.kind;
            return true;
        case store::cluster::events::db_differ.id:
        case store::cluster::events::db_agree.id:
            differ_[event.subject] = event.kind == store::cluster::events::db_differ.id ? 1 : 0;
            return true;
        case store::cluster::events::db_conflict.id:
            conflicts_[{event.subject, name_of(f[0].integer)}] = f[1].integer;
            return true;
        case store::cluster::events::db_resolved.id:
            conflicts_.erase({event.subject, name_of(f[0].integer)});
            return true;
        case swarm::events::service_run.id:
            run_[event.subject] = event.id;
            completed_[event.subject] = 0;
            return true;
        default: break;
    }
    const bool completed = completes(event);
    return task(event) || completed;
}

/// A task of an earlier run that completes now is nobody's progress.
bool Facts::completes(const Event& event) {
    using namespace swarm::events;
    if (event.kind != task_new.id && event.kind != task_complete.id) return false;
    const NameId service = name_of(event.fields[0].integer);
    if (event.kind == task_new.id) {
        if (run_.at(service) != EventId{}) made_[event.subject] = event.id;   // Else no job.
        return false;
    }
    if (made_.at(event.subject) < run_.at(service)) return false;
    ++completed_[service];
    return true;
}

bool Facts::container(NameId service, NameId host, int change) {
    running_[service] += change;
    Load& load = loads_[service];
    int& here = load.on_host[host];
    if (here > 0 && --load.hosts_with[here] == 0) load.hosts_with.erase(here);
    here += change;
    if (here > 0) ++load.hosts_with[here];
    return true;
}

/// Observed running, whatever the desired state (SwarmKit controlapi ListServiceStatuses): a dead
/// node's tasks count until they are orphaned or removed.
bool Facts::task(const Event& event) {
    using namespace swarm::events;
    const bool observed = event.kind >= task_new.id && event.kind <= task_orphaned.id;
    if (!observed && event.kind != task_removed.id) return false;
    NameId& service = running_task_service_[event.subject];
    const bool ran = service.valid();
    const bool runs = event.kind == task_running.id;
    if (ran == runs) return false;
    if (runs) service = name_of(event.fields[0].integer);
    reported_[service] += runs ? 1 : -1;
    if (!runs) service = NameId{};
    return true;
}

bool Facts::set_host(NameId host, HostState state) {
    hosts_[host] = state;
    return true;
}

bool Facts::set_node(NameId host, NodeState state) {
    nodes_[host] = state;
    return true;
}

std::int64_t Facts::running(std::string_view service) const {
    return running_.at(names_.find(service));
}

std::int64_t Facts::reported_running(std::string_view service) const {
    return reported_.at(names_.find(service));
}

std::int64_t Facts::completed(std::string_view service) const {
    return completed_.at(names_.find(service));
}

std::int64_t Facts::most_on_one_node(std::string_view service) const {
    const auto loads = loads_.find(names_.find(service));
    if (loads == loads_.end() || loads->second.hosts_with.empty()) return 0;
    return loads->second.hosts_with.rbegin()->first;
}

std::string_view Facts::node_state(std::string_view host) const {
    switch (nodes_.at(names_.find(host))) {
        case NodeState::ready: return "ready";
        case NodeState::down: return "down";
        case NodeState::unknown: break;
    }
    return "unknown";
}

std::string_view Facts::update_state(std::string_view service) const {
    using namespace swarm::events;
    switch (updates_.at(names_.find(service))) {
        case update_started.id: return "updating";
        case update_paused.id: return "paused";
        case update_completed.id: return "completed";
        case update_rollback_started.id: return "rollback_started";
        case update_rollback_paused.id: return "rollback_paused";
        case update_rollback_completed.id: return "rollback_completed";
        default: return "none";
    }
}

bool Facts::copies_agree(std::string_view database) const {
    return differ_.at(names_.find(database)) == 0;
}

std::int64_t Facts::conflicts(std::string_view document) const {
    const NameId name = names_.find(document);
    std::int64_t most = 0;
    for (auto at = conflicts_.lower_bound({name, NameId{0}});
         name.valid() && at != conflicts_.end() && at->first.first == name; ++at) {
        most = std::max(most, at->second);
    }
    return most;
}

std::string_view Facts::host_state(std::string_view host) const {
    switch (hosts_.at(names_.find(host))) {
        case HostState::off: return "off";
        case HostState::paused: return "paused";
        case HostState::on: break;
    }
    return "on";
}

}   // namespace glasshive::check
