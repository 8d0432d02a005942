// Goal: a recording gives back exactly the run that was recorded. Method: random runs, recorded and
// replayed; everything a live sink saw is compared as text.
#include <catch2/catch.hpp>

#include <sqlite3.h>
#include <sys/resource.h>

#include <csignal>

#include "record/digest.h"
#include "record/helpers.h"
#include "record/schema.h"

using namespace fixture;
using namespace glasshive::record;

namespace {

/// All rows of a query on a plain SQLite connection, as any stranger's tool would see them.
std::string plain_sqlite(const std::string& path, const std::string& sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    std::string rows;
    const auto add = [](void* out, int columns, char** values, char**) {
        for (int i = 0; i < columns; ++i) {
            *static_cast<std::string*>(out) +=
                (i > 0 ? "|" : "") + std::string(values[i] ? values[i] : "");
        }
        *static_cast<std::string*>(out) += "\n";
        return 0;
    };
    const int code = sqlite3_exec(db, sql.c_str(), add, &rows, nullptr);
    const std::string said = sqlite3_errmsg(db);
    sqlite3_close(db);
    CAPTURE(said);
    REQUIRE(code == SQLITE_OK);
    return rows;
}

}   // namespace

TEST_CASE("a replay gives the same events, samples and digest as the live run", "[record]") {
    const Folder folder{"round"};
    const std::uint64_t seed = GENERATE(1, 2, 3);
    const Recorded run({.path = folder.file("run.hive"), .meta = {{"seed", "7"}}}, seed, 3000);
    Recording recording = opened(folder.file("run.hive"));

    Keeper replayed{recording.names()};
    DigestSink digest{recording.registry(), recording.names()};
    REQUIRE_FALSE(recording.replay(replayed));
    REQUIRE_FALSE(recording.replay(digest));
    REQUIRE(replayed.lines.size() == run.keeper.lines.size());
    REQUIRE(replayed.lines == run.keeper.lines);
    REQUIRE(digest.digest() == run.digest);
    REQUIRE(recording.meta("digest") == run.digest);
    REQUIRE(recording.meta("seed") == "7");
    REQUIRE(recording.clean());
}

TEST_CASE("a part of a recording can be replayed by event ids", "[record]") {
    const Folder folder{"part"};
    const Recorded run({.path = folder.file("run.hive")}, 9, 1000);
    Recording recording = opened(folder.file("run.hive"));
    Keeper part{recording.names()};
    REQUIRE_FALSE(recording.replay(part, {.first = EventId{400}, .last = EventId{600}}));
    REQUIRE(part.events.size() == 201);
    const auto first =
        std::find(run.keeper.lines.begin(), run.keeper.lines.end(), part.lines.front());
    REQUIRE(first != run.keeper.lines.end());
    const std::vector<std::string> same(first,
                                        first + static_cast<std::ptrdiff_t>(part.lines.size()));
    REQUIRE(part.lines == same);
}

TEST_CASE("a closed recording is one file with no journal beside it", "[record]") {
    const Folder folder{"one"};
    const Recorded run({.path = folder.file("run.hive")}, 5, 500);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
        REQUIRE(entry.path().filename() == "run.hive");
        ++files;
    }
    REQUIRE(files == 1);
}

TEST_CASE("any sqlite3 reads the views, and sees what our own reader sees", "[record]") {
    const Folder folder{"views"};
    const Recorded run({.path = folder.file("run.hive"), .meta = {{"profile", "textbook"}}}, 4,
                       800);
    Recording recording = opened(folder.file("run.hive"));
    const std::string sqls[] = {
        "SELECT id || '|' || t_ns || '|' || kind || '|' || subject || '|' || cause || '|' || attrs "
        "FROM events ORDER BY id",
        "SELECT t || '|' || series || '|' || subject || '|' || value FROM samples",
        "SELECT count(*) FROM events WHERE json_valid(attrs)",
        "SELECT value FROM meta WHERE key = 'profile'",
    };
    for (const std::string& sql : sqls) {
        CAPTURE(sql);
        const std::string theirs = plain_sqlite(folder.file("run.hive"), sql);
        std::ostringstream ours;
        std::ostringstream errors;
        REQUIRE(query(recording, sql, TableFormat::json_lines, ours, errors) == 0);
        const std::string mine = ours.str();
        REQUIRE(std::count(theirs.begin(), theirs.end(), '\n') ==
                std::count(mine.begin(), mine.end(), '\n'));
        REQUIRE_FALSE(theirs.empty());
    }
    REQUIRE(plain_sqlite(folder.file("run.hive"), sqls[2]) == "800\n");
    REQUIRE(plain_sqlite(folder.file("run.hive"), sqls[3]) == "textbook\n");
}

