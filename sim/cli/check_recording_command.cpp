// glasshive check-recording: the user's checks over what was recorded.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "cli/progress.h"
#include "record/recording.h"
#include "yaml/units.h"

namespace glasshive::cli {

namespace {

/// Hands the events on to every check, and shows how far it got.
struct Feeder final : EventSink {
    Feeder(const Checks& c, Progress& p) : checks(c), progress(p) {}
    void on_event(const Event& event, std::string_view text) override {
        for (const auto& check : checks) check->on_event(event, text);
        last = event.time;
        constexpr std::uint64_t seldom = 4'096;
        if (++seen % seldom == 0) progress.update(last);
    }
    const Checks& checks;
    Progress& progress;
    Time last{};
    std::uint64_t seen = 0;
};

Time end_of(const record::Recording& recording) {
    const auto text = recording.meta("end_time_ns");
    const auto number = text ? yaml::parse_integer(*text).value : std::nullopt;
    return number && *number > 0 ? time_of_ns(*number) : Time{};
}

/// Kinds that a check asks for and the scenario's `record: kinds` leaves out.
Diagnostics missing_kinds(const Checks& checks, const scenario::ScenarioSpec& spec,
                          const EventRegistry& kinds, const std::string& file) {
    Diagnostics problems;
    if (spec.record.kinds.empty()) return problems;
    std::vector<std::string> kept;
    for (const std::string& pattern : spec.record.kinds) {
        for (const EventKind* kind : kinds.matching(pattern)) kept.emplace_back(kind->name);
    }
    for (const auto& check : checks) {
        for (const std::string& kind : check->wanted()) {
            if (std::find(kept.begin(), kept.end(), kind) != kept.end()) continue;
            problems.push_back(
                {.file = check->report().file,
                 .message = "asks for " + kind + ", which " + file + " does not hold",
                 .hint = "the scenario's record: kinds leaves it out; run it with "
                         "--check instead"});
            break;
        }
    }
    return problems;
}

int check_one(const CheckRecordingOptions& options, const std::string& path) {
    const Terminal out(1, options.common.no_color);
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](const Diagnostics& problems) { return refuse(options.common, problems); };
    auto opened = record::Recording::open(path);
    if (!opened.ok()) return fail(opened.problems());
    record::Recording& recording = opened.value();
    auto checks =
        load_checks(options.checks, options.parameters, recording.registry(), recording.names());
    if (!checks.ok()) return fail(checks.problems());
    const auto loaded = load(path);
    if (loaded.ok()) {
        const Diagnostics missing =
            missing_kinds(checks.value(), loaded.value().spec, recording.registry(), path);
        if (!missing.empty()) return fail(missing);
    }
    const Time end = end_of(recording);
    Progress progress(std::cerr, err, end);
    Feeder feeder(checks.value(), progress);
    if (const auto problem = recording.replay(feeder)) return fail({*problem});
    progress.clear();
    for (const auto& check : checks.value()) check->finish(std::max(end, feeder.last));
    if (options.common.json) {
        const nlohmann::ordered_json json{{"recording", path},
                                          {"checks", checks_json(checks.value())}};
        std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    } else {
        std::cout << printable(path) << '\n';
        print_checks(std::cout, out, checks.value());
        for (const Diagnostic& each : problems_of(checks.value())) {
            print_problem(std::cerr, err, each);
        }
    }
    return exit_code_of(checks.value());
}

}   // namespace

int check_recording_command(const CheckRecordingOptions& options) {
    int worst = exit_ok;
    for (const std::string& path : options.recordings) {
        worst = std::max(worst, check_one(options, path));
    }
    return worst;
}

}   // namespace glasshive::cli
