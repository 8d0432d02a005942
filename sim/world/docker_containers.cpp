// docker ps, stop, kill and rm: the engine of one host, whatever the swarm wants.
#include <algorithm>
#include <array>

#include "runtime/health.h"
#include "words/tables.h"
#include "world/docker_client.h"

namespace glasshive::world {

namespace {

using Containers = std::vector<swarm::agent::ContainerView>;

/// 64 hexadecimal digits, as the engine draws them.
std::string container_id(std::uint64_t seed, swarm::TaskId task) {
    constexpr std::uint32_t kind = 7;   // Of ids; swarm::ObjectKind has those below.
    std::string id;
    for (std::uint64_t part = 0; id.size() < 64; ++part) {
        const std::string more = swarm::object_id(
            seed, kind, static_cast<std::uint64_t>(task) + (part << 40));
        for (const char c : more) id += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
    }
    return id.substr(0, 64);
}

/// By name, by id, or by the beginning of either that belongs to one container alone. docker wants
/// names whole; but nobody who writes a scenario can know the id of a task.
const swarm::agent::ContainerView* find(const Containers& all, const std::string& name,
                                        const Names& names, std::uint64_t seed) {
    const swarm::agent::ContainerView* found = nullptr;
    for (const swarm::agent::ContainerView& each : all) {
        if (names.text(each.name) == name) return &each;
        const bool begins = names.text(each.name).substr(0, name.size() + 1) == name + "." ||
                            container_id(seed, each.task).rfind(name, 0) == 0;
        if (!begins || name.empty()) continue;
        if (found != nullptr) return nullptr;
        found = &each;
    }
    return found;
}

bool asked_for(const swarm::agent::ContainerView& view, const words::Pairs& filters,
               const Names& names) {
    return std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
        if (filter.first != "name") return true;
        return names.text(view.name).find(filter.second) != std::string_view::npos;
    });
}

std::string command_of(const swarm::ContainerSpec& spec) {
    std::string text;
    for (const auto* words : {&spec.command, &spec.args}) {
        for (const std::string& word : *words) text += (text.empty() ? "" : " ") + word;
    }
    if (!text.empty()) return text;
    // What an image runs by itself is not simulated: its name says it best.
    const std::string name = spec.image.substr(spec.image.find_last_of('/') + 1);
    return name.substr(0, name.find(':'));
}

}   // namespace

void DockerClient::list_containers(DockerPlan& plan, const words::Look& command, HostId host) {
    const Names& names = kernel_.names();
    Containers all = engine(host).containers();
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.state.since > b.state.since;
    });
    std::vector<words::ContainerRow> rows;
    for (const swarm::agent::ContainerView& each : all) {
        if (!each.state.runs && !command.all) continue;
        if (!asked_for(each, command.filters, names)) continue;
        words::ContainerRow row;
        row.id = container_id(kernel_.seed(), each.task);
        row.image = std::string(names.text(each.image));
        row.command = command_of(each.spec->task.container);
        row.created_ago = kernel_.now() - each.state.since;
        const runtime::HealthStatus health = each.state.health;
        row.status = words::container_status(
            {.running = each.state.runs, .paused = false, .started_once = each.state.runs,
             .health = health == runtime::HealthStatus::none ? "" : to_text(health),
             .exit_code = 0, .since = row.created_ago});
        for (const swarm::PortConfig& port : each.spec->ports) {
            if (port.mode != swarm::PublishMode::host) continue;
            row.ports.push_back({port.published != 0 ? "0.0.0.0" : "", port.target,
                                 port.published, port.protocol});
        }
        row.names = {std::string(names.text(each.name))};
        rows.push_back(std::move(row));
    }
    plan.out = words::container_table(rows, {.quiet = command.quiet, .no_trunc = command.no_trunc});
}

/// Source: moby api/server/router/container/container_routes.go, daemon/{kill,stop,delete}.go.
void DockerClient::end_containers(DockerPlan& plan, const words::Command& command, HostId host) {
    using words::Verb;
    const auto& asked = std::get<words::Names>(command.what);
    const bool kill = command.verb == Verb::container_kill;
    const bool remove = command.verb == Verb::container_rm;
    for (const std::string& name : asked.names) {
        const Containers all = engine(host).containers();
        const auto* found = find(all, name, kernel_.names(), kernel_.seed());
        std::string problem;
        if (found == nullptr) {
            problem = (kill ? "cannot kill container: " + name + ": " : "") +
                      "No such container: " + name;
        } else if (kill && !found->state.runs) {
            problem = "cannot kill container: " + name + ": container " +
                      container_id(kernel_.seed(), found->task) + " is not running";
        } else if (remove && found->state.runs && !asked.force) {
            problem = "cannot remove container \"/" +
                      std::string(kernel_.names().text(found->name)) +
                      "\": container is running: stop the container before removing or force "
                      "remove";
        } else if (remove && !found->state.runs) {
            problem = "cannot remove container \"/" +
                      std::string(kernel_.names().text(found->name)) +
                      "\": the swarm is about to start it (not simulated)";
        }
        if (!problem.empty()) {
            plan.err += daemon_error(problem);
            plan.exit_code = 1;
            continue;
        }
        // SIGKILL, or what most programs take for SIGTERM; others do nothing here.
        const bool at_once = remove || (kill && (asked.signal.empty() || asked.signal == "KILL" ||
                                                 asked.signal == "SIGKILL" || asked.signal == "9"));
        std::optional<Duration> grace;
        if (asked.timeout_seconds) grace = std::chrono::seconds{*asked.timeout_seconds};
        if (kill) grace = std::chrono::hours{24 * 365};   // Nobody kills it afterwards.
        plan.acts.emplace_back([this, host, name, task = found->task, at_once, grace] {
            if (at_once) engine(host).kill_container(task);
            else engine(host).stop_container(task, grace);
            return name + "\n";
        });
    }
}

}   // namespace glasshive::world
