#include "swarm/manager/herald.h"

#include "swarm/events.h"

namespace glasshive::swarm {

namespace {

const EventKind& kind_of(TaskState state) {
    switch (state) {
        case TaskState::new_: return events::task_new;
        case TaskState::pending: return events::task_pending;
        case TaskState::assigned: return events::task_assigned;
        case TaskState::accepted: return events::task_accepted;
        case TaskState::preparing: return events::task_preparing;
        case TaskState::ready: return events::task_ready;
        case TaskState::starting: return events::task_starting;
        case TaskState::running: return events::task_running;
        case TaskState::complete: return events::task_complete;
        case TaskState::shutdown: return events::task_shutdown;
        case TaskState::failed: return events::task_failed;
        case TaskState::rejected: return events::task_rejected;
        case TaskState::remove:
        case TaskState::orphaned: break;   // REMOVE is only ever desired.
    }
    return events::task_orphaned;
}

const char* protocol_text(Protocol protocol) {
    return protocol == Protocol::tcp ? "tcp" : protocol == Protocol::udp ? "udp" : "sctp";
}

const EventKind& kind_of(UpdateState state) {
    switch (state) {
        case UpdateState::none:
        case UpdateState::updating: break;
        case UpdateState::paused: return events::update_paused;
        case UpdateState::completed: return events::update_completed;
        case UpdateState::rollback_started: return events::update_rollback_started;
        case UpdateState::rollback_paused: return events::update_rollback_paused;
        case UpdateState::rollback_completed: return events::update_rollback_completed;
    }
    return events::update_started;
}

}   // namespace

Herald::Herald(Store& store) : store_(store), kernel_(store.kernel()) {}

NameId Herald::name(const char* text) { return kernel_.names().intern(text); }

EventId Herald::announce(const Committed& change) {
    using Kind = Committed::Kind;
    switch (change.kind) {
        case Kind::node_created: return change.cause;
        case Kind::node_updated: return announce_node(change);
        case Kind::node_removed:
            return kernel_.emit(
                events::node_removed, change.node->hostname,
                {field::name(name(object_id(kernel_.seed(),
                                            static_cast<std::uint32_t>(ObjectKind::node),
                                            change.node->id.value)
                                      .c_str()))});
        case Kind::service_created:
            return announce_run(announce_service(events::service_created, *change.service),
                                *change.service);
        case Kind::service_updated: return announce_update(change);
        case Kind::service_removed:
            return kernel_.emit(events::service_removed, change.service->name);
        case Kind::task_created: return announce_status(*change.task);
        case Kind::task_updated: {
            EventId said = change.cause;
            if (change.status_changed) said = announce_status(*change.task);
            if (change.task->desired != change.desired_before) said = announce_desired(change);
            return said;
        }
        case Kind::task_removed: return kernel_.emit(events::task_removed, change.task->subject);
        case Kind::file_created:
            return kernel_.emit(
                events::file_created, change.file->name,
                {field::name(name(to_text(change.file->kind))),
                 field::bytes(Bytes{static_cast<std::int64_t>(change.file->spec->data.size())})});
        case Kind::file_removed:
            return kernel_.emit(events::file_removed, change.file->name,
                                {field::name(name(to_text(change.file->kind)))});
        case Kind::service_allocated: return announce_endpoint(*change.service);
        case Kind::network_created:
            return kernel_.emit(events::network_created, change.network->name,
                                {field::name(name(change.network->spec->driver.c_str()))});
        case Kind::network_allocated:
            return kernel_.emit(
                events::network_allocated, change.network->name,
                {field::name(name(subnet_text(change.network->subnet).c_str()))});
        case Kind::network_removed:
            return kernel_.emit(events::network_removed, change.network->name);
        case Kind::cluster_updated:
            return kernel_.emit(events::cluster_updated, name("default"),
                                {field::name(change.why)});
    }
    return change.cause;
}

EventId Herald::announce_node(const Committed& change) {
    const Node& node = *change.node;
    EventId said = change.cause;
    if (node.state != change.state_before && node.state == NodeState::ready) {
        const char* before = node.ever_ready ? to_text(change.state_before) : "none";
        said = kernel_.emit(
            events::node_ready, node.hostname,
            {field::name(name(to_text(node.config->role))), field::name(name(before))});
    }
    if (node.state != change.state_before && node.state == NodeState::down) {
        said = kernel_.emit(events::node_down, node.hostname,
                            {field::name(node.message),
                             field::duration(dispatcher_ == nullptr
                                                 ? Duration::zero()
                                                 : dispatcher_->silent_for(node.id))});
    }
    if (node.state != change.state_before && node.state == NodeState::unknown) {
        said = kernel_.emit(events::node_unknown, node.hostname, {field::name(node.message)});
    }
    if (node.config->role != change.role_before) {
        said = kernel_.emit(events::node_role, node.hostname,
                            {field::name(name(to_text(node.config->role)))});
    }
    if (node.availability != change.availability_before) {
        said = kernel_.emit(events::node_availability, node.hostname,
                            {field::name(name(to_text(node.availability)))});
    }
    return said;
}

EventId Herald::announce_service(const EventKind& kind, const Service& service) {
    const ServiceSpec& spec = *service.spec;
    const Resources& reserved = spec.task.reservations;
    return kernel_.emit(kind, service.name,
                        {field::name(name(to_text(spec.mode))),
                         field::integer(static_cast<std::int64_t>(spec.replicas)),
                         field::name(name(spec.task.container.image.c_str())),
                         field::real(static_cast<double>(reserved.cpus.count) / 1e9),
                         field::bytes(reserved.memory)});
}

/// Of a job: that a run of it begins. Of any other service nothing; returns the newest event.
EventId Herald::announce_run(EventId said, const Service& service) {
    if (!service.is_job()) return said;
    const kernel::CauseScope scope(kernel_, said);
    const bool global = service.is_global();
    const auto number = [&](std::uint64_t count) {
        return field::integer(global ? 0 : static_cast<std::int64_t>(count));
    };
    return kernel_.emit(events::service_run, service.name,
                        {field::integer(service.job.iteration), number(service.spec->replicas),
                         number(service.spec->max_concurrent)});
}

EventId Herald::announce_endpoint(const Service& service) {
    std::string addresses, ports;
    if (service.endpoint != nullptr) {
        for (const Address& each : service.endpoint->virtual_ips) {
            const NameId network = store_.networks()[each.network.index()].name;
            addresses += (addresses.empty() ? "" : ", ") +
                         std::string(kernel_.names().text(network)) + " " + ip_text(each.ip);
        }
        for (const PortConfig& port : service.endpoint->ports) {
            if (port.mode != PublishMode::ingress) continue;
            ports += (ports.empty() ? "*:" : ", *:") + std::to_string(port.published) + "->" +
                     std::to_string(port.target) + "/" + protocol_text(port.protocol);
        }
    }
    return kernel_.emit(events::service_allocated, service.name,
                        {field::name(name(addresses.c_str())), field::name(name(ports.c_str()))});
}

/// A changed spec and a step of its update may come in one commit.
EventId Herald::announce_update(const Committed& change) {
    const Service& service = *change.service;
    EventId said = change.cause;
    if (change.spec_changed) {
        said = announce_run(announce_service(events::service_updated, service), service);
    }
    if (!change.why.valid()) return said;
    const kernel::CauseScope scope(kernel_, said);
    return kernel_.emit(kind_of(service.update.state), service.name,
                        {field::name(change.why),
                         field::name(name(service.spec->task.container.image.c_str()))});
}

EventId Herald::announce_status(const Task& task) {
    const NameId node = task.node.valid() ? store_.node(task.node).hostname : NameId{};
    return kernel_.emit(kind_of(task.observed), task.subject,
                        {field::name(store_.service(task.service).name), field::integer(task.slot),
                         field::name(node), field::name(task.message), field::name(task.error),
                         field::integer(task.exit_code)});
}

EventId Herald::announce_desired(const Committed& change) {
    const Task& task = *change.task;
    return kernel_.emit(events::task_desired, task.subject,
                        {field::name(change.service->name),
                         field::name(name(to_text(task.desired))), field::name(change.why)});
}

}   // namespace glasshive::swarm
