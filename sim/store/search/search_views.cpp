// Views and lists of documents: asked of all copies, merged and printed here.
#include <algorithm>
#include <utility>

#include "store/collate/collate.h"
#include "store/document/print.h"
#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/search/events.h"
#include "store/search/searcher.h"
#include "store/view/merge.h"

namespace glasshive::store::search {

/// A query to a view or a list of documents on its way.
struct Searcher::ViewJob {
    std::string database;
    std::string name;       // For people: "d/v", "_all_docs".
    IndexRequest request;   // Its query is the client's, not a shard's.
    collate::Order order = collate::Order::raw;
    std::unique_ptr<view::Reducer> reducer{};
    std::shared_ptr<ViewCode> code{};   // Which the reducer needs.
    Then then;
    view::MapPage page{};
    std::string update_seq{};
    std::size_t documents_awaited = 0;
    std::size_t rows = 0;   // Told: groups, or those of the page.
};

namespace {

/// {"total_rows":…,"offset":…,"update_seq":…,"rows":[ and so on: couch_mrview_http:view_cb/2.
class Rows {
  public:
    void count(std::string_view name, std::optional<std::uint64_t> value) {
        head_ += '"' + std::string(name) + "\":" + (value ? std::to_string(*value) : "null") + ',';
    }
    void text(std::string_view name, std::string_view value) {
        head_ += '"' + std::string(name) + "\":";
        json::print_text(value, head_);
        head_ += ',';
    }
    std::string& next() {
        if (!rows_.empty()) rows_ += ",\r\n";
        return rows_;
    }
    Reply reply() const {
        return {.status = 200, .body = "{" + head_ + "\"rows\":[\r\n" + rows_ + "\r\n]}"};
    }

