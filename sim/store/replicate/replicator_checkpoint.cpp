// Where both sides note how far a job came. couch_replicator_scheduler_job:do_checkpoint/1.
#include <utility>

#include "store/json/builder.h"
#include "store/replicate/replicator.h"

namespace glasshive::store::replicate {

namespace {

JobError commit_failure(const std::string& why) {
    return job_error("checkpoint_commit_failure", why);
}

json::Value without_checkpoints() {
    json::Builder out;
    out.begin_object();
    out.key("use_checkpoints");
    out.boolean(false);
    out.end_object();
    return out.take();
}

}   // namespace

void Replicator::arm_checkpoint() {
    checkpoint_alarm_ = alarms_.set(start_.request.options.checkpoint_interval, [this] {
        if (phase_ != Phase::running) return;
        checkpoint([this](const std::optional<JobError>& error) {
            if (phase_ != Phase::running) return;
            if (error) return fail(*error);
            arm_checkpoint();
        });
    });
}

/// Both commit first; who was made anew meanwhile has forgotten what we brought.
void Replicator::checkpoint(std::function<void(std::optional<JobError>)> then) {
    if (!start_.request.options.use_checkpoints) {
        result_ = without_checkpoints();
        return then({});
    }
    if (through_.batch == committed_.batch && through_.seq == committed_.seq) return then({});
    const auto start_times = std::make_shared<std::pair<std::string, std::string>>();
    const auto compare = [this, start_times, then] {
        const bool source_same = start_times->first == source_info_.instance_start_time;
        const bool target_same = start_times->second == target_info_.instance_start_time;
        if (source_same && target_same) return write_checkpoint(then);
        const char* const who = source_same   ? "Target database"
                                : target_same ? "Source database"
                                              : "Source and target databases";
        const char* const where = source_same   ? "the target's server."
                                  : target_same ? "the source's server."
                                                : "both servers.";
        then(commit_failure(std::string(who) + " out of sync. Try to increase max_dbs_open at " +
                            where));
    };
    const auto commit_source = [this, start_times, compare, then] {
        source_->ensure_full_commit(hear<std::string>(
            [start_times, compare](const std::string& time) {
                start_times->first = time;
                compare();
            },
            [then](const PeerError& error) {
                then(commit_failure("Failure on source commit: " + error.error));
            }));
    };
    target_->ensure_full_commit(hear<std::string>(
        [start_times, commit_source](const std::string& time) {
            start_times->second = time;
            commit_source();
        },
        [then](const PeerError& error) {
            then(commit_failure("Failure on target commit: " + error.error));
        }));
}

void Replicator::write_checkpoint(std::function<void(std::optional<JobError>)> then) {
    const Place place = through_;
    const ReplicationSession session{
        .id = start_.session_id,
        .started = start_.epoch + ns_of(start_.started) / 1'000'000'000,
        .ended = seconds(),
        .start_seq = start_seq_,
        .through_seq = place.seq,
        .stats = stats_,
        .by_doc_ids = start_.request.options.filter.doc_ids.has_value()};
    const json::Value body = checkpoint_body(session, history_);
    write_log(true, body, [this, body, place, then](const std::optional<JobError>& failed) {
        if (failed) return then(failed);
        write_log(false, body, [this, body, place, then](const std::optional<JobError>& error) {
            if (!error) {
                committed_ = place;
                result_ = body;
            }
            then(error);
        });
    });
}

void Replicator::write_log(bool source, const json::Value& body,
                           std::function<void(std::optional<JobError>)> then) {
    std::optional<LocalDocument>& log = source ? source_log_ : target_log_;
    LocalEdit edit{.id = "_local/" + start_.base_id, .body = body};
    if (log) edit.parent = Revision(0, std::to_string(log->revision));
    Peer& peer = source ? *source_ : *target_;
    peer.write_local(edit, hear<Revision>(
                               [&log, body, then](const Revision& revision) {
                                   log = LocalDocument{body, std::stoull(revision.id_text())};
                                   then({});
                               },
                               [source, then](const PeerError& error) {
                                   then(commit_failure("Error updating the " +
                                                       std::string(source ? "source" : "target") +
                                                       " checkpoint document: " + error.error));
                               }));
}

}   // namespace glasshive::store::replicate
