// Type to find: commands, panels, names, instants.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "base/text.h"
#include "viewer/app/actions.h"
#include "viewer/app/offered.h"
#include "yaml/units.h"

namespace glasshive::viewer {

namespace {

constexpr std::size_t found_max = 200;

struct Found {
    std::string text, kind;
    std::function<void(View&)> run;
};

struct Palette {
    std::string words;
    std::string searched = "\n";   // Nothing yet.
    Time searched_at{};
    std::vector<Found> found;
    std::size_t chosen = 0;
    bool open = false;
};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

/// Every word occurs in the text.
bool meant(std::string_view text, const std::string& words) {
    const std::string low = lower(text);
    std::size_t at = 0;
    while (at < words.size()) {
        const std::size_t end = std::min(words.find(' ', at), words.size());
        if (low.find(std::string_view(words).substr(at, end - at)) == std::string::npos)
            return false;
        at = end + 1;
    }
    return true;
}

void find_names(View& view, const std::string& words, std::vector<Found>& found) {
    const record::State& state = view.now().state;
    for (std::size_t type = 0; type < state.plan().types.size(); ++type) {
        for (const record::StateRow* row : state.rows(type)) {
            if (found.size() >= found_max) return;
            const std::string_view text = view.glass().text(row->subject);
            if (text.empty() || !meant(text, words)) continue;
            const NameId name = row->subject;
            found.push_back({std::string(text), std::string(state.plan().types[type].name),
                             [name](View& of) { of.select(name); }});
        }
    }
}

/// What can be done about the selection, and about things whose whole names were typed.
void find_offers(View& view, const std::string& typed, std::vector<Found>& found) {
    std::vector<Offered> all{offered(view)};
    std::string words = typed + " ";
    for (std::size_t at = 0, end; (end = words.find(' ', at)) != std::string::npos; at = end + 1) {
        const NameId name = view.glass().recording().names().find(words.substr(at, end - at));
        if (name.valid() && name != view.selection().subject) all.push_back(offered_of(view, name));
    }
    all.push_back({.name = "", .groups = {{"fault", offered_ends(view)}}});
    for (const Offered& about : all) {
        for (const OfferGroup& group : about.groups) {
            for (const Offer& offer : group.offers) {
                std::string text = offer.label;
                if (!about.name.empty()) text = about.name + ": " + text;
                if (!meant(text, lower(typed))) continue;
                const bool possible = offer.refused.empty() && refusal(view).empty();
                found.push_back({std::move(text), possible ? group.of : "not now",
                                 [offer](View& of) { take_offer(of, offer); }});
            }
        }
    }
}

std::vector<Found> find(View& view, const std::string& typed) {
    std::vector<Found> found;
    const std::string words = lower(typed);
    auto instant = yaml::parse_duration(typed);
    if (!instant) instant = yaml::parse_duration(typed + "s");
    if (instant && !typed.empty()) {
        const Time at = Time{} + *instant.value;
        found.push_back(
            {"Go to " + seconds_text(at) + " s", "instant", [at](View& of) { of.seek(at); }});
    }
    if (view.sandbox() != nullptr) find_offers(view, typed, found);
    for (const Action& action : actions()) {
        if (action.live_only() && view.sandbox() == nullptr) continue;
        if (action.key == GLFW_KEY_K || !meant(action.name, words)) continue;
        found.push_back({std::string(action.name), std::string(action.keys), action.run});
    }
    for (const Panel& panel : panels()) {
        if (!meant(panel.name, words)) continue;
        found.push_back({std::string(panel.name), "panel",
                         [name = panel.name](View& of) { of.layout().show(name); }});
    }
    if (!words.empty()) find_names(view, words, found);
    return found;
}

void draw_found(View& view, Palette& palette) {
    const Theme& theme = view.theme();
    const float s = theme.scale;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));   // A row is what it is.
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(palette.found.size()), 26 * s);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const auto place = static_cast<std::size_t>(i);
            const Found& one = palette.found[place];
            const ImVec2 min = ImGui::GetCursorScreenPos();
            const ImVec2 max{min.x + width, min.y + 26 * s};
            const Hit hit = view.hits().at(one.text, min, max);
            if (palette.chosen == place || hit.hovered)
                list.AddRectFilled(min, max, theme.chosen, 5 * s);
            draw_text(list, theme.body, {min.x + 8 * s, min.y + 5 * s}, max.x - 110 * s, theme.text,
                      one.text);
            draw_text(list, theme.mono, {max.x - 100 * s, min.y + 6 * s}, max.x - 6 * s,
                      theme.faint, one.kind);
            if (hit.clicked) palette.chosen = place, palette.open = false;
            ImGui::Dummy({width, 26 * s});
        }
    }
    ImGui::PopStyleVar();
}

/// Arrow keys, Enter. True when the chosen one shall run.
bool take_palette_keys(View& view, Palette& palette) {
    const std::size_t count = palette.found.size();
    if (count == 0) return false;
    if (view.take_key(GLFW_KEY_DOWN, 0)) palette.chosen = (palette.chosen + 1) % count;
    if (view.take_key(GLFW_KEY_UP, 0)) palette.chosen = (palette.chosen + count - 1) % count;
    palette.chosen = std::min(palette.chosen, count - 1);
    return view.take_key(GLFW_KEY_ENTER, 0);
}

}   // namespace

void draw_palette(View& view) {
    Palette& palette = view.own().of<Palette>();
    const float s = view.theme().scale;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float width = std::min(size.x - 16 * s, 520 * s);
    ImGui::SetNextWindowPos({(size.x - width) / 2, std::min(90 * s, size.y * 0.1F)});
    ImGui::SetNextWindowSize({width, std::min(size.y * 0.8F, 420 * s)});
    ImGui::SetNextWindowFocus();
    ImGui::Begin("##palette", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
    view.hits().enter("palette");
    const bool appeared = ImGui::IsWindowAppearing();
    if (appeared) palette = {};
    palette.open = true;
    if (appeared) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(-1);
    ImGui::InputTextWithHint("##words", "a command, a panel, a name, an instant", &palette.words);
    if (palette.words != palette.searched || view.now().at != palette.searched_at) {
        palette.searched = palette.words;
        palette.searched_at = view.now().at;
        palette.found = find(view, palette.words);
        palette.chosen = 0;
    }
    const bool run = take_palette_keys(view, palette);
    ImGui::BeginChild("##found");
    if (palette.found.empty()) ImGui::TextDisabled("Nothing is called that at this instant.");
    draw_found(view, palette);
    ImGui::EndChild();
    ImGui::End();
    if (!run && palette.open) return;
    view.toggle_palette();
    if (palette.chosen < palette.found.size()) palette.found[palette.chosen].run(view);
}

}   // namespace glasshive::viewer
