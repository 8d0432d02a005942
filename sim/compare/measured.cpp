#include "compare/measured.h"

#include <nlohmann/json.hpp>

#include "compare/decisions.h"

namespace glasshive::compare {

using Json = nlohmann::ordered_json;

namespace {

Json json_of(const Parting::Side& side) {
    return {{"node", side.node},
            {"state", side.state},
            {"by_reference", side.by_reference},
            {"by_other", side.by_other}};
}

Parting::Side side_of(const Json& json) {
    return {json.at("node"), json.at("state"), json.at("by_reference"), json.at("by_other")};
}

}   // namespace

Json parting_json(const Parting& parting) {
    Json json{{"choice", parting.choice}, {"parted", parting.parted}};
    if (!parting.parted) return json;
    json["task"] = parting.task;
    json["reference"] = json_of(parting.reference);
    json["other"] = json_of(parting.other);
    return json;
}

std::string shard_text(const Measured& measured, const std::string& plan) {
    Json json{{"plan", plan},          {"metrics", measured.metrics}, {"curves", measured.curves},
              {"pods", measured.pods}, {"nodes", measured.nodes},     {"digest", measured.digest}};
    if (!measured.decisions.empty()) json["decisions"] = decisions_json(measured.decisions);
    if (measured.parting) json["parting"] = parting_json(*measured.parting);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Measured> read_shard(const std::string& text, const std::string& plan) {
    try {
        const Json json = Json::parse(text);
        if (json.at("plan") != plan) return std::nullopt;
        Measured measured;
        measured.metrics = json.at("metrics").get<decltype(measured.metrics)>();
        measured.curves = json.at("curves").get<decltype(measured.curves)>();
        measured.pods = json.at("pods").get<std::vector<std::string>>();
        measured.nodes = json.at("nodes").get<std::vector<std::string>>();
        measured.digest = json.at("digest");
        if (json.contains("decisions")) {
            measured.decisions = decisions_from(json.at("decisions"));
        }
        if (json.contains("parting")) {
            const Json& parting = json.at("parting");
            measured.parting = Parting{parting.at("choice"), parting.at("parted"), "", {}, {}};
            if (measured.parting->parted) {
                measured.parting->task = parting.at("task");
                measured.parting->reference = side_of(parting.at("reference"));
                measured.parting->other = side_of(parting.at("other"));
            }
        }
        return measured;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

}   // namespace glasshive::compare
