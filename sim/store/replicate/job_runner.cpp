#include "store/replicate/job_runner.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "store/json/builder.h"
#include "store/replicate/events.h"
#include "store/replicate/replication_id.h"
#include "store/replicate/text.h"

namespace glasshive::store::replicate {

namespace {

/// {"ok":true} and what the job says. Source: chttpd_misc:handle_replicate_req/1.
json::Value result_body(json::View result) {
    json::Builder out;
    out.begin_object();
    out.key("ok");
    out.boolean(true);
    for (const json::Member& member : result.members()) {
        out.key(member.key);
        out.copy(member.value);
    }
    out.end_object();
    return out.take();
}

/// As chttpd:error_info/1 turns it into a status.
ReplicateReply failure(const JobError& error) {
    int status = 500;
    if (error.error == "unauthorized") status = 401;
    if (error.error == "forbidden") status = 403;
    return {status, error_body(error.error, error.reason)};
}

}   // namespace

json::Value error_body(const std::string& error, const std::string& reason) {
    json::Builder out;
    out.begin_object();
    out.key("error");
    out.text(error);
    out.key("reason");
    out.text(reason);
    out.end_object();
    return out.take();
}

JobRunner::JobRunner(kernel::Kernel& kernel, Alarms& alarms, std::string node,
                     PeerResolver& resolver, const SchedulerOptions& options, Completed completed)
    : kernel_(kernel),
      alarms_(alarms),
      node_(std::move(node)),
      resolver_(resolver),
      options_(options),
      completed_(std::move(completed)),
      chance_(kernel.rng("store/replicator/" + node_)) {}

/// Source: couch_replicator_filters:fetch/3.
void JobRunner::find_id(const ReplicationRequest& request, IdThen then) {
    if (!needs_filter_code(request)) {
        return then(replication_id(options_.server_uuid, request));
    }
    const std::string& filter = request.options.filter.name;
    const std::size_t slash = filter.find('/');
    const std::string design = "_design/" + filter.substr(0, slash);
    const std::string function = filter.substr(slash + 1);
    auto resolved = resolver_.resolve(node_, request.source, request.options.patience());
    if (const auto* error = std::get_if<PeerError>(&resolved)) {
        return then(job_error("filter_fetch_error", "Could not open source database `" +
                                                        request.source.shown() +
                                                        "`: " + error->error));
    }
    const std::uint64_t number = next_++;
    lookups_[number] = std::get<std::unique_ptr<Peer>>(std::move(resolved));
    Peer& peer = *lookups_[number];
    peer.open(design, [this, number, request, design, function, then,
                       uri = peer.uri()](const PeerAnswer<json::Value>& answer) {
        alarms_.set({}, [this, number] { lookups_.erase(number); });
        if (const auto* error = std::get_if<PeerError>(&answer)) {
            return then(job_error("filter_fetch_error",
                                  "Couldn't open document `" + design + "` from source database `" +
                                      uri + "`: {error,<<\"" + error->error + "\">>}"));
        }
        const auto filters = std::get<json::Value>(answer).view().find("filters");
        const auto code = filters ? filters->find(function) : std::nullopt;
        if (!code || !code->is(json::Type::text)) {
            return then(job_error("filter_fetch_error",
                                  "Couldn't parse filter code from document " + design + " on `" +
                                      uri + "`  Error: missing json key: " + function));
        }
        const std::string_view function_text = trimmed(code->text(), " \t\r\n\f\v");
        then(replication_id(options_.server_uuid, request, std::string(function_text)));
    });
}

// --- Coming and going ----------------------------------------------------------------------------

void JobRunner::add(const std::string& base_id, const ReplicationRequest& request,
                    const std::optional<DocumentKey>& document, const std::string& user) {
    const std::string id = base_id + job_suffix(request.options);
    remove(id);
    auto job = std::make_unique<RunnerJob>();
    job->base_id = base_id;
    job->request = request;
    job->document = document;
    job->user = user;
    job->added = kernel_.now();
    note(id, *job, JobEvent::Kind::added);
    jobs_[id] = std::move(job);
    arm();
    start_if_room(id);
}

const RunnerJob* JobRunner::find(const std::string& id) const {
    const auto at = jobs_.find(id);
    return at == jobs_.end() ? nullptr : at->second.get();
}

void JobRunner::wait_for(const std::string& id, std::function<void(const ReplicateReply&)> then) {
    jobs_.at(id)->waiting.push_back(std::move(then));
}

void JobRunner::remove(const std::string& id, std::function<void()> then) {
    const auto at = jobs_.find(id);
    if (at == jobs_.end()) return then();
    RunnerJob& job = *at->second;
    const auto waiting = std::move(job.waiting);
    alarms_.cancel(job.start_alarm);
    const std::uint64_t number = next_++;
    if (job.run) {
        Replicator& run = *(stopping_[number] = std::move(job.run));
        jobs_.erase(at);
        run.stop([this, number, then = std::move(then)] {
            stopping_.erase(number);
            then();
        });
    } else {
        jobs_.erase(at);
        then();
    }
    for (const auto& tell : waiting) tell({500, error_body("error", "stopped")});
}

void JobRunner::remove_of(const DocumentKey& document) {
    std::vector<std::string> ids;
    for (const auto& [id, job] : jobs_) {
        if (job->document == document) ids.push_back(id);
    }
    for (const std::string& id : ids) remove(id);
}

void JobRunner::clear() {
    jobs_.clear();
    lookups_.clear();
    stopping_.clear();
    armed_ = false;
}

void JobRunner::note(const std::string& id, RunnerJob& job, JobEvent::Kind kind,
                     const std::string& reason) {
    job.history.push_front({kind, kernel_.now(), reason});
    while (job.history.size() > options_.history_max) job.history.pop_back();
    emit(id, job, name_of(kind), reason);
}

void JobRunner::emit(const std::string& id, const RunnerJob& job, std::string_view what,
                     const std::string& reason) {
    Names& names = kernel_.names();
    const ReplicationStats& stats = job.run ? job.run->stats() : job.stats;
    kernel_.emit(events::db_replication, names.intern(id),
                 {field::name(names.intern(node_)), field::name(names.intern(what)),
                  field::integer(static_cast<std::int64_t>(stats.docs_written)),
                  field::name(names.intern(reason))});
}

// --- Running -------------------------------------------------------------------------------------

std::size_t JobRunner::running() const {
    return static_cast<std::size_t>(std::count_if(
        jobs_.begin(), jobs_.end(), [](const auto& entry) { return entry.second->pid != 0; }));
}

void JobRunner::start_if_room(const std::string& id) {
    if (running() < options_.jobs_max) start(id);
}

/// After a while that chance decides, so that a node that boots does not do all at once.
void JobRunner::start(const std::string& id) {
    RunnerJob& job = *jobs_.at(id);
    job.pid = next_pid_++;
    job.run_started = kernel_.now();
    note(id, job, JobEvent::Kind::started);
    const Duration wait = chance_.between(Duration{0}, options_.start_jitter);
    job.start_alarm = alarms_.set(wait, [this, id] { launch(id); });
}

void JobRunner::launch(const std::string& id) {
    RunnerJob& job = *jobs_.at(id);
    job.start_alarm = 0;
    std::unique_ptr<Peer> ends[2];
    for (const int end : {0, 1}) {
        const Endpoint& endpoint = end == 0 ? job.request.source : job.request.target;
        auto resolved = resolver_.resolve(node_, endpoint, job.request.options.patience());
        if (const auto* error = std::get_if<PeerError>(&resolved)) {
            return crashed(id, start_failed(endpoint.shown(), *error));
        }
        ends[end] = std::get<std::unique_ptr<Peer>>(std::move(resolved));
    }
    std::string session;
    for (int i = 0; i < 2; ++i) {
        const std::uint64_t draw = chance_.next();
        session += hex_text({reinterpret_cast<const char*>(&draw), sizeof draw});
    }
    ReplicatorStart start{.request = job.request,
                          .base_id = job.base_id,
                          .session_id = session,
                          .epoch = options_.epoch,
                          .started = job.added,
                          .stats = job.stats,
                          .id_bytes_max = options_.id_bytes_max};
    job.run = std::make_unique<Replicator>(
        kernel_, alarms_, std::move(start), std::move(ends[0]), std::move(ends[1]),
        [this, id](const ReplicatorEnd& end) { ended(id, end); });
    job.run->start();
}

void JobRunner::ended(const std::string& id, const ReplicatorEnd& end) {
    if (end.error) return crashed(id, *end.error);
    completed(id, end);
}

void JobRunner::completed(const std::string& id, const ReplicatorEnd& end) {
    const auto job = std::move(jobs_.at(id));
    jobs_.erase(id);
    emit(id, *job, "completed");
    const ReplicateReply reply{200, result_body(end.result.view())};
    if (job->document) {
        const json::Value info = info_of(*job);
        json::Builder stats;
        stats.begin_object();
        for (const json::Member& member : info.view().members()) {
            if (member.key == "source_seq" || member.key == "through_seq") continue;
            stats.key(member.key);
            stats.copy(member.value);
        }
        stats.key("start_time");
        stats.text(iso8601(options_.epoch + ns_of(job->added) / 1'000'000'000));
        stats.end_object();
        completed_(*job->document, stats.take());
    }
    for (const auto& tell : job->waiting) tell(reply);
    start_pending(options_.jobs_max - std::min(options_.jobs_max, running()));
}

/// A job of `_replicate` is not tried again. Source: handle_crashed_job/3.
void JobRunner::crashed(const std::string& id, const JobError& error) {
    const auto at = jobs_.find(id);
    if (at->second->document) {
        RunnerJob& job = *at->second;
        halt(id);
        note(id, job, JobEvent::Kind::crashed, error.shown);
    } else {
        const auto job = std::move(at->second);
        jobs_.erase(at);
        emit(id, *job, "crashed", error.shown);
        for (const auto& tell : job->waiting) tell(failure(error));
    }
    start_pending(options_.jobs_max - std::min(options_.jobs_max, running()));
}

/// Keeps what is known of it.
void JobRunner::halt(const std::string& id) {
    RunnerJob& job = *jobs_.at(id);
    alarms_.cancel(job.start_alarm);
    job.start_alarm = 0;
    if (job.run) {
        job.info = info_of(job);
        job.stats = job.run->stats();
    }
    job.run.reset();
    job.pid = 0;
}

// --- Turns ---------------------------------------------------------------------------------------

void JobRunner::arm() {
    if (armed_) return;
    armed_ = true;
    alarms_.set(options_.interval, [this] {
        armed_ = false;
        reschedule();
        if (!jobs_.empty()) arm();
    });
}

/// Too many are stopped, the longest running first; then some give way to those that wait.
/// Source: couch_replicator_scheduler:reschedule/1, rotate_jobs/2.
void JobRunner::reschedule() {
    const std::size_t most = options_.jobs_max;
    const std::size_t before = running();
    std::size_t excess = before > most ? before - most : 0;
    const std::size_t stopped = excess;
    stop_some(excess, true);
    const std::size_t now = running();
    excess = now > most ? now - most : 0;
    stop_some(excess, false);
    const std::size_t run = running();
    if (run > most) return;
    const std::size_t pending = jobs_.size() - run;
    const std::size_t slots = most - run;
    const std::size_t churn = options_.churn_max - std::min(options_.churn_max, stopped);
    if (pending > slots) stop_some(std::min({pending - slots, run, churn}), true);
    start_pending(most - std::min(most, running()));
}

void JobRunner::stop_some(std::size_t count, bool continuous) {
    std::vector<std::pair<Time, std::string>> found;
    for (const auto& [id, job] : jobs_) {
        if (job->pid == 0 || job->request.options.continuous != continuous) continue;
        found.emplace_back(last_started(job->history), id);
    }
    std::sort(found.begin(), found.end());
    for (std::size_t i = 0; i < std::min(count, found.size()); ++i) {
        RunnerJob& job = *jobs_.at(found[i].second);
        const std::uint64_t number = next_++;
        if (job.run) {
            job.info = info_of(job);
            job.stats = job.run->stats();
            Replicator& run = *(stopping_[number] = std::move(job.run));
            run.stop([this, number] { stopping_.erase(number); });
        }
        halt(found[i].second);
        note(found[i].second, job, JobEvent::Kind::stopped);
    }
}

/// Those that have waited longest, if they did not crash of late.
void JobRunner::start_pending(std::size_t count) {
    std::vector<std::pair<Time, std::string>> found;
    for (const auto& [id, job] : jobs_) {
        if (job->pid != 0 || !may_start(job->history, kernel_.now(), options_.healthy)) continue;
        found.emplace_back(last_started(job->history), id);
    }
    std::sort(found.begin(), found.end());
    for (std::size_t i = 0; i < std::min(count, found.size()); ++i) start(found[i].second);
}

}   // namespace glasshive::store::replicate
