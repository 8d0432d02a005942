// /db/_local_docs: the `_local` documents of all shards, by their ids. Rows have no total.
// chttpd_db.erl, fabric_view_all_docs.erl.
#include <algorithm>
#include <utility>

#include "door/couch/routes.h"
#include "store/view/all_docs.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace view = store::view;

namespace {

using Documents = std::map<std::string, store::LocalDocument, std::less<>>;

/// The nodes' own notes are told of with `include_system` alone.
bool is_system(std::string_view id) {
    return id.starts_with("_local/shard-sync-") || id.starts_with("_local/purge-");
}

std::string row_text(const std::string& id, const store::LocalDocument& local, bool bodies) {
    const std::string rev = "0-" + std::to_string(local.revision);
    ObjectText row;
    row.text("id", id).text("key", id);
    row.raw("value", ObjectText().text("rev", rev).take());
    if (bodies) {
        ObjectText doc;
        doc.text("_id", id).text("_rev", rev);
        for (const json::Member& each : local.body.view().members()) {
            doc.value(each.key, each.value);
        }
        row.raw("doc", doc.take());
    }
    return row.take();
}

std::optional<std::string_view> bound(const json::Value& key) {
    if (!key || !key.view().is(json::Type::text)) return std::nullopt;
    return key.view().text();
}

/// Ids in the order and the range that are asked for.
std::vector<std::string> chosen(const Documents& documents, const view::Query& query) {
    std::vector<std::string> ids;
    for (const auto& [id, local] : documents) ids.push_back(id);
    const auto start = bound(query.start_key), end = bound(query.end_key);
    if (query.descending) std::reverse(ids.begin(), ids.end());
    const auto before = [&query](std::string_view a, std::string_view b) {
        return query.descending ? b < a : a < b;
    };
    std::erase_if(ids, [&](const std::string& id) {
        if (start && before(id, *start)) return true;
        return end && (before(*end, id) || (!query.inclusive_end && id == *end));
    });
    return ids;
}

std::vector<std::string> named(const std::vector<json::Value>& keys, bool descending) {
    std::vector<std::string> ids;
    for (const json::Value& key : keys) ids.emplace_back(bound(key).value_or(""));
    if (descending) std::reverse(ids.begin(), ids.end());
    return ids;
}

std::string page_text(const Documents& documents, const view::Query& query, bool system) {
    std::vector<std::string> ids =
        query.keys ? named(*query.keys, query.descending) : chosen(documents, query);
    if (!system) std::erase_if(ids, is_system);
    ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(
                                             std::min<std::uint64_t>(query.skip, ids.size())));
    ids.resize(std::min<std::uint64_t>(query.limit, ids.size()));
    std::string rows;
    for (const std::string& id : ids) {
        if (!rows.empty()) rows += ",\r\n";
        const auto found = documents.find(id);
        if (found != documents.end())
            rows += row_text(id, found->second, query.include_docs);
        else
            rows += ObjectText().text("key", id).text("error", "not_found").take();
    }
    const std::string_view seq = query.update_seq ? "\"update_seq\":null," : "";
    return "{\"total_rows\":null,\"offset\":null," + std::string(seq) + "\"rows\":[\r\n" + rows +
           "\r\n]}";
}

}   // namespace

void local_docs(const CallPtr& call, view::Query query,
                std::function<void(const store::search::Reply&)> then) {
    if (const auto refusal = view::check_listing(query)) throw problem_of(*refusal);
    call->node().gatherer().local_docs(
        call->database(),
        call->then([call, query, then = std::move(then)](const store::LocalsAnswer& answer) {
            if (answer.status == 404) throw no_database();
            if (answer.status != 200) throw failed(answer.status, answer.reason);
            const bool system = call->target().is("include_system", "true");
            then({.status = 200, .body = page_text(answer.documents, query, system)});
        }));
}

}   // namespace glasshive::door::couch
