// Everything that the recording says of the selected thing at the playhead.
#include "base/text.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

namespace {

/// Draws "name value" lines downwards.
struct Lines {
    const Theme& theme;
    ImDrawList& list;
    Area area;
    float y;
    void heading(std::string_view text) {
        draw_text(list, theme.title, {area.min.x, y}, area.max.x, theme.text, text);
        y += 26 * theme.scale;
    }
    void value(std::string_view name, std::string_view text) {
        if (text.empty() || y + 20 * theme.scale > area.max.y) return;
        const float middle = area.min.x + 96 * theme.scale;
        draw_text(list, theme.body, {area.min.x, y}, middle - 4 * theme.scale, theme.faint, name);
        draw_text(list, theme.mono, {middle, y + theme.scale}, area.max.x, theme.text, text);
        y += 20 * theme.scale;
    }
};

}   // namespace

void draw_inspector(Context& context, ImDrawList& list, Area area) {
    const NameId wanted = context.selection.subject;
    Lines lines{context.theme, list, area, area.min.y};
    const record::State& now = context.now.state;
    bool known = false;
    for (std::size_t type = 0; type < now.plan().types.size(); ++type) {
        const record::StateRow* row = now.find(type, wanted);
        if (row == nullptr) continue;
        const auto& described = now.plan().types[type];
        lines.heading(std::string(described.name) + " " + std::string(context.glass.text(wanted)));
        known = true;
        lines.value("state", now.state_text(*row));
        lines.value("since", seconds_text(row->since) + " s");
        lines.value("last event", "#" + std::to_string(number_of(row->last)));
        const auto values = now.values(type, *row);
        for (std::size_t i = 0; i < values.size(); ++i)
            lines.value(described.fields[i], field_text(values[i].type, values[i].value,
                                                        context.glass.recording().names()));
        lines.y += 10 * context.theme.scale;
    }
    if (!known)
        draw_empty(context, list, area, "Nothing is selected that exists now.",
                   "Click a host, a task, a service, or an event.");
}

}   // namespace glasshive::viewer
