#include "viewer/panels/panels.h"

#include "viewer/draw/widgets.h"

namespace glasshive::viewer {

std::span<const Panel> panels() {
    static constexpr Panel all[] = {
        {"Cluster", Slot::main, draw_cluster, "Hosts with what runs on them."},
        {"Network", Slot::main, draw_network, "Links, what moves over them, and what is cut."},
        {"Store", Slot::main, draw_store, "Shards with their copies, quorums, replications."},
        {"Timeline", Slot::time, draw_timeline, "Who was in which state when."},
        {"Services", Slot::side, draw_services, "Desired against running."},
        {"Events", Slot::list, draw_events, "Everything that was said, in order."},
        {"Scenario", Slot::list, draw_scenario, "The files of the run, and the line to blame."},
        {"Compare", Slot::list, draw_compare, "Two recordings, and where they part."},
        {"Inspector", Slot::detail, draw_inspector, "All that is known of the selected thing."},
        {"Why", Slot::detail, draw_why, "The causes of what is selected, step by step."},
        {"Managers", Slot::time, draw_managers, "Who led in which term, and who wanted to."},
        {"Plots", Slot::time, draw_plots, "Requests, latency and every gauge over time."},
    };
    return all;
}

void draw_empty(const Context& context, ImDrawList& list, Area area, std::string_view what,
                std::string_view next) {
    const Theme& theme = context.theme;
    const float first =
        draw_wrapped(list, theme.body, area.min, area.width(), area.max.y, theme.text, what);
    draw_wrapped(list, theme.body, {area.min.x, area.min.y + first + 4 * theme.scale}, area.width(),
                 area.max.y, theme.faint, next);
}

void draw_tip(const Context& context, std::string_view heading, std::string_view text) {
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left)) return;   // The hand is at something else.
    const Theme& theme = context.theme;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(360 * theme.scale);
    if (!heading.empty()) {
        ImGui::PushFont(theme.title);
        ImGui::TextUnformatted(heading.data(), heading.data() + heading.size());
        ImGui::PopFont();
    }
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

void pick(Context& context, NameId name, const Hit& hit) {
    if (!name.valid() || (!hit.clicked && !hit.menu)) return;
    Selection& selection = context.selection;
    if (hit.menu) {
        if (!selection.holds(name)) selection.choose(name);
        context.menu = true;
        return;
    }
    const auto is_host = [&](NameId one) {
        const auto type = context.now.state.type_named("host");
        return type && context.now.state.find(*type, one) != nullptr;
    };
    const bool adds =
        ImGui::GetIO().KeyShift && (!selection.subject.valid() || is_host(selection.subject));
    if (!adds)
        selection.choose(name);
    else if (is_host(name))   // A container within a host's card leaves it to the host.
        selection.toggle(name);
}

Hit offer(Context& context, NameId name, ImVec2 min, ImVec2 max, std::string_view tip) {
    const std::string_view text = context.glass.text(name);
    const Hit hit = context.hits.at(text, min, max);
    pick(context, name, hit);
    if (hit.hovered) draw_tip(context, text, tip);
    return hit;
}

}   // namespace glasshive::viewer
