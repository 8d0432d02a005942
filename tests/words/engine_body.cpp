#include "engine_body.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::words::test {

namespace {

using namespace glasshive::swarm;

template <class T>
T get(const Json& object, const char* key, T absent) {
    const auto at = object.find(key);
    return at == object.end() || at->is_null() ? absent : at->get<T>();
}
const Json& part(const Json& object, const char* key) {
    static const Json nothing = Json::object();
    const auto at = object.find(key);
    return at == object.end() || at->is_null() ? nothing : *at;
}
std::vector<std::string> texts(const Json& object, const char* key) {
    return get(object, key, std::vector<std::string>{});
}
std::map<std::string, std::string> labels(const Json& object, const char* key) {
    return get(object, key, std::map<std::string, std::string>{});
}
Duration duration(const Json& object, const char* key, Duration absent = {}) {
    return Duration{get(object, key, absent.count())};
}

MountType mount_type(const std::string& text) {
    return text == "bind"    ? MountType::bind
           : text == "tmpfs" ? MountType::tmpfs
           : text == "npipe" ? MountType::npipe
                             : MountType::volume;
}

std::vector<FileReference> references(const Json& container, const char* list, const char* name) {
    std::vector<FileReference> result;
    for (const Json& item : part(container, list)) {
        const Json& file = part(item, "File");
        result.push_back({item.at(name), file.at("Name"), file.at("UID"), file.at("GID"),
                          file.at("Mode").get<std::uint32_t>()});
    }
    return result;
}

Healthcheck healthcheck(const Json& body) {
    Healthcheck check;
    check.test = texts(body, "Test");
    check.interval = duration(body, "Interval");
    check.timeout = duration(body, "Timeout");
    check.start_period = duration(body, "StartPeriod");
    check.start_interval = duration(body, "StartInterval");
    check.retries = get(body, "Retries", std::uint64_t{0});
    return check;
}

ContainerSpec container_of(const Json& body) {
    ContainerSpec spec;
    spec.image = get<std::string>(body, "Image", "");
    spec.labels = labels(body, "Labels");
    spec.command = texts(body, "Command");
    spec.args = texts(body, "Args");
    spec.env = texts(body, "Env");
    spec.hostname = get<std::string>(body, "Hostname", "");
    spec.dir = get<std::string>(body, "Dir", "");
    spec.user = get<std::string>(body, "User", "");
    spec.groups = texts(body, "Groups");
    spec.stop_signal = get<std::string>(body, "StopSignal", "");
    if (body.contains("StopGracePeriod"))
        spec.stop_grace_period = duration(body, "StopGracePeriod");
    if (body.contains("Healthcheck")) spec.healthcheck = healthcheck(body.at("Healthcheck"));
    for (const Json& item : part(body, "Mounts")) {
        Mount mount;
        mount.type = mount_type(item.at("Type"));
        mount.source = get<std::string>(item, "Source", "");
        mount.target = item.at("Target");
        mount.read_only = get(item, "ReadOnly", false);
        mount.no_copy = get(part(item, "VolumeOptions"), "NoCopy", false);
        mount.tmpfs_size = Bytes{get(part(item, "TmpfsOptions"), "SizeBytes", std::int64_t{0})};
        spec.mounts.push_back(mount);
    }
    spec.secrets = references(body, "Secrets", "SecretName");
    spec.configs = references(body, "Configs", "ConfigName");
    spec.hosts = texts(body, "Hosts");
    const Json& dns = part(body, "DNSConfig");
    spec.dns = texts(dns, "Nameservers");
    spec.dns_search = texts(dns, "Search");
    spec.dns_options = texts(dns, "Options");
    spec.cap_add = texts(body, "CapabilityAdd");
    spec.cap_drop = texts(body, "CapabilityDrop");
    spec.sysctls = labels(body, "Sysctls");
    if (body.contains("Init")) spec.init = body.at("Init").get<bool>();
    spec.tty = get(body, "TTY", false);
    spec.open_stdin = get(body, "OpenStdin", false);
    spec.read_only = get(body, "ReadOnly", false);
    spec.isolation = get<std::string>(body, "Isolation", "");
    return spec;
}

Resources resources(const Json& body) {
    Resources result;
    result.cpus = Cpus{get(body, "NanoCPUs", std::int64_t{0})};
    result.memory = Bytes{get(body, "MemoryBytes", std::int64_t{0})};
    result.pids = get(body, "Pids", std::int64_t{0});
    for (const Json& item : part(body, "GenericResources")) {
        const Json& discrete = item.at("DiscreteResourceSpec");
        result.generic[discrete.at("Kind")] = discrete.at("Value").get<std::int64_t>();
    }
    return result;
}

UpdateConfig update_config(const Json& body) {
    UpdateConfig update;
    update.parallelism = body.at("Parallelism").get<std::uint64_t>();
    update.delay = duration(body, "Delay");
    const std::string action = get<std::string>(body, "FailureAction", "pause");
    if (action == "continue") update.failure_action = FailureAction::continue_;
    if (action == "rollback") update.failure_action = FailureAction::rollback;
    update.monitor = duration(body, "Monitor", update.monitor);
    update.max_failure_ratio = get(body, "MaxFailureRatio", 0.0);
    if (get<std::string>(body, "Order", "") == "start-first")
        update.order = UpdateOrder::start_first;
    return update;
}

RestartPolicy restart_of(const Json& body) {
    RestartPolicy policy;
    const std::string condition = get<std::string>(body, "Condition", "any");
    if (condition == "none") policy.condition = RestartCondition::none;
    if (condition == "on-failure") policy.condition = RestartCondition::on_failure;
    policy.delay = duration(body, "Delay", policy.delay);
    policy.max_attempts = get(body, "MaxAttempts", std::uint64_t{0});
    policy.window = duration(body, "Window");
    return policy;
}

PortConfig port_of(const Json& body) {
    PortConfig port;
    port.target = get(body, "TargetPort", 0U);
    port.published = get(body, "PublishedPort", 0U);
    const std::string protocol = get<std::string>(body, "Protocol", "tcp");
    if (protocol == "udp") port.protocol = Protocol::udp;
    if (protocol == "sctp") port.protocol = Protocol::sctp;
    if (get<std::string>(body, "PublishMode", "") == "host") port.mode = PublishMode::host;
    return port;
}

std::string network_name(const std::string& id, const Json& state) {
    for (const Json& network : state.at("networks")) {
        if (network.at("Id") == id) return network.at("Name");
    }
    return id;
}

}   // namespace

