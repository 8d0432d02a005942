// glasshive trace: traces made, and turned into the plain format.
#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "cli/problems.h"
#include "cli/terminal.h"
#include "compare/execute.h"
#include "workload/trace/batsim.h"
#include "workload/trace/openb.h"
#include "workload/trace/plain.h"
#include "workload/trace/swf.h"

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

Result<std::vector<trace::Task>> read_tasks(const std::string& file) {
    auto lines = trace::Lines::open(file);
    if (!lines.ok()) return lines.problems();
    const trace::Format format = trace::format_of(file);
    if (format == trace::Format::batsim) return trace::read_batsim(std::move(lines.value()));
    if (format == trace::Format::swf) {
        auto log = trace::read_swf(std::move(lines.value()));
        if (!log.ok()) return log.problems();
        return std::move(log.value().jobs);
    }
    auto pods = trace::read_openb_pods(std::move(lines.value()));
    if (!pods.ok()) return pods.problems();
    std::stable_sort(pods.value().begin(), pods.value().end(),
                     [](const auto& a, const auto& b) { return a.submit < b.submit; });
    return pods;
}

}   // namespace

int generate_trace_command(const TraceOptions& options) {
    compare::Settings settings;
    for (const std::string& word : options.set) {
        const std::size_t equals = word.find('=');
        settings[word.substr(0, equals)] = word.substr(std::min(equals, word.size() - 1) + 1);
    }
    auto source = compare::generated_trace(settings, options.seed);
    if (!source.ok()) return fail(options, source.problems());
    std::ios::sync_with_stdio(false);
    trace::PlainWriter writer(std::cout);
    trace::Task task;
    while (std::cout && source.value()->next(task)) writer.write(task);
    return end_of_output(options);
}

int convert_trace_command(const TraceOptions& options) {
    const auto tasks = read_tasks(options.file);
    if (!tasks.ok()) return fail(options, tasks.problems());
    std::ios::sync_with_stdio(false);
    trace::PlainWriter writer(std::cout);
    for (const trace::Task& task : tasks.value()) writer.write(task);
    return end_of_output(options);
}

}   // namespace glasshive::cli
