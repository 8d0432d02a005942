#include "viewer/model/glass.h"

#include <algorithm>

namespace glasshive::viewer {

namespace {

/// Turns replayed events into lines.
struct Lines final : EventSink {
    explicit Lines(const record::Recording& read) : recording(read) {}
    const record::Recording& recording;
    std::vector<EventLine> lines;

    std::string_view name(NameId id) const {
        return id.value < recording.names().size() ? recording.names().text(id)
                                                   : std::string_view{};
    }
    void on_event(const Event& event, std::string_view text) override {
        EventLine line{.id = event.id,
                       .cause = event.cause,
                       .time = event.time,
                       .subject = event.subject,
                       .subject_text = std::string(name(event.subject))};
        if (const EventKind* kind = recording.registry().find(event.kind)) {
            line.kind = kind->name;
            line.verbosity = kind->verbosity;
            for (std::size_t i = 0; i < kind->field_count(); ++i) {
                const FieldInfo& field = kind->fields[i];
                const std::string value =
                    field.type == FieldType::text
                        ? std::string(text)
                        : field_text(field.type, event.fields[i], recording.names());
                if (value.empty()) continue;
                if (!line.details.empty()) line.details += "   ";
                line.details += std::string(field.name) + " " + value;
            }
        }
        // One event is one row of a list, whatever the text holds.
        std::replace_if(
            line.details.begin(), line.details.end(),
            [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
        lines.push_back(std::move(line));
    }
};

}   // namespace

Result<Glass> Glass::open(const std::string& path) {
    auto recording = record::Recording::open(path);
    if (!recording.ok()) return recording.problems();
    Glass glass(std::move(recording.value()));
    const auto last = glass.recording_.last_event_at(time_never);
    if (!last.ok()) return last.problems();
    glass.events_ = number_of(last.value());
    if (glass.events_ == 0) return glass;
    const auto line = glass.lines(glass.events_, glass.events_);
    if (!line.ok()) return line.problems();
    for (const EventLine& newest : line.value()) glass.end_ = newest.time;
    return glass;
}

Result<const record::State*> Glass::state_at(Time time) {
    if (!state_ || state_time_ != time) {
        auto state = recording_.state_at(time);
        if (!state.ok()) return state.problems();
        state_ = std::move(state.value());
        state_time_ = time;
    }
    return &*state_;
}

Result<std::vector<EventLine>> Glass::lines(std::uint64_t first, std::uint64_t last) {
    first = std::max<std::uint64_t>(1, first);
    last = std::min(last, events_);
    Lines sink(recording_);
    if (first > last) return std::move(sink.lines);
    sink.lines.reserve(last - first + 1);
    const record::Recording::Range range{
        .first = EventId{first}, .last = EventId{last}, .samples = false};
    if (auto problem = recording_.replay(sink, range)) return *problem;
    return std::move(sink.lines);
}

std::string_view Glass::text(NameId name) const {
    return name.value < recording_.names().size() ? recording_.names().text(name)
                                                  : std::string_view{};
}

std::string field_text(FieldType type, FieldValue value, const Names& names) {
    switch (type) {
        case FieldType::none:
        case FieldType::text: return {};
        case FieldType::integer: return std::to_string(value.integer);
        case FieldType::real: {
            std::string text = std::to_string(value.real);
            text.erase(text.find_last_not_of('0') + 1);
            if (!text.empty() && text.back() == '.') text.pop_back();
            return text;
        }
        case FieldType::name: {
            const auto id = static_cast<std::uint64_t>(value.integer);
            return id < names.size()
                       ? std::string(names.text(NameId{static_cast<std::uint32_t>(id)}))
                       : std::string{};
        }
        case FieldType::duration: return to_text(Duration{value.integer});
        case FieldType::bytes: return to_text(Bytes{value.integer});
        case FieldType::event:
            return value.integer == 0 ? std::string{} : "#" + std::to_string(value.integer);
    }
    return {};
}

}   // namespace glasshive::viewer
