#include "viewer/draw/widgets.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace glasshive::viewer {

namespace {

/// Where the thumb of a scrollbar is.
Rect thumb_of(const Pen& pen, const Scroll& scroll, Rect seen, double length) {
    const float height = seen.height();
    const float size = std::max(24 * pen.s, height * static_cast<float>(height / length));
    const double room = std::max(1.0, length - static_cast<double>(height));
    const float y = seen.min.y + static_cast<float>(scroll.top / room) * (height - size);
    return {{seen.max.x - 5 * pen.s, y}, {seen.max.x, y + size}};
}

}   // namespace

bool scroll(const Pen& pen, Scroll& scroll, Rect seen, double length) {
    return glasshive::viewer::scroll(pen, scroll, seen, length, seen);
}

bool scroll(const Pen& pen, Scroll& scroll, Rect seen, double length, Rect wheel) {
    const double height = static_cast<double>(seen.height());
    const double most = std::max(0.0, length - height);
    const double before = scroll.top;
    scroll.top = std::clamp(scroll.top, 0.0, most);
    if (most <= 0) return false;
    const ImGuiIO& io = ImGui::GetIO();
    bool moved = false;
    if (ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(wheel.min, wheel.max) &&
        io.MouseWheel != 0 && !io.KeyCtrl) {
        scroll.top -= static_cast<double>(io.MouseWheel * 60 * pen.s);
        moved = true;
    }
    const Rect thumb = thumb_of(pen, scroll, seen, length);
    const Hit hit = pen.hits.at("scrollbar", {seen.max.x - 10 * pen.s, seen.min.y}, seen.max);
    if (hit.clicked) {
        scroll.dragging = true;
        const bool on = io.MousePos.y >= thumb.min.y && io.MousePos.y < thumb.max.y;
        scroll.grip = on ? io.MousePos.y - thumb.min.y : thumb.height() / 2;
    }
    if (!io.MouseDown[0]) scroll.dragging = false;
    if (scroll.dragging) {
        const double room = static_cast<double>(std::max(1.0F, seen.height() - thumb.height()));
        const double at = static_cast<double>(io.MousePos.y - scroll.grip - seen.min.y);
        scroll.top = at / room * most;
    }
    scroll.top = std::clamp(scroll.top, 0.0, most);
    const Rect now = thumb_of(pen, scroll, seen, length);
    const float wide = hit.hovered || scroll.dragging ? 5 * pen.s : 3 * pen.s;
    pen.list.AddRectFilled({now.max.x - wide, now.min.y}, now.max,
                           faded(pen.theme.faint, hit.hovered || scroll.dragging ? 0.8F : 0.4F),
                           3 * pen.s);
    return moved || (scroll.dragging && scroll.top != before);
}

void scroll_to(Scroll& scroll, double row, float step, float seen) {
    const double top = row * static_cast<double>(step);
    const double bottom = top + static_cast<double>(step - seen);
    if (scroll.top > top) scroll.top = top;
    if (scroll.top < bottom) scroll.top = bottom;
}

RowsSeen rows_seen(const Scroll& scroll, Rect seen, float step, std::size_t count) {
    const double first = std::floor(scroll.top / static_cast<double>(step));
    RowsSeen rows;
    rows.first = std::min(count, static_cast<std::size_t>(first));
    rows.y = seen.min.y - static_cast<float>(scroll.top - first * static_cast<double>(step));
    const auto shown = static_cast<std::size_t>(std::ceil((seen.max.y - rows.y) / step));
    rows.last = std::min(count, rows.first + shown);
    return rows;
}

float text_width(ImFont* font, std::string_view text) {
    return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, text.data(), text.data() + text.size())
        .x;
}

float draw_text_right(ImDrawList& list, ImFont* font, ImVec2 right, float left, ImU32 colour,
                      std::string_view text) {
    const float x = std::max(left, right.x - text_width(font, text));
    draw_text(list, font, {x, right.y}, right.x + 1, colour, text);
    return x;
}

