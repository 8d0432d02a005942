// Goal: no text, however hostile, makes the scenario reader throw, crash, hang, eat the machine's
// memory or contradict itself.
// Method: libFuzzer under the sanitizers. A refusal names an error with a place that exists; a spec
// keeps what ScenarioSpec promises, within the bounds of what can be built, and reads again from
// its own inputs. What files include is fuzzed too: it is the text behind lines "=== NAME".
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/assert.h"
#include "platform/spec_check.h"
#include "scenario/inject.h"
#include "scenario/scenario.h"
#include "words/command.h"

namespace {

using namespace glasshive;

using Files = std::map<std::string, std::string>;

/// The scenario under its own name, and what follows each "=== NAME" line under that one.
Files files_of(const std::string& text) {
    Files files;
    std::string name = "fuzz.yaml";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const std::string line = text.substr(at, end - at);
        if (line.rfind("=== ", 0) == 0) {
            name = line.substr(4, line.find_last_not_of('\n') - 3);
        } else {
            files[name] += line;
        }
        at = end;
    }
    return files;
}

/// A problem's line is one of its file's; only what is wrong with a whole file has none.
void check_place(const Diagnostic& problem, const Files& files) {
    SIM_ASSERT(!problem.file.empty());
    SIM_ASSERT(!problem.message.empty());
    const auto file = files.find(problem.file);
    const std::string& text = file == files.end() ? "" : file->second;
    SIM_ASSERT(problem.line >= 0);
    SIM_ASSERT(problem.line <= std::count(text.begin(), text.end(), '\n') + 1);
}

template <class List, class Name>
bool has_name(const List& list, const Name& name) {
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& each) { return each.name == name; });
}

/// Services that the file lists, and those that its lines create.
std::set<std::string> services_of(const scenario::ScenarioSpec& spec) {
    std::set<std::string> names;
    for (const auto& service : spec.services) names.insert(service.name);
    for (const auto& command : spec.commands) {
        if (command.command == nullptr) continue;
        const auto* create = std::get_if<words::ServiceCreate>(&command.command->what);
        if (create != nullptr) names.insert(create->spec.name);
        if (command.stack == nullptr) continue;
        for (const auto& service : command.stack->services) names.insert(service.name);
    }
    return names;
}

/// What was given can be given again, in the order in which it is listed.
void check_session(const scenario::ScenarioSpec& spec) {
    const auto& commands = spec.session->commands;
    const Duration until = spec.session->until.value_or(spec.duration);
    SIM_ASSERT(until <= spec.duration);
    for (std::size_t i = 0; i < commands.size(); ++i) {
        SIM_ASSERT(i == 0 || commands[i - 1].at <= commands[i].at);
        SIM_ASSERT(!spec.session->until || commands[i].at <= until);
        SIM_ASSERT(scenario::read_injection(commands[i].text, spec).ok());
    }
}

void check_spec(const scenario::ScenarioSpec& spec) {
    SIM_ASSERT(!has_errors(spec.warnings));
    SIM_ASSERT(!has_errors(platform::check(spec.platform)));
    const platform::HostList hosts = platform::expand_hosts(spec.platform);
    SIM_ASSERT(std::ssize(hosts.hosts) <= platform::hosts_max);
    for (const auto& host : hosts.hosts) SIM_ASSERT(host.name.size() <= platform::name_bytes_max);
    SIM_ASSERT(spec.duration > Duration::zero());
    SIM_ASSERT(!spec.managers.empty() && spec.managers.size() <= 7);
    for (const std::string& manager : spec.managers) SIM_ASSERT(has_name(hosts.hosts, manager));
    SIM_ASSERT(has_name(hosts.hosts, spec.registry.host));
    SIM_ASSERT(!has_errors(platform::check(spec.faults, spec.platform)));
    const std::set<std::string> services = services_of(spec);
    for (const auto& client : spec.clients) SIM_ASSERT(services.count(client.service) > 0);
    for (const auto& command : spec.commands) {
        // What docker's line names may be wrong: the cluster says so in docker's words.
        if (command.command != nullptr) continue;
        if (!command.host.empty()) SIM_ASSERT(has_name(hosts.hosts, command.host));
        if (!command.service.empty()) SIM_ASSERT(services.count(command.service) > 0);
    }
    for (const auto& each : spec.expectations) {
        if (!each.service.empty()) SIM_ASSERT(services.count(each.service) > 0);
        if (!each.host.empty()) SIM_ASSERT(has_name(hosts.hosts, each.host));
    }
    const bool ordered = std::is_sorted(spec.commands.begin(), spec.commands.end(),
                                        [](const auto& a, const auto& b) { return a.at < b.at; });
    SIM_ASSERT(ordered);
    if (spec.session) check_session(spec);
    SIM_ASSERT(!spec.inputs.empty());
    const auto again = scenario::read_scenario(spec.inputs[0].content, spec.file,
                                               scenario::reader_of(spec.inputs));
    SIM_ASSERT(again.ok());
    SIM_ASSERT(again.value().services.size() == spec.services.size());
    SIM_ASSERT(again.value().inputs.size() == spec.inputs.size());
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Files files = files_of(std::string(reinterpret_cast<const char*>(data), size));
    const auto scenario = files.find("fuzz.yaml");
    const std::string text = scenario == files.end() ? "" : scenario->second;
    const auto result = scenario::read_scenario(
        text, "fuzz.yaml", [&](const std::string& name) -> std::optional<std::string> {
            const auto at = files.find(name);
            if (at == files.end()) return std::nullopt;
            return at->second;
        });
    if (result.ok()) {
        for (const Diagnostic& warning : result.value().warnings) check_place(warning, files);
        check_spec(result.value());
    } else {
        SIM_ASSERT(has_errors(result.problems()));
        for (const Diagnostic& problem : result.problems()) check_place(problem, files);
    }
    return 0;
}
