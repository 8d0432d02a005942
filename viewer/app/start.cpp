#include "viewer/app/start.h"

#include <algorithm>
#include <cctype>

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "viewer/app/style.h"

namespace glasshive::viewer {

namespace {

constexpr float row_height = 54;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

/// The question: the first line of what stands on top of a scenario.
std::string_view question_of(const CatalogueEntry& entry) {
    return std::string_view(entry.about).substr(0, entry.about.find('\n'));
}

}   // namespace

Start::Start(const std::vector<std::string>& folders, bool dark) : dark_(dark) {
    for (const std::string& folder : folders) {
        for (CatalogueEntry& entry : catalogue_of(folder)) entries_.push_back(std::move(entry));
    }
    find();
}

void Start::dress(float scale) {
    theme_ = theme_named(dark_);
    load_fonts(theme_, scale);
    apply_style(theme_);
}

void Start::press(int key, int modifiers) {
    if (key == GLFW_KEY_Q && modifiers == GLFW_MOD_CONTROL) quit_ = true;
    if (modifiers == 0) keys_.push_back(key);
}

void Start::find() {
    searched_ = words_;
    chosen_ = 0;
    scroll_ = {};
    found_.clear();
    const std::string words = lower(words_);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const std::string text =
            lower(entries_[i].name + " " + entries_[i].title + " " + entries_[i].about);
        bool all = true;
        for (std::size_t at = 0; at < words.size();) {
            const std::size_t end = std::min(words.find(' ', at), words.size());
            all = all && text.find(words.substr(at, end - at)) != std::string::npos;
            at = end + 1;
        }
        if (all) found_.push_back(i);
    }
}

void Start::take_keys() {
    for (const int key : keys_) {
        if (key == GLFW_KEY_ESCAPE) quit_ = true;
        if (found_.empty()) continue;
        moved_ = moved_ || key == GLFW_KEY_DOWN || key == GLFW_KEY_UP;
        if (key == GLFW_KEY_DOWN) chosen_ = std::min(chosen_ + 1, found_.size() - 1);
        if (key == GLFW_KEY_UP) chosen_ -= chosen_ > 0 ? 1 : 0;
        if (key == GLFW_KEY_ENTER) file_ = entries_[found_[chosen_]].path;
    }
    keys_.clear();
}

void Start::draw_list(const Pen& pen, Rect area) {
    const float s = pen.s;
    const float step = row_height * s;
    const auto length = static_cast<double>(step) * static_cast<double>(found_.size());
    if (moved_) scroll_to(scroll_, static_cast<double>(chosen_), step, area.height());
    moved_ = false;
    scroll(pen, scroll_, area, length);
    const Clip clip(area);
    const RowsSeen seen = rows_seen(scroll_, area, step, found_.size());
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const CatalogueEntry& entry = entries_[found_[i]];
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        const Rect row{{area.min.x, y}, {area.max.x - 12 * s, y + step - 4 * s}};
        const Hit hit = pen.hits.at(entry.name, row.min, row.max);
        if (hit.hovered && ImGui::GetIO().MouseDelta.x + ImGui::GetIO().MouseDelta.y != 0)
            chosen_ = i;
        const bool here = i == chosen_;
        if (here) pen.list.AddRectFilled(row.min, row.max, pen.theme.chosen, 6 * s);
        const float right = row.max.x - 12 * s;
        const float name =
            draw_text_right(pen.list, pen.theme.mono, {right, y + 9 * s},
                            row.min.x + row.width() * 0.6F, pen.theme.faint, entry.name);
        draw_mood(pen.list, pen.theme, {row.min.x + 16 * s, y + 16 * s}, 9 * s,
                  entry.recording ? Mood::idle : Mood::busy);
        draw_text(pen.list, pen.theme.title, {row.min.x + 30 * s, y + 7 * s}, name - 12 * s,
                  pen.theme.text, entry.title);
        draw_text(pen.list, pen.theme.body, {row.min.x + 30 * s, y + 28 * s}, right,
                  pen.theme.faint,
                  entry.recording ? std::string_view("a recording") : question_of(entry));
        if (hit.clicked) file_ = entry.path;
    }
}

void Start::draw_about(const Pen& pen, Rect area) const {
    const float s = pen.s;
    pen.list.AddRectFilled(area.min, area.max, pen.theme.panel, 8 * s);
    pen.list.AddRect(area.min, area.max, pen.theme.edge, 8 * s, 0, s);
    const ImVec2 at{area.min.x + 16 * s, area.min.y + 16 * s};
    const float width = area.width() - 32 * s;
    if (found_.empty()) {
        draw_wrapped(pen.list, pen.theme.body, at, width, area.max.y, pen.theme.faint,
                     entries_.empty()
                         ? "There are no scenarios in this folder. Name one: glasshive view FILE"
                         : "No scenario has these words.");
        return;
    }
    const CatalogueEntry& entry = entries_[found_[chosen_]];
    draw_text(pen.list, pen.theme.title, at, area.max.x - 16 * s, pen.theme.text, entry.title);
    const std::string_view about =
        entry.recording ? "A recording: it can be looked at, and its run gone on with "
                          "(glasshive view --live FILE)."
                        : std::string_view(entry.about);
    const float high = draw_wrapped(pen.list, pen.theme.body, {at.x, at.y + 30 * s}, width,
                                    area.max.y - 40 * s, pen.theme.text, about);
    draw_text(pen.list, pen.theme.mono, {at.x, std::min(at.y + 46 * s + high, area.max.y - 28 * s)},
              area.max.x - 16 * s, pen.theme.accent, "Enter, or a click: open " + entry.path);
}

void Start::frame() {
    hits_.begin(true);
    take_keys();
    const float s = theme_.scale;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::Begin("##start", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                     ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar(3);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Pen pen{theme_, list, hits_};
    list.AddRectFilled({0, 0}, size, theme_.ground);
    list.AddNgonFilled({34 * s, 38 * s}, 14 * s, theme_.accent, 6);
    list.AddNgonFilled({34 * s, 38 * s}, 6 * s, theme_.ground, 6);
    draw_text(list, theme_.title, {58 * s, 20 * s}, size.x, theme_.text, "Glasshive");
    draw_text(list, theme_.body, {58 * s, 40 * s}, size.x - 16 * s, theme_.faint,
              "Choose a story to play with, or a recording to look at.");
    hits_.enter("start");
    const bool wide = size.x > 900 * s;
    const float split = wide ? size.x * 0.58F : size.x - 16 * s;
    ImGui::SetCursorScreenPos({20 * s, 72 * s});
    ImGui::SetNextItemWidth(split - 32 * s);
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    ImGui::PushStyleColor(ImGuiCol_FrameBg, theme_.panel);
    ImGui::InputTextWithHint("##words", "Words of its title or question", &words_);
    ImGui::PopStyleColor();
    hits_.at("words", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
    if (words_ != searched_) find();
    draw_list(pen, {{20 * s, 110 * s}, {split, size.y - 16 * s}});
    if (wide) draw_about(pen, {{split + 16 * s, 72 * s}, {size.x - 20 * s, size.y - 20 * s}});
    ImGui::End();
}

}   // namespace glasshive::viewer
