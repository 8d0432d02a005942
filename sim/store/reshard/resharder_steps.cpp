// A job's way through its steps; mem3_reshard_job.erl.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/assert.h"
#include "store/json/builder.h"
#include "store/reshard/events.h"
#include "store/reshard/resharder.h"
#include "store/shard/shard_map.h"

namespace glasshive::store::reshard {

// --- From step to step ---------------------------------------------------------------------------

void Resharder::begin(SplitJob& job) {
    job.state = JobState::running;
    job.reason.clear();
    job.suspended = false;
    job.retries = 0;
    job.step = restart(job.step);
    job.started = kernel_.now();
    note(job, kernel_.now(), std::string(text_of(job.step)), options_.max_history);
    run(job);
}

void Resharder::halt(SplitJob& job, JobState state, const std::string& reason) {
    running_.erase(job.id);
    job.state = state;
    job.reason = reason;
    note(job, kernel_.now(), reason, options_.max_history);
    tell(job, text_of(state), reason);
}

void Resharder::tell(const SplitJob& job, std::string_view state, std::string_view reason) {
    const auto shard = parse_shard_name(job.source);
    kernel_.emit(events::db_split, name(place_.files.told(shard->database)),
                 {field::name(name(job.node)), field::name(name(shard->range.text())),
                  field::name(name(text_of(job.step))), field::name(name(state)),
                  field::name(name(reason))});
}

/// Each step is caused by the end of the one before, whoever said that it has ended.
void Resharder::run(SplitJob& job) {
    running_[job.id] = {.number = next_++};
    tell(job, job.step == Step::completed ? "completed" : "running");
    step(job);
}

SplitJob* Resharder::job_of(std::uint64_t attempt) {
    for (const auto& [id, running] : running_) {
        if (running.number == attempt) return &place_.jobs.jobs.at(id);
    }
    return nullptr;
}

void Resharder::done(std::uint64_t attempt) {
    SplitJob* job = job_of(attempt);
    if (job == nullptr) return;
    const Attempt ended = running_.at(job->id);
    job->step = next(job->step);
    job->retries = 0;
    job->error.clear();
    if (job->step == Step::completed) job->state = JobState::completed;
    const bool last = job->step == Step::completed;
    note(*job, kernel_.now(), last ? "" : std::string(text_of(job->step)), options_.max_history);
    if (ended.remove_after) {
        running_.erase(job->id);
        remove_job(job->id);
        return;
    }
    if (ended.stop_after) return halt(*job, JobState::stopped, *ended.stop_after);
    run(*job);
    if (last) running_.erase(job->id);
}

/// mem3_reshard_job:handle_worker_exit/3: a step is tried again unless its files are gone.
void Resharder::fail(std::uint64_t attempt, const std::string& reason, bool for_good) {
    SplitJob* job = job_of(attempt);
    if (job == nullptr) return;
    const Attempt ended = running_.at(job->id);
    if (ended.remove_after) {
        running_.erase(job->id);
        remove_job(job->id);
        return;
    }
    if (ended.stop_after) return halt(*job, JobState::stopped, *ended.stop_after);
    if (for_good || job->retries > options_.max_retries) {
        return halt(*job, JobState::failed, reason);
    }
    ++job->retries;
    job->error = reason;
    job->updated = kernel_.now();
    tell(*job, "retrying", reason);
    running_[job->id] = {.number = next_++};
    kernel_.after(id(), options_.retry_interval, tag_retry, running_[job->id].number);
}

void Resharder::again(std::uint64_t attempt, Duration delay) {
    kernel_.after(id(), delay, tag_again, attempt);
}

void Resharder::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag != tag_again && tag != tag_retry) return Scatter::on_timer(tag, argument);
    SplitJob* job = job_of(argument);
    if (job == nullptr) return;
    if (tag == tag_retry) return run(*job);
    step(*job);
}

void Resharder::step(SplitJob& job) {
    const std::uint64_t attempt = running_.at(job.id).number;
    const auto topped_off = [this, attempt](std::optional<std::uint64_t> seq) {
        if (seq) return done(attempt);
        fail(attempt, "topoff_failed");
    };
    switch (job.step) {
        case Step::made: return done(attempt);
        case Step::initial_copy: return initial_copy(job);
        case Step::topoff1:
        case Step::topoff2: return top_off(job, true, topped_off);
        case Step::build_indices: return build_indices(job);
        case Step::copy_local_docs: return copy_local_docs(job);
        case Step::update_shardmap: return update_shardmap(job);
        case Step::wait_source_close: return wait_source_close(job);
        case Step::topoff3: return top_off(job, false, topped_off);
        case Step::source_delete: return source_delete(job);
        case Step::completed: return;
    }
}

// --- Files ---------------------------------------------------------------------------------------

Database* Resharder::copy(const std::string& shard) {
    const auto found = place_.files.copies.find(shard);
    return found == place_.files.copies.end() ? nullptr : &found->second;
}

