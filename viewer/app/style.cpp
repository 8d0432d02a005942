#include "viewer/app/style.h"

#include "viewer/app/fonts.h"

namespace glasshive::viewer {

namespace {

ImFont* add_font(FontBytes font, float size) {
    // Latin, and the few signs beyond it that the fonts were cut to.
    static const ImWchar ranges[] = {0x20, 0xFF, 0x2013, 0x2026, 0x2190, 0x2193, 0};
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(
        const_cast<unsigned char*>(font.data), static_cast<int>(font.size), size, &config, ranges);
}

ImVec4 rgba(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

}   // namespace

void load_fonts(Theme& theme, float scale) {
    theme.scale = scale;
    theme.body = add_font(inter_medium(), 14 * scale);
    theme.title = add_font(inter_semibold(), 16 * scale);
    theme.mono = add_font(jetbrains_mono(), 13 * scale);
}

void apply_style(const Theme& theme) {
    ImGuiStyle style;
    style.ScaleAllSizes(theme.scale);
    style.WindowRounding = style.PopupRounding = 8 * theme.scale;
    style.FrameRounding = style.GrabRounding = 6 * theme.scale;
    style.FramePadding = {8 * theme.scale, 5 * theme.scale};
    style.WindowPadding = {12 * theme.scale, 10 * theme.scale};
    style.ScrollbarSize = 10 * theme.scale;
    style.ScrollbarRounding = 5 * theme.scale;
    const auto set = [&](ImU32 colour, std::initializer_list<ImGuiCol> where) {
        for (const ImGuiCol one : where) style.Colors[one] = rgba(colour);
    };
    set(theme.text, {ImGuiCol_Text});
    set(theme.faint, {ImGuiCol_TextDisabled});
    set(theme.panel, {ImGuiCol_WindowBg, ImGuiCol_PopupBg, ImGuiCol_TitleBg});
    set(theme.edge, {ImGuiCol_Border, ImGuiCol_Separator, ImGuiCol_ScrollbarGrab});
    set(theme.ground, {ImGuiCol_FrameBg});
    set(theme.grid, {ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive, ImGuiCol_Button});
    set(theme.chosen, {ImGuiCol_Header, ImGuiCol_HeaderHovered, ImGuiCol_HeaderActive,
                       ImGuiCol_ButtonHovered, ImGuiCol_ButtonActive, ImGuiCol_TextSelectedBg});
    set(theme.accent,
        {ImGuiCol_CheckMark, ImGuiCol_SliderGrab, ImGuiCol_SliderGrabActive,
         ImGuiCol_ScrollbarGrabHovered, ImGuiCol_ScrollbarGrabActive, ImGuiCol_NavHighlight});
    set(0, {ImGuiCol_ChildBg, ImGuiCol_ScrollbarBg, ImGuiCol_BorderShadow});
    set(IM_COL32(0, 0, 0, 110), {ImGuiCol_ModalWindowDimBg});
    ImGui::GetStyle() = style;
}

}   // namespace glasshive::viewer
