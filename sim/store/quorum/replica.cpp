#include "store/quorum/replica.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::store {

namespace {

enum Tag : std::uint32_t { cpu_done, disk_done };

CopyReply refusal_reply(const Refusal& refusal) {
    CopyReply reply{.kind = CopyReply::Kind::bad_request};
    if (refusal.error == "forbidden") reply.kind = CopyReply::Kind::refused;
    if (refusal.error == "unauthorized") reply.kind = CopyReply::Kind::unauthorized;
    reply.refusal = std::make_shared<const Refusal>(refusal);
    return reply;
}

CopyReply reply_of(const Updated& updated, bool replicated) {
    switch (updated.outcome) {
        case Updated::Outcome::conflict: return {.kind = CopyReply::Kind::conflict};
        case Updated::Outcome::refused: return refusal_reply(*updated.refusal);
        default: break;
    }
    if (replicated) return {.kind = CopyReply::Kind::noreply};
    return {.kind = CopyReply::Kind::stored, .revision = updated.revision};
}

/// Of its history no more than the copy's limit of now: couch_db:make_doc/5.
OpenedPath winner_of(const Database& copy, const Document& document) {
    OpenedPath path;
    std::vector<Tree::Index> newest_first = document.tree.history(document.tree.winner());
    newest_first.resize(std::min<std::size_t>(newest_first.size(), copy.options().revs_limit));
    for (auto node = newest_first.rbegin(); node != newest_first.rend(); ++node) {
        path.push_back({document.tree.node(*node).revision, {}});
    }
    path.back().content = document.tree.node(newest_first.front()).content;
    return path;
}

}   // namespace

void Replica::on_start() { report_.start(id(), 0); }

void Replica::on_timer(std::uint32_t, std::uint64_t) { report_.on_timer(); }

void Replica::on_message(const kernel::Message& message) {
    const auto type = static_cast<QuorumMessage>(message.type);
    if (type == QuorumMessage::create || type == QuorumMessage::remove) {
        change_files(message);
        return;
    }
    if (type >= QuorumMessage::maps && other_message(message)) return;
    const ShardRequest& request = request_of(message);
    const std::string& shard = request.shard;
    const auto copy = files_.copies.find(shard);
    const bool served = maintenance_ != Maintenance::on || request.internal;
    if (!served || copy == files_.copies.end()) {
        answer(message, QuorumMessage::failed);
    } else if (type == QuorumMessage::open || type == QuorumMessage::query) {
        start({shard, {message}, cost_of(copy->second, message)});
    } else if (may_start(message)) {
        queues_[shard].waiting.push_back(message);
        commit_next(shard);
    }
}

/// False: the validator does not know the database's functions yet, and the edit waits until it
/// does.
bool Replica::may_start(const kernel::Message& message) {
    const ShardRequest& request = request_of(message);
    const bool update = static_cast<QuorumMessage>(message.type) == QuorumMessage::update;
    if (validator_ == nullptr || !update || request.internal) return true;
    const std::string& shard = request.shard;
    Batch& held = held_[shard];
    const auto release = [this, shard](bool known) {
        for (kernel::Message& each : std::exchange(held_[shard], {})) {
            if (known) {
                queues_[shard].waiting.push_back(std::move(each));
            } else {
                answer(each, QuorumMessage::failed);
            }
        }
        commit_next(shard);
    };
    if (held.empty() && validator_->ready(shard, release)) return true;
    held.push_back(message);
    return false;
}

void Replica::tell_validator(const ShardRequest& request, const ShardReply& reply) {
    if (validator_ == nullptr) return;
    const auto good = [&](std::size_t i) {
        return reply.replies[i].kind == CopyReply::Kind::stored ||
               reply.replies[i].kind == CopyReply::Kind::noreply;
    };
    const std::size_t first = request.edits.size();
    for (std::size_t i = 0; i < reply.replies.size(); ++i) {
        const json::SharedBytes& id =
            i < first ? request.edits[i].id : request.replicated[i - first].id;
        if (!id.view().starts_with("_design/") || !good(i)) continue;
        validator_->design_changed(request.shard);
        return;
    }
}

void Replica::tell_watch(const ShardRequest& request) const {
    if (watch_ == nullptr) return;
    std::string_view last;   // Edits of one document stand together as a rule: it is told once.
    const auto tell = [&](std::string_view id) {
        if (id != last) watch_->changed(machine_.node, request.shard, id);
        last = id;
    };
    for (const Edit& edit : request.edits) tell(edit.id.view());
    for (const ReplicatedEdit& edit : request.replicated) tell(edit.id.view());
    if (!request.query) return;
    if (const auto* purge = std::get_if<query::Purge>(request.query.get())) {
        for (const PurgeRequest& each : purge->requests) tell(each.id);
    } else if (std::holds_alternative<query::Compact>(*request.query)) {
        watch_->compacted(machine_.node, request.shard);
    }
}

