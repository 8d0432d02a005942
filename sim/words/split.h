#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glasshive::words {

/// One command line as words, or why it is none.
struct Line {
    std::vector<std::string> words;
    std::string problem;   ///< A sentence of ours, since docker never sees such a line.
};

/// Splits one line as sh would: quotes, backslashes, a backslash at a line's end to go on, #
/// remarks. A prompt ("$ ") and sudo in front are dropped, so that a line of a cheat sheet runs as
/// it is. What needs a shell (pipes, $(…), variables, redirections, several commands) is a problem.
Line split_line(std::string_view text);

}   // namespace glasshive::words
