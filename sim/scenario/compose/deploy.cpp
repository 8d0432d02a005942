// The deploy key (docker/cli convert/service.go), with the checks the engine makes (SwarmKit
// controlapi/service.go) since the student would meet them next.
#include <algorithm>

#include "scenario/compose/loader.h"
#include "yaml/reader.h"
#include "yaml/units.h"

namespace glasshive::compose {

namespace {

/// A word of a list, or an error naming the list. `absent` when the key is not there.
template <class E>
E word(Fields& fields, std::string_view key, E absent, const yaml::Choices<E>& choices) {
    const std::string text = fields.text(key);
    if (text.empty()) return absent;
    std::vector<std::string> words;
    for (const auto& [name, value] : choices) {
        if (name == text) return value;
        words.push_back(name);
    }
    const std::string near = nearest(text, words);
    fields.loader().error(*fields.item().find(key),
                          yaml::quoted(text) + " is not one of " + yaml::joined(words),
                          near.empty() ? "" : "did you mean " + near + "?");
    return absent;
}

void not_negative(Fields& fields, std::string_view key, Duration value) {
    if (value >= Duration{0}) return;
    fields.loader().error(*fields.item().find(key), std::string(key) + " cannot be negative");
}

std::optional<swarm::UpdateConfig> load_update(Fields& deploy, std::string_view key) {
    const Item* item = deploy.get(key, static_cast<Types>(Type::map));
    if (!item) return std::nullopt;
    Fields fields(deploy.loader(), *item);
    swarm::UpdateConfig update;   // Its defaults are the engine's; parallelism 1 is docker's own.
    update.parallelism = fields.count("parallelism").value_or(1);
    update.delay = fields.duration("delay").value_or(Duration{0});
    update.failure_action = word(fields, "failure_action", swarm::FailureAction::pause,
                                 {{"pause", swarm::FailureAction::pause},
                                  {"continue", swarm::FailureAction::continue_},
                                  {"rollback", swarm::FailureAction::rollback}});
    const Duration monitor = fields.duration("monitor").value_or(Duration{0});
    if (monitor != Duration{0}) update.monitor = monitor;
    update.max_failure_ratio = fields.number("max_failure_ratio").value_or(0);
    update.order = word(fields, "order", swarm::UpdateOrder::stop_first,
                        {{"stop-first", swarm::UpdateOrder::stop_first},
                         {"start-first", swarm::UpdateOrder::start_first}});
    not_negative(fields, "delay", update.delay);
    not_negative(fields, "monitor", update.monitor);
    if (!(update.max_failure_ratio >= 0 && update.max_failure_ratio <= 1)) {
        deploy.loader().error(*item->find("max_failure_ratio"),
                              "max_failure_ratio cannot be less than 0 or bigger than 1");
    }
    return update;
}

Cpus load_cpus(Fields& fields) {
    const Item* item = fields.get("cpus", static_cast<Types>(Type::text));
    if (!item || item->text.empty()) return {};
    const yaml::Parsed<Cpus> cpus = yaml::parse_docker_cpus(item->text);
    if (!cpus) {
        fields.loader().error(*item, cpus.problem, cpus.hint);
        return {};
    }
    // SwarmKit validateResources.
    if (cpus.value->count != 0 && cpus.value->count < 1'000'000) {
        fields.loader().error(*item,
                              "invalid cpu value " + item->text + ": Must be at least 0.001");
    }
    return *cpus.value;
}

Bytes load_memory(Fields& fields) {
    const Item* item = fields.get("memory", static_cast<Types>(Type::text));
    if (!item) return {};
    const yaml::Parsed<Bytes> memory = yaml::parse_docker_bytes(item->text);
    if (!memory) {
        fields.loader().error(*item, memory.problem, memory.hint);
        return {};
    }
    if (memory.value->count != 0 && *memory.value < mebibyte * 4) {
        fields.loader().error(*item, "invalid memory value " + std::to_string(memory.value->count) +
                                         ": Must be at least 4MiB",
                              item->text.find_first_not_of("0123456789") == std::string::npos
                                  ? "a bare number counts bytes; did you mean " + item->text + "M?"
                                  : "");
    }
    return *memory.value;
}

void load_generic(Fields& reservations, swarm::Resources& resources) {
    const Item* list = reservations.get("generic_resources", static_cast<Types>(Type::list));
    if (!list) return;
    Loader& loader = reservations.loader();
    for (const Item& item : list->items) {
        if (!expect(loader, item, static_cast<Types>(Type::map))) continue;
        Fields outer(loader, item);
        const Item* discrete = outer.get("discrete_resource_spec", static_cast<Types>(Type::map));
        if (!discrete) continue;
        Fields fields(loader, *discrete);
        const std::string kind = fields.text("kind");
        resources.generic[kind] = fields.integer("value").value_or(0);
    }
}

void load_resources(Fields& deploy, swarm::TaskSpec& task) {
    const Item* item = deploy.get("resources", static_cast<Types>(Type::map));
    if (!item) return;
    Loader& loader = deploy.loader();
    Fields fields(loader, *item);
    if (const Item* limits = fields.get("limits", static_cast<Types>(Type::map))) {
        Fields limit(loader, *limits);
        task.limits.cpus = load_cpus(limit);
        task.limits.memory = load_memory(limit);
        task.limits.pids = static_cast<std::int64_t>(
            std::min<std::uint64_t>(limit.count("pids").value_or(0), INT64_MAX));
    }
    if (const Item* reservations = fields.get("reservations", static_cast<Types>(Type::map))) {
        Fields reserved(loader, *reservations);
        task.reservations.cpus = load_cpus(reserved);
        task.reservations.memory = load_memory(reserved);
        load_generic(reserved, task.reservations);
    }
}

void load_restart_policy(Fields& deploy, swarm::TaskSpec& task) {
    const Item* item = deploy.get("restart_policy", static_cast<Types>(Type::map));
    if (!item) return;
    Fields fields(deploy.loader(), *item);
    swarm::RestartPolicy policy;   // Its defaults are the engine's.
    policy.condition = word(fields, "condition", swarm::RestartCondition::any,
                            {{"none", swarm::RestartCondition::none},
                             {"on-failure", swarm::RestartCondition::on_failure},
                             {"any", swarm::RestartCondition::any}});
    policy.delay = fields.duration("delay").value_or(policy.delay);
    policy.max_attempts = fields.count("max_attempts").value_or(0);
    policy.window = fields.duration("window").value_or(Duration{0});
    not_negative(fields, "delay", policy.delay);
    not_negative(fields, "window", policy.window);
    task.restart = policy;
}

std::string lowered(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

/// node.labels.X or engine.labels.X; prefixes without regard to case, as swarmkit compares them.
bool is_label(const std::string& key) {
    const std::string small = lowered(key);
    for (const std::string prefix : {"node.labels.", "engine.labels."}) {
        if (small.starts_with(prefix) && small.size() > prefix.size()) return true;
    }
    return false;
}

/// docker deploys such a service; no node ever matches (swarmkit manager/constraint).
void warn_of_unknown_key(Loader& loader, const Item& item, const std::string& key) {
    const std::vector<std::string> known{"node.id", "node.hostname", "node.role", "node.ip",
                                         "node.platform.os", "node.platform.arch"};
    const std::string small = lowered(key);
    if (is_label(key) || std::find(known.begin(), known.end(), small) != known.end()) return;
    const std::string near = nearest(key, known);
    loader.warning(item, "no node ever matches a constraint on '" + key + "'",
                   near.empty() ? "node.labels.X looks at a label" : "did you mean " + near + "?");
}

/// SwarmKit manager/constraint/constraint.go Parse.
void check_constraint(Loader& loader, const Item& item) {
    const std::string& text = item.text;
    const std::size_t at = std::min(text.find("=="), text.find("!="));
    const std::string hint = "write it like node.role == worker";
    if (at == std::string::npos) {
        return loader.error(item, "constraint expected one operator from \"==, !=\"", hint);
    }
    std::string key = text.substr(0, at);
    while (!key.empty() && key.back() == ' ') key.pop_back();
    while (!key.empty() && key.front() == ' ') key.erase(0, 1);
    const bool good = key.size() > 1 && std::all_of(key.begin(), key.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                      });
    if (!good) return loader.error(item, "key '" + key + "' is invalid", hint);
    warn_of_unknown_key(loader, item, key);
    if (text.find_first_not_of(' ', at + 2) == std::string::npos) {
        loader.error(item, "value '' is invalid", hint);
    }
}

void load_placement(Fields& deploy, swarm::Placement& placement) {
    const Item* item = deploy.get("placement", static_cast<Types>(Type::map));
    if (!item) return;
    Loader& loader = deploy.loader();
    Fields fields(loader, *item);
    placement.constraints = fields.texts("constraints", false);
    if (const Item* list = item->find("constraints")) {
        for (const Item& constraint : list->items) {
            if (constraint.type == Type::text) check_constraint(loader, constraint);
        }
    }
    if (const Item* list = fields.get("preferences", static_cast<Types>(Type::list))) {
        for (const Item& preference : list->items) {
            if (!expect(loader, preference, static_cast<Types>(Type::map))) continue;
            Fields inner(loader, preference);
            placement.preferences.push_back(inner.text("spread"));
            // As swarmkit manager/scheduler/nodeset.go does, without a word.
            const std::string& spread = placement.preferences.back();
            if (spread.empty() || is_label(spread)) continue;
            loader.warning(preference, "the swarm ignores a preference for anything but labels",
                           "write spread: node.labels.X or engine.labels.X");
        }
    }
    placement.max_replicas = fields.count("max_replicas_per_node").value_or(0);
}

/// convertDeployMode.
void load_mode(Fields& deploy, swarm::ServiceSpec& spec) {
    Loader& loader = deploy.loader();
    const std::string mode = deploy.text("mode");
    const auto replicas = deploy.count("replicas");
    const Item* at = deploy.item().find("mode");
    if (mode == "global" || mode == "global-job") {
        spec.mode = mode == "global" ? swarm::ServiceMode::global : swarm::ServiceMode::global_job;
        if (replicas) {
            loader.error(*deploy.item().find("replicas"),
                         "replicas can only be used with replicated or replicated-job mode");
        }
    } else if (mode == "replicated-job") {
        spec.mode = swarm::ServiceMode::replicated_job;
    } else if (mode != "replicated" && !mode.empty()) {
        const std::string near =
            nearest(mode, {"replicated", "global", "replicated-job", "global-job"});
        loader.error(*at, "unknown mode: " + mode,
                     near.empty() ? "" : "did you mean " + near + "?");
    }
    spec.replicas = replicas.value_or(1);
    spec.max_concurrent =
        spec.mode == swarm::ServiceMode::replicated_job ? spec.replicas : 1;
}

}   // namespace

void load_deploy(Loader& loader, const Item& item, swarm::ServiceSpec& spec) {
    Fields deploy(loader, item);
    load_mode(deploy, spec);
    spec.labels = deploy.labels("labels");
    spec.endpoint_mode =
        word(deploy, "endpoint_mode", swarm::EndpointMode::vip,
             {{"vip", swarm::EndpointMode::vip}, {"dnsrr", swarm::EndpointMode::dnsrr}});
    spec.update = load_update(deploy, "update_config");
    spec.rollback = load_update(deploy, "rollback_config");
    // Source: swarmkit manager/controlapi/service.go validateJob.
    if (swarm::is_job(spec.mode) && spec.update) {
        loader.error(*deploy.item().find("update_config"), "Jobs may not have an update config",
                     "remove it: another run of a job replaces all its tasks at once");
    }
    load_resources(deploy, spec.task);
    load_restart_policy(deploy, spec.task);
    load_placement(deploy, spec.task.placement);
}

}   // namespace glasshive::compose
