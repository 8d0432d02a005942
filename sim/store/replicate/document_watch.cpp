// Which documents are this node's, and what is read from them; document_state.cpp writes them.
#include "store/replicate/document_watch.h"

#include <algorithm>

#include "store/replicate/replication_id.h"
#include "store/replicate/text.h"
#include "store/spec.h"

namespace glasshive::store::replicate {

namespace {

/// Before a feed that failed is opened again.
constexpr Duration feed_retry = std::chrono::seconds{5};
/// A filter's code is looked at again from time to time: MIN_FILTER_DELAY_SEC, and up to so much
/// longer, for every ten documents two seconds.
constexpr std::int64_t filter_delay = 60;

std::string_view state_in(json::View body) {
    const auto state = body.find("_replication_state");
    return state && state->is(json::Type::text) ? state->text() : std::string_view();
}

/// What makes another job of it: all but the document's name and what a job wrote.
bool same_job(const ReplicationRequest& a, const ReplicationRequest& b) {
    const ReplicationOptions& x = a.options;
    const ReplicationOptions& y = b.options;
    return a.source == b.source && a.target == b.target && a.user == b.user &&
           x.continuous == y.continuous && x.create_target == y.create_target &&
           x.create_target_params.q == y.create_target_params.q &&
           x.create_target_params.n == y.create_target_params.n &&
           x.create_target_params.partitioned == y.create_target_params.partitioned &&
           x.filter.doc_ids == y.filter.doc_ids && x.filter.selector == y.filter.selector &&
           x.filter.name == y.filter.name && x.filter.params == y.filter.params &&
           x.since_seq == y.since_seq && x.winning_revs_only == y.winning_revs_only &&
           x.use_checkpoints == y.use_checkpoints && x.use_bulk_get == y.use_bulk_get &&
           x.worker_processes == y.worker_processes && x.worker_batch_size == y.worker_batch_size &&
           x.checkpoint_interval == y.checkpoint_interval &&
           x.connection_timeout == y.connection_timeout &&
           x.retries_per_request == y.retries_per_request;
}

}   // namespace

DocumentWatch::DocumentWatch(kernel::Kernel& kernel, Alarms& alarms, const SchedulerNode& node,
                             std::size_t own, const std::vector<QuorumMember>& members,
                             JobRunner& runner, const SchedulerOptions& options)
    : kernel_(kernel),
      alarms_(alarms),
      node_(node),
      own_(own),
      members_(members),
      runner_(runner),
      options_(options),
      chance_(kernel.rng("store/replicator/documents/" + members[own].node)),
      up_(members.size(), false) {
    up_[own] = true;
}

// --- Membership ----------------------------------------------------------------------------------

void DocumentWatch::begin() {
    begun_ = kernel_.now();
    settle(options_.quiet_at_start);
}

void DocumentWatch::membership_changed(std::size_t member, bool up) {
    if (up_[member] == up) return;
    up_[member] = up;
    // While it starts, others are seen one after the other. Source: mem3_cluster:interval/1.
    const bool starts = kernel_.now() - begun_ <= options_.quiet;
    settle(starts ? options_.quiet_at_start : options_.quiet);
}

void DocumentWatch::settle(Duration after) {
    stable_ = false;
    for (auto& [database, watched] : watched_) {
        if (watched.feed != 0) node_.feeds.close(watched.feed);
        alarms_.cancel(watched.retry);
    }
    watched_.clear();
    alarms_.cancel(settle_alarm_);
    settle_alarm_ = alarms_.set(after, [this] { became_stable(); });
}

/// Gives away what belongs to others now, and reads all documents again for what is ours.
void DocumentWatch::became_stable() {
    stable_ = true;
    std::vector<DocumentKey> others;
    for (const auto& [key, document] : documents_) {
        if (owner(key) != members_[own_].node) others.push_back(key);
    }
    for (const DocumentKey& key : others) removed(key);
    look_for_databases();
}

/// mem3:owner/3, of the live nodes that hold the document.
std::optional<std::string> DocumentWatch::owner(const DocumentKey& key) const {
    const auto map = node_.files.maps.find(key.database);
    if (map == node_.files.maps.end()) return {};
    std::vector<std::string> nodes;
    for (const Copy* copy : map->second.copies_of(std::string_view(key.id))) {
        const auto member = find_member(members_, copy->node);
        if (member && up_[*member]) nodes.push_back(copy->node);
    }
    if (nodes.empty()) return {};
    return owner_of(key.database, key.id, nodes);
}

// --- Databases -----------------------------------------------------------------------------------

void DocumentWatch::look_for_databases() {
    if (!stable_) return;
    std::vector<std::string> gone;
    for (const auto& [database, watched] : watched_) {
        if (node_.files.maps.count(database) == 0) gone.push_back(database);
    }
    for (const std::string& database : gone) forget_database(database);
    for (const auto& [database, map] : node_.files.maps) {
        if (is_replicator_database(database) && watched_.count(database) == 0) watch(database);
    }
}

void DocumentWatch::watch(const std::string& database) {
    Watched& watched = watched_[database];
    watched.retry = 0;
    FeedOptions options{.feed = Feed::continuous,
                        .changes = {.since = watched.since},
                        .heartbeat = std::chrono::seconds{60}};
    options.changes.list.bodies = true;
    const std::uint64_t feed =
        node_.feeds.open(database, std::move(options),
                         [this, database](const FeedEvent& event) { hear(database, event); });
    const auto still = watched_.find(database);
    if (still != watched_.end() && still->second.retry == 0) still->second.feed = feed;
}

void DocumentWatch::hear(const std::string& database, const FeedEvent& event) {
    const auto at = watched_.find(database);
    if (at == watched_.end() || std::holds_alternative<feed::Heartbeat>(event) ||
        std::holds_alternative<feed::Waiting>(event)) {
        return;
    }
    if (const auto* row = std::get_if<feed::Row>(&event)) {
        at->second.since = row->row.seq;
        return changed({database, std::string(row->row.change.id.view())}, row->row.change);
    }
    // No ring of copies for now, or the database is gone.
    at->second.feed = 0;
    at->second.retry = alarms_.set(feed_retry, [this, database] {
        if (node_.files.maps.count(database) == 0) return forget_database(database);
        watch(database);
    });
}

void DocumentWatch::forget_database(const std::string& database) {
    const auto at = watched_.find(database);
    if (at == watched_.end()) return;
    if (at->second.feed != 0) node_.feeds.close(at->second.feed);
    alarms_.cancel(at->second.retry);
    watched_.erase(at);
    std::vector<DocumentKey> keys;
    for (const auto& [key, document] : documents_) {
        if (key.database == database) keys.push_back(key);
    }
    for (const DocumentKey& key : keys) removed(key);
}

// --- Documents -----------------------------------------------------------------------------------

/// Source: couch_replicator_doc_processor:process_change/2.
void DocumentWatch::changed(const DocumentKey& key, const found::ChangeRow& row) {
    if (key.id.starts_with("_design/")) return;
    if (row.deleted) return removed(key);
    if (!row.content || owner(key) != members_[own_].node) return;
    const json::Value body = row.content->body;
    const std::string_view state = state_in(body.view());
    if (state == "failed") return;
    if (state == "completed") {
        const auto at = documents_.find(key);
        if (at == documents_.end()) return;
        alarms_.cancel(at->second.alarm);
        documents_.erase(at);
        return;
    }
    const bool old = state == "triggered" || state == "error";
    if (old && !options_.update_docs) {   // Of a version that wrote such states.
        write_state(key,
                    {{"_replication_state", {}},
                     {"_replication_state_time", {}},
                     {"_replication_state_reason", {}},
                     {"_replication_id", {}},
                     {"_replication_stats", {}}},
                    0);
    }
    take(key, body.view());
}

void DocumentWatch::take(const DocumentKey& key, json::View body) {
    auto read = read_request(body, options_.usual);
    if (const auto* refusal = std::get_if<Refusal>(&read)) {
        removed(key);
        return failed(key, refusal->reason);
    }
    auto& request = std::get<ReplicationRequest>(read);
    const auto at = documents_.find(key);
    if (at != documents_.end() && same_job(at->second.request, request)) return;
    removed(key);
    documents_[key] = {
        .request = std::move(request), .updated = kernel_.now(), .added = kernel_.now()};
    find_job(key, {});
}

void DocumentWatch::removed(const DocumentKey& key) {
    const auto at = documents_.find(key);
    if (at != documents_.end()) {
        alarms_.cancel(at->second.alarm);
        documents_.erase(at);
    }
    runner_.remove_of(key);
}

/// Source: couch_replicator_doc_processor_worker.erl.
void DocumentWatch::find_job(const DocumentKey& key, Duration after) {
    Document& document = documents_.at(key);
    const std::uint64_t worker = document.worker = next_worker_++;
    document.alarm = alarms_.set(after, [this, key, worker] {
        const ReplicationRequest request = documents_.at(key).request;
        runner_.find_id(request, [this, key, worker](const auto& answer) {
            const auto at = documents_.find(key);
            if (at == documents_.end() || at->second.worker != worker) return;
            if (const auto* error = std::get_if<JobError>(&answer)) {
                return temporary_error(key, error->reason);
            }
            found_id(key, std::get<std::string>(answer));
        });
    });
}

void DocumentWatch::found_id(const DocumentKey& key, const std::string& base_id) {
    Document& document = documents_.at(key);
    const std::string id = base_id + job_suffix(document.request.options);
    const RunnerJob* other = runner_.find(id);
    if (other != nullptr && other->document != key) {
        const std::string what =
            "Replication `" + id + "` specified by document `" + key.id + "` already ";
        if (!other->document) {
            return temporary_error(key, what + "running as a transient replication, started via "
                                               "`_replicate` API endpoint");
        }
        const std::string why = what + "started, triggered by document `" + other->document->id +
                                "` from db `" + other->document->database + "`";
        documents_.erase(key);
        return failed(key, why);
    }
    document.state = Document::State::scheduled;
    document.errors = 0;
    document.updated = kernel_.now();
    document.info.clear();
    if (document.job && *document.job != id) {
        document.info = "Replication id changed: " + *document.job + " -> " + id;
        runner_.remove(*document.job);
    }
    document.job = id;
    if (options_.update_docs) triggered(key, id);
    const bool filtered = needs_filter_code(document.request);
    if (other == nullptr) {
        runner_.add(base_id, document.request, key, document.request.user);
    }
    if (!filtered) return;
    const auto spread = static_cast<std::uint64_t>(1 + 2 * documents_.size() / 10);
    const auto more = static_cast<std::int64_t>(1 + chance_.below(spread));
    find_job(key, std::chrono::seconds{filter_delay + more});
}

void DocumentWatch::temporary_error(const DocumentKey& key, std::string why) {
    Document& document = documents_.at(key);
    document.state = Document::State::error;
    document.job.reset();
    document.info = std::move(why);
    document.updated = kernel_.now();
    if (options_.update_docs) in_error(key, document.info);
    const std::uint32_t doubled = std::min(++document.errors, 12U);
    const auto wait = static_cast<std::int64_t>(1 + chance_.below(std::uint64_t{64} << doubled));
    find_job(key, std::chrono::seconds{wait});
}

void DocumentWatch::clear() {
    stable_ = false;
    watched_.clear();
    documents_.clear();
    up_.assign(members_.size(), false);
    up_[own_] = true;
}

}   // namespace glasshive::store::replicate
