// What a node is asked about its jobs; mem3_reshard.erl. resharder_steps.cpp is a job's way.
#include "store/reshard/resharder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/assert.h"
#include "store/shard/shard_map.h"

namespace glasshive::store::reshard {

namespace {

/// As `~p` prints an Erlang tuple of an atom and a text: couch_util:to_binary/1.
std::string tuple(const std::string& atom, const std::string& text) {
    return "{" + atom + ",<<\"" + text + "\">>}";
}

ReshardReply refused(const std::string& error) {
    ReshardReply reply;
    reply.error = error;
    return reply;
}

const std::string disabled = "Shard splitting disabled";

}   // namespace

Resharder::Resharder(kernel::Kernel& kernel, const ReshardPlace& place,
                     const ReshardOptions& options)
    : Scatter(kernel, static_cast<std::uint16_t>(ReshardMessage::failed),
              options.update_shard_map_timeout),
      place_(place),
      options_(options),
      editor_(kernel, place.files, place.replica, place.gatherer, place.own, place.machine.node,
              [this] { return live(); }),
      work_(kernel, place.machine) {}

std::vector<std::size_t> Resharder::live() const {
    std::vector<std::size_t> members;
    for (std::size_t member = 0; member < member_count(); ++member) {
        const bool up = member < up_.size() && up_[member];
        const bool joined = place_.files.has_member(place_.members[member].node);
        if ((up && joined) || member == place_.own) members.push_back(member);
    }
    return members;
}

void Resharder::node_up(std::size_t member) {
    up_.resize(member_count());
    up_[member] = true;
    set_connected(member, true);
}

void Resharder::node_is_down(std::size_t member) {
    up_.resize(member_count());
    up_[member] = false;
    set_connected(member, false);
    node_down(member);
}

/// The node itself is no message away.
void Resharder::ask(const std::vector<std::size_t>& members, const ReshardRequest& request,
                    std::function<void(const Answers&)> then) {
    struct State {
        std::size_t waiting = 1;
        Answers answers;
    };
    const auto state = std::make_shared<State>();
    const auto heard = [state, then = std::move(then)] {
        if (--state->waiting > 0) return;
        std::sort(state->answers.begin(), state->answers.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        then(state->answers);
    };
    const auto shared = std::make_shared<const ReshardRequest>(request);
    Job asking;
    for (const std::size_t member : members) {
        if (member == place_.own) {
            ++state->waiting;
            serve(request, [state, heard, member](ReshardReply reply) {
                state->answers.emplace_back(member,
                                            std::make_shared<const ReshardReply>(std::move(reply)));
                heard();
            });
            continue;
        }
        asking.workers.push_back({.member = member,
                                  .type = static_cast<std::uint16_t>(ReshardMessage::ask),
                                  .request = shared,
                                  .size = reshard_bytes});
    }
    asking.enough = [](const Job& job) { return job.waiting == 0; };
    asking.then = [state, heard](const Job& job) {
        for (const Worker& worker : job.workers) {
            if (worker.state != Worker::State::answered) continue;
            state->answers.emplace_back(worker.member,
                                        std::static_pointer_cast<const ReshardReply>(worker.reply));
        }
        heard();
    };
    gather(std::move(asking));
}

// --- What it is asked ----------------------------------------------------------------------------

void Resharder::on_message(const kernel::Message& message) {
    if (static_cast<ReshardMessage>(message.type) != ReshardMessage::ask) {
        return Scatter::on_message(message);
    }
    serve(static_cast<const ReshardRequest&>(*message.body),
          [this, message](ReshardReply reply) { answer(message, std::move(reply)); });
}

void Resharder::answer(const kernel::Message& to, ReshardReply reply) {
    const auto jobs = static_cast<std::int64_t>(reply.jobs.size());
    kernel_.send(id(), to.channel,
                 {.type = static_cast<std::uint16_t>(ReshardMessage::told),
                  .a = to.a,
                  .b = to.b,
                  .body = std::make_shared<const ReshardReply>(std::move(reply)),
                  .size = reshard_bytes * (jobs + 1)});
}

void Resharder::serve(const ReshardRequest& request, const ThenReply& then) {
    using Kind = ReshardRequest::Kind;
    ReshardReply reply;
    switch (request.kind) {
        case Kind::list:
            reply.stopped = place_.jobs.stopped;
            reply.reason = place_.jobs.reason;
            for (const auto& [id, job] : place_.jobs.jobs) reply.jobs.push_back(job);
            break;
        case Kind::start: reply = start_job(request.shard); break;
        case Kind::stop: reply.error = stop_job(request.id, request.reason); break;
        case Kind::resume: reply.error = resume_job(request.id); break;
        case Kind::remove: reply.error = remove_job(request.id); break;
        case Kind::switch_on: switch_on(); break;
        case Kind::switch_off: switch_off(request.reason); break;
        case Kind::update_map:
            editor_.split(request.shard, request.node,
                          [then](const std::string& error) { then(refused(error)); });
            return;
    }
    then(std::move(reply));
}

/// mem3_reshard_validate.erl, then mem3_reshard:handle_call/3.
ReshardReply Resharder::start_job(const std::string& shard) {
    const std::vector<std::string> targets = targets_of(shard);
    if (targets.empty()) return refused("shard_range_cannot_be_split");
    if (copy(shard) == nullptr) return refused(tuple("source_shard_not_found", shard));
    const std::string& node = place_.machine.node;
    const std::string id = job_id(shard, node);
    for (const std::string& target : targets) {
        const bool ours = place_.jobs.jobs.count(id) > 0;
        if (!ours && copy(target) != nullptr) {
            return refused(tuple("target_shard_already_exists", target));
        }
    }
    if (place_.jobs.stopped) return refused(tuple("stopped", place_.jobs.reason.value_or("")));
    if (place_.jobs.jobs.count(id) > 0) return refused("job_already_exists");
    if (place_.jobs.jobs.size() + 1 > options_.max_jobs) return refused("max_jobs_exceeded");
    for (const auto& [other, job] : place_.jobs.jobs) {   // Ours: CouchDB lets that job fail.
        const auto& ends = job.targets;
        const bool target = std::find(ends.begin(), ends.end(), shard) != ends.end();
        if (target && job.state != JobState::completed) return refused("source_shard_is_a_target");
    }
    SplitJob& job = place_.jobs.jobs[id];
    job = {.id = id, .node = node, .source = shard, .targets = targets};
    note(job, kernel_.now(), "", options_.max_history);
    begin(job);
    ReshardReply reply;
    reply.id = id;
    return reply;
}

std::string Resharder::stop_job(const std::string& id, const std::string& reason) {
    const auto found = place_.jobs.jobs.find(id);
    if (found == place_.jobs.jobs.end()) return "not_found";
    SplitJob& job = found->second;
    if (job.state != JobState::running) return "";
    const auto attempt = running_.find(id);
    if (attempt != running_.end() && job.step == Step::update_shardmap) {
        attempt->second.stop_after = reason;   // mem3_reshard_job:handle_exit/2.
        return "";
    }
    halt(job, JobState::stopped, reason);
    return "";
}

std::string Resharder::resume_job(const std::string& id) {
    if (place_.jobs.stopped) return tuple("stopped", place_.jobs.reason.value_or(""));
    const auto found = place_.jobs.jobs.find(id);
    if (found == place_.jobs.jobs.end()) return "not_found";
    if (found->second.state == JobState::stopped) begin(found->second);
    return "";
}

std::string Resharder::remove_job(const std::string& id) {
    const auto found = place_.jobs.jobs.find(id);
    if (found == place_.jobs.jobs.end()) return "not_found";
    SplitJob& job = found->second;
    const auto attempt = running_.find(id);
    if (attempt != running_.end() && job.step == Step::update_shardmap) {
        attempt->second.remove_after = true;
        return "";
    }
    if (job.state == JobState::running) halt(job, JobState::stopped, "Removed by user");
    // Targets that no map names are nobody's any more.
    if (job.step < Step::update_shardmap) {
        for (const std::string& target : job.targets) place_.replica.drop_copy(target);
    }
    place_.jobs.jobs.erase(found);
    return "";
}

void Resharder::databases_changed() {
    std::erase_if(place_.jobs.jobs, [this](const auto& job) {
        if (job.second.state != JobState::completed) return false;
        return place_.files.maps.count(parse_shard_name(job.second.source)->database) == 0;
    });
}

void Resharder::switch_on() {
    if (!place_.jobs.stopped) return;
    place_.jobs.stopped = false;
    place_.jobs.reason.reset();
    for (auto& [id, job] : place_.jobs.jobs) {
        if (job.suspended) begin(job);
    }
}

void Resharder::switch_off(const std::string& reason) {
    if (place_.jobs.stopped) return;
    place_.jobs.stopped = true;
    place_.jobs.reason = reason;
    for (auto& [id, job] : place_.jobs.jobs) {
        if (job.state != JobState::running) continue;
        halt(job, JobState::stopped, disabled);
        job.suspended = true;
    }
}

// --- The process ---------------------------------------------------------------------------------

/// mem3_reshard:reload_jobs/1.
void Resharder::on_start() {
    for (auto& [id, job] : place_.jobs.jobs) {
        if (job.state == JobState::running) begin(job);
    }
}

void Resharder::on_stop() {
    Scatter::on_stop();
    editor_.clear();
    running_.clear();
    work_.clear();
    up_.clear();
}

}   // namespace glasshive::store::reshard
