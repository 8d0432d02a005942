"""Goal: query, export and info read sound recordings and refuse everything else in one line.

Method: one recording of a crash, then its parts cut off, overwritten and asked for what it must
not do; the Perfetto trace is checked as a viewer would read it.
"""

import collections
import csv
import io
import json
import pathlib
import random
import shutil
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

CRASH = """schema: 1
seed: 2
duration: 120s
platform: {hosts: 4}
services: [{name: web, image: nginx, replicas: 3, ports: ["8080:80"]}]
faults: [{at: 40s, do: power_off, host: node-2}]
workload: {clients: [{service: web, rate: 2}]}
record: {samples: 1s}
expect: [service web has 3 running tasks within 30s of fault 1]
"""


class Case(program.Case):
    def setUp(self):
        super().setUp()
        self.write("crash.yaml", CRASH)
        self.digest = self.report("crash.yaml", "--record", "a.hive")["digest"]

    def refused(self, *words, say):
        done = self.call(*words, status=2)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, say)
        self.assertLessEqual(len(done.stderr.splitlines()), 3, done.stderr)


class Query(Case):
    def test_three_formats_say_the_same(self):
        sql = "SELECT id, t, kind FROM events WHERE kind = 'node.ready' ORDER BY id"
        rows = [json.loads(line) for line in
                self.call("query", "a.hive", sql, "--json").stdout.splitlines()]
        self.assertEqual(len(rows), 4)
        table = list(csv.DictReader(io.StringIO(self.call("query", "a.hive", sql, "--csv").stdout)))
        self.assertEqual([row["id"] for row in table], [str(row["id"]) for row in rows])
        aligned = self.call("query", "a.hive", sql).stdout
        for row in rows:
            self.assertRegex(aligned, rf"(?m)^ *{row['id']} .*node\.ready")

    def test_any_sqlite_reads_the_three_views(self):
        with sqlite3.connect(self.folder / "a.hive") as file:
            for view in ("meta", "events", "samples"):
                self.assertGreater(file.execute(f"SELECT count(*) FROM {view}").fetchone()[0], 0)
            meta = dict(file.execute("SELECT key, value FROM meta"))
        self.assertEqual(meta["digest"], self.digest)
        self.assertEqual(meta["file:crash.yaml"], CRASH)

    def test_wrong_questions(self):
        for sql, say in [("SELEC 1", "only SELECT"), ("SELECT nothing FROM events", "nothing"),
                         ("", "."), ("SELECT 1; SELECT 2", "one|single"), (";", ".")]:
            self.refused("query", "a.hive", sql, say=say)

    def test_nothing_can_be_written_or_opened_through_a_question(self):
        before = (self.folder / "a.hive").read_bytes()
        for sql in ("DELETE FROM hive_meta", "UPDATE hive_meta SET value = 'x'",
                    "DROP TABLE hive_meta", "CREATE TABLE t(x)", "VACUUM INTO 'stolen.db'",
                    "ATTACH 'other.db' AS o", "PRAGMA journal_mode = WAL",
                    "INSERT INTO hive_meta VALUES ('a', 'b')", "BEGIN",
                    "SELECT load_extension('x')", "SELECT writefile('w', 'x')",
                    "SELECT readfile('crash.yaml')"):
            self.refused("query", "a.hive", sql, say=".")
        self.assertEqual((self.folder / "a.hive").read_bytes(), before)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.hive", "crash.yaml"])


