#include "store/quorum/gatherer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

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
    : kernel_(kernel),
      files_(files),
      coordinator_(coordinator),
      node_(std::move(node)),
      members_(members),
      request_timeout_(request_timeout),
      uuids_(kernel.rng("store/uuids/" + node_)) {}

const ShardMap* Gatherer::map_of(std::string_view database) const {
    const auto found = files_.maps.find(database);
    return found == files_.maps.end() ? nullptr : &found->second;
}

std::vector<Gatherer::Worker>
Gatherer::copies(const ShardMap& map, const std::vector<const Copy*>& of, Query query) const {
    const auto shared = std::make_shared<const Query>(std::move(query));
    const auto type = changes_copy(*shared) ? QuorumMessage::change : QuorumMessage::query;
    std::vector<Worker> workers;
    std::shared_ptr<const ShardRequest> request;   // Copies of one range share theirs.
    for (const Copy* copy : of) {
        const auto member = std::find_if(members_.begin(), members_.end(),
                                         [&](const auto& each) { return each.node == copy->node; });
        if (member == members_.end()) continue;   // It left the cluster: as good as down.
        if (!request || workers.back().range != copy->range) {
            auto one = std::make_shared<ShardRequest>();
            one->shard = map.shard_name(copy->range);
            one->query = shared;
            request = std::move(one);
        }
        workers.push_back(
            {static_cast<std::size_t>(member - members_.begin()), copy->range, type, request});
    }
    return workers;
}

std::vector<Gatherer::Worker> Gatherer::all_copies(const ShardMap& map, Query query) const {
    std::vector<const Copy*> of;
    for (const Copy& copy : map.copies()) of.push_back(&copy);
    return copies(map, of, std::move(query));
}

// --- Asking --------------------------------------------------------------------------------------

void Gatherer::gather(Job job) {
    const std::uint64_t number = next_job_++;
    job.waiting = job.workers.size();
    job.timer = kernel_.after(id(), request_timeout_, 0, number);
    const std::size_t workers = job.workers.size();
    jobs_.emplace(number, std::move(job));
    for (std::size_t worker = 0; worker < workers; ++worker) ask(number, worker);
    look(jobs_.find(number));
}

void Gatherer::ask(std::uint64_t number, std::size_t worker) {
    const Worker& one = jobs_.at(number).workers[worker];
    channels_.resize(members_.size());
    ChannelId& channel = channels_[one.member];
    if (!channel.valid() || !kernel_.is_open(channel)) {
        channel = kernel_.connect(id(), members_[one.member].replica);
    }
    kernel_.send(id(), channel,
                 {.type = static_cast<std::uint16_t>(one.type),
                  .a = number,
                  .b = worker,
                  .body = one.request,
                  .size = size_of_request(*one.request)});
}

void Gatherer::ask_one(std::size_t member, QuorumMessage type,
                       std::shared_ptr<const ShardRequest> request,
                       std::function<void(const ShardReply*)> then) {
    Job job;
    job.workers.push_back({member, {}, type, std::move(request)});
    job.enough = [](const Job& done) { return done.waiting == 0; };
    job.then = [then = std::move(then)](const Job& done) {
        const Worker& worker = done.workers.front();
        static const ShardReply nothing;   // "done" has no body.
        const bool answered = worker.state == Worker::State::answered;
        then(answered ? (worker.reply ? worker.reply.get() : &nothing) : nullptr);
    };
    gather(std::move(job));
}

// --- Hearing -------------------------------------------------------------------------------------

void Gatherer::on_message(const kernel::Message& message) {
    const auto at = jobs_.find(message.a);
    if (at == jobs_.end()) return;   // Decided already.
    Job& job = at->second;
    Worker& worker = job.workers[message.b];
    if (worker.state != Worker::State::waiting) return;
    if (static_cast<QuorumMessage>(message.type) == QuorumMessage::failed) {
        return lose(message.a, message.b);
    }
    worker.state = Worker::State::answered;
    worker.reply = std::static_pointer_cast<const ShardReply>(message.body);
    job.arrived.push_back(message.b);
    --job.waiting;
    look(at);
}

void Gatherer::lose(std::uint64_t number, std::size_t worker) {
    const auto at = jobs_.find(number);
    if (at == jobs_.end()) return;
    Job& job = at->second;
    job.workers[worker].state = Worker::State::lost;
    --job.waiting;
    if (job.instead) {
        for (Worker& other : job.instead(job.workers[worker])) {
            job.workers.push_back(std::move(other));
            ++job.waiting;
            ask(number, job.workers.size() - 1);
        }
    }
    look(at);
}

void Gatherer::node_down(std::size_t member) {
    channels_.resize(members_.size());
    if (channels_[member].valid()) kernel_.close(id(), channels_[member]);
    channels_[member] = ChannelId{};
    std::vector<std::pair<std::uint64_t, std::size_t>> lost;
    for (const auto& [number, job] : jobs_) {
        for (std::size_t i = 0; i < job.workers.size(); ++i) {
            const Worker& worker = job.workers[i];
            if (worker.member != member || worker.state != Worker::State::waiting) continue;
            lost.emplace_back(number, i);
        }
    }
    for (const auto& [number, worker] : lost) lose(number, worker);
}

void Gatherer::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    const auto found = std::find(channels_.begin(), channels_.end(), channel);
    if (found != channels_.end()) node_down(static_cast<std::size_t>(found - channels_.begin()));
}

void Gatherer::on_timer(std::uint32_t, std::uint64_t argument) {
    const auto at = jobs_.find(argument);
    SIM_ASSERT(at != jobs_.end());
    const Job job = [&] {
        Job taken = std::move(at->second);
        jobs_.erase(at);
        taken.timed_out = true;
        return taken;
    }();
    job.then(job);
}

void Gatherer::on_stop() {
    jobs_.clear();
    channels_.clear();
}

void Gatherer::look(Jobs::iterator at) {
    if (at == jobs_.end() || !at->second.enough(at->second)) return;
    const Job job = std::move(at->second);
    jobs_.erase(at);
    kernel_.cancel(job.timer);
    job.then(job);
}

std::vector<std::size_t> Gatherer::answered_ring(const Job& job) {
    std::vector<Range> ranges;
    for (const std::size_t worker : job.arrived) ranges.push_back(job.workers[worker].range);
    std::vector<std::size_t> ring;
    for (const std::size_t i : ring_of(ranges)) ring.push_back(job.arrived[i]);
    return ring;
}

bool Gatherer::ring_decided(const Job& job) {
    if (!answered_ring(job).empty()) return true;
    std::vector<Range> alive;
    for (const Worker& worker : job.workers) {
        if (worker.state != Worker::State::lost) alive.push_back(worker.range);
    }
    return ring_of(alive).empty();
}

}   // namespace glasshive::store
