// Desired against running, a service per row; below, the tasks of the chosen one with their
// history, as docker service ps lists them.
#include <algorithm>
#include <unordered_map>

#include "viewer/draw/glossary.h"
#include "viewer/model/service_tasks.h"
#include "viewer/model/timeline_rows.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

struct ServicesMemory {
    Scroll services, tasks;
    NameId shown;   ///< Whose tasks are listed.
    NameId subject;
    Time at{};
    EventId last{};
    bool read = false;
    Time seen{};      ///< The instant of the frame before.
    int waited = 0;   ///< Pictures that a long list has not followed.
    std::vector<TaskLine> lines;
    std::unordered_map<std::uint32_t, UpdateProgress> updates;   ///< By service; looked up only.
};

/// The service that the selection belongs to: itself, or the one of the chosen task.
NameId service_chosen(const Context& context) {
    const std::string_view text = context.glass.text(context.selection.subject);
    const NameId of = context.glass.recording().names().find(service_of(text));
    for (const ServiceRow& service : context.now.cluster.services) {
        if (service.name == context.selection.subject || service.name == of) return service.name;
    }
    return {};
}

void refresh(Context& context, ServicesMemory& memory) {
    const bool moved =
        memory.at != context.now.at || memory.last != context.now.last || !memory.read;
    if (moved) memory.updates.clear();
    if (!moved && memory.subject == context.selection.subject) return;
    // Thousands of tasks follow a moving playhead at every tenth picture, and where it rests.
    const bool rests = memory.seen == context.now.at;
    memory.seen = context.now.at;
    const bool same_subject = memory.subject == context.selection.subject;
    if (memory.lines.size() > 5000 && same_subject && !rests && ++memory.waited % 10 != 0) return;
    const NameId chosen = service_chosen(context);
    if (chosen.valid()) memory.shown = chosen;
    if (!memory.shown.valid() && context.now.cluster.services.size() == 1)
        memory.shown = context.now.cluster.services.front().name;
    memory.at = context.now.at;
    memory.last = context.now.last;
    memory.subject = context.selection.subject;
    memory.read = true;
    memory.lines = memory.shown.valid() ? tasks_of(context.now, context.glass, memory.shown)
                                        : std::vector<TaskLine>{};
}

std::string count_text(const ServiceRow& service) {
    std::string text = std::to_string(service.running);
    text += service.desired < 0 ? " running" : " / " + std::to_string(service.desired);
    return text;
}

void draw_service(Context& context, const Pen& pen, ServicesMemory& memory,
                  const ServiceRow& service, Rect row) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const bool global = service.desired < 0;
    const bool lacks = !global && service.running < service.desired;
    const Mood mood = lacks ? Mood::warn : Mood::good;
    const auto [place, fresh] = memory.updates.try_emplace(service.name.value);
    if (fresh) place->second = update_of(context.now, context.glass, service.name);
    const UpdateProgress& update = place->second;
    std::string tip = service.mode + ", " + service.image + "\n" + count_text(service) +
                      " reported running, " + std::to_string(service.waiting) + " on their way, " +
                      std::to_string(service.failed) + " failed";
    if (!update.message.empty()) tip += "\n" + update.message;
    tip += "\n" + std::string(meaning_of("service"));
    const Hit hit = offer(context, service.name, row.min, row.max, tip);
    const bool chosen = context.selection.subject == service.name;
    if (chosen || hit.hovered)
        pen.list.AddRectFilled(row.min, row.max, chosen ? theme.chosen : faded(theme.grid, 0.6F),
                               5 * s);
    const float x = row.min.x + 8 * s;
    const float right = row.max.x - 8 * s;
    const float y = row.min.y + 6 * s;
    draw_mood(pen.list, theme, {x + 5 * s, y + 9 * s}, 9 * s, mood);
    const std::string count = count_text(service);
    const float at = draw_text_right(pen.list, theme.mono, {right, y + 2 * s}, x + 60 * s,
                                     lacks ? pen.mood(Mood::warn) : theme.text, count);
    draw_text(pen.list, theme.title, {x + 18 * s, y}, at - 8 * s, theme.text, service.text);
    const float share = global || service.desired == 0 ? 1.0F
                                                       : static_cast<float>(service.running) /
                                                             static_cast<float>(service.desired);
    draw_bar(pen, {{x, y + 24 * s}, {right, y + 28 * s}}, share, pen.mood(mood));
    std::string words = service.image;
    if (service.failed > 0) words += " · " + std::to_string(service.failed) + " failed";
    if (update.going)
        words = update.message + " · " + std::to_string(update.left) + " slots to go";
    else if (!update.message.empty())
        words += " · " + update.message;
    draw_text(pen.list, theme.mono, {x, y + 34 * s}, right,
              update.going ? pen.mood(Mood::busy) : theme.faint, words);
}

