#pragma once

#include "scenario/compose/loader.h"

namespace glasshive::compose {

/// The whole file as Items: types resolved, variables replaced, cast where docker casts. What
/// cannot be replaced or cast is reported and stays as written.
Item build_tree(Loader& loader, const yaml::Node& root);

}   // namespace glasshive::compose