float draw_wrapped(ImDrawList& list, ImFont* font, ImVec2 at, float width, float bottom,
                   ImU32 colour, std::string_view text) {
    const char* end = text.data() + text.size();
    const float height = font->CalcTextSizeA(font->FontSize, FLT_MAX, width, text.data(), end).y;
    const ImVec4 clip{at.x, at.y, at.x + width + 1, bottom};
    if (at.y < bottom)
        list.AddText(font, font->FontSize, at, colour, text.data(), end, width, &clip);
    return height;
}

ImU32 faded(ImU32 colour, float share) {
    const auto alpha = static_cast<ImU32>(static_cast<float>(colour >> 24) * share);
    return (colour & 0x00FFFFFFU) | alpha << 24;
}

ImU32 mixed(ImU32 a, ImU32 b, float share) {
    const ImVec4 x = ImGui::ColorConvertU32ToFloat4(a);
    const ImVec4 y = ImGui::ColorConvertU32ToFloat4(b);
    const auto between = [share](float from, float to) { return from + (to - from) * share; };
    return ImGui::ColorConvertFloat4ToU32(
        {between(x.x, y.x), between(x.y, y.y), between(x.z, y.z), between(x.w, y.w)});
}

ImU32 line_colour(const Theme& theme, std::size_t n) {
    const auto mood = [&](Mood m) { return theme.moods[static_cast<int>(m)]; };
    switch (n % 6) {
        case 0: return mood(Mood::busy);
        case 1: return mood(Mood::warn);
        case 2: return mood(Mood::good);
        case 3: return mood(Mood::bad);
        case 4: return mixed(theme.accent, mood(Mood::bad), 0.45F);
        default: return theme.faint;
    }
}

void draw_bar(const Pen& pen, Rect area, float share, ImU32 colour) {
    const float round = area.height() / 2;
    pen.list.AddRectFilled(area.min, area.max, pen.theme.grid, round);
    const float width = area.width() * std::clamp(share, 0.0F, 1.0F);
    if (width >= 1)
        pen.list.AddRectFilled(area.min, {area.min.x + width, area.max.y}, colour,
                               std::min(round, width / 2));
}

float draw_pill(const Pen& pen, ImVec2 at, float right, std::string_view text, ImU32 colour) {
    ImFont* font = pen.theme.mono;
    const float width = text_width(font, text) + 16 * pen.s;
    if (at.x + width > right) return 0;
    const ImVec2 max{at.x + width, at.y + 20 * pen.s};
    pen.list.AddRectFilled(at, max, faded(colour, 0.16F), 10 * pen.s);
    pen.list.AddRect(at, max, faded(colour, 0.55F), 10 * pen.s, 0, pen.s);
    draw_text(pen.list, font, {at.x + 8 * pen.s, at.y + 3 * pen.s}, right, colour, text);
    return width;
}

std::size_t segmented(const Pen& pen, ImVec2 right, float left,
                      std::span<const std::string_view> words, std::size_t chosen) {
    const float pad = 9 * pen.s;
    float width = 0;
    for (const std::string_view word : words) width += text_width(pen.theme.body, word) + 2 * pad;
    if (right.x - width < left) return chosen;
    const float height = segmented_height(pen.theme);
    float x = right.x - width;
    pen.list.AddRectFilled({x, right.y}, {right.x, right.y + height}, pen.theme.ground, 6 * pen.s);
    std::size_t now = chosen;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const float w = text_width(pen.theme.body, words[i]) + 2 * pad;
        const ImVec2 min{x, right.y};
        const ImVec2 max{x + w, right.y + height};
        const Hit hit = pen.hits.at(words[i], min, max);
        if (hit.clicked) now = i;
        if (i == chosen) pen.list.AddRectFilled(min, max, pen.theme.chosen, 6 * pen.s);
        draw_text(pen.list, pen.theme.body, {x + pad, right.y + 4 * pen.s}, max.x,
                  i == chosen || hit.hovered ? pen.theme.text : pen.theme.faint, words[i]);
        x += w;
    }
    return now;
}

}   // namespace glasshive::viewer
