#include "compare/measured.h"

#include <nlohmann/json.hpp>

namespace glasshive::compare {

using Json = nlohmann::ordered_json;

std::string shard_text(const Measured& measured, const std::string& plan) {
    const Json json{
        {"plan", plan},          {"metrics", measured.metrics}, {"curves", measured.curves},
        {"pods", measured.pods}, {"nodes", measured.nodes},     {"digest", measured.digest}};
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
        return measured;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

}   // namespace glasshive::compare
