#include "scenario/inject.h"

#include <sstream>

#include "scenario/docker_line.h"
#include "scenario/known_names.h"
#include "scenario/read_faults.h"
#include "scenario/scenario.h"
#include "scenario/store_line.h"

namespace glasshive::scenario {

namespace {

Diagnostic wrong(const std::string& message, const std::string& hint) {
    return {.file = "command", .line = 0, .path = "", .message = message, .hint = hint};
}

bool whole_number(const std::string& text, std::uint64_t& out) {
    const yaml::Parsed<std::int64_t> parsed = yaml::parse_integer(text);
    if (!parsed || *parsed.value < 0 || *parsed.value > 1'000'000) return false;
    out = static_cast<std::uint64_t>(*parsed.value);
    return true;
}

using Do = CommandSpec::Do;

constexpr const char* usage =
    "docker COMMAND, on HOST docker COMMAND, fault {do: power_off, host: NAME, for: 30s}, "
    "store crash HOST, heal NUMBER, scale SERVICE=N, update SERVICE IMAGE, drain HOST, "
    "pause HOST or activate HOST";

/// The command that words after a verb mean; a Diagnostic when they do not fit it.
Result<CommandSpec> read_command(const std::string& verb, const std::vector<std::string>& words) {
    CommandSpec command;
    command.where.file = "command";
    if (verb == "scale") {
        const std::size_t equals = words.size() == 1 ? words[0].find('=') : std::string::npos;
        if (equals == std::string::npos ||
            !whole_number(words[0].substr(equals + 1), command.replicas)) {
            return wrong("scale needs SERVICE=N", "scale web=5");
        }
        command.what = Do::scale;
        command.service = words[0].substr(0, equals);
        return command;
    }
    if (verb == "update") {
        if (words.size() != 2) return wrong("update needs SERVICE IMAGE", "update web nginx:2");
        command.what = Do::update;
        command.service = words[0];
        command.image = words[1];
        return command;
    }
    if (verb != "drain" && verb != "pause" && verb != "activate") {
        return wrong("unknown command " + yaml::quoted(verb), usage);
    }
    if (words.size() != 1) return wrong(verb + " needs one HOST", verb + " node-2");
    command.what = verb == "drain" ? Do::drain : verb == "pause" ? Do::pause : Do::activate;
    command.host = words[0];
    return command;
}

}   // namespace

InjectionReader::InjectionReader(const ScenarioSpec& spec)
    : spec_(spec),
      places_(places_of(platform::expand_hosts(spec.platform))),
      services_(names_of(spec.services)) {}

Result<Injection> InjectionReader::read_fault(const std::string& text) const {
    auto document = yaml::parse(text, "command");
    if (!document.ok()) return document.problems();
    Diagnostics problems;
    const Include include = [&](const yaml::Value& value) -> std::optional<Included> {
        std::string name;
        value.into(name);
        auto content = reader_of(spec_.inputs)(name);
        if (content) return Included{std::move(*content), name};
        value.error("only files that the scenario itself includes can be named here");
        return std::nullopt;
    };
    Injection injection;
    const FaultReader reader{places_, include, problems, true};
    injection.fault = reader.read(yaml::Value(document.value().root(), "fault", problems));
    if (has_errors(problems)) return yaml::sorted(std::move(problems));
    const Diagnostics checked = platform::check({*injection.fault}, spec_.platform);
    if (has_errors(checked)) return checked;
    return injection;
}

/// A line of docker's, typed at `host`; "": outside.
Result<Injection> InjectionReader::read_line(const std::string& text,
                                             const std::string& host) const {
    const platform::Where typed{.file = "command"};
    Diagnostics warnings;
    auto line = read_docker_line(text, typed, reader_of(spec_.inputs), warnings);
    if (!line.ok()) return line.problems();
    line.value().on = host;
    return Injection{.fault = std::nullopt, .command = std::move(line.value())};
}

Result<Injection> InjectionReader::read(const std::string& text) const {
    const platform::Where typed{.file = "command"};
    Diagnostics warnings;
    if (text.rfind("docker ", 0) == 0) return read_line(text, "");
    if (is_store_line(text)) {
        auto command = read_store_line(text, spec_.stores);
        if (!command.ok()) return command.problems();
        return Injection{.fault = {}, .command = {}, .heal = {}, .store = command.value()};
    }
    std::istringstream stream(text);
    std::string verb;
    stream >> verb;
    if (verb == "on") {
        std::string host, rest;
        stream >> host >> std::ws;
        std::getline(stream, rest, '\0');
        if (!places_.hosts.has(host)) {
            return wrong("no host is named " + yaml::quoted(host),
                         unknown_hint(host, places_.hosts, "hosts"));
        }
        if (rest.rfind("docker ", 0) != 0) {
            return wrong("only docker's lines are typed at a host", "on " + host + " docker ps");
        }
        return read_line(rest, host);
    }
    if (verb == "heal") {
        std::string word, more;
        std::uint64_t number = 0;
        stream >> word >> more;
        if (!whole_number(word, number) || number == 0 || !more.empty()) {
            return wrong("heal needs the NUMBER of a fault", "heal 1 ends fault 1");
        }
        return Injection{.fault = std::nullopt, .command = std::nullopt, .heal = number};
    }
    if (verb == "fault") {
        std::string rest;
        std::getline(stream, rest, '\0');
        return read_fault(rest);
    }
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    const Result<CommandSpec> command = read_command(verb, words);
    if (!command.ok()) return command.problems();
    const std::string& service = command.value().service;
    if (!service.empty() && !services_.has(service)) {
        return wrong("no service is named " + yaml::quoted(service),
                     unknown_hint(service, services_, "services"));
    }
    const std::string& host = command.value().host;
    if (!host.empty() && !places_.hosts.has(host)) {
        return wrong("no host is named " + yaml::quoted(host),
                     unknown_hint(host, places_.hosts, "hosts"));
    }
    CommandSpec known = command.value();
    auto line = read_docker_line(docker_words(known), typed, {}, warnings);
    if (!line.ok()) return line.problems();
    known.line = line.value().line;
    known.command = line.value().command;
    return Injection{.fault = std::nullopt, .command = std::move(known)};
}

Result<Injection> read_injection(const std::string& text, const ScenarioSpec& spec) {
    return InjectionReader(spec).read(text);
}

}   // namespace glasshive::scenario
