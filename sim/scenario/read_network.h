#pragma once

#include "platform/spec.h"
#include "scenario/schema.h"

namespace glasshive::scenario {

/// Reads the keys of a link; those left out keep what `link` has.
void read_link(Map& map, platform::LinkSpec& link);
void read_link(const yaml::Value& value, platform::LinkSpec& link);

/// Reads `links` (map or list) and `fat_tree` into `topology`, whose kind is not touched.
void read_links(const yaml::Value& value, platform::TopologySpec& topology);
void read_fat_tree(const yaml::Value& value, platform::TopologySpec& topology);

}   // namespace glasshive::scenario
