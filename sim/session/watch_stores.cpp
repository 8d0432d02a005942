#include "session/watch_stores.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/events.h"
#include "store/client_events.h"
#include "store/cluster/cluster.h"
#include "store/cluster_events.h"
#include "store/search/index_check.h"

namespace glasshive::session {

namespace {

NameId name_of(FieldValue value) { return NameId{static_cast<std::uint32_t>(value.integer)}; }

std::vector<store::Revision> leaves_of(const store::Document& document) {
    std::vector<store::Revision> leaves;
    for (const store::Tree::Index leaf : document.tree.leaves()) {
        leaves.push_back(document.tree.node(leaf).revision);
    }
    return leaves;
}

}   // namespace

/// Copies whose ranges overlap belong together: those of one range, and its parts where it is
/// split. Files that no map names are being filled, or were taken away.
std::vector<StoreWatch::Shard> StoreWatch::shards_of(const store::Cluster& cluster) {
    std::map<std::string, Shard> shards;   // By database and suffix.
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        const store::Node& node = cluster.node(i);
        for (const auto& [database, map] : node.files().maps) {
            Shard& shard = shards[database + map.suffix()];
            shard.database = database;
            shard.partitioned = map.partitioned();
            for (const store::Copy* copy : map.copies_on(node.name())) {
                const auto file = node.files().copies.find(map.shard_name(copy->range));
                if (file == node.files().copies.end()) continue;
                shard.copies.push_back({node.name(), copy->range, &file->second});
            }
        }
    }
    std::vector<Shard> out;
    for (auto& [name, shard] : shards) out.push_back(std::move(shard));
    return out;
}

void StoreWatch::add(const char* rule, EventId event, std::string text) {
    found_.push_back({.invariant = rule, .event = event, .time = end_, .text = std::move(text)});
}

void StoreWatch::on_event(const Event& event, std::string_view text) {
    if (event.kind == platform::events::fault_started.id) ++active_faults_;
    if (event.kind == platform::events::fault_ended.id) --active_faults_;
    const bool trouble = event.kind == platform::events::fault_started.id ||
                         event.kind == platform::events::fault_ended.id ||
                         event.kind == store::cluster::events::db_node_down.id ||
                         event.kind == store::cluster::events::db_node_up.id;
    if (trouble) last_trouble_ = event.time;
    const bool answer = event.kind == store::client::events::db_step.id ||
                        event.kind == store::client::events::db_request.id;
    if (!answer) return;
    const std::string database(names_.text(name_of(event.fields[0])));
    const std::string_view what = names_.text(name_of(event.fields[1]));
    const std::int64_t status = event.fields[3].integer;
    const bool good = status >= 200 && status < 300;
    // A purge, or it is gone; an answer that failed, or never came, may have been one, too.
    if (what == "other" && (status < 400 || status >= 500)) rewritten_.insert(database);
    if (what == "read" || what == "query") return;
    last_write_ = event.time;
    if (what != "write" || !good) return;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto note = [&](const nlohmann::json& each) {
        if (!each.is_object() || !each.contains("id") || !each.contains("rev")) return;
        stored_[{database, each["id"].get<std::string>()}].push_back(
            {each["rev"].get<std::string>(), event.id});
    };
    if (json.is_array()) {
        for (const auto& each : json) note(each);
    } else {
        note(json);
    }
}

/// Whether copies differ only because histories were cut short before they met: a copy that missed
/// what was between keeps an old leaf which the others know as a part of a history.
bool StoreWatch::stemmed_apart(const std::vector<const Copy*>& holders, const std::string& id,
                               const Leaves& by_copy) {
    bool cut = false;
    for (const Copy* holder : holders) {
        const store::Document* document = holder->file->find(id);
        if (document == nullptr) return false;
        for (const store::Tree::Node& each : document->tree.nodes()) {
            cut |= each.root && each.revision.position() > 1;
        }
        for (const auto& [other, leaves] : by_copy) {
            for (const store::Revision& leaf : leaves) {
                if (!document->tree.find(leaf)) return false;
            }
        }
    }
    return cut;
}

