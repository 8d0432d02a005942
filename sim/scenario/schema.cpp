#include "scenario/schema.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::scenario {

Map::Map(Part part, yaml::Reader reader)
    : section_(section(part)), reader_(std::move(reader)), asked_(section_.keys.size()) {
    for (const KeyInfo& each : section_.keys) reader_.allow({each.key});
}

Map::~Map() {
    // The page would promise a key that nobody reads.
    SIM_ASSERT(std::find(asked_.begin(), asked_.end(), false) == asked_.end());
}

bool Map::has_key(std::string_view key) const {
    return std::any_of(section_.keys.begin(), section_.keys.end(),
                       [&](const KeyInfo& each) { return each.key == key; });
}

const KeyInfo& Map::asked(std::string_view key) {
    const auto known = std::find_if(section_.keys.begin(), section_.keys.end(),
                                    [&](const KeyInfo& each) { return each.key == key; });
    SIM_ASSERT(known != section_.keys.end());
    asked_[static_cast<std::size_t>(known - section_.keys.begin())] = true;
    return *known;
}

yaml::Value Map::required(std::string_view key) {
    const KeyInfo& info = asked(key);
    return reader_.required(key, info.example.empty() ? "" : "such as " + info.key + ": " +
                                                                  info.example);
}

void check_schema(Map& map) {
    std::int64_t schema = 1;
    if (!map.required("schema").into(schema)) return;
    map.check(schema == 1, "schema", "there is no schema " + std::to_string(schema),
              "this program reads schema 1");
}

platform::Where where_of(const yaml::Value& value) {
    return {.file = value.node().file(), .line = value.node().line(), .path = value.path()};
}

std::vector<std::pair<std::string, yaml::Value>> texts_of(const yaml::Value& value) {
    std::vector<std::pair<std::string, yaml::Value>> texts;
    if (!value.exists()) return texts;
    std::vector<yaml::Value> values{value};
    if (value.node().is_list()) values = value.items();
    for (const yaml::Value& each : values) {
        std::string text;
        if (each.into(text)) texts.emplace_back(std::move(text), each);
    }
    return texts;
}

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t shown_max = 8;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) {
        text += (i > 0 ? ", " : "") + names[i];
    }
    if (names.size() > shown_max) text += ", … (" + std::to_string(names.size()) + " in all)";
    return text;
}

}   // namespace glasshive::scenario
