#include "session/recorded.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "autoscale/events.h"
#include "check/events.h"
#include "director/events.h"
#include "kernel/events.h"
#include "platform/events.h"
#include "runtime/events.h"
#include "store/client_events.h"
#include "store/cluster_events.h"
#include "store/contrast/events.h"
#include "store/quorum/events.h"
#include "store/replicate/events.h"
#include "store/reshard/events.h"
#include "store/search/events.h"
#include "swarm/events.h"
#include "workload/events.h"
#include "world/events.h"

namespace glasshive::session {

const EventRegistry& all_events() {
    static const EventRegistry registry = [] {
        EventRegistry r;
        r.add(kernel::events::all);
        r.add(platform::events::all);
        r.add(runtime::events::all);
        r.add(swarm::events::all);
        r.add(workload::events::all);
        r.add(check::events::all);
        r.add(world::events::all);
        r.add(director::events::all);
        r.add(autoscale::events::all);
        r.add(store::events::all);
        r.add(store::search::events::all);
        r.add(store::replicate::events::all);
        r.add(store::reshard::events::all);
        r.add(store::cluster::events::all);
        r.add(store::client::events::all);
        r.add(store::contrast::events::all);
        return r;
    }();
    return registry;
}

std::string version_number() { return GLASSHIVE_VERSION; }
std::string version_text() { return "glasshive " GLASSHIVE_VERSION; }

std::vector<std::pair<std::string, std::string>> meta_of(const Options& options) {
    const scenario::ScenarioSpec& spec = options.spec;
    std::vector<std::pair<std::string, std::string>> meta{
        {"version", GLASSHIVE_VERSION},
        {"seed", std::to_string(spec.seed)},
        {"profile", scenario::to_text(spec.profile)},
        {"scenario", spec.inputs.empty() ? spec.file : spec.inputs.front().name},
        {"duration_ns", std::to_string(spec.duration.count())},
        {"command", options.replay_command}};
    if (!spec.parameters.empty()) {
        nlohmann::json parameters;
        for (const auto& [name, value] : spec.parameters) {
            std::visit([&, key = name](const auto& v) { parameters[key] = v; }, value);
        }
        const auto replace = nlohmann::json::error_handler_t::replace;
        meta.emplace_back("parameters", parameters.dump(-1, ' ', false, replace));
    }
    if (!spec.overrides.empty()) {
        nlohmann::json set;
        for (const yaml::Override& each : spec.overrides) set[each.path] = each.value;
        const auto replace = nlohmann::json::error_handler_t::replace;
        meta.emplace_back("set", set.dump(-1, ' ', false, replace));
    }
    for (const scenario::InputFile& file : spec.inputs)
        meta.emplace_back("file:" + file.name, file.content);
    return meta;
}

std::vector<std::string> left_out(const std::vector<std::string>& keep) {
    std::vector<std::string> out;
    if (keep.empty()) return out;
    const auto kept = [&](std::string_view name) {
        return std::any_of(keep.begin(), keep.end(), [&](const std::string& pattern) {
            if (pattern == "*" || pattern == name) return true;
            const bool family = pattern.size() > 2 && pattern.substr(pattern.size() - 2) == ".*";
            return family &&
                   name.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
        });
    };
    for (const EventKind* kind : all_events().all()) {
        if (!kept(kind->name)) out.emplace_back(kind->name);
    }
    return out;
}

}   // namespace glasshive::session
