#include "store/quorum/scatter.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/quorum/packed_seq.h"

namespace glasshive::store {

// --- Asking --------------------------------------------------------------------------------------

void Scatter::gather(Job job) {
    const std::uint64_t number = next_job_++;
    job.waiting = job.workers.size();
    if (!job.patient) job.timer = kernel_.after(id(), request_timeout_, tag_timeout, number);
    const std::size_t workers = job.workers.size();
    jobs_.emplace(number, std::move(job));
    for (std::size_t worker = 0; worker < workers; ++worker) ask(number, worker);
    look(jobs_.find(number));
}

void Scatter::ask(std::uint64_t number, std::size_t worker) {
    const Worker& one = jobs_.at(number).workers[worker];
    away_.resize(member_count());
    if (away_[one.member]) {
        if (jobs_.at(number).blind) return;
        kernel_.after(id(), {}, tag_away, number);   // Not from in here: others are still asked.
        return;
    }
    channels_.resize(member_count());
    ChannelId& channel = channels_[one.member];
    if (!channel.valid() || !kernel_.is_open(channel)) {
        channel = kernel_.connect(id(), process_of(one.member));
    }
    kernel_.send(
        id(), channel,
        {.type = one.type, .a = number, .b = worker, .body = one.request, .size = one.size});
}

// --- Hearing -------------------------------------------------------------------------------------

void Scatter::on_message(const kernel::Message& message) {
    const auto at = jobs_.find(message.a);
    if (at == jobs_.end()) return;   // Decided already.
    Job& job = at->second;
    Worker& worker = job.workers[message.b];
    if (worker.state != Worker::State::waiting) return;
    if (message.type == failed_) return lose(message.a, message.b);
    worker.state = Worker::State::answered;
    worker.reply = message.body;
    job.arrived.push_back(message.b);
    --job.waiting;
    look(at);
}

void Scatter::lose(std::uint64_t number, std::size_t worker) {
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

void Scatter::node_down(std::size_t member) {
    channels_.resize(member_count());
    if (channels_[member].valid()) kernel_.close(id(), channels_[member]);
    channels_[member] = ChannelId{};
    std::vector<std::pair<std::uint64_t, std::size_t>> lost;
    for (const auto& [number, job] : jobs_) {
        for (std::size_t i = 0; !job.blind && i < job.workers.size(); ++i) {
            const Worker& worker = job.workers[i];
            if (worker.member != member || worker.state != Worker::State::waiting) continue;
            lost.emplace_back(number, i);
        }
    }
    for (const auto& [number, worker] : lost) lose(number, worker);
}

void Scatter::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    const auto found = std::find(channels_.begin(), channels_.end(), channel);
    if (found != channels_.end()) node_down(static_cast<std::size_t>(found - channels_.begin()));
}

void Scatter::set_connected(std::size_t member, bool connected) {
    away_.resize(member_count());
    away_[member] = !connected;
}

void Scatter::on_timer(std::uint32_t tag, std::uint64_t argument) {
    for (std::size_t worker = 0; tag == tag_away; ++worker) {
        const auto found = jobs_.find(argument);
        if (found == jobs_.end() || worker == found->second.workers.size()) return;
        const Worker& each = found->second.workers[worker];
        const bool waits = each.state == Worker::State::waiting;
        if (waits && away_[each.member]) lose(argument, worker);
    }
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

void Scatter::on_stop() {
    jobs_.clear();
    channels_.clear();
    away_.clear();
}

void Scatter::look(Jobs::iterator at) {
    if (at == jobs_.end() || !at->second.enough(at->second)) return;
    const Job job = std::move(at->second);
    jobs_.erase(at);
    kernel_.cancel(job.timer);
    job.then(job);
}

std::vector<std::size_t> Scatter::answered_ring(const Job& job) {
    std::vector<Range> ranges;
    for (const std::size_t worker : job.arrived) ranges.push_back(job.workers[worker].range);
    std::vector<std::size_t> ring;
    for (const std::size_t i : ring_of(ranges)) ring.push_back(job.arrived[i]);
    return ring;
}

bool Scatter::ring_decided(const Job& job) {
    if (!answered_ring(job).empty()) return true;
    std::vector<Range> alive;
    for (const Worker& worker : job.workers) {
        if (worker.state != Worker::State::lost) alive.push_back(worker.range);
    }
    // Answers take no range away: while nobody is lost it is as when all were asked.
    const bool as_asked = alive.size() == job.workers.size() && !job.arrived.empty();
    return !as_asked && ring_of(alive).empty();
}

}   // namespace glasshive::store
