#pragma once

#include "viewer/draw/widgets.h"
#include "viewer/model/store_rows.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// Shards over nodes: how far each copy is, and who lags. While copies are split, a range's halves
/// stand indented below it. Requires a database with nodes.
void draw_matrix(Context& context, const Pen& pen, Scroll& top, const StoreDatabase& database,
                 Area area);

}   // namespace glasshive::viewer