Database::TakesId Resharder::taker(const std::string& target) const {
    const auto shard = parse_shard_name(target);
    const auto map = place_.files.maps.find(shard->database);
    const bool partitioned = map != place_.files.maps.end() && map->second.partitioned();
    return [range = shard->range, partitioned](std::string_view id) {
        const auto hash = partitioned ? hash_of_partitioned(id) : std::optional(hash_of(id));
        return hash && range.contains(*hash);
    };
}

/// check_source_exists/2, check_targets_exist/2. The job fails when they are not there.
bool Resharder::has_files(SplitJob& job, bool source) {
    const std::uint64_t attempt = running_.at(job.id).number;
    if (source && copy(job.source) == nullptr) {
        if (job.step < Step::update_shardmap) {
            for (const std::string& target : job.targets) place_.replica.drop_copy(target);
        }
        fail(attempt, "missing_source", true);
        return false;
    }
    for (const std::string& target : job.targets) {
        if (job.step == Step::initial_copy || copy(target) != nullptr) continue;
        fail(attempt, "missing_target", true);
        return false;
    }
    return true;
}

// --- The steps -----------------------------------------------------------------------------------

/// The copy as it is now, whatever is written while the disk works: couch_db_split:split/3.
void Resharder::initial_copy(SplitJob& job) {
    if (!has_files(job, true)) return;
    const Database& source = *copy(job.source);
    for (const std::string& target : job.targets) place_.replica.drop_copy(target);
    auto parts = std::make_shared<std::vector<Database>>();
    for (const std::string& target : job.targets) parts->push_back(source.part(taker(target)));
    const std::uint64_t attempt = running_.at(job.id).number;
    work_.pay(id(), source.cost_of_compaction(), [this, attempt, parts] {
        SplitJob* now = job_of(attempt);
        if (now == nullptr || !has_files(*now, true)) return;
        install(*now, std::move(*parts));
        done(attempt);
    });
}

/// create_artificial_mem3_rep_checkpoints/2: pushes go on where the copy ended.
void Resharder::install(SplitJob& job, std::vector<Database> parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::uint64_t seq = parts[i].update_seq();
        place_.replica.add_copy(job.targets[i], std::move(parts[i]));
        json::Builder out;
        out.begin_object();
        out.key("seq");
        out.integer(seq);
        out.key("target_node");
        out.text(job.node);
        out.key("history");
        out.begin_array();
        out.begin_object();
        for (const char* const key : {"source_seq", "target_seq"}) {
            out.key(key);
            out.integer(seq);
        }
        for (const char* const key : {"split", "copied"}) {
            out.key(key);
            out.boolean(true);
        }
        out.end_object();
        out.end_array();
        out.end_object();
        Database& source = *copy(job.source);
        Database& target = *copy(job.targets[i]);
        const LocalEdit edit{.id = checkpoint_id(source.uuid(), target.uuid()), .body = out.take()};
        source.update_local(edit);
        target.update_local(edit);
    }
}

/// All targets at once; says how far the one that is least far has come.
void Resharder::top_off(SplitJob& job, bool before,
                        std::function<void(std::optional<std::uint64_t>)> then) {
    if (!has_files(job, true)) return;
    struct State {
        std::size_t waiting;
        bool good = true;
        std::uint64_t seq = UINT64_MAX;
    };
    const auto state = std::make_shared<State>(State{job.targets.size()});
    const std::string source = job.source;
    const std::vector<std::string> targets = job.targets;
    for (const std::string& target : targets) {
        place_.internal.top_off(source, parse_shard_name(target)->range, before,
                                [state, then](std::optional<std::uint64_t> seq) {
                                    state->good = state->good && seq.has_value();
                                    if (seq) state->seq = std::min(state->seq, *seq);
                                    if (--state->waiting > 0) return;
                                    then(state->good ? std::optional(state->seq) : std::nullopt);
                                });
    }
}

void Resharder::build_indices(SplitJob& job) {
    if (!has_files(job, true)) return;
    const std::uint64_t attempt = running_.at(job.id).number;
    if (!place_.build) return done(attempt);
    const auto waiting = std::make_shared<std::pair<std::size_t, bool>>(job.targets.size(), true);
    const std::vector<std::string> targets = job.targets;
    for (const std::string& target : targets) {
        place_.build(target, [this, attempt, waiting](bool good) {
            waiting->second = waiting->second && good;
            if (--waiting->first > 0) return;
            if (waiting->second) return done(attempt);
            fail(attempt, "index_build_failed");
        });
    }
}

