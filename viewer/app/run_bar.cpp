// The bar of a live view: its history, what can be done about it, and a command line.
#include <algorithm>
#include <string>

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "viewer/app/button.h"
#include "viewer/app/completing.h"
#include "viewer/app/run_words.h"
#include "viewer/app/view.h"

namespace glasshive::viewer {

namespace {

struct RunBar {
    std::string typed;
    std::vector<std::string> past;   // What was typed, oldest first.
    std::size_t shown = 0;           // Which of it stands in the field.
    bool focus = false;
    std::string completed_of;   // The line that these could end.
    std::vector<std::string> completions;
};

/// Tab was pressed in the field.
int complete(ImGuiInputTextCallbackData* data) {
    const RunBar& bar = *static_cast<const RunBar*>(data->UserData);
    const std::string line =
        completed({data->Buf, static_cast<std::size_t>(data->BufTextLen)}, bar.completions);
    data->DeleteChars(0, data->BufTextLen);
    data->InsertChars(0, line.c_str());
    return 0;
}

/// What the last word could become, above the field.
void draw_completions(View& view, const RunBar& bar, ImVec2 at) {
    constexpr std::size_t shown_max = 8;
    if (bar.completions.empty()) return;
    ImGui::SetNextWindowPos(at, ImGuiCond_Always, {0, 1});
    ImGui::Begin("##completions", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs |
                     ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav);
    view.hits().enter("completions");
    for (std::size_t i = 0; i < bar.completions.size() && i < shown_max; ++i) {
        ImGui::TextUnformatted(bar.completions[i].c_str());
        const ImVec2 min = ImGui::GetItemRectMin();
        view.hits().at(bar.completions[i], min, ImGui::GetItemRectMax());
    }
    if (bar.completions.size() > shown_max)
        ImGui::TextDisabled("%d more", static_cast<int>(bar.completions.size() - shown_max));
    else
        ImGui::TextDisabled("Tab");
    ImGui::End();
}

std::string free_name(const Status& run) {
    for (int number = 1;; ++number) {
        std::string name = "branch-" + std::to_string(number);
        const bool taken = std::any_of(run.lines.begin(), run.lines.end(),
                                       [&](const LineOfHistory& one) { return one.name == name; });
        if (!taken) return name;
    }
}

void draw_lines_menu(View& view, const Status& run) {
    if (!ImGui::BeginPopup("lines")) return;
    for (const LineOfHistory& line : run.lines) {
        const std::string words = line.name + "   " + seconds_text(line.at, 1) + " s, " +
                                  std::to_string(line.given) + " given";
        if (ImGui::MenuItem(words.c_str(), nullptr, line.name == run.line) && line.name != run.line)
            view.post(Switch{line.name});
        const ImVec2 min = ImGui::GetItemRectMin();
        view.hits().at("line " + line.name, min, ImGui::GetItemRectMax());
    }
    ImGui::EndPopup();
}

void draw_command_line(View& view, RunBar& bar, float x, Area area) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    const float width = area.max.x - 12 * s - x;
    if (width < 60 * s) return;
    ImGui::SetCursorScreenPos({x, area.min.y + 6 * s});
    ImGui::SetNextItemWidth(width);
    ImGui::PushFont(theme.mono);
    // As high as the buttons.
    const float high = area.height() - 12 * s - theme.mono->FontSize;
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(8 * s, std::max(0.0F, high / 2)));
    if (bar.focus) ImGui::SetKeyboardFocusHere();
    bar.focus = false;
    const bool entered = ImGui::InputTextWithHint(
        "##command", "docker service scale web=5, fault {do: power_off, host: …}, run 30s, …",
        &bar.typed, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackCompletion,
        complete, &bar);
    view.hits().at("command", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
    const bool active = ImGui::IsItemActive();
    ImGui::PopStyleVar();
    if (active && bar.completed_of != bar.typed) {
        bar.completed_of = bar.typed;
        bar.completions = completions(view, bar.typed);
    }
    if (active) draw_completions(view, bar, {x, area.min.y});
    ImGui::PopFont();
    if (active && view.take_key(GLFW_KEY_UP, 0) && bar.shown > 0)
        bar.typed = bar.past[--bar.shown], bar.focus = true;
    if (!entered || bar.typed.empty()) return;
    bar.focus = true;
    auto command = command_of(bar.typed, view.live()->now);
    if (!command.ok()) {
        const Diagnostic& problem = command.problems().front();
        view.say(problem.message + "; " + problem.hint);
        return;
    }
    view.post(std::move(command.value()));
    bar.past.push_back(std::move(bar.typed));
    bar.shown = bar.past.size();
    bar.typed.clear();
}

}   // namespace

void focus_command_line(View& view) { view.own().of<RunBar>().focus = true; }

void draw_run_bar(View& view, ImDrawList& list, Area area) {
    const Theme& theme = view.theme();
    const Status& run = *view.live();
    const float s = theme.scale;
    RunBar& bar = view.own().of<RunBar>();
    view.hits().enter("run");
    list.AddRectFilled(area.min, area.max, theme.panel);
    list.AddLine(area.min, {area.max.x, area.min.y}, theme.edge, s);
    const Time at = view.selection().playhead;
    const bool back = at < run.now;
    bool clicked = false;
    float x = area.min.x + 12 * s;
    const std::string name = run.line + (run.unsaved ? " *" : "");
    x = draw_button(view, list, area, x, name, "The line of history; click for the others", true,
                    clicked);
    if (clicked) ImGui::OpenPopup("lines");
    draw_lines_menu(view, run);
    x = draw_button(view, list, area, x, "Undo", "Back to before what was given last (Ctrl+Z)",
                    !run.given.empty(), clicked);
    if (clicked) view.post(Undo{});
    x = draw_button(view, list, area, x, "Rewind here",
                    "Make the run again up to the playhead; what was given later is dropped (R)",
                    back, clicked);
    if (clicked) view.post(Rewind{at});
    x = draw_button(view, list, area, x, "Branch here",
                    "Keep this history and begin another one at the playhead (B)",
                    run.mode != Mode::starting, clicked);
    if (clicked) view.post(Branch{free_name(run), back ? at : time_never});
    draw_command_line(view, bar, x + 6 * s, area);
}

void branch_here(View& view) {
    const Time at = view.selection().playhead;
    view.post(Branch{free_name(*view.live()), at < view.live()->now ? at : time_never});
}

}   // namespace glasshive::viewer
