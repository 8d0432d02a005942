// _changes; chttpd_db:handle_changes_req/2. _db_updates; global_changes_httpd.erl.
#include <algorithm>
#include <memory>
#include <utility>

#include "door/couch/changes_query.h"
#include "door/couch/documents.h"
#include "door/couch/multipart.h"
#include "door/couch/request_object.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/print.h"
#include "store/quorum/feeds.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

/// The document in a row: the winner as it is now, a tombstone by its name alone.
std::string row_document(const store::found::ChangeRow& row, const ChangesQuery& query) {
    store::DocumentShown shown;
    shown.attachments = query.attachments;
    if (!row.content) return "null";
    if (query.telling) {
        store::OpenedPath path{{row.revisions.front(), row.content}};
        for (const auto& each : row.paths) {
            if (each.back().revision == row.revisions.front()) path = each;
        }
        const json::Value told =
            store::search::told_json(query.telling, row.id.view(), path, shown);
        return told ? json::to_text(told.view()) : "null";
    }
    if (!query.conflicts || row.paths.empty()) {
        const std::vector<store::Step> path{{row.revisions.front(), row.content}};
        return document_text(row.id.view(), path, shown);
    }
    store::Tree tree;
    for (const auto& path : row.paths) tree.merge(path);
    shown.conflicts = true;
    return json::to_text(store::document_json(row.id.view(), tree, tree.winner(), shown).view());
}

/// #changes_args.limit: as good as none.
constexpr std::size_t limit_none = 1'000'000'000'000'000;

/// "updated:orders" changed, that is, orders was updated. Empty: it is none of those documents.
std::string update_text(const store::ChangesAnswer::Row& row) {
    const std::string_view id = row.change.id.view();
    const std::size_t colon = id.find(':');
    if (colon == std::string_view::npos) return {};
    return ObjectText()
        .text("db_name", id.substr(colon + 1))
        .text("type", id.substr(0, colon))
        .text("seq", row.seq)
        .take();
}

/// `number`: how many rows there were before it.
std::string row_text(const store::ChangesAnswer::Row& row, const ChangesQuery& query,
                     std::uint64_t number) {
    // Of event sources the rows are as they come, by an oversight of CouchDB.
    if (query.updates && !query.eventsource) return update_text(row);
    // Counted from the limit down (fabric_view_changes:handle_message/3).
    const std::size_t most = std::min(query.options.changes.limit, limit_none);
    const bool has_seq = query.seq_interval == 0 || (most - number) % query.seq_interval == 0;
    ObjectText out;
    if (has_seq)
        out.text("seq", row.seq);
    else
        out.null("seq");
    out.text("id", row.change.id.view());
    std::string revisions = "[";
    for (const store::Revision& each : row.change.revisions) {
        if (revisions.size() > 1) revisions += ',';
        revisions += ObjectText().text("rev", each.text()).take();
    }
    out.raw("changes", revisions + "]");
    if (row.change.deleted) out.flag("deleted", true);
    if (query.include_docs) out.raw("doc", row_document(row.change, query));
    return out.take();
}

std::string tail(const ChangesQuery& query, const std::string& last_seq, std::uint64_t pending) {
    std::string out = "\n],\n\"last_seq\":";
    json::print_text(last_seq, out);
    if (!query.updates) out += ",\"pending\":" + std::to_string(pending);
    return out + "}\n";
}

/// Answers piece by piece what a feed tells.
class Answering {
  public:
    Answering(CallPtr call, ChangesQuery query)
        : call_(std::move(call)),
          query_(std::move(query)) {}

    void hear(const store::FeedEvent& event) {
        if (const auto* row = std::get_if<store::feed::Row>(&event)) return tell_row(row->row);
        if (const auto* end = std::get_if<store::feed::End>(&event)) return tell_end(*end);
        if (const auto* refused = std::get_if<store::feed::Refused>(&event)) {
            if (refused->status == 404 && refused->reason == "no_db_file") {
                return call_->fail(no_database());
            }
            return call_->fail(failed(refused->status, refused->reason));
        }
        if (std::holds_alternative<store::feed::Waiting>(event)) {
            if (rows_ > 0 || query_.eventsource) return;
            return write("\n");
        }
        write(query_.eventsource ? "event: heartbeat\ndata: \n\n" : "\n");
    }

