#pragma once

#include <ostream>

#include "cli/terminal.h"
#include "explain/story.h"

namespace glasshive::cli {

/// A story for people: its headline, its steps in order of time, where it goes back to, its notes.
void print_story(std::ostream& stream, const Terminal& out, const explain::Story& story);

}   // namespace glasshive::cli
