#include "session/given/given.h"

#include <nlohmann/json.hpp>

namespace glasshive::session {

std::string json_of(const std::vector<TimedCommand>& commands) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const TimedCommand& each : commands) {
        list.push_back({{"t_ns", ns_of(each.at)}, {"text", each.text}});
    }
    return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<std::vector<TimedCommand>> read_given(const std::string& json, const Diagnostic& broken) {
    std::vector<TimedCommand> commands;
    const nlohmann::json list = nlohmann::json::parse(json, nullptr, false);
    if (!list.is_array()) return broken;
    for (const auto& entry : list) {
        if (!entry.is_object() || !entry.contains("t_ns") || !entry.contains("text")) return broken;
        if (!entry["t_ns"].is_number_integer() || !entry["text"].is_string()) return broken;
        const Time at = time_of_ns(entry["t_ns"].get<std::int64_t>());
        if (at < (commands.empty() ? Time{} : commands.back().at)) return broken;
        commands.push_back({at, entry["text"].get<std::string>()});
    }
    return commands;
}

}   // namespace glasshive::session
