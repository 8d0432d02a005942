#include "cli/compare_runs.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <thread>

#include "cli/count_progress.h"
#include "cli/terminal.h"
#include "compare/pool.h"
#include "compare/slurm.h"

namespace glasshive::cli {

using compare::Folder;
using compare::Plan;

namespace {

std::string program() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string what_log_says(const std::string& path) {
    std::ifstream in(path);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string name_of(const Plan& plan, std::size_t run) {
    const compare::RunKey key = plan.runs()[run];
    return plan.policies[key.policy].name + ", seed " + std::to_string(key.seed);
}

std::string repeat(const CompareOptions& options, std::size_t run) {
    return "glasshive compare --out " + options.out + " --shard " + std::to_string(run) +
           " repeats it";
}

// --- Here ----------------------------------------------------------------------------------------

Diagnostics run_by_processes(const CompareOptions& options, const Folder& folder, const Plan& plan,
                             const std::vector<std::size_t>& missing, const RunsShown& shown) {
    std::vector<compare::Job> jobs;
    for (const std::size_t run : missing) {
        jobs.push_back(
            {.number = run,
             .words = {program(), "compare", "--out", options.out, "--shard", std::to_string(run)},
             .errors = folder.log(run)});
    }
    const Terminal err(2, options.common.no_color);
    CountProgress progress(std::cerr, err, jobs.size(), shown.unit, shown.since);
    Diagnostics problems;
    const auto done = [&](std::size_t run, int status) {
        progress.one_more();
        if (status == 0) {
            std::error_code ignored;
            std::filesystem::remove(folder.log(run), ignored);
            return true;
        }
        const std::string said = what_log_says(folder.log(run));
        problems.push_back(
            {.file = name_of(plan, run),
             .message = said.empty() ? "ended with status " + std::to_string(status) : said,
             .hint = repeat(options, run)});
        return false;
    };
    const std::size_t at_once =
        options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
    compare::run_all(jobs, at_once, done);
    progress.clear();
    return problems;
}

// --- Slurm ---------------------------------------------------------------------------------------

std::vector<std::string> words_of(const std::vector<std::string>& texts) {
    std::vector<std::string> words;
    for (const std::string& text : texts) {
        std::istringstream in(text);
        for (std::string word; in >> word;) words.push_back(word);
    }
    return words;
}

/// The runs that have no result, and where to read why. A thousand alike are not worth reading.
Diagnostics lost_runs(const CompareOptions& options, const Plan& plan,
                      const std::map<std::size_t, std::string>& lost) {
    constexpr std::size_t shown_max = 20;
    Diagnostics problems;
    for (const auto& [run, output] : lost) {
        if (problems.size() == shown_max) {
            problems.push_back({.file = options.out,
                                .message = std::to_string(lost.size() - shown_max) +
                                           " more runs ended without a result",
                                .hint = "the same words do again what is missing"});
            break;
        }
        const std::string said = what_log_says(output);
        problems.push_back({.file = name_of(plan, run),
                            .message = said.empty() ? "its task ended without a result" : said,
                            .hint = "its output: " + output + "; " + repeat(options, run)});
    }
    return problems;
}

Diagnostics run_by_slurm(const CompareOptions& options, const Folder& folder, const Plan& plan,
                         const std::vector<std::size_t>& missing, const RunsShown& shown) {
    const Terminal err(2, options.common.no_color);
    CountProgress progress(std::cerr, err, missing.size(), shown.unit, shown.since);
    const std::string out = std::filesystem::absolute(options.out).lexically_normal().string();
    std::string jobs;
    const compare::SlurmWatch watch{
        .submitted =
            [&](const std::vector<std::string>& names) {
                for (const std::string& name : names) jobs += (jobs.empty() ? "" : ", ") + name;
                if (options.common.quiet || jobs.empty()) return;
                std::cerr << "slurm: " << missing.size() << " runs as array " << jobs << '\n';
            },
        .done =
            [&](const std::map<std::size_t, std::string>& waiting) {
                std::vector<std::size_t> done;
                for (const std::size_t run : folder.files()) {
                    if (waiting.count(run) == 0 || !folder.has(plan, run)) continue;
                    done.push_back(run);
                    progress.one_more();
                }
                return done;
            }};
    const compare::SlurmEnd end =
        compare::run_on_slurm({.runs = missing,
                               .program = program(),
                               .out = out,
                               .options = words_of(options.engine_options),
                               .at_once = options.jobs},
                              watch);
    progress.clear();
    if (end.signal != 0) {
        if (!jobs.empty()) {
            std::cerr << "cancelled: array " << jobs << "; the same words go on from here\n";
        }
        std::raise(end.signal);   // As if it had not been kept: shells look at how a program ends.
    }
    if (!end.problems.empty()) return end.problems;
    return lost_runs(options, plan, end.lost);
}

}   // namespace

Diagnostics check_engine(const CompareOptions& options) {
    const bool slurm = options.engine == "slurm";
    if (!slurm && !options.engine_options.empty()) {
        return {{.file = "--engine-option",
                 .message = "the local engine takes none",
                 .hint = "--engine slurm"}};
    }
    if (slurm && options.plan_only) {
        return {{.file = "--engine",
                 .message = "nothing is run with --plan-only",
                 .hint = "leave out one of them"}};
    }
    if (slurm && options.input == "-") {
        return {{.file = "--engine",
                 .message = "a task elsewhere cannot read this standard input",
                 .hint = "write the trace to a file that Slurm's nodes see"}};
    }
    return {};
}

Diagnostics run_missing(const CompareOptions& options, const Folder& folder, const Plan& plan,
                        const RunsShown& shown) {
    std::vector<std::size_t> missing;
    const std::size_t runs = plan.runs().size();
    for (std::size_t run = 0; run < runs; ++run) {
        if (!folder.has(plan, run)) missing.push_back(run);
    }
    if (missing.empty()) return {};
    return options.engine == "slurm" ? run_by_slurm(options, folder, plan, missing, shown)
                                     : run_by_processes(options, folder, plan, missing, shown);
}

}   // namespace glasshive::cli
