#include "store/quorum/replica.h"

#include <utility>

#include "base/assert.h"

namespace glasshive::store {

namespace {

enum Tag : std::uint32_t { cpu_done, disk_done };

CopyReply reply_of(const Updated& updated, bool replicated) {
    switch (updated.outcome) {
        case Updated::Outcome::conflict: return {.kind = CopyReply::Kind::conflict};
        case Updated::Outcome::refused: return {.kind = CopyReply::Kind::refused};
        default: break;
    }
    if (replicated) return {.kind = CopyReply::Kind::noreply};
    return {.kind = CopyReply::Kind::stored, .revision = updated.revision};
}

OpenedPath winner_of(const Document& document) {
    OpenedPath path;
    const std::vector<Tree::Index> newest_first = document.tree.history(document.tree.winner());
    for (auto node = newest_first.rbegin(); node != newest_first.rend(); ++node) {
        path.push_back({document.tree.node(*node).revision, {}});
    }
    path.back().content = document.tree.node(newest_first.front()).content;
    return path;
}

}   // namespace

void Replica::on_message(const kernel::Message& message) {
    const auto type = static_cast<QuorumMessage>(message.type);
    if (type == QuorumMessage::create || type == QuorumMessage::remove) {
        change_files(message);
        return;
    }
    const std::string& shard = request_of(message).shard;
    const auto copy = files_.copies.find(shard);
    if (copy == files_.copies.end()) {
        answer(message, QuorumMessage::failed);
    } else if (type == QuorumMessage::open) {
        start({shard, {message}, cost_of(copy->second, message)});
    } else {
        queues_[shard].waiting.push_back(message);
        commit_next(shard);
    }
}

void Replica::change_files(const kernel::Message& message) {
    const ShardRequest& request = request_of(message);
    const auto known = files_.maps.find(request.database);
    if (known != files_.maps.end()) {
        for (const Copy* copy : known->second.copies_on(machine_.node)) {
            files_.copies.erase(known->second.shard_name(copy->range));
        }
        files_.maps.erase(known);
    }
    if (request.map) {
        for (const Copy* copy : request.map->copies_on(machine_.node)) {
            files_.copies.try_emplace(request.map->shard_name(copy->range));
        }
        files_.maps.emplace(request.database, *request.map);
    }
    answer(message, QuorumMessage::done);
}

Cost Replica::cost_of(const Database& copy, const kernel::Message& message) const {
    const ShardRequest& request = request_of(message);
    if (static_cast<QuorumMessage>(message.type) == QuorumMessage::open) {
        const Document* document = copy.find(request.id.view());
        if (document == nullptr) return copy.cost_of_read({});
        const ContentPtr& content = document->tree.node(document->tree.winner()).content;
        return copy.cost_of_read(content ? content->size() : Bytes{});
    }
    if (!request.edits.empty()) return copy.cost_of(request.edits);
    if (!request.replicated.empty()) return copy.cost_of(request.replicated);
    const CostModel& costs = copy.options().costs;   // Security, revs_limit: a header.
    return {.cpu = costs.edit_cpu, .append = costs.append_per_edit, .sync = true};
}

void Replica::commit_next(const std::string& shard) {
    Queue& queue = queues_[shard];
    const auto copy = files_.copies.find(shard);
    if (queue.busy || queue.waiting.empty() || copy == files_.copies.end()) return;
    queue.busy = true;
    Job job{shard, std::exchange(queue.waiting, {}), {}};
    for (const kernel::Message& message : job.batch) job.cost += cost_of(copy->second, message);
    start(std::move(job));
}

void Replica::start(Job job) {
    const std::uint64_t number = next_job_++;
    const double cpu = seconds_of(job.cost.cpu);
    jobs_.emplace(number, std::move(job));
    kernel_.work(id(), machine_.cpu, {.amount = cpu, .tag = cpu_done, .argument = number});
}

void Replica::on_work_done(std::uint32_t tag, std::uint64_t argument) {
    const auto found = jobs_.find(argument);
    SIM_ASSERT(found != jobs_.end());
    const Cost& cost = found->second.cost;
    Bytes bytes = cost.read + cost.append;
    if (cost.sync) bytes += machine_.sync;
    if (tag == cpu_done && bytes > Bytes{}) {
        kernel_.work(
            id(), machine_.disk,
            {.amount = static_cast<double>(bytes.count), .tag = disk_done, .argument = argument});
        return;
    }
    const Job job = std::move(found->second);
    jobs_.erase(found);
    for (const kernel::Message& message : job.batch) carry_out(message);
    if (static_cast<QuorumMessage>(job.batch.front().type) == QuorumMessage::open) return;
    queues_[job.shard].busy = false;
    commit_next(job.shard);
}

void Replica::carry_out(const kernel::Message& message) {
    const ShardRequest& request = request_of(message);
    const auto found = files_.copies.find(request.shard);
    if (found == files_.copies.end()) {   // Deleted while it waited.
        answer(message, QuorumMessage::failed);
        return;
    }
    Database& copy = found->second;
    auto reply = std::make_shared<ShardReply>();
    switch (static_cast<QuorumMessage>(message.type)) {
        case QuorumMessage::open: {
            const Document* document = copy.find(request.id.view());
            if (document != nullptr) reply->path = winner_of(*document);
            Bytes size =
                reply_bytes + revision_bytes * static_cast<std::int64_t>(reply->path.size());
            if (!reply->path.empty() && reply->path.back().content) {
                size += reply->path.back().content->size();
            }
            answer(message, QuorumMessage::opened, std::move(reply), size);
            return;
        }
        case QuorumMessage::security: copy.set_security(request.security); break;
        case QuorumMessage::revs_limit: copy.set_revs_limit(request.limit); break;
        default:
            for (const Updated& updated : copy.update(request.edits)) {
                reply->replies.push_back(reply_of(updated, false));
            }
            for (const Updated& updated : copy.update_replicated(request.replicated)) {
                reply->replies.push_back(reply_of(updated, true));
            }
            answer(message, QuorumMessage::updated, std::move(reply));
            return;
    }
    answer(message, QuorumMessage::done);
}

void Replica::answer(const kernel::Message& to, QuorumMessage type,
                     std::shared_ptr<const ShardReply> body, Bytes size) {
    kernel_.send(id(), to.channel,
                 {.type = static_cast<std::uint16_t>(type),
                  .a = to.a,
                  .b = to.b,
                  .body = std::move(body),
                  .size = size});
}

void Replica::on_stop() {
    queues_.clear();
    jobs_.clear();
}

}   // namespace glasshive::store
