#pragma once

#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "scenario/spec.h"
#include "swarm/manager/manager.h"

namespace glasshive::world {

/// Types the scenario's commands at their times, and a session's when it is told to. Sits outside
/// the cluster, at a terminal that always reaches the manager's host while that has power.
class Operator final : public kernel::Process {
  public:
    /// Both must outlive this. `commands` in order of time. Registers itself; whoever runs the
    /// world starts it.
    Operator(kernel::Kernel& kernel, swarm::Manager& manager,
             std::vector<scenario::CommandSpec> commands, std::string scenario_file);

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

    /// Gives one command now and says so (command.applied). Diagnostics when the cluster refused
    /// it.
    Diagnostics give(const scenario::CommandSpec& command, const std::string& text,
                     const char* source);

  private:
    /// "" when done, else why not, in the words of docker's command line where it has some.
    std::string carry_out(const scenario::CommandSpec& command);

    kernel::Kernel& kernel_;
    swarm::Manager& manager_;
    std::vector<scenario::CommandSpec> commands_;
    NameId subject_;
};

/// The command as docker's own words: "docker service scale web=5".
std::string docker_words(const scenario::CommandSpec& command);

}   // namespace glasshive::world
