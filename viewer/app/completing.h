#pragma once

#include <string>
#include <vector>

#include "viewer/app/view.h"

namespace glasshive::viewer {

/// What the last word of a command line could become, sorted: words of ours, docker's commands and
/// flags, faults that are offered, names of what there is at the playhead, lines of history. None
/// is just the word that stands there.
std::vector<std::string> completions(View& view, const std::string& line);
/// The line with its last word as long as all of these begin alike; with a space behind it where
/// there is one alone that asks for more.
std::string completed(const std::string& line, const std::vector<std::string>& candidates);

}   // namespace glasshive::viewer