  private:
    bool listed() const {   ///< One JSON object, not lines.
        return query_.options.feed == store::Feed::normal ||
               query_.options.feed == store::Feed::longpoll;
    }
    void write(std::string piece) {
        if (!call_->begun()) {
            if (query_.eventsource) {
                call_->begin(
                    200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}});
            } else {
                call_->begin_json();
                if (listed()) piece = "{\"results\":[\n" + piece;
            }
        }
        call_->write(std::move(piece));
    }
    void tell_row(const store::ChangesAnswer::Row& row) {
        const std::string text = row_text(row, query_, rows_);
        if (text.empty()) return;
        ++rows_;
        if (listed()) return write(rows_ > 1 ? ",\r\n" + text : text);
        if (!query_.eventsource) return write(text + "\n");
        std::string seq;
        json::print_text(row.seq, seq);
        write("data: " + text + "\nid: " + seq + "\n\n");
    }
    void tell_end(const store::feed::End& end) {
        if (listed()) {
            write(tail(query_, end.last_seq, end.pending));
        } else if (!query_.eventsource) {
            ObjectText out;
            out.text("last_seq", end.last_seq);
            if (!query_.updates) out.number("pending", static_cast<std::int64_t>(end.pending));
            write(out.take() + "\n");
        } else if (!call_->begun()) {
            write("");
        }
        call_->end();
    }

    CallPtr call_;
    ChangesQuery query_;
    std::uint64_t rows_ = 0;
};

std::string rows_text(const store::ChangesAnswer& answer, const ChangesQuery& query) {
    std::string out = "{\"results\":[\n";
    std::uint64_t number = 0;
    for (const store::ChangesAnswer::Row& row : answer.rows) {
        const std::string text = row_text(row, query, number);
        if (text.empty()) continue;
        if (number++ > 0) out += ",\r\n";
        out += text;
    }
    return out + tail(query, answer.last_seq, answer.pending);
}

void answer_normal(const CallPtr& call, const ChangesQuery& query) {
    const auto then = [call, query](const store::ChangesAnswer& answer) {
        if (answer.status == 404) throw no_database();
        if (answer.status != 200) throw failed(answer.status, answer.reason);
        const std::string etag = made_etag(answer.last_seq + call->request().target);
        if (call->not_modified(etag)) return;
        call->bytes(200,
                    {{"ETag", etag},
                     {"Cache-Control", "must-revalidate"},
                     {"Content-Type", "application/json"}},
                    rows_text(answer, query));
    };
    call->node().gatherer().changes(query.database, query.options.changes, call->then(then));
}

void start(const CallPtr& call, const ChangesQuery& query) {
    if (query.options.feed == store::Feed::normal) return answer_normal(call, query);
    auto answering = std::make_shared<Answering>(call, query);
    store::Feeds& feeds = call->node().feeds();
    const std::uint64_t number =
        feeds.open(query.database, query.options,
                   [answering](const store::FeedEvent& event) { answering->hear(event); });
    call->on_gone([&feeds, number] { feeds.close(number); });
}

void start_filtered(const CallPtr& call, const ChangesQuery& query) {
    call->node().searcher().filter(
        query.database, query.filter,
        call->then([call, query](const store::search::FilterAnswer& answer) {
            if (!answer.filter) throw Problem{answer.status, answer.error, answer.reason};
            ChangesQuery filtered = query;
            filtered.options.changes.list.filter = answer.filter;
            start(call, filtered);
        }));
}

}   // namespace

void changes(const CallPtr& call) {
    call->only("GET,POST,HEAD");
    if (call->is("POST")) call->require_type("application/json");
    ChangesQuery query = read_changes(*call);
    query.telling = query.include_docs ? telling_of(call) : nullptr;
    if (query.telling) query.options.changes.list.paths = true;   // A told body's revision differs.
    const std::string& filter = query.filter.filter;
    if (filter.empty()) return start(call, query);
    if (filter.starts_with('_') || filter.find('/') == std::string::npos) {
        return start_filtered(call, query);
    }
    with_request_object(call, {}, [call, query](const json::Value& request) {
        ChangesQuery asked = query;
        asked.filter.request = request;
        start_filtered(call, asked);
    });
}

void database_updates(const CallPtr& call) {
    call->only("GET,HEAD");
    call->require_server_admin();
    start(call, read_updates(*call));
}

}   // namespace glasshive::door::couch
