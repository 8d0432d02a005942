// The keys, and what the mouse does beside clicking, over everything.
#include <utility>
#include <vector>

#include "viewer/app/actions.h"

namespace glasshive::viewer {

namespace {

using Row = std::pair<std::string_view, std::string_view>;

std::vector<Row> rows_of(const View& view) {
    std::vector<Row> rows;
    for (const Action& action : actions()) {
        if (!action.live_only() || view.live() != nullptr)
            rows.push_back({action.keys, action.name});
    }
    rows.push_back({"Right button", "Menu of what is under the mouse"});
    rows.push_back({"Drag over hosts", "Choose several; with Shift one more"});
    return rows;
}

}   // namespace

void draw_help(View& view) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float width = std::min(size.x - 16 * s, 560 * s);
    const std::vector<Row> rows = rows_of(view);
    const auto count = static_cast<float>(rows.size());
    const float height = std::min(size.y - 16 * s, (70 + 24 * count) * s);
    const float step = std::max(18 * s, (height - 70 * s) / count);
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
    for (const auto& [keys, name] : rows) {
        if (y + 20 * s > at.y + height) break;
        draw_text(list, theme.mono, {at.x + 20 * s, y}, at.x + 150 * s, theme.accent, keys);
        draw_text(list, theme.body, {at.x + 160 * s, y}, at.x + width - 16 * s, theme.text, name);
        y += step;
    }
    ImGui::End();
}

}   // namespace glasshive::viewer
