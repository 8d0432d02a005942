#include "viewer/app/menus.h"

#include <imgui.h>
#include <imgui_stdlib.h>

#include "viewer/app/offered.h"
#include "viewer/draw/glossary.h"

namespace glasshive::viewer {

namespace {

struct Menus {
    bool menu = false, ends = false, ask = false;   ///< To be opened.
    Offer asking;
    std::string typed;
};

void name_item(View& view, const std::string& label) {
    const ImVec2 min = ImGui::GetItemRectMin();
    view.hits().at(label, min, ImGui::GetItemRectMax());
}

void draw_offers(View& view, const std::vector<Offer>& offers) {
    for (const Offer& offer : offers) {
        const bool possible = offer.refused.empty() && refusal(view).empty();
        if (ImGui::MenuItem(offer.label.c_str(), nullptr, false, possible)) take_offer(view, offer);
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
            ImGui::SetTooltip("%s", tip_of(view, offer).c_str());
        name_item(view, offer.label);
    }
}

/// What every thing has: the panels that speak of it.
void draw_views(View& view, const std::string& name) {
    const auto item = [&](const char* label) {
        const bool chosen = ImGui::MenuItem(label);
        name_item(view, label);
        return chosen;
    };
    if (item("Inspect")) view.layout().show("Inspector");
    if (item("Why it is so")) view.layout().show("Why");
    if (item("Its events alone")) {
        view.events().set_filter(name);
        view.layout().show("Events");
    }
}

void draw_menu(View& view) {
    if (!ImGui::BeginPopup("menu")) return;
    if (view.closes_popups()) ImGui::CloseCurrentPopup();
    view.hits().enter("menu");
    const Offered about = offered(view);
    ImGui::PushFont(view.theme().title);
    ImGui::TextUnformatted(about.name.c_str());
    ImGui::PopFont();
    ImGui::Separator();
    if (view.selection().hosts.empty()) draw_views(view, about.name);
    for (const OfferGroup& group : about.groups) {
        if (view.sandbox() == nullptr) break;
        ImGui::Separator();
        ImGui::TextDisabled("%s", group.of.c_str());
        const std::string meaning(meaning_of(group.of));
        if (ImGui::IsItemHovered() && !meaning.empty()) ImGui::SetTooltip("%s", meaning.c_str());
        name_item(view, "of " + group.of);
        ImGui::PushID(group.of.c_str());
        draw_offers(view, group.offers);
        ImGui::PopID();
    }
    ImGui::EndPopup();
}

void draw_ends(View& view) {
    if (!ImGui::BeginPopup("ends")) return;
    if (view.closes_popups()) ImGui::CloseCurrentPopup();
    view.hits().enter("ends");
    draw_offers(view, std::vector<Offer>(offered_ends(view)));
    ImGui::EndPopup();
}

void draw_ask(View& view, Menus& menus) {
    if (!ImGui::BeginPopup("ask")) return;
    if (view.closes_popups()) ImGui::CloseCurrentPopup();
    view.hits().enter("ask");
    const Theme& theme = view.theme();
    ImGui::TextUnformatted(menus.asking.label.c_str());
    ImGui::PushFont(theme.mono);
    ImGui::AlignTextToFramePadding();
    ImGui::TextDisabled("%s", menus.asking.text.c_str());
    ImGui::SameLine(0, 0);
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(160 * theme.scale);
    const bool entered = ImGui::InputTextWithHint(
        "##typed", menus.asking.asks.c_str(), &menus.typed, ImGuiInputTextFlags_EnterReturnsTrue);
    name_item(view, "field");
    ImGui::PopFont();
    if (entered && !menus.typed.empty()) {
        Offer whole = menus.asking;
        whole.text += menus.typed;
        whole.asks.clear();
        take_offer(view, whole);
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

}   // namespace

void open_menu(View& view) {
    if (view.selection().subject.valid()) view.own().of<Menus>().menu = true;
}

void open_ends(View& view) { view.own().of<Menus>().ends = true; }

void take_offer(View& view, const Offer& offer) {
    const std::string why = offer.refused.empty() ? refusal(view) : offer.refused;
    if (!why.empty()) {
        view.say(why);
        return;
    }
    if (!offer.asks.empty()) {
        Menus& menus = view.own().of<Menus>();
        menus.asking = offer;
        menus.typed = offer.typed;
        menus.ask = true;
        return;
    }
    view.post(Give{offer.text});
    view.say(offer.text);
}

void draw_menus(View& view) {
    Menus& menus = view.own().of<Menus>();
    if (menus.menu) ImGui::OpenPopup("menu");
    if (menus.ends) ImGui::OpenPopup("ends");
    if (menus.ask) ImGui::OpenPopup("ask");
    menus.menu = menus.ends = menus.ask = false;
    const float s = view.theme().scale;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(8 * s, 7 * s));
    draw_menu(view);
    draw_ends(view);
    draw_ask(view, menus);
    ImGui::PopStyleVar();
}

}   // namespace glasshive::viewer