  private:
    std::string head_;
    std::string rows_;
};

Reply print_page(const view::MapPage& page, const view::Query& query, const std::string& seq,
                 bool documents) {
    Rows rows;
    if (query.sorted) {
        rows.count("total_rows", page.total_rows);
        rows.count("offset", page.offset);
        // Listings of named documents know none: fabric_view_all_docs:go/5.
        if (query.update_seq && documents && query.keys)
            rows.count("update_seq", std::nullopt);
        else if (query.update_seq)
            rows.text("update_seq", seq);
    }
    for (const view::MapRow& row : page.rows) {
        if (documents) {
            view::print_document_row(row, rows.next());
        } else {
            view::print_row(row, rows.next());
        }
    }
    return rows.reply();
}

/// Which partition a query may or must name. Source: couch_mrview_util:validate_args/1 at 3.5,
/// fabric_view:get_shards/2.
std::optional<Refusal> check_scope(const view::Query& query, bool database, bool view) {
    if (query.partition && !database)
        return Refusal{"bad_request", "partition specified on non-partitioned db"};
    if (view && !query.partition)
        return Refusal{"query_parse_error",
                       "`partition` parameter is mandatory for queries to this view."};
    if (!view && query.partition)
        return Refusal{"query_parse_error",
                       "`partition` parameter is not supported in this design doc"};
    if (query.partition) return check_partition(*query.partition);
    return {};
}

std::string name_of(view::Listing listing) {
    return listing == view::Listing::all_docs ? "_all_docs" : "_design_docs";
}

}   // namespace

void Searcher::view(std::string_view database, std::string_view design, std::string_view view,
                    view::Query query, Then then, TellingPtr telling) {
    if (files_.map_of(database) == nullptr) return then(no_database());
    const auto use = [this, name = std::string(database), view = std::string(view),
                      query = std::move(query), then,
                      telling = std::move(telling)](const json::Value& document) mutable {
        const ShardMap* map = files_.map_of(name);
        if (map == nullptr) return then(no_database());
        auto defined = view::define(document.view());
        if (auto* refusal = std::get_if<Refusal>(&defined)) return then(failure(*refusal));
        auto job = std::make_shared<ViewJob>();
        job->then = then;
        job->name = std::string(document.view().find("_id")->text().substr(8)) + "/" + view;
        auto definition = std::make_shared<const view::Definition>(
            std::get<view::Definition>(std::move(defined)));
        const auto place = definition->find(view);
        if (!place) return then(failure(view::missing_view()));
        job->request.place = *place;
        job->request.partitioned = view::is_partitioned(document.view(), map->partitioned());
        job->order = definition->maps[place->map].order;
        auto problem = check_scope(query, map->partitioned(), job->request.partitioned);
        if (!problem) problem = view::check(query, place->reduce.has_value(), job->order);
        if (problem) return then(failure(*problem));
        job->request.definition = std::move(definition);
        job->request.query = std::move(query);
        job->request.telling = telling;
        ask_view(name, std::move(job));
    };
    open_design(database, design, then, use);
}

void Searcher::answer_view(const ViewJob& view, const Reply& reply) {
    const std::size_t rows = reply.ok() ? std::max(view.rows, view.page.rows.size()) : 0;
    kernel_.emit(events::view_query, name(files_.told(view.database)),
                 {field::name(name(node_)), field::name(name(view.name)),
                  field::integer(reply.status), field::integer(static_cast<std::int64_t>(rows))});
    view.then(reply);
}

void Searcher::ask_view(std::string_view database, std::shared_ptr<ViewJob> view) {
    const ShardMap& map = *files_.map_of(database);
    view->database = map.database();
    IndexRequest request = view->request;
    request.query = view->request.query.for_shard();
    if (view->request.query.reduces) {
        const view::Definition& definition = *request.definition;
        auto code = scripts_.code_of(map.database() + map.suffix(), request.definition,
                                     static_cast<int>(map.n()));
        if (auto* refusal = std::get_if<Refusal>(&code))
            return answer_view(*view, failure(*refusal));
        view->code = std::get<std::shared_ptr<ViewCode>>(std::move(code));
        const auto& reduces = definition.maps[request.place.map].reduces;
        auto reducer =
            view::make_reducer(reduces[*request.place.reduce].source, view->code->program.get());
        if (auto* refusal = std::get_if<Refusal>(&reducer))
            return answer_view(*view, failure(*refusal));
        view->reducer = std::get<std::unique_ptr<view::Reducer>>(std::move(reducer));
    }
    Job job = asking(map, SearchMessage::query, request);
    job.patient = true;
    job.then = [this, view = std::move(view)](const Job& done) { merge_view(view, done); };
    gather(std::move(job));
}

void Searcher::merge_view(const std::shared_ptr<ViewJob>& view, const Job& job) {
    if (auto problem = why_not(job, view->request)) return answer_view(*view, *problem);
    const std::vector<std::size_t> workers = chosen(job, view->request);
    view->update_seq = packed_seq(job, workers);
    std::vector<view::MapPage> pages;
    std::vector<std::vector<view::Group>> groups;
    for (const std::size_t worker : workers) {
        pages.push_back(reply_of(job, worker).page);
        groups.push_back(reply_of(job, worker).groups);
    }
    if (view->reducer) return print_groups(*view, std::move(groups));
    view->page = view::merge_rows(std::move(pages), view->request.query, view->order);
    if (view->request.query.include_docs && view->request.definition) return read_linked(view);
    const bool documents = !view->request.definition;
    answer_view(*view, print_page(view->page, view->request.query, view->update_seq, documents));
}

void Searcher::print_groups(ViewJob& view, std::vector<std::vector<view::Group>> groups) {
    auto merged =
        view::merge_groups(std::move(groups), view.request.query, *view.reducer, view.order);
    if (const auto* refusal = std::get_if<Refusal>(&merged))
        return answer_view(view, failure(*refusal));
    view.rows = std::get<std::vector<view::Group>>(merged).size();
    Rows rows;
    if (view.request.query.update_seq) rows.text("update_seq", view.update_seq);
    for (const view::Group& group : std::get<std::vector<view::Group>>(merged))
        view::print_group(group, rows.next());
    answer_view(view, rows.reply());
}

/// Rows whose value is {"_id":x} show document x, wherever it is: fabric_view:possibly_embed_doc/2.
void Searcher::read_linked(const std::shared_ptr<ViewJob>& view) {
    struct Link {
        std::size_t row;
        std::string id;
        std::optional<Revision> revision;
    };
    std::vector<Link> links;
    for (std::size_t i = 0; i < view->page.rows.size(); ++i) {
        view::MapRow& row = view->page.rows[i];
        const auto id = row.row.value.view().find("_id");
        if (!id) continue;
        row.document = json::null_value();
        if (!id->is(json::Type::text)) continue;
        links.push_back({i, std::string(id->text()), {}});
        const auto rev = row.row.value.view().find("_rev");
        if (rev && rev->is(json::Type::text)) links.back().revision = Revision::parse(rev->text());
    }
    view->documents_awaited = links.size() + 1;
    const auto came = [this, view](std::size_t row, std::string_view id,
                                   const std::vector<Step>& path) {
        if (!path.empty() && path.back().content) {
            json::Value told = told_json(view->request.telling, id, path);
            if (told) view->page.rows[row].document = std::move(told);
        }
        if (--view->documents_awaited > 0) return;
        answer_view(*view, print_page(view->page, view->request.query, view->update_seq, false));
    };
    for (const Link& link : links) {
        if (link.revision) {
            gatherer_.open_revs(view->database, link.id, {*link.revision}, false, 0,
                                [came, link](const RevsAnswer& answer) {
                                    const bool known = !answer.leaves.empty();
                                    came(link.row, link.id,
                                         known ? answer.leaves.front().path : std::vector<Step>());
                                });
            continue;
        }
        coordinator_.read(view->database, link.id, 0, [came, link](const ReadAnswer& answer) {
            came(link.row, link.id, answer.status == 200 ? answer.path : OpenedPath());
        });
    }
    if (--view->documents_awaited == 0)
        answer_view(*view, print_page(view->page, view->request.query, view->update_seq, false));
}

// --- All documents -------------------------------------------------------------------------------

void Searcher::all_docs(std::string_view database, view::Query query, view::Listing listing,
                        Then then, TellingPtr telling) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then(no_database());
    auto problem = view::check_listing(query);
    if (!problem && query.partition) problem = check_scope(query, map->partitioned(), true);
    if (problem) return then(failure(*problem));
    if (query.keys) {
        return read_keys(database, std::move(query), listing, std::move(then), std::move(telling));
    }
    if (query.partition) query.keep_to(*query.partition);
    auto job = std::make_shared<ViewJob>();
    job->name = name_of(listing);
    job->request.query = std::move(query);
    job->request.listing = listing;
    job->request.telling = std::move(telling);
    job->then = std::move(then);
    ask_view(database, std::move(job));
}

