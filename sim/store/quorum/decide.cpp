#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/events.h"

namespace glasshive::store {

// --- Hearing -------------------------------------------------------------------------------------

void Coordinator::on_message(const kernel::Message& message) {
    const auto at = jobs_.find(message.a);
    if (at == jobs_.end()) return;   // Decided already.
    Job& job = at->second;
    Worker& worker = job.workers[message.b];
    if (worker.state != Worker::State::waiting) return;
    const auto type = static_cast<QuorumMessage>(message.type);
    if (type == QuorumMessage::failed) return lose(at, message.b, "no file");
    // fabric_db_create:handle_db_update/3 waits for nobody else then.
    if (type == QuorumMessage::conflicted) job.conflicted = true;
    if (type == QuorumMessage::conflicted) return finish(at);
    job.existed = job.existed || type == QuorumMessage::existed;
    worker.state = Worker::State::answered;
    --job.waiting;
    ++job.good;
    const auto* reply = static_cast<const ShardReply*>(message.body.get());
    if (type == QuorumMessage::opened) {
        if (!job.first) job.first = worker.member;
        job.tally->add(reply->path);
        if (reply->whole) job.whole.push_back(reply->whole);
    }
    if (type == QuorumMessage::updated) {
        SIM_ASSERT(reply->replies.size() == worker.edits.size());
        for (std::size_t i = 0; i < worker.edits.size(); ++i) {
            job.replies[worker.edits[i]].push_back(reply->replies[i]);
        }
        start_held(at, message.b);
    }
    look(at);
}

void Coordinator::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    const auto found = std::find(channels_.begin(), channels_.end(), channel);
    if (found == channels_.end()) return;
    node_down(static_cast<std::size_t>(found - channels_.begin()));
}

void Coordinator::node_down(std::size_t member) {
    channels_.resize(members_.size());
    if (channels_[member].valid()) kernel_.close(id(), channels_[member]);
    channels_[member] = ChannelId{};
    std::vector<std::uint64_t> numbers;   // Losing a worker may end its job and begin another.
    for (const auto& [number, job] : jobs_) {
        // fabric_db_meta:set_revs_limit waits without rexi_monitor: it never learns of it.
        if (job.type != QuorumMessage::revs_limit) numbers.push_back(number);
    }
    for (const std::uint64_t number : numbers) {
        for (std::size_t worker = 0;; ++worker) {
            const auto at = jobs_.find(number);
            if (at == jobs_.end() || worker == at->second.workers.size()) break;
            const Worker& each = at->second.workers[worker];
            if (each.member == member && each.state == Worker::State::waiting) {
                lose(at, worker, "down");
            }
        }
    }
}

void Coordinator::set_connected(std::size_t member, bool connected) {
    away_.resize(members_.size());
    away_[member] = !connected;
}

void Coordinator::on_timer(std::uint32_t tag, std::uint64_t argument) {
    for (std::size_t worker = 0; tag == tag_away; ++worker) {
        const auto at = jobs_.find(argument);
        if (at == jobs_.end() || worker == at->second.workers.size()) return;
        const Worker& each = at->second.workers[worker];
        const bool waits = each.state == Worker::State::waiting;
        if (waits && away_[each.member]) lose(at, worker, "down");
    }
    const auto at = jobs_.find(argument);
    SIM_ASSERT(at != jobs_.end());
    at->second.timed_out = true;
    finish(at);
}

void Coordinator::on_stop() {
    jobs_.clear();
    channels_.clear();
    away_.clear();
}

void Coordinator::lose(Jobs::iterator at, std::size_t worker, std::string_view why) {
    Job& job = at->second;
    job.workers[worker].state = Worker::State::lost;
    --job.waiting;
    kernel_.emit(events::db_copy_lost, name(files_.told(job.database)),
                 {field::name(name(node_)),
                  field::name(name(members_[job.workers[worker].member].node)),
                  field::name(name(why))});
    start_held(at, worker);
    look(at);
}

void Coordinator::start_held(Jobs::iterator at, std::size_t first) {
    Job& job = at->second;
    const bool answered = job.workers[first].state == Worker::State::answered;
    for (std::size_t i = 0; i < job.workers.size(); ++i) {
        Worker& held = job.workers[i];
        if (held.state != Worker::State::held || held.range != job.workers[first].range) continue;
        std::vector<std::size_t> left;
        std::vector<Edit> edits;
        for (std::size_t k = 0; k < held.edits.size(); ++k) {
            const std::size_t edit = held.edits[k];
            if (answered && job.replies[edit].front().kind == CopyReply::Kind::conflict) {
                job.final_conflict[edit] = true;   // No other copy is asked to store it.
                continue;
            }
            left.push_back(edit);
            edits.push_back(held.request->edits[k]);
        }
        held.edits = std::move(left);
        held.request->edits = std::move(edits);
        held.state = held.edits.empty() ? Worker::State::lost : Worker::State::waiting;
        if (held.edits.empty()) {
            --job.waiting;
            continue;
        }
        ask(at->first, i, std::move(held.request), held.size);
        if (!answered) return;   // The next copy is the first one now.
    }
}

// --- Deciding ------------------------------------------------------------------------------------

void Coordinator::look(Jobs::iterator at) {
    const Job& job = at->second;
    bool enough = job.waiting == 0;
    if (job.tally) enough = enough || job.tally->met();
    if (job.type == QuorumMessage::update) {
        bool all = true;
        for (std::size_t i = 0; i < job.replies.size(); ++i) {
            all = all && (job.final_conflict[i] || decided(job.replies[i], job.wanted).has_value());
        }
        enough = enough || all;
    }
    if (enough) finish(at);
}

