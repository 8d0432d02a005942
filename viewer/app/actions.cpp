#include "viewer/app/actions.h"

#include <algorithm>

#include <GLFW/glfw3.h>

#include "viewer/app/menus.h"

namespace glasshive::viewer {

namespace {

void move(View& view, double seconds) {
    view.player().playing = false;
    const Time at = view.selection().playhead;
    const Duration step{static_cast<std::int64_t>(seconds * 1e9)};
    view.seek(at + step);
}

/// The next panel of the pane that fills the window, or of the main pane.
void next_panel(View& view) {
    Layout& layout = view.layout();
    const auto all = panels();
    const std::string_view here = layout.alone.empty() ? shown_panel(layout, Slot::main).name
                                                       : std::string_view(layout.alone);
    std::size_t at = 0;
    while (at < all.size() && all[at].name != here) ++at;
    for (std::size_t i = 1; i <= all.size(); ++i) {
        const Panel& panel = all[(at + i) % all.size()];
        if (layout.alone.empty() && panel.slot != Slot::main) continue;
        layout.show(panel.name);
        return;
    }
}

void fill(View& view) {
    Layout& layout = view.layout();
    layout.alone =
        layout.alone.empty() ? std::string(shown_panel(layout, Slot::main).name) : std::string();
}

/// In a text field a letter is a letter, and arrows and Ctrl+Z are the field's.
bool works_in_text(const Action& action) {
    const bool letter = action.key >= GLFW_KEY_A && action.key <= GLFW_KEY_Z;
    const bool theirs = action.key == GLFW_KEY_Z;
    return action.key == GLFW_KEY_ESCAPE ||
           (letter && !theirs && action.modifiers == GLFW_MOD_CONTROL);
}

constexpr Action table[] = {
    {"Play or pause", "Space", GLFW_KEY_SPACE, 0, [](View& view) { view.toggle_play(); }},
    {"Next event", "Right", GLFW_KEY_RIGHT, 0, [](View& view) { view.step(1); }},
    {"Previous event", "Left", GLFW_KEY_LEFT, 0, [](View& view) { view.step(-1); }},
    {"One second on", "Shift+Right", GLFW_KEY_RIGHT, GLFW_MOD_SHIFT,
     [](View& view) { move(view, 1); }},
    {"One second back", "Shift+Left", GLFW_KEY_LEFT, GLFW_MOD_SHIFT,
     [](View& view) { move(view, -1); }},
    {"Ten seconds on", "Ctrl+Right", GLFW_KEY_RIGHT, GLFW_MOD_CONTROL,
     [](View& view) { move(view, 10); }},
    {"Ten seconds back", "Ctrl+Left", GLFW_KEY_LEFT, GLFW_MOD_CONTROL,
     [](View& view) { move(view, -10); }},
    {"To the start", "Home", GLFW_KEY_HOME, 0, [](View& view) { view.seek(Time{}); }},
    {"To the end", "End", GLFW_KEY_END, 0, [](View& view) { view.seek(view.glass().end()); }},
    {"Ten times faster", "Up", GLFW_KEY_UP, 0,
     [](View& view) { view.set_speed(view.player().speed * 10); }},
    {"Ten times slower", "Down", GLFW_KEY_DOWN, 0,
     [](View& view) { view.set_speed(std::min(view.player().speed, 1e5) / 10); }},
    {"Run: one entry of the queue", ".", GLFW_KEY_PERIOD, 0, [](View& view) { view.post(Step{}); }},
    {"Run: make it again up to the playhead", "R", GLFW_KEY_R, 0,
     [](View& view) { view.post(Rewind{view.selection().playhead}); }},
    {"Run: branch at the playhead", "B", GLFW_KEY_B, 0,
     [](View& view) {
         if (view.sandbox() != nullptr) branch_here(view);
     }},
    {"Run: undo what was given last", "Ctrl+Z", GLFW_KEY_Z, GLFW_MOD_CONTROL,
     [](View& view) { view.post(Undo{}); }},
    {"Run: end what hangs, or takes too long", "Ctrl+G", GLFW_KEY_G, GLFW_MOD_CONTROL,
     [](View& view) { view.give_up(); }},
    {"Run: type a command", "Enter", GLFW_KEY_ENTER, 0, focus_command_line},
    {"Menu of what is selected", "M", GLFW_KEY_M, 0, open_menu},
    {"Next panel", "Tab", GLFW_KEY_TAB, 0, next_panel},
    {"One panel, or all", "F", GLFW_KEY_F, 0, fill},
    {"Light or dark", "T", GLFW_KEY_T, 0, [](View& view) { view.toggle_theme(); }},
    {"Find a command, a panel, a name, an instant", "Ctrl+K", GLFW_KEY_K, GLFW_MOD_CONTROL,
     [](View& view) { view.toggle_palette(); }},
    {"These keys", "?", GLFW_KEY_SLASH, GLFW_MOD_SHIFT, [](View& view) { view.toggle_help(); }},
    {"Close the window", "Ctrl+Q", GLFW_KEY_Q, GLFW_MOD_CONTROL, [](View& view) { view.quit(); }},
    {"Close, or select nothing", "Esc", GLFW_KEY_ESCAPE, 0, [](View& view) { view.escape(); }},
};

}   // namespace

std::span<const Action> actions() { return table; }

void take_keys(View& view) {
    const ImGuiIO& io = ImGui::GetIO();
    bool slash = false;
    const std::vector<View::Key> pressed = view.keys();
    for (const View::Key& key : pressed) {
        slash = slash || key.code == GLFW_KEY_SLASH;
        for (const Action& action : table) {
            if (action.key != key.code || action.modifiers != key.modifiers) continue;
            if (io.WantTextInput && !works_in_text(action)) continue;
            if (action.live_only() && view.sandbox() == nullptr) continue;
            view.take_key(key.code, key.modifiers);
            action.run(view);
        }
    }
    // The question mark stands elsewhere on other keyboards.
    if (io.WantTextInput || slash) return;
    for (const ImWchar character : io.InputQueueCharacters) {
        if (character == '?') view.toggle_help();
    }
}

}   // namespace glasshive::viewer
