#pragma once

#include <map>
#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "scenario/spec.h"
#include "world/docker_client.h"
#include "world/managers.h"

namespace glasshive::world {

/// What an operator does in a run, in the scenario's words.
struct OperatorScript {
    std::string run_name;
    std::vector<swarm::NetworkSpec> networks;              ///< Made before all else.
    std::vector<swarm::FileObjectSpec> secrets, configs;   ///< Made before the services.
    std::vector<swarm::ServiceSpec> services;      ///< Deployed together when the nodes are up.
    std::vector<scenario::CommandSpec> commands;   ///< In order of time.
};

/// The person at the terminal: deploys the scenario's services, types its commands at their times,
/// and a session's when it is told to. Sits outside the cluster, at a terminal that always reaches
/// a manager's host while that has power. While the swarm has no leader a command hangs, as
/// docker's does, and fails after 20 s, or at once when the managers have been without one for ten
/// ticks.
///
/// The stack is deployed as a person would: into a swarm whose nodes are up, which `docker node ls`
/// is asked for every 100 ms. It waits for every node whose host runs, but no longer than 5 s (one
/// heartbeat), and for a manager as long as it takes. A command about a service that is due before
/// is typed right after the deployment.
class Operator final : public kernel::Process {
  public:
    /// Both must outlive this. Registers itself; whoever runs the world starts it.
    Operator(kernel::Kernel& kernel, Managers& managers, OperatorScript script);

    /// Before the run: for commands that are typed at a host.
    void set_engines(Engines engines) { docker_.set_engines(std::move(engines)); }

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

    /// Gives one command now and says so (command.applied). Diagnostics when the cluster refused
    /// it; then nothing changed.
    Diagnostics give(const scenario::CommandSpec& command, const std::string& text,
                     const char* source);
    /// The same, with what docker printed.
    struct Answer {
        Diagnostics refused;
        std::string printed;
        int exit_code = 0;
    };
    Answer answer(const scenario::CommandSpec& command, const std::string& text,
                  const char* source);
    /// Whether the command would wait for a leader, as docker's does.
    bool hangs(const scenario::CommandSpec& command) const;
    /// Whether everything typed so far has been committed.
    bool settled() const;

  private:
    /// The manager that the terminal talks to: the leader, or any other one that answers; null:
    /// none does.
    swarm::Manager* manager() const;
    /// Every node whose host has power, and is not frozen, is READY.
    bool nodes_are_up() const;
    void look();
    /// Types a command of the script, or waits on with one that hangs for want of a leader.
    void type(std::size_t number);
    void take(std::size_t number);
    void await_answer(std::size_t number);
    /// "" when it can be done, else why not, in the words of docker's command line. `waits`: it
    /// hangs so far, and may still be done.
    std::string refusal(const scenario::CommandSpec& command, bool& waits) const;
    void deploy(swarm::Manager& to);
    /// The host that a command is typed at. Requires that it names one.
    HostId place_of(const scenario::CommandSpec& command) const;

    kernel::Kernel& kernel_;
    Managers& managers_;
    DockerClient docker_;
    OperatorScript script_;
    NameId subject_;
    bool deployed_ = false;
    bool late_ = false;
    std::vector<std::size_t> waiting_;   // Commands about services that are not deployed yet.
    std::map<std::size_t, Time> hanging_;   // Commands that wait for a leader, and since when.
};

/// What a run calls itself in events: the scenario's file without its folder, so that a digest does
/// not depend on where somebody stood when starting it.
std::string run_name(const scenario::ScenarioSpec& spec);

}   // namespace glasshive::world
