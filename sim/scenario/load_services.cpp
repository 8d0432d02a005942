#include <algorithm>
#include <set>
#include <tuple>

#include "scenario/compose/compose.h"
#include "scenario/known_names.h"
#include "scenario/load.h"
#include "scenario/read_services.h"

namespace glasshive::scenario {

namespace {

/// "stacks/shop.yaml" makes "shop"; the names every Compose file bears say nothing.
std::string stack_name_of(const std::string& file) {
    std::string name = file.substr(file.find_last_of('/') + 1);
    name = name.substr(0, name.find('.'));
    return name.empty() || name == "compose" || name == "docker-compose" ? "stack" : name;
}

}   // namespace

void Loader::read_images(const yaml::Value& registry, const yaml::Value& images) {
    spec_.registry = read_registry(registry, images);
    if (!spec_.registry.host.empty()) {
        const yaml::Node host = registry.node().find("host");
        check_host(spec_.registry.host, yaml::Value(host, "registry.host", problems_));
    } else if (!spec_.managers.empty()) {
        spec_.registry.host = spec_.managers.front();
    }
    for (const auto& [name, image] : images.entries()) {
        if (!image.node().is_map()) continue;
        read_application(name, image);
        const yaml::Value hosts(image.node().find("present_on"), image.path() + ".present_on",
                                problems_);
        if (!hosts.node().is_scalar() && !hosts.node().is_list()) continue;
        for (const auto& [host, place] : texts_of(hosts)) {
            if (host != "*") check_host(host, place);
        }
    }
}

/// An image with a behaviour is that application wherever it runs: an update brings a new one.
void Loader::read_application(const std::string& image, const yaml::Value& value) {
    const yaml::Value behaviour(value.node().find("behaviour"), value.path() + ".behaviour",
                                problems_);
    const yaml::Value check(value.node().find("healthcheck"), value.path() + ".healthcheck",
                            problems_);
    if (!behaviour.exists() && !check.exists()) return;
    swarm::Application& application = spec_.applications[image];
    read_healthcheck(check, application.healthcheck);
    if (!behaviour.exists()) return;
    application.behaviour.emplace();
    read_behaviour(behaviour, *application.behaviour);
}

void Loader::read_stack(const yaml::Value& value) {
    if (!value.exists()) return;
    if (value.node().is_scalar()) return load_stack(value, {});
    Map map(Part::stack, value);
    const yaml::Value file = map.required("file");
    if (map.read("name", spec_.stack_name)) {
        map.check(!spec_.stack_name.empty(), "name", "a stack needs a name");
    }
    std::map<std::string, std::string> environment;
    for (const auto& [key, item] : map.value("env").entries()) {
        std::string text;
        if (item.into(text)) environment[key] = text;
    }
    load_stack(file, std::move(environment));
    read_stack_behaviour(map.value("behaviour"));
    read_stack_balancers(map.value("balancers"));
}

void Loader::read_stack_behaviour(const yaml::Value& value) {
    Names known;
    for (const swarm::ServiceSpec& service : spec_.services) {
        known.add(service.name.substr(spec_.stack_name.size() + 1));
    }
    for (const auto& [name, item] : value.entries()) {
        swarm::Behaviour behaviour;
        read_behaviour(item, behaviour);
        if (known.has(name)) {
            for (swarm::ServiceSpec& service : spec_.services) {
                if (service.name != spec_.stack_name + "_" + name) continue;
                service.task.container.behaviour = behaviour;
            }
        } else if (services_known_) {
            item.error("the stack has no service " + yaml::quoted(name),
                       unknown_hint(name, known, "services"));
        }
    }
}

void Loader::read_stack_balancers(const yaml::Value& value) {
    for (const auto& [name, item] : value.entries()) {
        const std::string full = spec_.stack_name + "_" + name;
        const auto at = std::find_if(spec_.services.begin(), spec_.services.end(),
                                     [&](const auto& service) { return service.name == full; });
        if (at == spec_.services.end()) {
            if (!services_known_) continue;
            Names known;
            for (const swarm::ServiceSpec& service : spec_.services) {
                known.add(service.name.substr(spec_.stack_name.size() + 1));
            }
            item.error("the stack has no service " + yaml::quoted(name),
                       unknown_hint(name, known, "services"));
        } else if (at->endpoint_mode == swarm::EndpointMode::dnsrr) {
            item.error("with dnsrr callers choose among the tasks themselves", "remove it");
        } else {
            read_balancer(item, full);
        }
    }
}

void Loader::load_stack(const yaml::Value& file, std::map<std::string, std::string> environment) {
    services_known_ = false;
    auto included = include(file);
    if (!included) return;
    const std::string& name = file.node().text();
    if (spec_.stack_name.empty()) spec_.stack_name = stack_name_of(name);
    const std::size_t slash = name.find_last_of('/');
    const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
    auto loaded = compose::load(
        std::move(included->content),
        {.stack_name = spec_.stack_name, .file_name = included->shown,
         .environment = std::move(environment), .read_file = [&](const std::string& wanted) {
             return included_text(wanted.starts_with('/') ? wanted : folder + wanted);
         }});
    if (!loaded.ok()) {
        problems_.insert(problems_.end(), loaded.problems().begin(), loaded.problems().end());
        return;
    }
    services_known_ = true;
    swarm::StackSpec& stack = loaded.value().stack;
    const Diagnostics& warnings = loaded.value().warnings;
    problems_.insert(problems_.end(), warnings.begin(), warnings.end());
    for (swarm::ServiceSpec& service : stack.services) {
        service_paths_.push_back("services." + service.name.substr(spec_.stack_name.size() + 1));
        spec_.services.push_back(std::move(service));
    }
    spec_.networks = std::move(stack.networks);
    spec_.volumes = std::move(stack.volumes);
    spec_.secrets = std::move(stack.secrets);
    spec_.configs = std::move(stack.configs);
}

void Loader::read_networks(const yaml::Value& value) {
    for (const yaml::Value& item : value.items()) {
        Map map(Part::network, item);
        swarm::NetworkSpec network;
        map.required("name").into(network.name);
        map.read("subnet", network.subnet);
        const auto subnet = swarm::parse_subnet(network.subnet);
        map.check(network.subnet.empty() || subnet.has_value(), "subnet",
                  yaml::quoted(network.subnet) + " is no subnet",
                  "such as 10.9.0.0/16: the bits behind the length are 0, its length is 8 to 29");
        for (const swarm::NetworkSpec& other : spec_.networks) {
            map.check(network.name.empty() || other.name != network.name, "name",
                      "a network named " + yaml::quoted(network.name) + " exists already",
                      "list it once");
            const auto taken = swarm::parse_subnet(other.subnet);
            const bool overlaps =
                subnet && taken &&
                (subnet->base ^ taken->base) >> (32 - std::min(subnet->length, taken->length)) == 0;
            map.check(!overlaps, "subnet",
                      network.subnet + " overlaps with " + other.subnet + " of " + other.name,
                      "addresses would belong to two networks");
        }
        spec_.networks.push_back(std::move(network));
    }
}

/// Networks exist by being named, too.
void Loader::add_named_networks() {
    std::set<std::string> known{"host", "bridge", "none"};
    for (const swarm::NetworkSpec& network : spec_.networks) known.insert(network.name);
    for (const swarm::ServiceSpec& service : spec_.services) {
        for (const swarm::NetworkAttachment& each : service.task.networks) {
            if (known.insert(each.network).second) spec_.networks.push_back({.name = each.network});
        }
    }
}

void Loader::read_services(const yaml::Value& value) {
    service_names_ = names_of(spec_.services);
    for (const yaml::Value& item : value.items()) {
        swarm::ServiceSpec service = read_service(item);
        if (!service.name.empty() && !service_names_.add(service.name)) {
            item.error("a service named " + yaml::quoted(service.name) + " exists already",
                       "give each service a name of its own");
        }
        read_balancer({item.node().find("balancer"), item.path() + ".balancer", problems_},
                      service.name);
        service_paths_.push_back(item.path());
        spec_.services.push_back(std::move(service));
    }
}

void Loader::read_autoscalers(const yaml::Value& value) {
    for (const yaml::Value& item : value.items()) {
        AutoscalerSpec autoscaler;
        autoscale::Spec& rule = autoscaler.rule;
        Map map(Part::autoscaler, item);
        auto script = read_script(map, "policy");
        map.require("service", rule.service);
        map.read("every", rule.every);
        map.check(rule.every >= std::chrono::seconds{1}, "every", "it looks once a second at most",
                  "every: 15s");
        read_count(map, "min", rule.min);
        read_count(map, "max", rule.max);
        map.check(rule.min <= rule.max, map.has("max") ? "max" : "min",
                  "max " + std::to_string(rule.max) + " is less than min " +
                      std::to_string(rule.min));
        check_scaled(map, rule.service);
        if (!script) continue;
        autoscaler.script = std::move(*script);
        spec_.autoscalers.push_back(std::move(autoscaler));
    }
}

void Loader::check_scaled(Map& map, const std::string& name) {
    if (name.empty()) return;
    check_service(name, map.value("service"));
    for (const AutoscalerSpec& other : spec_.autoscalers) {
        map.check(other.rule.service != name, "service",
                  yaml::quoted(name) + " has an autoscaler already", "two would fight over it");
    }
    for (const swarm::ServiceSpec& service : spec_.services) {
        map.check(service.name != name || service.mode == swarm::ServiceMode::replicated, "service",
                  std::string("a ") + to_text(service.mode) + " service cannot be scaled",
                  "mode: replicated");
    }
}

/// A port in the mesh is open on every node, so no other service can publish it, in either mode; in
/// host mode two services may (the scheduler keeps them apart). Within a stack Compose's reader has
/// looked; this is about all services together.
/// Source: swarmkit manager/controlapi/service.go checkPortConflicts, also for the wording.
void Loader::check_services() {
    using swarm::PublishMode;
    std::map<std::tuple<std::uint32_t, swarm::Protocol, PublishMode>, std::size_t> owner;
    for (std::size_t i = 0; i < spec_.services.size(); ++i) {
        for (const swarm::PortConfig& port : spec_.services[i].ports) {
            if (port.published == 0) continue;
            const auto held = [&](PublishMode mode) {
                return owner.find(std::tuple{port.published, port.protocol, mode});
            };
            auto at = held(PublishMode::ingress);
            const bool everywhere = port.mode == PublishMode::ingress;
            if (at == owner.end() && everywhere) at = held(PublishMode::host);
            owner.emplace(std::tuple{port.published, port.protocol, port.mode}, i);
            if (at == owner.end()) continue;
            const swarm::ServiceSpec& other = spec_.services[at->second];
            const bool in_mesh = std::get<2>(at->first) == PublishMode::ingress;
            problems_.push_back(
                {.file = spec_.services[i].file, .line = spec_.services[i].line,
                 .path = service_paths_[i] + ".ports",
                 .message = "port '" + std::to_string(port.published) +
                            "' is already in use by service '" + other.name +
                            (in_mesh ? "' as an ingress port" : "' as a host-published port"),
                 .hint = "publish another port, or change that of line " +
                         std::to_string(other.line) + " of " + other.file});
        }
    }
}

}   // namespace glasshive::scenario
