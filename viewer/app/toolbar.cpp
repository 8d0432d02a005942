// The bar over the panes of a live view: what can be done about what is selected.
#include <algorithm>

#include "viewer/app/button.h"
#include "viewer/app/menus.h"
#include "viewer/app/offered.h"
#include "viewer/draw/widgets.h"

namespace glasshive::viewer {

namespace {

/// How long a fault lasts, at the right end; returns where it begins.
float draw_spans(View& view, ImDrawList& list, Area area, float left) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    const Pen pen{theme, list, view.hits()};
    float width = 0;
    for (const std::string_view word : span_words) width += text_width(theme.body, word) + 18 * s;
    const ImVec2 right{area.max.x - 12 * s, area.min.y + 9 * s};
    if (right.x - width < left) return area.max.x - 12 * s;
    std::size_t& chosen = chosen_span(view);
    chosen = segmented(pen, right, left, span_words, chosen);
    const ImVec2 min{right.x - width, right.y};
    if (view.hits().at("span", min, {right.x, right.y + segmented_height(theme)}).hovered)
        ImGui::SetTooltip("How long a fault lasts that is begun from here");
    return min.x - 10 * s;
}

float draw_ends(View& view, ImDrawList& list, Area area, float left, float right) {
    const auto& ends = offered_ends(view);
    if (ends.empty()) return right;
    const std::string word = ends.size() == 1 ? "End the fault" : "End a fault";
    const float x = right - button_width(view.theme(), word);
    if (x < left) return right;
    bool clicked = false;
    draw_button(view, list, area, x, word, ends.size() == 1 ? tip_of(view, ends[0]) : "Which one?",
                refusal(view).empty(), clicked);
    if (clicked && ends.size() == 1)
        take_offer(view, Offer(ends[0]));
    else if (clicked)
        open_ends(view);
    return x - 4 * view.theme().scale;
}

}   // namespace

void draw_toolbar(View& view, ImDrawList& list, Area area) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    view.hits().enter("act");
    list.AddRectFilled(area.min, area.max, theme.panel);
    list.AddLine({area.min.x, area.max.y}, area.max, theme.edge, s);
    const Offered about = offered(view);   // A copy: what is clicked may change it.
    float right = draw_spans(view, list, area, area.min.x + 420 * s);
    right = draw_ends(view, list, area, area.min.x + 240 * s, right);
    float x = area.min.x + 16 * s;
    const float middle = (area.min.y + area.max.y) / 2;
    if (about.name.empty()) {
        draw_text(list, theme.body, {x, middle - theme.body->FontSize / 2}, right, theme.faint,
                  "Choose a host, a link, a service or a task to act on it; drag over hosts to "
                  "choose several.");
        return;
    }
    x += draw_text(list, theme.title, {x, middle - theme.title->FontSize / 2},
                   std::min(right, x + 220 * s), theme.text, about.name) +
         14 * s;
    if (about.groups.empty()) {
        draw_text(list, theme.body, {x, middle - theme.body->FontSize / 2}, right, theme.faint,
                  "Nothing can be done to it at this instant.");
        return;
    }
    const std::string more = "More…";
    const float more_width = button_width(theme, more);
    bool clicked = false;
    for (const OfferGroup& group : about.groups) {
        for (const Offer& offer : group.offers) {
            if (x + button_width(theme, offer.label) + more_width > right) {
                draw_button(view, list, area, x, more, "All that can be done to it (M)", true,
                            clicked);
                if (clicked) open_menu(view);
                return;
            }
            const bool possible = offer.refused.empty() && refusal(view).empty();
            x = draw_button(view, list, area, x, offer.label, tip_of(view, offer), possible,
                            clicked);
            if (clicked) take_offer(view, offer);
        }
        x += 8 * s;
    }
}

}   // namespace glasshive::viewer
