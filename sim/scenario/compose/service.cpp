// One service (docker/cli loader.go LoadService; convert/service.go Service).
#include <algorithm>
#include <array>
#include <charconv>

#include "scenario/compose/loader.h"
#include "words/grammar/capabilities.h"
#include "yaml/units.h"

namespace glasshive::compose {

namespace {

using swarm::ContainerSpec;
using swarm::ServiceSpec;

/// A hint for keys of the Compose specification that docker's 3.13 schema does not know.
void check_name(Loader& loader, const Item& item, const std::string& name) {
    // SwarmKit controlapi/common.go: a DNS label of at most 63 characters, underscores allowed.
    constexpr std::size_t length_max = 63;
    const auto alnum = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const bool good = name.size() <= length_max && alnum(name.front()) && alnum(name.back()) &&
                      std::all_of(name.begin(), name.end(),
                                  [&](char c) { return alnum(c) || c == '-' || c == '_'; });
    if (good) return;
    loader.error(
        item, "name must be valid as a DNS name component: " + yaml::quoted(name),
        "at most 63 letters, digits, dashes and underscores, a letter or digit at both ends");
}

void read_aliases(Loader& loader, const Item& item, std::vector<std::string>& aliases) {
    if (item.type == Type::null || !expect(loader, item, Type::map | Type::null)) return;
    Fields fields(loader, item);
    aliases = fields.texts("aliases");
    fields.options("driver_opts");
    fields.text("ipv4_address");
    fields.text("ipv6_address");
}

/// The networks named by the service, or `default`; sorted by name as convertServiceNetworks does.
void load_attachments(Fields& service, const std::string& service_key, swarm::TaskSpec& task) {
    Loader& loader = service.loader();
    std::vector<std::pair<const Item*, std::string>> wanted;
    std::map<std::string, std::vector<std::string>> aliases;
    if (const Item* item = service.get("networks", Type::list | Type::map)) {
        for (const auto& [key, value] : item->entries) {
            wanted.emplace_back(&value, key);
            read_aliases(loader, value, aliases[key]);
        }
        for (const Item& value : item->items) {
            if (expect(loader, value, static_cast<Types>(Type::text)))
                wanted.emplace_back(&value, value.text);
        }
        expect_unique(loader, *item);
    }
    if (wanted.empty()) wanted.emplace_back(&service.item(), "default");
    for (const auto& [item, key] : wanted) {
        auto* network = loader.networks.find(key);
        if (!network && key == "default") {
            loader.networks.by_key["default"] = loader.networks.in_order.size();
            swarm::NetworkSpec spec;
            spec.name = loader.scoped("default");
            spec.labels = loader.stack_labels({});
            loader.networks.in_order.push_back({spec, false});
            network = loader.networks.find(key);
        }
        if (!network) {
            const std::string near = nearest(key, loader.networks.keys());
            loader.error(*item, "undefined network " + yaml::quoted(key),
                         near.empty() ? "declare it under the top-level key networks"
                                      : "did you mean " + near + "?");
            continue;
        }
        network->used = true;
        swarm::NetworkAttachment attachment{network->spec.name, aliases[key]};
        attachment.aliases.push_back(service_key);
        task.networks.push_back(std::move(attachment));
    }
    std::stable_sort(task.networks.begin(), task.networks.end(),
                     [](const auto& a, const auto& b) { return a.network < b.network; });
}

/// Secrets or configs as the service uses them, sorted by the object's name.
std::vector<swarm::FileReference> load_references(
    Fields& service, std::string_view key, const char* kind,
    Loader::Definitions<swarm::FileObjectSpec>& definitions) {
    std::vector<swarm::FileReference> result;
    Loader& loader = service.loader();
    const Item* list = service.get(key, static_cast<Types>(Type::list));
    if (!list) return result;
    for (const Item& item : list->items) {
        if (!expect(loader, item, Type::text | Type::map)) continue;
        std::string source = item.text;
        swarm::FileReference reference;
        if (item.type == Type::map) {
            Fields fields(loader, item);
            source = fields.text("source");
            reference.target = fields.text("target");
            for (const auto& [field, value] :
                 {std::pair{"uid", &reference.uid}, {"gid", &reference.gid}}) {
                const std::string text = fields.text(field);
                if (!text.empty()) *value = text;
            }
            const auto mode = fields.count("mode");
            if (mode) reference.mode = static_cast<std::uint32_t>(*mode & 07777);
        }
        auto* definition = definitions.find(source);
        if (!definition) {
            const std::string near = nearest(source, definitions.keys());
            loader.error(item, std::string("undefined ") + kind + " " + yaml::quoted(source),
                         near.empty() ? "declare it under the top-level key " + std::string(key)
                                      : "did you mean " + near + "?");
            continue;
        }
        definition->used = true;
        reference.source = definition->spec.name;
        if (reference.target.empty()) reference.target = source;
        result.push_back(std::move(reference));
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const auto& a, const auto& b) { return a.source < b.source; });
    return result;
}

void load_healthcheck(Fields& service, ContainerSpec& spec) {
    const Item* item = service.get("healthcheck", static_cast<Types>(Type::map));
    if (!item) return;
    Loader& loader = service.loader();
    Fields fields(loader, *item);
    swarm::Healthcheck check;
    const Item* test = fields.get("test", Type::text | Type::list);
    if (test && test->type == Type::text) check.test = {"CMD-SHELL", test->text};
    if (test && test->type == Type::list) check.test = fields.texts("test", false);
    const bool disabled = fields.flag("disable").value_or(false);
    // moby api/types/container validation: a duration that is given is at least 1 ms.
    const auto duration = [&](const char* key, const char* name) {
        const Duration value = fields.duration(key).value_or(Duration{0});
        if (value != Duration{0} && value < std::chrono::milliseconds{1}) {
            loader.error(*item->find(key),
                         std::string(name) + " in Healthcheck cannot be less than 1ms");
        }
        return value;
    };
    check.interval = duration("interval", "Interval");
    check.timeout = duration("timeout", "Timeout");
    check.start_period = duration("start_period", "StartPeriod");
    check.start_interval = duration("start_interval", "StartInterval");
    check.retries = fields.count("retries").value_or(0);
    if (disabled && !check.test.empty()) {
        loader.error(*item, "test and disable can't be set at the same time");
    } else if (disabled) {
        check = {};
        check.test = {"NONE"};
    }
    if (!check.test.empty() && check.test[0] != "NONE" && check.test[0] != "CMD" &&
        check.test[0] != "CMD-SHELL") {
        loader.error(*test, "unknown type " + yaml::quoted(check.test[0]) + " of healthcheck",
                     "a list begins with CMD, CMD-SHELL or NONE");
    }
    spec.healthcheck = check;
}

void load_hosts(Fields& service, ContainerSpec& spec) {
    const Item* item = service.get("extra_hosts", Type::list | Type::map);
    if (!item) return;
    Loader& loader = service.loader();
    for (const auto& [name, value] : item->entries) {
        if (!expect(loader, value, Type::text | Type::integer | Type::real | Type::null)) continue;
        if (value.type != Type::null) spec.hosts.push_back(value.text + " " + name);
    }
    if (item->type == Type::map) return;
    for (const std::string& line : service.texts("extra_hosts")) {
        const std::size_t at = line.find_first_of(":=");
        if (at == std::string::npos) {
            loader.error(*item, "bad format for add-host: " + yaml::quoted(line),
                         "write \"host:address\"");
        } else {
            spec.hosts.push_back(line.substr(at + 1) + " " + line.substr(0, at));
        }
    }
}

/// Keys that docker checks and a swarm does not use, or that only change what the simulation leaves
/// out.
void check_inert(Fields& service) {
    Loader& loader = service.loader();
    service.texts("depends_on");
    service.texts("devices");
    service.texts("external_links");
    service.texts("links");
    service.texts("security_opt");
    service.text_or_texts("tmpfs");
    for (const char* key : {"cgroup_parent", "cgroupns_mode", "container_name", "domainname", "ipc",
                            "mac_address", "network_mode", "userns_mode"}) {
        service.text(key);
    }
    service.get("pid", Type::text | Type::null);
    service.get("shm_size", Type::text | Type::integer | Type::real);
    service.get("build", Type::text | Type::map);
    service.flag("privileged");
    service.integer("oom_score_adj");
    for (const char* key : {"expose", "group_add"}) {
        const Item* list = service.get(key, static_cast<Types>(Type::list));
        if (!list) continue;
        for (const Item& item : list->items)
            expect(loader, item, Type::text | Type::integer | Type::real);
        expect_unique(loader, *list);
    }
    if (const Item* item = service.get("credential_spec", static_cast<Types>(Type::map))) {
        Fields fields(loader, *item);
        for (const char* key : {"config", "file", "registry"}) fields.text(key);
    }
    if (const Item* ulimits = service.get("ulimits", static_cast<Types>(Type::map))) {
        for (const auto& [name, item] : ulimits->entries) {
            if (!expect(loader, item, Type::integer | Type::map) || item.type != Type::map)
                continue;
            Fields fields(loader, item);
            for (const char* key : {"soft", "hard"}) {
                fields.integer(key);
                if (!item.find(key)) loader.error(item, std::string(key) + " is required");
            }
        }
    }
}

void load_container(Fields& service, ContainerSpec& spec) {
    Loader& loader = service.loader();
    spec.image = service.text("image");
    const Item* image = service.item().find("image");
    if (!image || (image->type == Type::text && image->text.empty())) {
        loader.error(
            service.item(), "ContainerSpec: image reference must be provided",
            service.item().find("build")
                ? "docker stack deploy does not build: push the image and name it with image:"
                : "name one with image:");
    }
    spec.labels = loader.stack_labels(service.labels("labels"));
    spec.command = service.command("entrypoint");
    spec.args = service.command("command");
    load_environment(service, spec);
    spec.hostname = service.text("hostname");
    spec.dir = service.text("working_dir");
    spec.user = service.text("user");
    spec.stop_signal = service.text("stop_signal");
    spec.stop_grace_period = service.duration("stop_grace_period");
    load_healthcheck(service, spec);
    load_mounts(service, spec.mounts);
    spec.secrets = load_references(service, "secrets", "secret", loader.secrets);
    spec.configs = load_references(service, "configs", "config", loader.configs);
    load_hosts(service, spec);
    spec.dns = service.text_or_texts("dns");
    spec.dns_search = service.text_or_texts("dns_search");
    words::Capabilities capabilities =
        words::effective_capabilities(service.texts("cap_add"), service.texts("cap_drop"));
    spec.cap_add = std::move(capabilities.add);
    spec.cap_drop = std::move(capabilities.drop);
    spec.sysctls = service.labels("sysctls");
    spec.init = service.flag("init");
    spec.tty = service.flag("tty").value_or(false);
    spec.open_stdin = service.flag("stdin_open").value_or(false);
    spec.read_only = service.flag("read_only").value_or(false);
    spec.isolation = service.text("isolation");
}

/// `restart:` counts only when deploy.restart_policy is absent (convertRestartPolicy).
void load_restart(Fields& service, ServiceSpec& spec) {
    const Item* item = service.get("restart", static_cast<Types>(Type::text));
    if (!item || item->text.empty() || spec.task.restart) return;
    Loader& loader = service.loader();
    const std::size_t colon = item->text.find(':');
    const std::string name = item->text.substr(0, colon);
    swarm::RestartPolicy policy;
    if (colon != std::string::npos) {
        const yaml::Parsed<std::int64_t> count = yaml::parse_integer(item->text.substr(colon + 1));
        if (!count) {
            return loader.error(*item,
                                "invalid restart policy format: maximum retry count must be an "
                                "integer");
        }
        if (*count.value < 0) {
            return loader.error(*item,
                                "invalid restart policy: maximum retry count cannot be negative");
        }
        policy.max_attempts = static_cast<std::uint64_t>(*count.value);
    }
    if (name == "no" || name.empty()) return;
    if (name == "on-failure") {
        policy.condition = swarm::RestartCondition::on_failure;
    } else if (name != "always" && name != "unless-stopped") {
        return loader.error(*item, "invalid restart policy: unknown policy '" + name +
                                       "' (must be one of 'no', 'always', 'on-failure', or "
                                       "'unless-stopped')");
    }
    spec.task.restart = policy;
}

}   // namespace

