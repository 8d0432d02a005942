#include "scenario/load.h"

#include <algorithm>
#include <set>

#include "scenario/read_platform.h"

namespace glasshive::scenario {

namespace {

/// True when an error there may have hidden or changed the name of a host.
bool touches_names(const Diagnostic& problem) {
    if (problem.severity != Severity::error) return false;
    if (problem.message.starts_with("unknown key")) return true;
    const std::string& path = problem.path;
    const std::string last = path.substr(path.find_last_of('.') + 1);
    const std::string key = last.substr(0, last.find('['));
    for (const char* naming :
         {"platform", "hosts", "zones", "name", "names", "count", "nodes", "rack", "racks"}) {
        if (key == naming) return true;
    }
    return false;
}

}   // namespace

Loader::Loader(const std::string& file, const std::string& text, const FileReader& read_included,
               const Given& given)
    : read_included_(read_included) {
    spec_.file = file;
    spec_.parameters = given.parameters;
    spec_.overrides = given.overrides;
    spec_.inputs.push_back({file, text});
}

bool Loader::is_own(const std::string& file) const {
    return file == spec_.file ||
           std::any_of(spec_.overrides.begin(), spec_.overrides.end(),
                       [&](const yaml::Override& each) { return file == yaml::label_of(each); });
}

std::vector<script::ScriptSpec*> scripts_of(ScenarioSpec& spec) {
    std::vector<script::ScriptSpec*> all;
    for (auto* script : {&spec.script, &spec.policy_script, &spec.pull_script}) {
        if (*script) all.push_back(&**script);
    }
    for (auto& [service, script] : spec.balancers) all.push_back(&script);
    for (AutoscalerSpec& each : spec.autoscalers) all.push_back(&each.script);
    return all;
}

/// What somebody may have meant who takes a key of the scenario for a parameter.
static std::string meant_path(const Given& given, const ScenarioSpec& spec) {
    const auto document = yaml::parse(spec.inputs.front().content, spec.file);
    if (!document.ok()) return "";
    for (const auto& [name, value] : given.parameters) {
        const std::string path = yaml::nearest_path(document.value().root(), name);
        if (!path.empty()) return "; did you mean --set " + path + "=…?";
    }
    return "";
}

std::optional<Diagnostic> unused_parameters(const std::string& path, const Given& given,
                                            ScenarioSpec& spec) {
    const bool taken = given.parameters.empty() || given.for_others_too ||
                       path.ends_with(".lua") || !scripts_of(spec).empty();
    if (taken) return std::nullopt;
    return Diagnostic{.file = path,
                      .message = "no script in it takes parameters",
                      .hint = "script: FILE.lua, or scheduler: {policy: FILE.lua}" +
                              meant_path(given, spec)};
}

bool is_override(const std::string& path, const std::string& word) {
    if (word.find_first_of(".[") != std::string::npos) return true;
    const std::vector<KeyInfo>& keys = section(Part::scenario).keys;
    return !path.ends_with(".lua") &&
           std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.key == word; });
}

Result<ScenarioSpec> Loader::finish(const Diagnostics& more, const yaml::Node& written) {
    // What was given from outside comes before what the file says.
    for (script::ScriptSpec* script : scripts_of(spec_)) {
        for (const auto& [name, value] : spec_.parameters) script->parameters[name] = value;
    }
    problems_.insert(problems_.end(), more.begin(), more.end());
    yaml::hint_paths(written, spec_.overrides, problems_);
    Diagnostics all = yaml::sorted(std::move(problems_));
    std::stable_partition(all.begin(), all.end(),
                          [&](const Diagnostic& each) { return is_own(each.file); });
    for (Diagnostic& each : all) {
        if (each.file != spec_.file && is_own(each.file)) each.line = 0;   // Words have no lines.
    }
    if (has_errors(all)) return all;
    spec_.warnings = std::move(all);
    return std::move(spec_);
}

void Loader::read(const yaml::Node& root) {
    Map map(Part::scenario, yaml::Reader(root, problems_));
    read_frame(map);
    read_machines(map);
    read_record(map.value("record"));
    read_scheduler(map.value("scheduler"));
    spec_.script = read_script(map.value("script"), Part::script, "file");
    spec_.pull_script = read_script(map.value("pulls"), Part::pulls, "policy");
    map.read("cert_expiry", spec_.certificate_validity);
    map.check(spec_.certificate_validity >= std::chrono::hours{1}, "cert_expiry",
              "minimum certificate expiry time is: 1h0m0s", "such as 2h");
    read_managers(map.value("managers"));
    read_images(map.value("registry"), map.value("images"));
    read_stack(map.value("stack"));
    read_networks(map.value("networks"));
    read_services(map.value("services"));
    add_named_networks();
    check_services();
    read_clients(map.value("workload"));
    read_autoscalers(map.value("autoscalers"));
    read_stores(map.value("stores"));
    read_faults(map.value("faults"));
    read_commands(map.value("commands"));
    read_expectations(map.value("expect"));
}

