#pragma once

#include <span>
#include <string>
#include <string_view>

#include <imgui.h>

#include "viewer/draw/hits.h"
#include "viewer/draw/theme.h"
#include "viewer/model/event_list.h"
#include "viewer/model/picture.h"
#include "viewer/model/selection.h"
#include "viewer/model/story.h"
#include "viewer/panels/memory.h"

namespace glasshive::viewer {

/// What all panels read, and the little they may write: one recording, one instant, one selection.
struct Context {
    Glass& glass;         ///< Names and single events; states come from `now`.
    const Picture& now;   ///< At the playhead, or as near to it as has been folded.
    Story& story;
    EventList& events;
    Selection& selection;   ///< Panels write it: that is how they move the playhead.
    const Theme& theme;
    Hits& hits;
    Memory& memory;
    Glass* other = nullptr;   ///< The second recording of a comparison.
    bool live = false;        ///< The recording still grows.
    /// A panel sets it: somebody wants the menu of what is selected, where the mouse is.
    bool menu = false;
    /// A panel sets it while it reads on between frames: the window then draws another one.
    bool unfinished = false;
};

/// Where a panel draws, in pixels; its title is drawn already. Inside an ImGui window of the same
/// size, so that widgets, children and popups work.
using Area = Rect;

/// Which pane of the window a panel belongs to; panels of one pane are tabs.
enum class Slot { main, time, list, side, detail };

struct Panel {
    std::string_view name;   ///< As `--panel` takes it, and its title.
    Slot slot;
    void (*draw)(Context& context, ImDrawList& list, Area area);
    std::string_view purpose;   ///< One sentence for tooltip, palette and help.
};

/// All panels, in the order in which they are offered.
std::span<const Panel> panels();

/// Words for a panel that has nothing to show: what is missing and what to do next.
void draw_empty(const Context& context, ImDrawList& list, Area area, std::string_view what,
                std::string_view next);
/// A tooltip of one heading and lines of text, at the mouse. "" leaves the heading out.
void draw_tip(const Context& context, std::string_view heading, std::string_view text);
/// What the mouse does at a thing named `name` counts for the selection: a click chooses it, with
/// shift one host more, and the right button asks for its menu.
void pick(Context& context, NameId name, const Hit& hit);
/// A thing named `name` was drawn: it can be picked, and hovering says `tip`.
Hit offer(Context& context, NameId name, ImVec2 min, ImVec2 max, std::string_view tip = {});

void draw_cluster(Context& context, ImDrawList& list, Area area);
void draw_timeline(Context& context, ImDrawList& list, Area area);
void draw_services(Context& context, ImDrawList& list, Area area);
void draw_events(Context& context, ImDrawList& list, Area area);
void draw_inspector(Context& context, ImDrawList& list, Area area);
void draw_why(Context& context, ImDrawList& list, Area area);
void draw_managers(Context& context, ImDrawList& list, Area area);
void draw_plots(Context& context, ImDrawList& list, Area area);
void draw_network(Context& context, ImDrawList& list, Area area);
void draw_scenario(Context& context, ImDrawList& list, Area area);
void draw_compare(Context& context, ImDrawList& list, Area area);
void draw_store(Context& context, ImDrawList& list, Area area);

}   // namespace glasshive::viewer
