// How one copy answers what it is asked; fabric_rpc.erl.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/quorum/query.h"

namespace glasshive::store {

std::vector<Step> path_to(const Database& copy, const Tree& tree, Tree::Index leaf) {
    std::vector<Step> path;
    for (const Tree::Index at : tree.history(leaf)) path.push_back({tree.node(at).revision, {}});
    path.resize(std::min<std::size_t>(path.size(), copy.options().revs_limit));
    path.front().content = tree.node(leaf).content;
    std::reverse(path.begin(), path.end());
    return path;
}

namespace {

Found answer(const Database& copy, const query::OpenRevs& query) {
    found::Revs found;
    const Document* document = copy.find(query.id.view());
    const auto add = [&](Tree::Index at) {
        found.leaves.push_back(
            {document->tree.node(at).revision, path_to(copy, document->tree, at)});
    };
    if (query.all) {
        if (document == nullptr) return found;
        for (const Tree::Index leaf : document->tree.leaves()) add(leaf);
        return found;
    }
    for (const Revision& revision : query.revisions) {
        const auto at = document ? document->tree.find(revision) : std::nullopt;
        if (at && query.latest) {
            const std::vector<Revision> one{revision};
            for (const Tree::Index leaf : document->tree.leaves_from(one)) add(leaf);
        } else if (at && document->tree.node(*at).content) {
            add(*at);
        } else {
            found.leaves.push_back({revision});   // Unknown, or compacted away.
        }
    }
    return found;
}

Found answer(const Database& copy, const query::RevsDiff& query) {
    found::Missing found;
    for (const auto& [id, revisions] : query.wanted) {
        const Document* document = copy.find(id.view());
        found::Missing::One one;
        if (document == nullptr) {
            one.missing = revisions;
        } else {
            one.missing = document->tree.missing(revisions);
            for (const Tree::Index at : document->tree.possible_ancestors(one.missing)) {
                one.possible_ancestors.push_back(document->tree.node(at).revision);
            }
        }
        found.documents.push_back(std::move(one));
    }
    return found;
}

found::DocRow row_of(const Document& document, const query::ListDocs& query) {
    const Tree& tree = document.tree;
    const Tree::Node& winner = tree.node(tree.winner());
    found::DocRow row{.id = document.id, .winner = winner.revision, .deleted = tree.deleted()};
    if (query.bodies && !row.deleted) row.content = winner.content;
    if (!query.conflicts) return row;
    for (const Tree::Index at : tree.conflicts(false)) {
        row.conflicts.push_back(tree.node(at).revision);
    }
    return row;
}

Found answer(const Database& copy, const query::ListDocs& query, const std::string& node) {
    found::Docs found;
    found.total = copy.info().documents;
    found.seq = {node, copy.uuid(), copy.update_seq()};
    if (query.keys) {
        for (const std::string& key : *query.keys) {
            if (const Document* document = copy.find(key)) {
                found.rows.push_back(row_of(*document, query));
            }
        }
        return found;
    }
    const DocumentTable& table = copy.documents();
    const std::vector<DocumentTable::Slot>& order = table.order();
    const std::size_t count = order.size();
    const auto& low = query.descending ? query.end : query.start;
    const auto& high = query.descending ? query.start : query.end;
    std::size_t first = low ? table.lower_bound(*low) : 0;
    std::size_t behind = high ? table.lower_bound(*high) : count;
    const auto is_at = [&](std::size_t at, const std::string& key) {
        return at < count && table.at(order[at]).id.view() == key;
    };
    // The start is always part of it, the end if asked for.
    if (high && is_at(behind, *high) && (query.descending || query.inclusive_end)) ++behind;
    if (low && query.descending && !query.inclusive_end && is_at(first, *low)) ++first;
    found.before = query.descending ? found.total - copy.live_among_first(behind)
                                    : copy.live_among_first(first);
    for (std::size_t i = first; i < behind && found.rows.size() < query.rows_max; ++i) {
        const std::size_t at = query.descending ? behind - 1 - (i - first) : i;
        const Document& document = table.at(order[at]);
        if (!document.tree.deleted()) found.rows.push_back(row_of(document, query));
    }
    return found;
}

/// couch_changes:filter_revs/2.
std::vector<Revision> passed_revisions(const Document& document, const query::ListChanges& query) {
    std::vector<Revision> passed;
    for (const Revision& revision : changed_revisions(document, query.style)) {
        const Tree::Index leaf = *document.tree.find(revision);
        if (query.filter->passes(document, leaf)) passed.push_back(revision);
    }
    return passed;
}

Found answer(const Database& copy, const query::ListChanges& query, const std::string& node) {
    found::Changes found{.rows = {}, .uuid = copy.uuid()};
    const query::SeqOf& since = query.since;
    const bool own = since.node == node && since.uuid == copy.uuid();
    // Descending reads all of it, whatever `since` is (fabric_view_changes:get_start_seq/2).
    if (!query.descending) found.from = own ? since.seq : safe_start(copy, since);
    found.seq = query.descending ? copy.update_seq() : found.from;
    std::size_t leaves = 0;
    bool all = true;
    found.pending = copy.pending(found.from);
    std::uint64_t behind = found.pending;
    copy.changes(found.from, query.descending, [&](const Document& document) {
        if (found.rows.size() >= query.rows_max || leaves >= query.leaves_max) {
            return all = false;
        }
        found.seq = document.seq;
        found::ChangeRow row{.seq = document.seq, .id = document.id, .pending = --behind};
        row.revisions = query.filter ? passed_revisions(document, query)
                                     : changed_revisions(document, query.style);
        if (row.revisions.empty()) return true;
        row.deleted = document.tree.deleted();
        if (query.bodies) row.content = document.tree.node(document.tree.winner()).content;
        if (query.paths) {
            for (const Tree::Index leaf : document.tree.leaves()) {
                row.paths.push_back(path_to(copy, document.tree, leaf));
            }
        }
        leaves += row.revisions.size();
        found.rows.push_back(std::move(row));
        return true;
    });
    if (all && !query.descending) found.seq = copy.update_seq();   // Purges have numbers, too.
    if (!query.descending) found.pending = behind;
    if (query.descending && !found.rows.empty()) found.pending = found.rows.back().pending;
    if (query.filter && query.filter->looks_up() && !query.descending) {
        found.pending = copy.pending(found.from);
        for (found::ChangeRow& row : found.rows) row.pending = --found.pending;
    }
    return found;
}

/// What the ids that begin with the partition's name and ':' hold.
Found answer(const Database& copy, const query::PartitionInfo& query) {
    found::Partition found;
    const DocumentTable& table = copy.documents();
    const std::string prefix = query.partition + ":";
    for (std::size_t at = table.lower_bound(prefix); at < table.order().size(); ++at) {
        const Document& document = table.at(table.order()[at]);
        if (!document.id.view().starts_with(prefix)) break;
        (document.tree.deleted() ? found.deleted : found.documents) += 1;
        for (const Tree::Index leaf : document.tree.leaves()) {
            const Tree::Node& node = document.tree.node(leaf);
            if (node.content) found.external += node.content->size();
        }
    }
    found.active = found.external;
    return found;
}

Found answer(const Database& copy, const query::ListPurges& query) {
    found::Purges found{.requests = {}, .through = query.since};
    for (const auto& [seq, request] : copy.purges()) {
        if (seq <= query.since) continue;
        if (found.requests.size() == query.most) break;
        found.requests.push_back(request);
        found.through = seq;
    }
    return found;
}

}   // namespace

namespace found {

bool operator==(const Leaf& a, const Leaf& b) {
    const auto same = [](const Step& x, const Step& y) { return x.revision == y.revision; };
    return a.revision == b.revision && a.path.size() == b.path.size() &&
           std::equal(a.path.begin(), a.path.end(), b.path.begin(), same);
}

}   // namespace found

Found ask_copy(Database& copy, const Query& query, const std::string& node) {
    if (const auto* q = std::get_if<query::OpenRevs>(&query)) return answer(copy, *q);
    if (const auto* q = std::get_if<query::RevsDiff>(&query)) return answer(copy, *q);
    if (const auto* q = std::get_if<query::ListDocs>(&query)) return answer(copy, *q, node);
    if (const auto* q = std::get_if<query::ListChanges>(&query)) return answer(copy, *q, node);
    if (const auto* q = std::get_if<query::ListPurges>(&query)) return answer(copy, *q);
    if (std::holds_alternative<query::ListLocals>(query)) {
        return found::Locals{copy.local_documents()};
    }
    if (const auto* q = std::get_if<query::PartitionInfo>(&query)) return answer(copy, *q);
    if (const auto* q = std::get_if<query::OpenLocal>(&query)) {
        const LocalDocument* local = copy.find_local(q->id);
        return found::Local{local ? std::optional(*local) : std::nullopt};
    }
    if (std::holds_alternative<query::Info>(query)) {
        return found::Info{copy.info(), copy.uuid(), copy.security(), copy.options().revs_limit,
                           copy.options().purged_infos_limit};
    }
    if (const auto* q = std::get_if<query::EditLocal>(&query)) {
        return found::LocalStored{copy.update_local(q->edit)};
    }
    if (const auto* q = std::get_if<query::Purge>(&query)) {
        return found::Purged{copy.purge(q->requests)};
    }
    if (std::holds_alternative<query::Compact>(query)) copy.compact();
    if (const auto* q = std::get_if<query::LimitPurges>(&query)) {
        copy.set_purged_infos_limit(q->limit);
    }
    return found::Done{};
}

Cost cost_of(const Database& copy, const Query& query) {
    if (std::holds_alternative<query::Compact>(query)) return copy.cost_of_compaction();
    const CostModel& costs = copy.options().costs;
    if (changes_copy(query)) {
        return {.cpu = costs.edit_cpu, .append = costs.append_per_edit, .sync = true};
    }
    // Lists read about as many documents as they show; what they show is known to few bytes.
    std::uint64_t documents = 1;
    if (const auto* list = std::get_if<query::ListDocs>(&query)) {
        documents = list->keys ? list->keys->size()
                               : std::min<std::uint64_t>(list->rows_max, copy.info().documents);
    } else if (const auto* changes = std::get_if<query::ListChanges>(&query)) {
        const bool own = !changes->descending && changes->since.uuid == copy.uuid();
        documents =
            std::min<std::uint64_t>(changes->rows_max, copy.pending(own ? changes->since.seq : 0));
    } else if (const auto* diff = std::get_if<query::RevsDiff>(&query)) {
        documents = diff->wanted.size();
    }
    // A leaf of the B-tree holds some twenty of them: reading rows in order is cheap.
    return {.cpu = costs.read_cpu + costs.read_cpu * static_cast<std::int64_t>(documents) / 20};
}

Bytes size_of(const Query& query) {
    std::int64_t words = 4;
    if (const auto* diff = std::get_if<query::RevsDiff>(&query)) {
        for (const auto& [id, revisions] : diff->wanted) {
            words += 8 + 3 * static_cast<std::int64_t>(revisions.size());
        }
    } else if (const auto* keys = std::get_if<query::ListDocs>(&query)) {
        words += keys->keys ? 4 * static_cast<std::int64_t>(keys->keys->size()) : 0;
    } else if (const auto* purge = std::get_if<query::Purge>(&query)) {
        words += 16 * static_cast<std::int64_t>(purge->requests.size());
    }
    return Bytes{128 + 8 * words};
}

Bytes size_of(const Found& found) {
    Bytes size{64};
    const auto add_path = [&](const std::vector<Step>& path) {
        size += Bytes{24} * static_cast<std::int64_t>(path.size());
        if (!path.empty() && path.back().content) size += path.back().content->size();
    };
    if (const auto* revs = std::get_if<found::Revs>(&found)) {
        for (const found::Leaf& leaf : revs->leaves) add_path(leaf.path);
    } else if (const auto* docs = std::get_if<found::Docs>(&found)) {
        for (const found::DocRow& row : docs->rows) {
            size += Bytes{64};
            if (row.content) size += row.content->size();
        }
    } else if (const auto* changes = std::get_if<found::Changes>(&found)) {
        for (const found::ChangeRow& row : changes->rows) {
            size += Bytes{64};
            if (row.content) size += row.content->size();
            for (const std::vector<Step>& path : row.paths) add_path(path);
        }
    }
    return size;
}

std::string checkpoint_id(std::string_view source_uuid, std::string_view target_uuid) {
    return "_local/shard-sync-" + std::string(source_uuid) + "-" + std::string(target_uuid);
}

namespace {

/// Calls take(source_seq, target_seq, entry) for each entry of a note, the newest first.
template <class Take>
void each_entry(const LocalDocument* note, Take take) {
    const auto history =
        note != nullptr ? note->body.view().find("history") : std::optional<json::View>();
    if (!history || !history->is(json::Type::array)) return;
    for (const json::View entry : history->elements()) {
        const auto source = entry.find("source_seq");
        const auto target = entry.find("target_seq");
        if (!source || !target || !source->integer() || !target->integer()) continue;
        take(static_cast<std::uint64_t>(*source->integer()),
             static_cast<std::uint64_t>(*target->integer()), entry);
    }
}

}   // namespace

/// mem3_rep:find_source_seq/4; find_split_target_seq/4 where `seen` is of what this was split from.
std::uint64_t safe_start(const Database& copy, const query::SeqOf& seen) {
    if (seen.node.empty()) return 0;
    std::uint64_t start = 0;
    each_entry(copy.find_local(checkpoint_id(copy.uuid(), seen.uuid)),
               [&](std::uint64_t source, std::uint64_t target, json::View) {
                   if (target <= seen.seq) start = std::max(start, source);
               });
    // Until a map named it, it had nothing but what the other one had; up to the end of the initial
    // copy under the same numbers.
    std::optional<std::uint64_t> first;
    each_entry(copy.find_local(checkpoint_id(seen.uuid, copy.uuid())),
               [&](std::uint64_t source, std::uint64_t target, json::View entry) {
                   if (!entry.find("split")) return;
                   if (source <= seen.seq) start = std::max(start, target);
                   if (entry.find("copied")) first = source;
               });
    if (first && seen.seq <= *first) start = std::max(start, seen.seq);
    return start;
}

}   // namespace glasshive::store
