#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "session/given/given.h"

namespace glasshive::viewer {

/// Goes on by itself, until Pause; or until an instant, or an event, or whichever comes first.
struct Play {
    double speed = 1;          ///< Virtual seconds a second; infinite: as fast as it goes.
    Time until = time_never;   ///< "Run until": speed infinite, and this.
    /// Pattern of kinds, such as "task.failed" or "node.*"; "": for none. "Next event": speed
    /// infinite, and this.
    std::string event;
    std::string subject = "*";   ///< Pattern of the event's subject.
};
struct Pause {};
/// Runs entries of the kernel's queue.
struct Step {
    std::uint64_t entries = 1;
};
/// Gives a text as `glasshive console` takes it: a docker line, "fault {…}", "scale web=5"…
struct Give {
    std::string text;
};
/// Makes the run again up to an instant. What was given later is dropped.
struct Rewind {
    Time to{};
};
/// Goes back to before what was given last.
struct Undo {};
/// Keeps the present line of history and begins a new one; there, goes back to an instant.
struct Branch {
    std::string name;
    Time from = time_never;   ///< time_never: from where it stands.
};
/// Goes to another line of history, as it was left.
struct Switch {
    std::string line;
};
/// Saves what there is: FILE.yaml, a scenario of its own, or FILE.hive, a recording.
struct Save {
    std::string path;
};
using Command = std::variant<Play, Pause, Step, Give, Rewind, Undo, Branch, Switch, Save>;

/// What became of a command.
struct Answer {
    std::uint64_t command = 0;   ///< As post() numbered it.
    bool well = false;
    std::string text;   ///< What it did, or why not, in a sentence; may be "".
};

/// A line of history, for a list.
struct LineOfHistory {
    std::string name;
    Time at{};               ///< Where it stands.
    std::size_t given = 0;   ///< How much was given.
};

enum class Mode {
    starting,   ///< There is no run yet.
    paused,
    playing,
    ended,   ///< Time is over; there is still looking, going back and saving.
    dead,    ///< There is no session process: see problems. Going back starts a new one.
};

/// All that is known of a sandbox at one moment.
struct Status {
    Mode mode = Mode::starting;
    Time now{};
    Time end{};
    std::uint64_t newest = 0;   ///< Number of the newest event; the recording shows it soon.
    std::uint64_t found = 0;    ///< The event that ended the last Play with one; 0: none.
    double speed = 0;           ///< As asked for, while it plays.
    double reached = 0;         ///< Virtual seconds a second that it really made, lately.

    /// What to show, "" before there is one, and how many there were: a new number, a new file.
    std::string recording;
    int generation = 0;

    std::string line;   ///< The present one's name.
    std::vector<LineOfHistory> lines;
    std::vector<session::TimedCommand> given;   ///< On the present line, in order of time.
    bool unsaved = false;

    std::uint64_t doing = 0;       ///< The command that is being done; 0: none.
    double progress = 0;           ///< Of that, 0..1, where it takes its time.
    double silent = 0;             ///< Seconds that the process has owed an answer; 0: it does not.
    std::vector<Answer> answers;   ///< The newest 64, in order.
    Diagnostics problems;          ///< Why there is no run, or no process any more.
    int process = -1;              ///< The session's number, for the system's own tools.
};

}   // namespace glasshive::viewer
