// What is asked of _changes and _db_updates.
#include "door/couch/changes_query.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "store/json/builder.h"
#include "store/json/parse.h"

namespace glasshive::door::couch {

namespace json = store::json;
using std::chrono::milliseconds;

namespace {

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

constexpr const char* feeds_of_database =
    "Supported `feed` types: normal, continuous, live, longpoll, eventsource";
constexpr const char* feeds_of_updates =
    "Supported `feed` types: normal, continuous, longpoll, eventsource";

store::Feed feed_of(const std::string& text, const char* refusal) {
    if (text == "normal") return store::Feed::normal;
    if (text == "longpoll") return store::Feed::longpoll;
    if (text == "continuous" || text == "live") return store::Feed::continuous;
    if (text == "eventsource") return store::Feed::eventsource;
    throw bad_request(refusal);
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

std::int64_t count_of(const std::string& text) {
    const auto value = whole_number<std::int64_t>(text);
    if (!value || *value < 0) throw bad_request("invalid_integer");
    return *value;
}

}   // namespace

ChangesQuery read_changes(const Call& call) {
    ChangesQuery query{.database = call.database()};
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
    query.options.feed = feed_of(feed, feeds_of_database);
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

ChangesQuery read_updates(const Call& call) {
    ChangesQuery query{.database = "_global_changes", .updates = true};
    store::FeedOptions& options = query.options;
    for (const auto& [key, value] : call.target().query) {
        if (key == "feed") {
            if (value == "live") throw bad_request(feeds_of_updates);
            options.feed = feed_of(value, feeds_of_updates);
        } else if (key == "descending") {
            options.changes.list.descending = options.changes.list.descending || value == "true";
        } else if (key == "since") {
            options.changes.since = value;
        } else if (key == "limit") {
            options.changes.limit = static_cast<std::size_t>(count_of(value));
        } else if (key == "timeout") {
            options.timeout = milliseconds{std::min<std::int64_t>(count_of(value), 60'000)};
        } else if (key == "heartbeat" && value != "false") {
            const std::int64_t asked = value == "true" ? 60'000 : count_of(value);
            options.heartbeat = milliseconds{std::clamp<std::int64_t>(asked, 1, 86'400'000)};
        }
    }
    query.eventsource = options.feed == store::Feed::eventsource;
    return query;
}

}   // namespace glasshive::door::couch
