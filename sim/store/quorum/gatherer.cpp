#include "store/quorum/gatherer.h"

#include <algorithm>
#include <utility>

namespace glasshive::store {

namespace {

Bytes size_of_request(const ShardRequest& request) {
    if (request.query) return size_of(*request.query);
    Bytes size = request.maps ? map_bytes : request_bytes;
    for (const ReplicatedEdit& edit : request.replicated) {
        size += revision_bytes * static_cast<std::int64_t>(edit.path.size());
        if (edit.path.back().content) size += edit.path.back().content->size();
    }
    return size;
}

}   // namespace

Gatherer::Gatherer(kernel::Kernel& kernel, NodeFiles& files, Coordinator& coordinator,
                   std::string node, const std::vector<QuorumMember>& members,
                   Duration request_timeout)
    : Scatter(kernel, static_cast<std::uint16_t>(QuorumMessage::failed), request_timeout),
      files_(files),
      coordinator_(coordinator),
      node_(std::move(node)),
      members_(members),
      uuids_(kernel.rng("store/uuids/" + node_)) {}

Scatter::Worker Gatherer::worker(std::size_t member, const Range& range, QuorumMessage type,
                                 std::shared_ptr<const ShardRequest> request) {
    const Bytes size = size_of_request(*request);
    return {member, range, static_cast<std::uint16_t>(type), std::move(request), size};
}

std::vector<Scatter::Worker>
Gatherer::copies(const ShardMap& map, const std::vector<const Copy*>& of, Query query) const {
    const auto shared = std::make_shared<const Query>(std::move(query));
    const auto type = changes_copy(*shared) ? QuorumMessage::change : QuorumMessage::query;
    std::vector<Worker> workers;
    std::shared_ptr<const ShardRequest> request;   // Copies of one range share theirs.
    for (const Copy* copy : of) {
        const auto member = find_member(members_, copy->node);
        if (!member) continue;
        if (!request || workers.back().range != copy->range) {
            auto one = std::make_shared<ShardRequest>();
            one->shard = map.shard_name(copy->range);
            one->query = shared;
            request = std::move(one);
        }
        workers.push_back(worker(*member, copy->range, type, request));
    }
    return workers;
}

std::vector<Scatter::Worker> Gatherer::all_copies(const ShardMap& map, Query query) const {
    std::vector<const Copy*> of;
    for (const Copy& copy : map.copies()) of.push_back(&copy);
    return copies(map, of, std::move(query));
}

void Gatherer::ask_one(std::size_t member, QuorumMessage type,
                       std::shared_ptr<const ShardRequest> request,
                       std::function<void(const ShardReply*)> then) {
    Job job;
    job.workers.push_back(worker(member, {}, type, std::move(request)));
    job.enough = [](const Job& done) { return done.waiting == 0; };
    job.then = [then = std::move(then)](const Job& done) {
        const Worker& worker = done.workers.front();
        static const ShardReply nothing;   // "done" has no body.
        const bool answered = worker.state == Worker::State::answered;
        const auto* reply = static_cast<const ShardReply*>(worker.reply.get());
        then(answered ? (reply ? reply : &nothing) : nullptr);
    };
    gather(std::move(job));
}

}   // namespace glasshive::store
