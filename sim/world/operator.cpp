#include "world/operator.h"

#include "world/events.h"

namespace glasshive::world {

using scenario::CommandSpec;

std::string docker_words(const CommandSpec& command) {
    switch (command.what) {
        case CommandSpec::Do::scale:
            return "docker service scale " + command.service + "=" +
                   std::to_string(command.replicas);
        case CommandSpec::Do::update:
            return "docker service update --image " + command.image + " " + command.service;
        case CommandSpec::Do::drain:
            return "docker node update --availability drain " + command.host;
        case CommandSpec::Do::pause:
            return "docker node update --availability pause " + command.host;
        case CommandSpec::Do::activate:
            return "docker node update --availability active " + command.host;
    }
    return "";
}

Operator::Operator(kernel::Kernel& kernel, swarm::Manager& manager,
                   std::vector<CommandSpec> commands, std::string scenario_file)
    : kernel_(kernel),
      manager_(manager),
      commands_(std::move(commands)),
      subject_(kernel.names().intern(scenario_file)) {
    kernel.add_process(HostId{}, *this);
}

void Operator::on_start() {
    for (std::size_t i = 0; i < commands_.size(); ++i) kernel_.after(id(), commands_[i].at, 0, i);
}

void Operator::on_timer(std::uint32_t, std::uint64_t argument) {
    const CommandSpec& command = commands_[argument];
    give(command, docker_words(command), "scenario");
}

Diagnostics Operator::give(const CommandSpec& command, const std::string& text,
                           const char* source) {
    // Whether it will be refused is known before anything changes, so the event can say so first
    // and cause what follows.
    const bool up = manager_.is_running();
    const std::string no_manager = "Cannot connect to the Docker daemon: the manager's host is off";
    const bool reached = up && !kernel_.is_paused(kernel_.host_of(manager_.id()));
    const EventId event = kernel_.emit(
        events::command_applied, subject_,
        {field::name(kernel_.names().intern(source)),
         field::name(kernel_.names().intern(reached ? "done" : no_manager)), field::text(text)});
    const kernel::CauseScope scope(kernel_, event);
    const std::string refused = reached ? carry_out(command) : no_manager;
    if (refused.empty()) return {};
    return {{.file = command.where.file, .line = command.where.line, .path = command.where.path,
             .message = refused}};
}

std::string Operator::carry_out(const CommandSpec& command) {
    using swarm::Availability;
    const bool of_service =
        command.what == CommandSpec::Do::scale || command.what == CommandSpec::Do::update;
    if (of_service) {
        const auto service = manager_.find_service(command.service);
        if (!service) return "service " + command.service + " not found";
        if (command.what == CommandSpec::Do::scale) {
            const bool done = manager_.scale_service(*service, command.replicas);
            return done ? "" : "scale can only be used with replicated mode";
        }
        swarm::ServiceSpec spec = *manager_.store().service(*service).spec;
        spec.task.container.image = command.image;
        return manager_.update_service(*service, std::move(spec)) ? "" : "update out of sequence";
    }
    const NameId name = kernel_.names().find(command.host);
    for (const swarm::Node& node : manager_.store().nodes()) {
        if (node.hostname != name) continue;
        const Availability wanted = command.what == CommandSpec::Do::drain   ? Availability::drain
                                    : command.what == CommandSpec::Do::pause ? Availability::pause
                                                                             : Availability::active;
        return manager_.set_availability(node.id, wanted) ? "" : "update out of sequence";
    }
    return "node " + command.host + " not found";
}

}   // namespace glasshive::world