ServiceSpec load_service(Loader& loader, const std::string& name, const Item& item) {
    Fields service(loader, item, true);
    ServiceSpec spec;
    spec.name = loader.scoped(name);
    spec.file = loader.options.file_name;
    spec.line = item.line;
    check_name(loader, item, spec.name);
    load_container(service, spec.task.container);
    // "deploy" may be written without a value.
    if (const Item* deploy = service.get("deploy", Type::map | Type::null)) {
        load_deploy(loader, *deploy, spec);
    }
    load_restart(service, spec);
    load_attachments(service, name, spec.task);
    load_ports(service, spec.ports);
    if (const Item* logging = service.get("logging", static_cast<Types>(Type::map))) {
        Fields fields(loader, *logging);
        spec.task.log_driver = fields.text("driver");
        spec.task.log_options = fields.options("options");
    }
    check_inert(service);
    spec.labels = loader.stack_labels(std::move(spec.labels));
    spec.labels["com.docker.stack.image"] =
        spec.task.container.image;   // convert/service.go LabelImage
    const bool ingress = std::any_of(spec.ports.begin(), spec.ports.end(), [](const auto& port) {
        return port.mode == swarm::PublishMode::ingress;
    });
    if (spec.endpoint_mode == swarm::EndpointMode::dnsrr && ingress) {
        // SwarmKit controlapi/service.go validateEndpointSpec.
        loader.error(item,
                     "EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
                     "publish it with mode: host, or use endpoint_mode: vip");
    }
    return spec;
}

}   // namespace glasshive::compose
