#include "base/event.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive {

void EventRegistry::add(std::span<const EventKind* const> kinds) {
    for (const EventKind* kind : kinds) {
        SIM_ASSERT(kind->id != 0);
        SIM_ASSERT(find(kind->id) == nullptr);
        SIM_ASSERT(find(kind->name) == nullptr);
        if (by_id_.size() <= kind->id) by_id_.resize(kind->id + 1U, nullptr);
        by_id_[kind->id] = kind;
        const auto after = std::upper_bound(
            sorted_.begin(), sorted_.end(), kind,
            [](const EventKind* a, const EventKind* b) { return a->id < b->id; });
        sorted_.insert(after, kind);
    }
}

const EventKind* EventRegistry::find(std::uint16_t id) const {
    return id < by_id_.size() ? by_id_[id] : nullptr;
}

const EventKind* EventRegistry::find(std::string_view name) const {
    for (const EventKind* kind : sorted_) {
        if (kind->name == name) return kind;
    }
    return nullptr;
}

std::vector<const EventKind*> EventRegistry::matching(std::string_view pattern) const {
    const bool family = pattern.size() > 2 && pattern.ends_with(".*");
    std::vector<const EventKind*> found;
    for (const EventKind* kind : sorted_) {
        const bool of_family =
            family && kind->name.starts_with(pattern.substr(0, pattern.size() - 1));
        if (pattern == "*" || pattern == kind->name || of_family) found.push_back(kind);
    }
    return found;
}

EventId EventStream::emit(Time now, EventId cause, const EventKind& kind, NameId subject,
                          std::initializer_list<FieldArgument> arguments) {
    SIM_ASSERT(arguments.size() <= event_fields_max);
    SIM_ASSERT(subject.valid());
    Event event{
        .id = EventId{++count_}, .time = now, .cause = cause, .subject = subject, .kind = kind.id};
    std::string_view text;
    std::size_t i = 0;
    for (const FieldArgument& argument : arguments) {
        SIM_ASSERT(argument.type == kind.fields[i].type);
        event.fields[i++] = argument.value;
        if (argument.type != FieldType::text) continue;
        SIM_ASSERT(event.has_text == 0);
        event.has_text = 1;
        text = argument.text;
    }
    for (; i < event_fields_max; ++i) {
        const bool name = kind.fields[i].type == FieldType::name;
        event.fields[i].integer = name ? static_cast<std::int64_t>(NameId::none) : 0;
    }
    for (EventSink* sink : sinks_) sink->on_event(event, text);
    return event.id;
}

void EventStream::sample(const Sample& sample) {
    for (EventSink* sink : sinks_) sink->on_sample(sample);
}

}   // namespace glasshive
