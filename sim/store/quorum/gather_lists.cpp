// What is put together from one copy of each range, whichever answers first.
#include <algorithm>
#include <utility>

#include "store/quorum/gatherer.h"

namespace glasshive::store {

namespace {

const std::string no_progress = "progress not possible";

}   // namespace

/// fabric_doc_missing_revs.erl. Documents of ranges that nobody answers for are reported missing.
void Gatherer::revs_diff(std::string_view database, query::RevsDiff wanted, Then<DiffAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    std::map<Range, std::pair<query::RevsDiff, std::vector<std::size_t>>> parts;
    std::map<Range, std::vector<const Copy*>> holders;
    for (std::size_t i = 0; i < wanted.wanted.size(); ++i) {
        for (const Copy* copy : map->copies_of(wanted.wanted[i].first.view())) {
            auto& [query, which] = parts[copy->range];
            if (!which.empty() && which.back() == i) continue;
            query.wanted.push_back(wanted.wanted[i]);
            which.push_back(i);
        }
    }
    for (const Copy& copy : map->copies()) holders[copy.range].push_back(&copy);
    Job asking;
    struct Diff {
        std::vector<std::vector<std::size_t>> of;   // By worker: which documents.
        std::vector<std::optional<found::Missing::One>> known;
        std::size_t unknown = 0;
        std::size_t heard = 0;   // Answers.
    };
    const auto diff = std::make_shared<Diff>();
    for (const auto& [range, part] : parts) {
        for (Worker& worker : copies(*map, holders[range], part.first)) {
            asking.workers.push_back(std::move(worker));
            diff->of.push_back(part.second);
        }
    }
    diff->known.resize(wanted.wanted.size());
    diff->unknown = wanted.wanted.size();
    asking.enough = [diff](const Job& job) {
        for (; diff->heard < job.arrived.size(); ++diff->heard) {
            const std::size_t worker = job.arrived[diff->heard];
            const auto& missing = found<found::Missing>(job, worker).documents;
            for (std::size_t i = 0; i < missing.size(); ++i) {
                auto& answer = diff->known[diff->of[worker][i]];
                if (answer) continue;
                answer = missing[i];
                --diff->unknown;
            }
        }
        return job.waiting == 0 || diff->unknown == 0;
    };
    asking.then = [diff, asked = std::move(wanted), then = std::move(then)](const Job&) {
        DiffAnswer answer{.status = 200};
        for (std::size_t i = 0; i < diff->known.size(); ++i) {
            auto& known = diff->known[i];
            answer.documents.push_back(known ? std::move(*known)
                                             : found::Missing::One{asked.wanted[i].second, {}});
        }
        then(answer);
    };
    gather(std::move(asking));
}

/// fabric_db_info.erl: sums over the ring.
void Gatherer::info(std::string_view database, Then<InfoAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404, .reason = "no_db_file"});
    Job asking{.workers = all_copies(*map, query::Info{})};
    asking.enough = ring_decided;
    asking.then = [this, then = std::move(then)](const Job& job) {
        const std::vector<std::size_t> ring = answered_ring(job);
        if (ring.empty()) {
            return then({.reason = job.timed_out ? "timeout" : no_progress});
        }
        InfoAnswer answer{.status = 200};
        PackedSeq packed;
        for (const std::size_t worker : ring) {
            const auto& one = found<found::Info>(job, worker);
            answer.info.documents += one.info.documents;
            answer.info.deleted += one.info.deleted;
            answer.info.update_seq += one.info.update_seq;
            answer.info.purge_seq += one.info.purge_seq;
            answer.info.file += one.info.file;
            answer.info.active += one.info.active;
            answer.info.external += one.info.external;
            const Worker& w = job.workers[worker];
            packed.ranges.push_back(
                {w.range, {members_[w.member].node, one.uuid, one.info.update_seq}});
        }
        answer.update_seq = packed.text();
        const auto& first = found<found::Info>(job, ring.front());
        answer.security = first.security;
        answer.revs_limit = first.revs_limit;
        answer.purged_infos_limit = first.purged_infos_limit;
        then(answer);
    };
    gather(std::move(asking));
}

// --- All documents -------------------------------------------------------------------------------

