#include "console/subjects.h"

#include <algorithm>

#include "base/text.h"
#include "explain/story.h"
#include "record/text.h"
#include "session/event_pattern.h"

namespace glasshive::console {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

Result<Subjects> Subjects::of(record::Recording& recording, EventId at) {
    auto state = recording.state_after(at);
    if (!state.ok()) return state.problems();
    return Subjects(recording, std::move(state.value()));
}

std::vector<std::string> Subjects::kinds() const {
    std::vector<std::string> kinds;
    const auto& types = state_.plan().types;
    for (std::size_t type = 0; type < types.size(); ++type) {
        if (!state_.rows(type).empty()) kinds.emplace_back(types[type].name);
    }
    return kinds;
}

bool Subjects::has_kind(const std::string& kind) const {
    const auto all = kinds();
    return std::find(all.begin(), all.end(), kind) != all.end();
}

std::vector<std::string> Subjects::names(const std::string& kind) const {
    std::vector<std::string> names;
    const auto& types = state_.plan().types;
    for (std::size_t type = 0; type < types.size(); ++type) {
        if (!kind.empty() && types[type].name != kind) continue;
        for (const record::StateRow* row : state_.rows(type)) {
            const std::string_view name = recording_->names().text(row->subject);
            names.emplace_back(session::without_id(types[type].name, name));
        }
    }
    std::sort(names.begin(), names.end(), natural_less);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::string Subjects::text_of(const std::string& kind, const std::string& name) const {
    std::vector<std::pair<std::size_t, const record::StateRow*>> found;
    const auto& types = state_.plan().types;
    for (std::size_t type = 0; type < types.size(); ++type) {
        if (!kind.empty() && types[type].name != kind) continue;
        for (const record::StateRow* row : state_.rows(type)) {
            const std::string_view full = recording_->names().text(row->subject);
            if (full == name || session::without_id(types[type].name, full) == name) {
                found.emplace_back(type, row);
            }
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.second->last > b.second->last;
    });
    std::string text;
    for (const auto& [type, row] : found) text += text_of(type, *row);
    return text;
}

std::string Subjects::text_of(std::size_t type, const record::StateRow& row) const {
    const record::FoldPlan::Type& shape = state_.plan().types[type];
    const std::string name(recording_->names().text(row.subject));
    const std::string_view state = state_.state_text(row);
    std::string text = std::string(shape.name) + " " + record::printable(name);
    if (!state.empty()) {
        text += ": " + std::string(state) + " since " + seconds_text(row.since) + " s";
    }
    text += " (last said: #" + std::to_string(number_of(row.last)) + ")\n";
    std::size_t widest = 0;
    for (const std::string_view field : shape.fields) widest = std::max(widest, field.size());
    const auto values = state_.values(type, row);
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
        const std::string value = value_text(values[i]);
        if (value.empty()) continue;
        text += "  " + std::string(shape.fields[i]) +
                std::string(widest - shape.fields[i].size() + 2, ' ') + record::printable(value) +
                "\n";
    }
    return text;
}

std::string Subjects::value_text(const record::StateValue& value) const {
    if (value.type != FieldType::text) {
        return field_text(value.type, value.value, recording_->names());
    }
    struct Said final : EventSink {   // The number is that of the event that said it.
        void on_event(const Event&, std::string_view said) override { text = said; }
        std::string text;
    } said;
    const EventId id{static_cast<std::uint64_t>(value.value.integer)};
    recording_->replay(said, {.first = id, .last = id, .samples = false});
    return said.text;
}

}   // namespace glasshive::console
