// Goal: what is printed can be read by others. Method: exports parsed back with a JSON library; the
// trace is checked as a trace viewer would read it; tables are compared as text.
#include <catch2/catch.hpp>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "record/export.h"
#include "record/helpers.h"
#include "record/info.h"

using namespace fixture;
using namespace glasshive::record;
using nlohmann::json;

namespace {

std::string exported(Recording& recording, ExportFormat format) {
    std::ostringstream out;
    std::ostringstream errors;
    REQUIRE(export_recording(recording, format, out, errors) == 0);
    REQUIRE(errors.str().empty());
    return out.str();
}

using TrackId = std::pair<int, int>;
TrackId track_of(const json& line) { return {line.at("pid"), line.value("tid", 0)}; }

/// Fails when slices on a track do not nest or an arrow has nothing to hold on to.
void check_trace(const json& trace) {
    double last = 0;
    std::map<TrackId, std::vector<double>> open;
    std::map<TrackId, double> marked;          // End of the newest X slice.
    std::map<std::uint64_t, double> started;   // Arrows by number.
    std::set<int> named;
    std::set<TrackId> named_threads;
    for (const json& line : trace.at("traceEvents")) {
        const std::string phase = line.at("ph");
        if (phase == "M") {
            if (line.at("name") == "process_name") named.insert(line.at("pid").get<int>());
            if (line.at("name") == "thread_name") named_threads.insert(track_of(line));
            continue;
        }
        const double ts = line.at("ts");
        REQUIRE(ts >= last);
        last = ts;
        REQUIRE(named.count(line.at("pid")) == 1);
        if (phase != "C") REQUIRE(named_threads.count(track_of(line)) == 1);
        if (phase == "B") open[track_of(line)].push_back(ts);
        if (phase == "E") {
            REQUIRE_FALSE(open[track_of(line)].empty());
            open[track_of(line)].pop_back();
        }
        if (phase == "X") {
            REQUIRE(line.at("dur") > 0);
            marked[track_of(line)] = ts + line.at("dur").get<double>();
        }
        if (phase == "s" || phase == "f") {
            REQUIRE(marked.at(track_of(line)) > ts);
            const std::uint64_t id = line.at("id");
            if (phase == "s") {
                REQUIRE(started.emplace(id, ts).second);
            } else {
                REQUIRE(started.at(id) <= ts);
                started.erase(id);
            }
        }
    }
    for (const auto& [track, slices] : open) REQUIRE(slices.empty());
    REQUIRE(started.empty());
}

}   // namespace

TEST_CASE("a trace has nested slices, named tracks, ordered times and bound arrows",
          "[record][export]") {
    const Folder folder{"trace"};
    const std::uint64_t seed = GENERATE(1, 2, 3);
    const Recorded run({.path = folder.file("run.hive")}, seed, 1500);
    Recording recording = opened(folder.file("run.hive"));
    const json trace = json::parse(exported(recording, ExportFormat::perfetto));
    check_trace(trace);
    std::map<std::string, int> phases;
    for (const json& line : trace.at("traceEvents")) ++phases[line.at("ph")];
    REQUIRE(phases["B"] > 100);
    REQUIRE(phases["C"] > 100);
    REQUIRE(phases["i"] > 50);
    REQUIRE(phases["s"] > 50);
    REQUIRE(phases["s"] == phases["f"]);
    REQUIRE(phases["B"] == phases["E"]);
}

TEST_CASE("a task's slice lies in the process of its node", "[record][export]") {
    const Folder folder{"nodes"};
    Names names;
    EventStream stream{names};
    auto recorder = Recorder::open({.path = folder.file("run.hive")}, registry(), names);
    REQUIRE(recorder.ok());
    stream.add_sink(recorder.value().get());
    const NameId w1 = names.intern("w1");
    const NameId web = names.intern("web.1");
    stream.emit(time_of_ns(0), scenario_cause, node_ready, w1, {});
    stream.emit(time_of_ns(1000), EventId{1}, task_running, web, {field::name(w1)});
    const EventId fault = stream.emit(time_of_ns(2500), scenario_cause, fault_struck, w1, {});
    stream.emit(time_of_ns(4000), fault, task_failed, web, {field::text("lost")});
    REQUIRE_FALSE(recorder.value()->close({}));
    Recording recording = opened(folder.file("run.hive"));
    const json trace = json::parse(exported(recording, ExportFormat::perfetto));
    check_trace(trace);
    int node_process = -1;
    std::vector<std::string> story;
    for (const json& line : trace.at("traceEvents")) {
        if (line.at("ph") == "M" && line.at("args").at("name") == "w1")
            node_process = line.at("pid");
        if (line.at("ph") == "M" || line.at("ph") == "E" || line.at("ph") == "X") continue;
        REQUIRE(line.at("pid") == node_process);
        story.push_back(line.at("ph").get<std::string>() + " " +
                        line.at("name").get<std::string>() + " " + line.at("ts").dump());
    }
    REQUIRE(story == std::vector<std::string>{"B ready 0.0", "B running 1.0",
                                              "i fault.struck w1 2.5", "s cause 2.5",
                                              "B failed 4.0", "f cause 4.0"});
}

