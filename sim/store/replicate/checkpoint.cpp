#include "store/replicate/checkpoint.h"

#include <algorithm>

#include "store/json/print.h"
#include "store/replicate/replication_id.h"
#include "store/replicate/text.h"

namespace glasshive::store::replicate {

namespace {

using json::Type;
using json::View;

std::string seq_in(View object, std::string_view key) {
    const auto seq = object.find(key);
    if (!seq || seq->is(Type::null)) return "0";
    return seq->is(Type::text) ? std::string(seq->text()) : json::to_text(*seq);
}

std::vector<View> history_of(View checkpoint) {
    std::vector<View> out;
    const auto history = checkpoint.find("history");
    if (!history || !history->is(Type::array)) return out;
    for (const View entry : history->elements()) {
        if (entry.is(Type::object)) out.push_back(entry);
    }
    return out;
}

std::string_view session_of(View object) {
    const auto session = object.find("session_id");
    return session && session->is(Type::text) ? session->text() : std::string_view();
}

std::vector<json::Value> copy_from(const std::vector<View>& entries, std::size_t first) {
    std::vector<json::Value> out;
    for (std::size_t i = first; i < entries.size(); ++i) {
        out.push_back(json::Value::copy_of(entries[i].bytes()));
    }
    return out;
}

bool has_session(const std::vector<View>& entries, std::size_t first, std::string_view session) {
    if (session.empty()) return false;
    return std::any_of(entries.begin() + static_cast<std::ptrdiff_t>(first), entries.end(),
                       [&](View entry) { return session_of(entry) == session; });
}

/// compare_rep_history/2: both walked in step, the newest session first.
StartingPoint common_session(const std::vector<View>& source, const std::vector<View>& target) {
    for (std::size_t i = 0; i < source.size() && i < target.size(); ++i) {
        if (has_session(target, i, session_of(source[i]))) {
            return {seq_in(source[i], "recorded_seq"), copy_from(source, i + 1)};
        }
        if (has_session(source, i + 1, session_of(target[i]))) {
            return {seq_in(target[i], "recorded_seq"), copy_from(target, i + 1)};
        }
    }
    return {};
}

void write_count(std::string_view key, std::uint64_t count, json::Builder& out) {
    out.key(key);
    out.integer(count);
}

void write_text(std::string_view key, std::string_view text, json::Builder& out) {
    out.key(key);
    out.text(text);
}

void write_documents(const ReplicationStats& stats, json::Builder& out) {
    write_count("docs_read", stats.docs_read, out);
    write_count("docs_written", stats.docs_written, out);
    write_count("doc_write_failures", stats.doc_write_failures, out);
}

void write_entry(const ReplicationSession& session, json::Builder& out) {
    out.begin_object();
    write_text("session_id", session.id, out);
    write_text("start_time", rfc1123(session.started), out);
    write_text("end_time", rfc1123(session.ended), out);
    out.key("start_last_seq");
    write_seq(session.start_seq, out);
    for (const std::string_view key : {"end_last_seq", "recorded_seq"}) {
        out.key(key);
        write_seq(session.through_seq, out);
    }
    write_count("missing_checked", session.stats.missing_checked, out);
    write_count("missing_found", session.stats.missing_found, out);
    write_documents(session.stats, out);
    write_count("bulk_get_docs", session.stats.bulk_get_docs, out);
    write_count("bulk_get_attempts", session.stats.bulk_get_attempts, out);
    out.end_object();
}

}   // namespace

void ReplicationStats::add(const ReplicationStats& other) {
    missing_checked += other.missing_checked;
    missing_found += other.missing_found;
    docs_read += other.docs_read;
    docs_written += other.docs_written;
    doc_write_failures += other.doc_write_failures;
    bulk_get_docs += other.bulk_get_docs;
    bulk_get_attempts += other.bulk_get_attempts;
}

void write_seq(std::string_view seq, json::Builder& out) {
    if (seq == "0") {
        out.integer(std::int64_t{0});
    } else {
        out.text(seq);
    }
}

StartingPoint starting_point(const LocalDocument* source, const LocalDocument* target) {
    const json::Value nothing = json::Value::empty_object();
    const View ours = (source ? source->body : nothing).view();
    const View theirs = (target ? target->body : nothing).view();
    if (session_of(ours) == session_of(theirs)) {
        return {seq_in(ours, "source_last_seq"), copy_from(history_of(ours), 0)};
    }
    return common_session(history_of(ours), history_of(theirs));
}

json::Value checkpoint_body(const ReplicationSession& session,
                            const std::vector<json::Value>& history) {
    json::Builder out;
    out.begin_object();
    write_text("session_id", session.id, out);
    out.key("source_last_seq");
    write_seq(session.through_seq, out);
    out.key("replication_id_version");
    out.integer(std::int64_t{replication_id_version});
    if (session.by_doc_ids) {
        write_text("start_time", rfc1123(session.started), out);
        write_text("end_time", rfc1123(session.ended), out);
        write_documents(session.stats, out);
    }
    out.key("history");
    out.begin_array();
    write_entry(session, out);
    const std::size_t kept = std::min(history.size(), checkpoint_history_max - 1);
    for (std::size_t i = 0; i < kept; ++i) out.copy(history[i].view());
    out.end_array();
    out.end_object();
    return out.take();
}

}   // namespace glasshive::store::replicate