void Loader::read_frame(Map& map) {
    check_schema(map);
    map.check(!map.has("session"), "session", "is for a saved session", "a file of its own");
    map.read("title", spec_.title);
    map.read("seed", spec_.seed);
    map.read("duration", spec_.duration);
    map.check(spec_.duration > Duration::zero(), "duration", "a run lasts longer than 0s",
              "such as duration: 5m");
    map.read("profile", spec_.profile,
             {{"textbook", Profile::textbook}, {"realistic", Profile::realistic}});
}

void Loader::read_machines(Map& map) {
    const std::size_t before = problems_.size();
    const yaml::Value value = map.required("platform");
    if (!value.exists()) return;
    spec_.platform = read_platform(value);
    const Diagnostics wrong = platform::check(spec_.platform);
    adopt(wrong);
    hosts_known_ = !has_errors(wrong) &&
                   std::none_of(problems_.begin() + static_cast<std::ptrdiff_t>(before),
                                problems_.end(), touches_names);
    if (!hosts_known_) return;
    hosts_ = platform::expand_hosts(spec_.platform);
    places_ = places_of(hosts_);
}

void Loader::read_managers(const yaml::Value& value) {
    for (const auto& [name, place] : texts_of(value)) {
        check_host(name, place);
        if (std::count(spec_.managers.begin(), spec_.managers.end(), name) > 0) {
            place.error(yaml::quoted(name) + " is named twice", "a host runs one manager");
        }
        spec_.managers.push_back(name);
    }
    std::vector<std::string> hinted;
    for (const platform::HostList::Entry& host : hosts_.hosts) {
        const platform::HostGroupSpec& group = spec_.platform.hosts[host.group];
        if (group.role == platform::RoleHint::manager) hinted.push_back(host.name);
    }
    const bool named = !spec_.managers.empty();
    if (!named) spec_.managers = hinted;
    constexpr std::size_t managers_most = 7;   // docs.docker.com/engine/swarm/admin_guide
    if (spec_.managers.size() > managers_most) {
        const std::string path = named ? value.path() : "platform";
        const int line = named ? value.node().line() : spec_.platform.where.line;
        problems_.push_back({.file = spec_.file, .line = line, .path = path,
                             .message = std::to_string(spec_.managers.size()) + " managers; docker "
                                        "advises at most seven",
                             .hint = "every write waits for a majority of them: 3, 5 or 7"});
    }
    const auto is_outside = [&](const platform::HostList::Entry& host) {
        return spec_.platform.hosts[host.group].role == platform::RoleHint::none;
    };
    const auto first = std::find_if_not(hosts_.hosts.begin(), hosts_.hosts.end(), is_outside);
    if (spec_.managers.empty() && first != hosts_.hosts.end()) {
        spec_.managers.push_back(first->name);
    }
    for (const platform::HostList::Entry& host : hosts_.hosts) {
        const auto& named_there = spec_.managers;
        const bool manages =
            std::find(named_there.begin(), named_there.end(), host.name) != named_there.end();
        const bool alone = first == hosts_.hosts.end();
        if (!is_outside(host) || (!manages && !alone)) continue;
        problems_.push_back({.file = spec_.file, .line = value.exists()
                                                             ? value.node().line()
                                                             : spec_.platform.where.line,
                             .path = value.exists() ? value.path() : "platform",
                             .message = host.name + " has role none",
                             .hint = "a swarm begins with one manager at least"});
        return;
    }
}

script::Parameters Loader::read_parameters(const yaml::Value& value) {
    script::Parameters parameters;
    if (!value.exists()) return parameters;
    for (const auto& [name, each] : value.entries()) {
        std::string text;
        if (!each.into(text)) continue;
        if (each.node().is_plain()) parameters[name] = parameter_value(text);
        else parameters[name] = text;
    }
    return parameters;
}

void Loader::read_scheduler(const yaml::Value& value) {
    using swarm::PlacementPolicy;
    Map map(Part::scheduler, value);
    const yaml::Value policy = map.value("policy");
    const script::Parameters parameters = read_parameters(map.value("parameters"));
    std::string word;
    if (policy.node().is_scalar() && policy.into(word) && word.ends_with(".lua")) {
        const auto file = include(policy);
        if (file) spec_.policy_script = {word, file->shown, file->content, parameters};
        return;
    }
    yaml::Choices<PlacementPolicy> built_in;
    for (const auto& [name, which] : swarm::placement_policies) built_in.emplace_back(name, which);
    policy.into(spec_.policy, built_in);
    map.check(parameters.empty(), "parameters", "only a policy in Lua has parameters",
              "policy: FILE.lua");
}

