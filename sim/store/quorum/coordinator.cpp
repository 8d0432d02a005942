#include "store/quorum/coordinator.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "store/refusal.h"
#include "store/revtree/rev_id.h"

namespace glasshive::store {

std::optional<std::size_t> find_member(const std::vector<QuorumMember>& members,
                                       std::string_view node) {
    const auto at = std::lower_bound(
        members.begin(), members.end(), node,
        [](const QuorumMember& member, std::string_view name) { return member.node < name; });
    if (at == members.end() || at->node != node) return std::nullopt;
    return static_cast<std::size_t>(at - members.begin());
}

Coordinator::Coordinator(kernel::Kernel& kernel, NodeFiles& files, std::string node,
                         const std::vector<QuorumMember>& members,
                         const CoordinatorOptions& options)
    : kernel_(kernel),
      files_(files),
      node_(std::move(node)),
      members_(members),
      options_(options),
      place_(kernel.rng("store/place/" + node_)) {
    SIM_ASSERT(std::is_sorted(members_.begin(), members_.end(),
                              [](const auto& a, const auto& b) { return a.node < b.node; }));
}

// --- Asking --------------------------------------------------------------------------------------

std::uint64_t Coordinator::open_job(Job job) {
    const std::uint64_t number = next_job_++;
    job.waiting = job.workers.size();
    job.timer = kernel_.after(id(), options_.request_timeout, tag_timeout, number);
    jobs_.emplace(number, std::move(job));
    return number;
}

void Coordinator::ask(std::uint64_t number, std::size_t worker,
                      std::shared_ptr<const ShardRequest> request, Bytes size) {
    const Job& job = jobs_.at(number);
    const std::size_t member = job.workers[worker].member;
    away_.resize(members_.size());
    if (away_[member] && job.type != QuorumMessage::revs_limit) {
        kernel_.after(id(), {}, tag_away, number);   // Not from in here: others are still asked.
        return;
    }
    channels_.resize(members_.size());
    if (!channels_[member].valid() || !kernel_.is_open(channels_[member])) {
        channels_[member] = kernel_.connect(id(), members_[member].replica);
    }
    kernel_.send(id(), channels_[member],
                 {.type = static_cast<std::uint16_t>(job.type),
                  .a = number,
                  .b = worker,
                  .body = std::move(request),
                  .size = size});
}

void Coordinator::ask_all_copies(Job job, const ShardMap& map, const ShardRequest& request) {
    std::vector<const Copy*> copies;
    if (job.type == QuorumMessage::open) {
        copies = map.copies_of(std::string_view(job.id));
    } else {
        for (const Copy& copy : map.copies()) copies.push_back(&copy);
    }
    for (const Copy* copy : copies) {
        if (const auto member = find_member(members_, copy->node)) {
            job.workers.push_back({*member, copy->range});
        }
    }
    const std::uint64_t number = open_job(std::move(job));
    const std::size_t workers = jobs_.at(number).workers.size();
    for (std::size_t worker = 0; worker < workers; ++worker) {
        auto one = std::make_shared<ShardRequest>(request);
        one->shard = map.shard_name(jobs_.at(number).workers[worker].range);
        ask(number, worker, std::move(one), request_bytes);
    }
    if (workers == 0) look(jobs_.find(number));
}

void Coordinator::ask_all_members(Job job, const ShardRequest& request) {
    for (std::size_t member = 0; member < members_.size(); ++member) {
        if (files_.has_member(members_[member].node)) job.workers.push_back({member});
    }
    const std::size_t workers = job.workers.size();
    const std::uint64_t number = open_job(std::move(job));
    const auto shared = std::make_shared<const ShardRequest>(request);
    for (std::size_t worker = 0; worker < workers; ++worker) {
        ask(number, worker, shared, map_bytes);
    }
}

void Coordinator::write(std::string_view database, std::vector<Edit> edits,
                        const WriteOptions& options, Then<WriteAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    for (Edit& edit : edits) {   // Once here, not once by every copy.
        if (!edit.revision) {
            edit.revision = next_revision(edit.parent ? &*edit.parent : nullptr, *edit.content);
        }
    }
    write_any(*map, std::move(edits), {}, options, std::move(then));
}

void Coordinator::write_replicated(std::string_view database, std::vector<ReplicatedEdit> edits,
                                   const WriteOptions& options, Then<WriteAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    write_any(*map, {}, std::move(edits), options, std::move(then));
}

void Coordinator::write_any(const ShardMap& map, std::vector<Edit> edits,
                            std::vector<ReplicatedEdit> replicated, const WriteOptions& options,
                            Then<WriteAnswer> then) {
    const std::size_t count = edits.size() + replicated.size();
    SIM_ASSERT(edits.empty() || replicated.empty());
    std::map<std::pair<Range, std::size_t>, std::vector<std::size_t>> groups;   // Range and member.
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view id = edits.empty() ? replicated[i].id.view() : edits[i].id.view();
        for (const Copy* copy : map.copies_of(id)) {
            if (const auto member = find_member(members_, copy->node)) {
                groups[{copy->range, *member}].push_back(i);
            }
        }
    }
    Job job{.type = QuorumMessage::update, .database = map.database()};
    job.wanted = options.w == 0 ? quorum_of(map.n()) : options.w;
    job.replies.resize(count);
    job.final_conflict.resize(count);
    const bool serialized = options_.serialized_start && !edits.empty();
    job.write_then = std::move(then);
    for (const auto& [place, which] : groups) {
        job.workers.push_back({place.second, place.first, which});
    }
    const std::uint64_t number = open_job(std::move(job));
    const std::vector<Worker> workers = jobs_.at(number).workers;
    for (std::size_t worker = 0; worker < workers.size(); ++worker) {
        auto request = std::make_shared<ShardRequest>();
        request->shard = map.shard_name(workers[worker].range);
        request->user = options.user;
        Bytes size = request_bytes;
        for (const std::size_t i : workers[worker].edits) {
            if (edits.empty()) {
                request->replicated.push_back(replicated[i]);
                const ContentPtr& content = replicated[i].path.back().content;
                size += revision_bytes * static_cast<std::int64_t>(replicated[i].path.size());
                if (content) size += content->size();
            } else {
                request->edits.push_back(edits[i]);
                size += edits[i].content->size() + edit_bytes;
            }
        }
        if (serialized && worker > 0 && workers[worker].range == workers[worker - 1].range) {
            Worker& held = jobs_.at(number).workers[worker];
            held.state = Worker::State::held;
            held.request = std::move(request);
            held.size = size;
            continue;
        }
        ask(number, worker, std::move(request), size);
    }
    if (workers.empty()) look(jobs_.find(number));
}