void Coordinator::finish(Jobs::iterator at) {
    Job job = std::move(at->second);
    jobs_.erase(at);
    kernel_.cancel(job.timer);
    if (job.write_then) {
        finish_write(job);
    } else if (job.read_then) {
        finish_read(job);
    } else {
        job.status_then(status_of(job));
    }
}

void Coordinator::finish_write(const Job& job) {
    WriteAnswer answer;
    std::uint32_t least = UINT32_MAX;
    for (const std::vector<CopyReply>& replies : job.replies) {
        answer.decisions.push_back(forced(replies, job.wanted));
        least = std::min(least, answer.decisions.back().copies);
    }
    answer.status = answer.decisions.size() == 1 ? document_status(answer.decisions.front())
                                                 : bulk_status(answer.decisions);
    const EventId decided =
        kernel_.emit(events::db_write, name(files_.told(job.database)),
                     {field::name(name(node_)), field::integer(answer.status),
                      field::integer(least == UINT32_MAX ? 0 : least), field::integer(job.wanted)});
    const kernel::CauseScope scope(kernel_, decided);
    job.write_then(answer);
}

void Coordinator::finish_read(Job& job) {
    ReadAnswer answer;
    const bool met = job.tally->met();
    if (job.timed_out) {
        answer.reason = "timeout";   // Even if some answered: a hung node is not a down one.
    } else if (job.tally->replies() == 0) {
        answer.reason = "read_failure";
    } else {
        answer.path = job.tally->answer();
        const bool missing = answer.path.empty();
        const bool deleted =
            !missing && answer.path.back().content && answer.path.back().content->deleted;
        answer.status = missing || deleted ? 404 : 200;
        if (missing) answer.reason = "missing";
        if (deleted) answer.reason = "deleted";
        for (const auto& each : job.whole) {
            const Tree& tree = each->tree;
            if (missing || tree.node(tree.winner()).revision != answer.path.back().revision) {
                continue;
            }
            answer.whole = each;
            break;
        }
    }
    EventId cause = kernel_.cause();
    const ShardMap* map = files_.map_of(job.database);
    if (!met || (map != nullptr && job.wanted < quorum_of(map->n()))) {
        std::string_view first;
        if (job.first) first = members_[*job.first].node;
        cause = kernel_.emit(events::db_read, name(files_.told(job.database)),
                             {field::name(name(node_)), field::integer(answer.status),
                              field::integer(job.tally->replies()), field::integer(job.wanted),
                              field::name(name(first))});
    }
    const kernel::CauseScope scope(kernel_, cause);
    const auto repair_first = ReadTally::Repair::first;
    const bool failed = answer.status == 500;
    const ReadTally::Repair needed = failed ? ReadTally::Repair::none : job.tally->repair();
    if (needed == repair_first) {
        repair(job, [then = job.read_then, answer] { then(answer); });
        return;
    }
    if (needed == ReadTally::Repair::behind) repair(job, [] {});
    job.read_then(answer);
}

void Coordinator::repair(const Job& job, std::function<void()> then) {
    const ShardMap* map = files_.map_of(job.database);
    // As fabric_doc_open:read_repair/1 leaves these out.
    if (map == nullptr || job.id.starts_with("_local/") || job.database == "_replicator") {
        then();
        return;
    }
    std::vector<ReplicatedEdit> edits;
    for (const OpenedPath* path : job.tally->found()) {
        edits.push_back({json::SharedBytes::copy_of(job.id), *path});
    }
    const EventId event =
        kernel_.emit(events::db_repair, name(files_.told(job.database)),
                     {field::name(name(node_)), field::integer(static_cast<int>(edits.size()))});
    const kernel::CauseScope scope(kernel_, event);
    write_any(*map, {}, std::move(edits), 0,
              [then = std::move(then)](const WriteAnswer&) { then(); });
}

StatusAnswer Coordinator::status_of(const Job& job) const {
    const std::size_t asked = job.workers.size();
    switch (job.type) {
        case QuorumMessage::create:   // fabric_db_create.erl: `_dbs` on a majority of the members.
            if (job.conflicted) return {500, "conflict"};
            if (job.existed) return {412, "file_exists"};
            if (job.good >= asked / 2 + 1) return {201};
            return job.good > 0 ? StatusAnswer{202} : StatusAnswer{500, "internal_server_error"};
        case QuorumMessage::remove:   // fabric_db_delete.erl
            if (job.good == asked) return {200};
            return job.good > 0 ? StatusAnswer{202} : StatusAnswer{500, "internal_server_error"};
        case QuorumMessage::revs_limit:   // fabric_db_meta.erl
            return job.good == asked ? StatusAnswer{200}
                                     : StatusAnswer{500, "{badmatch,{error,timeout}}"};
        default: break;
    }
    // fabric_db_meta.erl, check_sec_set/2: a majority of all shard copies, and a full ring.
    if (job.timed_out) return {500, "timeout"};
    if (job.good < asked / 2 + 1) return {500, "no_majority"};
    std::set<Range> all, set;
    for (const Worker& worker : job.workers) {
        all.insert(worker.range);
        if (worker.state == Worker::State::answered) set.insert(worker.range);
    }
    return set == all ? StatusAnswer{200} : StatusAnswer{500, "no_ring"};
}

}   // namespace glasshive::store
