// The shard map as a document: fabric_db_create:make_document/3 writes it, mem3_util reads it.
#include "store/json/builder.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

namespace {

constexpr std::size_t ranges_max = 100'000;   // Far beyond any cluster, far below any memory.

void write_change(json::Builder& out, const MapChange& change) {
    out.begin_array();
    switch (change.kind) {
        case MapChange::Kind::add: out.text("add"); break;
        case MapChange::Kind::remove: out.text("remove"); break;
        case MapChange::Kind::split: out.text("split"); break;
    }
    out.text(change.range.text());
    if (change.kind == MapChange::Kind::split) out.integer(std::int64_t{change.parts});
    out.text(change.node);
    out.end_array();
}

/// What nobody understands is left out: nothing depends on it.
std::optional<MapChange> read_change(json::View entry) {
    if (!entry.is(json::Type::array)) return {};
    std::vector<json::View> words;
    for (const json::View word : entry.elements()) words.push_back(word);
    const bool split = words.size() == 4;
    if (words.size() != 3 && !split) return {};
    if (!words[0].is(json::Type::text) || !words[1].is(json::Type::text)) return {};
    if (!words.back().is(json::Type::text)) return {};
    const auto range = Range::parse(words[1].text());
    if (!range) return {};
    MapChange change{.range = *range, .node = std::string(words.back().text())};
    const std::string_view kind = words[0].text();
    if (kind == "add" && !split) return change;
    change.kind = MapChange::Kind::remove;
    if ((kind == "remove" || kind == "delete") && !split) return change;
    if (kind != "split" || !split) return {};
    change.kind = MapChange::Kind::split;
    const auto parts = words[2].integer();
    if (!parts || *parts < 2 || *parts > UINT32_MAX) return {};
    change.parts = static_cast<std::uint32_t>(*parts);
    return change;
}

/// The suffix is a list of character codes: an Erlang string. Empty when it is none.
std::string read_suffix(json::View codes) {
    std::string suffix;
    if (!codes.is(json::Type::array)) return suffix;
    for (const json::View code : codes.elements()) {
        const auto value = code.integer();
        if (!value || *value < 0x20 || *value > 0x7E) return "";
        suffix.push_back(static_cast<char>(*value));
    }
    return suffix;
}

/// An object whose members are lists of texts; calls take(key, text) for each. What is wrong, or
/// "".
template <class Take>
std::string read_lists(json::View body, std::string_view name, Take take) {
    const auto lists = body.find(name);
    const std::string wrong = std::string(name) + " is no object of lists of texts";
    if (!lists || !lists->is(json::Type::object)) return wrong;
    for (const json::Member member : lists->members()) {
        if (!member.value.is(json::Type::array)) return wrong;
        for (const json::View item : member.value.elements()) {
            if (!item.is(json::Type::text)) return wrong;
            if (!take(member.key, item.text())) {
                return std::string(name) + " has a range that is none";
            }
        }
    }
    return "";
}

}   // namespace

json::Value ShardMap::body() const {
    json::Builder out;
    out.begin_object();
    out.key("shard_suffix");
    out.begin_array();
    for (const char c : suffix()) out.integer(std::int64_t{c});
    out.end_array();
    out.key("changelog");
    out.begin_array();
    for (const MapChange& change : changelog()) write_change(out, change);
    out.end_array();
    out.key("by_node");
    out.begin_object();
    for (const auto& [node, ranges] : parts_->by_node) {
        out.key(node);
        out.begin_array();
        for (const Range& range : ranges) out.text(range.text());
        out.end_array();
    }
    out.end_object();
    out.key("by_range");
    out.begin_object();
    for (const auto& [range, nodes] : parts_->by_range) {
        out.key(range.text());
        out.begin_array();
        for (const std::string& node : nodes) out.text(node);
        out.end_array();
    }
    out.end_object();
    out.key("props");
    out.begin_object();
    if (partitioned()) {
        out.key("partitioned");
        out.boolean(true);
        out.key("hash");   // Module, function, further arguments.
        out.begin_array();
        out.text("couch_partition");
        out.text("hash");
        out.begin_array();
        out.end_array();
        out.end_array();
    }
    out.end_object();
    out.end_object();
    return out.take();
}

std::variant<ShardMap, std::string> ShardMap::read(std::string database, json::View body) {
    ShardMap map;
    Parts& parts = *map.parts_;
    parts.database = std::move(database);
    if (!body.is(json::Type::object)) return std::string("the shard map is no object");
    if (const auto suffix = body.find("shard_suffix")) parts.suffix = read_suffix(*suffix);
    std::size_t ranges = 0;
    std::string wrong = read_lists(body, "by_node", [&](std::string_view node, auto text) {
        const auto range = Range::parse(text);
        if (!range || ++ranges > ranges_max) return false;
        parts.by_node[std::string(node)].push_back(*range);
        return true;
    });
    if (wrong.empty()) {
        wrong = read_lists(body, "by_range", [&](std::string_view text, std::string_view node) {
            const auto range = Range::parse(text);
            if (!range || ++ranges > 2 * ranges_max) return false;
            parts.by_range[*range].emplace_back(node);
            return true;
        });
    }
    if (!wrong.empty()) return wrong;
    const auto changelog = body.find("changelog");
    if (changelog && changelog->is(json::Type::array)) {
        for (const json::View entry : changelog->elements()) {
            if (auto change = read_change(entry)) parts.changelog.push_back(std::move(*change));
        }
    }
    if (const auto props = body.find("props")) {
        const auto partitioned = props->find("partitioned");
        parts.partitioned =
            partitioned && partitioned->is(json::Type::boolean) && partitioned->boolean();
    }
    parts.rebuild();
    return map;
}

}   // namespace glasshive::store
