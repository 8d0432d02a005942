// Local documents, all leaves of a document, purges: what w or r copies must say alike.
#include <algorithm>
#include <utility>

#include "store/quorum/gatherer.h"

namespace glasshive::store {

namespace {

/// How many of the answered workers said what most of them said, and who said it first.
template <class Same>
std::pair<std::size_t, std::size_t> largest(const std::vector<std::size_t>& arrived, Same same) {
    std::pair<std::size_t, std::size_t> best{0, 0};
    for (const std::size_t one : arrived) {
        const auto count = static_cast<std::size_t>(std::count_if(
            arrived.begin(), arrived.end(), [&](std::size_t other) { return same(one, other); }));
        if (count > best.first) best = {count, one};
    }
    return best;
}

}   // namespace

/// fabric_doc_open.erl: as of any document, but never repaired.
void Gatherer::read_local(std::string_view database, const std::string& id,
                          Then<LocalAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404, .reason = "no_db_file"});
    const std::size_t r = quorum_of(map->n());
    const auto best = [](const Job& job) {
        return largest(job.arrived, [&](std::size_t a, std::size_t b) {
            const auto& x = found<found::Local>(job, a).document;
            const auto& y = found<found::Local>(job, b).document;
            return x && y ? x->revision == y->revision && x->body == y->body : !x && !y;
        });
    };
    Job asking{.workers = copies(*map, map->copies_of(std::string_view(id)), query::OpenLocal{id})};
    asking.enough = [best, r](const Job& job) { return job.waiting == 0 || best(job).first >= r; };
    asking.then = [best, r, then = std::move(then)](const Job& job) {
        if (job.timed_out) return then({.reason = "timeout"});
        if (job.arrived.empty()) return then({.reason = "read_failure"});
        const auto [copies, first] = best(job);
        LocalAnswer answer{.status = 200, .document = found<found::Local>(job, first).document};
        for (const std::size_t worker : job.arrived) {   // Below r the greatest revision counts.
            const auto& document = found<found::Local>(job, worker).document;
            if (copies >= r || !document) continue;
            if (!answer.document || answer.document->revision < document->revision) {
                answer.document = document;
            }
        }
        if (!answer.document) answer = {.status = 404, .reason = "missing"};
        then(answer);
    };
    gather(std::move(asking));
}

void Gatherer::write_local(std::string_view database, LocalEdit edit, std::uint32_t w,
                           Then<LocalAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404, .reason = "no_db_file"});
    const std::size_t wanted = w == 0 ? quorum_of(map->n()) : w;
    const int good = edit.deleted ? 200 : 201;
    const auto best = [](const Job& job) {
        return largest(job.arrived, [&](std::size_t a, std::size_t b) {
            return found<found::LocalStored>(job, a).result ==
                   found<found::LocalStored>(job, b).result;
        });
    };
    const std::vector<const Copy*> of = map->copies_of(std::string_view(edit.id));
    Job asking{.workers = copies(*map, of, query::EditLocal{std::move(edit)})};
    asking.enough = [best, wanted](const Job& job) {
        return job.waiting == 0 || best(job).first >= wanted;
    };
    asking.then = [best, wanted, good, then = std::move(then)](const Job& job) {
        if (job.arrived.empty()) return then({.reason = "internal_server_error"});
        const auto [copies, first] = best(job);
        const auto& result = found<found::LocalStored>(job, first).result;
        if (const auto* refusal = std::get_if<Refusal>(&result)) {
            return then({.reason = refusal->reason});   // A 500, as CouchDB's is.
        }
        then({.status = copies >= wanted ? good : 202, .revision = std::get<Revision>(result)});
    };
    gather(std::move(asking));
}

