#include "scenario/load.h"

#include <algorithm>
#include <set>

#include "scenario/compose/compose.h"
#include "scenario/read_platform.h"
#include "scenario/read_services.h"

namespace glasshive::scenario {

Loader::Loader(const std::string& file, const std::string& text, const FileReader& read_included)
    : read_included_(read_included) {
    spec_.file = file;
    spec_.inputs.push_back({file, text});
}

Result<ScenarioSpec> Loader::finish() {
    Diagnostics all = yaml::sorted(std::move(problems_));
    if (has_errors(all)) return all;
    spec_.warnings = std::move(all);
    return std::move(spec_);
}

std::vector<std::string> Loader::host_names() const {
    std::vector<std::string> names;
    for (const auto& host : hosts_.hosts) names.push_back(host.name);
    return names;
}

std::vector<std::string> Loader::service_names() const {
    std::vector<std::string> names;
    for (const swarm::ServiceSpec& service : spec_.services) names.push_back(service.name);
    return names;
}

const swarm::ServiceSpec* Loader::find_service(const std::string& name) const {
    for (const swarm::ServiceSpec& service : spec_.services) {
        if (service.name == name) return &service;
    }
    return nullptr;
}

std::optional<Included> Loader::include(const yaml::Value& value) {
    std::string name;
    if (!value.into(name)) return std::nullopt;
    auto content = read_included_(name);
    if (!content) {
        value.error("there is no file " + yaml::quoted(name), "paths are relative to the scenario");
        return std::nullopt;
    }
    const bool known = std::any_of(spec_.inputs.begin(), spec_.inputs.end(),
                                   [&](const InputFile& input) { return input.name == name; });
    if (!known) spec_.inputs.push_back({name, *content});
    return Included{std::move(*content), name};
}

void Loader::read(const yaml::Node& root) {
    Map map(Part::scenario, yaml::Reader(root, problems_));
    read_frame(map);
    spec_.platform = read_platform(map.required("platform"));
    const Diagnostics wrong = platform::check(spec_.platform);
    problems_.insert(problems_.end(), wrong.begin(), wrong.end());
    // Without a sound platform nobody can say which names exist: what needs them is only read.
    platform_ok_ = !has_errors(problems_);
    if (!has_errors(wrong) && map.has("platform")) hosts_ = platform::expand_hosts(spec_.platform);
    platform_ok_ = platform_ok_ && !hosts_.hosts.empty();
    read_record(map.value("record"));
    read_managers(map.value("managers"));
    read_services(map);
    const yaml::Value workload = map.value("workload");
    Map users(Part::workload, workload);
    read_clients(users.value("clients"));
    read_faults(map);
    read_commands(map.value("commands"));
    read_expectations(map.value("expect"));
}

void Loader::read_frame(Map& map) {
    std::int64_t schema = 1;
    if (map.require("schema", schema)) {
        map.check(schema == 1, "schema", "this program reads schema 1 only");
    }
    map.read("title", spec_.title);
    map.read("seed", spec_.seed);
    map.read("duration", spec_.duration);
    map.check(spec_.duration.count() > 0, "duration", "a run lasts longer than 0s");
    map.read("profile", spec_.profile,
             {{"textbook", Profile::textbook}, {"realistic", Profile::realistic}});
}

void Loader::check_host(const std::string& name, const yaml::Value& value) {
    if (!platform_ok_) return;
    const std::vector<std::string> names = host_names();
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    const std::string near = nearest(name, names);
    value.error("no host is named " + yaml::quoted(name),
                (near.empty() ? "" : "did you mean " + near + "? ") + "hosts are " + listed(names));
}

void Loader::read_managers(const yaml::Value& value) {
    for (const auto& [name, place] : texts_of(value)) {
        check_host(name, place);
        spec_.managers.push_back(name);
    }
    if (spec_.managers.size() > 1) {
        value.error("exactly one manager is simulated so far, not " +
                    std::to_string(spec_.managers.size()), "name one host");
    }
    if (!spec_.managers.empty() || hosts_.hosts.empty()) return;
    for (const auto& host : hosts_.hosts) {
        if (spec_.platform.hosts[host.group].role != platform::RoleHint::manager) continue;
        spec_.managers.push_back(host.name);
        return;
    }
    spec_.managers.push_back(hosts_.hosts.front().name);
}

void Loader::read_services(Map& map) {
    const yaml::Value registry = map.value("registry");
    const yaml::Value images = map.value("images");
    spec_.registry = read_registry(registry, images);
    if (spec_.registry.host.empty()) {
        if (!spec_.managers.empty()) spec_.registry.host = spec_.managers.front();
    } else {
        check_host(spec_.registry.host, registry);
    }
    for (const runtime::ImageSpec& image : spec_.registry.images) {
        for (const std::string& host : image.present_on) {
            if (host != "*") check_host(host, images);
        }
    }
    read_stack(map.value("stack"));
    for (const yaml::Value& item : map.value("services").items()) {
        spec_.services.push_back(read_service(item));
        const std::string& name = spec_.services.back().name;
        const auto same = std::count_if(spec_.services.begin(), spec_.services.end(),
                                        [&](const auto& each) { return each.name == name; });
        if (same > 1 && !name.empty()) item.error("service " + yaml::quoted(name) + " is there already");
    }
    check_services();
}

void Loader::check_services() {
    std::map<std::pair<std::uint32_t, swarm::Protocol>, std::string> published;
    for (const swarm::ServiceSpec& service : spec_.services) {
        for (const swarm::PortConfig& port : service.ports) {
            if (port.published == 0 || port.mode != swarm::PublishMode::ingress) continue;
            const auto [at, fresh] = published.emplace(std::pair{port.published, port.protocol},
                                                       service.name);
            if (fresh) continue;
            // Wording: swarmkit manager/allocator/portallocator.go via controlapi.
            problems_.push_back({.file = service.file, .line = service.line, .path = service.name,
                                 .message = "port '" + std::to_string(port.published) +
                                            "' is already in use by service '" + at->second +
                                            "' as an ingress port",
                                 .hint = "publish another port"});
        }
    }
}

void Loader::read_stack(const yaml::Value& value) {
    if (!value.exists()) return;
    yaml::Value file = value;
    std::map<std::string, std::string> environment;
    std::string name;
    if (value.node().is_map()) {
        Map map(Part::stack, value);
        file = map.required("file");
        map.read("name", name);
        for (const auto& [key, item] : map.value("env").entries()) {
            std::string text;
            if (item.into(text)) environment[key] = text;
        }
    }
    const auto included = include(file);
    if (!included) return;
    if (name.empty()) {
        name = included->shown.substr(included->shown.find_last_of('/') + 1);
        name = name.substr(0, name.find('.'));
    }
    const auto read_file = [this](const std::string& wanted) {
        auto content = read_included_(wanted);
        if (content) spec_.inputs.push_back({wanted, *content});
        return content;
    };
    const auto loaded = compose::load(included->content, {.stack_name = name,
                                                          .file_name = included->shown,
                                                          .environment = environment,
                                                          .read_file = read_file});
    spec_.stack_name = name;
    if (!loaded.ok()) {
        problems_.insert(problems_.end(), loaded.problems().begin(), loaded.problems().end());
        return;
    }
    const swarm::StackSpec& stack = loaded.value().stack;
    const Diagnostics& warnings = loaded.value().warnings;
    problems_.insert(problems_.end(), warnings.begin(), warnings.end());
    spec_.services = stack.services;
    spec_.networks = stack.networks;
    spec_.volumes = stack.volumes;
    spec_.secrets = stack.secrets;
    spec_.configs = stack.configs;
}

void Loader::read_clients(const yaml::Value& value) {
    std::set<std::string> names;
    for (const yaml::Value& item : value.items()) {
        Map map(Part::client, item);
        workload::ClientSpec client;
        client.file = item.node().file();
        client.line = item.node().line();
        map.require("service", client.service);
        client.name = client.service + "-clients";
        map.read("name", client.name);
        map.check(names.insert(client.name).second, "name",
                  "a client named " + yaml::quoted(client.name) + " is there already");
        int port = 0;
        if (map.read("port", port, {1, 65535})) client.port = static_cast<std::uint32_t>(port);
        if (map.read("enter", client.enter)) check_host(client.enter, map.value("enter"));
        map.read("arrivals", client.arrivals, {{"poisson", workload::ArrivalProcess::poisson},
                                               {"fixed", workload::ArrivalProcess::fixed}});
        map.read("rate", client.rate, {1e-6, 1e6});
        map.read("start", client.start);
        map.read("stop", client.stop);
        map.read("timeout", client.timeout);
        map.check(client.timeout.count() > 0, "timeout", "a timeout is longer than 0s");
        int retries = 0;
        if (map.read("retries", retries, {0, 100})) client.retries = static_cast<std::uint32_t>(retries);
        map.read("retry_delay", client.retry_delay);
        map.read("request_size", client.request_size);
        const swarm::ServiceSpec* service = find_service(client.service);
        const std::string near = nearest(client.service, service_names());
        map.check(service != nullptr || client.service.empty(), "service",
                  "no service is named " + yaml::quoted(client.service),
                  (near.empty() ? "" : "did you mean " + near + "? ") + "services are " +
                      listed(service_names()));
        if (service != nullptr) {
            const auto publishes = [&](const swarm::PortConfig& each) {
                return client.port == 0 || each.published == client.port;
            };
            map.check(std::any_of(service->ports.begin(), service->ports.end(), publishes), "service",
                      client.service + " publishes no " +
                          (client.port == 0 ? "port" : "port " + std::to_string(client.port)),
                      "clients enter at a published port: ports: [\"8080:80\"]");
        }
        spec_.clients.push_back(std::move(client));
    }
}

void Loader::read_faults(Map& map) {
    const Include include_file = [this](const yaml::Value& value) { return include(value); };
    const FaultReader reader{hosts_, include_file};
    for (const yaml::Value& item : map.value("faults").items()) {
        spec_.faults.push_back(reader.read(item));
    }
    if (!platform_ok_ || has_errors(problems_)) return;
    const Diagnostics wrong = platform::check(spec_.faults, spec_.platform);
    problems_.insert(problems_.end(), wrong.begin(), wrong.end());
}

void Loader::read_commands(const yaml::Value& value) {
    using Do = CommandSpec::Do;
    for (const yaml::Value& item : value.items()) {
        Map map(Part::command, item);
        CommandSpec command;
        command.where = where_of(item);
        map.require("at", command.at);
        const bool known = map.required("do").into(
            command.what, yaml::Choices<Do>{{"scale", Do::scale}, {"update", Do::update},
                                            {"drain", Do::drain}, {"pause", Do::pause},
                                            {"activate", Do::activate}});
        const bool of_service = command.what == Do::scale || command.what == Do::update;
        map.read("service", command.service);
        map.read("replicas", command.replicas);
        map.read("image", command.image);
        map.read("host", command.host);
        if (known && of_service) {
            map.check(find_service(command.service) != nullptr, "service",
                      "no service is named " + yaml::quoted(command.service),
                      "services are " + listed(service_names()));
            map.check(command.what != Do::scale || map.has("replicas"), "replicas", "how many?");
            map.check(command.what != Do::update || !command.image.empty(), "image", "to which image?");
        } else if (known) {
            check_host(command.host, map.has("host") ? map.value("host") : item);
        }
        spec_.commands.push_back(std::move(command));
    }
    std::stable_sort(spec_.commands.begin(), spec_.commands.end(),
                     [](const CommandSpec& a, const CommandSpec& b) { return a.at < b.at; });
}

void Loader::read_expectations(const yaml::Value& value) {
    for (const yaml::Value& item : value.items()) {
        std::string sentence;
        if (!item.into(sentence)) continue;
        auto parsed = check::parse_expectation(sentence, item.node().file(), item.node().line(),
                                               item.path());
        if (parsed.ok()) {
            spec_.expectations.push_back(std::move(parsed.value()));
        } else {
            problems_.insert(problems_.end(), parsed.problems().begin(), parsed.problems().end());
        }
    }
    if (!platform_ok_) return;
    check::KnownNames known{.services = service_names(), .hosts = host_names(),
                            .faults = static_cast<std::int64_t>(spec_.faults.size()),
                            .duration = spec_.duration, .called = {}};
    for (const workload::ClientSpec& client : spec_.clients) known.called.push_back(client.service);
    const Diagnostics wrong = check::check_names(spec_.expectations, known);
    problems_.insert(problems_.end(), wrong.begin(), wrong.end());
}

void Loader::read_record(const yaml::Value& value) {
    Map map(Part::record, value);
    for (const auto& [pattern, place] : texts_of(map.value("kinds"))) {
        spec_.record.kinds.push_back(pattern);
    }
    map.read("samples", spec_.platform.sample_interval);
    map.read("keyframes", spec_.record.keyframe_events, {0, 1'000'000'000});
}

}   // namespace glasshive::scenario
