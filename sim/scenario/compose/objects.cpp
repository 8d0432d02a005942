// The top-level sections: networks, volumes, secrets and configs.
#include <algorithm>

#include "scenario/compose/loader.h"

namespace glasshive::compose {

namespace {

constexpr std::int64_t secret_bytes_max = 500 * 1024;    // SwarmKit api/validation/secrets.go
constexpr std::int64_t config_bytes_max = 1000 * 1024;   // SwarmKit controlapi/config.go

/// `external: true`, `external: false` or the deprecated `external: {name: x}`.
struct External {
    bool external = false;
    std::string name;
};

External read_external(Fields& fields) {
    const Item* item = fields.get("external", Type::boolean | Type::map);
    if (!item) return {};
    if (item->type == Type::boolean) return {item->boolean, ""};
    Fields map(fields.loader(), *item);
    return {true, map.text("name")};
}

/// The name the swarm knows an object by, with docker's rules for external ones.
std::string object_name(Fields& fields, const char* kind, const std::string& key,
                        External& external) {
    Loader& loader = fields.loader();
    const std::string name = fields.text("name");
    if (!external.external) return name.empty() ? loader.scoped(key) : name;
    if (external.name.empty()) return name.empty() ? key : name;
    const std::string word = kind;
    if (!name.empty()) {
        loader.error(fields.item(), word + " " + key + ": " + word + ".external.name and " + word +
                                        ".name conflict; only use " + word + ".name");
    } else {
        loader.warning(fields.item(), word + " " + key + ": " + word +
                                          ".external.name is deprecated in favor of " + word +
                                          ".name");
    }
    return external.name;
}

/// Calls `load_one` with the Fields of each entry of a section; an entry without value is an empty
/// map.
template <class T, class Load>
void load_section(Loader& loader, const Item& section, Loader::Definitions<T>& definitions,
                  bool may_be_null, const Load& load_one) {
    for (const auto& [key, item] : section.entries) {
        if (!valid_key(key)) {
            loader.error(item.line, section.path, "Additional property " + key + " is not allowed",
                         "names consist of letters, digits, dots, dashes and underscores");
            continue;
        }
        const Types types = may_be_null ? Type::map | Type::null : static_cast<Types>(Type::map);
        definitions.by_key[key] = definitions.in_order.size();
        definitions.in_order.emplace_back();   // Declared, so that its users are not in the wrong.
        if (!expect(loader, item, types)) continue;
        Fields fields(loader, item, true);     // A null has no entries: all defaults.
        definitions.in_order.back().spec = load_one(fields, key);
    }
}

std::string read_subnet(Fields& network) {
    std::string subnet;
    const Item* ipam = network.get("ipam", static_cast<Types>(Type::map));
    if (!ipam) return subnet;
    Fields fields(network.loader(), *ipam);
    fields.text("driver");
    const Item* list = fields.get("config", static_cast<Types>(Type::list));
    if (!list) return subnet;
    for (const Item& item : list->items) {
        if (!expect(network.loader(), item, static_cast<Types>(Type::map))) continue;
        Fields config(network.loader(), item);
        const std::string text = config.text("subnet");
        if (subnet.empty()) subnet = text;
    }
    return subnet;
}

/// The content of a secret or config, checked as the engine checks it.
std::string read_content(Fields& fields, const char* kind, std::int64_t bytes_max) {
    Loader& loader = fields.loader();
    const Item* file = fields.get("file", static_cast<Types>(Type::text));
    if (!file || file->text.empty()) {
        loader.error(fields.item(), std::string("a ") + kind + " needs file or external",
                     "write file: with the path of its content, or external: true");
        return "";
    }
    std::optional<std::string> content;
    if (loader.options.read_file) content = loader.options.read_file(file->text);
    if (!content) {
        loader.error(*file, "open " + file->text + ": no such file or directory",
                     "paths are relative to the Compose file");
        return "";
    }
    const auto size = static_cast<std::int64_t>(content->size());
    if (size == 0 || size > bytes_max) {
        loader.error(*file, std::string(kind) + " data must be larger than 0 and at most " +
                                std::to_string(bytes_max) + " bytes, and " + file->text + " has " +
                                std::to_string(size));
    }
    return *content;
}

swarm::FileObjectSpec load_file_object(Fields& fields, const char* kind, const std::string& key,
                                       std::int64_t bytes_max) {
    swarm::FileObjectSpec spec;
    External external = read_external(fields);
    spec.external = external.external;
    spec.name = object_name(fields, kind, key, external);
    spec.labels = fields.labels("labels");
    fields.text("template_driver");
    const bool is_secret = std::string_view(kind) == "secret";
    const std::string driver = is_secret ? fields.text("driver") : "";
    if (is_secret) fields.options("driver_opts");
    if (external.external) {
        fields.text("file");
        return spec;
    }
    spec.labels = fields.loader().stack_labels(std::move(spec.labels));
    if (driver.empty()) {
        spec.data = read_content(fields, kind, bytes_max);
    } else if (!fields.text("file").empty()) {
        fields.loader().error(fields.item(), "secret " + key + ": secret.driver and secret.file "
                                             "conflict; only use secret.driver");
    }
    return spec;
}

}   // namespace

void load_networks(Loader& loader, const Item& section) {
    load_section(loader, section, loader.networks, true,
                 [&](Fields& fields, const std::string& key) {
                     swarm::NetworkSpec spec;
                     External external = read_external(fields);
                     spec.external = external.external;
                     spec.name = object_name(fields, "network", key, external);
                     const std::string driver = fields.text("driver");
                     if (!driver.empty()) spec.driver = driver;
                     spec.driver_options = fields.options("driver_opts");
                     spec.internal = fields.flag("internal").value_or(false);
                     spec.attachable = fields.flag("attachable").value_or(false);
                     spec.labels = fields.labels("labels");
                     if (!spec.external) spec.labels = loader.stack_labels(std::move(spec.labels));
                     spec.subnet = read_subnet(fields);
                     return spec;
                 });
}

void load_volumes(Loader& loader, const Item& section) {
    load_section(loader, section, loader.volumes, true,
                 [&](Fields& fields, const std::string& key) {
                     swarm::VolumeSpec spec;
                     External external = read_external(fields);
                     spec.external = external.external;
                     spec.name = object_name(fields, "volume", key, external);
                     const std::string driver = fields.text("driver");
                     if (!driver.empty()) spec.driver = driver;
                     spec.driver_options = fields.options("driver_opts");
                     spec.labels = fields.labels("labels");
                     const auto conflict = [&](const char* other) {
                         loader.error(fields.item(),
                                      std::string("conflicting parameters \"external\" and \"") +
                                          other + "\" specified for volume \"" + key + "\"");
                     };
                     if (spec.external && !driver.empty()) conflict("driver");
                     if (spec.external && !spec.driver_options.empty()) conflict("driver_opts");
                     if (spec.external && !spec.labels.empty()) conflict("labels");
                     if (!spec.external) spec.labels = loader.stack_labels(std::move(spec.labels));
                     return spec;
                 });
}

void load_secrets(Loader& loader, const Item& section) {
    load_section(loader, section, loader.secrets, false,
                 [](Fields& fields, const std::string& key) {
                     return load_file_object(fields, "secret", key, secret_bytes_max);
                 });
    // docker creates every secret of the file, but looks external ones up only where they are used.
    for (auto& definition : loader.secrets.in_order) definition.used = !definition.spec.external;
}

void load_configs(Loader& loader, const Item& section) {
    load_section(loader, section, loader.configs, false,
                 [](Fields& fields, const std::string& key) {
                     return load_file_object(fields, "config", key, config_bytes_max);
                 });
    for (auto& definition : loader.configs.in_order) definition.used = !definition.spec.external;
}

}   // namespace glasshive::compose
