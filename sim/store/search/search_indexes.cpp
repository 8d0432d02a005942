// Mango's indexes: made, listed, taken away. They are views in design documents of their own.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/mango/indexes.h"
#include "store/search/searcher.h"

namespace glasshive::store::search {

/// A design document to be written.
struct Searcher::IndexWrite {
    std::string database;
    std::string id;
    std::optional<Revision> parent;
    json::Value body;   // Nothing: it goes.
    std::uint32_t w = 2;
    json::Value user;
};

/// Several to go, one after the other.
struct Searcher::BulkDelete {
    std::string database;
    std::vector<std::string> designs;
    std::size_t next = 0;
    std::uint32_t w = 2;
    json::Value user;
    json::Builder good{};
    json::Builder bad{};
    Then then;
};

namespace {

Reply not_saved(const std::string& why) {
    if (why == "conflict")
        return {500,
                "error_saving_ddoc",
                "Encountered a conflict while saving the design document.",
                {}};
    return {500, "error_saving_ddoc", "Unknown error while saving the design document: " + why, {}};
}

Reply no_designs() { return {500, "internal_error", "Error loading design documents", {}}; }

std::uint32_t w_of(const json::Value& body) {   // mango_httpd: get_idx_w_opts/1.
    const auto given = body.view().find("w");
    const auto number = given ? given->integer() : std::nullopt;
    return number && *number > 0
               ? static_cast<std::uint32_t>(std::min<std::int64_t>(*number, UINT32_MAX))
               : 2;
}

std::string full_name(std::string_view design) {
    return design.starts_with("_design/") ? std::string(design) : "_design/" + std::string(design);
}

/// What a list is told to begin with and to end with; empty: not a number in its range.
std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t otherwise,
                                       std::uint64_t least) {
    if (text.empty()) return otherwise;
    const auto number = whole_number<std::uint64_t>(text);
    return number && *number >= least ? number : std::nullopt;
}

}   // namespace

/// mango_crud:insert/3.
void Searcher::write_design(IndexWrite write,
                            std::function<void(std::optional<Reply> problem)> then) {
    Content content{.body = write.body ? write.body : json::Value::empty_object(),
                    .deleted = !write.body};
    Edit edit{.id = json::SharedBytes::copy_of(write.id),
              .parent = write.parent,
              .content = ContentPtr(std::move(content))};
    coordinator_.write(
        write.database, {std::move(edit)}, WriteOptions(write.w, write.user),
        [then = std::move(then)](const WriteAnswer& answer) {
            if (answer.decisions.empty()) return then(no_database());
            const Decision& decision = answer.decisions.front();
            switch (decision.kind) {
                case Decision::Kind::stored:
                case Decision::Kind::accepted: return then({});
                case Decision::Kind::conflict: return then(not_saved("conflict"));
                default: break;
            }
            then(not_saved(decision.refusal ? decision.refusal->error : "internal_server_error"));
        });
}

void Searcher::create_index(std::string_view database, const json::Value& body, json::Value user,
                            Then then) {
    if (files_.map_of(database) == nullptr) return then(no_database());
    auto parsed = mango::parse_index(body.view());
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return then(failure(*refusal));
    auto request =
        std::make_shared<mango::IndexRequest>(std::get<mango::IndexRequest>(std::move(parsed)));
    IndexWrite write{std::string(database), request->index.ddoc, {}, {}, w_of(body),
                     std::move(user)};
    const auto opened = [this, request, write, then](const ReadAnswer& answer) mutable {
        if (answer.status == 500)
            return then({500, "internal_error", "Error loading doc: " + write.id, {}});
        json::Value before;
        if (answer.status == 200) {
            write.parent = answer.path.back().revision;
            before = answer.path.back().content->body;
        }
        auto made = mango::with_index(*request, before);
        if (auto* refusal = std::get_if<Refusal>(&made)) return then(failure(*refusal));
        write.body = std::get<json::Value>(std::move(made));
        const auto tell = [then, request](std::string_view result) {
            json::Builder out;
            out.begin_object();
            out.key("result");
            out.text(result);
            out.key("id");
            out.text(request->index.ddoc);
            out.key("name");
            out.text(request->index.name);
            out.end_object();
            then({.status = 200, .body = json::to_text(out.take().view())});
        };
        if (before && before == write.body) return tell("exists");
        write_design(std::move(write), [tell, then](const std::optional<Reply>& problem) {
            if (problem) return then(*problem);
            tell("created");
        });
    };
    coordinator_.read(database, request->index.ddoc, 0, opened);
}