TEST_CASE("attributes read as seconds, names and bytes", "[record]") {
    const Folder folder{"attrs"};
    Names names;
    EventStream stream{names};
    auto recorder = Recorder::open({.path = folder.file("run.hive")}, registry(), names);
    REQUIRE(recorder.ok());
    stream.add_sink(recorder.value().get());
    const NameId task = names.intern("web.1");
    stream.emit(time_of_ns(1'500'000'000), scenario_cause, task_running, task,
                {field::name(names.intern("it's \"w1\"")), field::bytes({4096}), field::real(0.25),
                 field::integer(-3), field::duration(Duration{2'500'000'000}),
                 field::text("fits\nbest")});
    stream.emit(time_of_ns(1'500'000'000), EventId{1}, task_running, task,
                {field::name(NameId{}), field::bytes({0}), field::real(HUGE_VAL)});
    REQUIRE_FALSE(recorder.value()->close({}));
    const std::string rows =
        plain_sqlite(folder.file("run.hive"), "SELECT t, kind, cause, attrs FROM events");
    REQUIRE(rows ==
            "1.5|task.running|0|{\"node\":\"it's \\\"w1\\\"\",\"memory\":4096,\"load\":0.25,"
            "\"slot\":-3,\"took\":2.5,\"why\":\"fits\\nbest\"}\n"
            "1.5|task.running|1|{\"node\":null,\"memory\":0,\"load\":null,\"slot\":0,\"took\":0.0,"
            "\"why\":null}\n");
}

TEST_CASE("what is left out of a recording never changes the digest", "[record]") {
    const Folder folder{"filter"};
    const Recorded full({.path = folder.file("full.hive")}, 6, 900);
    const Recorded thin({.path = folder.file("thin.hive"),
                         .leave_out = {"task.*"},
                         .verbosity_max = 1,
                         .samples = false},
                        6, 900);
    REQUIRE(full.digest == thin.digest);
    Recording recording = opened(folder.file("thin.hive"));
    REQUIRE(recording.meta("digest") == full.digest);
    Keeper kept{recording.names()};
    REQUIRE_FALSE(recording.replay(kept));
    REQUIRE(kept.events.size() > 100);
    REQUIRE(kept.events.size() == kept.lines.size());   // No samples.
    for (const Event& event : kept.events) {
        REQUIRE((event.kind == node_ready.id || event.kind == node_down.id ||
                 event.kind == fault_struck.id));
    }
}

TEST_CASE("a filter that names no kind is a mistake with a hint", "[record]") {
    const Folder folder{"typo"};
    const Names names;
    const auto recorder = Recorder::open(
        {.path = folder.file("x.hive"), .leave_out = {"task.runing"}}, registry(), names);
    REQUIRE_FALSE(recorder.ok());
    REQUIRE(recorder.problems().front().hint == "did you mean task.running?");
    REQUIRE_FALSE(std::filesystem::exists(folder.file("x.hive")));
}

TEST_CASE("what came from outside is read in order, however long it is", "[record]") {
    const Folder folder{"commands"};
    const std::string path = folder.file("run.hive");
    const std::string large = std::string(command_bytes_max, 'a') + std::string(7, 'b');
    Names names;
    EventStream stream{names};
    {
        auto recorder = Recorder::open({.path = path}, registry(), names);
        REQUIRE(recorder.ok());
        stream.add_sink(recorder.value().get());
        recorder.value()->on_command(time_of_ns(0), "");
        random_run(stream, 3, 50);
        recorder.value()->on_command(time_of_ns(5), large);
        recorder.value()->on_command(time_of_ns(5), "scale web=3");
    }   // Never closed: as a run that was killed.
    Recording recording = opened(path);
    REQUIRE_FALSE(recording.clean());
    const auto commands = recording.commands();
    REQUIRE(commands.ok());
    REQUIRE(commands.value().size() == 3);
    CHECK(commands.value()[0].text.empty());
    CHECK(commands.value()[1].at == time_of_ns(5));
    CHECK(commands.value()[1].text == large);
    CHECK(commands.value()[2].text == "scale web=3");
    CHECK(asked(recording, "SELECT t_ns, more, length(text) FROM commands") ==
          "t_ns,more,length(text)\n0,0,0\n5,1,16777216\n5,0,7\n5,0,11\n");
    Keeper seen{recording.names()};
    REQUIRE_FALSE(recording.replay(seen));
    CHECK(recording.newest_time().value() == seen.events.back().time);
    // Cut in the middle of the long one: that one is not there.
    tamper(path, "DELETE FROM hive_command WHERE id > 2");
    CHECK(opened(path).commands().value().size() == 1);
}

TEST_CASE("after flush a viewer sees everything recorded so far", "[record]") {
    const Folder folder{"live"};
    Names names;
    EventStream stream{names};
    auto recorder = Recorder::open({.path = folder.file("run.hive")}, registry(), names);
    REQUIRE(recorder.ok());
    stream.add_sink(recorder.value().get());
    random_run(stream, 3, 50);
    recorder.value()->flush();
    Recording recording = opened(folder.file("run.hive"));
    REQUIRE_FALSE(recording.clean());
    Keeper seen{recording.names()};
    REQUIRE_FALSE(recording.replay(seen));
    REQUIRE(seen.events.size() == 50);

    stream.emit(stream.last() == EventId{0} ? Time{} : seen.events.back().time, scenario_cause,
                node_ready, names.intern("a new name"), {});
    recorder.value()->flush();
    Keeper more{recording.names()};
    REQUIRE_FALSE(recording.replay(more));
    REQUIRE(more.events.size() == 51);
    REQUIRE(recording.names().text(more.events.back().subject) == "a new name");
    REQUIRE_FALSE(recorder.value()->close({}));
}

TEST_CASE("a recording a viewer held at the end is complete, and sealed later", "[record]") {
    const Folder folder{"held"};
    {
        Names names;
        EventStream stream{names};
        auto recorder = Recorder::open({.path = folder.file("run.hive")}, registry(), names);
        REQUIRE(recorder.ok());
        stream.add_sink(recorder.value().get());
        random_run(stream, 3, 50);
        recorder.value()->flush();
        Recording viewer = opened(folder.file("run.hive"));
        REQUIRE_FALSE(recorder.value()->close({}));
        REQUIRE(viewer.clean());
    }
    REQUIRE(seal(folder.file("run.hive")));
    REQUIRE_FALSE(std::filesystem::exists(folder.file("run.hive-wal")));
    REQUIRE(opened(folder.file("run.hive")).clean());
}

TEST_CASE("an older recording is replaced, any other file is left alone", "[record]") {
    const Folder folder{"replace"};
    const Recorded first({.path = folder.file("run.hive")}, 1, 10);
    const Recorded second({.path = folder.file("run.hive")}, 2, 20);
    Recording recording = opened(folder.file("run.hive"));
    REQUIRE(recording.meta("digest") == second.digest);

    write_bytes(folder.file("thesis.txt"), "years of work");
    const Names names;
    const auto refused = Recorder::open({.path = folder.file("thesis.txt")}, registry(), names);
    REQUIRE_FALSE(refused.ok());
    REQUIRE(refused.problems().front().message ==
            "cannot record here: the file exists and is no recording");
    REQUIRE(bytes_of(folder.file("thesis.txt")) == "years of work");
}

TEST_CASE("a place that cannot be written is one Diagnostic", "[record]") {
    const Folder folder{"nowhere"};
    const Names names;
    for (const std::string& path : {folder.file("missing/run.hive"), folder.path.string()}) {
        const auto recorder = Recorder::open({.path = path}, registry(), names);
        REQUIRE_FALSE(recorder.ok());
        REQUIRE(recorder.problems().size() == 1);
        REQUIRE(recorder.problems().front().message.starts_with("cannot record here"));
    }
}

TEST_CASE("a full disk ends the recording, not the run, and is told once", "[record]") {
    const Folder folder{"full"};
    Names names;
    EventStream stream{names};
    auto recorder = Recorder::open({.path = folder.file("run.hive")}, registry(), names);
    REQUIRE(recorder.ok());
    stream.add_sink(recorder.value().get());
    random_run(stream, 1, 100);
    recorder.value()->flush();

    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{600'000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    random_run(stream, 2, 40'000);   // Time starts anew, which nobody checks while recording.
    recorder.value()->flush();
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);

    const auto problem = recorder.value()->take_problem();
    REQUIRE(problem);
    REQUIRE(problem->message.starts_with("recording stopped: cannot "));
    REQUIRE_FALSE(recorder.value()->take_problem());
    REQUIRE_FALSE(recorder.value()->close({}));
    Recording recording = opened(folder.file("run.hive"));
    REQUIRE_FALSE(recording.clean());
    Keeper kept{recording.names()};
    recording.replay(kept, {.last = EventId{100}});
    REQUIRE(kept.events.size() == 100);
}

TEST_CASE("input files are embedded, and a huge one as its hash", "[record]") {
    const Folder folder{"inputs"};
    const Names names;
    const std::string huge(65 * 1024 * 1024, 'a');
    auto recorder = Recorder::open({.path = folder.file("run.hive"),
                                    .meta = {{"file:a.yaml", "seed: 1\n"}, {"file:b.csv", huge}}},
                                   registry(), names);
    REQUIRE(recorder.ok());
    REQUIRE_FALSE(recorder.value()->close({}));
    Recording recording = opened(folder.file("run.hive"));
    REQUIRE(recording.input_files() == std::vector<std::string>{"a.yaml", "b.csv"});
    REQUIRE(recording.meta("file:a.yaml") == "seed: 1\n");
    REQUIRE(recording.meta("file:b.csv")->starts_with("xxh3:"));
}
