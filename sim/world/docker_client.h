#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "swarm/agent/daemon.h"
#include "words/command.h"
#include "world/managers.h"

namespace glasshive::world {

/// What a docker command line comes to: what is printed, and what is to be done. Nothing has been
/// done yet; whoever carries it out runs the acts in order and adds what they print.
struct DockerPlan {
    std::string out, err;
    int exit_code = 0;
    std::vector<std::function<std::string()>> acts;
    std::function<void()> tell;   ///< What is said of a refusal beside the command's outcome.
};

/// The machines: their daemons, by host, and what a node would say of itself when it joins.
struct Engines {
    std::deque<swarm::agent::Daemon>* daemons = nullptr;
    std::function<swarm::NodeConfig(HostId)> describe;
};

/// docker's command line at a terminal that reaches the managers: looks names up, asks the acting
/// leader, and prints as docker 28.2.2 does. Commands end when the swarm has taken them (--detach);
/// what they bring about follows.
class DockerClient {
  public:
    /// Both must outlive this.
    DockerClient(kernel::Kernel& kernel, Managers& managers)
        : kernel_(kernel), managers_(managers) {}

    /// `stack` and `content`: what the files that the command names hold. Requires a leader but
    /// where is_local(command), and for forcing a new cluster: that is done at `at`. `host`: where
    /// it is typed.
    DockerPlan plan(const words::Command& command, const swarm::StackSpec* stack,
                    const std::string& content, swarm::Manager* at, HostId host);
    bool is_member(HostId host) const { return engine(host).is_member(); }
    /// True for commands that the engine of their host answers alone; all others hang without a
    /// leader.
    static bool is_local(const words::Command& command);
    void set_engines(Engines engines) { engines_ = std::move(engines); }

  private:
    struct Found {
        const swarm::Service* service = nullptr;
        const swarm::Node* node = nullptr;
        std::string problem;     // As the daemon says it; "" when found.
    };
    const swarm::Store& store() const { return managers_.store(); }
    swarm::agent::Daemon& engine(HostId host) const { return (*engines_.daemons)[host.index()]; }
    std::string id_of(swarm::ObjectKind kind, std::uint64_t number) const;
    Found find_service(const std::string& name) const;
    Found find_node(const std::string& name) const;
    std::string port_conflict(const swarm::ServiceSpec& spec, const swarm::Service* own) const;
    std::string why_not(const swarm::ServiceSpec& spec, const swarm::Service* own) const;

    // docker_services.cpp
    void create_service(DockerPlan& plan, const words::ServiceCreate& command);
    void update_service(DockerPlan& plan, const words::ServiceUpdate& command);
    void scale(DockerPlan& plan, const words::ServiceScale& command);
    void roll_back(DockerPlan& plan, const std::string& name);
    void remove_services(DockerPlan& plan, const words::Names& command);
    void list_services(DockerPlan& plan, const words::Look& command, const std::string& stack);
    void list_tasks(DockerPlan& plan, const words::Command& command);
    // docker_swarm.cpp
    void update_nodes(DockerPlan& plan, const words::Command& command);
    void list_nodes(DockerPlan& plan, const words::Look& command);
    void force_new_cluster(DockerPlan& plan, swarm::Manager* at);
    void join_token(DockerPlan& plan, const words::SwarmJoinToken& command);
    void unlock_key(DockerPlan& plan, const words::SwarmUnlockKey& command);
    void update_swarm(DockerPlan& plan, const words::SwarmUpdate& command);
    // docker_membership.cpp
    void remove_nodes(DockerPlan& plan, const words::Names& command);
    void leave(DockerPlan& plan, const words::Names& command, HostId host);
    void join(DockerPlan& plan, const words::SwarmJoin& command, HostId host);
    void refuse_join(DockerPlan& plan, HostId host, const std::string& why);
    bool plan_object(DockerPlan& plan, const words::Command& command, const std::string& content);
    bool plan_at(DockerPlan& plan, const words::Command& command, HostId host);
    // docker_inspect.cpp
    void inspect_services(DockerPlan& plan, const words::Look& command);
    void inspect_nodes(DockerPlan& plan, const words::Look& command);
    // docker_containers.cpp
    void list_containers(DockerPlan& plan, const words::Look& command, HostId host);
    void end_containers(DockerPlan& plan, const words::Command& command, HostId host);
    // docker_networks.cpp
    std::string network_problem(const swarm::ServiceSpec& spec) const;
    void create_network(DockerPlan& plan, const words::NetworkCreate& command);
    void remove_networks(DockerPlan& plan, const words::Names& command);
    void list_networks(DockerPlan& plan, const words::Look& command);
    bool deploy_networks(DockerPlan& plan, const std::vector<swarm::NetworkSpec>& networks);
    // docker_stacks.cpp
    void deploy_stack(DockerPlan& plan, const words::StackDeploy& command,
                      const swarm::StackSpec& stack);
    void deploy_files(DockerPlan& plan, swarm::FileKind kind,
                      const std::vector<swarm::FileObjectSpec>& files);
    void prune(DockerPlan& plan, const std::string& name, const swarm::StackSpec& stack);
    void deploy_service(DockerPlan& plan, const swarm::ServiceSpec& declared);
    void remove_stacks(DockerPlan& plan, const words::Names& command);
    void list_stacks(DockerPlan& plan);
    void create_file(DockerPlan& plan, const words::Command& command, const std::string& content);
    void remove_files(DockerPlan& plan, const words::Command& command);
    void list_files(DockerPlan& plan, swarm::FileKind kind);

    kernel::Kernel& kernel_;
    Managers& managers_;
    Engines engines_;
    std::set<std::string> local_networks_;   // Bridges of the terminal's own engine.
};

/// "Error response from daemon: rpc error: code = NotFound desc = …", with its newline.
std::string daemon_error(const std::string& what);

}   // namespace glasshive::world
