#include "store/view/query.h"

#include "store/json/builder.h"

namespace glasshive::store::view {

namespace {

Refusal parse_error(std::string reason) { return {"query_parse_error", std::move(reason)}; }

/// 0, a number of elements, or all_of_it; or that the two contradict one another.
std::optional<Refusal> choose_level(Query& query) {
    query.level = 0;
    if (query.group_level) {
        if (query.group && !*query.group && *query.group_level > 0)
            return parse_error("Can't specify group=false and group_level>0 at the same time");
        query.level = *query.group_level;
    } else if (query.group.value_or(false)) {
        query.level = Query::all_of_it;
    }
    return {};
}

std::optional<Refusal> check_range(const Query& query, collate::Order order) {
    if (!query.start_key || !query.end_key) return {};
    if (query.start_key == query.end_key) return {};
    int keys = collate::compare(query.start_key.view(), query.end_key.view(), order);
    if (keys == 0) {
        const std::string low;
        const std::string high = "\xff";
        const std::string& start = query.descending ? high : low;
        const std::string& end = query.descending ? low : high;
        keys = collate::compare_bytes(query.start_key_id.value_or(start),
                                      query.end_key_id.value_or(end));
    }
    if (query.descending ? keys >= 0 : keys < 0) return {};
    return parse_error(std::string("No rows can match your key range, reverse your start_key and "
                                   "end_key or set descending=") +
                       (query.descending ? "false" : "true"));
}

}   // namespace

void Query::keep_to(std::string_view partition) {
    const std::string low = std::string(partition) + ":", high = std::string(partition) + ";";
    json::Value& from = descending ? end_key : start_key;
    json::Value& to = descending ? start_key : end_key;
    const auto is_text = [](const json::Value& key) {
        return key && key.view().is(json::Type::text);
    };
    if (!is_text(from) || from.view().text() < low) from = json::text_value(low);
    if (!to || (is_text(to) && to.view().text() > high)) to = json::text_value(high);
}

Query Query::for_shard() const {
    Query query = *this;
    query.skip = 0;
    query.limit = limit < limit_none - skip ? limit + skip : limit_none;
    return query;
}

std::optional<Refusal> check(Query& query, bool view_reduces, collate::Order order) {
    query.reduces = view_reduces && query.reduce.value_or(true);
    if (auto refusal = choose_level(query)) return refusal;
    if (!query.reduces && query.reduce.value_or(false))
        return parse_error("Reduce is invalid for map-only views.");
    if (query.keys && query.keys->size() == 1) {
        // It is `key`, which other parameters may say anew: couch_mrview_http:parse_params/4.
        if (!query.start_key) query.start_key = query.keys->front();
        if (!query.end_key) query.end_key = query.keys->front();
        query.keys.reset();
    }
    if (query.reduces && query.keys && query.level != Query::all_of_it)
        return parse_error("Multi-key fetches for reduce views must use `group=true`");
    if (query.keys && !query.keys->empty() && (query.start_key || query.end_key))
        return parse_error("`keys` is incompatible with `key`, `start_key` and `end_key`");
    if (!query.reduces && query.level != 0)
        return parse_error("Invalid use of grouping on a map view.");
    if (query.reduces && query.include_docs)
        return parse_error("`include_docs` is invalid for reduce");
    if (query.reduces && query.conflicts)
        return parse_error("`conflicts` is invalid for reduce views.");
    return check_range(query, order);
}

}   // namespace glasshive::store::view
