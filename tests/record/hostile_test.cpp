// Goal: a recording is a stranger's file: whatever is in it, the reader stays alive, runs nothing
// of it and says one clear line. Method: sound files bent at seeded places, files with planted
// views, triggers and tables, and SQL that tries to get out.
#include <catch2/catch.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <set>

#include "record/export.h"
#include "record/helpers.h"
#include "record/info.h"
#include "record/schema.h"

using namespace fixture;
using namespace glasshive::record;

namespace {

/// Reads a recording in every way there is. What was said is one clear line, or nothing.
void read_all(Recording& recording) {
    std::ostringstream out;
    std::ostringstream errors;
    info(recording, false, out, errors);
    for (const char* format : {"jsonl", "csv", "perfetto"}) {
        export_recording(recording, *export_format(format), out, errors);
    }
    query(recording, "SELECT kind, count(*), max(attrs) FROM events GROUP BY kind",
          TableFormat::csv, out, errors);
    query(recording, "SELECT * FROM samples", TableFormat::aligned, out, errors);
    recording.state_at(time_of_ns(5'000'000'000));
    recording.sample_buckets(NameId{0}, NameId{1}, 4, Time{}, time_never);
}

void require_one_line(const Diagnostic& problem) {
    CAPTURE(problem.message);
    REQUIRE_FALSE(problem.message.empty());
    REQUIRE(problem.message.find('\n') == std::string::npos);
}

std::string problem_with(const std::string& path) {
    const auto recording = Recording::open(path);
    REQUIRE_FALSE(recording.ok());
    REQUIRE(recording.problems().size() == 1);
    require_one_line(recording.problems().front());
    return recording.problems().front().message;
}

}   // namespace

TEST_CASE("files that are no recordings are told apart in one line", "[record][hostile]") {
    const Folder folder{"foreign"};
    REQUIRE(problem_with(folder.file("none.hive")) == "cannot open: No such file or directory");
    REQUIRE(problem_with(folder.path.string()) == "not a file");
    write_bytes(folder.file("empty"), "");
    REQUIRE(problem_with(folder.file("empty")) == "the file is empty");
    write_bytes(folder.file("text"), "seed: 1\nduration: 10m\n");
    REQUIRE(problem_with(folder.file("text")) == "not a recording");
    write_bytes(folder.file("cut"), "SQLite format 3");
    REQUIRE(problem_with(folder.file("cut")) == "the recording is cut off after 15 bytes");
    tamper(folder.file("other"), "CREATE TABLE t(a)");
    REQUIRE(problem_with(folder.file("other")) == "an SQLite database, but not a recording");
    const Recorded run({.path = folder.file("newer.hive")}, 1, 10);
    tamper(folder.file("newer.hive"), "PRAGMA user_version = 9");
    REQUIRE(problem_with(folder.file("newer.hive")) ==
            "written by a newer Glasshive: schema 9, this one reads " +
                std::to_string(schema_version));
}

TEST_CASE("a bent or truncated recording never crashes the reader", "[record][hostile]") {
    const Folder folder{"bent"};
    const Recorded run({.path = folder.file("run.hive"), .keyframe_every = 50}, 3, 250);
    const std::string sound = bytes_of(folder.file("run.hive"));
    Dice dice{2024};
    std::set<std::string> said;
    for (int i = 0; i < 300; ++i) {
        std::string bytes = sound;
        if (i % 5 == 0) {
            bytes.resize(dice.below(bytes.size()));
        } else {
            for (std::uint64_t n = 1 + dice.below(4); n > 0; --n) {
                bytes[dice.below(bytes.size())] = static_cast<char>(dice.next());
            }
        }
        auto recording = Recording::from_bytes(bytes, {.operations_max = 1'000'000});
        if (!recording.ok()) {
            require_one_line(recording.problems().front());
            said.insert(recording.problems().front().message);
            continue;
        }
        read_all(recording.value());
    }
    REQUIRE(said.size() >= 3);
}

TEST_CASE("rows that no run writes are damage, told with the event's number", "[record][hostile]") {
    const Folder folder{"rows"};
    struct Row {
        const char* sql;
        const char* message;
    };
    const Row row = GENERATE(values<Row>({
        {"UPDATE hive_event SET subject = 99999 WHERE id = 7", "event 7: its subject has no name"},
        {"UPDATE hive_event SET kind = 99 WHERE id = 7", "event 7: its kind is not described"},
        {"UPDATE hive_event SET kind = 70000 WHERE id = 7", "event 7: its kind is not described"},
        {"UPDATE hive_event SET cause = 8 WHERE id = 7", "event 7: it is caused by a later event"},
        {"UPDATE hive_event SET cause = -1 WHERE id = 7", "event 7: it is caused by a later event"},
        {"UPDATE hive_event SET t_ns = -5 WHERE id = 7", "event 7: time goes back"},
        {"UPDATE hive_event SET t_ns = 'noon' WHERE id = 7", "event 7: a column is no integer"},
        {"UPDATE hive_event SET kind = 1, f0 = 4242 WHERE id = 7",
         "event 7: a field names nothing"},
        {"UPDATE hive_event SET kind = 1, f0 = 'x' WHERE id = 7", "event 7: a field is no integer"},
    }));
    CAPTURE(row.sql);
    const Recorded run({.path = folder.file("run.hive")}, 3, 20);
    tamper(folder.file("run.hive"), row.sql);
    Recording recording = opened(folder.file("run.hive"));
    Keeper keeper{recording.names()};
    const auto problem = recording.replay(keeper);
    REQUIRE(problem);
    REQUIRE(problem->message == std::string("the recording is damaged: ") + row.message);
}

TEST_CASE("a schema that is not ours is refused", "[record][hostile]") {
    const Folder folder{"schema"};
    const std::string sql = GENERATE(
        "INSERT INTO hive_kind VALUES (0, 'x.y', 's', '', '', 0, 0)",
        "INSERT INTO hive_kind VALUES (70000, 'x.y', 's', '', '', 0, 0)",
        "INSERT INTO hive_field VALUES (1, 5, 'x', 1, '')",
        "INSERT INTO hive_field VALUES (1, 1, 'x', 99, '')",
        "INSERT INTO hive_field VALUES (77, 0, 'x', 1, '')",
        "INSERT INTO hive_name VALUES (1000000, 'x')",
        "UPDATE hive_name SET text = (SELECT text FROM hive_name WHERE id = 0) WHERE id = 1",
        "DROP TABLE hive_sample",
        "DROP TABLE hive_command; CREATE TABLE hive_command(t_ns INTEGER, text TEXT)",
        "DROP TABLE hive_text; CREATE VIEW hive_text AS SELECT 1 AS id, 'boo' AS text",
        "DROP TABLE hive_text; CREATE TABLE hive_text(id INTEGER PRIMARY KEY, text TEXT, n AS "
        "(1))");
    CAPTURE(sql);
    const Recorded run({.path = folder.file("run.hive")}, 3, 20);
    tamper(folder.file("run.hive"), sql);
    REQUIRE(problem_with(folder.file("run.hive")).starts_with("the recording is damaged: "));
}

TEST_CASE("a list of commands that cannot be is refused", "[record][hostile]") {
    const Folder folder{"commands"};
    const std::string sql = GENERATE("(2, 0, 'b'), (1, 0, 'a')", "(-1, 0, 'a')",
                                     "(1, 1, 'a'), (2, 0, 'b')", "('x', 1, 'a'), (7, 0, 'b')");
    CAPTURE(sql);
    const Recorded run({.path = folder.file("run.hive")}, 3, 20);
    tamper(folder.file("run.hive"), "INSERT INTO hive_command(t_ns, more, text) VALUES " + sql);
    const auto commands = opened(folder.file("run.hive")).commands();
    REQUIRE_FALSE(commands.ok());
    REQUIRE(to_text(commands.problems().front()).find("out of order") != std::string::npos);
}

TEST_CASE("views and triggers stored in a file are never run", "[record][hostile]") {
    const Folder folder{"planted"};
    const Recorded run({.path = folder.file("run.hive")}, 3, 20);
    tamper(folder.file("run.hive"),
           "DROP VIEW events; DROP VIEW meta;"
           "CREATE VIEW events AS SELECT 666 AS id, 0 AS t, 0 AS t_ns, 'evil' AS kind, 'x' AS "
           "subject, "
           "0 AS cause, '{}' AS attrs;"
           "CREATE VIEW meta AS SELECT 'seed' AS key, 'evil' AS value;"
           "CREATE VIEW evil AS SELECT load_extension('x');"
           "CREATE TABLE secret(a); INSERT INTO secret VALUES ('evil');"
           "CREATE TRIGGER t AFTER INSERT ON hive_event BEGIN SELECT load_extension('x'); END;");
    Recording recording = opened(folder.file("run.hive"));
    REQUIRE(asked(recording, "SELECT count(*) FROM events WHERE kind = 'evil'") == "count(*)\n0\n");
    REQUIRE(asked(recording, "SELECT count(*) FROM events") == "count(*)\n20\n");
    REQUIRE(asked(recording, "SELECT count(*) FROM meta WHERE value = 'evil'") == "count(*)\n0\n");
    refused(recording, "SELECT * FROM main.events");
    refused(recording, "SELECT * FROM evil");
    refused(recording, "SELECT * FROM secret");
}

TEST_CASE("a query cannot write, attach, load, set or run for ever", "[record][hostile]") {
    const Folder folder{"sql"};
    const Recorded run({.path = folder.file("run.hive")}, 3, 20);
    const std::string before = bytes_of(folder.file("run.hive"));
    auto opened_small = Recording::open(folder.file("run.hive"), {.operations_max = 2'000'000});
    REQUIRE(opened_small.ok());
    Recording& recording = opened_small.value();
    for (const char* sql :
         {"ATTACH '/etc/passwd' AS p",
          "PRAGMA writable_schema = ON",
          "DELETE FROM hive_event",
          "INSERT INTO hive_meta VALUES ('a', 'b')",
          "CREATE TABLE t(a)",
          "DROP VIEW events",
          "VACUUM INTO 'x'",
          "WITH x AS (SELECT 1) DELETE FROM hive_event",
          "WITH x AS (SELECT 1) INSERT INTO hive_meta VALUES (1, 2)",
          "SELECT load_extension('x')",
          "SELECT * FROM pragma_table_info('hive_event')",
          "SELECT * FROM pragma_database_list",
          "SELECT 1; DELETE FROM hive_event",
          "SELECT 1; SELECT 2",
          "BEGIN",
          "COMMIT",
          "",
          "  -- nothing",
          "/* open",
          ";",
          "EXPLAIN DELETE FROM hive_event",
          "SELECT * FROM dbstat",
          "SELECT * FROM sqlite_stmt",
          "SELECT fts3_tokenizer('x')",
          "SELECT zeroblob(1000000000)",
          "SELECT nosuch FROM events",
          "SELEKT 1",
          "SELECT 'open",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
          "SELECT count(*) FROM events a, events b, events c, events d, events e, events f"}) {
        const std::string said = refused(recording, sql);
        CAPTURE(sql, said);
        REQUIRE(std::count(said.begin(), said.end(), '\n') <= 2);   // The line and its hint.
    }
    REQUIRE(bytes_of(folder.file("run.hive")) == before);
    REQUIRE(asked(recording, "SELECT count(*) FROM events") == "count(*)\n20\n");
    REQUIRE(asked(recording, "WITH a AS (SELECT id FROM events) SELECT max(id) FROM a") ==
            "max(id)\n20\n");
    REQUIRE(asked(recording,
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
                  "SELECT sum(i) FROM n") == "sum(i)\n15\n");
    REQUIRE(asked(recording, "EXPLAIN QUERY PLAN SELECT * FROM events").size() > 10);
    REQUIRE(
        asked(recording, "SELECT count(*) > 3 FROM events e, json_each(e.attrs)").ends_with("1\n"));
}

TEST_CASE("hostile names cannot drive the terminal", "[record][hostile]") {
    const Folder folder{"names"};
    Names names;
    EventStream stream{names};
    auto recorder = Recorder::open(
        {.path = folder.file("run.hive"), .meta = {{"seed", "\x1b[31m7"}}}, registry(), names);
    REQUIRE(recorder.ok());
    stream.add_sink(recorder.value().get());
    stream.emit(Time{}, scenario_cause, node_ready,
                names.intern("\x1b]0;owned\x07 \xc2\x9b"
                             "2J \xff <&\"'"),
                {});
    REQUIRE_FALSE(recorder.value()->close({}));
    Recording recording = opened(folder.file("run.hive"));
    std::ostringstream out;
    std::ostringstream errors;
    info(recording, false, out, errors);
    info(recording, true, out, errors);
    for (const char* format : {"jsonl", "csv", "perfetto"}) {
        REQUIRE(export_recording(recording, *export_format(format), out, errors) == 0);
    }
    for (const TableFormat format :
         {TableFormat::aligned, TableFormat::csv, TableFormat::json_lines}) {
        out << asked(recording, "SELECT subject, subject AS \"\x1b[1mhead\" FROM events", format);
    }
    const std::string text = out.str();
    for (const char control : {'\x1b', '\x07', '\xff'})
        REQUIRE(text.find(control) == std::string::npos);
    REQUIRE(text.find("\xc2\x9b") == std::string::npos);
    REQUIRE(text.find("\\x1b]0;owned\\x07") != std::string::npos);
}

TEST_CASE("a recording is read from a folder nobody may write to", "[record][hostile]") {
    const Folder folder{"readonly"};
    const Recorded clean({.path = folder.file("clean.hive")}, 3, 20);
    const Recorded cut({.path = folder.file("cut.hive")}, 3, 20, false);
    std::filesystem::permissions(folder.path, std::filesystem::perms(0555));
    // Root may write anywhere: be nobody for a moment.
    const bool root = ::geteuid() == 0;
    if (root) REQUIRE(::seteuid(65534) == 0);
    const bool writable = ::access(folder.path.c_str(), W_OK) == 0 && !root;
    const auto first = Recording::open(folder.file("clean.hive"));
    const auto second = Recording::open(folder.file("cut.hive"));
    if (root) REQUIRE(::seteuid(0) == 0);
    std::filesystem::permissions(folder.path, std::filesystem::perms(0755));
    REQUIRE_FALSE(writable);
    REQUIRE(first.ok());
    REQUIRE(first.value().clean());
    REQUIRE(second.ok());
    REQUIRE_FALSE(second.value().clean());
}
