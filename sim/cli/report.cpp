#include "cli/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace glasshive::cli {

namespace {

std::string rounded(Duration d) {
    // The table is for reading: milliseconds are enough.
    return to_text(Duration{(d.count() + 500'000) / 1'000'000 * 1'000'000});
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

void print_services(std::ostream& out, const Terminal& terminal, const check::Summary& summary) {
    if (summary.services.empty()) return;
    std::size_t widest = 7;
    for (const auto& s : summary.services) widest = std::max(widest, columns_of(s.name));
    widest = std::min<std::size_t>(widest, 28);
    const bool requests =
        std::any_of(summary.services.begin(), summary.services.end(),
                    [](const auto& s) { return s.requests_ok + s.requests_failed > 0; });
    out << '\n'
        << terminal.paint(Tone::bold, fit("Service", widest) +
                                          "  running  tasks  failed  downtime   "
                                          "below desired")
        << terminal.paint(Tone::bold, requests ? "  requests   failed  p50      p99" : "") << '\n';
    for (const auto& s : summary.services) {
        out << fit(printable(s.name), widest) << "  "
            << fit(std::to_string(s.running_at_end) + "/" + std::to_string(s.desired), 7) << "  "
            << fit(std::to_string(s.tasks_created), 5) << "  "
            << fit(std::to_string(s.tasks_failed + s.tasks_rejected), 6) << "  "
            << fit(rounded(s.downtime), 9) << "  " << fit(rounded(s.below_desired), 13);
        if (requests) {
            out << "  " << fit(std::to_string(s.requests_ok + s.requests_failed), 9) << "  "
                << fit(std::to_string(s.requests_failed), 6) << "  "
                << fit(to_text(s.latency_p50), 7) << "  " << to_text(s.latency_p99);
        }
        out << '\n';
    }
}

}   // namespace

int exit_code(const session::Outcome& outcome) {
    if (!outcome.violations.empty()) return 3;
    return check::all_held(outcome.verdicts) ? 0 : 1;
}

void print_report(std::ostream& out, const Terminal& terminal, const ReportContext& context) {
    const session::Outcome& outcome = context.outcome;
    const check::Summary& summary = outcome.summary;
    print_verdicts(out, terminal, outcome);
    print_services(out, terminal, summary);
    out << '\n'
        << seconds_text(outcome.end) << " s of virtual time in "
        << std::max(context.wall_seconds, 0.0) << " s, " << outcome.events << " events, "
        << summary.faults << " fault strikes, " << summary.nodes_down << " nodes declared down, "
        << to_text(summary.bytes_moved) << " moved in " << summary.flows << " flows\n";
    if (outcome.record_problem) {
        out << terminal.paint(Tone::bad, to_text(*outcome.record_problem)) << '\n';
    }
    for (const std::string& violation : outcome.violations) {
        out << terminal.paint(Tone::bad, "broken invariant: " + violation) << '\n';
    }
    out << "digest  " << outcome.digest << '\n';
    if (!context.record_path.empty()) out << "record  " << printable(context.record_path) << '\n';
    out << "replay  " << printable(context.replay_command) << '\n';
    out.flush();
}

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
    json["exit_code"] = exit_code(outcome);
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
        json["services"].push_back(
            {{"name", service.name},
             {"desired", service.desired},
             {"running_at_end", service.running_at_end},
             {"tasks_created", service.tasks_created},
             {"tasks_failed", service.tasks_failed},
             {"tasks_rejected", service.tasks_rejected},
             {"downtime_s", seconds_of(service.downtime)},
             {"below_desired_s", seconds_of(service.below_desired)},
             {"requests_ok", service.requests_ok},
             {"requests_failed", service.requests_failed},
             {"latency_p50_s", seconds_of(service.latency_p50)},
             {"latency_p95_s", seconds_of(service.latency_p95)},
             {"latency_p99_s", seconds_of(service.latency_p99)}});
    }
    json["totals"] = {{"faults", s.faults}, {"nodes_down", s.nodes_down},
                      {"tasks_created", s.tasks_created}, {"tasks_failed", s.tasks_failed},
                      {"containers_started", s.containers_started},
                      {"images_pulled", s.images_pulled}, {"flows", s.flows},
                      {"bytes_moved", s.bytes_moved.count}};
    json["violations"] = outcome.violations;
    if (outcome.record_problem) json["record_problem"] = to_text(*outcome.record_problem);
    if (!context.record_path.empty()) json["record"] = context.record_path;
    json["replay"] = context.replay_command;
    json["wall_s"] = context.wall_seconds;
    // Texts come from files of any origin: bytes that are no UTF-8 must not end the run.
    out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    out.flush();
}

}   // namespace glasshive::cli
