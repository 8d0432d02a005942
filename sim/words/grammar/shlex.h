#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glasshive::words {

struct Split {
    std::vector<std::string> words;
    std::string problem;   ///< Not empty: `words` means nothing.
};

/// Splits as github.com/google/shlex does; a quote left open is a problem.
Split shell_split(std::string_view text);

}   // namespace glasshive::words
