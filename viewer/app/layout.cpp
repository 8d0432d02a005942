#include "viewer/app/layout.h"

#include <algorithm>

#include "viewer/app/fonts.h"

namespace glasshive::viewer {

namespace {

ImFont* add_font(FontBytes font, float size) {
    // Latin, and the few signs beyond it that the fonts were cut to.
    static const ImWchar ranges[] = {0x20, 0xFF, 0x2013, 0x2026, 0x2190, 0x2193, 0};
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(
        const_cast<unsigned char*>(font.data), static_cast<int>(font.size), size, &config, ranges);
}

void draw_pane(Context& context, ImDrawList& list, const Panel& panel, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    list.AddRectFilled(area.min, area.max, theme.panel, 8 * s);
    list.AddRect(area.min, area.max, theme.edge, 8 * s, 0, s);
    draw_text(list, theme.title, {area.min.x + 16 * s, area.min.y + 12 * s}, area.max.x - 16 * s,
              theme.text, panel.name);
    const Area inner{{area.min.x + 16 * s, area.min.y + 40 * s},
                     {area.max.x - 16 * s, area.max.y - 12 * s}};
    if (inner.max.x - inner.min.x < 20 * s || inner.max.y - inner.min.y < 20 * s) return;
    list.PushClipRect(area.min, area.max, true);
    panel.draw(context, list, inner);
    list.PopClipRect();
}

void draw_header(Context& context, ImDrawList& list, ImVec2 size) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    list.AddRectFilled({0, 0}, {size.x, 44 * s}, theme.panel);
    list.AddLine({0, 44 * s}, {size.x, 44 * s}, theme.edge, s);
    list.AddRectFilled({16 * s, 12 * s}, {36 * s, 32 * s}, theme.accent, 5 * s);
    const auto& path = context.glass.recording().path();
    const std::string name = path.substr(path.find_last_of('/') + 1);
    draw_text(list, theme.title, {46 * s, 14 * s}, size.x * 0.4F, theme.text, "Glasshive  " + name);
    const std::string now = seconds_text(context.selection.playhead) + " s of " +
                            seconds_text(context.glass.end()) + " s";
    draw_text(list, theme.mono, {size.x * 0.45F, 16 * s}, size.x * 0.7F, theme.text, now);
    const auto up = std::count_if(context.cluster.hosts.begin(), context.cluster.hosts.end(),
                                  [](const HostCell& host) { return host.state == "on"; });
    const std::string hosts = std::to_string(up) + " of " +
                              std::to_string(context.cluster.hosts.size()) + " hosts on   " +
                              std::to_string(context.glass.events()) + " events";
    draw_text(list, theme.body, {size.x * 0.74F, 15 * s}, size.x - 16 * s, theme.faint, hosts);
}

}   // namespace

void load_fonts(Theme& theme, float scale) {
    theme.scale = scale;
    theme.body = add_font(inter_medium(), 14 * scale);
    theme.title = add_font(inter_semibold(), 16 * scale);
    theme.mono = add_font(jetbrains_mono(), 13 * scale);
}

void draw_window(Context& context, const std::string& panel) {
    ImDrawList& list = *ImGui::GetBackgroundDrawList();
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float s = context.theme.scale;
    list.AddRectFilled({0, 0}, size, context.theme.ground);
    draw_header(context, list, size);
    const float gap = 12 * s;
    const float top = 44 * s + gap;
    const float bottom = size.y - gap;
    const auto all = panels();
    // Five panes in a small window would be five titles: the first one alone says more.
    const bool small = size.x < 640 * s || size.y < 480 * s;
    for (const Panel& one : all) {
        if (one.name == panel || (panel.empty() && small)) {
            draw_pane(context, list, one, {{gap, top}, {size.x - gap, bottom}});
            return;
        }
    }
    const float side = std::max(size.x * 0.72F, size.x - 420 * s);
    const float upper = top + (bottom - top) * 0.38F;
    const float lower = top + (bottom - top) * 0.70F;
    const float middle = top + (bottom - top) * 0.35F;
    draw_pane(context, list, all[0], {{gap, top}, {side - gap, upper}});
    draw_pane(context, list, all[1], {{gap, upper + gap}, {side - gap, lower}});
    draw_pane(context, list, all[3], {{gap, lower + gap}, {side - gap, bottom}});
    draw_pane(context, list, all[2], {{side, top}, {size.x - gap, middle}});
    draw_pane(context, list, all[4], {{side, middle + gap}, {size.x - gap, bottom}});
}

}   // namespace glasshive::viewer
