// docker node … and docker swarm …
#include <algorithm>

#include "swarm/security/certificate.h"
#include "swarm/security/tokens.h"
#include "words/tables.h"
#include "world/docker_client.h"

namespace glasshive::world {

using words::Verb;

namespace {

swarm::Availability availability_of(const std::string& text) {
    if (text == "drain") return swarm::Availability::drain;
    return text == "pause" ? swarm::Availability::pause : swarm::Availability::active;
}

}   // namespace

/// Source: docker/cli cli/command/node/{update,promote,demote}.go.
void DockerClient::update_nodes(DockerPlan& plan, const words::Command& command) {
    const auto& change = std::get<words::NodeUpdate>(command.what);
    const bool promote = command.verb == Verb::node_promote;
    const bool demote = command.verb == Verb::node_demote;
    for (const std::string& name : change.nodes) {
        const Found found = find_node(name);
        if (found.node == nullptr) {
            plan.err += daemon_error(found.problem);
            plan.exit_code = 1;
            continue;
        }
        const swarm::Node& node = *found.node;
        std::map<std::string, std::string> labels = node.config->labels;
        bool complete = true;
        for (const std::string& key : change.label_remove) {
            if (labels.erase(key) > 0) continue;
            plan.err += "key " + key + " doesn't exist in node's labels\n";
            plan.exit_code = 1;
            complete = false;
        }
        if (!complete) continue;
        for (const auto& [key, value] : change.label_add) labels[key] = value;
        const bool manager = node.config->role == swarm::NodeRole::manager;
        const bool to_manager = promote || change.role == "manager";
        const bool to_worker = demote || change.role == "worker";
        if (promote && manager) {
            plan.out += "Node " + name + " is already a manager.\n";
            continue;
        }
        if (demote && !manager) {
            plan.out += "Node " + name + " is already a worker.\n";
            continue;
        }
        if (to_worker && manager) {
            const swarm::Manager* on = managers_.on(node.host);
            const std::string problem =
                on == nullptr ? "" : managers_.leader()->demotion_refusal(on->member());
            if (!problem.empty()) {
                plan.err += daemon_error(problem);
                plan.exit_code = 1;
                continue;
            }
        }
        const std::string said = promote ? "Node " + name + " promoted to a manager in the swarm."
                                 : demote ? "Manager " + name + " demoted in the swarm."
                                          : name;
        plan.acts.emplace_back([this, id = node.id, host = node.host, labels, change, to_manager,
                                to_worker, said] {
            swarm::Manager& leads = *managers_.leader();
            if (labels != leads.store().node(id).config->labels) leads.set_labels(id, labels);
            if (change.availability) {
                leads.set_availability(id, availability_of(*change.availability));
            }
            if (to_manager) managers_.promote(host);
            if (to_worker) managers_.demote(host);
            return said + "\n";
        });
    }
}

void DockerClient::list_nodes(DockerPlan& plan, const words::Look& command) {
    std::vector<words::NodeRow> rows;
    const swarm::Manager& leads = *managers_.leader();
    const raft::Membership& members = leads.consensus().raft()->membership();
    for (const swarm::Node& node : store().nodes()) {
        if (node.removed) continue;
        words::NodeRow row;
        row.id = id_of(swarm::ObjectKind::node, node.id.value);
        row.hostname = node.config->hostname;
        row.status = to_text(node.state);
        row.availability = to_text(node.availability);
        const swarm::Manager* on = managers_.on(node.host);
        if (on == &leads) {
            row.manager_status = "leader";
            row.self = true;
        } else if (on != nullptr && members.has(on->member())) {
            row.manager_status =
                leads.consensus().reaches(on->member()) ? "reachable" : "unreachable";
        }
        rows.push_back(std::move(row));
    }
    plan.out = words::node_table(std::move(rows), {.quiet = command.quiet});
}

/// Only with --force-new-cluster: a simulated swarm exists from the start.
void DockerClient::force_new_cluster(DockerPlan& plan, swarm::Manager* at) {
    if (at == nullptr) {
        plan.err = daemon_error(
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" "
            "to connect this node to swarm and try again.");
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back([this, at] {
        at->force_new_cluster();
        const swarm::Node* node = store().find_node(kernel_.host_of(at->id()));
        return "Swarm initialized: current node (" +
               id_of(swarm::ObjectKind::node, node->id.value) + ") is now a manager.\n";
    });
}

/// Source: docker/cli cli/command/swarm/join_token.go.
void DockerClient::join_token(DockerPlan& plan, const words::SwarmJoinToken& command) {
    plan.acts.emplace_back([this, command] {
        const char* role = command.manager ? "manager" : "worker";
        if (command.rotate) {
            auto cluster = std::make_shared<swarm::ClusterObject>(store().cluster());
            ++(command.manager ? cluster->manager_token : cluster->worker_token);
            managers_.leader()->set_cluster(cluster, command.manager ? "manager token rotated"
                                                                     : "worker token rotated");
        }
        const std::string token = swarm::join_token(
            kernel_.seed(), store().cluster(),
            command.manager ? swarm::NodeRole::manager : swarm::NodeRole::worker);
        if (command.quiet) return token + "\n";
        std::string text;
        if (command.rotate) {
            text = std::string("Successfully rotated ") + role + " join token.\n\n";
        }
        const HostId host = kernel_.host_of(managers_.leader()->id());
        return text + "To add a " + role +
               " to this swarm, run the following command:\n\n    docker swarm join --token " +
               token + " " + std::string(kernel_.names().text(kernel_.name_of(host))) +
               ":2377\n\n";
    });
}

void DockerClient::unlock_key(DockerPlan& plan, const words::SwarmUnlockKey& command) {
    if (store().cluster().unlock_key == 0) {
        plan.err = "no unlock key is set\n";
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back([this, command] {
        if (command.rotate) {
            auto cluster = std::make_shared<swarm::ClusterObject>(store().cluster());
            ++cluster->unlock_key;
            managers_.leader()->set_cluster(cluster, "unlock key rotated");
        }
        const std::string key = swarm::unlock_key(kernel_.seed(), store().cluster());
        if (command.quiet) return key + "\n";
        return std::string(command.rotate ? "Successfully rotated manager unlock key.\n\n" : "") +
               "To unlock a swarm manager after it restarts, run the `docker swarm unlock`\n"
               "command and provide the following key:\n\n    " + key +
               "\n\nRemember to store this key in a password manager, since without it you\n"
               "will not be able to restart the manager.\n";
    });
}

void DockerClient::update_swarm(DockerPlan& plan, const words::SwarmUpdate& command) {
    const words::SwarmOptions& options = command.options;
    if (options.certificate_expiry &&
        *options.certificate_expiry < swarm::certificate_validity_min) {
        // Source: swarmkit manager/controlapi/cluster.go validateClusterSpec.
        plan.err = daemon_error("rpc error: code = InvalidArgument desc = minimum certificate "
                                "expiry time is: 1h0m0s");
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back([this, options] {
        auto cluster = std::make_shared<swarm::ClusterObject>(store().cluster());
        if (options.autolock) {
            // A key that was given up is never used again.
            if (!*options.autolock) cluster->unlock_key = 0;
            else if (cluster->unlock_key == 0) cluster->unlock_key = 1;
        }
        if (options.certificate_expiry) {
            cluster->certificate_validity = *options.certificate_expiry;
        }
        managers_.leader()->set_cluster(cluster, "swarm updated");
        return std::string("Swarm updated.\n");
    });
}

}   // namespace glasshive::world