/// fabric_view_all_docs.erl. Rows in order of their ids' bytes, or of the keys asked for.
void Gatherer::all_docs(std::string_view database, DocsOptions options, Then<DocsAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404, .reason = "no_db_file"});
    const std::size_t room = SIZE_MAX - options.skip;
    options.list.rows_max =
        options.limit < room ? options.skip + options.limit : SIZE_MAX;   // Each may have all.
    Job asking{.workers = all_copies(*map, options.list)};
    asking.enough = ring_decided;
    asking.then = [this, options = std::move(options), then = std::move(then)](const Job& job) {
        merge_docs(job, options, then);
    };
    gather(std::move(asking));
}

void Gatherer::merge_docs(const Job& job, const DocsOptions& options,
                          const Then<DocsAnswer>& then) {
    const std::vector<std::size_t> ring = answered_ring(job);
    if (ring.empty() && job.timed_out) return then({.reason = "timeout"});
    // Asked for by keys, a hole in the ring is 412 nodedown.
    if (ring.empty()) return then({options.list.keys ? 412 : 500, no_progress});
    DocsAnswer answer{.status = 200};
    std::vector<const found::DocRow*> rows;
    std::uint64_t before = 0;
    PackedSeq packed;
    for (const std::size_t worker : ring) {
        const auto& docs = found<found::Docs>(job, worker);
        answer.total += docs.total;
        before += docs.before;
        packed.ranges.push_back({job.workers[worker].range, docs.seq});
        for (const found::DocRow& row : docs.rows) rows.push_back(&row);
    }
    answer.update_seq = packed.text();
    const bool descending = options.list.descending;
    std::sort(rows.begin(), rows.end(), [&](const found::DocRow* a, const found::DocRow* b) {
        return descending ? b->id.view() < a->id.view() : a->id.view() < b->id.view();
    });
    if (!options.list.keys) {
        std::size_t at = std::min(options.skip, rows.size());
        answer.offset = before + at;
        for (; at < rows.size() && answer.rows.size() < options.limit; ++at) {
            answer.rows.push_back({std::string(rows[at]->id.view()), *rows[at]});
        }
        return then(answer);
    }
    std::map<std::string_view, const found::DocRow*> by_id;
    for (const found::DocRow* row : rows) by_id[row->id.view()] = row;
    const std::vector<std::string>& keys = *options.list.keys;
    for (std::size_t i = 0; i < keys.size() && answer.rows.size() < options.limit; ++i) {
        const std::string& key = descending ? keys[keys.size() - 1 - i] : keys[i];
        if (i < options.skip) continue;
        const auto row = by_id.find(key);
        answer.rows.push_back({key, {}});
        if (row != by_id.end()) answer.rows.back().found = *row->second;
    }
    then(answer);
}

// --- Changes -------------------------------------------------------------------------------------

/// fabric_view_changes.erl: go/5, send_changes/6. "now" and descending begin where the database
/// is.
void Gatherer::changes(std::string_view database, ChangesOptions options,
                       Then<ChangesAnswer> then) {
    if (files_.map_of(database) == nullptr) return then({.status = 404, .reason = "no_db_file"});
    if (options.since == "now" && !options.list.descending) {
        const std::string name(database);
        info(database, [this, name, options, then = std::move(then)](const InfoAnswer& info) {
            if (info.status != 200) return then({.status = info.status, .reason = info.reason});
            ChangesOptions from = options;
            from.since = info.update_seq;
            changes(name, from, then);
        });
        return;
    }
    const auto since = options.since == "now" ? PackedSeq{} : PackedSeq::parse(options.since);
    if (!since) {
        return then({400, "Malformed sequence supplied in 'since' parameter."});
    }
    changes_since(database, *since, std::move(options), std::move(then));
}

