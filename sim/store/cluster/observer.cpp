#include "store/cluster/observer.h"

#include <algorithm>
#include <vector>

#include "store/cluster/cluster.h"
#include "store/cluster_events.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

namespace {

constexpr Duration grace = std::chrono::seconds{1};

using Leaves = std::vector<std::pair<Revision, bool>>;

Leaves leaves_of(const Document* document) {
    Leaves leaves;
    if (document == nullptr) return leaves;
    const Tree& tree = document->tree;
    for (const Tree::Index leaf : tree.leaves()) {
        const ContentPtr& content = tree.node(leaf).content;
        leaves.emplace_back(tree.node(leaf).revision, content && content->deleted);
    }
    return leaves;   // The winner first: an order that all copies share.
}

const char* text_of(WinReason reason) {
    switch (reason) {
        case WinReason::only_leaf: return "only leaf";
        case WinReason::live_beats_deleted: return "live beats deleted";
        case WinReason::longer_history: return "longer history";
        case WinReason::greater_id: return "greater id";
    }
    return "";
}

}   // namespace

Observer::Observer(kernel::Kernel& kernel, Cluster& cluster, std::string prefix)
    : kernel_(kernel),
      cluster_(cluster),
      prefix_(std::move(prefix)),
      revisions_(kernel_, prefix_) {
    kernel_.add_process(HostId{}, *this);
    kernel_.start(id());
    for (std::size_t i = 0; i < cluster_.size(); ++i) cluster_.node(i).replica().set_watch(this);
}

void Observer::changed(const std::string& node, const std::string& shard, std::string_view id) {
    const auto parsed = parse_shard_name(shard);
    if (!parsed || parsed->database.starts_with('_')) return;   // Not the system's own.
    const ShardMap* map = newest_map(parsed->database, parsed->suffix);
    if (map == nullptr) return;
    const std::vector<const Copy*> holders = map->copies_of(id);
    // Else a file that is being filled, or one that was taken away.
    const bool holds = std::any_of(holders.begin(), holders.end(), [&](const Copy* holder) {
        return holder->node == node && holder->range == parsed->range;
    });
    const std::vector<RevisionLog::Copy> copies = copies_of(*map, id);
    bool first = true, differ = false, conflict = false;
    Leaves before;
    for (const RevisionLog::Copy& copy : copies) {
        Leaves leaves = leaves_of(copy.document);
        if (!first && leaves != before) differ = true;
        first = false;
        conflict |= leaves.size() > 1 && !leaves[1].second;   // The live ones come first.
        before = std::move(leaves);
        if (!holds || copy.node != node) continue;
        look_at_leaves(node, parsed->database, id,
                       copy.document == nullptr ? nullptr : &copy.document->tree);
    }
    revisions_.changed(parsed->database, id, copies, conflict);
    Agreement& agreement = agreements_[parsed->database];
    const Place place{parsed->database + parsed->suffix, std::string(id)};
    if (!differ) {
        erase(agreement, place);
    } else if (agreement.differing.try_emplace(place, kernel_.now()).second) {
        agreement.by_age.emplace(kernel_.now(), place);
    }
    settle(parsed->database, agreement);
}

std::vector<RevisionLog::Copy> Observer::copies_of(const ShardMap& map, std::string_view id) const {
    std::vector<RevisionLog::Copy> copies;
    for (const Copy* holder : map.copies_of(id)) {
        const auto i = cluster_.find(holder->node);
        if (!i) continue;
        const Node& node = std::as_const(cluster_).node(*i);
        const auto copy = node.files().copies.find(map.shard_name(holder->range));
        if (copy == node.files().copies.end()) continue;
        copies.push_back({node.name(), copy->second.find(id)});
    }
    return copies;
}

std::vector<const Document*> Observer::documents_of(const std::string& database,
                                                    std::string_view id) const {
    const ShardMap* newest = nullptr;   // Of databases of one name, of the last that was made.
    const auto age = [](const ShardMap& map) { return std::pair(map.suffix(), map.revision()); };
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        const auto& maps = std::as_const(cluster_).node(i).files().maps;
        const auto map = maps.find(database);
        if (map == maps.end()) continue;
        if (newest == nullptr || age(*newest) < age(map->second)) newest = &map->second;
    }
    std::vector<const Document*> documents;
    if (newest == nullptr) return documents;
    for (const RevisionLog::Copy& copy : copies_of(*newest, id)) {
        if (copy.document != nullptr) documents.push_back(copy.document);
    }
    return documents;
}

void Observer::compacted(const std::string&, const std::string& shard) {
    const auto parsed = parse_shard_name(shard);
    const ShardMap* map = parsed ? newest_map(parsed->database, parsed->suffix) : nullptr;
    if (map == nullptr) return;
    for (const std::string& id : revisions_.told_of(parsed->database)) {
        const std::vector<RevisionLog::Copy> copies = copies_of(*map, id);
        const bool here = std::any_of(copies.begin(), copies.end(),
                                      [](const auto& copy) { return copy.document != nullptr; });
        if (here) revisions_.changed(parsed->database, id, copies, false);
    }
}

