// The files that the run was made from; the line that the chosen event goes back to stands out.
#include <algorithm>
#include <charconv>

#include "viewer/model/sources.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

struct ScenarioMemory {
    bool read = false;
    std::vector<SourceFile> files;
    std::size_t shown = 0;
    Scroll scroll;
    EventId event{};
    NameId subject;
    std::optional<SourceLine> marked;
};

void refresh(Context& context, ScenarioMemory& memory) {
    if (!memory.read) {
        memory.read = true;
        memory.files = sources_of(context.glass);
    }
    const Selection& selection = context.selection;
    if (memory.event == selection.event && memory.subject == selection.subject) return;
    const bool event = memory.event != selection.event && number_of(selection.event) != 0;
    memory.event = selection.event;
    memory.subject = selection.subject;
    const auto before = memory.marked;
    memory.marked =
        event ? line_of_event(memory.files, context.glass, selection.event)
              : line_of_name(memory.files, short_name(context.glass.text(selection.subject)));
    const std::string_view name = context.glass.text(selection.subject);
    if (!memory.marked && name.substr(0, 6) == "fault ") {
        std::size_t number = 0;
        std::from_chars(name.data() + 6, name.data() + name.size(), number);
        memory.marked = line_of_item(memory.files, "faults", number);
    }
    if (!memory.marked && !event) {
        const std::string_view slot = short_name(context.glass.text(selection.subject));
        memory.marked = line_of_name(memory.files, slot.substr(0, slot.rfind('.')));
    }
    if (memory.marked && memory.marked != before) memory.shown = memory.marked->file;
}

void draw_source_line(const Pen& pen, const std::string& line, std::size_t number, bool marked,
                      Rect row) {
    const Theme& theme = pen.theme;
    const float s = pen.s;
    if (marked) {
        pen.list.AddRectFilled(row.min, row.max, theme.chosen, 3 * s);
        pen.list.AddRectFilled(row.min, {row.min.x + 3 * s, row.max.y}, theme.accent, s);
    }
    const float text = row.min.x + 52 * s;
    draw_text_right(pen.list, theme.mono, {text - 12 * s, row.min.y + 2 * s}, row.min.x,
                    marked ? theme.accent : faded(theme.faint, 0.6F), std::to_string(number));
    const std::size_t hash = line.find('#');
    const bool comment = hash != std::string::npos && line.find_first_not_of(' ') == hash;
    const std::size_t colon = line.find(':');
    const std::size_t first = line.find_first_not_of(" -");
    if (comment || colon == std::string::npos || first == std::string::npos || colon < first ||
        line.find(' ', first) < colon) {
        draw_text(pen.list, theme.mono, {text, row.min.y + 2 * s}, row.max.x - 8 * s,
                  comment ? theme.faint : theme.text, line);
        return;
    }
    const std::string_view key = std::string_view(line).substr(0, colon + 1);
    const float width = draw_text(pen.list, theme.mono, {text, row.min.y + 2 * s},
                                  row.max.x - 8 * s, theme.accent, key);
    draw_text(pen.list, theme.mono, {text + width, row.min.y + 2 * s}, row.max.x - 8 * s,
              theme.text, std::string_view(line).substr(colon + 1));
}

}   // namespace

void draw_scenario(Context& context, ImDrawList& list, Area area) {
    auto& memory = context.memory.of<ScenarioMemory>();
    const std::optional<SourceLine> before = memory.marked;
    refresh(context, memory);
    if (memory.files.empty()) {
        draw_empty(context, list, area, "The recording holds no files.",
                   "Record a scenario: glasshive run SCENARIO --record FILE");
        return;
    }
    const float s = context.theme.scale;
    const Pen pen{context.theme, list, context.hits};
    float top = area.min.y;
    if (memory.files.size() > 1) {
        std::vector<std::string_view> names;
        for (const SourceFile& file : memory.files)
            names.push_back(std::string_view(file.path).substr(file.path.rfind('/') + 1));
        float width = 0;
        for (const std::string_view name : names)
            width += text_width(context.theme.body, name) + 18 * s;
        if (width <= area.width()) {
            memory.shown =
                segmented(pen, {area.min.x + width, top}, area.min.x, names, memory.shown);
            top += 30 * s;
        }
    }
    const SourceFile& file = memory.files[std::min(memory.shown, memory.files.size() - 1)];
    const Rect rows{{area.min.x - 6 * s, top}, {area.max.x + 6 * s, area.max.y}};
    const float step = 18 * s;
    const bool here = memory.marked && memory.marked->file == memory.shown;
    if (here && memory.marked != before) {
        // With some of what stands around it.
        const auto line = static_cast<double>(memory.marked->line);
        scroll_to(memory.scroll, std::max(0.0, line - 3), step, rows.height());
        scroll_to(memory.scroll, line + 3, step, rows.height());
    }
    scroll(pen, memory.scroll, rows,
           static_cast<double>(step) * static_cast<double>(file.lines.size()));
    const Clip clip(rows);
    const RowsSeen seen = rows_seen(memory.scroll, rows, step, file.lines.size());
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        const Rect row{{rows.min.x, y}, {rows.max.x - 8 * s, y + step}};
        const bool marked = here && memory.marked->line == i;
        draw_source_line(pen, file.lines[i], i + 1, marked, row);
        const Hit hit = pen.hits.at("line " + std::to_string(i + 1), row.min, row.max);
        if (hit.hovered && marked)
            draw_tip(context, file.path, "What is selected goes back to this line.");
    }
}

}   // namespace glasshive::viewer
