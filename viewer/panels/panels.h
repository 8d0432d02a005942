#pragma once

#include <span>
#include <string_view>

#include <imgui.h>

#include "viewer/draw/theme.h"
#include "viewer/model/cluster.h"
#include "viewer/model/event_list.h"
#include "viewer/model/selection.h"
#include "viewer/model/story.h"

namespace glasshive::viewer {

/// What all panels read: one recording, one instant, one selection.
struct Context {
    Glass& glass;
    const Cluster& cluster;   ///< At the playhead.
    Story& story;
    EventList& events;
    Selection& selection;
    const Theme& theme;
};

/// Where a panel draws, in pixels; its title is drawn already.
struct Area {
    ImVec2 min, max;
};

struct Panel {
    std::string_view name;   ///< As `--panel` takes it, and its title.
    void (*draw)(Context& context, ImDrawList& list, Area area);
};

/// All panels, in the order in which they are offered.
std::span<const Panel> panels();

/// Words for a panel that has nothing to show: what is missing and what to do next.
void draw_empty(const Context& context, ImDrawList& list, Area area, std::string_view what,
                std::string_view next);

void draw_cluster(Context& context, ImDrawList& list, Area area);
void draw_timeline(Context& context, ImDrawList& list, Area area);
void draw_services(Context& context, ImDrawList& list, Area area);
void draw_events(Context& context, ImDrawList& list, Area area);
void draw_inspector(Context& context, ImDrawList& list, Area area);

}   // namespace glasshive::viewer
