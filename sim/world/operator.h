#pragma once

#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "scenario/spec.h"
#include "swarm/manager/manager.h"

namespace glasshive::world {

/// What an operator does in a run, in the scenario's words.
struct OperatorScript {
    std::string run_name;
    std::vector<swarm::ServiceSpec> services;      ///< Deployed together when the nodes are up.
    std::vector<scenario::CommandSpec> commands;   ///< In order of time.
};

/// The person at the terminal: deploys the scenario's services, types its commands at their times,
/// and a session's when it is told to. Sits outside the cluster, at a terminal that always reaches
/// the manager's host while that has power.
///
/// The stack is deployed as a person would: into a swarm whose nodes are up, which `docker node ls`
/// is asked for every 100 ms. It waits for every node whose host runs, but no longer than 5 s (one
/// heartbeat), and for a manager as long as it takes. A command about a service that is due before
/// is typed right after the deployment.
class Operator final : public kernel::Process {
  public:
    /// Both must outlive this. Registers itself; whoever runs the world starts it.
    Operator(kernel::Kernel& kernel, swarm::Manager& manager, OperatorScript script);

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

    /// Gives one command now and says so (command.applied). Diagnostics when the cluster refused
    /// it; then nothing changed.
    Diagnostics give(const scenario::CommandSpec& command, const std::string& text,
                     const char* source);

  private:
    bool reaches_manager() const;
    /// Every node whose host has power, and is not frozen, is READY.
    bool nodes_are_up() const;
    void look();
    void type(const scenario::CommandSpec& command);
    /// "" when it can be done, else why not, in the words of docker's command line.
    std::string refusal(const scenario::CommandSpec& command) const;
    /// Requires an empty refusal.
    void carry_out(const scenario::CommandSpec& command);

    kernel::Kernel& kernel_;
    swarm::Manager& manager_;
    OperatorScript script_;
    NameId subject_;
    bool deployed_ = false;
    std::vector<std::size_t> waiting_;   // Commands about services that are not deployed yet.
};

/// What a run calls itself in events: the scenario's file without its folder, so that a digest does
/// not depend on where somebody stood when starting it.
std::string run_name(const scenario::ScenarioSpec& spec);

/// The command as docker's own words: "docker service scale web=5".
std::string docker_words(const scenario::CommandSpec& command);

}   // namespace glasshive::world
