#include "cli/report.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/problems.h"

namespace glasshive::cli {

namespace {

/// The table is for reading: milliseconds, and microseconds below ten of them, are enough.
std::string rounded(Duration d) {
    const std::int64_t step = d < std::chrono::milliseconds{10} ? 1'000 : 1'000'000;
    return to_text(Duration{(d.count() + step / 2) / step * step});
}

std::string counted(std::uint64_t n, const char* one, const char* many) {
    return std::to_string(n) + " " + (n == 1 ? one : many);
}

void print_verdicts(std::ostream& out, const Terminal& terminal, const session::Outcome& outcome) {
    if (outcome.verdicts.empty()) return;
    out << '\n' << terminal.paint(Tone::bold, "Expectations") << '\n';
    for (const check::Verdict& verdict : outcome.verdicts) {
        const bool held = verdict.outcome == check::Outcome::held;
        const bool failed = verdict.outcome == check::Outcome::failed;
        const Tone tone = held ? Tone::good : failed ? Tone::bad : Tone::warning;
        out << "  " << terminal.paint(tone, fit(check::to_text(verdict.outcome), 9)) << " "
            << printable(verdict.text) << '\n'
            << "            " << terminal.paint(Tone::dim, verdict.figure) << '\n';
    }
}

using Row = std::vector<std::string>;

/// A table whose columns are as wide as what stands in them: the first to the left, figures to the
/// right.
void print_table(std::ostream& out, const Terminal& terminal, const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns_of(row[i]));
        }
    }
    for (const Row& row : rows) {
        std::string line = fit(row.front(), widths.front());
        for (std::size_t i = 1; i < row.size(); ++i) {
            line += "  " + std::string(widths[i] - columns_of(row[i]), ' ') + row[i];
        }
        out << terminal.paint(&row == &rows.front() ? Tone::bold : Tone::plain, line) << '\n';
    }
}

void print_services(std::ostream& out, const Terminal& terminal, const check::Summary& summary) {
    if (summary.services.empty()) return;
    const bool requests =
        std::any_of(summary.services.begin(), summary.services.end(),
                    [](const auto& s) { return s.requests_ok + s.requests_failed > 0; });
    std::vector<Row> rows{
        {"Service", "running", "tasks", "failed", "downtime", "below desired"}};
    if (requests) {
        for (const char* title : {"requests", "failed", "p50", "p99"}) {
            rows.front().emplace_back(title);
        }
    }
    for (const check::ServiceSummary& s : summary.services) {
        const std::string completed =
            std::to_string(s.completed) +
            (s.completions > 0 ? "/" + std::to_string(s.completions) : "") + " done";
        Row row{printable(s.name),
                s.job ? completed
                      : std::to_string(s.running_at_end) + "/" + std::to_string(s.desired),
                std::to_string(s.tasks_created),
                std::to_string(s.tasks_failed + s.tasks_rejected),
                rounded(s.downtime),
                rounded(s.below_desired)};
        const std::uint64_t asked = s.requests_ok + s.requests_failed;
        if (requests && asked == 0) row.insert(row.end(), {"-", "-", "-", "-"});
        if (asked > 0) {
            // Percentiles are of answers; without one there is none.
            const bool answered = s.requests_ok > 0;
            row.insert(row.end(), {std::to_string(asked), std::to_string(s.requests_failed),
                                   answered ? rounded(s.latency_p50) : "-",
                                   answered ? rounded(s.latency_p99) : "-"});
        }
        rows.push_back(std::move(row));
    }
    out << '\n';
    print_table(out, terminal, rows);
}

void print_totals(std::ostream& out, const ReportContext& context) {
    const check::Summary& summary = context.outcome.summary;
    char wall[32];
    std::snprintf(wall, sizeof wall, "%.3g", std::max(context.wall_seconds, 0.0));
    out << '\n'
        << seconds_text(context.outcome.end) << " s of virtual time in " << wall << " s, "
        << counted(context.outcome.events, "event", "events") << ", "
        << counted(summary.faults, "fault strike", "fault strikes") << ", "
        << counted(summary.nodes_down, "node declared down", "nodes declared down") << ", "
        << to_text(summary.bytes_moved) << " moved in "
        << counted(summary.flows, "flow", "flows") << '\n';
}

}   // namespace

int exit_code(const session::Outcome& outcome) {
    if (outcome.script_problem) return 2;
    if (!outcome.violations.empty()) return 3;
    return check::all_held(outcome.verdicts) ? 0 : 1;
}

