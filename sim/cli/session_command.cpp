#include <iostream>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "session/server.h"

namespace glasshive::cli {

int session_command(const SessionOptions& options) {
    const Terminal err(2, false);
    const auto fail = [&](const Diagnostics& problems) {
        print_problems(std::cerr, err, problems);
        return exit_user_error;
    };
    auto loaded = load(options.file);
    if (!loaded.ok()) return fail(loaded.problems());
    scenario::ScenarioSpec spec = std::move(loaded.value().spec);
    const Diagnostics wrong = override_spec(spec, options.seed, options.until, options.profile);
    if (!wrong.empty()) return fail(wrong);
    const std::optional<Time> left_at = where_left(loaded.value(), spec);
    if (!options.commands.empty()) {
        auto given = load_commands(options.commands);
        if (!given.ok()) return fail(given.problems());
        loaded.value().commands = std::move(given.value());
    }
    // What was injected is in the recording alone.
    const std::string replay =
        !options.record.empty()
            ? "glasshive run " + options.record
            : "glasshive run " + options.file + " --seed " + std::to_string(spec.seed);
    auto opened = session::Session::open({.spec = spec, .record_path = options.record,
                                          .replay_command = replay,
                                          .commands = loaded.value().commands, .stop_at = {}});
    if (!opened.ok()) return fail(opened.problems());
    opened.value()->start();
    return session::serve(*opened.value(), options.socket, left_at);
}

}   // namespace glasshive::cli
