// docker service: what `create` builds and what the others ask for.
#include <algorithm>

#include "words/builders.h"
#include "words/grammar/capabilities.h"
#include "words/grammar/gotext.h"
#include "words/grammar/shlex.h"
#include "words/service_parts.h"
#include "words/update.h"
#include "words/values.h"

namespace glasshive::words {

std::string too_many_replicas() {
    return "more than " + std::to_string(replicas_most) + " replicas are not simulated";
}

namespace {


Command made(Verb verb, decltype(Command::what) what, Texts unsimulated = {}) {
    return {verb, std::move(what), "", "", std::move(unsimulated)};
}

/// What docker and Compose files call the modes.
std::optional<swarm::ServiceMode> parse_mode(std::string_view text) {
    if (text == "replicated") return swarm::ServiceMode::replicated;
    if (text == "global") return swarm::ServiceMode::global;
    if (text == "replicated-job") return swarm::ServiceMode::replicated_job;
    if (text == "global-job") return swarm::ServiceMode::global_job;
    return std::nullopt;
}

/// opts.go ToServiceMode.
void set_mode(ServiceParts& parts) {
    const Flags& flags = parts.flags;
    swarm::ServiceSpec& spec = parts.spec;
    const std::string mode = flags.last("mode").value_or("replicated");
    const auto replicas = flags.last("replicas");
    const bool capped = flags.given("replicas-max-per-node");
    if (flags.given("max-concurrent") && mode != "replicated-job")
        return parts.fail("max-concurrent can only be used with replicated-job mode");
    const auto known = parse_mode(mode);
    if (!known)
        return parts.fail("Unknown mode: " + mode + ", only replicated and global supported");
    spec.mode = *known;
    if (swarm::is_per_node(spec.mode)) {
        if (replicas)
            parts.fail("replicas can only be used with replicated or replicated-job mode");
        if (capped) {
            parts.fail("replicas-max-per-node can only be used with replicated or replicated-job "
                       "mode");
        }
        return;
    }
    if (replicas) spec.replicas = uint_of(*replicas);
    if (spec.replicas > replicas_most) parts.fail(too_many_replicas());
    if (spec.mode != swarm::ServiceMode::replicated_job) return;
    // Source: moby daemon/cluster/convert/service.go: either is the other's default.
    spec.max_concurrent = spec.replicas;
    if (const auto at_once = flags.last("max-concurrent")) {
        spec.max_concurrent = uint_of(*at_once);
        if (!replicas) spec.replicas = spec.max_concurrent;
    }
}

/// Where the same key is set twice, the last one counts (opts.go, ReadKVEnvStrings).
std::vector<std::string> environment(const Flags& flags) {
    std::vector<std::string> result;
    for (const std::string& text : flags.all("env")) {
        const std::string key = cut(text).key;
        const auto same = std::find_if(result.begin(), result.end(), [&](const std::string& other) {
            return cut(other).key == key;
        });
        if (same == result.end()) {
            result.push_back(text);
        } else {
            *same = text;
        }
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const auto& a, const auto& b) { return cut(a).key < cut(b).key; });
    return result;
}

void set_container(ServiceParts& parts) {
    const Flags& flags = parts.flags;
    swarm::ContainerSpec& container = parts.spec.task.container;
    container.image = with_tag(flags.arguments[0]);
    container.args.assign(flags.arguments.begin() + 1, flags.arguments.end());
    if (const auto text = flags.last("entrypoint")) container.command = shell_split(*text).words;
    container.env = environment(flags);
    container.labels = map_of(flags.pairs("container-label"));
    container.groups = flags.all("group");
    container.mounts = parts.mounts("mount");
    container.secrets = parts.references("secret", "secret");
    container.configs = parts.references("config", "config");
    for (const std::string& text : flags.all("host")) container.hosts.push_back(swarm_host(text));
    container.dns = flags.all("dns");
    container.dns_search = flags.all("dns-search");
    container.dns_options = flags.all("dns-option");
    container.sysctls = map_of(flags.pairs("sysctl"));
    Capabilities capabilities = effective_capabilities(flags.all("cap-add"), flags.all("cap-drop"));
    container.cap_add = std::move(capabilities.add);
    container.cap_drop = std::move(capabilities.drop);
    if (!flags.given("init")) container.init = false;
}

Built service_create(const Flags& flags) {
    ServiceCreate what;
    what.detach = flags.toggle("detach");
    what.quiet = flags.toggle("quiet");
    ServiceParts parts{flags, what.spec};
    what.spec.name = flags.text("name");
    what.spec.labels = map_of(flags.pairs("label"));
    swarm::TaskSpec& task = what.spec.task;
    parts.container();
    set_container(parts);
    set_mode(parts);
    parts.resources();
    parts.generic("generic-resource", task.reservations.generic);
    parts.restart();
    parts.updates();
    if (swarm::is_job(what.spec.mode) && (what.spec.update || what.spec.rollback))
        parts.fail("update and rollback configuration is not supported for jobs");
    parts.health();
    parts.endpoint();
    parts.log_driver();
    task.placement.constraints = flags.all("constraint");
    for (const std::string& text : flags.all("placement-pref"))
        task.placement.preferences.push_back(parse_preference(text).value);
    task.networks = parts.networks("network");
    what.spec.ports = parts.ports("publish");
    if (!parts.problem.empty()) return Refused{parts.problem};
    return made(Verb::service_create, std::move(what), std::move(parts.unsimulated));
}

/// update.go runUpdate: nothing but how it is shown may go with --rollback.
Built service_update(const Flags& flags) {
    ServiceUpdate what;
    what.service = flags.arguments[0];
    what.rollback = flags.toggle("rollback");
    what.detach = flags.toggle("detach");
    what.quiet = flags.toggle("quiet");
    for (const FlagValue& use : flags.values) {
        const std::string_view name = use.flag->name;
        if (name == "rollback" || name == "detach" || name == "quiet") continue;
        if (what.rollback) return Refused{"other flags may not be combined with --rollback"};
        what.changes.values.push_back(use);
    }
    // apply() asks for the flags it gives a meaning to, whatever the spec is.
    if (!what.rollback) apply(what, {});
    for (const std::string& name : what.changes.asked()) flags.given(name);
    return made(Verb::service_update, std::move(what));
}

/// cli/command/service/scale.go: all specifiers are checked before any is carried out.
Built service_scale(const Flags& flags) {
    ServiceScale what;
    what.detach = flags.toggle("detach");
    std::string problems;
    for (const std::string& text : flags.arguments) {
        const Pair pair = cut(text);
        if (pair.key.empty() || pair.value.value_or("").empty())
            return Refused{"invalid scale specifier '" + text + "'.", Refused::Style::usage};
    }
    for (const std::string& text : flags.arguments) {
        const Pair pair = cut(text);
        const auto replicas = go_uint(*pair.value, 10);
        if (!replicas) {
            problems += (problems.empty() ? "" : "\n") + pair.key + ": invalid replicas value " +
                        *pair.value + ": " + replicas.problem;
            continue;
        }
        if (*replicas.value > replicas_most) {
            problems += (problems.empty() ? "" : "\n") + pair.key + ": " + too_many_replicas();
            continue;
        }
        what.replicas.emplace_back(pair.key, *replicas.value);
    }
    if (!problems.empty()) return Refused{problems};
    return made(Verb::service_scale, std::move(what));
}

}   // namespace

Built build_service(Verb verb, const Flags& flags) {
    switch (verb) {
        case Verb::service_create: return service_create(flags);
        case Verb::service_update: return service_update(flags);
        case Verb::service_scale: return service_scale(flags);
        case Verb::service_rollback:
            return made(verb, ServiceRollback{flags.arguments[0], flags.toggle("detach"),
                                              flags.toggle("quiet")});
        case Verb::service_rm: return names(verb, flags);
        case Verb::service_logs: return logs(verb, flags);
        default: return look(verb, flags);
    }
}

}   // namespace glasshive::words
