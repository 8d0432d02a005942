#pragma once

#include "platform/spec.h"
#include "yaml/reader.h"

namespace glasshive::scenario {

/// Reads `platform:`. The result is not yet checked as a whole: platform::check does that.
platform::PlatformSpec read_platform(const yaml::Value& value);

}   // namespace glasshive::scenario
