#include "viewer/draw/theme.h"

#include <algorithm>
#include <string>

namespace glasshive::viewer {

namespace {

float width_of(ImFont* font, const char* begin, const char* end) {
    return font->CalcTextSizeA(font->FontSize, 1e9F, 0, begin, end).x;
}

template <std::size_t n>
bool among(std::string_view word, const std::string_view (&words)[n]) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}   // namespace

Theme theme_named(bool dark) {
    // Okabe and Ito, "Color Universal Design" (2008): green, blue, orange, vermilion; on dark,
    // lightened.
    if (dark) {
        return {IM_COL32(11, 15, 22, 255),
                IM_COL32(17, 22, 31, 255),
                IM_COL32(37, 45, 58, 255),
                IM_COL32(29, 36, 47, 255),
                IM_COL32(226, 232, 240, 255),
                IM_COL32(140, 151, 168, 255),
                IM_COL32(91, 140, 255, 255),
                IM_COL32(27, 39, 64, 255),
                {IM_COL32(38, 190, 148, 255), IM_COL32(86, 180, 233, 255),
                 IM_COL32(240, 180, 60, 255), IM_COL32(236, 98, 72, 255),
                 IM_COL32(86, 97, 114, 255)}};
    }
    return {IM_COL32(241, 244, 248, 255),
            IM_COL32(255, 255, 255, 255),
            IM_COL32(212, 219, 229, 255),
            IM_COL32(232, 236, 242, 255),
            IM_COL32(24, 32, 44, 255),
            IM_COL32(92, 104, 122, 255),
            IM_COL32(38, 92, 220, 255),
            IM_COL32(226, 235, 255, 255),
            {IM_COL32(0, 138, 100, 255), IM_COL32(0, 114, 178, 255), IM_COL32(190, 130, 0, 255),
             IM_COL32(200, 76, 20, 255), IM_COL32(150, 160, 174, 255)}};
}

Mood mood_of(std::string_view state) {
    if (among(state, {"on", "ready", "running", "up", "complete"})) return Mood::good;
    if (among(state, {"new", "pending", "assigned", "accepted", "preparing", "starting"}))
        return Mood::busy;
    if (among(state, {"paused", "unknown", "stopping", "stalled"})) return Mood::warn;
    if (among(state, {"off", "down", "failed", "rejected", "orphaned", "active"})) return Mood::bad;
    return Mood::idle;
}

ImU32 ink_on(ImU32 fill) {
    const ImVec4 c = ImGui::ColorConvertU32ToFloat4(fill);
    const bool bright = 0.3F * c.x + 0.59F * c.y + 0.11F * c.z > 0.5F;
    return bright ? IM_COL32(10, 14, 20, 255) : IM_COL32(255, 255, 255, 255);
}

void draw_mood(ImDrawList& list, const Theme& theme, ImVec2 c, float size, Mood mood) {
    const float r = size / 2;
    const float line = std::max(1.5F, size / 6);
    const ImU32 colour = theme.moods[static_cast<int>(mood)];
    switch (mood) {
        case Mood::good: list.AddCircleFilled(c, r, colour); break;
        case Mood::busy: list.AddCircle(c, r - line / 2, colour, 0, line); break;
        case Mood::warn:
            list.AddTriangleFilled({c.x, c.y - r}, {c.x + r, c.y + r}, {c.x - r, c.y + r}, colour);
            break;
        case Mood::bad:
            list.AddLine({c.x - r, c.y - r}, {c.x + r, c.y + r}, colour, line);
            list.AddLine({c.x + r, c.y - r}, {c.x - r, c.y + r}, colour, line);
            break;
        case Mood::idle: list.AddLine({c.x - r, c.y}, {c.x + r, c.y}, colour, line); break;
    }
}

float draw_text(ImDrawList& list, ImFont* font, ImVec2 at, float right, ImU32 colour,
                std::string_view text) {
    const char* begin = text.data();
    const char* end = begin + text.size();
    const float room = right - at.x;
    if (room <= 0 || begin == end) return 0;
    // Measuring ends where the room does: a long text costs no more than what is seen of it.
    const char* cut = nullptr;
    const ImVec2 size = font->CalcTextSizeA(font->FontSize, room + 0.5F, 0, begin, end, &cut);
    if (cut == end) {
        list.AddText(font, font->FontSize, at, colour, begin, end);
        return size.x;
    }
    const float dots = width_of(font, "…", nullptr);
    if (room <= dots) return 0;
    font->CalcTextSizeA(font->FontSize, room - dots, 0, begin, end, &cut);
    if (cut == begin) return 0;
    const std::string shown = std::string(begin, cut) + "…";
    list.AddText(font, font->FontSize, at, colour, shown.c_str());
    return width_of(font, shown.c_str(), nullptr);
}

}   // namespace glasshive::viewer
