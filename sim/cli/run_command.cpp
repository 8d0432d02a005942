#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <utility>

#include "base/assert.h"
#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/decision_table.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "cli/timeline.h"
#include "yaml/units.h"

extern char** environ;

namespace glasshive::cli {

namespace {

std::string replay_command(const RunOptions& options, const scenario::ScenarioSpec& spec,
                           const std::string& file) {
    std::string command =
        "glasshive run " + shell_word(file) + " --seed " + std::to_string(spec.seed);
    for (const std::string& each : options.parameters)
        command += " --parameter " + shell_word(each);
    for (const std::string& each : options.set) command += " --set " + shell_word(each);
    if (!options.until.empty()) command += " --until " + shell_word(options.until);
    if (!options.profile.empty()) command += " --profile " + options.profile;
    return command;
}

scenario::Given given_by(const RunOptions& options) {
    return {.seed = options.seed,
            .parameters = parameters_from(options.parameters),
            .for_others_too = !options.checks.empty(),
            .overrides = overrides_from(options.set)};
}

/// One process per file: SimGrid's engine is never restarted.
int run_each(const RunOptions& options) {
    int worst = exit_ok;
    for (const std::string& file : options.files) {
        std::vector<std::string> words{"glasshive", "run", file};
        if (options.seed) words.insert(words.end(), {"--seed", std::to_string(*options.seed)});
        for (const std::string& each : options.parameters) {
            words.insert(words.end(), {"--parameter", each});
        }
        for (const std::string& each : options.set) words.insert(words.end(), {"--set", each});
        for (const std::string& each : options.checks) words.insert(words.end(), {"--check", each});
        if (!options.until.empty()) words.insert(words.end(), {"--until", options.until});
        if (!options.profile.empty()) words.insert(words.end(), {"--profile", options.profile});
        for (int i = 1; i < options.verbosity; ++i) words.emplace_back("-v");
        if (options.all) words.emplace_back("--all");
        if (options.invariants) words.emplace_back("--invariants");
        if (options.decisions) words.insert(words.end(), {"--decisions", "full"});
        if (options.common.json) words.emplace_back("--json");
        if (options.common.quiet) words.emplace_back("--quiet");
        if (options.common.no_color) words.emplace_back("--no-color");
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        if (!options.common.json) std::cout << "=== " << printable(file) << '\n' << std::flush;
        pid_t child = 0;
        int status = 0;
        if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, argv.data(), environ) != 0 ||
            waitpid(child, &status, 0) != child) {
            std::cerr << "glasshive: cannot start a process for " << printable(file) << '\n';
            return exit_our_bug;
        }
        worst = std::max(worst, WIFEXITED(status) ? WEXITSTATUS(status) : exit_our_bug);
        if (!options.common.json) std::cout << '\n';
    }
    return worst;
}

void clear_bar(void* progress) { static_cast<Progress*>(progress)->clear(); }

/// Runs to the end and looks at the wall clock on the way, about twenty times a second whatever a
/// slice of virtual time costs. Where slices end changes nothing in the run; but invariants are
/// looked at there too, so those runs keep to equal slices.
void drive(session::Session& session, Progress& progress, std::optional<Time> break_at,
           bool equal_slices) {
    const Duration widest = std::max<Duration>(session.end().time_since_epoch() / 500, Duration{1});
    Duration slice = equal_slices ? widest : std::max<Duration>(widest / 64, Duration{1});
    double seen = progress.elapsed_seconds();
    while (session.now() < session.end()) {
        session.run_until(std::min(session.end(), session.now() + slice));
        progress.update(session.now());
        const double now = progress.elapsed_seconds();
        const double took = now - std::exchange(seen, now);
        if (took > 0.05 && !equal_slices) slice = std::max<Duration>(slice / 2, Duration{1});
        if (took < 0.01) slice = std::min(slice * 2, widest);
        const bool told_to_break = break_at && session.now() >= *break_at;
        SIM_ASSERT(!told_to_break);
    }
    progress.clear();
}

/// Says whether a recording that was run again came to the same end; false when it should have and
/// did not.
bool tell_repeated(const Loaded& loaded, const RunOptions& options, const std::string& digest) {
    const bool other_run = options.seed || !options.until.empty() || !options.profile.empty();
    if (loaded.cut_at && !other_run && !options.common.json) {
        std::cout << "repeats the recording, which is cut short at " << seconds_text(*loaded.cut_at)
                  << " s\n";
    }
    if (loaded.recorded_digest.empty() || other_run) return true;
    const bool equal = loaded.recorded_digest == digest;
    if (equal) {
        if (!options.common.json) std::cout << "repeats the recording: the digests are equal\n";
        return true;
    }
    const bool ours = loaded.recorded_version == session::version_number();
    std::cerr << "glasshive: this run does not repeat the recording, whose digest is "
              << printable(loaded.recorded_digest) << '\n'
              << (ours ? "    hint: the recording was changed, or this is a bug of ours\n"
                       : "    hint: it was made by version " + printable(loaded.recorded_version) +
                             "; only equal versions give equal digests\n");
    return !ours;
}