void Resharder::copy_local_docs(SplitJob& job) {
    if (!has_files(job, true)) return;
    const std::uint64_t attempt = running_.at(job.id).number;
    const auto count = static_cast<std::int64_t>(copy(job.source)->local_documents().size());
    const CostModel& costs = copy(job.source)->options().costs;
    const Cost cost{
        .cpu = costs.read_cpu * count, .append = costs.append_per_edit * count, .sync = true};
    work_.pay(id(), cost, [this, attempt] {
        SplitJob* now = job_of(attempt);
        if (now == nullptr || !has_files(*now, true)) return;
        const Database& source = *copy(now->source);
        for (const std::string& target : now->targets) {
            Database& part = *copy(target);
            part.copy_local_documents(source, taker(target));
            if (part.security() != source.security()) part.set_security(source.security());
            if (part.options().revs_limit != source.options().revs_limit) {
                part.set_revs_limit(source.options().revs_limit);
            }
        }
        done(attempt);
    });
}

/// mem3_reshard_dbdoc:update_shard_map/1. Then all live nodes must have the new map, or some would
/// go on writing to the old file.
void Resharder::update_shardmap(SplitJob& job) {
    if (!has_files(job, false)) return;
    Attempt& attempt = running_.at(job.id);
    if (attempt.map_is_edited) return wait_for_map(job);
    ReshardRequest request;
    request.kind = ReshardRequest::Kind::update_map;
    request.shard = job.source;
    request.node = job.node;
    ask({live().front()}, request, [this, number = attempt.number](const Answers& answers) {
        SplitJob* now = job_of(number);
        if (now == nullptr) return;
        if (answers.empty()) return fail(number, "shard_map_update_timeout");
        const std::string& error = answers.front().second->error;
        if (!error.empty()) return fail(number, error);
        Attempt& edited = running_.at(now->id);
        edited.map_is_edited = true;
        edited.until = kernel_.now() + options_.update_shard_map_timeout;
        wait_for_map(*now);
    });
}

void Resharder::wait_for_map(SplitJob& job) {
    const std::uint64_t attempt = running_.at(job.id).number;
    const auto members = live();
    const auto waiting = std::make_shared<std::pair<std::size_t, bool>>(members.size(), true);
    const ShardName source = *parse_shard_name(job.source);
    const auto heard = [this, attempt, waiting, source](const ShardReply* reply) {
        const SplitJob* now = job_of(attempt);
        if (now == nullptr) return;
        if (reply != nullptr && reply->maps) {
            const auto map = reply->maps->maps.find(source.database);
            const bool known = map != reply->maps->maps.end();
            if (known && holds(map->second, source.range, now->node)) waiting->second = false;
        }
        if (--waiting->first > 0) return;
        if (waiting->second) return done(attempt);
        if (kernel_.now() >= running_.at(now->id).until) {
            return fail(attempt, "shard_update_did_not_propagate");
        }
        again(attempt, std::chrono::seconds{5});
    };
    for (const std::size_t member : members) {
        auto request = std::make_shared<ShardRequest>();
        request->internal = true;
        place_.gatherer.ask_one(member, QuorumMessage::list_maps, std::move(request), heard);
    }
}

/// Who was on the way with the old map gets its answer: a second for what reads, as long as it
/// takes for what is written or waits for an index.
void Resharder::wait_source_close(SplitJob& job) {
    if (!has_files(job, false)) return;
    Attempt& attempt = running_.at(job.id);
    const std::uint64_t number = attempt.number;
    if (copy(job.source) == nullptr) return done(number);
    if (attempt.until == Time{}) {
        attempt.until = kernel_.now() + options_.source_close_timeout;
        const auto wait = [this, number](bool) {
            if (job_of(number) != nullptr) again(number, std::chrono::seconds{1});
        };
        return place_.build ? place_.build(job.source, wait) : wait(true);
    }
    if (!place_.replica.is_busy(job.source)) return done(number);
    if (kernel_.now() >= attempt.until) return fail(number, "source_db_close_timeout");
    again(number, std::chrono::seconds{1});
}

/// Only when the targets have all of it: who has not heard of the new map yet may have written to
/// it since the push, and is told that there is no such file from now on.
void Resharder::source_delete(SplitJob& job) {
    Attempt& attempt = running_.at(job.id);
    const std::uint64_t number = attempt.number;
    const Database* source = copy(job.source);
    if (source == nullptr || !options_.delete_source) return done(number);
    if (!has_files(job, true)) return;
    const ShardName shard = *parse_shard_name(job.source);
    const auto map = place_.files.maps.find(shard.database);
    if (map != place_.files.maps.end() && holds(map->second, shard.range, job.node)) {
        job.step = Step::update_shardmap;   // An operator wrote an old map over it.
        return run(job);
    }
    const bool all = attempt.has_pushed && attempt.pushed >= source->update_seq();
    if (all && !place_.replica.is_busy(job.source)) {
        place_.replica.drop_copy(job.source);
        for (const std::string& target : job.targets) place_.internal.updated(target);
        return done(number);
    }
    top_off(job, false, [this, number](std::optional<std::uint64_t> seq) {
        SplitJob* now = job_of(number);
        if (now == nullptr) return;
        if (!seq) return fail(number, "topoff_failed");
        running_.at(now->id).pushed = *seq;
        running_.at(now->id).has_pushed = true;
        source_delete(*now);
    });
}

}   // namespace glasshive::store::reshard
