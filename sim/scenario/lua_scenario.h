#pragma once

#include <string>

#include "scenario/scenario.h"

namespace glasshive::scenario {

/// The scenario that a Lua text gives back as a table. Its entry `script`, a function, acts on the
/// run. Problems name the path of a value, without a line: tables have none.
Result<ScenarioSpec> read_lua_scenario(const std::string& text, const std::string& file,
                                       const FileReader& read_included, const Given& given);

}   // namespace glasshive::scenario
