#include "scenario/inject.h"

#include <algorithm>
#include <sstream>

#include "scenario/read_faults.h"
#include "scenario/scenario.h"

namespace glasshive::scenario {

namespace {

Diagnostic wrong(const std::string& message, const std::string& hint) {
    return {.file = "command", .line = 0, .path = "", .message = message, .hint = hint};
}

Result<Injection> read_fault(const std::string& text, const ScenarioSpec& spec) {
    auto document = yaml::parse(text, "command");
    if (!document.ok()) return document.problems();
    Diagnostics problems;
    const platform::HostList hosts = platform::expand_hosts(spec.platform);
    const Include include = [&](const yaml::Value& value) -> std::optional<Included> {
        std::string name;
        value.into(name);
        auto content = reader_of(spec.inputs)(name);
        if (content) return Included{std::move(*content), name};
        value.error("only files that the scenario itself includes can be named here");
        return std::nullopt;
    };
    Injection injection;
    const FaultReader reader{hosts, include, true};
    injection.fault = reader.read(yaml::Value(document.value().root(), "fault", problems));
    if (has_errors(problems)) return problems;
    const Diagnostics checked = platform::check({*injection.fault}, spec.platform);
    if (has_errors(checked)) return checked;
    return injection;
}

bool whole_number(const std::string& text, std::uint64_t& out) {
    const bool digits = !text.empty() && text.size() <= 7 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) out = std::stoull(text);
    return digits;
}

}   // namespace

Result<Injection> read_injection(const std::string& text, const ScenarioSpec& spec) {
    using Do = CommandSpec::Do;
    std::istringstream words(text);
    std::string verb, first, second, more;
    words >> verb;
    if (verb == "fault") {
        std::string rest;
        std::getline(words, rest);
        return read_fault(rest, spec);
    }
    words >> first >> second >> more;
    CommandSpec command;
    command.where.file = "command";
    const std::string usage = "fault {do: power_off, host: NAME, for: 30s}, scale SERVICE=N, "
                              "update SERVICE IMAGE, drain HOST, pause HOST or activate HOST";
    if (verb == "scale") {
        const std::size_t equals = first.find('=');
        command.what = Do::scale;
        command.service = first.substr(0, equals);
        const bool good = equals != std::string::npos && second.empty() &&
                          whole_number(first.substr(equals + 1), command.replicas);
        if (!good) return wrong("scale needs SERVICE=N", "scale web=5");
    } else if (verb == "update") {
        command.what = Do::update;
        command.service = first;
        command.image = second;
        if (second.empty() || !more.empty()) return wrong("update needs SERVICE IMAGE", "update web nginx:2");
    } else if (verb == "drain" || verb == "pause" || verb == "activate") {
        command.what = verb == "drain" ? Do::drain : verb == "pause" ? Do::pause : Do::activate;
        command.host = first;
        if (first.empty() || !second.empty()) return wrong(verb + " needs one HOST", verb + " node-2");
    } else {
        return wrong("unknown command " + yaml::quoted(verb), usage);
    }
    Injection injection;
    injection.command = std::move(command);
    return injection;
}

}   // namespace glasshive::scenario
