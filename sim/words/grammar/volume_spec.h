#pragma once

#include <string>
#include <string_view>

#include "swarm/spec.h"

namespace glasshive::words {

/// What "[SOURCE:]TARGET[:OPTIONS]" mounts: a bind when the source looks like a path.
struct VolumeSpecText {
    swarm::Mount mount;
    std::string problem;   ///< Not empty: docker's words for what is wrong.
};

/// Source: docker/cli cli/compose/loader/volume.go, ParseVolume. A path keeps its "~" and ".".
VolumeSpecText parse_volume_spec(std::string_view text);

}   // namespace glasshive::words
