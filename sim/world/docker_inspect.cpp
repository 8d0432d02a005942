// docker service inspect and docker node inspect, as people read them: --pretty.
#include "words/pretty.h"
#include "world/docker_client.h"

namespace glasshive::world {

namespace {
constexpr const char* json_hint =
    "glasshive: the engine's JSON is not simulated; with --pretty it is said in words\n";
}

void DockerClient::inspect_services(DockerPlan& plan, const words::Look& command) {
    if (!command.pretty) {
        plan.err = json_hint;
        plan.exit_code = 1;
        return;
    }
    for (const std::string& name : command.names) {
        const Found found = find_service(name);
        if (found.service == nullptr) {   // Source: docker/cli cli/command/service/inspect.go.
            plan.err += "Error: no such service: " + name + "\n";
            plan.exit_code = 1;
            continue;
        }
        const swarm::Service& service = *found.service;
        words::PrettyService view{
            .id = id_of(swarm::ObjectKind::service, service.id.value),
            .spec = service.spec.get(),
            .ports = service.endpoint != nullptr ? service.endpoint->ports : service.spec->ports,
            .update = std::nullopt};
        const swarm::UpdateStatus& update = service.update;
        if (update.state != swarm::UpdateState::none) {
            view.update = words::PrettyUpdate{
                .state = to_text(update.state),
                .message = update.message.valid()
                               ? std::string(kernel_.names().text(update.message))
                               : "update in progress",
                .started_ago = kernel_.now() - update.started_at,
                .completed_ago = std::nullopt};
            const bool over = update.state == swarm::UpdateState::completed ||
                              update.state == swarm::UpdateState::rollback_completed;
            if (over) view.update->completed_ago = kernel_.now() - update.completed_at;
        }
        plan.out += words::service_pretty(view);
    }
}

void DockerClient::inspect_nodes(DockerPlan& plan, const words::Look& command) {
    if (!command.pretty) {
        plan.err = json_hint;
        plan.exit_code = 1;
        return;
    }
    const HostId leads = kernel_.host_of(managers_.leader()->id());
    const auto capital = [](std::string text) {
        if (!text.empty()) text[0] = static_cast<char>(text[0] - 'a' + 'A');
        return text;
    };
    for (const std::string& name : command.names) {
        const Found found = name == "self" ? Found{nullptr, store().find_node(leads), ""}
                                           : find_node(name);
        if (found.node == nullptr) {
            plan.err += daemon_error(found.problem);
            plan.exit_code = 1;
            continue;
        }
        const swarm::Node& node = *found.node;
        const swarm::NodeConfig& config = *node.config;
        words::PrettyNode view{.id = id_of(swarm::ObjectKind::node, node.id.value),
                               .hostname = config.hostname,
                               .state = capital(to_text(node.state)),
                               .availability = capital(to_text(node.availability)),
                               .address = config.address.empty() ? config.hostname
                                                                 : config.address,
                               .os = config.os,
                               .architecture = config.architecture,
                               .engine_version = "28.2.2",
                               .labels = config.labels,
                               .engine_labels = config.engine_labels,
                               .joined = words::date_text(node.created_at),
                               .cpus = config.cpus,
                               .memory = config.memory,
                               .reachability = "",
                               .leader = node.host == leads};
        if (managers_.manages(node.host)) {
            view.reachability = kernel_.is_on(node.host) ? "Reachable" : "Unreachable";
        }
        plan.out += words::node_pretty(view);
    }
}

}   // namespace glasshive::world
