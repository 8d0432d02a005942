#include "scenario/read_services.h"

#include <algorithm>

namespace glasshive::scenario {

namespace {

using swarm::FailureAction;
using swarm::RestartCondition;
using swarm::ServiceSpec;
using swarm::UpdateOrder;

/// Bounds: swarmkit manager/controlapi/service.go validateResources.
void read_resources(const yaml::Value& value, swarm::Resources& resources) {
    if (!value.exists()) return;
    resources = {};
    Map map(Part::resources, value);
    if (map.read("cpus", resources.cpus)) {
        map.check(resources.cpus.count >= 1'000'000, "cpus", "a task has at least 0.001 CPUs");
    }
    if (map.read("memory", resources.memory)) {
        map.check(resources.memory >= mebibyte * 4, "memory", "a task has at least 4MiB of memory");
    }
    for (const auto& [kind, amount] : map.value("generic").entries()) {
        std::int64_t pieces = 0;
        if (amount.into(pieces, {1, 1'000'000})) resources.generic[kind] = pieces;
    }
}

const yaml::Choices<RestartCondition>& restart_conditions() {
    static const yaml::Choices<RestartCondition> choices{
        {"any", RestartCondition::any},
        {"on-failure", RestartCondition::on_failure},
        {"none", RestartCondition::none}};
    return choices;
}

void read_restart(const yaml::Value& value, std::optional<swarm::RestartPolicy>& restart) {
    if (!value.exists()) return;
    swarm::RestartPolicy policy;
    if (value.node().is_scalar()) {
        value.into(policy.condition, restart_conditions());
    } else {
        Map map(Part::restart, value);
        map.read("condition", policy.condition, restart_conditions());
        map.read("delay", policy.delay);
        read_count(map, "max_attempts", policy.max_attempts, replicas_max);
        map.read("window", policy.window);
    }
    restart = policy;
}

const std::vector<std::string> constraint_keys{"node.id", "node.hostname", "node.role", "node.ip",
                                               "node.platform.os", "node.platform.arch"};

bool valid_constraint_key(const std::string& key) {
    if (std::find(constraint_keys.begin(), constraint_keys.end(), key) != constraint_keys.end()) {
        return true;
    }
    for (const std::string prefix : {"node.labels.", "engine.labels."}) {
        if (key.starts_with(prefix) && key.size() > prefix.size()) return true;
    }
    return false;
}

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void check_constraint(const std::string& text, const yaml::Value& place) {
    std::size_t at = text.find("==");
    if (at == std::string::npos) at = text.find("!=");
    if (at == std::string::npos) {
        place.error(yaml::quoted(text) + " compares nothing", "node.role == worker, or !=");
        return;
    }
    const std::string key = trimmed(text.substr(0, at));
    if (!valid_constraint_key(key)) {
        const std::string near = nearest(key, constraint_keys);
        place.error(yaml::quoted(key) + " is nothing that a constraint can look at",
                    (near.empty() ? "" : "did you mean " + near + "? ") + "constraints look at " +
                        yaml::joined(constraint_keys) + ", node.labels.X or engine.labels.X");
    }
    if (trimmed(text.substr(at + 2)).empty()) {
        place.error(yaml::quoted(text) + " compares with nothing", "write a value behind it");
    }
}

void read_placement(const yaml::Value& value, swarm::Placement& placement) {
    Map map(Part::placement, value);
    for (const auto& [text, place] : texts_of(map.value("constraints"))) {
        check_constraint(text, place);
        placement.constraints.push_back(text);
    }
    for (const auto& [text, place] : texts_of(map.value("spread"))) {
        // Others are ignored by swarmkit manager/scheduler/decision_tree.go; a typo would go
        // unseen.
        if (!text.starts_with("node.labels.") && !text.starts_with("engine.labels.")) {
            place.error(yaml::quoted(text) + " is nothing to spread over",
                        "node.labels.X or engine.labels.X");
        }
        placement.preferences.push_back(text);
    }
    read_count(map, "max_per_node", placement.max_replicas, replicas_max);
}

void read_update(const yaml::Value& value, std::optional<swarm::UpdateConfig>& update) {
    if (!value.exists()) return;
    Map map(Part::update, value);
    swarm::UpdateConfig config;
    read_count(map, "parallelism", config.parallelism, replicas_max);
    map.read("delay", config.delay);
    map.read("failure_action", config.failure_action,
             {{"pause", FailureAction::pause}, {"continue", FailureAction::continue_},
              {"rollback", FailureAction::rollback}});
    map.read("monitor", config.monitor);
    map.value("max_failure_ratio").into_fraction(config.max_failure_ratio);
    map.read("order", config.order, {{"stop-first", UpdateOrder::stop_first},
                                     {"start-first", UpdateOrder::start_first}});
    update = config;
}

void read_texts(const yaml::Value& value, std::map<std::string, std::string>& out) {
    for (const auto& [key, item] : value.entries()) {
        std::string text;
        if (item.into(text)) out[key] = text;
    }
}

void read_task(Map& map, swarm::TaskSpec& task) {
    read_resources(map.value("resources"), task.reservations);
    task.limits = task.reservations;
    task.limits.generic.clear();
    read_resources(map.value("reservations"), task.reservations);
    read_resources(map.value("limits"), task.limits);
    const swarm::Resources& limits = task.limits;
    map.check(limits.generic.empty(), "limits", "generic resources can only be reserved",
              "reservations: {generic: {gpu: 1}}");
    map.check(limits.cpus.count == 0 || task.reservations.cpus <= limits.cpus, "limits",
              "fewer CPUs than reserved");
    map.check(limits.memory.count == 0 || task.reservations.memory <= limits.memory, "limits",
              "less memory than reserved");
    read_restart(map.value("restart"), task.restart);
    read_placement(map.value("placement"), task.placement);
    Duration grace{};
    if (map.read("stop_grace_period", grace)) task.container.stop_grace_period = grace;
    read_behaviour(map.value("behaviour"), task.container.behaviour);
    read_healthcheck(map.value("healthcheck"), task.container.healthcheck);
    for (const auto& [text, place] : texts_of(map.value("command"))) {
        task.container.command.push_back(text);
    }
    std::map<std::string, std::string> environment;
    read_texts(map.value("env"), environment);
    for (const auto& [key, text] : environment) task.container.env.push_back(key + "=" + text);
}

/// docker/docker: names.RestrictedNamePattern and DNS labels; what both accept.
bool valid_name(const std::string& name) {
    if (name.empty() || name.size() > 63) return false;
    return std::all_of(name.begin(), name.end(), [&](const char& c) {
        const bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const bool inside = &c != &name.front() && &c != &name.back();
        return letter || (inside && (c == '-' || c == '_' || c == '.'));
    });
}

}   // namespace

void read_count(Map& map, std::string_view key, std::uint64_t& out, std::uint64_t max) {
    auto read = static_cast<std::int64_t>(out);
    if (map.read(key, read, {0, static_cast<std::int64_t>(max)})) {
        out = static_cast<std::uint64_t>(read);
    }
}

void read_behaviour(const yaml::Value& value, swarm::Behaviour& behaviour) {
    Map map(Part::behaviour, value);
    map.read("start_time", behaviour.start_time);
    map.read("run_time", behaviour.run_time);
    map.read("exit_code", behaviour.exit_code, {0, 255});
    map.read("stop_time", behaviour.stop_time);
    map.read("stop_exit_code", behaviour.stop_exit_code, {0, 255});
    double crash = 0;
    if (map.value("crash_per_second").into_fraction(crash)) {
        behaviour.failure_ppm_per_second = crash * 1e6;
    }
    map.read("service_time", behaviour.service_time);
    map.read("response_size", behaviour.response_size);
    map.read("memory", behaviour.memory);
    map.read("hangs_after", behaviour.hangs_after);
    map.read("fails_after", behaviour.fails_after);
    map.read("recovers_after", behaviour.recovers_after);
    map.read("ignores_sigterm", behaviour.ignores_sigterm);
    map.read("probe_time", behaviour.probe_time);
    const bool troubled = behaviour.hangs_after > Duration{} || behaviour.fails_after > Duration{};
    map.check(behaviour.recovers_after == Duration{} || troubled, "recovers_after",
              "there is nothing to recover from", "add hangs_after or fails_after");
}

void read_healthcheck(const yaml::Value& value, std::optional<swarm::Healthcheck>& check) {
    if (!value.exists()) return;
    Map map(Part::healthcheck, value);
    check.emplace();
    bool disable = false;
    map.read("disable", disable);
    const yaml::Value test = map.value("test");
    if (test.node().is_scalar()) {
        std::string text;
        if (test.into(text)) check->test = {"CMD-SHELL", text};
    } else {
        for (const auto& [text, place] : texts_of(test)) check->test.push_back(text);
    }
    if (!check->test.empty()) {
        const std::string& kind = check->test.front();
        map.check(kind == "CMD" || kind == "CMD-SHELL" || kind == "NONE", "test",
                  "a test begins with CMD, CMD-SHELL or NONE",
                  "such as [CMD, curl, -f, \"http://localhost/\"], or a text");
    }
    // moby's client: test and disable can't be set at the same time.
    map.check(!disable || check->test.empty(), "disable", "disable and test exclude each other",
              "leave one of disable and test out");
    if (disable) check->test = {"NONE"};
    map.read("interval", check->interval);
    map.read("timeout", check->timeout);
    map.read("start_period", check->start_period);
    map.read("start_interval", check->start_interval);
    read_count(map, "retries", check->retries, 1'000'000);
}

swarm::ServiceSpec read_service(const yaml::Value& value) {
    Map map(Part::service, value);
    ServiceSpec service;
    service.file = value.node().file();
    service.line = value.node().line();
    if (map.require("name", service.name)) {
        map.check(valid_name(service.name), "name", yaml::quoted(service.name) +
                  " cannot be a service's name",
                  "up to 63 letters, digits and -, _, . between them");
    }
    if (map.require("image", service.task.container.image)) {
        map.check(!service.task.container.image.empty(), "image", "an image needs a name");
    }
    map.read("mode", service.mode, {{"replicated", swarm::ServiceMode::replicated},
                                    {"global", swarm::ServiceMode::global},
                                    {"replicated-job", swarm::ServiceMode::replicated_job},
                                    {"global-job", swarm::ServiceMode::global_job}});
    const bool slots_of_a_job = service.mode == swarm::ServiceMode::replicated_job;
    read_count(map, "replicas", service.replicas, replicas_max);
    map.check(!is_per_node(service.mode) || !map.has("replicas"), "replicas",
              "a global service has one task per node", "remove replicas");
    if (slots_of_a_job) service.max_concurrent = service.replicas;
    read_count(map, "max_concurrent", service.max_concurrent, replicas_max);
    map.check(slots_of_a_job || !map.has("max_concurrent"), "max_concurrent",
              "max_concurrent can only be used with mode: replicated-job",
              "remove it, or make the service a replicated-job");
    read_task(map, service.task);
    for (const auto& [network, place] : texts_of(map.value("networks"))) {
        service.task.networks.push_back({.network = network, .aliases = {}});
    }
    map.read("endpoint_mode", service.endpoint_mode, {{"vip", swarm::EndpointMode::vip},
                                                      {"dnsrr", swarm::EndpointMode::dnsrr}});
    for (const yaml::Value& item : map.value("ports").items()) {
        swarm::PortConfig port;
        if (read_port(item, port)) service.ports.push_back(port);
    }
    const bool in_mesh = std::any_of(
        service.ports.begin(), service.ports.end(),
        [](const swarm::PortConfig& port) { return port.mode == swarm::PublishMode::ingress; });
    // Wording: moby daemon/cluster/convert/service.go, as for a stack.
    map.check(service.endpoint_mode == swarm::EndpointMode::vip || !in_mesh, "endpoint_mode",
              "EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
              "publish it with mode: host, or use endpoint_mode: vip");
    map.value("balancer");   // Not the swarm's: Loader::read_balancer.
    map.check(service.endpoint_mode == swarm::EndpointMode::vip || !map.has("balancer"), "balancer",
              "with dnsrr callers choose among the tasks themselves",
              "remove it, or use endpoint_mode: vip");
    read_update(map.value("update"), service.update);
    read_update(map.value("rollback"), service.rollback);
    // Source: swarmkit manager/controlapi/service.go validateJob.
    map.check(!is_job(service.mode) || !map.has("update"), "update",
              "Jobs may not have an update config",
              "remove it: another run of a job replaces all its tasks at once");
    read_texts(map.value("labels"), service.labels);
    return service;
}

}   // namespace glasshive::scenario
