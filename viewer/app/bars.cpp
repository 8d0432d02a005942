// The header (what is open, play, where the playhead is) and the status line.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "viewer/app/view.h"

namespace glasshive::viewer {

namespace {

/// What the bars are drawn with, from left to right or from the right end inwards.
struct Bar {
    View& view;
    ImDrawList& list;
    Area area;
    float s;

    /// A rounded button; its sign is drawn by the caller.
    Hit button(std::string_view name, float x, float width, bool strong, std::string_view tip) {
        const Theme& theme = view.theme();
        const ImVec2 min{x, area.min.y + 8 * s};
        const ImVec2 max{x + width, area.max.y - 8 * s};
        const Hit hit = view.hits().at(name, min, max);
        const ImU32 fill = strong ? theme.accent : hit.hovered ? theme.chosen : theme.ground;
        list.AddRectFilled(min, max, fill, 7 * s);
        if (hit.hovered) ImGui::SetTooltip("%.*s", static_cast<int>(tip.size()), tip.data());
        return hit;
    }
    /// A pill with a mood's shape, ending at `right`; returns where the next one ends.
    float badge(float right, Mood mood, const std::string& text) {
        const Theme& theme = view.theme();
        const float width =
            theme.body->CalcTextSizeA(theme.body->FontSize, 1e9F, 0, text.c_str()).x + 34 * s;
        const float left = right - width;
        const float middle = (area.min.y + area.max.y) / 2;
        const ImU32 colour = theme.moods[static_cast<int>(mood)];
        list.AddRectFilled({left, middle - 12 * s}, {right, middle + 12 * s},
                           (colour & 0x00FFFFFFU) | 0x28000000U, 12 * s);
        list.AddRect({left, middle - 12 * s}, {right, middle + 12 * s},
                     (colour & 0x00FFFFFFU) | 0x80000000U, 12 * s, 0, s);
        draw_mood(list, theme, {left + 14 * s, middle}, 9 * s, mood);
        draw_text(list, theme.body, {left + 25 * s, middle - theme.body->FontSize / 2}, right,
                  theme.text, text);
        return left - 8 * s;
    }
};

void draw_play(Bar& bar, float x) {
    View& view = bar.view;
    const float s = bar.s;
    const float y = (bar.area.min.y + bar.area.max.y) / 2;
    const ImU32 ink = view.theme().text;
    const bool playing = view.playing();
    if (bar.button("back", x, 32 * s, false, "Previous event (Left)").clicked) view.step(-1);
    bar.list.AddTriangleFilled({x + 20 * s, y - 6 * s}, {x + 20 * s, y + 6 * s}, {x + 12 * s, y},
                               ink);
    bar.list.AddRectFilled({x + 10 * s, y - 6 * s}, {x + 12 * s, y + 6 * s}, ink);
    x += 36 * s;
    if (bar.button("play", x, 40 * s, true, playing ? "Pause (Space)" : "Play (Space)").clicked)
        view.toggle_play();
    const ImU32 light = IM_COL32_WHITE;
    if (playing) {
        bar.list.AddRectFilled({x + 14 * s, y - 7 * s}, {x + 18 * s, y + 7 * s}, light, s);
        bar.list.AddRectFilled({x + 22 * s, y - 7 * s}, {x + 26 * s, y + 7 * s}, light, s);
    } else {
        bar.list.AddTriangleFilled({x + 15 * s, y - 8 * s}, {x + 15 * s, y + 8 * s},
                                   {x + 28 * s, y}, light);
    }
    x += 44 * s;
    if (bar.button("next", x, 32 * s, false, "Next event (Right)").clicked) view.step(1);
    bar.list.AddTriangleFilled({x + 12 * s, y - 6 * s}, {x + 12 * s, y + 6 * s}, {x + 20 * s, y},
                               ink);
    bar.list.AddRectFilled({x + 20 * s, y - 6 * s}, {x + 22 * s, y + 6 * s}, ink);
}

std::string speed_text(double speed) {
    if (speed > Player::fastest) return "max";
    std::string text = std::to_string(speed);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return "x" + text;
}

void draw_speeds(Bar& bar, float x, float right) {
    static constexpr std::array speeds{0.1, 1.0, 10.0, 100.0, 1'000.0, 10'000.0, HUGE_VAL};
    const Theme& theme = bar.view.theme();
    const float width = 56 * bar.s;
    for (const double speed : speeds) {
        if (x + width > right || (speed > Player::fastest && !bar.view.sandbox())) return;
        const bool here = bar.view.player().speed == speed;
        const std::string text = speed_text(speed);
        const Hit hit =
            bar.button(text, x, width - 4 * bar.s, false, "Virtual seconds per second (Up, Down)");
        if (hit.clicked) bar.view.set_speed(speed);
        const float wide = theme.mono->CalcTextSizeA(theme.mono->FontSize, 1e9F, 0, text.c_str()).x;
        draw_text(bar.list, theme.mono,
                  {x + (width - 4 * bar.s - wide) / 2,
                   (bar.area.min.y + bar.area.max.y - theme.mono->FontSize) / 2},
                  x + width, here ? theme.accent : theme.faint, text);
        x += width;
    }
}

/// The whole run in a line under the header: click or drag moves the playhead.
void draw_scrub(View& view, ImDrawList& list, Area line) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    const auto whole = std::max<double>(1, static_cast<double>(ns_of(view.glass().end())));
    const auto x_of = [&](Time at) {
        return line.min.x +
               static_cast<float>(static_cast<double>(ns_of(at)) / whole) * line.width();
    };
    view.hits().at("scrub", {line.min.x, line.min.y - 3 * s}, {line.max.x, line.max.y + 3 * s});
    ImGui::SetCursorScreenPos({line.min.x, line.min.y - 3 * s});
    ImGui::InvisibleButton("scrub", {std::max(1.0F, line.width()), line.height() + 6 * s});
    const bool over = ImGui::IsItemHovered() || ImGui::IsItemActive();
    const float mouse = ImGui::GetIO().MousePos.x;
    const double share = std::clamp(
        static_cast<double>((mouse - line.min.x) / std::max(1.0F, line.width())), 0.0, 1.0);
    const Time there = time_of_ns(static_cast<std::int64_t>(share * whole));
    if (ImGui::IsItemActive()) view.seek(there);
    list.AddRectFilled(line.min, line.max, theme.edge);
    list.AddRectFilled(line.min, {x_of(view.selection().playhead), line.max.y}, theme.accent);
    if (!over) return;
    list.AddRectFilled({mouse - s, line.min.y - 2 * s}, {mouse + s, line.max.y + 2 * s},
                       theme.text);
    ImGui::SetTooltip("%s s", seconds_text(there).c_str());
}

}   // namespace

