#include "viewer/model/service_tasks.h"

#include <algorithm>

#include "base/text.h"
#include "viewer/model/timeline_rows.h"

namespace glasshive::viewer {

namespace {

struct Fields {
    const record::State& state;
    const Glass& glass;
    std::size_t type;

    NameId name(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state.value(type, row, field);
        if (value == nullptr || value->type != FieldType::name) return {};
        return NameId{static_cast<std::uint32_t>(value->value.integer)};
    }
    std::int64_t integer(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state.value(type, row, field);
        return value != nullptr && value->type == FieldType::integer ? value->value.integer : 0;
    }
    std::string text(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state.value(type, row, field);
        return value != nullptr ? field_text(value->type, value->value, glass.recording().names())
                                : std::string{};
    }
};

}   // namespace

std::vector<TaskLine> tasks_of(const Picture& picture, const Glass& glass, NameId service) {
    std::vector<TaskLine> lines;
    const auto type = picture.state.type_named("task");
    if (!type) return lines;
    const Fields fields{picture.state, glass, *type};
    for (const record::StateRow* row : picture.state.rows(*type)) {
        if (fields.name(*row, "service") != service) continue;
        NameId node = fields.name(*row, "node");
        if (glass.text(node).empty()) node = {};
        lines.push_back({.name = row->subject,
                         .node = node,
                         .label = slot_of(glass.text(row->subject)),
                         .state = std::string(picture.state.state_text(*row)),
                         .desired = fields.text(*row, "desired"),
                         .error = fields.text(*row, "error"),
                         .since = row->since,
                         .slot = fields.integer(*row, "slot")});
    }
    // Rows come in order of first mention: the later one of a slot is the newer one.
    std::reverse(lines.begin(), lines.end());
    std::stable_sort(lines.begin(), lines.end(), [](const TaskLine& a, const TaskLine& b) {
        if (a.slot != b.slot) return a.slot < b.slot;   // Numbers: a service may have thousands.
        return a.slot == 0 && natural_less(a.label, b.label);
    });
    for (std::size_t i = 1; i < lines.size(); ++i)
        lines[i].past = lines[i].label == lines[i - 1].label;
    return lines;
}

UpdateProgress update_of(const Picture& picture, const Glass& glass, NameId service) {
    UpdateProgress progress;
    const auto type = picture.state.type_named("service");
    const record::StateRow* row = type ? picture.state.find(*type, service) : nullptr;
    if (row == nullptr) return progress;
    const Fields fields{picture.state, glass, *type};
    progress.message = fields.text(*row, "message");
    // SwarmKit's words: "update in progress", "rollback in progress".
    progress.going = progress.message.find("in progress") != std::string::npos;
    progress.left = fields.integer(*row, "left");
    return progress;
}

}   // namespace glasshive::viewer
