#include "session/watch_small_stores.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "store/client_events.h"

namespace glasshive::session {

namespace {

using store::Kind;

NameId name_of(FieldValue value) { return NameId{static_cast<std::uint32_t>(value.integer)}; }

bool chooses_copies(const store::ClientSpec& client) {
    return client.r > 0 || client.w > 0 ||
           std::any_of(client.steps.begin(), client.steps.end(), [](const auto& step) {
               const std::size_t query = step.target.find('?');
               if (query == std::string::npos) return false;
               return step.target.find("r=", query) != std::string::npos ||
                      step.target.find("w=", query) != std::string::npos;
           });
}

bool promises(const store::ClusterSpec& spec) {
    if (spec.kind != Kind::random_quorum) return true;
    return static_cast<std::int64_t>(spec.r) + spec.w > spec.n &&
           std::none_of(spec.clients.begin(), spec.clients.end(), chooses_copies);
}

}   // namespace

void SmallStoreWatch::add(const char* rule, EventId event, Time time, std::string text) {
    found_.push_back({.invariant = rule, .event = event, .time = time, .text = std::move(text)});
}

void SmallStoreWatch::on_event(const Event& event, std::string_view text) {
    if (event.kind == store::client::events::db_stale.id) stale_.push_back(event);
    const bool answer = event.kind == store::client::events::db_step.id ||
                        event.kind == store::client::events::db_request.id;
    if (!answer || names_.text(name_of(event.fields[1])) != "write") return;
    const std::int64_t status = event.fields[3].integer;
    if (status < 200 || status >= 300) return;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("id") || !json.contains("rev")) return;
    Told told{.revision = json["rev"].get<std::string>(), .event = event.id};
    const std::string& revision = told.revision;
    std::from_chars(revision.data(), revision.data() + revision.size(), told.number);
    const std::string database(names_.text(name_of(event.fields[0])));
    stored_[database][json["id"].get<std::string>()].push_back(std::move(told));
}

void SmallStoreWatch::look_at_document(const door::contrast::Front& front, const std::string& key,
                                       const std::vector<Told>& told) {
    const store::ClusterSpec& spec = front.spec();
    const std::string shown = spec.prefix + key;
    const Told& newest = *std::max_element(
        told.begin(), told.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    std::map<std::uint64_t, const Told*> by_number;
    for (const Told& each : told) {
        const auto [at, is_new] = by_number.try_emplace(each.number, &each);
        if (is_new || spec.kind == Kind::random_quorum) continue;
        add("no two acknowledged edits have one number", each.event, end_,
            shown + ": " + at->second->revision + " and " + each.revision);
    }
    std::int64_t there = 0, unsure = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(spec.n); ++i) {
        const auto& node = front.store().node(i);
        const auto found = node.contents().find(key);
        const bool has =
            found != node.contents().end() && found->second.version.counter >= newest.number;
        there += has ? 1 : 0;
        unsure += !has && node.may_lack(key) ? 1 : 0;
    }
    const std::int64_t wanted = spec.kind == Kind::two_phase       ? spec.n
                                : spec.kind == Kind::random_quorum ? spec.w
                                                                   : 1;
    if (there + unsure >= wanted) return;
    add("an acknowledged edit is where it was stored", newest.event, end_,
        shown + ": " + newest.revision + " is on " + std::to_string(there) + " copies");
}

void SmallStoreWatch::look_at(const door::contrast::Front& front) {
    const store::ClusterSpec& spec = front.spec();
    if (!promises(spec)) return;
    for (const store::DatabaseSpec& database : spec.databases) {
        const std::string shown = spec.prefix + database.name;
        for (const auto& [id, told] : stored_[shown]) {
            look_at_document(front, database.name + "/" + id, told);
        }
        for (const Event& event : stale_) {
            if (names_.text(name_of(event.fields[1])) != shown) continue;
            add("a read shows the newest acknowledged edit", event.id, event.time,
                std::string(names_.text(event.subject)) + ": " +
                    std::string(names_.text(name_of(event.fields[3]))) + " was read, " +
                    std::string(names_.text(name_of(event.fields[4]))) + " is stored");
        }
    }
}

std::vector<check::Violation> SmallStoreWatch::finish(world::World& world, Time end) {
    end_ = end;
    for (const door::contrast::Front& front : world.small_stores()) look_at(front);
    return std::move(found_);
}

}   // namespace glasshive::session
