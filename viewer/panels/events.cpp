// The events of a filter, all of them; the one at the playhead stands out, and the list goes to it.
#include <algorithm>
#include <cstring>

#include "viewer/draw/glossary.h"
#include "viewer/draw/widgets.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

namespace {

struct EventsMemory {
    Scroll scroll;
    char filter[256] = "";
    std::string told;         ///< The filter as the list has it.
    EventId shown{};          ///< Whose row the list went to last.
    std::uint64_t size = 0;   ///< Of the list then.
};

/// The box above the list. Below it starts the list.
void draw_filter(Context& context, EventsMemory& memory, Area area) {
    const float s = context.theme.scale;
    if (context.events.filter() != memory.told) {   // Somebody else set it.
        memory.told = context.events.filter();
        std::strncpy(memory.filter, memory.told.c_str(), sizeof memory.filter - 1);
    }
    ImGui::SetCursorScreenPos(area.min);
    ImGui::PushFont(context.theme.body);
    ImGui::SetNextItemWidth(area.width());
    const char* hint = "Filter: words of kind, subject or details";
    if (text_width(context.theme.body, hint) + 18 * s > area.width()) hint = "Filter";
    ImGui::InputTextWithHint("##filter", hint, memory.filter, sizeof memory.filter);
    ImGui::PopFont();
    context.hits.at("filter", area.min, {area.max.x, area.min.y + 24 * s});
    if (memory.told != memory.filter) {
        memory.told = memory.filter;
        context.events.set_filter(memory.told);
        memory.shown = EventId{};
    }
}

void draw_row(Context& context, ImDrawList& list, const EventLine& line, Rect row, bool now) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const bool chosen = context.selection.event == line.id;
    const Hit hit = context.hits.at("#" + std::to_string(number_of(line.id)), row.min, row.max);
    if (chosen || now || hit.hovered)
        list.AddRectFilled(row.min, row.max, chosen || now ? theme.chosen : faded(theme.grid, 0.7F),
                           3 * s);
    if (now) list.AddRectFilled(row.min, {row.min.x + 3 * s, row.max.y}, theme.accent, s);
    if (hit.clicked || hit.menu) context.selection.event = line.id;
    if (hit.clicked) context.selection.playhead = line.time;
    pick(context, line.subject, hit);
    const float x = row.min.x + 8 * s;
    const float y = row.min.y + 3 * s;
    const float width = row.width();
    const float kind = x + 78 * s;
    const float subject = kind + std::min(164 * s, width * 0.26F);
    const float details = subject + std::min(150 * s, width * 0.24F);
    const bool narrow = width < 420 * s;
    const bool later = line.time > context.now.at;
    const auto ink = [later](ImU32 colour) { return later ? faded(colour, 0.45F) : colour; };
    const ImU32 word =
        line.verbosity == 0 ? theme.moods[static_cast<int>(Mood::bad)] : theme.accent;
    draw_text(list, theme.mono, {x, y}, kind - 6 * s, ink(theme.faint), seconds_text(line.time));
    draw_text(list, theme.mono, {kind, y}, subject - 8 * s, ink(word), line.kind);
    draw_text(list, theme.mono, {subject, y}, narrow ? row.max.x : details - 8 * s, ink(theme.text),
              line.subject_text);
    if (!narrow)
        draw_text(list, theme.mono, {details, y}, row.max.x - 12 * s, ink(theme.faint),
                  line.details);
    if (!hit.hovered) return;
    const EventKind* kind_of = context.glass.recording().registry().find(line.kind);
    std::string tip = line.subject_text;
    if (!line.details.empty()) tip += "\n" + line.details;
    if (kind_of != nullptr) tip += "\n" + std::string(kind_of->doc);
    const std::string noun = line.kind.substr(0, line.kind.find('.'));
    const std::string_view meaning = meaning_of(noun);
    if (!meaning.empty()) tip += "\n" + noun + ": " + std::string(meaning);
    if (number_of(line.cause) != 0) tip += "\nCaused by #" + std::to_string(number_of(line.cause));
    draw_tip(context, line.kind + "  #" + std::to_string(number_of(line.id)), tip);
}

}   // namespace

void draw_events(Context& context, ImDrawList& list, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    auto& memory = context.memory.of<EventsMemory>();
    const Pen pen{theme, list, context.hits};
    Area rows = area;
    if (area.height() > 80 * s) {
        const float count = std::min(area.width() * 0.4F, 180 * s);
        draw_filter(context, memory, {area.min, {area.max.x - count, area.max.y}});
        const std::uint64_t size = context.events.size();
        std::string text = std::to_string(size);
        if (!context.events.filter().empty())
            text += " of " + std::to_string(context.glass.events());
        draw_text_right(list, theme.mono, {area.max.x, area.min.y + 5 * s},
                        area.max.x - count + 8 * s, theme.faint,
                        text + (context.events.done() ? "" : " …"));
        rows.min.y += 32 * s;
    }
    const std::uint64_t size = context.events.size();
    if (size == 0) {
        const bool all = context.events.filter().empty();
        draw_empty(context, list, rows,
                   all ? "No event was recorded." : "No event has these words.",
                   all                     ? "Record a run: glasshive run SCENARIO --record FILE"
                   : context.events.done() ? "Use fewer words, or parts of them."
                                           : "The search goes on.");
        return;
    }
    const float step = 20 * s;
    const auto last = context.events.position_of(context.now.last);
    // The list follows the playhead, and stays where it was scrolled to while that stands.
    if (last && (memory.shown != context.now.last || memory.size == 0)) {
        const double row = static_cast<double>(*last) * static_cast<double>(step);
        const double height = static_cast<double>(rows.height());
        const bool seen = row >= memory.scroll.top &&
                          row + static_cast<double>(step) <= memory.scroll.top + height;
        if (!seen) memory.scroll.top = row - 0.7 * height;   // With some of what comes after.
        memory.shown = context.now.last;
    }
    scroll(pen, memory.scroll, rows, static_cast<double>(size) * static_cast<double>(step));
    memory.size = size;
    const Clip clip({{rows.min.x - 4 * s, rows.min.y}, rows.max});
    const RowsSeen shown = rows_seen(memory.scroll, rows, step, size);
    for (std::size_t i = shown.first; i < shown.last; ++i) {
        const float y = shown.y + static_cast<float>(i - shown.first) * step;
        if (const EventLine* line = context.events.at(i))
            draw_row(context, list, *line,
                     {{rows.min.x - 4 * s, y}, {rows.max.x - 8 * s, y + step}}, last == i);
    }
}

}   // namespace glasshive::viewer
