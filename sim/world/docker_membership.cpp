// docker node rm, docker swarm leave and docker swarm join.
#include <algorithm>

#include "swarm/events.h"
#include "swarm/security/tokens.h"
#include "world/docker_client.h"

namespace glasshive::world {

/// Source: swarmkit manager/controlapi/node.go RemoveNode.
void DockerClient::remove_nodes(DockerPlan& plan, const words::Names& command) {
    for (const std::string& name : command.names) {
        const Found found = find_node(name);
        std::string problem = found.problem;
        if (found.node != nullptr) {
            const std::string refused = "rpc error: code = FailedPrecondition desc = node " +
                                        id_of(swarm::ObjectKind::node, found.node->id.value);
            if (found.node->config->role == swarm::NodeRole::manager) {
                problem = refused + " is a cluster manager and is a member of the raft cluster. It "
                                    "must be demoted to worker before removal";
            } else if (!command.force && found.node->state == swarm::NodeState::ready) {
                problem = refused + " is not down and can't be removed";
            }
        }
        if (!problem.empty()) {
            plan.err += daemon_error(problem);
            plan.exit_code = 1;
            continue;
        }
        plan.acts.emplace_back([this, id = found.node->id, name] {
            managers_.leader()->remove_node(id);
            return name + "\n";
        });
    }
}

/// Source: moby daemon/cluster/swarm.go Leave.
void DockerClient::leave(DockerPlan& plan, const words::Names& command, HostId host) {
    swarm::agent::Daemon& daemon = engine(host);
    std::string problem;
    if (!daemon.is_member()) {
        problem = "This node is not part of a swarm";
    } else if (managers_.manages(host) && !command.force) {
        const auto& nodes = store().nodes();
        const auto managers = std::count_if(nodes.begin(), nodes.end(), [](const auto& node) {
            return !node.removed && node.config->role == swarm::NodeRole::manager;
        });
        problem = "You are attempting to leave the swarm on a node that is participating as a "
                  "manager. ";
        problem += managers > 1
                       ? "Removing this node leaves " + std::to_string(managers - 1) +
                             " managers out of " + std::to_string(managers) +
                             ". Without a Raft quorum your swarm will be inaccessible. The only "
                             "way to restore a swarm that has lost consensus is to reinitialize it "
                             "with `--force-new-cluster`. Use `--force` to suppress this message."
                       : "Removing the last manager erases all current state of the swarm. Use "
                         "`--force` to ignore this message.";
    }
    if (!problem.empty()) {
        plan.err = daemon_error(problem);
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back([this, host, &daemon] {
        if (managers_.manages(host)) managers_.on(host)->leave();
        daemon.leave();
        return std::string("Node left the swarm.\n");
    });
}

void DockerClient::refuse_join(DockerPlan& plan, HostId host, const std::string& why) {
    plan.err = daemon_error(why);
    plan.exit_code = 1;
    plan.tell = [this, host, why] {
        kernel_.emit(swarm::events::access_refused, kernel_.name_of(host),
                     {field::name(kernel_.names().intern("join")),
                      field::name(kernel_.names().intern(why))});
    };
}

/// Source: moby daemon/cluster/swarm.go Join; swarmkit ca/{config,certificates,server}.go
/// ParseJoinToken, GetRemoteCA, IssueNodeCertificate.
void DockerClient::join(DockerPlan& plan, const words::SwarmJoin& command, HostId host) {
    swarm::agent::Daemon& daemon = engine(host);
    if (daemon.is_member()) {
        plan.err = daemon_error("This node is already part of a swarm. Use \"docker swarm leave\" "
                                "to leave this swarm and join another one.");
        plan.exit_code = 1;
        return;
    }
    const std::string& token = command.token;
    const std::string own =
        swarm::join_token(kernel_.seed(), store().cluster(), swarm::NodeRole::worker);
    if (token.rfind("SWMTKN-1-", 0) != 0 || token.size() != own.size()) {
        return refuse_join(plan, host, "invalid join token");
    }
    const std::string address = command.remote_address.substr(0, command.remote_address.find(':'));
    const swarm::Manager* leader = managers_.leader();
    const swarm::Manager* asked = nullptr;
    for (const swarm::Manager& each : managers_.all()) {
        const HostId at = kernel_.host_of(each.id());
        const bool answers = kernel_.is_on(at) && !kernel_.is_paused(at) && managers_.manages(at);
        if (answers && kernel_.names().text(kernel_.name_of(at)) == address) asked = &each;
    }
    if (asked == nullptr || leader == nullptr) {
        return refuse_join(plan, host,
                           "rpc error: code = Unavailable desc = connection error: desc = "
                           "\"transport: Error while dialing: dial tcp " +
                               address + ":2377: connect: connection refused\"");
    }
    if (token.substr(0, own.rfind('-')) != own.substr(0, own.rfind('-'))) {
        return refuse_join(plan, host, "remote CA does not match fingerprint. Expected: " +
                                           token.substr(9, 50));
    }
    const auto role = swarm::role_of_token(kernel_.seed(), store().cluster(), token);
    if (!role) {
        return refuse_join(plan, host, "rpc error: code = InvalidArgument desc = A valid join "
                                       "token is necessary to join this cluster");
    }
    plan.acts.emplace_back([this, host, &daemon, role = *role] {
        const Duration validity = store().cluster().certificate_validity;
        const swarm::NodeId node =
            managers_.leader()->add_node(host, engines_.describe(host));
        kernel_.emit(swarm::events::certificate_issued, kernel_.name_of(host),
                     {field::name(kernel_.names().intern(to_text(role))),
                      field::integer(static_cast<std::int64_t>(node.value) + 1),
                      field::duration(validity), field::name(kernel_.names().intern("joined"))});
        if (role == swarm::NodeRole::manager) managers_.promote(host);
        daemon.join(validity);
        return std::string("This node joined a swarm as a ") + to_text(role) + ".\n";
    });
}

}   // namespace glasshive::world