void StoreWatch::look_at_shard(const Shard& shard, const store::ClusterSpec& spec, bool settled) {
    const std::string database = spec.prefix + shard.database;
    std::map<std::string, Leaves> leaves;
    for (const auto& [node, range, copy] : shard.copies) {
        for (const std::string& wrong : store::violations(*copy)) {
            add("store copies hold together", {}, node + ", " + database + ": " + wrong);
        }
        for (const auto slot : copy->documents().order()) {
            const store::Document& document = copy->documents().at(slot);
            const std::string id(document.id.view());
            leaves[id][node + " " + range.text()] = leaves_of(document);
            Known& known = known_[{database, id}];
            for (const store::Tree::Node& each : document.tree.nodes()) {
                known.revisions.insert(each.revision);
                if (!each.root) continue;
                known.deepest_root =
                    std::max<std::int64_t>(known.deepest_root, each.revision.position());
            }
        }
    }
    if (shard.database.starts_with('_')) return;
    for (const auto& [id, by_copy] : leaves)
        look_at_document(shard, database, id, by_copy, settled);
}

void StoreWatch::look_at_document(const Shard& shard, const std::string& database,
                                  const std::string& id, const Leaves& by_copy, bool settled) {
    const auto& first = by_copy.begin()->second;
    const auto hash =
        shard.partitioned ? store::hash_of_partitioned(id) : std::optional(store::hash_of(id));
    std::vector<const Copy*> holders;
    for (const Copy& copy : shard.copies) {
        if (hash && copy.range.contains(*hash)) holders.push_back(&copy);
    }
    bool equal = by_copy.size() == holders.size();
    for (const auto& [node, other] : by_copy) {
        equal = equal && other == first;
        auto a = first, b = other;
        std::sort(a.begin(), a.end());
        std::sort(b.begin(), b.end());
        if (a != b || first.front() == other.front()) continue;
        add("copies agree on winners", {},
            database + "/" + id + ": " + node + " shows " + other.front().text() + ", " +
                by_copy.begin()->first + " " + first.front().text());
    }
    if (!settled || equal || stemmed_apart(holders, id, by_copy)) return;
    std::string text = database + "/" + id + " differs:";
    for (const Copy* holder : holders) {
        const std::string name = holder->node + " " + holder->range.text();
        text += " " + name + " has";
        const auto held = by_copy.find(name);
        if (held == by_copy.end()) {
            text += " nothing";
        } else {
            for (const auto& leaf : held->second) text += " " + leaf.text();
        }
    }
    add("copies are equal after quiet time", {}, std::move(text));
}

void StoreWatch::look_at_indexes(const store::Cluster& cluster) {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        const store::Node& node = cluster.node(i);
        for (const auto& [key, index] : node.indexes().indexes) {
            const auto copy = node.files().copies.find(key.first);
            if (copy == node.files().copies.end()) continue;
            for (const std::string& wrong : store::search::violations(index, copy->second)) {
                add("view rows are what documents emit", {},
                    node.name() + ", " + key.first + ": " + wrong);
            }
        }
    }
}

void StoreWatch::look_for_stored() {
    for (const auto& [place, revisions] : stored_) {
        if (others_.count(place.first) > 0 || rewritten_.count(place.first) > 0) continue;
        const Known& known = known_[place];
        for (const Told& told : revisions) {
            const auto revision = store::Revision::parse(told.revision);
            if (!revision || known.revisions.count(*revision) > 0) continue;
            // Behind the root of a history that was cut short, it may have been.
            if (known.deepest_root > revision->position()) continue;
            add("no acknowledged edit vanishes", told.event,
                place.first + "/" + place.second + " has no revision " + told.revision +
                    " any more");
        }
    }
}

std::vector<check::Violation> StoreWatch::finish(world::World& world, Time end) {
    end_ = end;
    for (std::size_t i = 0; i < world.store_count(); ++i) {
        const door::couch::Front& front = world.store(i);
        const store::ClusterSpec& spec = front.spec();
        // The net tick notices, a push follows, and it may fail once.
        const Duration quiet = spec.net_tick * 5 / 2 + spec.sync_delay * 3 + spec.request_timeout;
        bool settled =
            active_faults_ == 0 && end - last_write_ > quiet && end - last_trouble_ > quiet;
        for (std::size_t node = 0; node < front.cluster().size(); ++node) {
            settled = settled && front.cluster().is_running(node);
        }
        for (const Shard& shard : shards_of(front.cluster())) look_at_shard(shard, spec, settled);
        look_at_indexes(front.cluster());
    }
    for (const door::contrast::Front& front : world.small_stores()) {
        for (const store::DatabaseSpec& each : front.spec().databases) {
            others_.insert(front.spec().prefix + each.name);
        }
    }
    look_for_stored();
    return std::move(found_);
}

}   // namespace glasshive::session
