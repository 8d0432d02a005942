#include "scenario/compose/compose.h"

#include <algorithm>
#include <array>

#include "scenario/compose/loader.h"
#include "scenario/compose/tree.h"
#include "yaml/node.h"
#include "yaml/reader.h"
#include "yaml/units.h"

namespace glasshive::compose {

namespace {

/// docker/cli cli/compose/types/types.go, UnsupportedProperties: named in one warning.
constexpr std::array<std::string_view, 16> unsupported_keys{
    "build",   "cgroup_parent", "cgroupns_mode", "devices",      "domainname", "external_links",
    "ipc",     "links",         "mac_address",   "network_mode", "pid",        "privileged",
    "restart", "security_opt",  "shm_size",      "userns_mode"};

struct Explained {
    std::string_view key;
    std::string_view text;
};

/// types.go, DeprecatedProperties.
constexpr std::array<Explained, 2> deprecated_keys{{
    {"container_name", "Setting the container name is not supported."},
    {"expose",
     "Exposing ports is unnecessary - services on the same network can access each other's "
     "containers on any port."},
}};

/// types.go, ForbiddenProperties: errors.
constexpr std::string_view use_deploy = "Set resource limits using deploy.resources";
constexpr std::array<Explained, 8> forbidden_keys{{
    {"extends", "Support for `extends` is not implemented yet."},
    {"volume_driver",
     "Instead of setting the volume driver on the service, define a volume using the "
     "top-level `volumes` option and specify the driver there."},
    {"volumes_from",
     "To share a volume between services, define it using the top-level `volumes` option "
     "and reference it from each service that shares it using the service-level "
     "`volumes` option."},
    {"cpu_quota", use_deploy},
    {"cpu_shares", use_deploy},
    {"cpuset", use_deploy},
    {"mem_limit", use_deploy},
    {"memswap_limit", use_deploy},
}};

const Explained* forbidden(std::string_view key) {
    for (const Explained& entry : forbidden_keys) {
        if (entry.key == key) return &entry;
    }
    return nullptr;
}

/// Reports forbidden keys and takes them out, so that nothing else is said about them.
void remove_forbidden(Loader& loader, Item& services) {
    for (auto& [name, service] : services.entries) {
        auto& entries = service.entries;
        entries.erase(std::remove_if(entries.begin(), entries.end(), [&](const auto& entry) {
            const Explained* why = forbidden(entry.key);
            if (why) {
                loader.error(entry.value, "Compose file contains unsupported options: " +
                                               entry.key + ": " + std::string(why->text));
            }
            return why != nullptr;
        }), entries.end());
    }
}

bool any_service_has(const Item& services, std::string_view key) {
    return std::any_of(services.entries.begin(), services.entries.end(),
                       [&](const auto& entry) { return entry.value.find(key) != nullptr; });
}

/// stack deploy's two warnings, worded as in cli/command/stack/loader/loader.go.
void warn_ignored(Loader& loader, const Item& services) {
    std::vector<std::string> unsupported;
    for (const std::string_view key : unsupported_keys) {
        if (any_service_has(services, key)) unsupported.emplace_back(key);
    }
    std::string deprecated;
    for (const Explained& entry : deprecated_keys) {
        if (!any_service_has(services, entry.key)) continue;
        deprecated += "\n" + std::string(entry.key) + ": " + std::string(entry.text);
    }
    Item whole_file;
    if (!unsupported.empty()) {
        loader.warning(whole_file, "Ignoring unsupported options: " + yaml::joined(unsupported));
    }
    if (!deprecated.empty()) {
        loader.warning(whole_file, "Ignoring deprecated options:\n" + deprecated);
    }
}

/// schema.go: absent, "" and "3" mean the newest, 3.13; other versions must have a schema.
void check_version(Fields& file) {
    const Item* version = file.get("version", static_cast<Types>(Type::text));
    if (!version || version->text.empty() || version->text == "3") return;
    for (int minor = 0; minor <= 13; ++minor) {
        if (version->text == "3." + std::to_string(minor)) return;
    }
    file.loader().error(*version, "unsupported Compose file version: " + version->text,
                        "docker stack deploy reads 3.0 to 3.13; the key may be left out");
}

/// SwarmKit controlapi/service.go checkPortConflicts, within the stack: one ingress port belongs to
/// one service, and a host port cannot take it either.
void check_ports(Loader& loader, const std::vector<swarm::ServiceSpec>& services) {
    using Key = std::pair<std::uint32_t, swarm::Protocol>;
    std::map<Key, std::pair<std::string, swarm::PublishMode>> taken;
    for (const swarm::ServiceSpec& service : services) {
        for (const swarm::PortConfig& port : service.ports) {
            if (port.published == 0) continue;
            const auto [at, is_new] = taken.emplace(Key{port.published, port.protocol},
                                                    std::pair{service.name, port.mode});
            const auto& [owner, mode] = at->second;
            const bool both_host =
                mode == swarm::PublishMode::host && port.mode == swarm::PublishMode::host;
            if (is_new || owner == service.name || both_host) continue;
            loader.error(service.line, "services." + service.name.substr(loader.scoped("").size()),
                         "port '" + std::to_string(port.published) +
                             "' is already in use by service '" + owner + "' as " +
                             (mode == swarm::PublishMode::ingress ? "an ingress port"
                                                                  : "a host-published port"));
        }
    }
}

template <class T>
std::vector<T> used(Loader::Definitions<T>& definitions) {
    std::vector<T> result;
    for (auto& definition : definitions.in_order) {
        if (definition.used) result.push_back(std::move(definition.spec));
    }
    return result;
}

void load_services(Loader& loader, Fields& file, swarm::StackSpec& stack) {
    const Item* section = file.get("services", static_cast<Types>(Type::map));
    if (!section) {
        if (!file.item().find("services")) {
            loader.error(file.item().line, "(root)", "no services are defined",
                         "write services: and below it one key per service");
        }
        return;
    }
    for (const auto& [name, item] : section->entries) {
        if (!valid_key(name)) {
            loader.error(item.line, section->path,
                         "Additional property " + name + " is not allowed",
                         "names consist of letters, digits, dots, dashes and underscores");
        } else if (expect(loader, item, static_cast<Types>(Type::map))) {
            stack.services.push_back(load_service(loader, name, item));
        }
    }
    check_ports(loader, stack.services);
    warn_ignored(loader, *section);
}

void load_file(Loader& loader, const Item& root, swarm::StackSpec& stack) {
    Fields file(loader, root, true);
    check_version(file);
    const auto section = [&](std::string_view key, void (*load_section)(Loader&, const Item&)) {
        const Item* item = file.get(key, static_cast<Types>(Type::map));
        if (item) load_section(loader, *item);
    };
    section("networks", load_networks);
    section("volumes", load_volumes);
    section("secrets", load_secrets);
    section("configs", load_configs);
    load_services(loader, file, stack);
    stack.networks = used(loader.networks);
    stack.volumes = used(loader.volumes);
    stack.secrets = used(loader.secrets);
    stack.configs = used(loader.configs);
}

}   // namespace

Result<Loaded> load(std::string text, const Options& options) {
    Diagnostics repeated;
    const Result<yaml::Document> document =
        yaml::parse(std::move(text), options.file_name, repeated);
    if (!document.ok()) return document.problems();
    Loader loader(options);
    loader.problems = std::move(repeated);
    Item root = build_tree(loader, document.value().root());
    if (root.type != Type::map) {
        loader.error(root, "top-level object must be a mapping",
                     "a Compose file begins with services:");
        return loader.problems;
    }
    for (auto& [key, item] : root.entries) {
        if (key == "services") remove_forbidden(loader, item);
    }
    Loaded loaded;
    loaded.stack.name = options.stack_name;
    load_file(loader, root, loaded.stack);
    Diagnostics problems = yaml::sorted(std::move(loader.problems));
    if (has_errors(problems)) return problems;
    loaded.warnings = std::move(problems);
    return loaded;
}

}   // namespace glasshive::compose