/// fabric_doc_open_revs.erl: r copies that say the same; else all that live, whose histories are
/// put together. What one copy has is found, whatever the others miss.
void Gatherer::open_revs(std::string_view database, std::string_view id,
                         std::vector<Revision> revisions, bool latest, std::uint32_t r,
                         Then<RevsAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    const std::size_t wanted = std::min(r == 0 ? quorum_of(map->n()) : r, map->n());
    query::OpenRevs query{.id = json::SharedBytes::copy_of(id),
                          .all = revisions.empty(),
                          .revisions = std::move(revisions),
                          .latest = latest};
    const auto unanimous = [](const Job& job) {
        return std::all_of(job.arrived.begin(), job.arrived.end(), [&](std::size_t worker) {
            return found<found::Revs>(job, worker).leaves ==
                   found<found::Revs>(job, job.arrived.front()).leaves;
        });
    };
    Job asking{.workers = copies(*map, map->copies_of(id), query)};
    asking.enough = [unanimous, wanted](const Job& job) {
        return job.waiting == 0 || (job.arrived.size() >= wanted && unanimous(job));
    };
    asking.then = [this, name = map->database(), unanimous, query,
                   then = std::move(then)](const Job& job) {
        if (job.arrived.empty()) return then({.status = 503});
        Tree tree;
        std::vector<found::Leaf> missing;
        for (const std::size_t worker : job.arrived) {
            for (const found::Leaf& leaf : found<found::Revs>(job, worker).leaves) {
                if (leaf.path.empty()) {
                    missing.push_back(leaf);
                } else {
                    tree.merge(leaf.path);
                }
            }
        }
        RevsAnswer answer{.status = 200};
        const auto add = [&](Tree::Index at) {
            std::vector<Step> path;
            for (const Tree::Index i : tree.history(at)) {
                path.push_back({tree.node(i).revision, {}});
            }
            path.front().content = tree.node(at).content;
            std::reverse(path.begin(), path.end());
            answer.leaves.push_back({tree.node(at).revision, std::move(path)});
        };
        if (query.all || query.latest) {
            for (const Tree::Index leaf : tree.leaves()) add(leaf);
            std::sort(answer.leaves.begin(), answer.leaves.end(),
                      [](const auto& a, const auto& b) { return a.revision < b.revision; });
        }
        for (const Revision& revision : query.revisions) {
            const auto at = tree.find(revision);
            const bool known = at && tree.node(*at).content;
            if (!at || (!known && !query.latest)) answer.leaves.push_back({revision});
            if (known && !query.latest) add(*at);
        }
        if (!unanimous(job)) repair(job, name, query.id.view());
        then(answer);
    };
    gather(std::move(asking));
}

void Gatherer::repair(const Job& job, std::string_view database, std::string_view id) {
    std::vector<ReplicatedEdit> edits;
    for (const std::size_t worker : job.arrived) {
        for (const found::Leaf& leaf : found<found::Revs>(job, worker).leaves) {
            if (leaf.path.empty() || !leaf.path.back().content) continue;
            const bool twice = std::any_of(edits.begin(), edits.end(), [&](const auto& edit) {
                return edit.path.back().revision == leaf.revision;
            });
            if (!twice) edits.push_back({json::SharedBytes::copy_of(id), leaf.path});
        }
    }
    if (edits.empty()) return;
    coordinator_.write_replicated(database, std::move(edits), 0, [](const WriteAnswer&) {});
}

/// fabric_doc_purge.erl. All copies of a request's range forget; others hear of it from them.
void Gatherer::purge(std::string_view database, std::vector<PurgeRequest> requests, std::uint32_t w,
                     Then<PurgeAnswer> then) {
    const ShardMap* map = files_.map_of(database);
    if (map == nullptr) return then({.status = 404});
    const std::size_t wanted = w == 0 ? quorum_of(map->n()) : w;
    const std::size_t count = requests.size();
    Job asking;
    std::vector<std::size_t> of;   // By worker: which request.
    for (std::size_t i = 0; i < count; ++i) {
        PurgeRequest& request = requests[i];
        request.uuid = node_ + "-" + std::to_string(uuids_.next());
        const auto copies_of = map->copies_of(std::string_view(request.id));
        for (Worker& worker : copies(*map, copies_of, query::Purge{{request}})) {
            asking.workers.push_back(std::move(worker));
            of.push_back(i);
        }
    }
    asking.enough = [](const Job& job) { return job.waiting == 0; };
    asking.then = [of, count, wanted, then = std::move(then)](const Job& job) {
        PurgeAnswer answer{.status = 201};
        answer.purged.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            std::vector<std::size_t> mine;
            for (const std::size_t worker : job.arrived) {
                if (of[worker] == i) mine.push_back(worker);
            }
            const auto said = [&](std::size_t worker) -> const std::vector<Revision>& {
                return found<found::Purged>(job, worker).revisions.front();
            };
            const std::size_t alike = largest(mine, [&](std::size_t a, std::size_t b) {
                                          return said(a) == said(b);
                                      }).first;
            if (mine.empty()) answer.status = 500;
            if (alike < wanted && answer.status == 201) answer.status = 202;
            for (const std::size_t worker : mine) {   // What any copy forgot is told.
                for (const Revision& revision : said(worker)) {
                    std::vector<Revision>& all = answer.purged[i];
                    if (std::find(all.begin(), all.end(), revision) == all.end()) {
                        all.push_back(revision);
                    }
                }
            }
        }
        then(answer);
    };
    gather(std::move(asking));
}

}   // namespace glasshive::store
