#include "session/watch_stores.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/events.h"
#include "store/client_events.h"
#include "store/cluster/cluster.h"
#include "store/cluster_events.h"

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

std::vector<StoreWatch::Shard> StoreWatch::shards_of(const store::Cluster& cluster) {
    std::map<std::string, Shard> shards;   // By name.
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        const store::Node& node = cluster.node(i);
        for (const auto& [name, copy] : node.files().copies) {
            const auto parsed = store::parse_shard_name(name);
            if (!parsed) continue;
            shards[name].database = parsed->database;
            shards[name].copies.emplace_back(node.name(), &copy);
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
    if (what == "other" && good) rewritten_.insert(database);   // A purge, or it is gone.
    if (what == "read" || what == "query") return;
    last_write_ = event.time;
    if (what != "write" || !good) return;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto note = [&](const nlohmann::json& each) {
        if (!each.is_object() || !each.contains("id") || !each.contains("rev")) return;
        stored_[database + "/" + each["id"].get<std::string>()].push_back(
            {each["rev"].get<std::string>(), event.id});
    };
    if (json.is_array()) {
        for (const auto& each : json) note(each);
    } else {
        note(json);
    }
}

void StoreWatch::look_at_shard(const Shard& shard, const store::ClusterSpec& spec, bool settled) {
    const std::string database = spec.prefix + shard.database;
    std::map<std::string, std::map<std::string, std::vector<store::Revision>>> leaves;
    for (const auto& [node, copy] : shard.copies) {
        for (const std::string& wrong : store::violations(*copy)) {
            add("store copies hold together", {}, node + ", " + database + ": " + wrong);
        }
        for (const auto slot : copy->documents().order()) {
            const store::Document& document = copy->documents().at(slot);
            const std::string id(document.id.view());
            leaves[id][node] = leaves_of(document);
            std::vector<store::Revision>& known = known_[database + "/" + id];
            for (const auto& each : document.tree.nodes()) known.push_back(each.revision);
        }
    }
    if (shard.database.starts_with('_')) return;
    for (const auto& [id, by_node] : leaves) {
        const auto& first = by_node.begin()->second;
        bool equal = by_node.size() == shard.copies.size();
        for (const auto& [node, other] : by_node) {
            equal = equal && other == first;
            auto a = first, b = other;
            std::sort(a.begin(), a.end());
            std::sort(b.begin(), b.end());
            if (a != b || first.front() == other.front()) continue;
            add("copies agree on winners", {},
                database + "/" + id + ": " + node + " shows " + other.front().text() + ", " +
                    by_node.begin()->first + " " + first.front().text());
        }
        if (settled && !equal) {
            add("copies are equal after quiet time", {}, database + "/" + id + " differs");
        }
    }
}

void StoreWatch::look_for_stored() {
    for (const auto& [place, revisions] : stored_) {
        if (others_.count(place.substr(0, place.rfind('/'))) > 0) continue;
        if (rewritten_.count(place.substr(0, place.rfind('/'))) > 0) continue;
        const std::vector<store::Revision>& known = known_[place];
        for (const Told& told : revisions) {
            const auto revision = store::Revision::parse(told.revision);
            if (!revision) continue;
            bool there = false, forgotten = !known.empty();
            for (const store::Revision& each : known) {
                there |= each == *revision;
                forgotten = forgotten && each.position() > revision->position();   // Stemmed.
            }
            if (there || forgotten) continue;
            add("no acknowledged edit vanishes", told.event,
                place + " has no revision " + told.revision + " any more");
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
