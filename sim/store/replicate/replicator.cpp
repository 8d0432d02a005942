// A job's life: opening, reading, ending. Batches and checkpoints have files of their own.
#include "store/replicate/replicator.h"

#include <algorithm>

#include "base/assert.h"
#include "store/json/builder.h"

namespace glasshive::store::replicate {

namespace {

/// {"no_changes":true} and what the last checkpoint said.
json::Value no_changes(const std::optional<LocalDocument>& log) {
    json::Builder out;
    out.begin_object();
    out.key("no_changes");
    out.boolean(true);
    if (log) {
        for (const json::Member& member : log->body.view().members()) {
            out.key(member.key);
            out.copy(member.value);
        }
    }
    out.end_object();
    return out.take();
}

JobError changes_failed(const PeerError& why) {
    const std::string what =
        why.status != 0 ? std::to_string(why.status) : "{error," + why.error + "}";
    return job_error_term("{changes_req_failed," + what + "}");
}

}   // namespace

Replicator::Replicator(kernel::Kernel& kernel, Alarms& alarms, ReplicatorStart start,
                       std::unique_ptr<Peer> source, std::unique_ptr<Peer> target, Done done)
    : kernel_(kernel),
      alarms_(alarms),
      start_(std::move(start)),
      source_(std::move(source)),
      target_(std::move(target)),
      done_(std::move(done)),
      stats_(start_.stats) {}

Replicator::~Replicator() {
    for (const std::uint64_t alarm : set_) alarms_.cancel(alarm);
    for (const std::uint64_t alarm : {checkpoint_alarm_, end_alarm_, patience_alarm_}) {
        alarms_.cancel(alarm);
    }
}

std::int64_t Replicator::seconds() const {
    return start_.epoch + ns_of(kernel_.now()) / 1'000'000'000;
}

// --- Opening -------------------------------------------------------------------------------------

void Replicator::start() { open_source(); }

void Replicator::open_source() {
    source_->info(hear<PeerInfo>(
        [this](const PeerInfo& info) {
            source_info_ = info;
            create_target();
        },
        [this](const PeerError& error) { fail(start_failed(source_->uri(), error)); }));
}

/// One that is there already is as good.
void Replicator::create_target() {
    if (!start_.request.options.create_target) return open_target();
    target_->create(start_.request.options.create_target_params,
                    hear<PeerDone>([this](const PeerDone&) { open_target(); },
                                   [this](const PeerError& error) {
                                       if (error.status == 401 || error.status == 403) {
                                           return fail(start_failed(target_->uri(), error));
                                       }
                                       open_target();
                                   }));
}

void Replicator::open_target() {
    target_->info(hear<PeerInfo>(
        [this](const PeerInfo& info) {
            target_info_ = info;
            find_logs();
        },
        [this](const PeerError& error) { fail(start_failed(target_->uri(), error)); }));
}

void Replicator::find_logs() {
    const std::string id = "_local/" + start_.base_id;
    const auto after = [this](const Peer& peer, const PeerError& error, auto then) {
        if (error.status != 404) {
            return fail(request_failed("GET", peer.uri() + "_local/" + start_.base_id, error));
        }
        then();
    };
    const auto second = [this, id, after] {
        target_->open_local(id, hear<LocalDocument>(
                                    [this](const LocalDocument& log) {
                                        target_log_ = log;
                                        begin();
                                    },
                                    [this, after](const PeerError& e) {
                                        after(*target_, e, [this] { begin(); });
                                    }));
    };
    source_->open_local(
        id, hear<LocalDocument>(
                [this, second](const LocalDocument& log) {
                    source_log_ = log;
                    second();
                },
                [this, after, second](const PeerError& e) { after(*source_, e, second); }));
}

void Replicator::begin() {
    if (phase_ != Phase::opening) return;   // Stopped meanwhile.
    const StartingPoint from = starting_point(source_log_ ? &*source_log_ : nullptr,
                                              target_log_ ? &*target_log_ : nullptr);
    history_ = from.history;
    start_seq_ = start_.request.options.since_seq.value_or(from.since);
    since_ = start_seq_;
    through_.seq = committed_.seq = start_seq_;
    result_ = no_changes(source_log_);
    phase_ = Phase::running;
    opened_ = true;
    arm_checkpoint();
    read_on();
}

// --- Reading -------------------------------------------------------------------------------------

/// As long as there is room: so a slow target slows the reader down.
void Replicator::read_on() {
    const ReplicationOptions& options = start_.request.options;
    const std::size_t room = options.worker_batch_size * options.worker_processes * 2;
    if (phase_ != Phase::running || asking_ || queue_.size() >= room) return;
    if (caught_up_ && !options.continuous) return;
    asking_ = true;
    PeerChanges question{.since = since_,
                         .style = options.winning_revs_only ? Style::main_only : Style::all_docs,
                         .limit = options.worker_batch_size,
                         .wait = caught_up_,
                         .heartbeat = options.connection_timeout / 3,
                         .silence = options.connection_timeout,
                         .filter = options.filter};
    source_->changes(question, hear<PeerPage>(
                                   [this](const PeerPage& page) {
                                       asking_ = false;
                                       if (phase_ == Phase::running) take_page(page);
                                   },
                                   [this](const PeerError& error) {
                                       asking_ = false;
                                       if (phase_ != Phase::running) return;
                                       fail(changes_failed(error));
                                   }));
}

void Replicator::take_page(const PeerPage& page) {
    since_ = page.last_seq;
    behind_ = page.pending;
    caught_up_ = page.changes.size() < start_.request.options.worker_batch_size;
    for (const PeerChange& change : page.changes) {
        // Source: couch_replicator_changes_reader:process_change/2.
        if (change.id.view().size() <= start_.id_bytes_max) {
            queue_.push_back(change);
        } else {
            ++stats_.doc_write_failures;
        }
    }
    start_workers();
    read_on();
    maybe_finish();
}

void Replicator::start_workers() {
    const ReplicationOptions& options = start_.request.options;
    while (!queue_.empty() && in_progress_.size() < options.worker_processes) {
        const auto batch = std::make_shared<Batch>();
        batch->number = next_batch_++;
        const std::size_t size = std::min(options.worker_batch_size, queue_.size());
        const auto last = queue_.begin() + static_cast<std::ptrdiff_t>(size);
        batch->changes.assign(queue_.begin(), last);
        queue_.erase(queue_.begin(), last);
        batch->seq = batch->changes.back().seq;
        in_progress_.emplace(batch->number, batch);
        find_missing(batch);
    }
}

std::optional<std::uint64_t> Replicator::pending() const {
    if (!behind_) return {};
    std::uint64_t known = *behind_ + queue_.size();
    for (const auto& [number, batch] : in_progress_) known += batch->changes.size();
    return known;
}

// --- Ending --------------------------------------------------------------------------------------

void Replicator::maybe_finish() {
    const bool last = caught_up_ && !start_.request.options.continuous;
    if (phase_ == Phase::running && last && idle()) finish();
}

void Replicator::finish() {
    phase_ = Phase::closing;
    alarms_.cancel(checkpoint_alarm_);
    const auto tell = [this](const std::optional<JobError>& error) {
        if (error) return fail(*error);
        end([done = done_, result = result_] { done({result, {}}); });
    };
    if (highest_.batch == 0) return tell({});   // Nothing was seen: the last checkpoint stands.
    through_ = highest_;
    checkpoint(tell);
}

void Replicator::fail(JobError error) {
    if (phase_ == Phase::ended) return;
    if (stopped_) return end(stopped_);
    end([done = done_, error = std::move(error)] { done({{}, error}); });
}

/// couch_replicator_scheduler_job:terminate/2, and the supervisor's patience with it.
void Replicator::stop(std::function<void()> then) {
    if (phase_ == Phase::ended) return;
    const bool has_run = phase_ == Phase::running;
    phase_ = Phase::closing;
    stopped_ = std::move(then);
    alarms_.cancel(checkpoint_alarm_);
    if (!has_run) return end(stopped_);
    patience_alarm_ = alarms_.set(std::chrono::seconds{5}, [this] {
        if (phase_ != Phase::ended) end(stopped_);
    });
    checkpoint([this](const std::optional<JobError>&) { end(stopped_); });
}

/// From a timer and of its own, so that whoever is told may destroy this.
void Replicator::end(std::function<void()> told) {
    SIM_ASSERT(phase_ != Phase::ended);
    phase_ = Phase::ended;
    alarms_.cancel(checkpoint_alarm_);
    queue_.clear();
    in_progress_.clear();
    end_alarm_ = alarms_.set({}, std::move(told));
}

}   // namespace glasshive::store::replicate
