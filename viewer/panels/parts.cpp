#include "viewer/panels/parts.h"

#include <algorithm>

#include "viewer/model/timeline_rows.h"

namespace glasshive::viewer {

TitleRow::TitleRow(const Context& context, std::string_view name, Area area) {
    const float s = context.theme.scale;
    Slot slot = Slot::main;
    for (const Panel& panel : panels()) {
        if (panel.name == name) slot = panel.slot;
    }
    float tabs = 0;   // As wide as they are where none is left out.
    for (const Panel& panel : panels()) {
        if (panel.slot == slot) tabs += text_width(context.theme.title, panel.name) + 18 * s;
    }
    const float top = area.min.y - 36 * s;
    room = {{std::min(area.max.x, area.min.x + tabs), top}, {area.max.x, top + 22 * s}};
    ImGui::PushClipRect({room.min.x, top}, {room.max.x + s, area.min.y - 4 * s}, false);
}

std::string_view short_name(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    const bool task =
        dot != std::string_view::npos && name.size() - dot - 1 >= 20 && name.find('.') != dot;
    return task ? slot_of(name) : name;
}

void go_to(Context& context, EventId event, NameId subject, Time time) {
    context.selection.event = event;
    context.selection.choose(subject);
    context.selection.playhead = std::clamp(time, Time{}, context.glass.end());
}

float draw_link(Context& context, ImDrawList& list, ImFont* font, ImVec2 at, float right,
                NameId name, std::string_view tip) {
    const std::string_view text = context.glass.text(name);
    const float width = std::min(right - at.x, text_width(font, text));
    const ImVec2 max{at.x + width, at.y + font->FontSize + 2};
    const Hit hit = offer(context, name, {at.x, at.y - 2}, max, tip);
    draw_text(list, font, at, right, context.theme.accent, text);
    if (hit.hovered) list.AddLine({at.x, max.y - 1}, {max.x, max.y - 1}, context.theme.accent);
    return width;
}

}   // namespace glasshive::viewer
