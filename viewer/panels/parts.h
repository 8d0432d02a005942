#pragma once

#include "viewer/draw/widgets.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// The room right of a panel's title, where its choices and legend stand. Drawing and mouse are
/// let through to it while it lives.
class TitleRow {
  public:
    /// `name`: the panel's, as in panels().
    TitleRow(const Context& context, std::string_view name, Area area);
    ~TitleRow() { ImGui::PopClipRect(); }
    TitleRow(const TitleRow&) = delete;
    TitleRow& operator=(const TitleRow&) = delete;
    Rect room;   ///< 22 px of the grid high.
};

/// "web.3" of "web.3.<task id>"; other names as they are.
std::string_view short_name(std::string_view name);
/// Chooses an event: it, its subject, and its instant.
void go_to(Context& context, EventId event, NameId subject, Time time);
/// A name with the selection's colours that selects it when clicked. Returns the width.
float draw_link(Context& context, ImDrawList& list, ImFont* font, ImVec2 at, float right,
                NameId name, std::string_view tip = {});

}   // namespace glasshive::viewer