/// As the cluster will have it: a map that was just edited is not everywhere yet.
const ShardMap* Observer::newest_map(const std::string& database, const std::string& suffix) {
    const auto [known, fresh] = newest_[database].try_emplace(suffix);
    const ShardMap*& newest = known->second;
    if (!fresh) return newest;
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        const auto& maps = cluster_.node(i).files().maps;
        const auto map = maps.find(database);
        if (map == maps.end() || map->second.suffix() != suffix) continue;
        if (newest == nullptr || newest->revision() < map->second.revision()) newest = &map->second;
    }
    return newest;
}

void Observer::erase(Agreement& agreement, const Place& place) {
    const auto found = agreement.differing.find(place);
    if (found == agreement.differing.end()) return;
    agreement.by_age.erase({found->second, place});
    agreement.differing.erase(found);
}

void Observer::settle(const std::string& database, Agreement& agreement) {
    const bool any = !agreement.by_age.empty();
    const Time oldest = any ? agreement.by_age.begin()->first : Time{};
    const bool long_ago = any && kernel_.now() - oldest >= grace;
    if (long_ago && !agreement.said) {
        agreement.said = true;
        agreement.since = oldest;
        kernel_.emit(cluster::events::db_differ, name(prefix_ + database),
                     {field::integer(static_cast<std::int64_t>(agreement.differing.size())),
                      field::name(name(agreement.by_age.begin()->second.second)),
                      field::duration(kernel_.now() - oldest)});
    } else if (!long_ago && agreement.said) {
        agreement.said = false;
        kernel_.emit(cluster::events::db_agree, name(prefix_ + database),
                     {field::duration(kernel_.now() - agreement.since)});
    }
    if (long_ago || !any || agreement.timer != kernel::TimerId::none) return;
    agreement.timer = kernel_.after(id(), oldest + grace - kernel_.now(), 0, name(database).value);
}

void Observer::on_timer(std::uint32_t, std::uint64_t argument) {
    const NameId which{static_cast<std::uint32_t>(argument)};
    const std::string database(kernel_.names().text(which));
    Agreement& agreement = agreements_[database];
    agreement.timer = kernel::TimerId::none;
    settle(database, agreement);
}

void Observer::look_at_leaves(const std::string& node, const std::string& database,
                              std::string_view id, const Tree* tree) {
    const std::tuple key{node, database, std::string(id)};
    const auto known = conflicted_.find(key);
    const std::string subject = prefix_ + database + "/" + std::string(id);
    std::vector<Tree::Index> losers;
    if (tree != nullptr && tree->nodes().size() > 1) losers = tree->conflicts(false);
    if (losers.empty()) {
        if (known == conflicted_.end()) return;
        conflicted_.erase(known);
        std::string winner;
        if (tree != nullptr && !tree->empty()) winner = tree->node(tree->winner()).revision.text();
        kernel_.emit(cluster::events::db_resolved, name(subject),
                     {field::name(name(node)), field::name(name(winner))});
        return;
    }
    const auto count = static_cast<std::int64_t>(losers.size());
    const Revision& winner = tree->node(tree->winner()).revision;
    const bool same = known != conflicted_.end() && known->second.conflicts == count &&
                      known->second.winner == winner;
    if (same) return;
    conflicted_[key] = {count, winner};
    kernel_.emit(cluster::events::db_conflict, name(subject),
                 {field::name(name(node)), field::integer(count), field::name(name(winner.text())),
                  field::name(name(text_of(tree->win_reason()))),
                  field::name(name(tree->node(losers.front()).revision.text()))});
}

void Observer::dropped(const std::string& node, const std::string& database) {
    newest_.erase(database);
    revisions_.dropped(node, database);
    const auto is_its = [&](const auto& each) {
        return std::get<0>(each.first) == node && std::get<1>(each.first) == database;
    };
    auto known = conflicted_.lower_bound({node, database, ""});
    while (known != conflicted_.end() && is_its(*known)) known = conflicted_.erase(known);
    const auto found = agreements_.find(database);
    if (found == agreements_.end()) return;
    Agreement& agreement = found->second;
    std::vector<Place> gone;
    for (const auto& [place, since] : agreement.differing) {
        bool there = false;
        for (std::size_t i = 0; i < cluster_.size(); ++i) {
            const auto& maps = cluster_.node(i).files().maps;
            const auto map = maps.find(database);
            there |= map != maps.end() && database + map->second.suffix() == place.first;
        }
        if (!there) gone.push_back(place);
    }
    for (const Place& place : gone) erase(agreement, place);
    settle(database, agreement);
}

std::size_t Observer::differing(const std::string& database) const {
    const auto found = agreements_.find(database);
    return found == agreements_.end() ? 0 : found->second.differing.size();
}

std::size_t Observer::differing() const {
    std::size_t sum = 0;
    for (const auto& [database, agreement] : agreements_) sum += agreement.differing.size();
    return sum;
}

}   // namespace glasshive::store