TEST_CASE("jsonl holds one object per event and sample", "[record][export]") {
    const Folder folder{"jsonl"};
    const Recorded run({.path = folder.file("run.hive")}, 2, 300);
    Recording recording = opened(folder.file("run.hive"));
    std::istringstream lines{exported(recording, ExportFormat::jsonl)};
    std::size_t count = 0;
    std::size_t events = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const json parsed = json::parse(line);
        if (parsed.count("series") == 1) continue;
        REQUIRE(parsed.at("id") == ++events);
        REQUIRE(parsed.at("attrs").is_object());
    }
    REQUIRE(events == 300);
    REQUIRE(count == run.keeper.lines.size());
}

TEST_CASE("csv starts with a header and quotes what needs it", "[record][export]") {
    const Folder folder{"csv"};
    const Recorded run({.path = folder.file("run.hive")}, 2, 3);
    Recording recording = opened(folder.file("run.hive"));
    const std::string csv = exported(recording, ExportFormat::csv);
    REQUIRE(csv.starts_with("id,t,t_ns,kind,subject,cause,attrs\n1,"));
    REQUIRE(std::count(csv.begin(), csv.end(), '\n') == 4);
}

TEST_CASE("a query prints as aligned table, csv and json lines", "[record][query]") {
    const Folder folder{"query"};
    const Recorded run({.path = folder.file("run.hive")}, 2, 30);
    Recording recording = opened(folder.file("run.hive"));
    const std::string sql = "SELECT 1 AS n, 'a,b' AS text UNION ALL SELECT 200, 'c'";
    REQUIRE(asked(recording, sql, TableFormat::aligned) == "  n  text\n  1  a,b\n200  c\n");
    REQUIRE(asked(recording, sql, TableFormat::csv) == "n,text\n1,\"a,b\"\n200,c\n");
    REQUIRE(asked(recording, sql, TableFormat::json_lines) ==
            "{\"n\":1,\"text\":\"a,b\"}\n{\"n\":200,\"text\":\"c\"}\n");
    REQUIRE(refused(recording, "SELECT kind FROM event").find("events(id, t, t_ns, kind") !=
            std::string::npos);
    REQUIRE(refused(recording, "SELECT * FROM events WHERE kind = \"x\"").find("'single quotes'") !=
            std::string::npos);
}

TEST_CASE("info sums a recording up as text and as JSON", "[record][info]") {
    const Folder folder{"info"};
    const Recorded run({.path = folder.file("run.hive"),
                        .meta = {{"seed", "42"},
                                 {"version", "0.1.0"},
                                 {"profile", "textbook"},
                                 {"command", "glasshive run a.yaml"},
                                 {"file:a.yaml", "seed: 42\n"}}},
                       2, 400);
    Recording recording = opened(folder.file("run.hive"));
    std::ostringstream text;
    std::ostringstream parsed;
    std::ostringstream errors;
    REQUIRE(info(recording, false, text, errors) == 0);
    REQUIRE(info(recording, true, parsed, errors) == 0);
    for (const char* part :
         {"seed       42\n", "ended      cleanly\n", "input      a.yaml\n", "events     400\n"}) {
        CAPTURE(text.str(), part);
        REQUIRE(text.str().find(part) != std::string::npos);
    }
    const json all = json::parse(parsed.str());
    REQUIRE(all.at("digest") == run.digest);
    REQUIRE(all.at("events") == 400);
    REQUIRE(all.at("clean") == true);
    REQUIRE(all.at("subjects").at("node") == 7);
}