void Coordinator::read(std::string_view database, std::string_view id, std::uint32_t r,
                       Then<ReadAnswer> then, bool whole) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404, .reason = "no_db_file"});
    ShardRequest request;
    request.whole = whole;
    request.id = json::SharedBytes::copy_of(id);
    Job job{.type = QuorumMessage::open, .database = map->database(), .id = std::string(id)};
    job.wanted = std::min(r == 0 ? quorum_of(map->n()) : r, map->n());   // R=min(n,r)
    job.tally = std::make_unique<ReadTally>(job.wanted);
    job.read_then = std::move(then);
    ask_all_copies(std::move(job), *map, request);
}

void Coordinator::create(const std::string& database, const Spread& spread,
                         Then<StatusAnswer> then) {
    if (files_.map_of(database) != nullptr) return then({412, "file_exists"});
    std::vector<Member> members = files_.placeable();
    if (files_.members.empty()) {
        for (const QuorumMember& member : members_) {
            members.push_back({.name = member.node, .zone = member.zone});
        }
    }
    auto placed =
        place(members, spread, [this](std::uint64_t bound) { return place_.below(bound); });
    if (const auto* refusal = std::get_if<Refusal>(&placed)) return then({500, refusal->reason});
    ShardRequest request;
    request.database = database;
    const auto gone = files_.removed.find(database);
    request.map.emplace(database, options_.epoch + ns_of(kernel_.now()) / 1'000'000'000,
                        spread.partitioned, std::get<std::vector<Copy>>(placed),
                        gone == files_.removed.end() ? nullptr : &gone->second.revision);
    Job job{.type = QuorumMessage::create, .database = database};
    job.status_then = std::move(then);
    ask_all_members(std::move(job), request);
}

void Coordinator::remove(const std::string& database, Then<StatusAnswer> then) {
    if (files_.map_of(database) == nullptr) return then({404, "no_db_file"});
    ShardRequest request;
    request.database = database;
    Job job{.type = QuorumMessage::remove, .database = database};
    job.status_then = std::move(then);
    ask_all_members(std::move(job), request);
}

void Coordinator::set_security(std::string_view database, json::Value security,
                               Then<StatusAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({404, "no_db_file"});
    ShardRequest request;
    request.security = std::move(security);
    Job job{.type = QuorumMessage::security, .database = map->database()};
    job.status_then = std::move(then);
    ask_all_copies(std::move(job), *map, request);
}

void Coordinator::set_revs_limit(std::string_view database, std::uint32_t limit,
                                 Then<StatusAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({404, "no_db_file"});
    ShardRequest request;
    request.limit = limit;
    Job job{.type = QuorumMessage::revs_limit, .database = map->database()};
    job.status_then = std::move(then);
    ask_all_copies(std::move(job), *map, request);
}

}   // namespace glasshive::store
