#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console/signals.h"

namespace glasshive::console {

/// Where lines come from.
class LineSource {
  public:
    virtual ~LineSource() = default;
    /// The next line without its end; nothing at the end of the input, or when the console shall
    /// end. `prompt` is shown to people only.
    virtual std::optional<std::string> next(const std::string& prompt) = 0;
};

/// Lines of a pipe or a file, as they stand.
std::unique_ptr<LineSource> lines_of(int fd, Signals& signals);

/// What the last word of an unfinished line could become.
using Completer = std::function<std::vector<std::string>(const std::string& line)>;

/// A person at a terminal: line editing, completion with Tab, and a history that is kept in the
/// file `history` (empty: in none). Ctrl-C gives a line up, Ctrl-D on an empty one ends.
std::unique_ptr<LineSource> terminal_lines(Signals& signals, Completer complete,
                                           const std::string& history);

/// Where a user's history belongs: $XDG_STATE_HOME/glasshive/console_history, by default below
/// ~/.local/state. "" when GLASSHIVE_NO_HISTORY is set, or when there is no home. Makes the folder.
/// Source: specifications.freedesktop.org/basedir-spec.
std::string history_file();

}   // namespace glasshive::console
