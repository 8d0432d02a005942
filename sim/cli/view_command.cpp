// glasshive view: the window is another program, which this one becomes.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <vector>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "client/scratch.h"
#include "client/session_process.h"
#include "record/recording.h"
#include "yaml/units.h"

namespace glasshive::cli {

namespace {

using Words = std::vector<std::string>;

/// The viewer's command line for this file.
Words words_for(const ViewOptions& options, const std::string& file) {
    Words words{"glasshive-viewer"};
    if (!file.empty()) words.push_back(file);
    const std::pair<const char*, const std::string*> given[] = {
        {"--at", &options.at},       {"--select", &options.select},
        {"--panel", &options.panel}, {"--theme", &options.theme},
        {"--size", &options.size},   {"--screenshot", &options.screenshot}};
    for (const auto& [name, value] : given) {
        if (value->empty()) continue;
        words.emplace_back(name);
        words.push_back(*value);
    }
    return words;
}

/// Becomes the program. Returns only when that cannot be.
void become(const std::string& program, const Words& words) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
}

/// Runs the viewer and waits for it; its exit status.
int run_beside(const std::string& program, const Words& words) {
    const pid_t child = fork();
    if (child == 0) {
        become(program, words);
        _exit(127);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : exit_our_bug;
}

/// Where a run shall be drawn: the instant of --at, at most its end.
Result<Time> instant_of(const ViewOptions& options, const scenario::ScenarioSpec& spec) {
    const Time end = Time{} + spec.duration;
    if (options.at.empty()) return end;
    auto at = yaml::parse_duration(options.at);
    if (!at) at = yaml::parse_duration(options.at + "s");
    if (at) return std::min(end, Time{} + *at.value);
    return Diagnostic{.file = "--at",
                      .message = yaml::quoted(options.at) + " is no instant",
                      .hint = "write a duration such as 75s or 1m30s"};
}

/// Runs what was loaded to that instant, recorded at `path`. SimGrid's engine is this process's
/// from then on.
Diagnostics run_until(Loaded loaded, Time at, const std::string& path, const std::string& file) {
    auto opened = session::Session::open({.spec = std::move(loaded.spec),
                                          .record_path = path,
                                          .replay_command = "glasshive run " + file,
                                          .commands = std::move(loaded.commands),
                                          .stop_at = at});
    if (!opened.ok()) return opened.problems();
    opened.value()->start();
    opened.value()->run_until(at);
    const session::Outcome outcome = opened.value()->finish();
    if (outcome.script_problem) return {*outcome.script_problem};
    if (outcome.record_problem) return {*outcome.record_problem};
    return {};
}

}   // namespace

int view_command(const ViewOptions& options) {
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](const Diagnostics& problems) {
        print_problems(std::cerr, err, problems);
        return exit_user_error;
    };
    const bool picture = !options.screenshot.empty();
    if (picture && options.file.empty()) {
        return fail({{.file = "--screenshot",
                      .message = "there is nothing to draw",
                      .hint = "glasshive view FILE --screenshot out.png"}});
    }
    const std::string viewer = client::program_beside("glasshive-viewer");
    if (viewer.empty()) {
        return fail({{.file = "glasshive-viewer",
                      .message = "is not beside this program, nor in PATH",
                      .hint = "the window is a program of its own; `./dev build` makes both"}});
    }
    if (options.file.empty() || is_recording(options.file)) {
        if (!options.file.empty()) {
            const auto opened = record::Recording::open(options.file);
            if (!opened.ok()) return fail(opened.problems());
        }
        become(viewer, words_for(options, options.file));
        return fail(
            {{.file = viewer, .message = std::string("cannot be run: ") + std::strerror(errno)}});
    }
    auto loaded = load(options.file);
    if (!loaded.ok()) return fail(loaded.problems());
    print_problems(std::cerr, err, loaded.value().spec.warnings);
    if (!picture) {
        become(viewer, words_for(options, options.file));
        return fail(
            {{.file = viewer, .message = std::string("cannot be run: ") + std::strerror(errno)}});
    }
    const Result<Time> at = instant_of(options, loaded.value().spec);
    if (!at.ok()) return fail(at.problems());
    const client::ScratchFolder scratch;
    if (scratch.path().empty()) {
        return fail({{.file = "view",
                      .message = "cannot make a temporary folder",
                      .hint = "TMPDIR may name one"}});
    }
    const std::string recording = scratch.file("run.hive");
    const auto problems = run_until(std::move(loaded.value()), at.value(), recording, options.file);
    if (!problems.empty()) return fail(problems);
    return run_beside(viewer, words_for(options, recording));
}

}   // namespace glasshive::cli
