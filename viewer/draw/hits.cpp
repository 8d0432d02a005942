#include "viewer/draw/hits.h"

namespace glasshive::viewer {

void Hits::begin(bool remember) {
    remember_ = remember;
    seen_.clear();
    panel_ = {};
}

Hit Hits::at(std::string_view name, ImVec2 min, ImVec2 max) {
    if (remember_) {
        std::string path(panel_);
        if (!path.empty()) path += '/';
        path += name;
        seen_[std::move(path)] = {min, max};
    }
    Hit hit;
    hit.hovered = ImGui::IsMouseHoveringRect(min, max) && ImGui::IsWindowHovered();
    if (!hit.hovered) return hit;
    hit.clicked = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    hit.opened = ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    hit.menu = ImGui::IsMouseClicked(ImGuiMouseButton_Right);
    return hit;
}

std::optional<Rect> Hits::find(const std::string& name) const {
    const auto found = seen_.find(name);
    if (found == seen_.end()) return std::nullopt;
    return found->second;
}

}   // namespace glasshive::viewer
