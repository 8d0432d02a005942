#include "world/operator.h"

#include "base/assert.h"
#include "world/events.h"

namespace glasshive::world {

using scenario::CommandSpec;

std::string run_name(const scenario::ScenarioSpec& spec) {
    return spec.file.substr(spec.file.find_last_of('/') + 1);
}

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

namespace {

constexpr std::uint32_t look_tag = 1;      // Timer: is the swarm up?
constexpr std::uint32_t command_tag = 2;   // Timer: the command with this number is due.
constexpr std::uint32_t again_tag = 3;     // Timer: the command with this number still hangs.
constexpr Duration again_every = std::chrono::seconds{1};
/// moby daemon/cluster/cluster.go swarmRequestTimeout.
constexpr Duration api_timeout = std::chrono::seconds{20};
constexpr Duration look_every = std::chrono::milliseconds{100};
constexpr Time deploy_at_latest{std::chrono::seconds{5}};

bool about_service(const CommandSpec& command) {
    return command.what == CommandSpec::Do::scale || command.what == CommandSpec::Do::update;
}

swarm::Availability availability_of(const CommandSpec& command) {
    using swarm::Availability;
    if (command.what == CommandSpec::Do::drain) return Availability::drain;
    if (command.what == CommandSpec::Do::pause) return Availability::pause;
    return Availability::active;
}

const swarm::Node* find_node(const swarm::Manager& manager, NameId hostname) {
    for (const swarm::Node& node : manager.store().nodes()) {
        if (node.hostname == hostname) return &node;
    }
    return nullptr;
}

}   // namespace

Operator::Operator(kernel::Kernel& kernel, Managers& managers, OperatorScript script)
    : kernel_(kernel),
      managers_(managers),
      script_(std::move(script)),
      subject_(kernel.names().intern(script_.run_name)) {
    kernel.add_process(HostId{}, *this);
}

// --- The script ----------------------------------------------------------------------------------

void Operator::on_start() {
    kernel_.after(id(), look_every, look_tag);
    for (std::size_t i = 0; i < script_.commands.size(); ++i) {
        kernel_.after(id(), script_.commands[i].at, command_tag, i);
    }
}

void Operator::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag == look_tag) {
        look();
    } else if (!deployed_ && about_service(script_.commands[argument])) {
        waiting_.push_back(argument);
    } else {
        type(argument);
    }
}

swarm::Manager* Operator::manager() const {
    const auto answers = [&](swarm::Manager& each) {
        return each.is_running() && !kernel_.is_paused(kernel_.host_of(each.id()));
    };
    swarm::Manager* leader = managers_.leader();
    if (leader != nullptr && answers(*leader)) return leader;
    for (swarm::Manager& each : managers_.all()) {
        if (answers(each)) return &each;
    }
    return nullptr;
}

bool Operator::nodes_are_up() const {
    for (const swarm::Node& node : managers_.store().nodes()) {
        const bool runs = kernel_.is_on(node.host) && !kernel_.is_paused(node.host);
        if (runs && node.state != swarm::NodeState::ready) return false;
    }
    return true;
}

void Operator::look() {
    swarm::Manager* to = manager();
    const bool acts = to != nullptr && to->acts();
    if (!acts || (!nodes_are_up() && kernel_.now() < deploy_at_latest)) {
        kernel_.after(id(), look_every, look_tag);
        return;
    }
    for (swarm::ServiceSpec& service : script_.services) {
        const auto created = to->create_service(std::move(service));
        SIM_ASSERT(created.has_value());   // The scenario's names are unique.
    }
    script_.services.clear();
    deployed_ = true;
    for (const std::size_t i : waiting_) type(i);
    waiting_.clear();
}

void Operator::type(std::size_t number) {
    const CommandSpec& command = script_.commands[number];
    bool waits = false;
    refusal(command, waits);
    const Time since = hanging_.emplace(number, kernel_.now()).first->second;
    if (waits && kernel_.now() - since < api_timeout) {
        kernel_.after(id(), again_every, again_tag, number);
        return;
    }
    hanging_.erase(number);
    give(command, docker_words(command), "scenario");
}

// --- One command ---------------------------------------------------------------------------------

Diagnostics Operator::give(const CommandSpec& command, const std::string& text,
                           const char* source) {
    // What will be refused is known before anything changes, so the event can say so, and cause
    // what follows.
    bool waits = false;
    const std::string refused = refusal(command, waits);
    const EventId event = kernel_.emit(
        events::command_applied, subject_,
        {field::name(kernel_.names().intern(source)),
         field::name(kernel_.names().intern(refused.empty() ? "done" : refused)),
         field::text(text)});
    if (!refused.empty()) {
        return {{.file = command.where.file, .line = command.where.line,
                 .path = command.where.path, .message = refused}};
    }
    const kernel::CauseScope scope(kernel_, event);
    carry_out(command);
    return {};
}

std::string Operator::refusal(const CommandSpec& command, bool& waits) const {
    // The words of docker/cli and of SwarmKit's control API.
    const swarm::Manager* to = manager();
    if (to == nullptr) {
        return "Cannot connect to the Docker daemon: the manager's host does not answer";
    }
    const std::string none = to->refusal(waits);
    if (!none.empty()) return none;
    if (!about_service(command)) {
        const bool known = find_node(*to, kernel_.names().find(command.host)) != nullptr;
        return known ? "" : "node " + command.host + " not found";
    }
    const auto service = to->find_service(command.service);
    if (!service) return "service " + command.service + " not found";
    if (command.what == CommandSpec::Do::scale && to->store().service(*service).is_global()) {
        return command.service + ": scale can only be used with replicated mode";
    }
    return "";
}

void Operator::carry_out(const CommandSpec& command) {
    swarm::Manager& to = *manager();
    bool done = false;
    if (!about_service(command)) {
        const swarm::Node* node = find_node(to, kernel_.names().find(command.host));
        done = to.set_availability(node->id, availability_of(command));
    } else if (const auto service = to.find_service(command.service);
               command.what == CommandSpec::Do::scale) {
        done = to.scale_service(*service, command.replicas);
    } else {
        swarm::ServiceSpec spec = *to.store().service(*service).spec;
        spec.task.container.image = command.image;
        done = to.update_service(*service, std::move(spec));
    }
    SIM_ASSERT(done);   // refusal() said that it can be.
}

}   // namespace glasshive::world
