#include "world/operator.h"

#include "base/assert.h"
#include "world/events.h"

namespace glasshive::world {

using scenario::CommandSpec;

std::string run_name(const scenario::ScenarioSpec& spec) {
    return spec.file.substr(spec.file.find_last_of('/') + 1);
}

namespace {

constexpr std::uint32_t look_tag = 1;      // Timer: is the swarm up?
constexpr std::uint32_t command_tag = 2;   // Timer: the command with this number is due.
constexpr std::uint32_t again_tag = 3;     // Timer: the command with this number still hangs.
constexpr std::uint32_t answer_tag = 4;    // Timer: was the command with this number committed?
constexpr Duration answer_every = std::chrono::milliseconds{1};
constexpr Duration again_every = std::chrono::seconds{1};
/// moby daemon/cluster/cluster.go swarmRequestTimeout.
constexpr Duration api_timeout = std::chrono::seconds{20};
constexpr Duration look_every = std::chrono::milliseconds{100};
constexpr Time deploy_at_latest{std::chrono::seconds{5}};

/// A swarm that has no services yet is asked for them after the deployment only.
bool about_service(const CommandSpec& command) {
    return command.what == CommandSpec::Do::scale || command.what == CommandSpec::Do::update;
}

std::string first_problem(const std::string& printed) {
    std::string line = printed.substr(0, printed.find('\n'));
    const std::string prefix = "Error response from daemon: ";
    const std::size_t at = line.find(prefix);   // "web: Error response…": the name stays.
    return at == std::string::npos ? line : line.erase(at, prefix.size());
}

}   // namespace

Operator::Operator(kernel::Kernel& kernel, Managers& managers, OperatorScript script)
    : kernel_(kernel),
      managers_(managers),
      docker_(kernel, managers),
      script_(std::move(script)),
      subject_(kernel.names().intern(script_.run_name)) {
    kernel.add_process(HostId{}, *this);
}

// --- The script ----------------------------------------------------------------------------------

void Operator::on_start() {
    kernel_.after(id(), look_every, look_tag);
    // Lines due at one instant are typed one after the other, at others independently.
    for (std::size_t i = 0; i < script_.commands.size(); ++i) {
        if (i > 0 && script_.commands[i].at == script_.commands[i - 1].at) continue;
        kernel_.after(id(), script_.commands[i].at, command_tag, i);
    }
}

void Operator::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag == look_tag) {
        look();
    } else if (tag == answer_tag) {
        await_answer(argument);
    } else if (tag == again_tag) {
        type(argument);
    } else {
        take(argument);
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
        if (node.removed) continue;
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
    deploy(*to);
    deployed_ = true;
    const std::vector<std::size_t> waiting = std::move(waiting_);
    waiting_.clear();
    late_ = true;   // Those after them were typed already.
    for (const std::size_t i : waiting) type(i);
    late_ = false;
}

void Operator::deploy(swarm::Manager& to) {
    for (swarm::NetworkSpec& network : script_.networks) {
        if (network.name != swarm::ingress_network) to.create_network(std::move(network));
    }
    script_.networks.clear();
    // What a stack calls external somebody made before.
    const auto make = [&](swarm::FileKind kind, std::vector<swarm::FileObjectSpec>& files) {
        for (swarm::FileObjectSpec& file : files) to.create_file(kind, std::move(file));
        files.clear();
    };
    make(swarm::FileKind::secret, script_.secrets);
    make(swarm::FileKind::config, script_.configs);
    for (swarm::ServiceSpec& service : script_.services) {
        const auto created = to.create_service(std::move(service));
        SIM_ASSERT(created.has_value());   // The scenario's names are unique.
    }
    script_.services.clear();
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
    give(command, command.line, "scenario");
    await_answer(number);
}

/// The next line is typed when this one has been committed.
void Operator::await_answer(std::size_t number) {
    if (!settled()) {
        kernel_.after(id(), answer_every, answer_tag, number);
        return;
    }
    const bool more = !late_ && number + 1 < script_.commands.size() &&
                      script_.commands[number + 1].at == script_.commands[number].at;
    if (more) take(number + 1);
}

void Operator::take(std::size_t number) {
    if (!deployed_ && about_service(script_.commands[number])) {
        waiting_.push_back(number);
        await_answer(number);   // It does not keep those after it waiting.
    } else {
        type(number);
    }
}

