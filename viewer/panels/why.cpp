// Why the selected thing is as it is: the chain of causes that `glasshive explain` tells.
#include <algorithm>

#include "explain/story.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

struct WhyMemory {
    Scroll scroll;
    NameId subject;
    EventId event{};
    Time at{};
    bool asked = false;
    bool about_event = false;   ///< What was chosen last was an event.
    Time seen{};                ///< The instant of the frame before: a moving playhead waits.
    std::optional<explain::Story> story;
    Diagnostic problem;
};

/// Asks when the selection changed, or the playhead came to rest elsewhere: an answer reads a few
/// hundred events, which is too much for every frame of a moving playhead.
void ask(Context& context, WhyMemory& memory) {
    const Selection& selection = context.selection;
    const bool other = memory.subject != selection.subject || memory.event != selection.event;
    const bool rests = memory.at != context.now.at && memory.seen == context.now.at &&
                       context.now.at == selection.playhead;
    memory.seen = context.now.at;
    if (memory.asked && !other && !rests) return;
    if (memory.event != selection.event)
        memory.about_event = number_of(selection.event) != 0;
    else if (memory.subject != selection.subject)
        memory.about_event = false;
    if (other) memory.scroll = {};
    memory.asked = true;
    memory.subject = selection.subject;
    memory.event = selection.event;
    memory.at = context.now.at;
    memory.story.reset();
    memory.problem = {};
    const std::string subject = memory.about_event
                                    ? "#" + std::to_string(number_of(selection.event))
                                    : std::string(context.glass.text(selection.subject));
    if (subject.empty()) return;
    auto told = explain::explain(context.glass.recording(), subject, context.now.at);
    // A subject without a story of its own (a client, a flow) has the event that was chosen.
    if (!told.ok() && number_of(selection.event) != 0)
        told = explain::explain(context.glass.recording(),
                                "#" + std::to_string(number_of(selection.event)), std::nullopt);
    if (told.ok())
        memory.story = std::move(told.value());
    else
        memory.problem = told.problems().front();
}

Mood step_mood(const explain::Step& step) {
    const std::string_view kind = step.kind;
    if (kind == "fault.started") return Mood::warn;
    if (kind == "node.down" || kind == "host.off" || kind == "task.failed" ||
        kind == "task.rejected" || kind == "decision.refused" || kind == "container.ended")
        return Mood::bad;
    if (kind == "task.running" || kind == "container.started" || kind == "node.ready")
        return Mood::good;
    return Mood::busy;
}

/// Returns the height.
float draw_step(Context& context, const Pen& pen, const explain::Step& step, ImVec2 at, float right,
                float bottom, bool last) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const float text = at.x + std::min(92 * s, (right - at.x) * 0.35F);
    const float width = right - text - 8 * s;
    const float height =
        std::max(
            20 * s,
            theme.body->CalcTextSizeA(theme.body->FontSize, 1e9F, width, step.sentence.c_str()).y) +
        9 * s;
    const ImVec2 dot{at.x + 7 * s, at.y + 9 * s};
    const bool chosen = context.selection.event == step.id;
    const Hit hit = context.hits.at("#" + std::to_string(number_of(step.id)),
                                    {at.x - 4 * s, at.y - 2 * s}, {right, at.y + height - 4 * s});
    if (chosen || hit.hovered)
        pen.list.AddRectFilled({at.x - 4 * s, at.y - 3 * s}, {right, at.y + height - 4 * s},
                               chosen ? theme.chosen : faded(theme.grid, 0.6F), 4 * s);
    if (!last)
        pen.list.AddLine({dot.x, dot.y + 7 * s}, {dot.x, at.y + height + 2 * s}, theme.edge,
                         1.5F * s);
    draw_mood(pen.list, theme, dot, 9 * s, step_mood(step));
    draw_text(pen.list, theme.mono, {at.x + 20 * s, at.y + 2 * s}, text - 4 * s, theme.faint,
              seconds_text(step.time));
    draw_wrapped(pen.list, theme.body, {text, at.y}, width, bottom,
                 step.asked ? theme.text : mixed(theme.text, theme.faint, 0.5F), step.sentence);
    if (hit.hovered)
        draw_tip(context, step.kind + "  #" + std::to_string(number_of(step.id)),
                 step.subject + "\nClick to go there.");
    if (hit.clicked) {
        // The story stays: a step is looked at as part of it.
        context.selection.event = step.id;
        context.selection.playhead = std::min(step.time, context.glass.end());
        auto& memory = context.memory.of<WhyMemory>();
        memory.event = step.id;
        memory.at = memory.seen = context.selection.playhead;
    }
    return height;
}

}   // namespace

void draw_why(Context& context, ImDrawList& list, Area area) {
    auto& memory = context.memory.of<WhyMemory>();
    ask(context, memory);
    if (!memory.story) {
        if (!memory.problem.message.empty())
            draw_empty(context, list, area, memory.problem.message, memory.problem.hint);
        else
            draw_empty(context, list, area, "Nothing is selected.",
                       "Click a task, a service, a node or an event to learn why.");
        return;
    }
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const explain::Story& story = *memory.story;
    const Pen pen{theme, list, context.hits};
    const Clip clip({{area.min.x - 6 * s, area.min.y}, {area.max.x + 8 * s, area.max.y}});
    const float right = area.max.x - 8 * s;
    float y = area.min.y - static_cast<float>(memory.scroll.top);
    const float top = y;
    y += draw_wrapped(list, theme.title, {area.min.x, y}, right - area.min.x, area.max.y,
                      theme.text, story.headline) +
         12 * s;
    for (std::size_t i = 0; i < story.steps.size(); ++i)
        y += draw_step(context, pen, story.steps[i], {area.min.x, y}, right, area.max.y,
                       i + 1 == story.steps.size());
    if (story.left_out > 0)
        y += draw_wrapped(list, theme.body, {area.min.x + 20 * s, y}, right - area.min.x,
                          area.max.y, theme.faint,
                          std::to_string(story.left_out) + " steps in the middle are left out.") +
             8 * s;
    for (const std::string& note : story.notes)
        y += draw_wrapped(list, theme.body, {area.min.x + 20 * s, y}, right - area.min.x - 20 * s,
                          area.max.y, theme.faint, note) +
             6 * s;
    if (!story.root.empty())
        y += draw_wrapped(list, theme.body, {area.min.x + 20 * s, y}, right - area.min.x - 20 * s,
                          area.max.y, theme.faint, "It goes back to " + story.root + ".") +
             8 * s;
    scroll(pen, memory.scroll, {area.min, {area.max.x + 6 * s, area.max.y}},
           static_cast<double>(y - top));
}

}   // namespace glasshive::viewer