void draw_header(View& view, ImDrawList& list, Area area) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    const float middle = (area.min.y + area.max.y) / 2;
    list.AddRectFilled(area.min, area.max, theme.panel);
    Bar bar{view, list, area, s};
    // A hexagon, for the hive.
    list.AddNgonFilled({26 * s, middle}, 12 * s, theme.accent, 6);
    list.AddNgonFilled({26 * s, middle}, 5 * s, theme.panel, 6);
    const float play = std::max(area.width() * 0.5F - 290 * s, 150 * s);
    draw_text(list, theme.title, {46 * s, middle - theme.title->FontSize / 2}, play - 12 * s,
              theme.text, view.title());
    float x = play;
    if (area.width() > 320 * s) draw_play(bar, x);
    x += 124 * s;
    const std::string time = seconds_text(view.selection().playhead) + " s";
    const float field = 130 * s;
    if (area.width() > 480 * s) {
        list.AddRectFilled({x, area.min.y + 8 * s}, {x + field, area.max.y - 8 * s}, theme.ground,
                           7 * s);
        const float wide = theme.mono->CalcTextSizeA(theme.mono->FontSize, 1e9F, 0, time.c_str()).x;
        draw_text(list, theme.mono, {x + (field - wide) / 2, middle - theme.mono->FontSize / 2},
                  x + field, theme.text, time);
    }
    x += field + 8 * s;
    float right = area.max.x - 16 * s;
    if (area.width() > 1000 * s) {
        const std::size_t up = view.hosts_on();
        const std::size_t all = view.now().cluster.hosts.size();
        if (const std::size_t faults = view.active_faults(); faults > 0)
            right = bar.badge(right, Mood::warn,
                              std::to_string(faults) + (faults == 1 ? " fault" : " faults"));
        right = bar.badge(right, up == all ? Mood::good : Mood::bad,
                          std::to_string(up) + " / " + std::to_string(all) + " on");
    }
    draw_speeds(bar, x, right);
    draw_scrub(view, list, {{area.min.x, area.max.y - 4 * s}, {area.max.x, area.max.y}});
}

