#include <algorithm>
#include <sstream>

#include "scenario/docker_line.h"
#include "scenario/load.h"

namespace glasshive::scenario {

void Loader::read_clients(const yaml::Value& value) {
    Map map(Part::workload, value);
    for (const yaml::Value& item : map.value("clients").items()) read_client(item);
}

void Loader::read_client(const yaml::Value& value) {
    Map map(Part::client, value);
    workload::ClientSpec client{.file = value.node().file(), .line = value.node().line()};
    map.require("service", client.service);
    client.name = client.service + "-clients";
    map.read("name", client.name);
    // A service that could not be read names nobody.
    const bool nameless = client.service.empty() && !map.has("name");
    const bool fresh = nameless || client_names_.add(client.name);
    map.check(fresh, map.has("name") ? "name" : "service",
              "a client named " + yaml::quoted(client.name) + " exists already",
              "give it a name of its own");
    int port = 0;
    if (map.read("port", port, {1, 65'535})) client.port = static_cast<std::uint32_t>(port);
    if (map.read("enter", client.enter)) check_host(client.enter, map.value("enter"));
    read_from(map, client);
    map.read("arrivals", client.arrivals, {{"poisson", workload::ArrivalProcess::poisson},
                                           {"fixed", workload::ArrivalProcess::fixed}});
    map.read("rate", client.rate, {1e-6, 1e6});
    int users = 0;
    if (map.read("users", users, {1, 100'000})) client.users = static_cast<std::uint32_t>(users);
    map.check(users == 0 || !map.has("rate"), "users",
              "users ask when they have their answer, so they have no rate",
              "remove rate or users; think_time says how long a user waits in between");
    map.read("think_time", client.think_time);
    map.check(client.think_time > Duration::zero(), "think_time", "a thought is longer than 0s");
    map.check(users > 0 || !map.has("think_time"), "think_time", "only users think", "users: 20");
    read_arrival_trace(map, client);
    map.read("keep_alive", client.keep_alive);
    map.read("start", client.start);
    map.read("stop", client.stop);
    map.check(client.start < client.stop, "stop", "the clients stop before they start");
    map.read("timeout", client.timeout);
    map.check(client.timeout > Duration::zero(), "timeout", "a timeout is longer than 0s");
    int retries = 0;
    if (map.read("retries", retries, {0, 100}))
        client.retries = static_cast<std::uint32_t>(retries);
    map.read("retry_delay", client.retry_delay);
    map.read("request_size", client.request_size);
    check_called(map, client);
    spec_.clients.push_back(std::move(client));
}

/// A file with one instant per line, in seconds or with a unit; empty lines and # are skipped.
void Loader::read_arrival_trace(Map& map, workload::ClientSpec& client) {
    const yaml::Value value = map.value("trace");
    if (!value.exists()) return;
    for (const char* key : {"rate", "users", "arrivals"}) {
        map.check(!map.has(key), key, "the trace says when requests come", "remove it");
    }
    const std::optional<Included> file = include(value);
    if (!file) return;
    std::string_view text = file->content;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty() || line.front() == '#') continue;
        const bool plain = line.find_first_not_of("0123456789.") == std::string::npos;
        const yaml::Parsed<Duration> at = yaml::parse_duration(plain ? line + "s" : line);
        const bool later = client.trace.empty() || (at && *at.value >= client.trace.back());
        if (at && *at.value >= Duration::zero() && later) {
            client.trace.push_back(*at.value);
            continue;
        }
        problems_.push_back({.file = file->shown, .line = number, .path = "",
                             .message = yaml::quoted(line) + (at ? " is before the line above it"
                                                                 : " is no instant"),
                             .hint = "one instant per line, in order: 12.5 or 12500ms"});
        return;   // One is enough of a long file.
    }
    map.check(!client.trace.empty(), "trace", "the trace has no instant", "12.5");
}

/// A host, or a service whose tasks call over a network.
void Loader::read_from(Map& map, workload::ClientSpec& client) {
    std::string from;
    if (map.read("from", from)) {
        const bool host = !hosts_known_ || places_.hosts.has(from);
        (host || !service_names_.has(from) ? client.from : client.from_service) = from;
        if (!client.from.empty()) check_host(client.from, map.value("from"));
    }
    map.read("by", client.by, {{"name", workload::Addressing::name},
                               {"tasks", workload::Addressing::tasks},
                               {"address", workload::Addressing::address}});
    map.read("dns_cache", client.dns_cache);
    const bool inside = !client.from_service.empty();
    for (const char* key : {"by", "dns_cache"}) {
        map.check(inside || !map.has(key), key,
                  "only the tasks of a service resolve names", "from: a service");
    }
    for (const char* key : {"enter", "port"}) {
        map.check(!inside || !map.has(key), key,
                  "the tasks of " + client.from_service + " call over a network, not through "
                  "published ports", "remove it");
    }
}

void Loader::check_called(Map& map, const workload::ClientSpec& client) {
    if (client.service.empty()) return;
    check_service(client.service, map.value("service"));
    if (!service_names_.has(client.service)) return;
    const auto service =
        std::find_if(spec_.services.begin(), spec_.services.end(),
                     [&](const auto& each) { return each.name == client.service; });
    if (service == spec_.services.end()) return;
    if (!client.from_service.empty()) return;   // Networks decide, and a run shows it.
    const auto called = [&](const swarm::PortConfig& port) {
        return client.port == 0 || port.published == client.port;
    };
    const auto& ports = service->ports;
    const bool open = std::any_of(ports.begin(), ports.end(), called);
    if (client.port == 0) {
        map.check(open, "service", client.service + " publishes no port",
                  "clients call published ports: ports: [\"8080:80\"]");
    } else {
        std::string published;
        for (const swarm::PortConfig& port : service->ports) {
            if (port.published == 0) continue;
            published += (published.empty() ? "" : ", ") + std::to_string(port.published);
        }
        map.check(open, "port",
                  client.service + " does not publish port " + std::to_string(client.port),
                  published.empty() ? "it publishes none" : "it publishes " + published);
    }
}

void Loader::read_faults(const yaml::Value& value) {
    const Include include_file = [this](const yaml::Value& name) { return include(name); };
    const FaultReader reader{places_, include_file, problems_};
    std::vector<platform::FaultSpec> understood;
    for (const yaml::Value& item : value.items()) {
        const auto before = static_cast<std::ptrdiff_t>(problems_.size());
        spec_.faults.push_back(reader.read(item));
        // What is wrong with `do` would make the rest look wrong.
        const bool wrong =
            std::any_of(problems_.begin() + before, problems_.end(),
                        [&](const auto& problem) { return problem.path == item.path() + ".do"; });
        const bool known = item.node().find("do").exists() && !wrong;
        if (known) understood.push_back(spec_.faults.back());
    }
    if (hosts_known_) adopt(platform::check(understood, spec_.platform));
}

void Loader::read_commands(const yaml::Value& value) {
    using Do = CommandSpec::Do;
    for (const yaml::Value& item : value.items()) {
        Map map(Part::command, item);
        CommandSpec command;
        command.where = where_of(item);
        map.require("at", command.at);
        if (map.has("run")) {
            for (const char* key : {"do", "service", "replicas", "image", "host"}) {
                map.check(!map.has(key), key, "a command is either a line to run or a short form",
                          "remove it");
            }
            map.read("on", command.on);
            if (map.has("on")) check_host(command.on, map.value("on"));
            read_lines(map.value("run"), command.at, command.on);
            continue;
        }
        map.check(!map.has("on"), "on", "only lines are typed at a host", "write run: docker …");
        const bool known = map.required("do").into(
            command.what, yaml::Choices<Do>{{"scale", Do::scale}, {"update", Do::update},
                                            {"drain", Do::drain}, {"pause", Do::pause},
                                            {"activate", Do::activate}});
        map.read("service", command.service);
        std::int64_t replicas = 0;
        if (map.read("replicas", replicas, {0, 1'000'000})) {
            command.replicas = static_cast<std::uint64_t>(replicas);
        }
        map.read("image", command.image);
        map.read("host", command.host);
        if (known) check_command(map, command);
        if (known) take_short_form(std::move(command));
    }
    std::stable_sort(spec_.commands.begin(), spec_.commands.end(),
                     [](const CommandSpec& a, const CommandSpec& b) { return a.at < b.at; });
}

/// A short form is typed in docker's words. What these cannot say was reported before.
void Loader::take_short_form(CommandSpec command) {
    Diagnostics warnings;
    auto line = read_docker_line(docker_words(command), command.where, {}, warnings);
    if (line.ok()) {
        command.line = line.value().line;
        command.command = line.value().command;
    }
    spec_.commands.push_back(std::move(command));
}

/// One line or many: a cheat sheet with comments and blank lines is typed line by line.
void Loader::read_lines(const yaml::Value& value, Duration at, const std::string& on) {
    for (const auto& [text, place] : texts_of(value)) {
        std::istringstream lines(text);
        int below = 0;
        const bool several = text.find('\n') != std::string::npos;
        for (std::string line; std::getline(lines, line); ++below) {
            const std::size_t first = line.find_first_not_of(" \t\r");
            if (first == std::string::npos || line[first] == '#') continue;
            if (on.empty() && take_store_line(line.substr(first), at, place)) continue;
            platform::Where where = where_of(place);
            if (several) where.line += below + 1;   // A block begins below its key.
            Diagnostics warnings;
            auto read = read_docker_line(
                line.substr(first, line.find_last_not_of(" \t\r") + 1 - first), where,
                [&](const std::string& name) { return included_text(name); }, warnings);
            problems_.insert(problems_.end(), warnings.begin(), warnings.end());
            if (!read.ok()) {
                problems_.insert(problems_.end(), read.problems().begin(), read.problems().end());
                continue;
            }
            CommandSpec command = std::move(read.value());
            command.at = at;
            command.on = on;
            learn_names(command);
            spec_.commands.push_back(std::move(command));
        }
    }
}

/// Services that a command makes may be spoken of by what follows; one that nobody makes is odd.
void Loader::learn_names(const CommandSpec& command) {
    if (const auto* create = std::get_if<words::ServiceCreate>(&command.command->what)) {
        if (!create->spec.name.empty()) service_names_.add(create->spec.name);
    }
    if (command.stack != nullptr) {
        for (const auto& service : command.stack->services) service_names_.add(service.name);
    }
    if (!services_known_ || command.service.empty() || service_names_.has(command.service)) return;
    problems_.push_back({.file = command.where.file, .line = command.where.line,
                         .path = command.where.path,
                         .message = "no service is named " + yaml::quoted(command.service),
                         .hint = unknown_hint(command.service, service_names_, "services"),
                         .severity = Severity::warning});
}

/// Every command needs exactly its own keys: one too many would be ignored without a word.
void Loader::check_command(Map& map, const CommandSpec& command) {
    using Do = CommandSpec::Do;
    const bool scale = command.what == Do::scale;
    const bool update = command.what == Do::update;
    const std::string verb = map.value("do").node().text();
    const auto belongs = [&](const char* key, bool needed) {
        if (needed) map.required(key);
        map.check(needed || !map.has(key), key, verb + " has no " + key, "remove it");
    };
    belongs("service", scale || update);
    belongs("replicas", scale);
    belongs("image", update);
    belongs("host", !scale && !update);
    if ((scale || update) && map.has("service"))
        check_service(command.service, map.value("service"));
    if (!scale && !update && map.has("host")) check_host(command.host, map.value("host"));
}

void Loader::read_expectations(const yaml::Value& value) {
    for (const yaml::Value& item : value.items()) {
        if (item.node().is_map()) {
            item.error("expected a sentence, found a map", "put a sentence with \": \" in quotes");
            continue;
        }
        std::string sentence;
        if (!item.into(sentence)) continue;
        auto parsed = check::parse_expectation(sentence, item.node().file(), item.node().line(),
                                               item.path());
        if (parsed.ok()) {
            spec_.expectations.push_back(std::move(parsed.value()));
        } else {
            problems_.push_back(parsed.problems().front());
        }
    }
    if (!hosts_known_ || !services_known_) return;
    check::KnownNames known{.services = service_names_.list(), .hosts = places_.hosts.list(),
                            .faults = std::ssize(spec_.faults), .duration = spec_.duration};
    for (const store::ClusterSpec& store : spec_.stores) {
        for (const auto& each : store.databases)
            known.databases.push_back(store.prefix + each.name);
    }
    known.steps.assign(store_steps_.begin(), store_steps_.end());
    for (const workload::ClientSpec& client : spec_.clients) known.called.push_back(client.service);
    adopt(check::check_names(spec_.expectations, known));
}

}   // namespace glasshive::scenario