/// Ranges one after the other as they answered: rows are in order within a range, not over all.
void Gatherer::merge_changes(const Job& job, const ChangesOptions& options,
                             const Then<ChangesAnswer>& then) {
    std::vector<std::size_t> ring = answered_ring(job);
    if (ring.empty() && job.timed_out) return then({.reason = "timeout"});
    if (ring.empty()) return then({500, no_progress});
    ChangesAnswer answer{.status = 200};
    const bool descending = options.list.descending;
    PackedSeq packed;
    std::map<std::size_t, std::size_t> place;   // Of a worker in `packed`.
    for (const std::size_t worker : ring) {
        const auto& one = found<found::Changes>(job, worker);
        const std::uint64_t from = descending ? one.seq : one.from;
        place[worker] = packed.ranges.size();
        const std::string& node = members_[job.workers[worker].member].node;
        packed.ranges.push_back({job.workers[worker].range, {node, one.uuid, from}});
    }
    for (const std::size_t worker : job.arrived) {
        if (place.count(worker) == 0) continue;
        const auto& one = found<found::Changes>(job, worker);
        std::uint64_t& seq = packed.ranges[place[worker]].at.seq;
        std::size_t taken = 0;
        for (const found::ChangeRow& row : one.rows) {
            if (answer.rows.size() >= options.limit) break;
            seq = row.seq;
            answer.rows.push_back({packed.text(), row});
            ++taken;
        }
        const bool all = taken == one.rows.size();
        if (all && options.limit > answer.rows.size()) seq = one.seq;
        if (all) answer.pending += one.pending;
        if (!all) {   // What it has more than we tell is still to come.
            const found::ChangeRow& next = one.rows[taken];
            answer.pending += next.pending + 1;
        }
    }
    answer.last_seq = packed.text();
    then(answer);
}

// --- Local documents, partitions -----------------------------------------------------------------

void Gatherer::local_docs(std::string_view database, Then<LocalsAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    Job asking{.workers = all_copies(*map, query::ListLocals{})};
    asking.enough = ring_decided;
    asking.then = [then = std::move(then)](const Job& job) {
        const std::vector<std::size_t> ring = answered_ring(job);
        if (ring.empty()) return then({500, job.timed_out ? "timeout" : no_progress});
        LocalsAnswer answer{.status = 200};
        for (const std::size_t worker : ring) {
            const auto& one = found<found::Locals>(job, worker).documents;
            answer.documents.insert(one.begin(), one.end());
        }
        then(answer);
    };
    gather(std::move(asking));
}

void Gatherer::purged_infos(std::string_view database, Then<PurgesAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    Job asking{.workers = all_copies(*map, query::ListPurges{.most = SIZE_MAX})};
    asking.enough = [](const Job& job) { return job.waiting == 0; };
    asking.then = [then = std::move(then)](const Job& job) {
        if (job.timed_out) return then({500, "timeout"});
        if (answered_ring(job).empty()) return then({500, no_progress});
        PurgesAnswer answer{.status = 200};
        for (const std::size_t worker : job.arrived) {
            for (const PurgeRequest& each : found<found::Purges>(job, worker).requests) {
                answer.purges.emplace(each.id, each.revisions);
            }
        }
        then(answer);
    };
    gather(std::move(asking));
}

void Gatherer::partition_info(std::string_view database, const std::string& partition,
                              Then<PartitionAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    const auto of = map->copies_of(std::string_view(partition + ":"));
    Job asking{.workers = copies(*map, of, query::PartitionInfo{partition})};
    asking.enough = [](const Job& job) { return !job.arrived.empty() || job.waiting == 0; };
    asking.then = [then = std::move(then)](const Job& job) {
        if (job.arrived.empty()) return then({500, job.timed_out ? "timeout" : no_progress});
        const auto& one = found<found::Partition>(job, job.arrived.front());
        then({200, {}, one.documents, one.deleted, one.active, one.external});
    };
    gather(std::move(asking));
}

// --- Done at once --------------------------------------------------------------------------------

void Gatherer::compact(std::string_view database, Then<StatusAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({404, "no_db_file"});
    Job asking{.workers = all_copies(*map, query::Compact{})};
    asking.enough = [](const Job& job) { return job.waiting == 0; };
    asking.then = [](const Job&) {};
    gather(std::move(asking));
    then({202});   // It goes on behind the answer.
}

void Gatherer::limit_purges(std::string_view database, std::uint32_t limit,
                            Then<StatusAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({404, "no_db_file"});
    // Every copy, and no monitor: fabric_db_meta.erl, set_purge_infos_limit/3.
    Job asking{.workers = all_copies(*map, query::LimitPurges{limit}), .blind = true};
    asking.enough = [](const Job& job) { return job.waiting == 0; };
    asking.then = [then = std::move(then)](const Job& job) {
        then(job.timed_out ? StatusAnswer{500, "timeout"} : StatusAnswer{200});
    };
    gather(std::move(asking));
}

void Gatherer::ensure_full_commit(std::string_view database, Then<StatusAnswer> then) {
    info(database, [then = std::move(then)](const InfoAnswer& info) {
        then(info.status == 200 ? StatusAnswer{201} : StatusAnswer{info.status, info.reason});
    });
}

}   // namespace glasshive::store
