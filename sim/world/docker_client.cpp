#include "world/docker_client.h"

#include <algorithm>

#include "words/catalog.h"

namespace glasshive::world {

using words::Verb;

std::string daemon_error(const std::string& what) {
    return "Error response from daemon: " + what + "\n";
}

bool DockerClient::is_local(const words::Command& command) {
    // Networks made, listed and removed by docker lines are the swarm's overlays.
    switch (command.verb) {
        case Verb::swarm_leave:
        case Verb::swarm_join:
        case Verb::network_inspect:
        case Verb::network_connect:
        case Verb::network_disconnect:
        case Verb::network_prune:
        case Verb::inspect:
        case Verb::version: return true;
        default: break;
    }
    const std::string_view path = words::command_info(command.verb).path;
    const std::string_view object = path.substr(0, path.find(' '));
    return object == "container" || object == "image" || object == "volume" || object == "system";
}

std::string DockerClient::id_of(swarm::ObjectKind kind, std::uint64_t number) const {
    return swarm::object_id(kernel_.seed(), static_cast<std::uint32_t>(kind), number);
}

/// By name, by id, or by the beginning of one id alone.
/// Source: moby daemon/cluster/helpers.go getService, getNode.
DockerClient::Found DockerClient::find_service(const std::string& name) const {
    Found found;
    std::size_t begins = 0;
    for (const swarm::Service& service : store().services()) {
        if (service.removed) continue;
        if (kernel_.names().text(service.name) == name) return {&service, nullptr, ""};
        const std::string id = id_of(swarm::ObjectKind::service, service.id.value);
        if (!name.empty() && id.rfind(name, 0) == 0) {
            ++begins;
            found.service = &service;
        }
    }
    if (begins == 1) return found;
    if (begins > 1) {
        return {nullptr, nullptr, "service " + name + " is ambiguous (" + std::to_string(begins) +
                                      " matches found)"};
    }
    return {nullptr, nullptr, "service " + name + " not found"};
}

DockerClient::Found DockerClient::find_node(const std::string& name) const {
    Found found;
    std::size_t named = 0, begins = 0;
    for (const swarm::Node& node : store().nodes()) {
        if (node.removed) continue;
        const std::string id = id_of(swarm::ObjectKind::node, node.id.value);
        if (id == name) return {nullptr, &node, ""};
        if (node.config->hostname == name) {
            ++named;
            found.node = &node;
        } else if (named == 0 && !name.empty() && id.rfind(name, 0) == 0) {
            ++begins;
            found.node = &node;
        }
    }
    const std::size_t matches = named > 0 ? named : begins;
    if (matches == 1) return found;
    if (matches > 1) {
        return {nullptr, nullptr, "node " + name + " is ambiguous (" + std::to_string(matches) +
                                      " matches found)"};
    }
    return {nullptr, nullptr, "node " + name + " not found"};
}

namespace {

/// What the simulation keeps nothing of, in one sentence.
std::string not_simulated(const words::Command& command) {
    return "glasshive: docker " + std::string(words::command_info(command.verb).path) +
           " has no meaning in the simulation yet\n";
}

}   // namespace

DockerPlan DockerClient::plan(const words::Command& command, const swarm::StackSpec* stack,
                              const std::string& content, swarm::Manager* at, HostId host) {
    DockerPlan plan;
    const auto* names = std::get_if<words::Names>(&command.what);
    const auto* look = std::get_if<words::Look>(&command.what);
    switch (command.verb) {
        case Verb::service_create:
            create_service(plan, std::get<words::ServiceCreate>(command.what));
            break;
        case Verb::service_update:
            update_service(plan, std::get<words::ServiceUpdate>(command.what));
            break;
        case Verb::service_scale:
            scale(plan, std::get<words::ServiceScale>(command.what));
            break;
        case Verb::service_rollback:
            roll_back(plan, std::get<words::ServiceRollback>(command.what).service);
            break;
        case Verb::service_rm: remove_services(plan, *names); break;
        case Verb::service_ls: list_services(plan, *look, ""); break;
        case Verb::stack_services: list_services(plan, *look, look->names.front()); break;
        case Verb::service_ps:
        case Verb::node_ps:
        case Verb::stack_ps: list_tasks(plan, command); break;
        case Verb::node_ls: list_nodes(plan, *look); break;
        case Verb::node_update:
        case Verb::node_promote:
        case Verb::node_demote: update_nodes(plan, command); break;
        case Verb::node_rm: remove_nodes(plan, *names); break;
        case Verb::swarm_leave: leave(plan, *names, host); break;
        case Verb::swarm_join:
            join(plan, std::get<words::SwarmJoin>(command.what), host);
            break;
        case Verb::swarm_init: force_new_cluster(plan, at); break;
        case Verb::swarm_join_token:
            join_token(plan, std::get<words::SwarmJoinToken>(command.what));
            break;
        case Verb::swarm_unlock_key:
            unlock_key(plan, std::get<words::SwarmUnlockKey>(command.what));
            break;
        case Verb::swarm_update:
            update_swarm(plan, std::get<words::SwarmUpdate>(command.what));
            break;
        case Verb::stack_deploy:
            deploy_stack(plan, std::get<words::StackDeploy>(command.what), *stack);
            break;
        case Verb::stack_rm: remove_stacks(plan, *names); break;
        case Verb::stack_ls: list_stacks(plan); break;
        default:
            if (plan_object(plan, command, content) || plan_at(plan, command, host)) break;
            plan.err = not_simulated(command);
            plan.exit_code = 1;
            return plan;
    }
    for (const std::string& flag : command.unsimulated) {
        plan.err += "glasshive: " + flag + " has no effect in the simulation\n";
    }
    return plan;
}

/// Networks, secrets and configs; false: no command about them.
bool DockerClient::plan_object(DockerPlan& plan, const words::Command& command,
                               const std::string& content) {
    switch (command.verb) {
        case Verb::network_create:
            create_network(plan, std::get<words::NetworkCreate>(command.what));
            return true;
        case Verb::network_rm:
            remove_networks(plan, std::get<words::Names>(command.what));
            return true;
        case Verb::network_ls:
            list_networks(plan, std::get<words::Look>(command.what));
            return true;
        case Verb::secret_create:
        case Verb::config_create: create_file(plan, command, content); return true;
        case Verb::secret_rm:
        case Verb::config_rm: remove_files(plan, command); return true;
        case Verb::secret_ls: list_files(plan, swarm::FileKind::secret); return true;
        case Verb::config_ls: list_files(plan, swarm::FileKind::config); return true;
        default: return false;
    }
}

/// Containers of one host, and what is said of objects in words; false: no command about them.
bool DockerClient::plan_at(DockerPlan& plan, const words::Command& command, HostId host) {
    switch (command.verb) {
        case Verb::container_ls:
            list_containers(plan, std::get<words::Look>(command.what), host);
            return true;
        case Verb::container_stop:
        case Verb::container_kill:
        case Verb::container_rm: end_containers(plan, command, host); return true;
        case Verb::service_inspect:
            inspect_services(plan, std::get<words::Look>(command.what));
            return true;
        case Verb::node_inspect:
            inspect_nodes(plan, std::get<words::Look>(command.what));
            return true;
        default: return false;
    }
}

}   // namespace glasshive::world
