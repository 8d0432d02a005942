// How all charts over time answer the mouse.
#include "viewer/panels/time_view.h"

#include <algorithm>
#include <cmath>

#include "viewer/draw/widgets.h"

namespace glasshive::viewer {

TimeView& time_view(Context& context) {
    auto& view = context.memory.of<TimeView>();
    const Time end = context.glass.end();
    if (!view.cursor) view.cursor.emplace(end);
    view.cursor->grow(end);
    const Time playhead = context.selection.playhead;
    // Only a move of the playhead moves the span: whoever looked elsewhere goes on looking.
    if (view.cursor->at() != playhead && view.drag == TimeView::Drag::none)
        view.cursor->seek(playhead);
    return view;
}

void steer_time(Context& context, TimeView& view, std::string_view name, Rect chart) {
    using Drag = TimeView::Drag;
    if (chart.width() < 1) return;
    const ImGuiIO& io = ImGui::GetIO();
    const TimeScale scale{chart.min.x, chart.max.x, *view.cursor};
    const float now = scale.x(context.selection.playhead);
    const Hit hit = context.hits.at(name, chart.min, chart.max);
    const auto width = static_cast<double>(scale.width());
    if (hit.hovered && (io.MouseWheel != 0 || io.MouseWheelH != 0)) {
        if (io.MouseWheel != 0)
            view.cursor->zoom(std::pow(0.8, static_cast<double>(io.MouseWheel)),
                              static_cast<double>(io.MousePos.x - chart.min.x), width);
        view.cursor->pan(static_cast<double>(-io.MouseWheelH * 40 * context.theme.scale), width);
    }
    const ImGuiID id = ImGui::GetID(name.data(), name.data() + name.size());
    if (hit.clicked) {
        view.owner = id;
        const bool grips = std::fabs(io.MousePos.x - now) < 6 * context.theme.scale;
        view.drag = io.KeyShift ? Drag::mark : grips ? Drag::playhead : Drag::pan;
        view.moved = false;
        if (view.drag == Drag::mark) view.marked_from = view.marked_to = scale.at(io.MousePos.x);
    }
    // A drag that began in another chart of the same view goes on there.
    if (view.drag == Drag::none || view.owner != id) return;
    if (!io.MouseDown[0]) {
        if (!view.moved && view.drag == Drag::pan && hit.hovered)
            context.selection.playhead = scale.at(io.MousePos.x);
        if (!view.moved && view.drag == Drag::mark) view.marked_from = view.marked_to = {};
        view.drag = Drag::none;
        return;
    }
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 4 * context.theme.scale)) view.moved = true;
    if (!view.moved) return;
    if (view.drag == Drag::pan) view.cursor->pan(static_cast<double>(-io.MouseDelta.x), width);
    if (view.drag == Drag::mark) view.marked_to = scale.at(io.MousePos.x);
    if (view.drag == Drag::playhead) context.selection.playhead = scale.at(io.MousePos.x);
}

void draw_playhead(Context& context, ImDrawList& list, const TimeView& view, Rect chart,
                   bool handle) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const TimeScale scale{chart.min.x, chart.max.x, *view.cursor};
    if (view.marked_from && view.marked_to) {
        const auto inside = [&](Time t) {
            return std::clamp(scale.x(t), chart.min.x, chart.max.x);
        };
        const float a = inside(std::min(*view.marked_from, *view.marked_to));
        const float b = inside(std::max(*view.marked_from, *view.marked_to));
        list.AddRectFilled({a, chart.min.y}, {b, chart.max.y}, faded(theme.accent, 0.16F));
        list.AddLine({a, chart.min.y}, {a, chart.max.y}, theme.accent, s);
        list.AddLine({b, chart.min.y}, {b, chart.max.y}, theme.accent, s);
    }
    const float now = scale.x(context.selection.playhead);
    if (now < chart.min.x - 1 || now > chart.max.x + 1) return;
    list.AddLine({now, chart.min.y}, {now, chart.max.y}, theme.text, 1.5F * s);
    if (!handle) return;
    const float top = chart.min.y;
    list.AddTriangleFilled({now - 6 * s, top - 9 * s}, {now + 6 * s, top - 9 * s}, {now, top},
                           theme.text);
}

}   // namespace glasshive::viewer
