#include "viewer/panels/inspector_lines.h"

#include "base/text.h"
#include "explain/story.h"

namespace glasshive::viewer {

namespace {

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
    if (type == FieldType::name && (name == "zone" || name == "rack")) {
        line.kind = Kind::link;
        line.subject = NameId{static_cast<std::uint32_t>(value.integer)};
    } else if (type == FieldType::name) {
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

}   // namespace

void add_state(const Context& context, std::vector<InspectorLine>& lines) {
    const record::State& now = context.now.state;
    for (std::size_t type = 0; type < now.plan().types.size(); ++type) {
        const record::StateRow* row = now.find(type, context.selection.subject);
        if (row == nullptr) continue;
        const auto& described = now.plan().types[type];
        if (!lines.empty()) lines.push_back({});
        const std::string state(now.state_text(*row));
        lines.push_back({Kind::heading,
                         std::string(described.name),
                         std::string(context.glass.text(row->subject)),
                         row->subject,
                         {},
                         {},
                         mood_of(state)});
        if (!state.empty())
            lines.push_back(
                {Kind::value, "state", state + " for " + to_text(context.now.at - row->since)});
        lines.push_back({Kind::event,
                         "last event",
                         "#" + std::to_string(number_of(row->last)),
                         {},
                         row->last,
                         {}});
        const auto values = now.values(type, *row);
        for (std::size_t i = 0; i < values.size(); ++i)
            add_field(context, lines, described.fields[i], values[i].type, values[i].value);
    }
    for (const HostCell& host : context.now.cluster.hosts) {
        if (host.name != context.selection.subject || host.containers.empty()) continue;
        lines.push_back({});
        lines.push_back({Kind::heading,
                         "runs here",
                         std::to_string(host.containers.size()),
                         {},
                         {},
                         {},
                         Mood::idle});
        for (const ContainerCell& container : host.containers)
            lines.push_back({Kind::link, container.state,
                             std::string(context.glass.text(container.name)), container.name});
    }
}

void add_hosts(const Context& context, std::vector<InspectorLine>& lines) {
    const Selection& selection = context.selection;
    const std::string_view name = context.glass.text(selection.subject);
    const bool together = !selection.hosts.empty();
    if (!together && (name.empty() || !lines.empty())) return;
    std::vector<InspectorLine> found;
    std::size_t count = 0;
    std::string_view word = "chosen together";
    for (const HostCell& host : context.now.cluster.hosts) {
        const bool meant =
            together ? selection.holds(host.name) : host.zone == name || host.rack == name;
        if (!meant) continue;
        if (!together) word = host.zone == name ? "zone" : "rack";
        if (++count <= 200) found.push_back({Kind::link, host.state, host.text, host.name});
    }
    if (count == 0) return;
    const std::string hosts = std::to_string(count) + (count == 1 ? " host" : " hosts");
    found.insert(found.begin(), {Kind::heading, std::string(word),
                                 together ? hosts : std::string(name) + ", " + hosts});
    if (!lines.empty()) found.push_back({});
    lines.insert(lines.begin(), found.begin(), found.end());
}

void add_event(const Context& context, std::vector<InspectorLine>& lines) {
    explain::Reader reader(context.glass.recording());
    const explain::Told* told = reader.event(context.selection.event);
    if (told == nullptr) return;
    if (!lines.empty()) lines.push_back({});
    const std::string number = "#" + std::to_string(number_of(told->event.id));
    lines.push_back({Kind::heading,
                     "event " + number,
                     std::string(told->kind->name),
                     {},
                     {},
                     {},
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
        lines.push_back({Kind::event,
                         "caused by",
                         std::string(cause->kind->name),
                         {},
                         cause->event.id,
                         cause->event.time});
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
        lines.push_back({Kind::event, seconds_text(told->event.time), std::string(told->kind->name),
                         told->event.subject, id, told->event.time});
    }
}

}   // namespace glasshive::viewer