// --- One command ---------------------------------------------------------------------------------

bool Operator::settled() const {
    const swarm::Manager* leader = managers_.leader();
    return leader == nullptr || leader->store().outstanding(swarm::Proposer::api) == 0;
}

bool Operator::hangs(const CommandSpec& command) const {
    bool waits = false;
    refusal(command, waits);
    return waits;
}

Diagnostics Operator::give(const CommandSpec& command, const std::string& text,
                           const char* source) {
    return answer(command, text, source).refused;
}

Operator::Answer Operator::answer(const CommandSpec& command, const std::string& text,
                                  const char* source) {
    // What will be refused is known before anything changes, so the event can say so, and cause
    // what follows.
    bool waits = false;
    std::string refused = refusal(command, waits);
    DockerPlan plan;
    if (refused.empty()) {
        swarm::Manager* to = command.on.empty() ? manager() : managers_.on(place_of(command));
        const HostId host = command.on.empty() ? kernel_.host_of(to->id()) : place_of(command);
        plan = docker_.plan(*command.command, command.stack.get(), command.content, to, host);
        if (plan.acts.empty() && plan.exit_code != 0) refused = first_problem(plan.err);
    } else {
        plan.err = refused + "\n";
        plan.exit_code = 1;
    }
    const EventId event = kernel_.emit(
        events::command_applied, subject_,
        {field::name(kernel_.names().intern(source)),
         field::name(kernel_.names().intern(refused.empty() ? "done" : refused)),
         field::text(text)});
    const kernel::CauseScope scope(kernel_, event);
    std::string printed = plan.out;
    for (const auto& act : plan.acts) printed += act();
    if (plan.tell) plan.tell();
    printed += plan.err;
    // Short forms are answered by their outcome; lines print as docker does.
    if (command.what == CommandSpec::Do::words && !printed.empty()) {
        kernel_.emit(events::command_output, subject_,
                     {field::integer(plan.exit_code), field::text(printed)});
    }
    Answer told{.refused = {}, .printed = std::move(printed), .exit_code = plan.exit_code};
    if (refused.empty()) return told;
    told.refused = {{.file = command.where.file, .line = command.where.line,
                     .path = command.where.path, .message = refused}};
    return told;
}

HostId Operator::place_of(const CommandSpec& command) const {
    const NameId name = kernel_.names().find(command.on);
    for (std::uint32_t i = 0; i < kernel_.topology().host_count(); ++i) {
        if (kernel_.name_of(HostId{i}) == name) return HostId{i};
    }
    return {};
}

std::string Operator::refusal(const CommandSpec& command, bool& waits) const {
    waits = false;
    // The words of docker/cli and of SwarmKit's control API.
    swarm::Manager* to = manager();
    if (!command.on.empty()) {
        const HostId host = place_of(command);
        if (!kernel_.is_on(host) || kernel_.is_paused(host)) {
            return "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the "
                   "docker daemon running?";
        }
        if (DockerClient::is_local(*command.command)) return "";
        if (!managers_.manages(host)) {   // Source: moby daemon/cluster/cluster.go errNoManager.
            const bool member = docker_.is_member(host);
            return std::string("Error response from daemon: This node is not a swarm manager. ") +
                   (member ? "Worker nodes can't be used to view or modify cluster state. Please "
                             "run this command on a manager node or promote the current node to a "
                             "manager."
                           : "Use \"docker swarm init\" or \"docker swarm join\" to connect this "
                             "node to swarm and try again.");
        }
        swarm::Manager* there = managers_.on(host);
        to = there->follows() && managers_.leader() != nullptr ? managers_.leader() : there;
    }
    if (to == nullptr) {
        return "Cannot connect to the Docker daemon: the manager's host does not answer";
    }
    if (DockerClient::is_local(*command.command)) return "";
    const auto* init = std::get_if<words::SwarmInit>(&command.command->what);
    if (init != nullptr && init->force_new_cluster) return "";
    if (init != nullptr) {
        return "Error response from daemon: This node is already part of a swarm. Use \"docker "
               "swarm leave\" to leave this swarm and join another one.";
    }
    const std::string none = to->refusal(waits);
    return none.empty() ? "" : "Error response from daemon: " + none;
}

}   // namespace glasshive::world