void Searcher::count_documents(std::string_view database, view::Listing listing,
                               std::function<void(const DocsAnswer&)> then) {
    DocsOptions options;
    options.limit = listing == view::Listing::all_docs ? 0 : SIZE_MAX;
    if (listing == view::Listing::design_docs) {
        options.list.start = "_design/";
        options.list.end = "_design0";
        options.list.inclusive_end = false;
    }
    gatherer_.all_docs(database, options, [listing, then = std::move(then)](DocsAnswer answer) {
        if (listing == view::Listing::design_docs) answer.total = answer.rows.size();
        then(answer);
    });
}

namespace {

view::MapRow row_of_key(const json::Value& key, const ReadAnswer& answer,
                        const IndexRequest& request) {
    view::MapRow row{view::Row{key, {}, {}}};
    if (answer.path.empty() || !answer.path.back().content) return row;
    const Step& winner = answer.path.back();
    json::Builder value;
    value.begin_object();
    value.key("rev");
    value.text(winner.revision.text());
    if (winner.content->deleted) {
        value.key("deleted");
        value.boolean(true);
    }
    value.end_object();
    row.row.value = value.take();
    row.row.id = json::SharedBytes::copy_of(key.view().text());
    if (!request.query.include_docs) return row;
    // couch_doc:to_json_obj/2 is told what the reader asked for, as with GET of a document.
    const DocumentShown shown{
        .conflicts = request.query.conflicts.value_or(false),
        .attachments = {request.query.attachments, request.query.att_encoding_info}};
    const std::string_view id = key.view().text();
    const bool whole = answer.whole && !request.telling;
    const auto at = whole ? answer.whole->tree.find(winner.revision) : std::nullopt;
    if (!winner.content->deleted) {
        row.document = at ? document_json(id, answer.whole->tree, *at, shown)
                          : told_json(request.telling, id, answer.path, shown);
    }
    if (!row.document) row.document = json::null_value();
    return row;
}

}   // namespace

/// fabric_view_all_docs:go/5 with keys: the count from a ring, then each document by quorum.
void Searcher::read_keys(std::string_view database, view::Query query, view::Listing listing,
                         Then then, TellingPtr telling) {
    std::vector<json::Value> keys = std::move(*query.keys);
    if (query.descending) std::reverse(keys.begin(), keys.end());
    const auto skip = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(query.skip, keys.size()));
    keys.erase(keys.begin(), keys.begin() + skip);
    if (keys.size() > query.limit) keys.resize(query.limit);
    auto job = std::make_shared<ViewJob>();
    job->database = std::string(database);
    job->name = name_of(listing);
    job->request.query = std::move(query);
    job->request.telling = std::move(telling);
    job->then = std::move(then);
    const auto counted = [this, job, keys, listing](const DocsAnswer& answer) {
        if (answer.status != 200) {
            Reply reply = answer.reason == "timeout" ? timed_out() : no_progress();
            if (reply.error == "nodedown") reply.status = 412;
            return answer_view(*job, reply);
        }
        job->page.total_rows = answer.total;
        job->page.offset.reset();
        job->update_seq = answer.update_seq;
        job->documents_awaited = keys.size() + 1;
        job->page.rows.resize(keys.size());
        const auto came = [this, job] {
            if (--job->documents_awaited > 0) return;
            answer_view(*job, print_page(job->page, job->request.query, job->update_seq, true));
        };
        for (std::size_t i = 0; i < keys.size(); ++i) {
            job->page.rows[i].row.key = keys[i];
            const bool text = keys[i].view().is(json::Type::text);
            const std::string id = text ? std::string(keys[i].view().text()) : std::string();
            const bool listed = listing == view::Listing::all_docs || id.starts_with("_design/");
            if (!text || !listed) {
                --job->documents_awaited;
                continue;
            }
            const auto opened = [job, i, came](const ReadAnswer& read) {
                view::MapRow& row = job->page.rows[i];
                row = row_of_key(row.row.key, read, job->request);
                came();
            };
            const view::Query& asked = job->request.query;
            const bool whole = asked.include_docs && asked.conflicts.value_or(false);
            coordinator_.read(job->database, id, 0, opened, whole);
        }
        came();
    };
    count_documents(database, listing, counted);
}

}   // namespace glasshive::store::search
