#include "viewer/app/layout.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace glasshive::viewer {

namespace {

constexpr ImGuiWindowFlags pane_flags =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollWithMouse;

/// The titles of a slot's panels; one of them is shown.
void draw_tabs(Context& context, Layout& layout, ImDrawList& list, Area area, const Panel& shown) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    context.hits.enter("tab");
    float x = area.min.x + 16 * s;
    for (const Panel& panel : panels()) {
        const bool here = &panel == &shown;
        if (panel.slot != shown.slot || (!layout.alone.empty() && !here)) continue;
        const float y = area.min.y + 12 * s;
        const float right = area.max.x - 16 * s;
        const float width = draw_text(list, theme.title, {x, y}, right,
                                      here ? theme.text : theme.faint, panel.name);
        if (width <= 0) break;
        const Hit hit = context.hits.at(panel.name, {x - 6 * s, area.min.y + 4 * s},
                                        {x + width + 6 * s, area.min.y + 34 * s});
        if (hit.hovered) draw_tip(context, "", panel.purpose);
        if (hit.clicked) layout.show(panel.name);
        if (hit.opened) layout.alone = layout.alone.empty() ? std::string(panel.name) : "";
        if (here)
            list.AddRectFilled({x, area.min.y + 32 * s}, {x + width, area.min.y + 34 * s},
                               theme.accent, s);
        x += width + 18 * s;
    }
}

void draw_pane(Context& context, Layout& layout, const Panel& panel, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    // ImGui's windows stand on whole pixels; what lies half outside loses its edge.
    area = {{std::floor(area.min.x), std::floor(area.min.y)},
            {std::floor(area.max.x), std::floor(area.max.y)}};
    if (area.width() < 24 * s || area.height() < 24 * s) return;
    ImGui::SetNextWindowPos(area.min);
    ImGui::SetNextWindowSize({area.width(), area.height()});
    const std::string id = "##pane" + std::to_string(static_cast<int>(panel.slot));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::Begin(id.c_str(), nullptr, pane_flags);
    ImGui::PopStyleVar(2);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(area.min, area.max, theme.panel, 8 * s);
    list.AddRect(area.min, area.max, theme.edge, 8 * s, 0, s);
    draw_tabs(context, layout, list, area, panel);
    context.hits.enter(panel.name);
    const Area inner{{area.min.x + 16 * s, area.min.y + 44 * s},
                     {area.max.x - 16 * s, area.max.y - 12 * s}};
    if (inner.width() >= 20 * s && inner.height() >= 20 * s) {
        list.PushClipRect({inner.min.x - 8 * s, inner.min.y - 4 * s},
                          {inner.max.x + 8 * s, inner.max.y + 4 * s}, true);
        ImGui::SetCursorScreenPos(inner.min);
        ImGui::PushID(panel.name.data(), panel.name.data() + panel.name.size());
        panel.draw(context, list, inner);
        ImGui::PopID();
        list.PopClipRect();
    }
    ImGui::End();
}

/// A gap between panes that can be dragged; `share` follows the mouse within low..high.
void draw_splitter(Context& context, const char* name, Area gap, bool upright, float origin,
                   float length, float& share, float low, float high) {
    if (gap.width() < 1 || gap.height() < 1 || length < 1) return;
    context.hits.at(name, gap.min, gap.max);
    ImGui::SetCursorScreenPos(gap.min);
    ImGui::InvisibleButton(name, {gap.width(), gap.height()});
    const bool held = ImGui::IsItemActive();
    if (!held && !ImGui::IsItemHovered()) return;
    ImGui::SetMouseCursor(upright ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    ImGui::GetWindowDrawList()->AddRectFilled(gap.min, gap.max, context.theme.grid,
                                              3 * context.theme.scale);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    if (held) share = std::clamp(((upright ? mouse.x : mouse.y) - origin) / length, low, high);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) share = (low + high) / 2;
}

}   // namespace

void Layout::show(std::string_view name) {
    for (const Panel& panel : panels()) {
        if (panel.name != name) continue;
        shown[static_cast<std::size_t>(panel.slot)] = std::string(name);
        if (!alone.empty()) alone = std::string(name);
    }
}

const Panel& shown_panel(const Layout& layout, Slot slot) {
    const Panel* first = nullptr;
    for (const Panel& panel : panels()) {
        if (panel.slot != slot) continue;
        if (panel.name == layout.shown[static_cast<std::size_t>(slot)]) return panel;
        if (first == nullptr) first = &panel;
    }
    return *first;
}

void draw_panes(Context& context, Layout& layout, Area area) {
    const float s = context.theme.scale;
    const float gap = 12 * s;
    const bool small = area.width() < 640 * s || area.height() < 440 * s;
    const Area whole{{area.min.x + gap, area.min.y + gap}, {area.max.x - gap, area.max.y - gap}};
    for (const Panel& panel : panels()) {
        if (panel.name != layout.alone) continue;
        draw_pane(context, layout, panel, whole);
        return;
    }
    if (small) {
        draw_pane(context, layout, shown_panel(layout, Slot::main), whole);
        return;
    }
    const float width = whole.width();
    const float height = whole.height();
    const float side = whole.min.x + width * layout.side;
    const float upper = whole.min.y + height * layout.upper;
    const float lower = whole.min.y + height * std::max(layout.lower, layout.upper + 0.1F);
    const float middle = whole.min.y + height * layout.middle;
    context.hits.enter("gap");
    draw_splitter(context, "side", {{side - gap, whole.min.y}, {side, whole.max.y}}, true,
                  whole.min.x, width, layout.side, 0.3F, 0.9F);
    draw_splitter(context, "upper", {{whole.min.x, upper - gap}, {side - gap, upper}}, false,
                  whole.min.y, height, layout.upper, 0.15F, 0.8F);
    draw_splitter(context, "lower", {{whole.min.x, lower - gap}, {side - gap, lower}}, false,
                  whole.min.y, height, layout.lower, 0.25F, 0.9F);
    draw_splitter(context, "middle", {{side, middle - gap}, {whole.max.x, middle}}, false,
                  whole.min.y, height, layout.middle, 0.15F, 0.85F);
    const auto pane = [&](Slot slot, Area where) {
        draw_pane(context, layout, shown_panel(layout, slot), where);
    };
    pane(Slot::main, {whole.min, {side - gap, upper - gap}});
    pane(Slot::time, {{whole.min.x, upper}, {side - gap, lower - gap}});
    pane(Slot::list, {{whole.min.x, lower}, {side - gap, whole.max.y}});
    pane(Slot::side, {{side, whole.min.y}, {whole.max.x, middle - gap}});
    pane(Slot::detail, {{side, middle}, whole.max});
}

}   // namespace glasshive::viewer