/// What is not about one copy.
bool Replica::other_message(const kernel::Message& message) {
    const auto type = static_cast<QuorumMessage>(message.type);
    const std::pair feed{message.channel, message.a};
    if (type == QuorumMessage::maps) {
        merge_maps(*request_of(message).maps);
        answer(message, QuorumMessage::done);
    } else if (type == QuorumMessage::list_maps) {
        auto reply = std::make_shared<ShardReply>();
        reply->maps = std::make_shared<const DatabaseList>(files_);
        answer(message, QuorumMessage::listed, std::move(reply), map_bytes);
    } else if (type == QuorumMessage::listen) {
        auto& feeds = feeds_[request_of(message).database];
        if (std::find(feeds.begin(), feeds.end(), feed) == feeds.end()) feeds.push_back(feed);
    } else if (type == QuorumMessage::ignore) {
        for (auto& [database, feeds] : feeds_) std::erase(feeds, feed);
    } else {
        return false;
    }
    return true;
}

void Replica::tell_listeners(const std::string& shard) {
    if (listener_) listener_(shard);
    const auto name = feeds_.empty() ? std::nullopt : parse_shard_name(shard);
    const auto feeds = name ? feeds_.find(name->database) : feeds_.end();
    if (feeds == feeds_.end()) return;
    for (const auto& [channel, number] : feeds->second) {
        kernel_.send(id(), channel,
                     {.type = static_cast<std::uint16_t>(QuorumMessage::changed), .a = number});
    }
}

void Replica::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    for (auto& [database, feeds] : feeds_) {
        std::erase_if(feeds, [&](const auto& feed) { return feed.first == channel; });
    }
}

Cost Replica::cost_of(const Database& copy, const kernel::Message& message) const {
    const ShardRequest& request = request_of(message);
    if (static_cast<QuorumMessage>(message.type) == QuorumMessage::open) {
        const Document* document = copy.find(request.id.view());
        if (document == nullptr) return copy.cost_of_read({});
        const ContentPtr& content = document->tree.node(document->tree.winner()).content;
        return copy.cost_of_read(content ? content->size() : Bytes{});
    }
    if (request.query) return store::cost_of(copy, *request.query);
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
    const Bytes bytes = machine_.disk_bytes(found->second.cost);
    if (tag == cpu_done && bytes > Bytes{}) {
        kernel_.work(id(), machine_.disk,
                     {.amount = machine_.disk_work(bytes), .tag = disk_done, .argument = argument});
        return;
    }
    const Job job = std::move(found->second);
    jobs_.erase(found);
    const std::uint64_t before = seq_of(job.shard);
    for (const kernel::Message& message : job.batch) carry_out(message);
    const auto type = static_cast<QuorumMessage>(job.batch.front().type);
    if (type == QuorumMessage::open || type == QuorumMessage::query) return;
    queues_[job.shard].busy = false;
    // `_local` documents have no number: no news for anybody.
    if (seq_of(job.shard) != before) {
        report_.changed(job.shard);
        tell_listeners(job.shard);
    }
    commit_next(job.shard);
}

std::uint64_t Replica::seq_of(const std::string& shard) const {
    const auto copy = files_.copies.find(shard);
    return copy == files_.copies.end() ? 0 : copy->second.update_seq();
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
            if (document != nullptr) reply->path = winner_of(copy, *document);
            if (document != nullptr && request.whole) {
                reply->whole = std::make_shared<const Document>(*document);
            }
            Bytes size =
                reply_bytes + revision_bytes * static_cast<std::int64_t>(reply->path.size());
            if (!reply->path.empty() && reply->path.back().content) {
                size += reply->path.back().content->size();
            }
            if (reply->whole) {
                size +=
                    revision_bytes * static_cast<std::int64_t>(reply->whole->tree.nodes().size());
            }
            answer(message, QuorumMessage::opened, std::move(reply), size);
            return;
        }
        case QuorumMessage::query:
        case QuorumMessage::change: {
            reply->found = ask_copy(copy, *request.query, machine_.node);
            tell_watch(request);
            const Bytes size = size_of(*reply->found);
            answer(message, QuorumMessage::found, std::move(reply), size);
            return;
        }
        case QuorumMessage::security: copy.set_security(request.security); break;
        case QuorumMessage::revs_limit: copy.set_revs_limit(request.limit); break;
        default:
            update(request, copy, *reply);
            answer(message, QuorumMessage::updated, std::move(reply));
            return;
    }
    answer(message, QuorumMessage::done);
}

void Replica::update(const ShardRequest& request, Database& copy, ShardReply& reply) {
    UpdateRules rules;
    if (validator_ != nullptr && !request.internal) {
        rules.validate = [&](const EditSeen& edit) {
            return validator_->refuses({request.shard, request.user, copy.security()}, edit);
        };
    }
    for (const Updated& updated : copy.update(request.edits, rules)) {
        reply.replies.push_back(reply_of(updated, false));
    }
    for (const Updated& updated : copy.update_replicated(request.replicated, rules)) {
        reply.replies.push_back(reply_of(updated, true));
    }
    tell_validator(request, reply);
    tell_watch(request);
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
    feeds_.clear();
    held_.clear();
    made_by_request_.clear();
    report_.stop();
}

}   // namespace glasshive::store
