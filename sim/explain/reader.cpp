#include <algorithm>

#include "base/text.h"
#include "explain/story.h"
#include "record/sqlite.h"

namespace glasshive::explain {

namespace {

struct One final : EventSink {
    std::optional<Event> found;
    std::string said;
    void on_event(const Event& event, std::string_view text) override {
        found = event;
        said = text;
    }
};

std::string shown(FieldType type, FieldValue value, const Names& names, const std::string& text) {
    return type == FieldType::text ? text : field_text(type, value, names);
}

}   // namespace

std::string Told::field(const Names& names, std::string_view name) const {
    for (std::size_t i = 0; i < kind->field_count(); ++i) {
        if (kind->fields[i].name != name) continue;
        return shown(kind->fields[i].type, event.fields[i], names, text);
    }
    return "";
}

std::int64_t Told::number(std::string_view name) const {
    for (std::size_t i = 0; i < kind->field_count(); ++i) {
        if (kind->fields[i].name == name) return event.fields[i].integer;
    }
    return 0;
}

const Told* Reader::event(EventId id) {
    const auto known = known_.find(id);
    if (known != known_.end()) return &known->second;
    if (number_of(id) == 0) return nullptr;
    One one;
    recording_.replay(one, {.first = id, .last = id, .samples = false});
    if (!one.found) return nullptr;
    const EventKind* kind = recording_.registry().find(one.found->kind);
    if (kind == nullptr) return nullptr;
    return &known_.emplace(id, Told{*one.found, one.said, kind}).first->second;
}

std::vector<EventId> Reader::of_subject(NameId subject, Time until, std::size_t most) {
    std::vector<EventId> found;
    if (!subject.valid()) return found;
    recording_.arm_for_ourselves();
    record::Statement rows(recording_.handle(),
                           "SELECT id FROM main.hive_event WHERE subject = ? AND t_ns <= ? "
                           "ORDER BY id DESC LIMIT ?");
    rows.bind(1, static_cast<std::int64_t>(subject.value))
        .bind(2, ns_of(until))
        .bind(3, static_cast<std::int64_t>(most));
    while (rows.step()) found.push_back(EventId{static_cast<std::uint64_t>(rows.integer(0))});
    return found;
}

std::vector<EventId> Reader::of_kind(std::string_view kinds, NameId subject, Time until,
                                     std::size_t most) {
    std::vector<EventId> found;
    for (const EventKind* kind : recording_.registry().all()) {
        if (kind->name.substr(0, kinds.size()) != kinds) continue;
        recording_.arm_for_ourselves();
        const char* of = subject.valid() ? " AND subject = ?" : " AND ? < 0";
        record::Statement rows(recording_.handle(),
                               std::string("SELECT id FROM main.hive_event WHERE kind = ?") + of +
                                   " AND t_ns <= ? ORDER BY id DESC LIMIT ?");
        rows.bind(1, static_cast<std::int64_t>(kind->id))
            .bind(2, subject.valid() ? static_cast<std::int64_t>(subject.value) : -1)
            .bind(3, ns_of(until))
            .bind(4, static_cast<std::int64_t>(most));
        while (rows.step()) found.push_back(EventId{static_cast<std::uint64_t>(rows.integer(0))});
    }
    std::sort(found.rbegin(), found.rend());
    if (found.size() > most) found.resize(most);
    return found;
}

}   // namespace glasshive::explain
