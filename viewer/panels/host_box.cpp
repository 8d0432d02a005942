#include "viewer/panels/host_box.h"

#include <algorithm>

namespace glasshive::viewer {

namespace {

bool overlap(const Rect& a, const Rect& b) {
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

std::vector<NameId> hosts_within(const Context& context, const HostGrid& grid, const Rect& box) {
    const auto& hosts = context.now.cluster.hosts;
    std::vector<NameId> within;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (overlap(grid.cell(i), box)) within.push_back(hosts[i].name);
    }
    return within;
}

}   // namespace

void span_box(Context& context, const Pen& pen, const HostGrid& grid, HostBox& box, Rect area,
              const std::vector<NameId>& before) {
    const ImGuiIO& io = ImGui::GetIO();
    if (context.hits.at("hosts", area.min, area.max).clicked)
        box = {true, false, io.KeyShift, io.MousePos, io.MousePos, before};
    if (!box.down) return;
    if (!io.MouseDown[0]) {
        box.down = false;
        return;
    }
    const ImVec2 inside{std::clamp(io.MousePos.x, area.min.x, area.max.x),
                        std::clamp(io.MousePos.y, area.min.y, area.max.y)};
    const bool same = box.to.x == inside.x && box.to.y == inside.y;
    box.to = inside;
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 6 * pen.s)) box.moved = true;
    if (!box.moved) return;
    const Rect spanned = box.area();
    if (!same) {
        std::vector<NameId> chosen = hosts_within(context, grid, spanned);
        if (box.adds) chosen.insert(chosen.end(), box.before.begin(), box.before.end());
        context.selection.choose(std::move(chosen));
    }
    pen.list.AddRectFilled(spanned.min, spanned.max, faded(pen.theme.accent, 0.14F), 3 * pen.s);
    pen.list.AddRect(spanned.min, spanned.max, pen.theme.accent, 3 * pen.s, 0, pen.s);
}

}   // namespace glasshive::viewer
