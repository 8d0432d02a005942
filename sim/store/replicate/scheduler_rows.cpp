#include "store/replicate/scheduler_rows.h"

#include <algorithm>

#include "store/json/builder.h"
#include "store/replicate/checkpoint.h"
#include "store/replicate/text.h"

namespace glasshive::store::replicate {

namespace {

using json::Builder;

void add(Builder& out, std::string_view key, std::string_view text) {
    out.key(key);
    out.text(text);
}

void add_or_null(Builder& out, std::string_view key, std::string_view text) {
    out.key(key);
    if (text.empty()) {
        out.null();
    } else {
        out.text(text);
    }
}

void add_count(Builder& out, std::string_view key, std::uint64_t count) {
    out.key(key);
    out.integer(count);
}

void add_value(Builder& out, std::string_view key, const json::Value& value) {
    out.key(key);
    if (value) {
        out.copy(value.view());
    } else {
        out.null();
    }
}

/// {"error":why}. Source: couch_replicator_utils:ejson_state_info/1.
void add_error(Builder& out, std::string_view key, std::string_view why) {
    out.key(key);
    if (why.empty()) return out.null();
    out.begin_object();
    add(out, "error", why);
    out.end_object();
}

std::string pid_text(std::uint64_t pid) { return "<0." + std::to_string(pid) + ".0>"; }

void add_document(Builder& out, std::string_view key, const std::optional<DocumentKey>& document,
                  std::string DocumentKey::*part) {
    add_or_null(out, key, document ? (*document).*part : std::string());
}

/// A URL without its password; a bare name as it is. Source: couch_util:url_strip_password/1.
std::string stripped(std::optional<json::View> endpoint) {
    const auto read = read_endpoint(endpoint);
    const auto* known = std::get_if<Endpoint>(&read);
    return known ? known->shown() : std::string();
}

}   // namespace

std::int64_t RowsOf::seconds_of(Time time) const {
    return options.epoch + ns_of(time) / 1'000'000'000;
}
std::string RowsOf::text_of(Time time) const { return iso8601(seconds_of(time)); }

json::Value progress_value(const Replicator& run) {
    const ReplicationStats& stats = run.stats();
    Builder out;
    out.begin_object();
    add_count(out, "revisions_checked", stats.missing_checked);
    add_count(out, "missing_revisions_found", stats.missing_found);
    add_count(out, "docs_read", stats.docs_read);
    add_count(out, "docs_written", stats.docs_written);
    out.key("changes_pending");
    if (const auto pending = run.pending()) {
        out.integer(*pending);
    } else {
        out.null();
    }
    add_count(out, "doc_write_failures", stats.doc_write_failures);
    add_count(out, "bulk_get_docs", stats.bulk_get_docs);
    add_count(out, "bulk_get_attempts", stats.bulk_get_attempts);
    out.key("checkpointed_source_seq");
    write_seq(run.committed_seq(), out);
    out.key("source_seq");
    write_seq(run.source_seq(), out);
    out.key("through_seq");
    write_seq(run.through_seq(), out);
    out.end_object();
    return out.take();
}

json::Value JobRunner::info_of(const RunnerJob& job) const {
    return job.run && job.run->opened() ? progress_value(*job.run) : job.info;
}

json::Value job_row(const RowsOf& of, const JobRunner& runner, const std::string& id,
                    const RunnerJob& job) {
    Builder out;
    out.begin_object();
    add_document(out, "database", job.document, &DocumentKey::database);
    add(out, "id", id);
    add_or_null(out, "pid", job.pid != 0 ? pid_text(job.pid) : std::string());
    add(out, "source", job.request.source.shown());
    add(out, "target", job.request.target.shown());
    add_or_null(out, "user", job.user);
    add_document(out, "doc_id", job.document, &DocumentKey::id);
    add_value(out, "info", runner.info_of(job));
    out.key("history");
    out.begin_array();
    for (const JobEvent& event : job.history) {
        out.begin_object();
        add(out, "timestamp", of.text_of(event.when));
        add(out, "type", name_of(event.kind));
        if (event.kind == JobEvent::Kind::crashed) add(out, "reason", event.reason);
        out.end_object();
    }
    out.end_array();
    add(out, "node", of.node);
    add(out, "start_time", of.text_of(job.added));
    out.end_object();
    return out.take();
}

/// Members in order of their names, as the table of tasks keeps them.
std::optional<json::Value> task_row(const RowsOf& of, const JobRunner& runner,
                                    const std::string& id, const RunnerJob& job) {
    if (!job.run || !job.run->opened()) return {};
    const json::Value info = runner.info_of(job);
    const auto copy = [&](Builder& out, std::string_view key) {
        out.key(key);
        out.copy(*info.view().find(key));
    };
    Builder out;
    out.begin_object();
    add(out, "node", of.node);
    add(out, "pid", pid_text(job.pid));
    add(out, "process_status", "waiting");
    for (const std::string_view key : {"bulk_get_attempts", "bulk_get_docs", "changes_pending"}) {
        copy(out, key);
    }
    const auto interval = std::chrono::duration_cast<std::chrono::milliseconds>(
        job.request.options.checkpoint_interval);
    add_count(out, "checkpoint_interval", static_cast<std::uint64_t>(interval.count()));
    copy(out, "checkpointed_source_seq");
    out.key("continuous");
    out.boolean(job.request.options.continuous);
    add_document(out, "database", job.document, &DocumentKey::database);
    add_document(out, "doc_id", job.document, &DocumentKey::id);
    for (const std::string_view key :
         {"doc_write_failures", "docs_read", "docs_written", "missing_revisions_found"}) {
        copy(out, key);
    }
    add(out, "replication_id", id);
    copy(out, "revisions_checked");
    add(out, "source", job.request.source.shown());
    copy(out, "source_seq");
    out.key("started_on");
    out.integer(of.seconds_of(job.run_started));
    add(out, "target", job.request.target.shown());
    copy(out, "through_seq");
    add(out, "type", "replication");
    out.key("updated_on");
    out.integer(of.seconds_of(of.now));
    add_or_null(out, "user", job.user);
    out.end_object();
    return out.take();
}

namespace {

/// What a scheduled document's job is at: its state and what there is to say.
void add_summary(Builder& out, const RowsOf& of, const JobRunner& runner, const RunnerJob& job) {
    const std::size_t errors = consecutive_crashes(job.history, of.options.healthy);
    const JobEvent& newest = job.history.front();
    const bool crashing = job.pid == 0 && newest.kind == JobEvent::Kind::crashed;
    add(out, "source", job.request.source.shown());
    add(out, "target", job.request.target.shown());
    add(out, "state", job.pid != 0 ? "running" : crashing ? "crashing" : "pending");
    if (crashing) {
        add_error(out, "info", newest.reason);
    } else {
        add_value(out, "info", runner.info_of(job));
    }
    add_count(out, "error_count", errors);
    add(out, "last_updated", of.text_of(newest.when));
    add(out, "start_time", of.text_of(job.added));
    add_or_null(out, "source_proxy", "");
    add_or_null(out, "target_proxy", "");
}

}   // namespace

std::optional<json::Value> document_row(const RowsOf& of, const JobRunner& runner,
                                        const DocumentKey& key,
                                        const DocumentWatch::Document& document) {
    using State = DocumentWatch::Document::State;
    Builder out;
    out.begin_object();
    add(out, "database", key.database);
    add(out, "doc_id", key.id);
    add_or_null(out, "id", document.job.value_or(""));
    if (document.state == State::scheduled) {
        const RunnerJob* job = runner.find(*document.job);
        if (job == nullptr) return {};
        add(out, "node", of.node);
        add_summary(out, of, runner, *job);
    } else {
        add(out, "state", document.state == State::error ? "error" : "initializing");
        add_error(out, "info", document.info);
        add_count(out, "error_count", document.errors);
        add(out, "node", of.node);
        add(out, "last_updated", of.text_of(document.updated));
        add(out, "start_time", of.text_of(document.added));
    }
    out.end_object();
    return out.take();
}

std::optional<json::Value> ended_row(const std::string& database, const std::string& id,
                                     json::View body) {
    const auto text = [&](std::string_view key) {
        const auto value = body.find(key);
        return value && value->is(json::Type::text) ? std::string(value->text()) : std::string();
    };
    const std::string state = text("_replication_state");
    if (state != "completed" && state != "failed") return {};
    const std::string when = text("_replication_state_time");
    Builder out;
    out.begin_object();
    add(out, "database", database);
    add(out, "doc_id", id);
    add_or_null(out, "id", "");
    add_or_null(out, "source", stripped(body.find("source")));
    add_or_null(out, "target", stripped(body.find("target")));
    add(out, "state", state);
    add_count(out, "error_count", state == "failed" ? 1 : 0);
    std::string started = when;
    if (state == "failed") {
        add_error(out, "info", text("_replication_state_reason"));
    } else {
        started.clear();
        out.key("info");
        out.begin_object();
        const auto stats = body.find("_replication_stats");
        if (stats && stats->is(json::Type::object)) {
            for (const json::Member& member : stats->members()) {
                if (member.key == "start_time") {
                    if (member.value.is(json::Type::text)) started = member.value.text();
                    continue;
                }
                out.key(member.key);
                out.copy(member.value);
            }
        }
        out.end_object();
    }
    add_or_null(out, "start_time", started);
    add_or_null(out, "last_updated", when);
    out.end_object();
    return out.take();
}

namespace {

json::Value page(std::string_view name, const std::vector<json::Value>& rows, std::uint64_t total,
                 std::size_t skip, std::size_t limit) {
    const std::size_t offset = std::min(skip, rows.size());
    const std::size_t end = offset + std::min(limit, rows.size() - offset);
    Builder out;
    out.begin_object();
    add_count(out, "total_rows", total);
    add_count(out, "offset", std::min<std::uint64_t>(skip, total));
    out.key(name);
    out.begin_array();
    for (std::size_t i = offset; i < end; ++i) out.copy(rows[i].view());
    out.end_array();
    out.end_object();
    return out.take();
}

}   // namespace

json::Value scheduler_jobs_page(const std::vector<json::Value>& rows, std::size_t skip,
                                std::size_t limit) {
    return page("jobs", rows, rows.size(), skip, limit);
}
json::Value scheduler_docs_page(const std::vector<json::Value>& rows, std::uint64_t total,
                                std::size_t skip, std::size_t limit) {
    return page("docs", rows, total, skip, limit);
}

}   // namespace glasshive::store::replicate