void Searcher::list_indexes(std::string_view database, std::string_view limit,
                            std::string_view skip, Then then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then(no_database());
    const auto most = number_of(limit, UINT64_MAX, 1);
    const auto first = number_of(skip, 0, 0);
    if (!most || !first)
        return then(
            failure({"invalid_list_index_params", "Index parameter ranges: limit > 1, skip > 0"}));
    read_designs(database, [most = *most, first = *first, then,
                            partitioned = map->partitioned()](const auto& designs) {
        if (!designs) return then(no_designs());
        std::vector<std::pair<std::string, json::Value>> bodies;
        for (const DesignBody& design : *designs) bodies.emplace_back(design.id, design.body);
        const std::vector<mango::IndexInfo> indexes = mango::all_indexes(bodies, partitioned);
        json::Builder out;
        out.begin_object();
        out.key("total_rows");
        out.integer(static_cast<std::uint64_t>(indexes.size()));
        out.key("indexes");
        out.begin_array();
        for (std::uint64_t i = first; i < indexes.size() && i - first < most; ++i)
            indexes[i].write(out);
        out.end_array();
        out.end_object();
        then({.status = 200, .body = json::to_text(out.take().view())});
    });
}

void Searcher::delete_index(std::string_view database, std::string_view design,
                            std::string_view type, std::string_view name, json::Value user,
                            Then then) {
    remove_index({std::string(database), full_name(design), std::string(type), std::string(name), 2,
                  std::move(user)},
                 std::move(then));
}

/// mango_idx:delete/4: the index must be in the list, and be the only one that is meant.
void Searcher::remove_index(const Doomed& doomed, Then then) {
    if (files_.map_of(doomed.database) == nullptr) return then(no_database());
    read_designs(doomed.database, [this, doomed, then](const auto& designs) {
        if (!designs) return then(no_designs());
        const auto at = std::find_if(designs->begin(), designs->end(),
                                     [&](const auto& each) { return each.id == doomed.design; });
        std::vector<std::string> meant;
        if (at != designs->end()) {
            for (const mango::IndexInfo& index : mango::indexes_of(at->id, at->body.view())) {
                const bool named = doomed.name.empty() || index.name == doomed.name;
                if (named && (doomed.type.empty() || doomed.type == "json"))
                    meant.push_back(index.name);
            }
        }
        if (meant.size() != 1) return then({404, "not_found", "missing", {}});
        // The list may be old; what is changed is read by quorum.
        coordinator_.read(
            doomed.database, doomed.design, 0,
            [this, doomed, then, name = meant[0]](const ReadAnswer& answer) {
                if (answer.status != 200)
                    return then({500, "internal_error", "Error loading doc: " + doomed.design, {}});
                auto left = mango::without_index(name, answer.path.back().content->body.view());
                if (auto* refusal = std::get_if<Refusal>(&left)) {
                    return then({404, refusal->error, refusal->reason, {}});
                }
                write_design({doomed.database, doomed.design, answer.path.back().revision,
                              std::get<json::Value>(std::move(left)), doomed.w, doomed.user},
                             [then](const std::optional<Reply>& problem) {
                                 then(problem ? *problem
                                              : Reply{.status = 200, .body = "{\"ok\":true}"});
                             });
            });
    });
}

void Searcher::delete_indexes(std::string_view database, const json::Value& body, json::Value user,
                              Then then) {
    if (files_.map_of(database) == nullptr) return then(no_database());
    mango::Members members(body.view());
    const auto ids = members.take("docids");
    members.take("w");
    auto problem = ids ? members.left() : mango::missing_key("docids");
    if (problem) return then(failure(*problem));
    auto bulk = std::make_shared<BulkDelete>();
    bulk->database = std::string(database);
    bulk->w = w_of(body);
    bulk->user = std::move(user);
    bulk->then = std::move(then);
    const auto bad = [&] {
        bulk->then(failure(
            {"invalid_bulk_docs",
             "Bulk Delete requires an array of non-null docids. Docids: " + json::to_text(*ids)}));
    };
    if (!ids->is(json::Type::array)) return bad();
    for (const json::View id : ids->elements()) {
        if (!id.is(json::Type::text)) return bad();
        bulk->designs.push_back(full_name(id.text()));
    }
    bulk->good.begin_array();
    bulk->bad.begin_array();
    delete_next(bulk);
}

void Searcher::delete_next(const std::shared_ptr<BulkDelete>& bulk) {
    if (bulk->next == bulk->designs.size()) {
        bulk->good.end_array();
        bulk->bad.end_array();
        std::string text = "{\"success\":";
        json::print(bulk->good.take().view(), text);
        text += ",\"fail\":";
        json::print(bulk->bad.take().view(), text);
        return bulk->then({.status = 200, .body = text + "}"});
    }
    const std::string id = bulk->designs[bulk->next++];
    remove_index({bulk->database, id, "", "", bulk->w, bulk->user},
                 [this, bulk, id](const Reply& reply) {
                     json::Builder& out = reply.ok() ? bulk->good : bulk->bad;
                     out.begin_object();
                     out.key("id");
                     out.text(id);
                     out.key(reply.ok() ? "ok" : "error");
                     if (reply.ok()) {
                         out.boolean(true);
                     } else {
                         out.text(reply.error);
                     }
                     out.end_object();
                     delete_next(bulk);
                 });
}

}   // namespace glasshive::store::search
