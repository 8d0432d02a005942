#include "viewer/model/glass.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

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
    const auto last = glass.recording_.newest_event();
    if (!last.ok()) return last.problems();
    const auto count = glass.recording_.count_events();
    if (!count.ok()) return count.problems();
    glass.last_ = number_of(last.value());
    glass.events_ = count.value();
    if (auto problem = glass.take_end()) return *problem;
    return glass;
}

std::optional<Diagnostic> Glass::take_end() {
    const auto line = lines(last_, last_);
    if (!line.ok()) return line.problems().front();
    for (const EventLine& newest : line.value()) end_ = std::max(end_, newest.time);
    clean_ = recording_.clean();
    if (clean_) end_ = std::max(end_, said_end());
    return std::nullopt;
}

Result<bool> Glass::refresh(Time reached) {
    const bool further = reached > end_;
    end_ = std::max(end_, reached);
    if (clean_) return further;   // Nobody writes on in a finished recording.
    const auto newest = recording_.newest_event();
    if (!newest.ok()) return newest.problems();
    if (number_of(newest.value()) <= last_ && !recording_.clean()) return further;
    const auto more = recording_.count_events(EventId{last_});
    if (!more.ok()) return more.problems();
    if (auto problem = recording_.refresh()) return *problem;
    last_ = std::max(last_, number_of(newest.value()));
    events_ += more.value();
    if (auto problem = take_end()) return *problem;
    return true;
}

/// A run goes on after its last event; a stranger's file may say anything.
Time Glass::said_end() const {
    const std::string text = recording_.meta("end_time_ns").value_or("");
    std::int64_t ns = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ns);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && ns >= 0;
    return whole ? time_of_ns(ns) : Time{};
}

Result<const record::State*> Glass::state_at(Time time) {
    if (state_ && state_time_ == time && state_last_ == last_) return &*state_;
    const auto found = recording_.last_event_at(time);
    if (!found.ok()) return found.problems();
    const EventId event{std::min(number_of(found.value()), last_)};
    const bool near = state_ && event >= state_event_ &&
                      number_of(event) - number_of(state_event_) <= forward_max;
    if (near) {
        auto problem = recording_.fold(*state_, state_event_, event);
        if (problem) {
            state_.reset();
            return *problem;
        }
    } else {
        auto state = recording_.state_after(event);
        if (!state.ok()) return state.problems();
        state_ = std::move(state.value());
    }
    state_event_ = event;
    state_time_ = time;
    state_last_ = last_;
    return &*state_;
}

Result<std::vector<EventLine>> Glass::lines(std::uint64_t first, std::uint64_t last) {
    first = std::max<std::uint64_t>(1, first);
    last = std::min(last, last_);
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

}   // namespace glasshive::viewer