ServiceSpec spec_of(const Json& body, const Json& state) {
    ServiceSpec spec;
    spec.name = get<std::string>(body, "Name", "");
    spec.labels = labels(body, "Labels");
    const Json& task = body.at("TaskTemplate");
    spec.task.container = container_of(task.at("ContainerSpec"));
    spec.task.limits = resources(part(part(task, "Resources"), "Limits"));
    spec.task.reservations = resources(part(part(task, "Resources"), "Reservations"));
    if (task.contains("RestartPolicy")) spec.task.restart = restart_of(task.at("RestartPolicy"));
    const Json& placement = part(task, "Placement");
    spec.task.placement.constraints = texts(placement, "Constraints");
    for (const Json& item : part(placement, "Preferences"))
        spec.task.placement.preferences.push_back(item.at("Spread").at("SpreadDescriptor"));
    spec.task.placement.max_replicas = get(placement, "MaxReplicas", std::uint64_t{0});
    for (const Json& item : part(task, "Networks"))
        spec.task.networks.push_back(
            {network_name(item.at("Target"), state), texts(item, "Aliases")});
    spec.task.log_driver = get<std::string>(part(task, "LogDriver"), "Name", "");
    spec.task.log_options = labels(part(task, "LogDriver"), "Options");
    spec.task.force_update = get(task, "ForceUpdate", std::uint64_t{0});
    if (body.at("Mode").contains("Global")) spec.mode = ServiceMode::global;
    if (body.at("Mode").contains("GlobalJob")) spec.mode = ServiceMode::global_job;
    if (body.at("Mode").contains("ReplicatedJob")) {
        // What the engine makes of what is missing: moby daemon/cluster/convert/service.go.
        const auto& job = body.at("Mode").at("ReplicatedJob");
        spec.mode = ServiceMode::replicated_job;
        spec.max_concurrent = get<std::uint64_t>(job, "MaxConcurrent", 1);
        spec.replicas = get<std::uint64_t>(job, "TotalCompletions", spec.max_concurrent);
    } else {
        spec.replicas =
            get(part(body.at("Mode"), "Replicated"), "Replicas", std::uint64_t{1});
    }
    if (body.contains("UpdateConfig")) spec.update = update_config(body.at("UpdateConfig"));
    if (body.contains("RollbackConfig")) spec.rollback = update_config(body.at("RollbackConfig"));
    const Json& endpoint = part(body, "EndpointSpec");
    if (get<std::string>(endpoint, "Mode", "") == "dnsrr") spec.endpoint_mode = EndpointMode::dnsrr;
    for (const Json& item : part(endpoint, "Ports")) spec.ports.push_back(port_of(item));
    return spec;
}

