// docker network …
#include <algorithm>

#include "words/tables.h"
#include "world/docker_client.h"

namespace glasshive::world {

namespace {

/// Every engine has these; docker_gwbridge came with the swarm.
constexpr const char* predefined[] = {"bridge", "docker_gwbridge", "host", "none"};

bool is_predefined(const std::string& name) {
    return std::find(std::begin(predefined), std::end(predefined), name) != std::end(predefined);
}

}   // namespace

/// Why a service cannot use one of its networks; "" when it can use them all.
/// Source: moby daemon/cluster/services.go populateNetworkID; the first is the CLI's own,
/// docker/cli cli/command/service/opts.go.
std::string DockerClient::network_problem(const swarm::ServiceSpec& spec) const {
    for (const swarm::NetworkAttachment& each : spec.task.networks) {
        const std::string& name = each.network;
        if (name == "host" || name == "none") continue;
        const NameId id = kernel_.names().find(name);
        if (id.valid() && store().find_network(id) != nullptr) continue;
        if (is_predefined(name) || local_networks_.count(name) > 0) {
            return "The network " + name + " cannot be used with services. Only networks scoped "
                   "to the swarm can be used, such as those created with the overlay driver.";
        }
        return "network " + name + " not found";
    }
    return "";
}

/// Without --driver overlay the network is a bridge of the engine at the terminal: no service can
/// use it. Source: moby daemon/cluster/networks.go CreateNetwork.
void DockerClient::create_network(DockerPlan& plan, const words::NetworkCreate& command) {
    const std::string& name = command.spec.name;
    const NameId id = kernel_.names().find(name);
    const bool taken = is_predefined(name) || local_networks_.count(name) > 0 ||
                       (id.valid() && store().find_network(id) != nullptr);
    std::string problem;
    if (taken) problem = "network with name " + name + " already exists";
    if (!command.spec.subnet.empty() && !swarm::parse_subnet(command.spec.subnet)) {
        problem = "invalid subnet " + command.spec.subnet + ": invalid CIDR block notation";
    }
    if (!problem.empty()) {
        plan.err = daemon_error(problem);
        plan.exit_code = 1;
        return;
    }
    if (command.spec.driver != "overlay") {
        plan.acts.emplace_back([this, name] {
            local_networks_.insert(name);
            return swarm::object_id(kernel_.seed(),
                                    static_cast<std::uint32_t>(swarm::ObjectKind::network),
                                    1'000'000 + local_networks_.size()) +
                   "\n";
        });
        return;
    }
    plan.acts.emplace_back([this, spec = command.spec] {
        const auto created = managers_.leader()->create_network(spec);
        return created ? id_of(swarm::ObjectKind::network, created->value) + "\n" : std::string();
    });
}

/// Source: moby daemon/network.go deleteNetwork; swarmkit manager/controlapi/network.go
/// RemoveNetwork.
void DockerClient::remove_networks(DockerPlan& plan, const words::Names& command) {
    for (const std::string& name : command.names) {
        const NameId known = kernel_.names().find(name);
        const swarm::Network* network = known.valid() ? store().find_network(known) : nullptr;
        std::string problem;
        if (is_predefined(name)) {
            problem = name + " is a pre-defined network and cannot be removed";
        } else if (network == nullptr && local_networks_.count(name) == 0) {
            problem = "network " + name + " not found";
        }
        for (const swarm::Service& service : store().services()) {
            if (network == nullptr || service.removed || !problem.empty()) continue;
            const auto& used = service.spec->task.networks;
            const bool mesh = name == swarm::ingress_network && service.endpoint != nullptr &&
                              !service.endpoint->ports.empty();
            const bool uses = std::any_of(used.begin(), used.end(), [&](const auto& each) {
                return each.network == name;
            });
            if (!uses && !mesh) continue;
            problem = "rpc error: code = FailedPrecondition desc = network " +
                      id_of(swarm::ObjectKind::network, network->id.value) +
                      " is in use by service " +
                      id_of(swarm::ObjectKind::service, service.id.value);
        }
        if (!problem.empty()) {
            plan.err += daemon_error(problem);
            plan.exit_code = 1;
            continue;
        }
        if (network == nullptr) {
            plan.acts.emplace_back([this, name] {
                local_networks_.erase(name);
                return name + "\n";
            });
            continue;
        }
        plan.acts.emplace_back([this, id = network->id, name] {
            managers_.leader()->remove_network(id);
            return name + "\n";
        });
    }
}

void DockerClient::list_networks(DockerPlan& plan, const words::Look& command) {
    struct Row {
        std::string name, id, driver, scope;
    };
    std::vector<Row> rows;
    const auto local = [&](const std::string& name, const std::string& driver) {
        const std::string id =
            swarm::object_id(kernel_.seed(), static_cast<std::uint32_t>(swarm::ObjectKind::network),
                             2'000'000 + rows.size());
        rows.push_back({name, id, driver, "local"});
    };
    local("bridge", "bridge");
    local("docker_gwbridge", "bridge");
    local("host", "host");
    local("none", "null");
    for (const std::string& name : local_networks_) local(name, "bridge");
    for (const swarm::Network& network : store().networks()) {
        if (network.removed) continue;
        rows.push_back({network.spec->name, id_of(swarm::ObjectKind::network, network.id.value),
                        network.spec->driver, "swarm"});
    }
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return a.name < b.name; });
    std::vector<std::vector<std::string>> table{{"NETWORK ID", "NAME", "DRIVER", "SCOPE"}};
    for (const Row& row : rows) {
        const std::string id = row.id.substr(0, 12);
        if (command.quiet) plan.out += id + "\n";
        else table.push_back({id, row.name, row.driver, row.scope});
    }
    if (!command.quiet) plan.out = words::columns(table);
}

/// What the stack's services need and nobody made yet; "" for what to say when one cannot be had.
/// Source: docker/cli cli/command/stack/swarm/deploy_composefile.go createNetworks.
bool DockerClient::deploy_networks(DockerPlan& plan,
                                   const std::vector<swarm::NetworkSpec>& networks) {
    for (const swarm::NetworkSpec& spec : networks) {
        const NameId name = kernel_.names().find(spec.name);
        const bool known = name.valid() && store().find_network(name) != nullptr;
        if (spec.external && !known && !is_predefined(spec.name)) {
            plan.err += "network \"" + spec.name +
                        "\" is declared as external, but could not be found. You need to create a "
                        "swarm-scoped network before the stack is deployed\n";
            plan.exit_code = 1;
            return false;
        }
        if (spec.external || known) continue;
        plan.acts.emplace_back([this, spec] {
            managers_.leader()->create_network(spec);
            return "Creating network " + spec.name + "\n";
        });
    }
    return true;
}

}   // namespace glasshive::world
