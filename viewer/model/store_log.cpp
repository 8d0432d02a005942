#include "viewer/model/store_log.h"

#include <algorithm>

namespace glasshive::viewer {

namespace {

/// Where a kind of that name has its fields in this recording; SIZE_MAX: nowhere.
std::size_t slot_of(const EventKind& kind, std::string_view name, FieldType type) {
    for (std::size_t i = 0; i < kind.field_count(); ++i) {
        if (kind.fields[i].name == name && kind.fields[i].type == type) return i;
    }
    return SIZE_MAX;
}

NameId name_in(const Event& event, const EventKind& kind, std::string_view field) {
    const std::size_t slot = slot_of(kind, field, FieldType::name);
    return slot == SIZE_MAX ? NameId{}
                            : NameId{static_cast<std::uint32_t>(event.fields[slot].integer)};
}

template <class Value>
std::span<const Value> found_in(const std::map<NameId, std::vector<Value>>& all, NameId name) {
    const auto found = all.find(name);
    return found == all.end() ? std::span<const Value>{} : std::span<const Value>(found->second);
}

constexpr std::string_view is_words[] = {"live", "deleted", "missing", "forgotten"};

/// What nobody knows is missing.
CopyEdit::Is is_of(std::string_view word) {
    for (std::size_t i = 0; i < std::size(is_words); ++i) {
        if (is_words[i] == word) return static_cast<CopyEdit::Is>(i);
    }
    return CopyEdit::Is::missing;
}

}   // namespace

std::string_view text_of(CopyEdit::Is is) { return is_words[static_cast<std::size_t>(is)]; }

void StoreLog::add(const Event& event, const EventKind& kind, const Glass& glass) {
    if (kind.name == "db.revision") return add_edit(event, kind, glass);
    if (kind.name == "db.untold") {
        untold_.try_emplace(event.subject, event.id);
        return;
    }
    if (kind.name == "db.map") add_map_edits(event, glass.text(name_in(event, kind, "change")));
    // Steps of indexes are many and stand in the list of events.
    if (kind.subject != "database" || kind.name == "view.index") return;
    if (requests_count_ >= requests_max) {
        full_ = true;
        return;
    }
    ++requests_count_;
    requests_[event.subject].push_back(event.id);
}

/// "split 00000000-ffffffff on n1, add 00000000-7fffffff on n2"; other words are left out.
void StoreLog::add_map_edits(const Event& event, std::string_view change) {
    constexpr std::string_view verbs[] = {"add ", "remove ", "split "};
    while (!change.empty() && map_edits_.size() < map_edits_max) {
        const std::size_t comma = change.find(", ");
        std::string_view part = change.substr(0, comma);
        change.remove_prefix(comma == std::string_view::npos ? change.size() : comma + 2);
        for (std::size_t i = 0; i < std::size(verbs); ++i) {
            const std::size_t on = part.find(" on ");
            if (part.substr(0, verbs[i].size()) != verbs[i] || on == std::string_view::npos) {
                continue;
            }
            if (on < verbs[i].size()) continue;
            map_edits_.push_back({event.id, event.time, event.subject,
                                  std::string(part.substr(verbs[i].size(), on - verbs[i].size())),
                                  std::string(part.substr(on + 4)), static_cast<MapEdit::Does>(i)});
        }
    }
}

void StoreLog::add_edit(const Event& event, const EventKind& kind, const Glass& glass) {
    if (edits_.size() >= edits_max) {
        full_ = true;
        return;
    }
    CopyEdit edit{event.id, event.cause, event.time, event.subject};
    edit.database = name_in(event, kind, "database");
    edit.node = name_in(event, kind, "node");
    edit.revision = name_in(event, kind, "revision");
    edit.parent = name_in(event, kind, "parent");
    const std::size_t seq = slot_of(kind, "seq", FieldType::integer);
    if (seq != SIZE_MAX) edit.seq = event.fields[seq].integer;
    edit.is = is_of(glass.text(name_in(event, kind, "is")));
    const auto place = static_cast<std::uint32_t>(edits_.size());
    documents_[edit.document].push_back(place);
    if (edit.is != CopyEdit::Is::missing) databases_[edit.database].push_back(place);
    edits_.push_back(edit);
}

std::size_t StoreLog::edits_until(EventId last) const {
    const auto after = std::partition_point(
        edits_.begin(), edits_.end(), [last](const CopyEdit& edit) { return edit.event <= last; });
    return static_cast<std::size_t>(after - edits_.begin());
}

std::span<const std::uint32_t> StoreLog::of_document(NameId document) const {
    return found_in(documents_, document);
}

std::span<const std::uint32_t> StoreLog::of_database(NameId database) const {
    return found_in(databases_, database);
}

std::span<const EventId> StoreLog::requests_of(NameId database) const {
    return found_in(requests_, database);
}

EventId StoreLog::untold_from(NameId database) const {
    const auto found = untold_.find(database);
    return found == untold_.end() ? EventId{} : found->second;
}

NameId StoreLog::document_of(NameId database, EventId event, EventId cause) const {
    constexpr std::ptrdiff_t near = 256;   // Edits to either side: others are of other requests.
    const auto all = of_database(database);
    const auto after = std::partition_point(
        all.begin(), all.end(), [&](std::uint32_t i) { return edits_[i].event <= event; });
    for (auto at = after; at != all.begin() && after - at < near;) {
        const CopyEdit& edit = edits_[*--at];
        if (number_of(cause) != 0 && edit.cause == cause) return edit.document;
    }
    for (auto at = after; at != all.end() && at - after < near; ++at) {
        if (edits_[*at].cause == event) return edits_[*at].document;
    }
    return NameId{};
}

}   // namespace glasshive::viewer
