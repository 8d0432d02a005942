#pragma once

#include "viewer/app/view.h"

namespace glasshive::viewer {

/// Opens the menu of what is selected, at the mouse.
void open_menu(View& view);
/// Opens the list of faults that can be ended.
void open_ends(View& view);
/// Draws what is open of these, and the field of an offer that asks for something. Within the
/// window of the ground.
void draw_menus(View& view);

}   // namespace glasshive::viewer
