#include "cli/check_report.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"

namespace glasshive::cli {

Result<Checks> load_checks(const std::vector<std::string>& files,
                           const std::vector<std::string>& parameters, const EventRegistry& kinds,
                           const Names& names) {
    Checks checks;
    Diagnostics problems;
    for (const std::string& file : files) {
        std::ifstream in(file, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        if (!in) {
            problems.push_back({.file = file,
                                .message = "cannot be read",
                                .hint = "name a check, e.g. lua/checks/downtime.lua"});
            continue;
        }
        auto loaded = check::ScriptedCheck::load({.name = file.substr(file.find_last_of('/') + 1),
                                                  .file = file,
                                                  .text = std::move(text),
                                                  .parameters = parameters_from(parameters)},
                                                 kinds, names);
        if (loaded.ok()) {
            checks.push_back(std::move(loaded.value()));
        } else {
            problems.insert(problems.end(), loaded.problems().begin(), loaded.problems().end());
        }
    }
    if (!problems.empty()) return problems;
    return checks;
}

void print_checks(std::ostream& out, const Terminal& terminal, const Checks& checks) {
    if (checks.empty()) return;
    out << "\nChecks\n";
    for (const auto& check : checks) {
        const check::ScriptedCheck::Report& report = check->report();
        const char* word = report.held() ? "held" : "failed";
        out << "  " << terminal.paint(report.held() ? Tone::good : Tone::bad, fit(word, 8)) << "  "
            << printable(report.file);
        if (report.violations > 0) {
            out << ": " << report.violations
                << (report.violations == 1 ? " violation" : " violations");
        }
        out << '\n';
        for (const check::ScriptedCheck::Violation& each : report.first) {
            out << fmt::format("            {:9.3f} s  ", seconds_of(each.time));
            if (number_of(each.event) > 0) out << '#' << number_of(each.event) << "  ";
            out << printable(each.text) << '\n';
        }
        if (report.violations > report.first.size()) {
            out << "            … " << report.violations - report.first.size() << " more\n";
        }
        std::size_t widest = 0;
        for (const auto& metric : report.metrics) {
            widest = std::max(widest, columns_of(metric.name));
        }
        for (const auto& metric : report.metrics) {
            out << "            " << fit(printable(metric.name), widest) << "  "
                << fmt::format("{:.6g}", metric.value) << (metric.unit.empty() ? "" : " ")
                << printable(metric.unit) << '\n';
        }
        for (const std::string& line : report.printed) {
            out << "            " << terminal.paint(Tone::dim, printable(line)) << '\n';
        }
    }
}

nlohmann::ordered_json checks_json(const Checks& checks) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto& check : checks) {
        const check::ScriptedCheck::Report& report = check->report();
        nlohmann::ordered_json json{{"file", report.file},
                                    {"outcome", report.held() ? "held" : "failed"},
                                    {"violations", report.violations}};
        json["first"] = nlohmann::ordered_json::array();
        for (const auto& each : report.first) {
            json["first"].push_back({{"t", seconds_of(each.time)},
                                     {"event", number_of(each.event)},
                                     {"text", each.text}});
        }
        json["metrics"] = nlohmann::ordered_json::array();
        for (const auto& metric : report.metrics) {
            json["metrics"].push_back(
                {{"name", metric.name}, {"value", metric.value}, {"unit", metric.unit}});
        }
        json["printed"] = report.printed;
        if (report.problem) json["problem"] = to_text(*report.problem);
        all.push_back(std::move(json));
    }
    return all;
}

Diagnostics problems_of(const Checks& checks) {
    Diagnostics problems;
    for (const auto& check : checks) {
        if (check->report().problem) problems.push_back(*check->report().problem);
    }
    return problems;
}

int exit_code_of(const Checks& checks) {
    int worst = exit_ok;
    for (const auto& check : checks) {
        if (check->report().violations > 0) worst = std::max(worst, exit_failed);
        if (check->report().problem) worst = std::max(worst, exit_user_error);
    }
    return worst;
}

}   // namespace glasshive::cli
