// check, query, export, info: what reads and never runs.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "check/verdict.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "cli/report.h"
#include "record/export.h"
#include "record/info.h"
#include "record/query.h"
#include "record/recording.h"
#include "scenario/compose/compose.h"
#include "scenario/scenario.h"
#include "session/script_verdicts.h"

namespace glasshive::cli {

namespace {

/// Opens or complains; null when there is nothing to read.
std::optional<record::Recording> open_or_tell(const std::string& path,
                                              const CommonOptions& common) {
    auto opened = record::Recording::open(path);
    if (opened.ok()) return std::move(opened.value());
    const Terminal err(2, common.no_color);
    for (const Diagnostic& problem : opened.problems()) {
        print_problem(std::cerr, err, problem);
    }
    return std::nullopt;
}

struct EndOfRun final : EventSink {
    Time last{};
    void on_event(const Event& event, std::string_view) override { last = event.time; }
};

/// Judges a recording's expectations again from its events: the same fold as in the live run.
int judge_recording(const CommonOptions& common, const std::string& path) {
    auto recording = open_or_tell(path, common);
    if (!recording) return exit_user_error;
    const Terminal out(1, common.no_color);
    const Terminal err(2, common.no_color);
    const auto loaded = load(path);
    if (!loaded.ok()) {
        print_problems(std::cerr, err, loaded.problems());
        return exit_user_error;
    }
    check::Evaluator evaluator(loaded.value().spec.expectations, recording->names());
    session::ScriptVerdicts of_script(recording->names());
    EndOfRun end;
    for (EventSink* sink : std::initializer_list<EventSink*>{&evaluator, &of_script, &end}) {
        if (const auto problem = recording->replay(*sink)) {
            print_problem(std::cerr, err, *problem);
            return exit_user_error;
        }
    }
    evaluator.finish(end.last);
    std::vector<check::Verdict> verdicts = evaluator.verdicts();
    for (check::Verdict& v : of_script.verdicts()) verdicts.push_back(std::move(v));
    for (const check::Verdict& v : verdicts) {
        const bool held = v.outcome == check::Outcome::held;
        if (common.json) {
            std::cout << nlohmann::ordered_json{{"file", path}, {"text", v.text},
                                                {"outcome", check::to_text(v.outcome)},
                                                {"figure", v.figure}}
                             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                      << '\n';
        } else {
            std::cout << out.paint(held ? Tone::good : Tone::bad, fit(check::to_text(v.outcome), 9))
                      << " " << printable(v.text) << ": " << printable(v.figure) << '\n';
        }
    }
    return check::all_held(verdicts) ? exit_ok : exit_failed;
}

std::string counted(std::size_t n, const char* noun) {
    return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

/// A Compose file has `services:` and no key that only scenarios have: a scenario whose `schema:`
/// is forgotten is still one.
bool looks_like_compose(const std::string& path) {
    std::error_code problem;
    // A pipe would be waited for.
    if (!std::filesystem::is_regular_file(path, problem)) return false;
    std::ifstream in(path);
    std::string line;
    bool services = false;
    for (int i = 0; i < 2000 && std::getline(in, line); ++i) {
        for (const char* key : {"schema:", "platform:", "faults:", "workload:", "commands:",
                                "expect:", "stack:", "duration:", "seed:", "images:"}) {
            if (line.rfind(key, 0) == 0) return false;
        }
        services = services || line.rfind("services:", 0) == 0;
    }
    return services;
}

std::optional<std::string> file_content(const std::filesystem::path& path) {
    std::error_code problem;
    if (!std::filesystem::is_regular_file(path, problem)) return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

/// Reads a Compose file as `docker stack deploy` would; how many services it has, or nothing.
std::optional<std::size_t> check_compose(const std::string& file, Diagnostics& found) {
    const std::filesystem::path path(file);
    const auto content = file_content(path);
    if (!content) {
        found.push_back({.file = file, .message = "cannot be read"});
        return std::nullopt;
    }
    const auto read = compose::load(
        *content, {.stack_name = path.stem().string(), .file_name = file, .environment = {},
                   .read_file = [&](const std::string& name) {
                       return file_content(path.parent_path() / name);
                   }});
    if (!read.ok()) {
        found = read.problems();
        return std::nullopt;
    }
    found = read.value().warnings;
    return read.value().stack.services.size();
}

}   // namespace

int check_command(const CommonOptions& common, const std::vector<std::string>& files) {
    const Terminal out(1, common.no_color);
    const Terminal err(2, common.no_color);
    Diagnostics problems;
    int worst = exit_ok;
    for (const std::string& file : files) {
        if (is_recording(file)) {
            worst = std::max(worst, judge_recording(common, file));
            continue;
        }
        Diagnostics found;
        std::string what;
        if (looks_like_compose(file)) {
            const auto services = check_compose(file, found);
            if (services) what = counted(*services, "service");
        } else {
            const auto read = load(file);
            if (!read.ok()) {
                found = read.problems();
            } else {
                const scenario::ScenarioSpec& spec = read.value().spec;
                found = spec.warnings;
                what = counted(spec.services.size(), "service") + ", " +
                       counted(spec.faults.size(), "fault") + ", " +
                       counted(spec.expectations.size(), "expectation");
            }
        }
        if (!has_errors(found) && !common.json && !common.quiet) {
            std::cout << printable(file) << ": " << out.paint(Tone::good, "ok") << " (" << what
                      << ")\n";
        }
        problems.insert(problems.end(), found.begin(), found.end());
    }
    if (common.json) {
        print_problems_json(std::cout, problems);
    } else {
        print_problems(std::cerr, err, problems);
    }
    return has_errors(problems) ? exit_user_error : worst;
}

int query_command(const QueryOptions& options) {
    auto recording = open_or_tell(options.recording, options.common);
    if (!recording) return exit_user_error;
    const auto format = options.common.json ? record::TableFormat::json_lines
                        : options.csv       ? record::TableFormat::csv
                                            : record::TableFormat::aligned;
    return record::query(*recording, options.sql, format, std::cout, std::cerr);
}

int export_command(const std::string& path, const std::string& format,
                   const std::string& output) {
    auto recording = open_or_tell(path, {});
    if (!recording) return exit_user_error;
    const auto chosen = record::export_format(format);
    if (output.empty()) return record::export_recording(*recording, *chosen, std::cout, std::cerr);
    std::error_code problem;
    if (std::filesystem::equivalent(path, output, problem)) {
        std::cerr << printable(output) << ": is the recording itself\n";
        return exit_user_error;
    }
    std::ofstream file(output, std::ios::binary);
    if (!file) {
        std::cerr << printable(output) << ": cannot be written: " << std::strerror(errno) << '\n';
        return exit_user_error;
    }
    const int status = record::export_recording(*recording, *chosen, file, std::cerr);
    file.flush();
    if (status == exit_ok && !file) {
        std::cerr << printable(output) << ": could not be written whole: "
                  << std::strerror(errno) << '\n';
        return exit_user_error;
    }
    return status;
}

int info_command(const CommonOptions& common, const std::string& path) {
    auto recording = open_or_tell(path, common);
    if (!recording) return exit_user_error;
    return record::info(*recording, common.json, std::cout, std::cerr);
}

}   // namespace glasshive::cli
