// Which copies go on where a reader of changes stands; fabric_view_changes.erl.
#include <algorithm>
#include <utility>

#include "store/quorum/gatherer.h"

namespace glasshive::store {

namespace {

/// Copies that go on for the reader, and those that are asked when one of them is lost.
struct Readers {
    std::vector<const Copy*> first;
    std::vector<const Copy*> spare;
};

bool is_part(const Range& part, const Range& whole) {
    return whole.begin <= part.begin && part.end <= whole.end;
}

/// What a reader has seen of a copy's range: of that range, or of one that it is a part of. A range
/// that was seen in parts counts as not seen: its copy begins anew.
const PackedSeq::One* seen_of(const PackedSeq& since, const Range& range) {
    const PackedSeq::One* found = nullptr;
    for (const PackedSeq::One& one : since.ranges) {
        if (one.range == range) return &one;
        if (is_part(range, one.range)) found = &one;
    }
    return found;
}

bool make_ring(const std::vector<const Copy*>& copies) {
    std::vector<Range> ranges;
    for (const Copy* copy : copies) ranges.push_back(copy->range);
    return !ring_of(ranges).empty();
}

/// find_replacements/2, find_split_shard_replacements/2: the copies that the reader read from, and
/// what they were split into; for the rest of the ring, whoever has it.
Readers readers_of(const ShardMap& map, const std::vector<QuorumMember>& members,
                   const PackedSeq& since) {
    Readers readers;
    std::vector<const Copy*> rest;
    for (const Copy& copy : map.copies()) {
        if (!find_member(members, copy.node)) continue;
        const PackedSeq::One* seen = seen_of(since, copy.range);
        const bool same = seen != nullptr && seen->at.node == copy.node;
        (same ? readers.first : rest).push_back(&copy);
    }
    if (make_ring(readers.first)) {
        readers.spare = std::move(rest);
        return readers;
    }
    std::vector<const Copy*> asked = readers.first;
    for (const Copy* copy : rest) {
        const auto overlaps = [&](const Copy* one) { return one->range.overlaps(copy->range); };
        const bool held = std::any_of(readers.first.begin(), readers.first.end(), overlaps);
        (held ? readers.spare : asked).push_back(copy);
    }
    if (!make_ring(asked)) {
        asked.insert(asked.end(), readers.spare.begin(), readers.spare.end());
        readers.spare.clear();
    }
    readers.first = std::move(asked);
    return readers;
}

}   // namespace

void Gatherer::changes_since(std::string_view database, const PackedSeq& since,
                             ChangesOptions options, Then<ChangesAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404, .reason = "no_db_file"});
    query::ListChanges list = options.list;
    list.rows_max = options.limit;
    const auto ask = [this, since, list](const ShardMap& of, const Copy* copy) {
        query::ListChanges one = list;
        if (const PackedSeq::One* seen = seen_of(since, copy->range)) one.since = seen->at;
        return copies(of, {copy}, one);
    };
    const Readers readers = readers_of(*map, members_, since);
    Job asking;
    for (const Copy* copy : readers.first) {
        for (Worker& worker : ask(*map, copy)) asking.workers.push_back(std::move(worker));
    }
    std::vector<Copy> spare;
    for (const Copy* copy : readers.spare) spare.push_back(*copy);
    asking.instead = [this, name = map->database(), ask, spare](const Worker& lost) mutable {
        std::vector<Worker> others;
        const ShardMap* now = files_.map_of(name);
        if (now == nullptr) return others;
        for (const Copy& copy : spare) {
            if (!copy.range.overlaps(lost.range)) continue;
            for (Worker& worker : ask(*now, &copy)) others.push_back(std::move(worker));
        }
        std::erase_if(spare, [&](const Copy& copy) { return copy.range.overlaps(lost.range); });
        return others;
    };
    asking.enough = ring_decided;
    asking.then = [this, options = std::move(options), then = std::move(then)](const Job& job) {
        merge_changes(job, options, then);
    };
    gather(std::move(asking));
}

}   // namespace glasshive::store
