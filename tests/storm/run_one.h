#pragma once

#include <string>

namespace glasshive::storm {

/// Breaks something on purpose, so that a test can see what the storm does about it.
enum class Plant { nothing, power, crash };

/// The child's whole life: runs the scenario file with everything checked and prints what came of
/// it, one line each: "digest D", "violation TEXT", "cover COUNT WHAT", and "done" when it got to
/// the end. Exit status 0, or 2 when the reader refuses the file ("refused TEXT").
int run_one(const std::string& file, Plant plant);

}   // namespace glasshive::storm