/// A run that may begin: everything that was typed makes sense.
struct Ready {
    Loaded loaded;                        // Without its spec.
    scenario::ScenarioSpec spec;
    std::optional<Time> break_at;
};

Result<Ready> prepare(const RunOptions& options) {
    auto loaded = load(options.files.front(), given_by(options));
    if (!loaded.ok()) return loaded.problems();
    Ready ready{.loaded = std::move(loaded.value()), .spec = {}, .break_at = {}};
    ready.spec = std::move(ready.loaded.spec);
    const Diagnostics wrong =
        override_spec(ready.spec, options.seed, options.until, options.profile);
    if (!wrong.empty()) return wrong;
    if (!options.break_at.empty()) {
        const auto parsed = yaml::parse_duration(options.break_at);
        if (!parsed) {
            return Diagnostic{.file = "--break-at", .message = parsed.problem, .hint = {}};
        }
        ready.break_at = Time{} + *parsed.value;
    }
    // Once more for the session's own names; but now nothing has begun yet.
    const Names names;
    const auto checks =
        load_checks(options.checks, options.parameters, session::all_events(), names);
    if (!checks.ok()) return checks.problems();
    return ready;
}

/// What scripts did wrong, while the run went on or where it ended.
void tell_failures(const RunOptions& options, const Terminal& err,
                   const session::Outcome& outcome, const Checks& checks) {
    if (options.common.json) return;
    if (outcome.script_problem) print_problem(std::cerr, err, *outcome.script_problem);
    for (const Diagnostic& each : problems_of(checks)) print_problem(std::cerr, err, each);
}

int run_one(const RunOptions& options) {
    const Terminal out(1, options.common.no_color);
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](const Diagnostics& problems) { return refuse(options.common, problems); };
    auto prepared = prepare(options);
    if (!prepared.ok()) return fail(prepared.problems());
    const Ready& ready = prepared.value();
    const scenario::ScenarioSpec& spec = ready.spec;
    const bool show = !options.common.json && !options.common.quiet;
    if (show) print_problems(std::cerr, err, spec.warnings);

    const std::string replay = replay_command(options, spec, options.files.front());
    auto opened = session::Session::open(
        {.spec = spec, .record_path = options.record, .replay_command = replay,
         .commands = ready.loaded.commands,
         .stop_at = options.until.empty() ? ready.loaded.stop_at : std::nullopt,
         .invariants = options.invariants});
    if (!opened.ok()) return fail(opened.problems());
    session::Session& session = *opened.value();
    const auto loaded_checks =
        load_checks(options.checks, options.parameters, session.registry(), session.names());
    if (!loaded_checks.ok()) return fail(loaded_checks.problems());
    const Checks& checks = loaded_checks.value();
    for (const auto& check : checks) session.watch(check.get());
    Timeline timeline(std::cout, out, session.registry(), session.names(),
                      {.verbosity = options.verbosity, .lines_max = options.all ? 0U : 400U,
                       .subject_columns = subject_columns(spec),
                       .decisions = options.decisions});
    Progress progress(std::cerr, err, session.end());
    timeline.before_line(clear_bar, &progress);
    DecisionList decisions(session.names());
    if (show) session.watch(&timeline);
    if (show) session.watch_decisions(&timeline);
    else if (options.decisions) session.watch_decisions(&decisions);
    session.start();
    drive(session, progress, ready.break_at, options.invariants);
    const double wall = progress.elapsed_seconds();
    const session::Outcome outcome = session.finish();
    for (const auto& check : checks) check->finish(outcome.end);
    if (show) timeline.finish();
    const ReportContext context{spec, outcome, wall, options.record, replay,
                                options.common.quiet,
                                options.decisions ? &decisions : nullptr, &checks};
    if (options.common.json) print_report_json(std::cout, context);
    else print_report(std::cout, out, context);
    tell_failures(options, err, outcome, checks);
    const bool repeated = tell_repeated(ready.loaded, options, outcome.digest);
    return std::max({exit_code(outcome), exit_code_of(checks),
                     repeated ? exit_ok : exit_failed});
}

}   // namespace

int run_command(const RunOptions& options) {
    if (options.files.size() == 1) return run_one(options);
    const Terminal err(2, options.common.no_color);
    Diagnostics problems;
    if (!options.record.empty()) {
        problems.push_back({.file = "--record", .message = "one recording cannot hold several runs",
                            .hint = "run the files one by one"});
    }
    // All mistakes in all files before anything runs.
    for (const std::string& file : options.files) {
        const auto loaded = load(file, given_by(options));
        if (loaded.ok()) continue;
        problems.insert(problems.end(), loaded.problems().begin(), loaded.problems().end());
    }
    if (has_errors(problems)) return refuse(options.common, problems);
    return run_each(options);
}

}   // namespace glasshive::cli
