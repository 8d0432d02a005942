// docker service …, and the tables of services and tasks.
#include <algorithm>

#include "runtime/catalog.h"
#include "words/tables.h"
#include "words/update.h"
#include "world/docker_client.h"

namespace glasshive::world {

namespace {

constexpr const char* stack_label = "com.docker.stack.namespace";

bool of_stack(const swarm::Service& service, const std::string& stack) {
    const auto found = service.spec->labels.find(stack_label);
    return found != service.spec->labels.end() && found->second == stack;
}

/// SwarmKit's texts travel in a gRPC status. Source: moby api/server/httpstatus/status.go.
std::string refused(const char* code, const std::string& text) {
    return std::string("rpc error: code = ") + code + " desc = " + text;
}

}   // namespace

/// Source: swarmkit manager/controlapi/service.go checkPortConflicts.
std::string DockerClient::port_conflict(const swarm::ServiceSpec& spec,
                                        const swarm::Service* own) const {
    for (const swarm::PortConfig& port : spec.ports) {
        if (port.published == 0) continue;
        for (const swarm::Service& other : store().services()) {
            if (other.removed || &other == own) continue;
            // Those that the swarm picked count as well.
            const bool given = other.endpoint != nullptr && !other.endpoint->ports.empty();
            for (const swarm::PortConfig& taken :
                 given ? other.endpoint->ports : other.spec->ports) {
                // Two services may name the same port of the hosts: the scheduler keeps them apart.
                const bool both_on_hosts = port.mode == swarm::PublishMode::host &&
                                           taken.mode == swarm::PublishMode::host;
                if (taken.published != port.published || taken.protocol != port.protocol ||
                    both_on_hosts) {
                    continue;
                }
                const bool ingress = taken.mode == swarm::PublishMode::ingress;
                return refused("InvalidArgument",
                               "port '" + std::to_string(port.published) +
                                   "' is already in use by service '" + other.spec->name + "' (" +
                                   id_of(swarm::ObjectKind::service, other.id.value) + ") as " +
                                   (ingress ? "an ingress port" : "a host-published port"));
            }
        }
    }
    return "";
}

/// Source: swarmkit manager/controlapi/service.go validateServiceSpec and what it calls.
std::string DockerClient::why_not(const swarm::ServiceSpec& spec,
                                  const swarm::Service* own) const {
    for (const swarm::Resources* each : {&spec.task.limits, &spec.task.reservations}) {
        if (each->cpus.count != 0 && each->cpus.count < 1'000'000) {
            return refused("InvalidArgument", "invalid cpu value " +
                                                  std::to_string(each->cpus.count / 1e9) +
                                                  ": Must be at least 0.001");
        }
        if (each->memory.count != 0 && each->memory.count < 4 * 1024 * 1024) {
            return refused("InvalidArgument", "invalid memory value " +
                                                  std::to_string(each->memory.count) +
                                                  ": Must be at least 4MiB");
        }
    }
    for (const swarm::PortConfig& port : spec.ports) {
        if (spec.endpoint_mode == swarm::EndpointMode::dnsrr &&
            port.mode == swarm::PublishMode::ingress) {
            return refused("InvalidArgument", "EndpointSpec: port published with ingress mode "
                                              "can't be used with dnsrr mode");
        }
    }
    const auto missing = [&](swarm::FileKind kind, const auto& references) -> std::string {
        for (const swarm::FileReference& each : references) {
            const NameId name = kernel_.names().find(each.source);
            if (!name.valid() || store().find_file(kind, name) == nullptr) {
                return std::string(to_text(kind)) + " not found: " + each.source;
            }
        }
        return "";
    };
    if (swarm::is_job(spec.mode) && spec.update) {
        return refused("InvalidArgument", "Jobs may not have an update config");
    }
    std::string lacks = missing(swarm::FileKind::secret, spec.task.container.secrets);
    if (lacks.empty()) lacks = missing(swarm::FileKind::config, spec.task.container.configs);
    return lacks.empty() ? port_conflict(spec, own) : lacks;
}

void DockerClient::create_service(DockerPlan& plan, const words::ServiceCreate& command) {
    swarm::ServiceSpec spec = command.spec;
    if (spec.name.empty()) {   // The engine draws a name (moby pkg/namesgenerator).
        spec.name = "service_" + std::to_string(store().services().size() + 1);
    }
    spec.task.container.image = runtime::with_tag(spec.task.container.image);
    std::string problem = network_problem(spec);
    if (problem.empty()) problem = why_not(spec, nullptr);
    const NameId name = kernel_.names().find(spec.name);
    if (problem.empty() && name.valid() && store().find_service(name) != nullptr) {
        problem = refused("AlreadyExists", "name conflicts with an existing object: service " +
                                               spec.name + " already exists");
    }
    if (!problem.empty()) {
        plan.err = daemon_error(problem);
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back([this, spec] {
        const auto id = managers_.leader()->create_service(spec);
        return id ? id_of(swarm::ObjectKind::service, id->value) + "\n" : std::string();
    });
}

void DockerClient::update_service(DockerPlan& plan, const words::ServiceUpdate& command) {
    if (command.rollback) return roll_back(plan, command.service);
    const Found found = find_service(command.service);
    if (found.service == nullptr) {
        plan.err = daemon_error(found.problem);
        plan.exit_code = 1;
        return;
    }
    words::Updated updated = words::apply(command, *found.service->spec);
    if (!updated.problem.empty()) {
        plan.err = updated.problem + "\n";
        plan.exit_code = 1;
        return;
    }
    // The same image by another name is no change.
    std::string& image = updated.spec.task.container.image;
    const std::string& before = found.service->spec->task.container.image;
    image = runtime::with_tag(image) == runtime::with_tag(before) ? before
                                                                  : runtime::with_tag(image);
    std::string problem = network_problem(updated.spec);
    if (problem.empty()) problem = why_not(updated.spec, found.service);
    if (!problem.empty()) {
        plan.err = daemon_error(problem);
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back(
        [this, id = found.service->id, spec = updated.spec, said = command.service] {
            managers_.leader()->update_service(id, spec);
            return said + "\n";
        });
}

void DockerClient::scale(DockerPlan& plan, const words::ServiceScale& command) {
    for (const auto& [name, replicas] : command.replicas) {
        const Found found = find_service(name);
        std::string problem =
            found.service == nullptr ? "Error response from daemon: " + found.problem : "";
        if (problem.empty()) problem = words::scaled(*found.service->spec, replicas).problem;
        if (!problem.empty()) {
            plan.err += name + ": " + problem + "\n";
            plan.exit_code = 1;
            continue;
        }
        plan.acts.emplace_back([this, id = found.service->id, n = replicas, said = name] {
            managers_.leader()->scale_service(id, n);
            return said + " scaled to " + std::to_string(n) + "\n";
        });
    }
}

void DockerClient::roll_back(DockerPlan& plan, const std::string& name) {
    const Found found = find_service(name);
    std::string problem = found.problem;
    if (problem.empty() && found.service->previous_spec == nullptr) {
        problem = refused("FailedPrecondition",
                          "service " + id_of(swarm::ObjectKind::service, found.service->id.value) +
                              " does not have a previous spec");
    }
    if (!problem.empty()) {
        plan.err = daemon_error(problem);
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back([this, id = found.service->id, said = name] {
        managers_.leader()->roll_back_service(id);
        return said + "\n";
    });
}

void DockerClient::remove_services(DockerPlan& plan, const words::Names& command) {
    for (const std::string& name : command.names) {
        const Found found = find_service(name);
        if (found.service == nullptr) {
            plan.err += daemon_error(found.problem);
            plan.exit_code = 1;
            continue;
        }
        plan.acts.emplace_back([this, id = found.service->id, said = name] {
            managers_.leader()->remove_service(id);
            return said + "\n";
        });
    }
}

void DockerClient::list_services(DockerPlan& plan, const words::Look& command,
                                 const std::string& stack) {
    std::vector<words::ServiceRow> rows;
    for (const swarm::Service& service : store().services()) {
        if (service.removed || (!stack.empty() && !of_stack(service, stack))) continue;
        const swarm::ServiceStatus status = store().status(service.id);
        words::ServiceRow row;
        row.id = id_of(swarm::ObjectKind::service, service.id.value);
        row.name = service.spec->name;
        row.mode = to_text(service.spec->mode);
        row.running = status.running;
        row.desired = status.desired;
        row.completed = status.completed;
        row.completions = service.spec->replicas;
        row.max_per_node = service.spec->task.placement.max_replicas;
        row.image = service.spec->task.container.image;
        row.ports = service.endpoint != nullptr ? service.endpoint->ports : service.spec->ports;
        rows.push_back(std::move(row));
    }
    if (rows.empty() && !stack.empty()) {
        plan.err = "Nothing found in stack: " + stack + "\n";
        return;
    }
    plan.out = words::service_table(std::move(rows),
                                    {.quiet = command.quiet});
}

void DockerClient::list_tasks(DockerPlan& plan, const words::Command& command) {
    const auto& look = std::get<words::Look>(command.what);
    std::vector<words::TaskRow> rows;
    const Time now = kernel_.now();
    const auto add = [&](const swarm::Task& task) {
        const swarm::Service& service = store().service(task.service);
        words::TaskRow row;
        row.id = id_of(swarm::ObjectKind::task, static_cast<std::uint64_t>(task.id));
        row.name = service.spec->name + "." +
                   (task.slot > 0 ? std::to_string(task.slot)
                                  : id_of(swarm::ObjectKind::node, task.node.value));
        row.image = task.spec->task.container.image;
        if (task.node.valid()) row.node = store().node(task.node).config->hostname;
        row.desired = to_text(task.desired);
        row.state = to_text(task.observed);
        row.age = now - task.observed_at;
        row.created_ago = now - task.created_at;
        row.error = task.error.valid() ? std::string(kernel_.names().text(task.error)) : "";
        rows.push_back(std::move(row));
    };
    if (command.verb == words::Verb::stack_ps) {
        for (const swarm::Service& service : store().services()) {
            if (!service.removed && of_stack(service, look.names.front())) {
                store().for_each(service.tasks, swarm::Store::By::service, add);
            }
        }
    }
    std::vector<std::string> names = look.names;
    if (command.verb == words::Verb::node_ps && names.empty()) names = {"self"};
    for (const std::string& name : names) {
        if (command.verb == words::Verb::service_ps) {
            const Found found = find_service(name);
            if (found.service != nullptr) {
                store().for_each(found.service->tasks, swarm::Store::By::service, add);
            } else {
                plan.err += "no such service: " + name + "\n";
                plan.exit_code = 1;
            }
        } else if (command.verb == words::Verb::node_ps) {
            const swarm::Node* self = store().find_node(kernel_.host_of(managers_.leader()->id()));
            const Found found = name == "self" ? Found{nullptr, self, ""} : find_node(name);
            if (found.node != nullptr) {
                store().for_each(found.node->tasks, swarm::Store::By::node, add);
            } else {
                plan.err += daemon_error(found.problem);
                plan.exit_code = 1;
            }
        }
    }
    if (!rows.empty()) {
        plan.out = words::task_table(std::move(rows),
                                     {.quiet = look.quiet, .no_trunc = look.no_trunc});
    }
}

}   // namespace glasshive::world