void draw_task(Context& context, const Pen& pen, const TaskLine& task, Rect row) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    std::string tip = task.state + " since " + seconds_text(task.since) + " s";
    if (!task.desired.empty()) tip += ", desired " + task.desired;
    if (!task.error.empty()) tip += "\n" + task.error;
    tip += "\n" + std::string(meaning_of("task"));
    const Hit hit = offer(context, task.name, row.min, row.max, tip);
    const bool chosen = context.selection.subject == task.name;
    if (chosen || hit.hovered)
        pen.list.AddRectFilled(row.min, row.max, chosen ? theme.chosen : faded(theme.grid, 0.6F),
                               3 * s);
    const float x = row.min.x + 8 * s + (task.past ? 10 * s : 0);
    const float y = row.min.y + 3 * s;
    const float width = row.width();
    const float node = row.min.x + width * 0.40F;
    const float state = row.min.x + width * 0.64F;
    const ImU32 ink = task.past ? theme.faint : theme.text;
    const Mood mood =
        task.past && mood_of(task.state) == Mood::good ? Mood::idle : mood_of(task.state);
    draw_mood(pen.list, theme, {x + 4 * s, y + 7 * s}, 7 * s, mood);
    draw_text(pen.list, theme.mono, {x + 14 * s, y}, node - 6 * s, ink, task.label);
    draw_text(pen.list, theme.mono, {node, y}, state - 6 * s, theme.faint,
              context.glass.text(task.node));
    draw_text(pen.list, theme.mono, {state, y}, row.max.x - 8 * s,
              mood == Mood::bad ? pen.mood(mood) : ink,
              task.state + (task.error.empty() ? "" : ": " + task.error));
}

void draw_tasks(Context& context, const Pen& pen, ServicesMemory& memory, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    pen.list.AddLine({area.min.x, area.min.y}, {area.max.x, area.min.y}, theme.edge, s);
    const std::string head = "Tasks of " + std::string(context.glass.text(memory.shown));
    draw_text(pen.list, theme.body, {area.min.x, area.min.y + 8 * s}, area.max.x, theme.faint,
              head);
    const Rect rows{{area.min.x - 8 * s, area.min.y + 30 * s}, area.max};
    const float step = 21 * s;
    scroll(pen, memory.tasks, rows,
           static_cast<double>(step) * static_cast<double>(memory.lines.size()));
    const Clip clip(rows);
    const RowsSeen seen = rows_seen(memory.tasks, rows, step, memory.lines.size());
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        draw_task(context, pen, memory.lines[i], {{rows.min.x, y}, {rows.max.x - 6 * s, y + step}});
    }
}

}   // namespace

void draw_services(Context& context, ImDrawList& list, Area area) {
    const float s = context.theme.scale;
    const auto& services = context.now.cluster.services;
    if (services.empty()) {
        draw_empty(context, list, area, "No service exists at this instant.",
                   "Move the playhead behind the first service.created; or give a scenario one, "
                   "`services: [{name: web, image: nginx}]`, and run it again.");
        return;
    }
    const Pen pen{context.theme, list, context.hits};
    auto& memory = context.memory.of<ServicesMemory>();
    refresh(context, memory);
    const float step = 60 * s;
    const float all = step * static_cast<float>(services.size());
    Rect rows{{area.min.x - 8 * s, area.min.y}, {area.max.x + 6 * s, area.max.y}};
    const bool both = !memory.lines.empty() && area.height() > 130 * s;
    if (both) {
        rows.max.y = area.min.y + std::min(all, std::max(step, area.height() * 0.5F));
        draw_tasks(context, pen, memory, {{area.min.x, rows.max.y + 8 * s}, area.max});
    }
    scroll(pen, memory.services, rows, static_cast<double>(all));
    const Clip clip(rows);
    const RowsSeen seen = rows_seen(memory.services, rows, step, services.size());
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        draw_service(context, pen, memory, services[i],
                     {{rows.min.x, y}, {rows.max.x - 8 * s, y + step - 4 * s}});
    }
}

}   // namespace glasshive::viewer