Json engine_state() {
    std::ifstream file(std::string(SOURCE_DIR) + "/tests/words/engine_state.json");
    return Json::parse(file);
}

const Json& find(const Json& objects, const std::string& name) {
    for (const Json& object : objects) {
        const Json& spec = part(object, "Spec");
        if (get<std::string>(spec, "Name", "") == name ||
            get<std::string>(part(object, "Description"), "Hostname", "") == name) {
            return object;
        }
    }
    SIM_ASSERT(false && "the fixture has it");
    return objects;
}

Json dump(const Mount& mount) {
    return {
        static_cast<int>(mount.type), mount.source, mount.target, mount.read_only, mount.no_copy,
        mount.tmpfs_size.count};
}

namespace {

Json dump(const Resources& r) { return {r.cpus.count, r.memory.count, r.pids, r.generic}; }
Json dump(const std::vector<FileReference>& list) {
    Json result = Json::array();
    for (const auto& r : list) result.push_back({r.source, r.target, r.uid, r.gid, r.mode});
    return result;
}
Json dump(const std::optional<UpdateConfig>& update) {
    if (!update) return nullptr;
    return {update->parallelism,
            update->delay.count(),
            static_cast<int>(update->failure_action),
            update->monitor.count(),
            update->max_failure_ratio,
            static_cast<int>(update->order)};
}

void dump_container(Json& out, const ContainerSpec& c) {
    out["image"] = c.image;
    out["container labels"] = c.labels;
    out["command"] = c.command;
    out["args"] = c.args;
    out["env"] = c.env;
    out["words"] = {c.hostname, c.dir, c.user, c.stop_signal, c.isolation};
    out["groups"] = c.groups;
    out["grace"] = c.stop_grace_period ? Json(c.stop_grace_period->count()) : Json();
    if (c.healthcheck) {
        const Healthcheck& h = *c.healthcheck;
        out["health"] = {h.test,
                         h.interval.count(),
                         h.timeout.count(),
                         h.start_period.count(),
                         h.start_interval.count(),
                         h.retries};
    }
    out["mounts"] = Json::array();
    for (const Mount& mount : c.mounts) out["mounts"].push_back(test::dump(mount));
    out["secrets"] = dump(c.secrets);
    out["configs"] = dump(c.configs);
    out["names"] = {c.hosts, c.dns, c.dns_search, c.dns_options};
    out["capabilities"] = {c.cap_add, c.cap_drop};
    out["sysctls"] = c.sysctls;
    out["init"] = c.init ? Json(*c.init) : Json();
    out["toggles"] = {c.tty, c.open_stdin, c.read_only};
}

}   // namespace

Json dump(ServiceSpec spec) {
    // docker orders networks by their ids, and sends env and ports in Go's map order.
    auto& networks = spec.task.networks;
    std::sort(networks.begin(), networks.end(),
              [](const auto& a, const auto& b) { return a.network < b.network; });
    std::sort(spec.task.container.env.begin(), spec.task.container.env.end());
    std::sort(spec.ports.begin(), spec.ports.end(), [](const auto& a, const auto& b) {
        return std::tie(a.published, a.target, a.protocol, a.mode) <
               std::tie(b.published, b.target, b.protocol, b.mode);
    });
    Json out;
    out["name"] = spec.name;
    out["labels"] = spec.labels;
    dump_container(out, spec.task.container);
    out["limits"] = dump(spec.task.limits);
    out["reservations"] = dump(spec.task.reservations);
    if (spec.task.restart) {
        const RestartPolicy& r = *spec.task.restart;
        out["restart"] = {static_cast<int>(r.condition), r.delay.count(), r.max_attempts,
                          r.window.count()};
    }
    const Placement& p = spec.task.placement;
    out["placement"] = {p.constraints, p.preferences, p.max_replicas};
    out["networks"] = Json::array();
    for (const auto& n : spec.task.networks) out["networks"].push_back({n.network, n.aliases});
    out["log"] = {spec.task.log_driver, spec.task.log_options};
    out["force"] = spec.task.force_update;
    out["mode"] = {static_cast<int>(spec.mode), spec.replicas, spec.max_concurrent};
    out["update"] = dump(spec.update);
    out["rollback"] = dump(spec.rollback);
    out["endpoint"] = static_cast<int>(spec.endpoint_mode);
    out["ports"] = Json::array();
    for (const PortConfig& port : spec.ports) {
        out["ports"].push_back({port.target, port.published, static_cast<int>(port.protocol),
                                static_cast<int>(port.mode)});
    }
    return out;
}

}   // namespace glasshive::words::test