std::optional<script::ScriptSpec> Loader::read_script(const yaml::Value& value, Part part,
                                                      const char* key) {
    if (!value.exists()) return std::nullopt;
    if (!value.node().is_map()) return include_script(value);
    Map map(part, value);
    return read_script(map, key);
}

std::optional<script::ScriptSpec> Loader::read_script(Map& map, const char* key) {
    auto script = include_script(map.required(key));
    script::Parameters parameters = read_parameters(map.value("parameters"));
    if (script) script->parameters = std::move(parameters);
    return script;
}

std::optional<script::ScriptSpec> Loader::include_script(const yaml::Value& file) {
    const auto included = include(file);
    if (!included) return std::nullopt;
    script::ScriptSpec script;
    file.into(script.name);
    script.file = included->shown;
    script.text = included->content;
    return script;
}

void Loader::read_balancer(const yaml::Value& value, const std::string& service) {
    if (!value.exists()) return;
    const bool is_map = value.node().is_map();
    const yaml::Value policy =
        is_map ? yaml::Value(value.node().find("policy"), value.path() + ".policy", problems_)
               : value;
    if (policy.node().is_scalar() && policy.node().text().ends_with(".lua")) {
        auto script = read_script(value, Part::balancer, "policy");
        if (script) spec_.balancers[service] = std::move(*script);
        return;
    }
    enum class BuiltIn { round_robin };
    BuiltIn only = BuiltIn::round_robin;
    const yaml::Choices<BuiltIn> choices{{"round-robin", BuiltIn::round_robin}};
    if (!is_map) {
        policy.into(only, choices);
        return;
    }
    Map map(Part::balancer, value);
    map.required("policy").into(only, choices);
    map.check(!map.has("parameters"), "parameters", "only a balancer in Lua has parameters",
              "policy: FILE.lua");
}

void Loader::read_record(const yaml::Value& value) {
    Map map(Part::record, value);
    for (const auto& [pattern, place] : texts_of(map.value("kinds"))) {
        const bool all = pattern == "*";
        const std::size_t dot = pattern.find('.');
        const bool two_parts = dot != std::string::npos && dot > 0 && dot + 1 < pattern.size() &&
                               pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.*") ==
                                   std::string::npos;
        if (!all && !two_parts) {
            place.error(yaml::quoted(pattern) + " is no pattern of event kinds",
                        "task.running, task.* or *; docs/reference/events.md lists the kinds");
        }
        spec_.record.kinds.push_back(pattern);
    }
    map.read("samples", spec_.platform.sample_interval);
    map.read("keyframes", spec_.record.keyframe_events, {0, 1'000'000'000});
}

void Loader::check_host(const std::string& name, const yaml::Value& value) {
    if (!hosts_known_ || places_.hosts.has(name)) return;
    value.error("no host is named " + yaml::quoted(name),
                unknown_hint(name, places_.hosts, "hosts"));
}

void Loader::check_service(const std::string& name, const yaml::Value& value) {
    if (!services_known_ || service_names_.has(name)) return;
    value.error("no service is named " + yaml::quoted(name),
                unknown_hint(name, service_names_, "services"));
}

std::string Loader::shown(const std::string& name) const {
    const std::size_t slash = spec_.file.find_last_of('/');
    if (slash == std::string::npos || name.starts_with('/')) return name;
    return spec_.file.substr(0, slash + 1) + name;
}

std::optional<std::string> Loader::included_text(const std::string& name) {
    if (name.empty()) return std::nullopt;   // No file; what is wrong in one must name it.
    auto content = read_included_(name);
    const bool known = std::any_of(spec_.inputs.begin() + 1, spec_.inputs.end(),
                                   [&](const InputFile& input) { return input.name == name; });
    if (content && !known) spec_.inputs.push_back({name, *content});
    return content;
}

std::optional<Included> Loader::include(const yaml::Value& value) {
    std::string name;
    if (!value.into(name)) return std::nullopt;
    auto content = included_text(name);
    if (content) return Included{std::move(*content), shown(name)};
    value.error("there is no file " + yaml::quoted(name), "paths are relative to the scenario");
    return std::nullopt;
}

void Loader::adopt(const Diagnostics& found) {
    std::set<std::string> wrong;   // Every path with an error, and all that it is part of.
    for (const Diagnostic& each : problems_) {
        if (each.severity != Severity::error || !is_own(each.file)) continue;
        for (std::size_t end = each.path.find_first_of(".["); end != std::string::npos;
             end = each.path.find_first_of(".[", end + 1)) {
            wrong.insert(each.path.substr(0, end));
        }
        wrong.insert(each.path);
    }
    for (const Diagnostic& each : found) {
        const bool follows = is_own(each.file) && !each.path.empty() && wrong.count(each.path) > 0;
        if (!follows) problems_.push_back(each);
    }
}

}   // namespace glasshive::scenario
