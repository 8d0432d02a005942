// _changes; chttpd_db:handle_changes_req/2.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "door/couch/documents.h"
#include "door/couch/multipart.h"
#include "door/couch/request_object.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/quorum/feeds.h"

namespace glasshive::door::couch {

namespace json = store::json;
using std::chrono::milliseconds;

namespace {

struct ChangesQuery {
    store::FeedOptions options;
    bool eventsource = false;
    bool include_docs = false;
    store::search::TellingPtr telling{};   ///< Of documents in rows.
    bool conflicts = false;
    store::AttachmentsShown attachments;
    std::uint64_t seq_interval = 0;   ///< 0: each row has its sequence.
    store::search::FilterRequest filter;
};

/// Erlang's list_to_integer: what is no number ends the request with a 500.
std::int64_t integer(const std::string& text) {
    const std::string_view digits = text;
    const auto value = whole_number<std::int64_t>(digits.substr(text.starts_with('+') ? 1 : 0));
    if (!value) throw Problem{500, "badarg", "unknown_error", {}, true};
    return *value;
}

std::int64_t heartbeat(const std::string& text) {
    if (text == "true") return 60'000;
    const auto value = whole_number<std::int64_t>(text);
    if (!value) {
        throw bad_request(
            "Invalid heartbeat value. Expecting a positive integer value (in milliseconds).");
    }
    if (*value <= 0) {
        throw bad_request("The heartbeat value should be a positive integer (in milliseconds).");
    }
    return *value;
}

store::Feed feed_of(const std::string& text) {
    if (text == "normal") return store::Feed::normal;
    if (text == "longpoll") return store::Feed::longpoll;
    if (text == "continuous" || text == "live") return store::Feed::continuous;
    if (text == "eventsource") return store::Feed::eventsource;
    throw bad_request("Supported `feed` types: normal, continuous, live, longpoll, eventsource");
}

store::Style style_of(const std::string& text) {
    if (text == "all_docs") return store::Style::all_docs;
    if (text == "main_only") return store::Style::main_only;
    throw Problem{500, "badarg", "unknown_error", {}, true};
}

void take_number(ChangesQuery& query, const std::string& key, const std::string& value) {
    if (key == "limit") {
        query.options.changes.limit =
            static_cast<std::size_t>(std::max<std::int64_t>(0, integer(value)));
    } else if (key == "timeout") {
        query.options.timeout = milliseconds{std::clamp<std::int64_t>(integer(value), 0, 60'000)};
    } else if (key == "heartbeat" && value != "false") {
        query.options.heartbeat =
            milliseconds{std::min<std::int64_t>(heartbeat(value), 86'400'000)};
    } else if (key == "seq_interval") {
        std::int64_t interval = 0;
        try {
            interval = integer(value);
        } catch (const Problem&) {
        }
        if (interval <= 0) throw bad_request("invalid_seq_interval");
        query.seq_interval = static_cast<std::uint64_t>(interval);
    }
}

void take_filter(const Call& call, ChangesQuery& query) {
    const auto parsed = [](const std::string& text) {
        json::Parsed value = json::parse(text);
        if (!value.ok()) throw bad_request("invalid UTF-8 JSON");
        return std::move(value.value);
    };
    if (const std::string* ids = call.target().value("doc_ids")) {
        query.filter.doc_ids = parsed(*ids);
    }
    if (const std::string* view = call.target().value("view")) query.filter.view = *view;
    if (call.is("POST") && !call.request().body.empty()) {
        const json::Value body = call.body_object();
        const auto copy = [&body](const char* key, json::Value& into) {
            if (const auto found = body.view().find(key)) {
                json::Builder out;
                out.copy(*found);
                into = out.take();
            }
        };
        copy("doc_ids", query.filter.doc_ids);
        copy("selector", query.filter.selector);
    }
}

ChangesQuery read_changes(const Call& call) {
    ChangesQuery query;
    std::string feed = "normal";
    for (const auto& [name, value] : call.target().query) {
        std::string key = name;
        std::transform(key.begin(), key.end(), key.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const bool yes = value == "true";
        if (key == "feed")
            feed = value;
        else if (key == "descending")
            query.options.changes.list.descending = yes;
        else if (key == "since" || key == "last-event-id")
            query.options.changes.since = value;
        else if (key == "style")
            query.options.changes.list.style = style_of(value);
        else if (key == "include_docs")
            query.include_docs = yes;
        else if (key == "conflicts")
            query.conflicts = yes;
        else if (key == "attachments")
            query.attachments.data = yes;
        else if (key == "att_encoding_info")
            query.attachments.encoding = yes;
        else if (key == "filter")
            query.filter.filter = value;
        else
            take_number(query, key, value);
    }
    query.options.feed = feed_of(feed);
    query.eventsource = query.options.feed == store::Feed::eventsource;
    const std::string last = call.header("Last-Event-ID");
    if (query.eventsource && !last.empty()) {
        query.options.changes.since = last;
    }
    std::string& since = query.options.changes.since;
    if (since.size() >= 2 && since.front() == '"') since = since.substr(1, since.size() - 2);
    query.options.changes.list.bodies = query.include_docs;
    query.options.changes.list.paths = query.include_docs && query.conflicts;
    take_filter(call, query);
    return query;
}

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

/// `number`: how many rows there were before it.
std::string row_text(const store::ChangesAnswer::Row& row, const ChangesQuery& query,
                     std::uint64_t number) {
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

std::string tail(const std::string& last_seq, std::uint64_t pending) {
    std::string out = "\n],\n\"last_seq\":";
    json::print_text(last_seq, out);
    return out + ",\"pending\":" + std::to_string(pending) + "}\n";
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
        const std::string text = row_text(row, query_, rows_++);
        if (listed()) return write(rows_ > 1 ? ",\r\n" + text : text);
        if (!query_.eventsource) return write(text + "\n");
        std::string seq;
        json::print_text(row.seq, seq);
        write("data: " + text + "\nid: " + seq + "\n\n");
    }
    void tell_end(const store::feed::End& end) {
        if (listed()) {
            write(tail(end.last_seq, end.pending));
        } else if (!query_.eventsource) {
            ObjectText out;
            out.text("last_seq", end.last_seq);
            write(out.number("pending", static_cast<std::int64_t>(end.pending)).take() + "\n");
        } else if (!call_->begun()) {
            write("");
        }
        call_->end();
    }

    CallPtr call_;
    ChangesQuery query_;
    std::uint64_t rows_ = 0;
};

void answer_normal(const CallPtr& call, const ChangesQuery& query) {
    call->node().gatherer().changes(call->database(), query.options.changes,
                                    call->then([call, query](const store::ChangesAnswer& answer) {
                                        if (answer.status == 404) throw no_database();
                                        if (answer.status != 200)
                                            throw failed(answer.status, answer.reason);
                                        const std::string etag =
                                            made_etag(answer.last_seq + call->request().target);
                                        if (call->not_modified(etag)) return;
                                        std::string out = "{\"results\":[\n";
                                        for (std::size_t i = 0; i < answer.rows.size(); ++i) {
                                            if (i > 0) out += ",\r\n";
                                            out += row_text(answer.rows[i], query, i);
                                        }
                                        out += tail(answer.last_seq, answer.pending);
                                        call->bytes(200,
                                                    {{"ETag", etag},
                                                     {"Cache-Control", "must-revalidate"},
                                                     {"Content-Type", "application/json"}},
                                                    std::move(out));
                                    }));
}

void start(const CallPtr& call, const ChangesQuery& query) {
    if (query.options.feed == store::Feed::normal) return answer_normal(call, query);
    auto answering = std::make_shared<Answering>(call, query);
    store::Feeds& feeds = call->node().feeds();
    const std::uint64_t number =
        feeds.open(call->database(), query.options,
                   [answering](const store::FeedEvent& event) { answering->hear(event); });
    call->on_gone([&feeds, number] { feeds.close(number); });
}

void start_filtered(const CallPtr& call, const ChangesQuery& query) {
    call->node().searcher().filter(
        call->database(), query.filter,
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

}   // namespace glasshive::door::couch