namespace {

/// Where what is shown comes from, and how that is.
std::string source_text(const View& view, Mood& mood) {
    const Status* run = view.live();
    if (run == nullptr) {
        const bool clean = view.glass().recording().clean();
        mood = clean ? Mood::good : Mood::warn;
        return clean ? "recording" : "recording without its end";
    }
    if (run->mode == Mode::dead) {
        mood = Mood::bad;
        const std::string why = run->problems.empty() ? "" : ": " + run->problems.front().message;
        return "the run's process is gone" + why + " (Rewind starts another)";
    }
    if (run->silent > 1) {
        mood = Mood::warn;
        return "the run has not answered for " + std::to_string(static_cast<int>(run->silent)) +
               " s (Ctrl+G ends it)";
    }
    if (run->doing != 0 && run->progress > 0) {
        mood = Mood::busy;
        return "working, " + std::to_string(static_cast<int>(run->progress * 100)) + " %";
    }
    switch (run->mode) {
        case Mode::starting: mood = Mood::busy; return "starting";
        case Mode::playing: {
            mood = Mood::good;
            char reached[32];
            std::snprintf(reached, sizeof reached, "playing, x%.3g", run->reached);
            return reached;
        }
        case Mode::ended: mood = Mood::idle; return "the run is over";
        default: mood = Mood::busy; return "paused";
    }
}

}   // namespace

void draw_status(View& view, ImDrawList& list, Area area) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    list.AddRectFilled(area.min, area.max, theme.panel);
    list.AddLine(area.min, {area.max.x, area.min.y}, theme.edge, s);
    const float y = (area.min.y + area.max.y - theme.mono->FontSize) / 2;
    Mood mood = Mood::good;
    std::string text = source_text(view, mood);
    draw_mood(list, theme, {area.min.x + 20 * s, (area.min.y + area.max.y) / 2}, 8 * s, mood);
    text += "  ·  " + std::to_string(view.glass().events()) + " events";
    if (!view.story().done()) {
        const int percent = static_cast<int>(view.story().progress() * 100);
        text += "  ·  " + std::to_string(percent) + " % read";
    } else if (!view.story().complete()) {
        text += "  ·  the timeline leaves the newest out: too many";
    }
    if (!view.message().empty()) text += "  ·  " + view.message();
    draw_text(list, theme.mono, {area.min.x + 32 * s, y}, area.max.x - 220 * s, theme.faint, text);
    static constexpr std::string_view hint = "? keys    Ctrl+K find";
    const float wide =
        theme.mono
            ->CalcTextSizeA(theme.mono->FontSize, 1e9F, 0, hint.data(), hint.data() + hint.size())
            .x;
    draw_text(list, theme.mono, {area.max.x - 16 * s - wide, y}, area.max.x, theme.faint, hint);
}

}   // namespace glasshive::viewer
