// The keys, over everything.
#include "viewer/app/actions.h"

namespace glasshive::viewer {

void draw_help(View& view) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float width = std::min(size.x - 16 * s, 560 * s);
    const float height =
        std::min(size.y - 16 * s, (70 + 24 * static_cast<float>(actions().size())) * s);
    ImGui::SetNextWindowPos({(size.x - width) / 2, (size.y - height) / 2});
    ImGui::SetNextWindowSize({width, height});
    ImGui::SetNextWindowFocus();
    ImGui::Begin("##help", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetWindowPos();
    view.hits().enter("help");
    view.hits().at("keys", at, {at.x + width, at.y + height});
    draw_text(list, theme.title, {at.x + 20 * s, at.y + 18 * s}, at.x + width, theme.text, "Keys");
    float y = at.y + 52 * s;
    for (const Action& action : actions()) {
        if (action.live_only() && view.sandbox() == nullptr) continue;
        if (y + 20 * s > at.y + height) break;
        draw_text(list, theme.mono, {at.x + 20 * s, y}, at.x + 150 * s, theme.accent, action.keys);
        draw_text(list, theme.body, {at.x + 160 * s, y}, at.x + width - 16 * s, theme.text,
                  action.name);
        y += 24 * s;
    }
    ImGui::End();
}

}   // namespace glasshive::viewer
