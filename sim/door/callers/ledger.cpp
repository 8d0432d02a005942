#include "door/callers/ledger.h"

#include <array>

#include "store/json/parse.h"

namespace glasshive::door::callers {

namespace json = store::json;

Aim aim_of(std::string_view method, std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    Aim aim;
    std::array<std::string_view, 3> parts;
    std::size_t count = 0;
    for (std::size_t at = 1; at <= path.size() && count < parts.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        parts[count++] = path.substr(at, end - at);
        at = end + 1;
    }
    if (count == 0 || parts[0].empty() || parts[0].starts_with('_')) return aim;
    aim.database = std::string(parts[0]);
    const bool reads = method == "GET" || method == "HEAD";
    if (count == 1 || parts[1].empty()) {
        if (method == "POST") aim.what = "write";
        return aim;
    }
    const std::string_view second = parts[1];
    if (second == "_bulk_docs") {
        aim.what = "write";
    } else if (second == "_find" || second == "_all_docs" || second == "_changes") {
        aim.what = "query";
    } else if (second == "_design") {
        const std::string_view rest = path.substr(path.find("_design"));
        const bool view = rest.find("/_view/") != std::string_view::npos;
        aim.what = view ? "query" : reads ? "other" : "write";
    } else if (!second.starts_with('_')) {
        aim.what = reads ? "read" : "write";
        if (count == 2) aim.document = std::string(second);
    }
    return aim;
}

std::int64_t rows_in(const std::string& body) {
    const json::Parsed parsed = json::parse(body);
    if (!parsed.ok()) return 0;
    const json::View value = parsed.value.view();
    if (value.is(json::Type::array)) return static_cast<std::int64_t>(value.size());
    for (const char* const key : {"docs", "rows", "results"}) {
        const auto found = value.find(key);
        if (found && found->is(json::Type::array)) return static_cast<std::int64_t>(found->size());
    }
    return 0;
}

std::vector<Shown> shown_in(const std::string& body) {
    std::vector<Shown> out;
    const json::Parsed parsed = json::parse(body);
    if (!parsed.ok()) return out;
    const auto text_of = [](json::View value, std::string_view key) {
        const auto found = value.find(key);
        const bool text = found && found->is(json::Type::text);
        return text ? std::string(found->text()) : std::string();
    };
    const auto note = [&](json::View document) {
        const std::string id = text_of(document, "_id");
        if (!id.empty()) out.push_back({id, text_of(document, "_rev")});
    };
    if (const auto docs = parsed.value.view().find("docs"); docs && docs->is(json::Type::array)) {
        for (const json::View each : docs->elements()) note(each);
    }
    const auto rows = parsed.value.view().find("rows");
    if (!rows || !rows->is(json::Type::array)) return out;
    for (const json::View row : rows->elements()) {
        const auto document = row.find("doc"), value = row.find("value");
        if (document && document->is(json::Type::object)) {
            note(*document);
        } else if (value && value->is(json::Type::object)) {
            const std::string revision = text_of(*value, "rev");   // Of _all_docs.
            if (!revision.empty()) out.push_back({text_of(row, "id"), revision});
        }
    }
    return out;
}

std::set<std::string> ids_in(const std::string& body) {
    std::set<std::string> out;
    const json::Parsed parsed = json::parse(body);
    if (!parsed.ok()) return out;
    for (const auto& [list, key] : {std::pair("docs", "_id"), std::pair("rows", "id")}) {
        const auto rows = parsed.value.view().find(list);
        if (!rows || !rows->is(json::Type::array)) continue;
        for (const json::View row : rows->elements()) {
            const auto id = row.find(key);
            if (id && id->is(json::Type::text)) out.emplace(id->text());
        }
    }
    return out;
}

std::string text_in(const std::string& body, std::string_view key) {
    const json::Parsed parsed = json::parse(body);
    if (!parsed.ok() || !parsed.value.view().is(json::Type::object)) return "";
    const auto found = parsed.value.view().find(key);
    if (!found) return "";
    if (found->is(json::Type::text)) return std::string(found->text());
    if (!found->is(json::Type::array)) return "";
    for (const json::View each : found->elements()) {
        if (each.is(json::Type::text)) return std::string(each.text());
    }
    return "";
}

const Answer* Ledger::answer_of(const std::string& step) const {
    const auto found = steps_.find(step);
    return found == steps_.end() ? nullptr : &found->second;
}

void Ledger::told(const std::string& place, const store::Revision& revision) {
    const auto [at, is_new] = newest_.try_emplace(place, revision);
    if (!is_new && at->second.position() < revision.position()) at->second = revision;
}

std::map<std::string, store::Revision> Ledger::newest_below(const std::string& prefix) const {
    std::map<std::string, store::Revision> out;
    for (auto at = newest_.lower_bound(prefix);
         at != newest_.end() && at->first.starts_with(prefix); ++at) {
        out.emplace(at->first.substr(prefix.size()), at->second);
    }
    return out;
}

std::optional<store::Revision> Ledger::newest(const std::string& place) const {
    const auto found = newest_.find(place);
    if (found == newest_.end()) return std::nullopt;
    return found->second;
}

}   // namespace glasshive::door::callers
