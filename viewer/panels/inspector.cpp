// Everything that the recording says of the selected thing at the playhead, and of the chosen
// event; names are links.
#include <algorithm>

#include "explain/story.h"
#include "viewer/draw/glossary.h"
#include "viewer/panels/inspector_lines.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

struct InspectorMemory {
    Scroll scroll;
    NameId subject;
    std::vector<NameId> hosts;   ///< Chosen together with it.
    EventId event{}, last{};
    Time at{};
    Time seen{};   ///< The instant of the frame before.
    bool read = false, told = false;
    std::vector<InspectorLine> lines;
    std::size_t own = 0;   ///< Lines before what was heard of it, which is asked for at rest.
};

using Kind = InspectorLine::Kind;

void follow(Context& context, const InspectorLine& line) {
    explain::Reader reader(context.glass.recording());
    if (const explain::Told* told = reader.event(line.event))
        go_to(context, line.event, told->event.subject, told->event.time);
}

/// Returns the height of the line.
float draw_line(Context& context, ImDrawList& list, const InspectorLine& line, ImVec2 at,
                float right, float bottom) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const float middle = at.x + std::min(104 * s, (right - at.x) * 0.4F);
    switch (line.kind) {
        case Kind::gap: return 10 * s;
        case Kind::heading: {
            const float name =
                draw_text(list, theme.body, {at.x, at.y + s}, right, theme.faint, line.name);
            float x = at.x + name + 8 * s;
            if (line.mood != Mood::idle) {
                draw_mood(list, theme, {x + 5 * s, at.y + 9 * s}, 9 * s, line.mood);
                x += 16 * s;
            }
            draw_text(list, theme.title, {x, at.y}, right, theme.text, line.text);
            const Hit hit = context.hits.at("heading " + line.name, at, {right, at.y + 22 * s});
            pick(context, line.subject, hit);
            const std::string_view meaning = meaning_of(line.name);
            if (hit.hovered && !meaning.empty()) draw_tip(context, line.name, meaning);
            return 27 * s;
        }
        case Kind::text:
            return draw_wrapped(list, theme.body, at, right - at.x, bottom, theme.text, line.text) +
                   6 * s;
        default: break;
    }
    draw_text(list, theme.body, at, middle - 6 * s, theme.faint, line.name);
    if (line.kind == Kind::link) {
        draw_link(context, list, theme.mono, {middle, at.y + s}, right, line.subject,
                  "Click to select.");
        return 20 * s;
    }
    const bool event = line.kind == Kind::event;
    const float width = draw_text(list, theme.mono, {middle, at.y + s}, right,
                                  event ? theme.accent : theme.text, line.text);
    if (event) {
        const Hit hit = context.hits.at("#" + std::to_string(number_of(line.event)), {middle, at.y},
                                        {middle + width, at.y + 18 * s});
        if (hit.hovered) draw_tip(context, "", "Click to go to this event.");
        if (hit.clicked) follow(context, line);
    } else if (context.hits.at(line.name, at, {right, at.y + 18 * s}).hovered) {
        const std::string_view meaning = meaning_of(line.name);
        draw_tip(context, line.name,
                 meaning.empty() ? line.text : line.text + "\n" + std::string(meaning));
    }
    return 20 * s;
}

/// State and event when something moved; the history, which reads the file, when the playhead
/// rests.
void refresh(Context& context, InspectorMemory& memory) {
    const Selection& selection = context.selection;
    const bool other = memory.subject != selection.subject || memory.event != selection.event ||
                       memory.hosts != selection.hosts;
    const bool moved = memory.last != context.now.last || memory.at != context.now.at;
    const bool rests = memory.seen == context.now.at;
    memory.seen = context.now.at;
    if (memory.read && !other && !moved && (memory.told || !rests)) return;
    if (memory.subject != selection.subject) memory.scroll = {};
    std::vector<InspectorLine> history(
        memory.lines.begin() + static_cast<std::ptrdiff_t>(memory.own), memory.lines.end());
    memory.told = !memory.read || other || rests;
    memory.read = true;
    memory.subject = selection.subject;
    memory.hosts = selection.hosts;
    memory.event = selection.event;
    memory.last = context.now.last;
    memory.at = context.now.at;
    memory.lines.clear();
    if (number_of(selection.event) != 0) add_event(context, memory.lines);
    add_state(context, memory.lines);
    add_hosts(context, memory.lines);
    memory.own = memory.lines.size();
    if (!selection.subject.valid()) return;
    if (memory.told)
        add_history(context, memory.lines);
    else
        memory.lines.insert(memory.lines.end(), history.begin(), history.end());
}

}   // namespace

void draw_inspector(Context& context, ImDrawList& list, Area area) {
    auto& memory = context.memory.of<InspectorMemory>();
    refresh(context, memory);
    if (memory.lines.empty()) {
        draw_empty(context, list, area, "Nothing is selected that exists now.",
                   "Click a host, a task, a service, or an event.");
        return;
    }
    const float s = context.theme.scale;
    const Clip clip({{area.min.x - 4 * s, area.min.y}, {area.max.x + 8 * s, area.max.y}});
    float y = area.min.y - static_cast<float>(memory.scroll.top);
    const float top = y;
    for (std::size_t i = 0; i < memory.lines.size(); ++i)
        y += draw_line(context, list, memory.lines[i], {area.min.x, y}, area.max.x - 8 * s,
                       area.max.y);
    scroll({context.theme, list, context.hits}, memory.scroll,
           {area.min, {area.max.x + 6 * s, area.max.y}}, static_cast<double>(y - top));
}

}   // namespace glasshive::viewer