void print_report(std::ostream& out, const Terminal& terminal, const ReportContext& context) {
    const session::Outcome& outcome = context.outcome;
    print_verdicts(out, terminal, outcome);
    if (context.checks != nullptr) print_checks(out, terminal, *context.checks);
    if (!context.quiet) {
        print_services(out, terminal, outcome.summary);
        print_totals(out, context);
    } else if (!outcome.verdicts.empty()) {
        out << '\n';
    }
    if (outcome.record_problem) {
        print_problem(out, terminal, *outcome.record_problem);
    }
    if (outcome.script_problem) {
        out << terminal.paint(Tone::bad, "the run ended here: a script failed") << '\n';
    }
    for (const std::string& violation : outcome.violations) {
        out << terminal.paint(Tone::bad, "broken invariant: " + violation) << '\n';
    }
    out << "digest  " << outcome.digest << '\n';
    if (!context.record_path.empty()) out << "record  " << printable(context.record_path) << '\n';
    out << "replay  " << printable(context.replay_command) << '\n';
    out.flush();
}

namespace {

nlohmann::ordered_json service_json(const check::ServiceSummary& service) {
    // Without an answer there is no latency, not one of 0.
    const auto latency = [&](Duration d) {
        return service.requests_ok > 0 ? nlohmann::ordered_json(seconds_of(d))
                                       : nlohmann::ordered_json(nullptr);
    };
    nlohmann::ordered_json json{{"name", service.name},
                                {"desired", service.desired},
                                {"running_at_end", service.running_at_end},
                                {"tasks_created", service.tasks_created},
                                {"tasks_failed", service.tasks_failed},
                                {"tasks_rejected", service.tasks_rejected},
                                {"downtime_s", seconds_of(service.downtime)},
                                {"below_desired_s", seconds_of(service.below_desired)},
                                {"requests_ok", service.requests_ok},
                                {"requests_failed", service.requests_failed},
                                {"latency_p50_s", latency(service.latency_p50)},
                                {"latency_p95_s", latency(service.latency_p95)},
                                {"latency_p99_s", latency(service.latency_p99)}};
    if (!service.job) return json;
    json["completed"] = service.completed;
    json["completions"] = service.completions > 0 ? nlohmann::ordered_json(service.completions)
                                                  : nlohmann::ordered_json(nullptr);
    return json;
}

}   // namespace

void print_report_json(std::ostream& out, const ReportContext& context) {
    const session::Outcome& outcome = context.outcome;
    const check::Summary& s = outcome.summary;
    nlohmann::ordered_json json;
    json["scenario"] = context.spec.file;
    json["seed"] = context.spec.seed;
    json["profile"] = scenario::to_text(context.spec.profile);
    json["end_s"] = seconds_of(outcome.end);
    json["events"] = outcome.events;
    json["digest"] = outcome.digest;
    json["exit_code"] =
        std::max(exit_code(outcome), context.checks ? exit_code_of(*context.checks) : 0);
    json["expectations"] = nlohmann::ordered_json::array();
    for (const check::Verdict& verdict : outcome.verdicts) {
        json["expectations"].push_back({{"text", verdict.text},
                                        {"outcome", check::to_text(verdict.outcome)},
                                        {"figure", verdict.figure},
                                        {"event", number_of(verdict.event)},
                                        {"t", seconds_of(verdict.time)}});
    }
    json["services"] = nlohmann::ordered_json::array();
    for (const check::ServiceSummary& service : s.services) {
        json["services"].push_back(service_json(service));
    }
    json["totals"] = {{"faults", s.faults}, {"nodes_down", s.nodes_down},
                      {"tasks_created", s.tasks_created}, {"tasks_failed", s.tasks_failed},
                      {"containers_started", s.containers_started},
                      {"images_pulled", s.images_pulled}, {"flows", s.flows},
                      {"bytes_moved", s.bytes_moved.count}};
    json["violations"] = outcome.violations;
    if (context.decisions != nullptr) json["decisions"] = context.decisions->json();
    if (outcome.record_problem) json["record_problem"] = to_text(*outcome.record_problem);
    if (context.checks != nullptr && !context.checks->empty()) {
        json["checks"] = checks_json(*context.checks);
    }
    if (outcome.script_problem) json["script_problem"] = to_text(*outcome.script_problem);
    if (!context.record_path.empty()) json["record"] = context.record_path;
    json["replay"] = context.replay_command;
    json["wall_s"] = context.wall_seconds;
    // Texts come from files of any origin: bytes that are no UTF-8 must not end the run.
    out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    out.flush();
}

}   // namespace glasshive::cli
