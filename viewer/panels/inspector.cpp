// Everything that the recording says of the selected thing at the playhead, and of the chosen
// event; names are links.
#include <algorithm>

#include "base/text.h"
#include "explain/story.h"
#include "viewer/draw/glossary.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

/// One line of the panel, as it was found out: drawn every frame, found out when something moved.
struct InspectorLine {
    enum class Kind { heading, value, link, event, text, gap } kind = Kind::gap;
    std::string name, text;
    NameId subject;
    EventId event{};
    Time time{};
    Mood mood = Mood::idle;
};

struct InspectorMemory {
    Scroll scroll;
    NameId subject;
    EventId event{}, last{};
    Time at{};
    bool read = false;
    std::vector<InspectorLine> lines;
};

using Kind = InspectorLine::Kind;

void add_field(const Context& context, std::vector<InspectorLine>& lines, std::string_view name,
               FieldType type, FieldValue value) {
    const Names& names = context.glass.recording().names();
    const std::string text = field_text(type, value, names);
    if (text.empty()) return;
    InspectorLine line{Kind::value, std::string(name), text};
    if (type == FieldType::event) {
        line.kind = Kind::event;
        line.event = EventId{static_cast<std::uint64_t>(value.integer)};
    }
    if (type == FieldType::name) {
        const NameId subject{static_cast<std::uint32_t>(value.integer)};
        const record::State& state = context.now.state;
        for (std::size_t i = 0; i < state.plan().types.size(); ++i) {
            if (state.find(i, subject) == nullptr) continue;
            line.kind = Kind::link;
            line.subject = subject;
            break;
        }
    }
    lines.push_back(std::move(line));
}

void add_state(const Context& context, std::vector<InspectorLine>& lines) {
    const record::State& now = context.now.state;
    for (std::size_t type = 0; type < now.plan().types.size(); ++type) {
        const record::StateRow* row = now.find(type, context.selection.subject);
        if (row == nullptr) continue;
        const auto& described = now.plan().types[type];
        if (!lines.empty()) lines.push_back({});
        const std::string state(now.state_text(*row));
        lines.push_back({Kind::heading, std::string(described.name),
                         std::string(context.glass.text(row->subject)), row->subject, {}, {},
                         mood_of(state)});
        if (!state.empty())
            lines.push_back({Kind::value, "state",
                             state + " for " + to_text(context.now.at - row->since)});
        lines.push_back({Kind::event, "last event", "#" + std::to_string(number_of(row->last)), {},
                         row->last, {}});
        const auto values = now.values(type, *row);
        for (std::size_t i = 0; i < values.size(); ++i)
            add_field(context, lines, described.fields[i], values[i].type, values[i].value);
    }
    for (const HostCell& host : context.now.cluster.hosts) {
        if (host.name != context.selection.subject || host.containers.empty()) continue;
        lines.push_back({});
        lines.push_back({Kind::heading, "runs here", std::to_string(host.containers.size()),
                         {}, {}, {}, Mood::idle});
        for (const ContainerCell& container : host.containers)
            lines.push_back({Kind::link, container.state,
                             std::string(context.glass.text(container.name)), container.name});
    }
}

void add_event(const Context& context, std::vector<InspectorLine>& lines) {
    explain::Reader reader(context.glass.recording());
    const explain::Told* told = reader.event(context.selection.event);
    if (told == nullptr) return;
    if (!lines.empty()) lines.push_back({});
    const std::string number = "#" + std::to_string(number_of(told->event.id));
    lines.push_back({Kind::heading, "event " + number, std::string(told->kind->name), {}, {}, {},
                     told->kind->verbosity == 0 ? Mood::bad : Mood::busy});
    lines.push_back({Kind::text, "", explain::sentence(*told, reader.names())});
    lines.push_back({Kind::value, "time", seconds_text(told->event.time, 9) + " s"});
    add_field(context, lines, "subject", FieldType::name,
              {.integer = static_cast<std::int64_t>(told->event.subject.value)});
    for (std::size_t i = 0; i < told->kind->field_count(); ++i) {
        const FieldInfo& field = told->kind->fields[i];
        if (field.type == FieldType::text && !told->text.empty())
            lines.push_back({Kind::text, std::string(field.name), told->text.substr(0, 2000)});
        else
            add_field(context, lines, field.name, field.type, told->event.fields[i]);
    }
    if (const explain::Told* cause = reader.event(told->event.cause))
        lines.push_back({Kind::event, "caused by", std::string(cause->kind->name), {},
                         cause->event.id, cause->event.time});
    else
        lines.push_back({Kind::value, "caused by", "the scenario"});
}

void add_history(const Context& context, std::vector<InspectorLine>& lines) {
    explain::Reader reader(context.glass.recording());
    const auto ids = reader.of_subject(context.selection.subject, context.now.at, 12);
    if (ids.empty()) return;
    if (!lines.empty()) lines.push_back({});
    lines.push_back({Kind::heading, "last heard of it", "", {}, {}, {}, Mood::idle});
    for (const EventId id : ids) {
        const explain::Told* told = reader.event(id);
        if (told == nullptr) continue;
        lines.push_back({Kind::event, seconds_text(told->event.time),
                         std::string(told->kind->name), told->event.subject, id,
                         told->event.time});
    }
}

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
            const float name = draw_text(list, theme.body, {at.x, at.y + s}, right, theme.faint,
                                         line.name);
            float x = at.x + name + 8 * s;
            if (line.mood != Mood::idle) {
                draw_mood(list, theme, {x + 5 * s, at.y + 9 * s}, 9 * s, line.mood);
                x += 16 * s;
            }
            draw_text(list, theme.title, {x, at.y}, right, theme.text, line.text);
            const Hit hit = context.hits.at("heading " + line.name, at, {right, at.y + 22 * s});
            const std::string_view meaning = meaning_of(line.name);
            if (hit.hovered && !meaning.empty()) draw_tip(context, line.name, meaning);
            return 27 * s;
        }
        case Kind::text:
            return draw_wrapped(list, theme.body, at, right - at.x, bottom, theme.text,
                                line.text) + 6 * s;
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
        const Hit hit = context.hits.at("#" + std::to_string(number_of(line.event)),
                                        {middle, at.y}, {middle + width, at.y + 18 * s});
        if (hit.hovered) draw_tip(context, "", "Click to go to this event.");
        if (hit.clicked) follow(context, line);
    } else if (context.hits.at(line.name, at, {right, at.y + 18 * s}).hovered) {
        draw_tip(context, line.name, line.text);
    }
    return 20 * s;
}

}   // namespace

void draw_inspector(Context& context, ImDrawList& list, Area area) {
    auto& memory = context.memory.of<InspectorMemory>();
    const Selection& selection = context.selection;
    if (!memory.read || memory.subject != selection.subject || memory.event != selection.event ||
        memory.last != context.now.last || memory.at != context.now.at) {
        if (memory.subject != selection.subject) memory.scroll = {};
        memory.read = true;
        memory.subject = selection.subject;
        memory.event = selection.event;
        memory.last = context.now.last;
        memory.at = context.now.at;
        memory.lines.clear();
        if (number_of(selection.event) != 0) add_event(context, memory.lines);
        add_state(context, memory.lines);
        if (selection.subject.valid()) add_history(context, memory.lines);
    }
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
