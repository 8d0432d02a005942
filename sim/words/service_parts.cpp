#include "words/service_parts.h"

#include <set>

#include "words/builders.h"
#include "words/values.h"

namespace glasshive::words {

bool ServiceParts::any(std::initializer_list<const char*> names) const {
    bool result = false;
    for (const char* name : names) result = flags.given(name) || result;
    return result;
}

void ServiceParts::container() {
    swarm::ContainerSpec& container = spec.task.container;
    const auto text = [&](const char* name, std::string& into) {
        if (const auto value = flags.last(name)) into = *value;
    };
    const auto toggle = [&](const char* name, bool& into) {
        if (flags.given(name)) into = flags.toggle(name);
    };
    text("hostname", container.hostname);
    text("workdir", container.dir);
    text("user", container.user);
    text("isolation", container.isolation);
    text("stop-signal", container.stop_signal);
    toggle("tty", container.tty);
    toggle("read-only", container.read_only);
    if (flags.given("init")) container.init = flags.toggle("init");
    if (const auto value = flags.last("stop-grace-period"))
        container.stop_grace_period = duration_of(*value);
}

void ServiceParts::resources() {
    swarm::TaskSpec& task = spec.task;
    if (const auto value = flags.last("limit-cpu")) task.limits.cpus = cpus_of(*value);
    if (const auto value = flags.last("limit-memory")) task.limits.memory = bytes_of(*value);
    if (const auto value = flags.last("limit-pids")) task.limits.pids = int_of(*value);
    if (const auto value = flags.last("reserve-cpu")) task.reservations.cpus = cpus_of(*value);
    if (const auto value = flags.last("reserve-memory"))
        task.reservations.memory = bytes_of(*value);
    if (const auto value = flags.last("replicas-max-per-node"))
        task.placement.max_replicas = uint_of(*value);
}

void ServiceParts::restart() {
    const auto condition = flags.last("restart-condition");
    const auto delay = flags.last("restart-delay");
    const auto attempts = flags.last("restart-max-attempts");
    const auto window = flags.last("restart-window");
    if (!condition && !delay && !attempts && !window) return;
    swarm::RestartPolicy policy = spec.task.restart.value_or(swarm::RestartPolicy{});
    if (condition) fail(set_condition(policy, *condition));
    if (delay) policy.delay = duration_of(*delay);
    if (attempts) policy.max_attempts = uint_of(*attempts);
    if (window) policy.window = duration_of(*window);
    spec.task.restart = policy;
}

void ServiceParts::update_config(const std::string& prefix,
                                 std::optional<swarm::UpdateConfig>& config) {
    const auto parallelism = flags.last(prefix + "parallelism");
    const auto delay = flags.last(prefix + "delay");
    const auto monitor = flags.last(prefix + "monitor");
    const auto action = flags.last(prefix + "failure-action");
    const auto ratio = flags.last(prefix + "max-failure-ratio");
    const auto order = flags.last(prefix + "order");
    if (!parallelism && !delay && !monitor && !action && !ratio && !order) return;
    swarm::UpdateConfig update = config.value_or(swarm::UpdateConfig{});
    if (parallelism) update.parallelism = uint_of(*parallelism);
    if (delay) update.delay = duration_of(*delay);
    if (monitor) update.monitor = duration_of(*monitor);
    if (action) fail(set_failure_action(update, *action));
    if (ratio) update.max_failure_ratio = real_of(*ratio);
    if (order) fail(set_order(update, *order));
    config = update;
}

void ServiceParts::updates() {
    update_config("update-", spec.update);
    update_config("rollback-", spec.rollback);
}

/// opts.go toHealthConfig and update.go updateHealthcheck agree but for what they start from.
void ServiceParts::health() {
    const bool numbers = any({"health-cmd", "health-interval", "health-retries", "health-timeout",
                              "health-start-period", "health-start-interval"});
    const bool none = flags.toggle("no-healthcheck");
    if (!numbers && !none) return;
    if (none) {
        if (numbers) return fail("--no-healthcheck conflicts with --health-* options");
        spec.task.container.healthcheck = swarm::Healthcheck{};
        spec.task.container.healthcheck->test = {"NONE"};
        return;
    }
    swarm::Healthcheck check = spec.task.container.healthcheck.value_or(swarm::Healthcheck{});
    if (!check.test.empty() && check.test[0] == "NONE") check.test.clear();
    const auto duration = [&](const char* name, Duration& into) {
        if (const auto value = flags.last(name)) into = duration_of(*value);
    };
    duration("health-interval", check.interval);
    duration("health-timeout", check.timeout);
    duration("health-start-period", check.start_period);
    duration("health-start-interval", check.start_interval);
    if (const auto value = flags.last("health-retries")) {
        // moby daemon/container.go: the engine refuses what the command line lets pass.
        if (int_of(*value) < 0) {
            return fail("Error response from daemon: Retries in Healthcheck cannot be negative");
        }
        check.retries = static_cast<std::uint64_t>(int_of(*value));
    }
    if (const auto value = flags.last("health-cmd")) {
        check.test.clear();
        if (!value->empty()) check.test = {"CMD-SHELL", *value};
    }
    spec.task.container.healthcheck = check;
}

void ServiceParts::endpoint() {
    if (const auto mode = flags.last("endpoint-mode")) fail(set_endpoint_mode(spec, *mode));
}

void ServiceParts::log_driver() {
    const auto driver = flags.last("log-driver");
    const Pairs options = flags.pairs("log-opt");
    if (!driver || driver->empty()) return;
    spec.task.log_driver = *driver;
    spec.task.log_options = map_of(options);
}

std::vector<swarm::Mount> ServiceParts::mounts(const char* flag) {
    std::vector<swarm::Mount> result;
    for (const std::string& text : flags.all(flag)) {
        Value<MountValue> parsed = parse_mount(text);
        const std::string& type = parsed.value.type;
        if (type == "image" || type == "cluster") {
            fail("mounts of type " + type + " are not simulated");
        } else if (type != "volume" && type != "bind" && type != "tmpfs" && type != "npipe") {
            fail("Error response from daemon: invalid MountType: \"" + type + "\"");
        }
        result.push_back(std::move(parsed.value.mount));
        for (const std::string& key : parsed.value.unsimulated)
            unsimulated.push_back("--mount " + key);
    }
    return result;
}

std::vector<swarm::PortConfig> ServiceParts::ports(const char* flag) {
    std::vector<swarm::PortConfig> result;
    for (const std::string& text : flags.all(flag)) {
        const auto parsed = parse_publish(text);
        result.insert(result.end(), parsed.value.begin(), parsed.value.end());
    }
    return result;
}

std::vector<swarm::NetworkAttachment> ServiceParts::networks(const char* flag) {
    std::vector<swarm::NetworkAttachment> result;
    for (const std::string& text : flags.all(flag)) {
        Value<NetworkValue> parsed = parse_network(text);
        result.push_back(std::move(parsed.value.attachment));
        for (const std::string& key : parsed.value.unsimulated)
            unsimulated.push_back("--network " + key);
    }
    return result;
}

std::vector<swarm::FileReference> ServiceParts::references(const char* flag, const char* noun) {
    std::vector<swarm::FileReference> result;
    std::set<std::string> targets;
    for (const std::string& text : flags.all(flag)) {
        swarm::FileReference reference = parse_reference(text, noun).value;
        if (!targets.insert(reference.target).second) {
            fail("duplicate " + std::string(noun) + " target for " + reference.source +
                 " not allowed");
        }
        result.push_back(std::move(reference));
    }
    return result;
}

void ServiceParts::generic(const char* flag, std::map<std::string, std::int64_t>& into) {
    for (const std::string& text : flags.all(flag)) {
        const auto parsed = parse_generic(text);
        fail(parsed.problem);
        into[parsed.value.first] = parsed.value.second;
    }
}

}   // namespace glasshive::words
