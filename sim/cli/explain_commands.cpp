// explain, ps, services, nodes: what a recording says of one instant, and why.
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/decision_table.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "cli/progress.h"
#include "cli/story_text.h"
#include "cli/terminal.h"
#include "explain/story.h"
#include "explain/tables.h"
#include "yaml/units.h"

namespace glasshive::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// "" is the end; else a duration since the start.
Result<std::optional<Time>> instant(const std::string& at) {
    if (at.empty()) return std::optional<Time>{};
    const auto parsed = yaml::parse_duration(at);
    if (!parsed || parsed.value->count() < 0) {
        return Diagnostic{.file = "--at", .message = "\"" + at + "\" is no instant",
                          .hint = "write a duration since the start, such as 90s or 5m"};
    }
    return std::optional<Time>{Time{*parsed.value}};
}

void print_json(const explain::Story& story) {
    Json steps = Json::array();
    for (const explain::Step& step : story.steps) {
        steps.push_back({{"id", number_of(step.id)},
                         {"t", seconds_of(step.time.time_since_epoch())},
                         {"kind", step.kind}, {"subject", step.subject},
                         {"cause", number_of(step.cause)}, {"sentence", step.sentence}});
    }
    std::cout << dump({{"subject", story.subject}, {"headline", story.headline},
                       {"root", story.root}, {"left_out", story.left_out}, {"steps", steps},
                       {"notes", story.notes}})
              << '\n';
}

/// Which nodes the scheduler looked at is in no recording: the run is made again to that point.
int nodes_of_decision(const AtOptions& options, record::Recording& recording,
                      std::optional<Time> at) {
    const auto decision = explain::decision_about(recording, options.subject, at);
    if (!decision.ok()) return refuse(options.common, decision.problems());
    auto loaded = load(options.recording);
    if (!loaded.ok()) return refuse(options.common, loaded.problems());
    auto opened = session::Session::open({.spec = std::move(loaded.value().spec),
                                          .record_path = "",
                                          .replay_command = "glasshive run " + options.recording,
                                          .commands = std::move(loaded.value().commands),
                                          .stop_at = loaded.value().stop_at});
    if (!opened.ok()) return refuse(options.common, opened.problems());
    session::Session& session = *opened.value();
    OneDecision watch(decision.value().id, decision.value().time);
    session.watch_decisions(&watch);
    session.start();
    const Terminal err(2, options.common.no_color);
    Progress progress(std::cerr, err, decision.value().time);
    const Duration slice =
        std::max<Duration>(decision.value().time.time_since_epoch() / 200, Duration{1});
    while (session.now() < decision.value().time) {
        session.run_until(std::min(decision.value().time, session.now() + slice));
        progress.update(session.now());
    }
    progress.clear();
    const bool same = watch.found() && session.names().text(watch.found()->task) ==
                                           decision.value().task;
    if (!same) {
        return refuse(options.common,
                      {{.file = options.recording,
                        .message = "this program decides otherwise than the one that recorded this",
                        .hint = "the recording was made by version " +
                                printable(loaded.value().recorded_version)}});
    }
    if (options.common.json) {
        std::cout << dump(decision_json(*watch.found(), session.names())) << '\n';
        return exit_ok;
    }
    const Terminal out(1, options.common.no_color);
    std::cout << out.paint(Tone::bold, printable(decision.value().sentence)) << "\n"
              << out.paint(Tone::dim, seconds_text(decision.value().time) + " s  #" +
                                          std::to_string(number_of(decision.value().id)) + "  " +
                                          printable(decision.value().task))
              << "\n\n" << decision_text(*watch.found(), session.names());
    return exit_ok;
}

}   // namespace

int explain_command(const AtOptions& options) {
    const auto at = instant(options.at);
    if (!at.ok()) return refuse(options.common, at.problems());
    auto recording = record::Recording::open(options.recording);
    if (!recording.ok()) return refuse(options.common, recording.problems());
    if (options.nodes) return nodes_of_decision(options, recording.value(), at.value());
    const auto story = explain::explain(recording.value(), options.subject, at.value());
    if (!story.ok()) return refuse(options.common, story.problems());
    if (options.common.json) print_json(story.value());
    else print_story(std::cout, Terminal(1, options.common.no_color), story.value());
    return exit_ok;
}

int table_command(const AtOptions& options, const std::string& which) {
    const auto at = instant(options.at);
    if (!at.ok()) return refuse(options.common, at.problems());
    auto recording = record::Recording::open(options.recording);
    if (!recording.ok()) return refuse(options.common, recording.problems());
    auto read = explain::tables_at(recording.value(), at.value());
    if (!read.ok()) return refuse(options.common, read.problems());
    explain::Tables& tables = read.value();
    if (!options.subject.empty()) {
        std::erase_if(tables.tasks, [&](const words::TaskRow& row) {
            return row.name.rfind(options.subject + ".", 0) != 0;
        });
        if (tables.tasks.empty()) {
            return refuse(options.common, {{.file = options.recording,
                                            .message = "no such service: " + options.subject}});
        }
    }
    if (!options.common.json) {
        std::cout << (which == "nodes"      ? words::node_table(tables.nodes)
                      : which == "services" ? words::service_table(tables.services)
                                            : words::task_table(tables.tasks));
        return exit_ok;
    }
    Json rows = Json::array();
    if (which == "nodes") {
        for (const auto& row : tables.nodes) {
            rows.push_back({{"hostname", row.hostname}, {"status", row.status},
                            {"availability", row.availability},
                            {"manager_status", row.manager_status}});
        }
    } else if (which == "services") {
        for (const auto& row : tables.services) {
            rows.push_back({{"id", row.id}, {"name", row.name}, {"mode", row.mode},
                            {"running", row.running}, {"desired", row.desired},
                            {"image", row.image}});
        }
    } else {
        for (const auto& row : tables.tasks) {
            rows.push_back({{"id", row.id}, {"name", row.name}, {"image", row.image},
                            {"node", row.node}, {"desired", row.desired}, {"state", row.state},
                            {"age", seconds_of(row.age)}, {"error", row.error}});
        }
    }
    std::cout << dump({{"at", seconds_of(tables.at.time_since_epoch())}, {which, rows}}) << '\n';
    return exit_ok;
}

}   // namespace glasshive::cli
