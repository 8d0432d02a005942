// glasshive trace: traces made, and turned into the plain format.
#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/count_progress.h"
#include "cli/problems.h"
#include "cli/terminal.h"
#include "cli/trace_change.h"
#include "cli/trace_formats.h"
#include "compare/kinds.h"
#include "workload/trace/failures.h"
#include "workload/trace/plain.h"

namespace glasshive::cli {

namespace trace = workload::trace;

namespace {

int fail(const TraceOptions& options, const Diagnostics& problems) {
    const Terminal err(2, options.common.no_color);
    print_problems(std::cerr, err, problems);
    return exit_user_error;
}

/// Nobody reads any more, or the disk is full.
int end_of_output(const TraceOptions& options) {
    std::cout.flush();
    if (std::cout) return exit_ok;
    return fail(options, {{.file = "standard output", .message = "cannot be written", .hint = ""}});
}

compare::Settings settings_of(const TraceOptions& options, Diagnostics& problems) {
    compare::Settings settings;
    for (const std::string& word : options.set) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) {
            problems.push_back({.file = "--set",
                                .message = "\"" + word + "\" is not KEY=VALUE",
                                .hint = "such as sample=0.1"});
        } else {
            settings[word.substr(0, equals)] = word.substr(equals + 1);
        }
    }
    return settings;
}

struct Conversion {
    TraceWhat what = TraceWhat::tasks;
    TraceInput input;
    TraceChange change;
};

/// What the words ask for, or what is wrong with them.
Conversion conversion_of(const TraceOptions& options, Diagnostics& problems) {
    Conversion all;
    const auto what = std::find(std::begin(trace_whats), std::end(trace_whats), options.what);
    all.what = static_cast<TraceWhat>(what - std::begin(trace_whats));
    const std::string name =
        options.from.empty() ? trace_format_of(options.files.front()) : options.from;
    all.input.format = trace_format(name);
    all.input.files = options.files;
    all.input.settings = settings_of(options, problems);
    if (!all.input.format->tells(all.what)) {
        std::string those;
        for (const TraceFormat& format : trace_formats()) {
            if (format.tells(all.what))
                those += (those.empty() ? "" : ", ") + std::string(format.name);
        }
        problems.push_back({.file = "--what",
                            .message = name + " tells no " + options.what,
                            .hint = "--from FORMAT: these do: " + those});
    }
    std::vector<compare::OptionInfo> known = all.input.format->options;
    for (const compare::OptionInfo& option : trace_change_options(all.what)) {
        known.push_back(option);
    }
    for (Diagnostic unknown : compare::unknown_settings(all.input.settings, known)) {
        if (known.empty()) unknown.hint = "machines of this format have none";
        problems.push_back(std::move(unknown));
    }
    all.change = trace_change(all.input.settings, options.seed, problems);
    return all;
}

/// On the terminal, beside what is written.
void tell_left_out(const TraceOptions& options, std::int64_t left_out) {
    if (left_out == 0) return;
    const Terminal err(2, options.common.no_color);
    const std::string text = std::to_string(left_out) +
                             (left_out == 1 ? " record is" : " records are") +
                             " left out: they tell no run that could be done again";
    std::cerr << err.paint(Tone::dim, text) << "\n";
}

Diagnostics nothing_of(const Conversion& conversion, const std::string& why) {
    return {{.file = conversion.input.files.front(),
             .message = "there are no " +
                        std::string(trace_whats[static_cast<std::size_t>(conversion.what)]),
             .hint = why}};
}

int convert_tasks(const TraceOptions& options, Conversion& conversion) {
    trace::SubmissionOrder order;
    std::int64_t left_out = 0;
    Diagnostics problems = read_trace(conversion.input, order, left_out);
    if (problems.empty()) problems = order.problems();
    if (problems.empty() && order.size() == 0) problems = nothing_of(conversion, "");
    std::unique_ptr<ChangedTrace> changed;
    if (problems.empty()) changed = ChangedTrace::of(order, conversion.change, problems);
    trace::Task task;
    // The first one before anything is written: a window may be empty.
    if (problems.empty() && !changed->next(task)) {
        problems = order.problems();
        if (problems.empty()) problems = nothing_of(conversion, "look at window and sample");
    }
    if (!problems.empty()) return fail(options, problems);
    std::ios::sync_with_stdio(false);
    trace::PlainWriter writer(std::cout);
    do {
        writer.write(task);
    } while (std::cout && changed->next(task));
    if (!order.problems().empty()) return fail(options, order.problems());
    tell_left_out(options, left_out);
    return end_of_output(options);
}

int convert_machines(const TraceOptions& options, const Conversion& conversion) {
    std::vector<trace::Machine> machines;
    Diagnostics problems = read_trace(conversion.input, machines);
    if (problems.empty() && machines.empty()) problems = nothing_of(conversion, "");
    if (!problems.empty()) return fail(options, problems);
    trace::write_machines(std::cout, machines);
    return end_of_output(options);
}

int convert_failures(const TraceOptions& options, const Conversion& conversion) {
    std::vector<trace::Failure> failures;
    std::int64_t left_out = 0;
    Diagnostics problems = read_trace(conversion.input, failures, left_out);
    if (problems.empty()) cut_failures(failures, conversion.change);
    if (problems.empty() && failures.empty()) problems = nothing_of(conversion, "");
    if (!problems.empty()) return fail(options, problems);
    trace::write_failures(std::cout, failures);
    tell_left_out(options, left_out);
    return end_of_output(options);
}

}   // namespace

int generate_trace_command(const TraceOptions& options) {
    Diagnostics problems;
    const compare::Settings settings = settings_of(options, problems);
    if (!problems.empty()) return fail(options, problems);
    auto source = compare::generated_trace(settings, options.seed);
    if (!source.ok()) return fail(options, source.problems());
    std::ios::sync_with_stdio(false);
    trace::PlainWriter writer(std::cout);
    trace::Task task;
    while (std::cout && source.value()->next(task)) writer.write(task);
    return end_of_output(options);
}

int convert_trace_command(const TraceOptions& options) {
    Diagnostics problems;
    Conversion conversion = conversion_of(options, problems);
    if (!problems.empty()) return fail(options, problems);
    const Terminal err(2, options.common.no_color);
    CountProgress progress(std::cerr, err, options.files.size(), "files");
    std::size_t done = 0;
    conversion.input.part_done = [&] {
        progress.one_more();
        if (++done == options.files.size()) progress.clear();
    };
    switch (conversion.what) {
        case TraceWhat::tasks: return convert_tasks(options, conversion);
        case TraceWhat::machines: return convert_machines(options, conversion);
        case TraceWhat::failures: return convert_failures(options, conversion);
    }
    return exit_our_bug;
}

}   // namespace glasshive::cli
