#include "words/update.h"

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "words/builders.h"
#include "words/grammar/capabilities.h"
#include "words/grammar/gotext.h"
#include "words/grammar/port_spec.h"
#include "words/grammar/shlex.h"
#include "words/service_parts.h"
#include "words/values.h"

namespace glasshive::words {

namespace {

using swarm::ServiceSpec;

std::set<std::string> set_of(const Texts& texts) { return {texts.begin(), texts.end()}; }

/// Additions, then duplicates go, then removals; sorted.
void update_list(Texts& field, Texts added, const Texts& removed, bool unique = true) {
    field.insert(field.end(), std::make_move_iterator(added.begin()),
                 std::make_move_iterator(added.end()));
    const std::set<std::string> gone = set_of(removed);
    std::set<std::string> seen;
    Texts kept;
    for (std::string& text : field) {
        if (gone.count(text) != 0 || (unique && !seen.insert(text).second)) continue;
        kept.push_back(std::move(text));
    }
    std::sort(kept.begin(), kept.end());
    field = std::move(kept);
}

void update_map(std::map<std::string, std::string>& field, const Pairs& added,
                const Texts& removed) {
    for (const auto& [key, value] : added) field[key] = value;
    for (const std::string& key : removed) field.erase(key);
}

/// updateEnvironment: removals first, additions then win. The engine keeps any order; ours is by
/// key.
void update_environment(Texts& field, const Texts& added, const Texts& removed) {
    const std::set<std::string> gone = set_of(removed);
    std::map<std::string, std::string> by_key;
    for (const std::string& text : field) {
        if (gone.count(cut(text).key) == 0) by_key[cut(text).key] = text;
    }
    for (const std::string& text : added) by_key[cut(text).key] = text;
    field.clear();
    for (auto& [key, text] : by_key) field.push_back(std::move(text));
}

void update_mounts(ServiceParts& parts, std::vector<swarm::Mount>& field) {
    std::map<std::string, swarm::Mount> by_target;
    for (swarm::Mount& mount : parts.mounts("mount-add")) {
        const std::string target = mount.target;
        if (!by_target.emplace(target, std::move(mount)).second)
            return parts.fail("duplicate mount target");
    }
    for (swarm::Mount& mount : field) by_target.emplace(mount.target, mount);
    for (const std::string& target : parts.flags.all("mount-rm")) by_target.erase(target);
    field.clear();
    for (auto& [target, mount] : by_target) field.push_back(std::move(mount));
    std::stable_sort(field.begin(), field.end(), [](const auto& a, const auto& b) {
        return std::tie(a.source, a.target) < std::tie(b.source, b.target);
    });
}

/// update.go portConfigToString, by which it also sorts.
std::string port_key(const swarm::PortConfig& port) {
    return std::to_string(port.published) + ":" + std::to_string(port.target) + "/" +
           to_text(port.protocol) + "/" +
           (port.mode == swarm::PublishMode::host ? "host" : "ingress");
}

void update_ports(ServiceParts& parts) {
    std::vector<swarm::PortConfig>& field = parts.spec.ports;
    const std::vector<swarm::PortConfig> added = parts.ports("publish-add");
    const std::vector<swarm::PortConfig> removed = parts.ports("publish-rm");
    if (added.empty() && removed.empty()) return;
    std::map<std::string, swarm::PortConfig> old;
    for (const swarm::PortConfig& port : field) old.emplace(port_key(port), port);
    field.clear();
    for (const auto& entry : old) {
        const swarm::PortConfig& port = entry.second;   // clang 14 captures no bindings.
        const bool gone = std::any_of(removed.begin(), removed.end(), [&](const auto& rm) {
            return rm.target == port.target && rm.protocol == port.protocol && rm.mode == port.mode;
        });
        if (!gone) field.push_back(port);
    }
    for (const swarm::PortConfig& port : added) {
        if (old.count(port_key(port)) == 0) field.push_back(port);
    }
    std::stable_sort(field.begin(), field.end(),
                     [](const auto& a, const auto& b) { return port_key(a) < port_key(b); });
}

void update_networks(ServiceParts& parts) {
    auto& field = parts.spec.task.networks;
    const std::vector<swarm::NetworkAttachment> added = parts.networks("network-add");
    const std::set<std::string> gone = set_of(parts.flags.all("network-rm"));
    if (added.empty() && gone.empty()) return;
    field.erase(std::remove_if(field.begin(), field.end(),
                               [&](const auto& one) { return gone.count(one.network) != 0; }),
                field.end());
    for (const swarm::NetworkAttachment& attachment : added) {
        for (const swarm::NetworkAttachment& present : field) {
            if (present.network == attachment.network) {
                return parts.fail("service is already attached to network " + attachment.network);
            }
        }
        field.push_back(attachment);
    }
    std::stable_sort(field.begin(), field.end(),
                     [](const auto& a, const auto& b) { return a.network < b.network; });
}

void update_references(ServiceParts& parts, const char* noun,
                       std::vector<swarm::FileReference>& field) {
    const std::string name = noun;
    const std::set<std::string> gone = set_of(parts.flags.all(name + "-rm"));
    field.erase(std::remove_if(field.begin(), field.end(),
                               [&](const auto& one) { return gone.count(one.source) != 0; }),
                field.end());
    for (auto& reference : parts.references((name + "-add").c_str(), noun))
        field.push_back(std::move(reference));
}

/// updateHosts: "db" removes every address of db, "db:1.2.3.4" that one; additions follow,
/// unsorted.
void update_hosts(const Flags& flags, Texts& field) {
    Texts kept;
    const auto keep = [&](const std::string& line) {
        if (std::find(kept.begin(), kept.end(), line) == kept.end()) kept.push_back(line);
    };
    const Texts removed = flags.all("host-rm");
    for (const std::string& line : field) {
        const Pair address = cut(line, ' ');
        const bool gone = std::any_of(removed.begin(), removed.end(), [&](const auto& text) {
            const Pair host = cut(text, ':');
            return host.key == address.value && host.value.value_or(address.key) == address.key;
        });
        if (!gone) keep(line);
    }
    for (const std::string& text : flags.all("host-add")) keep(swarm_host(text));
    field = std::move(kept);
}

void update_placement(const Flags& flags, swarm::Placement& placement) {
    if (flags.given("constraint-add") || flags.given("constraint-rm")) {
        update_list(placement.constraints, flags.all("constraint-add"), flags.all("constraint-rm"),
                    false);
    }
    const std::set<std::string> gone = [&] {
        std::set<std::string> result;
        for (const std::string& text : flags.all("placement-pref-rm"))
            result.insert(parse_preference(text).value);
        return result;
    }();
    auto& field = placement.preferences;
    field.erase(std::remove_if(field.begin(), field.end(),
                               [&](const auto& one) { return gone.count(one) != 0; }),
                field.end());
    for (const std::string& text : flags.all("placement-pref-add"))
        field.push_back(parse_preference(text).value);
}

/// update.go updateCapabilities: what is asked for cancels its opposite in the spec.
void update_capabilities(const Flags& flags, swarm::ContainerSpec& container) {
    if (!flags.given("cap-add") && !flags.given("cap-drop")) return;
    std::set<std::string> add = set_of(container.cap_add), drop = set_of(container.cap_drop);
    const Capabilities asked = effective_capabilities(flags.all("cap-add"), flags.all("cap-drop"));
    for (const std::string& name : asked.drop) {
        if (name == "RESET") {
            drop.clear();
        } else if (add.erase(name) == 0 || drop.count(name) != 0) {
            drop.insert(name);
        }
    }
    for (const std::string& name : asked.add) {
        if (name == "RESET") {
            add.clear();
        } else if (drop.erase(name) == 0 || add.count(name) != 0) {
            add.insert(name);
        }
    }
    if (add.count("ALL") != 0) add = {"ALL"};
    if (drop.count("ALL") != 0) drop = {"ALL"};
    container.cap_add.assign(add.begin(), add.end());
    container.cap_drop.assign(drop.begin(), drop.end());
}

void update_lists(ServiceParts& parts) {
    const Flags& flags = parts.flags;
    swarm::ContainerSpec& container = parts.spec.task.container;
    update_map(parts.spec.labels, flags.pairs("label-add"), flags.all("label-rm"));
    update_map(container.labels, flags.pairs("container-label-add"),
               flags.all("container-label-rm"));
    update_environment(container.env, flags.all("env-add"), flags.all("env-rm"));
    update_map(container.sysctls, flags.pairs("sysctl-add"), flags.all("sysctl-rm"));
    if (flags.given("group-add") || flags.given("group-rm"))
        update_list(container.groups, flags.all("group-add"), flags.all("group-rm"), false);
    const bool dns = flags.given("dns-add") || flags.given("dns-rm") ||
                     flags.given("dns-option-add") || flags.given("dns-option-rm") ||
                     flags.given("dns-search-add") || flags.given("dns-search-rm");
    if (dns) {
        update_list(container.dns, flags.all("dns-add"), flags.all("dns-rm"));
        update_list(container.dns_options, flags.all("dns-option-add"), flags.all("dns-option-rm"));
        update_list(container.dns_search, flags.all("dns-search-add"), flags.all("dns-search-rm"));
    }
    update_hosts(flags, container.hosts);
    update_capabilities(flags, container);
    update_placement(flags, parts.spec.task.placement);
    update_mounts(parts, container.mounts);
    update_references(parts, "secret", container.secrets);
    update_references(parts, "config", container.configs);
    update_networks(parts);
    update_ports(parts);
    parts.generic("generic-resource-add", parts.spec.task.reservations.generic);
    for (const std::string& kind : flags.all("generic-resource-rm")) {
        if (parts.spec.task.reservations.generic.erase(kind) == 0)
            parts.fail("could not find generic-resource `" + kind + "` to remove it");
    }
}

}   // namespace

Updated apply(const ServiceUpdate& update, ServiceSpec spec) {
    SIM_ASSERT(!update.rollback);
    const Flags& flags = update.changes;
    ServiceParts parts{flags, spec};
    swarm::TaskSpec& task = spec.task;
    if (const auto image = flags.last("image")) task.container.image = with_tag(*image);
    if (const auto text = flags.last("args")) task.container.args = shell_split(*text).words;
    if (const auto text = flags.last("entrypoint"))
        task.container.command = shell_split(*text).words;
    parts.container();
    parts.resources();
    parts.restart();
    update_lists(parts);
    if (const auto replicas = flags.last("replicas")) {
        if (spec.mode != swarm::ServiceMode::replicated)
            parts.fail("replicas can only be used with replicated mode");
        spec.replicas = uint_of(*replicas);
        if (spec.replicas > replicas_most) parts.fail(too_many_replicas());
    }
    parts.updates();
    parts.endpoint();
    parts.log_driver();
    if (flags.toggle("force")) ++task.force_update;
    const auto start_interval = [&] {
        return task.container.healthcheck.value_or(swarm::Healthcheck{}).start_interval;
    };
    const Duration before = start_interval();
    parts.health();
    // 28.2.2 forgets --health-start-interval on its way to the engine (seen in its request).
    if (task.container.healthcheck && !flags.toggle("no-healthcheck"))
        task.container.healthcheck->start_interval = before;
    Updated result{std::move(spec), std::move(parts.problem)};
    return result;
}

Updated scaled(ServiceSpec spec, std::uint64_t replicas) {
    if (swarm::is_per_node(spec.mode)) {
        return {std::move(spec), "scale can only be used with replicated or replicated-job mode"};
    }
    spec.replicas = replicas;
    return {std::move(spec), ""};
}

}   // namespace glasshive::words
