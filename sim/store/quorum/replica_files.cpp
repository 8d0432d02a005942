// The databases and copies that a node has: made, deleted, told of by other nodes.
#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "store/quorum/replica.h"
#include "store/revtree/rev_id.h"

namespace glasshive::store {

/// The files come before the document in `_dbs`, so of two requests that make the same database (in
/// one second, with copies in the same places) the second one finds files: 412. What another node
/// has told of meanwhile is in its desired state; a different database of that name is a conflict.
/// Source: fabric_db_create:go/2, couch_server:create/2, mem3_util:write_db_doc/3.
void Replica::change_files(const kernel::Message& message) {
    const ShardRequest& request = request_of(message);
    if (request.map) {
        const auto known = files_.maps.find(request.database);
        if (known != files_.maps.end()) {
            const bool same = known->second.revision() == request.map->revision();
            if (!same) return answer(message, QuorumMessage::conflicted);
            const bool asked = made_by_request_.count(request.database) > 0;
            return answer(message, asked ? QuorumMessage::existed : QuorumMessage::done);
        }
        add_database(*request.map);
        made_by_request_.insert(request.database);
    } else {
        drop_database(request.database);
    }
    answer(message, QuorumMessage::done);
    if (listener_) listener_("");
}

void Replica::drop_database(const std::string& database) {
    const auto known = files_.maps.find(database);
    if (known == files_.maps.end()) return;
    const std::string file = "/" + database + known->second.suffix();
    std::vector<std::string> shards;   // Those that are being split, too.
    for (const auto& [shard, copy] : files_.copies) {
        if (!shard.ends_with(file)) continue;
        const auto name = parse_shard_name(shard);   // "a/b" ends as "b" does.
        if (name && name->database == database) shards.push_back(shard);
    }
    for (const std::string& shard : shards) drop_copy(shard);
    const ShardMap& map = known->second;
    files_.removed[database] = {
        map.suffix(), *next_revision(&map.revision(), {.body = map.body(), .deleted = true})};
    files_.maps.erase(known);
    made_by_request_.erase(database);
    if (watch_ != nullptr) watch_->dropped(machine_.node, database);
}

void Replica::add_database(const ShardMap& map) {
    make_copies(map);
    files_.maps.emplace(map.database(), map);
    if (watch_ != nullptr) watch_->map_changed(map.database());
}

void Replica::make_copies(const ShardMap& map) {
    for (const Copy* copy : map.copies_on(machine_.node)) {
        const std::string shard = map.shard_name(copy->range);
        if (files_.copies.count(shard) == 0) add_copy(shard, Database());
    }
}

void Replica::add_copy(const std::string& shard, Database copy) {
    const std::string made = std::to_string(++files_.copies_made);
    copy.set_uuid(std::to_string(hash_of(machine_.node + shard + made)) + "x" + made);
    files_.copies.insert_or_assign(shard, std::move(copy));
    report_.changed(shard);
}

void Replica::drop_copy(const std::string& shard) {
    if (files_.copies.erase(shard) > 0) report_.removed(shard);
}

bool Replica::is_busy(const std::string& shard) const {
    const auto queue = queues_.find(shard);
    if (queue != queues_.end() && (queue->second.busy || !queue->second.waiting.empty())) {
        return true;
    }
    const auto held = held_.find(shard);
    if (held != held_.end() && !held->second.empty()) return true;
    return std::any_of(jobs_.begin(), jobs_.end(),
                       [&](const auto& job) { return job.second.shard == shard; });
}

void Replica::store_map(const ShardMap& map) {
    make_copies(map);
    files_.maps.insert_or_assign(map.database(), map);
    if (watch_ != nullptr) watch_->map_changed(map.database());
    if (!listener_) return;
    listener_("");
    // Whoever holds a copy now that did not before is filled (sharding.rst).
    for (const Copy* copy : map.copies_on(machine_.node)) listener_(map.shard_name(copy->range));
}

namespace {

/// Suffixes are '.' and seconds: the longer, then the greater one is younger. Of one second, what
/// has more edits behind it.
bool younger(const RemovedDatabase& a, const RemovedDatabase& b) {
    const auto age = [](const std::string& suffix, const Revision& revision) {
        return std::tuple(suffix.size(), std::string_view(suffix), revision.position());
    };
    return age(a.suffix, a.revision) > age(b.suffix, b.revision);
}

RemovedDatabase state_of(const ShardMap& map) { return {map.suffix(), map.revision()}; }

}   // namespace

/// `_dbs` is a database that all nodes replicate to each other: whoever was down learns of what was
/// made, split, moved and deleted meanwhile. Source: mem3_shards.erl, mem3_sync.erl.
void Replica::merge_maps(const DatabaseList& other) {
    bool news = false;
    for (const auto& [database, tombstone] : other.removed) {
        const auto mine = files_.maps.find(database);
        const auto gone = files_.removed.find(database);
        if (gone != files_.removed.end() && !younger(tombstone, gone->second)) continue;
        news = true;
        if (mine != files_.maps.end() && !younger(state_of(mine->second), tombstone)) {
            drop_database(database);
        }
        files_.removed[database] = tombstone;
    }
    for (const auto& [database, map] : other.maps) {
        const auto gone = files_.removed.find(database);
        if (gone != files_.removed.end() && !younger(state_of(map), gone->second)) continue;
        const auto mine = files_.maps.find(database);
        if (mine != files_.maps.end()) {
            if (map.suffix() == mine->second.suffix()) {
                if (map.revision() == mine->second.revision()) continue;
                const ShardMap both = ShardMap::merged(mine->second, map);
                if (both.revision() != mine->second.revision()) store_map(both);
                continue;
            }
            if (!younger(state_of(map), state_of(mine->second))) continue;
            drop_database(database);
        }
        add_database(map);
        news = true;
    }
    for (const auto& [node, document] : other.members) {
        const auto mine = files_.members.find(node);
        if (mine != files_.members.end() && document.revision <= mine->second.revision) continue;
        files_.members[node] = document;
        news = true;
    }
    if (news && listener_) listener_("");
}

void Replica::store_member(const std::string& node, const MemberDocument& document) {
    files_.members[node] = document;
    if (listener_) listener_("");
}

}   // namespace glasshive::store
