// glasshive console: from the command line's words to a console, and lines to it.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "cli/commands.h"
#include "cli/console_screen.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "console/console.h"
#include "console/editor.h"

namespace glasshive::cli {

namespace {

using console::Console;

/// What was loaded as the console plays it.
console::Options to_play(const ConsoleOptions& options, Loaded loaded) {
    console::Options play{.file = options.file, .spec = std::move(loaded.spec),
                          .is_recording = is_recording(options.file)};
    const bool saved = play.spec.session.has_value();
    play.profile_is_own = options.profile.empty() && !saved;
    play.duration_is_own = options.until.empty() && !saved;
    play.at = where_left(loaded, play.spec).value_or(Time{});
    for (session::TimedCommand& command : loaded.commands) {
        if (command.at <= play.at) play.given.push_back(std::move(command));
    }
    return play;
}

void greet(ConsoleScreen& screen, const scenario::ScenarioSpec& spec) {
    if (!spec.title.empty()) screen.note(printable(spec.title));
    screen.note("help lists the words; Tab completes them, Ctrl-C pauses a run, Ctrl-D leaves");
}

/// Reads and does lines until there are no more; the exit status.
int converse(Console& console, ConsoleScreen& screen, console::LineSource& lines,
             console::Signals& signals, bool person) {
    int worst = exit_ok;
    int number = 0;
    const auto judge = [&](Console::Done done) {
        if (done == Console::Done::our_bug) worst = exit_our_bug;
        if (done == Console::Done::wrong && !person) worst = std::max(worst, exit_user_error);
    };
    while (true) {
        const auto line = lines.next(console.prompt());
        if (!line || signals.end_asked() != 0 || !std::cout) break;
        if (!person) screen.set_line(++number);
        const Console::Done done = console.execute(*line);
        if (done == Console::Done::over) break;
        judge(done);
        if (!person && signals.ever_interrupted()) break;   // A script is given up as a whole.
    }
    constexpr int by_signal = 128;
    if (signals.end_asked() != 0) return by_signal + signals.end_asked();
    if (!person && signals.ever_interrupted()) return by_signal + SIGINT;
    screen.set_line(0);
    if (person && console.unsaved()) screen.note("what was given was not saved");
    judge(console.quit());
    return worst;
}

}   // namespace

int console_command(const ConsoleOptions& options) {
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](const Diagnostics& problems) {
        print_problems(std::cerr, err, problems);
        return exit_user_error;
    };
    auto loaded = load(options.file);
    if (!loaded.ok()) return fail(loaded.problems());
    const Diagnostics wrong =
        override_spec(loaded.value().spec, options.seed, options.until, options.profile);
    if (!wrong.empty()) return fail(wrong);
    print_problems(std::cerr, err, loaded.value().spec.warnings);

    console::Options play = to_play(options, std::move(loaded.value()));
    const bool person = isatty(STDIN_FILENO) == 1;
    console::Signals signals;
    ConsoleScreen screen({.verbosity = options.verbosity,
                          .subject_columns = subject_columns(play.spec),
                          .no_color = options.common.no_color});
    if (person) greet(screen, play.spec);
    auto opened = Console::open(std::move(play), screen, signals);
    if (!opened.ok()) {
        screen.complain(opened.problems());
        return exit_user_error;
    }
    Console& console = *opened.value();
    const auto lines =
        person ? console::terminal_lines(
                     signals, [&](const std::string& line) { return console.completions(line); },
                     console::history_file())
               : console::lines_of(STDIN_FILENO, signals);
    return converse(console, screen, *lines, signals, person);
}

}   // namespace glasshive::cli
