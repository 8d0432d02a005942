// _find and _explain.
#include <algorithm>
#include <utility>

#include "store/document/print.h"
#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/mango/find.h"
#include "store/mango/plan.h"
#include "store/search/events.h"
#include "store/search/searcher.h"
#include "store/view/merge.h"

namespace glasshive::store::search {

/// A `_find` on its way.
struct Searcher::FindJob {
    std::string database;
    mango::Find find;
    view::Query query;   // The client's.
    IndexRequest request;
    Then then;
    Time began{};
    std::vector<view::MapRow> rows{};   // With r > 1: to be read one by one.
    std::size_t next = 0;
    std::uint64_t looked = 0;   // Rows of the index, by copies.
};

namespace {

/// As mango_httpd prints it: each document in a line of its own.
std::string find_text(json::View reply) {
    std::string out = "{";
    for (const json::Member member : reply.members()) {
        if (out.size() > 1) out += ",\r\n";
        json::print_text(member.key, out);
        out += ':';
        if (member.key != "docs") {
            out += ' ';
            json::print(member.value, out);
            continue;
        }
        out += '[';
        bool first = true;
        for (const json::View document : member.value.elements()) {
            out += first ? "\r\n" : ",\r\n";
            json::print(document, out);
            first = false;
        }
        out += "\r\n]";
    }
    return out + "}";
}

}   // namespace

/// mango_cursor:create/4: the indexes of now, and the one to use. `then` gets its design document,
/// too; nothing for all documents.
void Searcher::plan(std::string_view database, const json::Value& body, std::string_view partition,
                    bool explain, Then fail,
                    std::function<void(mango::Plan, json::Value design)> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return fail(no_database());
    auto parsed = mango::parse_find(body.view());
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return fail(failure(*refusal));
    auto options = std::get<mango::FindOptions>(std::move(parsed));
    if (!partition.empty()) options.partition = std::string(partition);
    if (!options.partition.empty() && !map->partitioned())
        return fail(failure({"bad_request", "partition specified on non-partitioned db"}));
    const bool by_partition = map->partitioned();
    read_designs(database, [options, by_partition, explain, fail,
                            then = std::move(then)](const auto& designs) {
        if (!designs) return fail({500, "internal_error", "Error loading design documents", {}});
        std::vector<std::pair<std::string, json::Value>> bodies;
        for (const DesignBody& design : *designs) bodies.emplace_back(design.id, design.body);
        auto made = mango::make_plan(options, mango::all_indexes(bodies, by_partition), explain);
        if (auto* refusal = std::get_if<Refusal>(&made)) return fail(failure(*refusal));
        auto plan = std::get<mango::Plan>(std::move(made));
        const std::string ddoc = plan.index ? plan.index->ddoc : std::string();
        const auto at = std::find_if(bodies.begin(), bodies.end(),
                                     [&](const auto& each) { return each.first == ddoc; });
        then(std::move(plan), at == bodies.end() ? json::Value() : at->second);
    });
}

void Searcher::explain(std::string_view database, const json::Value& body,
                       std::string_view partition, Then then) {
    const ShardMap* map = files_.map_of(database);
    const bool partitioned = map != nullptr && map->partitioned();
    plan(database, body, partition, true, then,
         [then, partitioned, name = std::string(database)](const mango::Plan& plan,
                                                           const json::Value&) {
             const json::Value told = mango::explain(plan, name, partitioned);
             then({.status = 200, .body = json::to_text(told.view())});
         });
}

void Searcher::find(std::string_view database, const json::Value& body, std::string_view partition,
                    Then then, TellingPtr telling) {
    const Time began = kernel_.now();
    const auto go = [this, began, name = std::string(database), then,
                     telling](mango::Plan plan, const json::Value& design) {
        // Who may not read the index's design document may not use it: fabric:query_view/7.
        const bool by_design = telling && !plan.index->special();
        if (by_design && !(*telling)(plan.index->ddoc, {{Revision(), ContentPtr({design})}})) {
            return then({403,
                         "forbidden",
                         "Only administrators can view design docs in the users database.",
                         {}});
        }
        auto started = mango::Find::start(std::move(plan));
        if (auto* refusal = std::get_if<Refusal>(&started)) return then(failure(*refusal));
        auto job = std::make_shared<FindJob>(
            FindJob{name, std::get<mango::Find>(std::move(started)), {}, {}, then, began});
        job->request.telling = telling;
        const auto rows = job->find.rows();
        if (!rows) return finish_find(job);   // No document can match.
        job->query = *rows;
        ask_find(job, design);
    };
    plan(database, body, partition, false, then, go);
}

/// mango_cursor_view:execute/3: copies pick, up to as many as the page may need.
void Searcher::ask_find(const std::shared_ptr<FindJob>& find, const json::Value& design) {
    const ShardMap* map = files_.map_of(find->database);
    if (map == nullptr) return answer_find(*find, no_database());
    const mango::Plan& plan = find->find.plan();
    const mango::FindOptions& options = plan.options;
    IndexRequest& request = find->request;
    if (!options.partition.empty()) find->query.partition = options.partition;
    if (!plan.index->special()) {
        auto defined = view::define(design.view());
        if (auto* refusal = std::get_if<Refusal>(&defined))
            return answer_find(*find, failure(*refusal));
        auto definition = std::make_shared<const view::Definition>(
            std::get<view::Definition>(std::move(defined)));
        const auto place = definition->find(plan.index->name);
        if (!place) return answer_find(*find, failure(view::missing_view()));
        request.place = *place;
        request.definition = std::move(definition);
        request.partitioned = plan.index->partitioned;
    } else if (!options.partition.empty()) {
        find->query.keep_to(options.partition);
    }
    request.query = find->query.for_shard();
    request.plan = std::make_shared<const mango::Plan>(plan);
    request.bare = options.r > 1;
    // One row more than wanted is looked at, and the bookmark's own row is skipped.
    const std::uint64_t room = view::Query::limit_none;
    request.picks_max =
        std::min(room, options.limit) + std::min(room, options.skip) + find->query.skip + 1;
    Job job = asking(*map, SearchMessage::query, request);
    job.patient = true;
    job.then = [this, find](const Job& done) { merge_find(find, done); };
    gather(std::move(job));
}

void Searcher::merge_find(const std::shared_ptr<FindJob>& find, const Job& job) {
    if (auto problem = why_not(job, find->request)) return answer_find(*find, *problem);
    std::vector<view::MapPage> pages;
    for (const std::size_t worker : chosen(job, find->request)) {
        const IndexReply& reply = reply_of(job, worker);
        find->find.add(reply.examined);
        find->looked += reply.examined.keys;
        view::MapPage& page = pages.emplace_back();
        for (const mango::FoundRow& row : reply.found) {
            view::MapRow& made = page.rows.emplace_back();
            made.row.key = row.key;
            made.row.id = json::SharedBytes::copy_of(row.id);
            made.document = row.document;
        }
    }
    const bool special = find->find.plan().index->special();
    find->rows = view::merge_rows(std::move(pages), find->query,
                                  special ? collate::Order::raw : collate::Order::icu)
                     .rows;
    if (find->request.bare) return read_next(find);
    for (const view::MapRow& row : find->rows) {
        if (!find->find.offer({row.row.key, std::string(row.row.id.view()), row.document})) break;
    }
    finish_find(find);
}

/// With r > 1 documents are read by quorum, one after the other, until there are enough.
void Searcher::read_next(const std::shared_ptr<FindJob>& find) {
    const bool special = find->find.plan().index->special();
    while (find->next < find->rows.size() && special &&
           find->rows[find->next].row.id.view().starts_with("_design/")) {
        ++find->next;
    }
    if (find->next == find->rows.size()) return finish_find(find);
    const view::MapRow& row = find->rows[find->next++];
    const std::string id(row.row.id.view());
    const auto r = static_cast<std::uint32_t>(find->find.plan().options.r);
    coordinator_.read(find->database, id, r,
                      [this, find, id, key = row.row.key](const ReadAnswer& answer) {
                          json::Value document;
                          if (answer.status == 200) {
                              document = told_json(find->request.telling, id, answer.path);
                          }
                          const bool more = find->find.offer_read({key, id, document});
                          if (const auto& why = find->find.failure())
                              return answer_find(*find, failure(*why));
                          if (!more) return finish_find(find);
                          read_next(find);
                      });
}

void Searcher::answer_find(const FindJob& find, const Reply& reply) {
    const mango::IndexInfo& index = *find.find.plan().index;
    const std::string read = index.special() ? index.name : index.ddoc.substr(8) + "/" + index.name;
    kernel_.emit(events::mango_find, name(files_.told(find.database)),
                 {field::name(name(node_)), field::name(name(read)), field::integer(reply.status),
                  field::integer(static_cast<std::int64_t>(find.looked))});
    find.then(reply);
}

void Searcher::finish_find(const std::shared_ptr<FindJob>& find) {
    const double ms = 1e3 * seconds_of(kernel_.now() - find->began);
    answer_find(*find, {.status = 200, .body = find_text(find->find.reply(ms).view())});
}

}   // namespace glasshive::store::search