class Export(Case):
    def test_json_lines_and_csv_have_every_event(self):
        with sqlite3.connect(self.folder / "a.hive") as file:
            n = file.execute("SELECT count(*) FROM events").fetchone()[0]
        lines = self.call("export", "a.hive").stdout.splitlines()
        events = [row for row in map(json.loads, lines) if "kind" in row]
        self.assertEqual(len(events), n)
        self.call("export", "a.hive", "-f", "csv", "-o", "a.csv")
        with open(self.folder / "a.csv", newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row.get("kind")]
        self.assertGreaterEqual(len(rows), n)

    def test_the_trace_has_slices_counters_and_arrows_that_meet(self):
        self.call("export", "a.hive", "--format", "perfetto", "-o", "a.json")
        trace = json.loads((self.folder / "a.json").read_text())["traceEvents"]
        phases = collections.Counter(event["ph"] for event in trace)
        names = {(e["pid"], e.get("tid")): e["args"]["name"] for e in trace
                 if e["ph"] == "M" and e["name"] == "thread_name"}
        tracks = set(names.values())
        for node in range(1, 5):
            self.assertIn(f"node node-{node}", tracks)
        tasks = {name for name in tracks if name.startswith("task web.")}
        self.assertEqual(len(tasks), 4)          # Three, and the one that replaced the lost one.
        sliced = {names.get((e["pid"], e["tid"])) for e in trace if e["ph"] in "XB"}
        self.assertLessEqual(tasks, sliced)
        self.assertTrue({f"node node-{n}" for n in range(1, 5)} <= sliced)
        self.assertGreater(phases["C"], 0)
        self.assertEqual(phases["B"], phases["E"])
        starts = [e["id"] for e in trace if e["ph"] == "s"]
        ends = [e["id"] for e in trace if e["ph"] == "f"]
        self.assertGreater(len(starts), 10)
        self.assertEqual(sorted(starts), sorted(ends))
        self.assertTrue(all(e["dur"] >= 0 for e in trace if e["ph"] == "X"))
        self.assertTrue(all(e["ts"] >= 0 for e in trace if "ts" in e))

    def test_what_cannot_be_written_is_said(self):
        before = (self.folder / "a.hive").read_bytes()
        self.refused("export", "a.hive", "-o", "no/such/x", say="no/such/x: cannot be written")
        self.refused("export", "a.hive", "-o", ".", say="cannot be written")
        self.refused("export", "a.hive", "-o", "a.hive", say="is the recording itself")
        self.refused("export", "a.hive", "-o", "/dev/full", say="could not be written")
        self.assertEqual((self.folder / "a.hive").read_bytes(), before)


class Info(Case):
    def test_it_says_what_the_recording_holds(self):
        text = self.call("info", "a.hive").stdout
        for words in (self.digest, "seed", "cleanly", "glasshive run crash.yaml"):
            self.assertIn(words, text)
        self.assertEqual(json.loads(self.call("info", "a.hive", "--json").stdout)["digest"],
                         self.digest)


class Hostile(Case):
    def everything(self, name, say):
        for words in (["query", name, "SELECT * FROM events"], ["export", name], ["info", name],
                      ["run", name], ["check", name]):
            self.refused(*words, say=say)

    def test_what_is_no_recording(self):
        self.write("text.hive", "schema: 1\n")
        self.write("empty.hive", "")
        (self.folder / "folder.hive").mkdir()
        with sqlite3.connect(self.folder / "other.hive") as file:
            file.execute("CREATE TABLE t(x)")
        for name in ("text.hive", "empty.hive", "folder.hive", "other.hive", "missing.hive"):
            self.everything(name, rf"{name}: ")

    def test_a_recording_by_another_name_is_one(self):
        shutil.copy(self.folder / "a.hive", self.folder / "a.db")
        self.assertIn("repeats the recording", self.call("run", "a.db", "-q").stdout)

    def test_damage_never_crashes_and_is_told_in_a_line(self):
        sound = (self.folder / "a.hive").read_bytes()
        chance = random.Random(7)
        for number in range(40):
            data = bytearray(sound)
            if number % 2:
                data = data[:chance.randrange(len(data))]
            else:
                for _ in range(chance.choice([1, 30, 3000])):
                    data[chance.randrange(len(data))] = chance.randrange(256)
            (self.folder / "b.hive").write_bytes(data)
            for words in (["query", "b.hive", "SELECT count(*), sum(t) FROM events"],
                          ["export", "b.hive", "-f", "perfetto"], ["info", "b.hive"],
                          ["check", "b.hive"]):
                done = self.call(*words, status=None)
                self.assertIn(done.returncode, (0, 1, 2), (number, words, done.stderr))
                self.assertLessEqual(len(done.stderr.splitlines()), 6, done.stderr)

    def test_views_and_triggers_stored_in_a_strangers_file_are_not_run(self):
        with sqlite3.connect(self.folder / "a.hive") as file:
            file.execute("DROP VIEW events")
            file.execute("CREATE VIEW events AS SELECT 'fooled' AS kind")
        done = self.call("query", "a.hive", "SELECT kind FROM events LIMIT 1", status=None)
        self.assertNotIn("fooled", done.stdout)


if __name__ == "__main__":
    program.main()
