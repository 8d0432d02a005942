#include "viewer/app/button.h"

#include "viewer/draw/widgets.h"

namespace glasshive::viewer {

float button_width(const Theme& theme, const std::string& word) {
    return text_width(theme.body, word) + 26 * theme.scale;
}

float draw_button(View& view, ImDrawList& list, Area bar, float x, const std::string& word,
                  const std::string& tip, bool possible, bool& clicked) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    const float next = x + button_width(theme, word);
    const ImVec2 min{x, bar.min.y + 6 * s};
    const ImVec2 max{next - 6 * s, bar.max.y - 6 * s};
    const Hit hit = view.hits().at(word, min, max);
    list.AddRectFilled(min, max, hit.hovered && possible ? theme.chosen : theme.ground, 6 * s);
    draw_text(list, theme.body, {x + 10 * s, (min.y + max.y - theme.body->FontSize) / 2}, max.x,
              possible ? theme.text : theme.faint, word);
    if (hit.hovered) ImGui::SetTooltip("%s", tip.c_str());
    clicked = hit.clicked && possible;
    return next;
}

}   // namespace glasshive::viewer
