#include "session/store_words.h"

#include <nlohmann/json.hpp>

#include "store/document/attachments.h"

namespace glasshive::session {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view prefix = "store ";

/// Any bytes: headers may hold some that are no UTF-8.
std::string packed(const std::string& bytes) { return store::base64(bytes); }
std::string unpacked(const Json& text) {
    return store::from_base64(text.get<std::string>()).value_or("");
}

Json json_of(const StoreRequest& word) {
    const door::http::Request& request = word.request;
    Json headers = Json::array();
    for (const door::http::Header& each : request.headers) {
        headers.push_back({packed(each.name), packed(each.value)});
    }
    return {{"do", "request"},
            {"store", word.store},
            {"node", word.node},
            {"number", word.number},
            {"wall", word.wall},
            {"method", packed(request.method)},
            {"target", packed(request.target)},
            {"client", request.client},
            {"headers", headers},
            {"body", packed(request.body)}};
}

StoreRequest request_of(const Json& json) {
    StoreRequest word{.store = json.at("store"),
                      .node = json.at("node"),
                      .number = json.at("number"),
                      .wall = json.at("wall"),
                      .request = {}};
    word.request.method = unpacked(json.at("method"));
    word.request.target = unpacked(json.at("target"));
    word.request.client = json.at("client");
    word.request.body = unpacked(json.at("body"));
    for (const Json& each : json.at("headers")) {
        word.request.headers.push_back({unpacked(each.at(0)), unpacked(each.at(1))});
    }
    return word;
}

}   // namespace

std::string text_of(const StoreWord& word) {
    Json json;
    if (const auto* request = std::get_if<StoreRequest>(&word)) {
        json = json_of(*request);
    } else if (const auto* gone = std::get_if<StoreGone>(&word)) {
        json = {{"do", "gone"}, {"store", gone->store}, {"number", gone->number}};
    } else if (const auto* at = std::get_if<StoreAddress>(&word)) {
        json = {
            {"do", "address"}, {"store", at->store}, {"node", at->node}, {"address", at->address}};
    } else if (const auto* hung = std::get_if<StoreHung>(&word)) {
        json = {{"do", "hung"}, {"store", hung->store}, {"call", hung->call}};
    } else if (const auto* set = std::get_if<StoreSetting>(&word)) {
        json = {{"do", "set"},
                {"store", set->store},
                {"section", packed(set->section)},
                {"key", packed(set->key)},
                {"value", packed(set->value)}};
    } else if (const auto* outbound = std::get_if<StoreOutbound>(&word)) {
        json = {{"do", "outbound"}, {"store", outbound->store}};
    } else if (const auto* heard = std::get_if<StoreHeard>(&word)) {
        json = {{"do", "heard"},
                {"store", heard->store},
                {"number", heard->number},
                {"status", heard->heard.status},
                {"problem", packed(heard->heard.problem)},
                {"type", packed(heard->heard.type)},
                {"body", packed(heard->heard.body)}};
    } else {
        const auto& node = std::get<StoreNode>(word);
        json = {
            {"do", node.starts ? "start" : "crash"}, {"store", node.store}, {"node", node.node}};
    }
    return std::string(prefix) + json.dump();
}

std::optional<StoreWord> read_store_word(const std::string& text) {
    if (text.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
    try {
        const Json json = Json::parse(text.substr(prefix.size()));
        const std::string what = json.at("do");
        if (what == "request") return request_of(json);
        if (what == "gone") return StoreGone{json.at("store"), json.at("number")};
        if (what == "hung") return StoreHung{json.at("store"), json.at("call")};
        if (what == "address") {
            return StoreAddress{json.at("store"), json.at("node"), json.at("address")};
        }
        if (what == "set") {
            return StoreSetting{json.at("store"), unpacked(json.at("section")),
                                unpacked(json.at("key")), unpacked(json.at("value"))};
        }
        if (what == "outbound") return StoreOutbound{json.at("store")};
        if (what == "heard") {
            return StoreHeard{json.at("store"),
                              json.at("number"),
                              {json.at("status"), unpacked(json.at("type")),
                               unpacked(json.at("body")), unpacked(json.at("problem"))}};
        }
        return StoreNode{json.at("store"), json.at("node"), what == "start"};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

std::optional<std::uint64_t> hung_call_of(const std::string& text) {
    if (!text.starts_with(std::string(prefix) + R"({"do":"hung")")) return std::nullopt;
    const auto word = read_store_word(text);
    const auto* hung = word ? std::get_if<StoreHung>(&*word) : nullptr;
    return hung != nullptr ? std::optional(hung->call) : std::nullopt;
}

}   // namespace glasshive::session
