#pragma once

#include <string_view>

#include <imgui.h>

namespace glasshive::viewer {

/// How grave a state is; what colour and shape follow from.
enum class Mood { good, busy, warn, bad, idle };

/// Colours and type of a window.
struct Theme {
    ImU32 ground, panel, edge, grid, text, faint, accent, chosen;
    ImU32 moods[5];            ///< By Mood.
    ImFont* body = nullptr;    ///< 14 px at scale 1.
    ImFont* title = nullptr;   ///< 16 px, semi-bold.
    ImFont* mono = nullptr;    ///< 13 px.
    float scale = 1;           ///< Pixels per unit of the spacing grid.
};

/// "dark" or "light", without fonts.
Theme theme_named(bool dark);
/// What a state of a host, node, task, container or fault amounts to; idle for unknown words.
Mood mood_of(std::string_view state);
/// Black or white, whichever reads better on `fill`.
ImU32 ink_on(ImU32 fill);

/// A dot, ring, triangle, cross or dash within `size` px around `centre`: the shape says the mood.
void draw_mood(ImDrawList& list, const Theme& theme, ImVec2 centre, float size, Mood mood);
/// One line of text from `at`, cut with "…" where it would pass `right`. Returns its width in px.
float draw_text(ImDrawList& list, ImFont* font, ImVec2 at, float right, ImU32 colour,
                std::string_view text);

}   // namespace glasshive::viewer
