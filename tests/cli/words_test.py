"""Goal: the command line's words, exit statuses and messages are what its help says.

Method: the program is called as a person would, right and wrong, and every answer is read.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

COMMANDS = ["run", "check", "query", "export", "info", "session", "console", "docs", "completion"]
HELLO = """schema: 1
seed: 11
duration: 20s
platform: {hosts: 2}
services: [{name: web, image: nginx, replicas: 2}]
expect: [service web has 2 running tasks by 10s]
"""
FAILS = HELLO.replace("by 10s", "by 500ms")
WRONG = HELLO.replace("replicas: 2", "replica: two")
NAMES = "".join(f"  - {{name: a-service-with-a-rather-long-name-number-{n:02}, image: x}}\n"
                for n in range(20))


class Case(program.Case):
    def setUp(self):
        super().setUp()
        self.write("hello.yaml", HELLO)
        self.write("fails.yaml", FAILS)
        self.write("wrong.yaml", WRONG)

    def refused(self, *words, say):
        """Exit status 2, nothing on standard output, and a message without control characters."""
        done = self.call(*words, status=2)
        self.assertEqual(done.stdout, "", words)
        self.assertRegex(done.stderr, say)
        self.assertNotRegex(done.stderr, r"[\x00-\x08\x0b-\x1f]")
        self.assertLess(len(done.stderr.splitlines()), 6, done.stderr)
        return done.stderr


class Words(Case):
    def test_every_subcommand_has_a_help_of_its_own(self):
        everything = self.call("--help").stdout
        for command in COMMANDS:
            self.assertRegex(everything, rf"(?m)^  {command} +[A-Z]")
            text = self.call(command, "--help").stdout
            self.assertIn("Usage:", text)
            self.assertNotIn("scenarios/01_hello_cluster.yaml", text)   # The program's footer.
            self.assertNotIn("break-at", text)                          # Hidden.
        self.assertIn("Exit status: 0", everything)

    def test_help_fits_a_terminal(self):
        for command in [[], *([word] for word in COMMANDS)]:
            for line in self.call(*command, "--help").stdout.splitlines():
                self.assertLessEqual(len(line), 115, line)

    def test_version(self):
        self.assertRegex(self.call("--version").stdout, r"^glasshive \d+\.\d+\.\d+\n$")
        self.assertEqual(self.call("-V").stdout, self.call("--version").stdout)

    def test_wrong_words_are_named(self):
        self.refused(say="A subcommand is required")
        self.refused("rum", "hello.yaml", say="did you mean run")
        self.refused("run", say="FILE is required")
        self.refused("run", "hello.yaml", "--sede", "3", say="--sede")
        self.refused("run", "hello.yaml", "--seed", "-3", say="--seed")
        self.refused("run", "hello.yaml", "--seed", "x", say="--seed")
        self.refused("run", "hello.yaml", "--profile", "fast", say="fast")
        self.refused("run", "hello.yaml", "--break-at", "soon", say="--break-at")
        self.refused("export", "x.hive", "--format", "xml", say="xml")
        self.refused("completion", "tcsh", say="tcsh")
        self.refused("docs", "novel", say="novel")
        for until in ("soon", "-3s", "0s", "", "9999999999h", "1e400s"):
            self.refused("run", "hello.yaml", "--until", until, say="--until")


class Status(Case):
    def test_0_when_every_expectation_holds_and_1_when_one_does_not(self):
        self.assertIn("held", self.call("run", "hello.yaml").stdout)
        self.assertIn("failed", self.call("run", "fails.yaml", status=1).stdout)

    def test_2_when_the_files_are_wrong_and_nothing_is_run(self):
        text = self.refused("run", "wrong.yaml", "--record", "x.hive", say=r"wrong\.yaml:5: ")
        self.assertIn("nothing was run", text)
        self.assertFalse((self.folder / "x.hive").exists())

    def test_3_when_we_are_wrong_with_all_that_is_needed_to_see_it_again(self):
        done = self.call("run", "hello.yaml", "--break-at", "7s", "--seed", "5", "--until", "15s",
                         status=3)
        self.assertRegex(done.stderr, r"run_command\.cpp:\d+: glasshive bug: \S+ does not hold\n"
                                      r"    seed 5, virtual time 7\.\d{9} s\n"
                                      r"    replay: glasshive run hello.yaml --seed 5 --until 15s")

    def test_the_worst_of_several_runs_counts(self):
        done = self.call("run", "hello.yaml", "fails.yaml", "hello.yaml", "-q", status=1)
        self.assertEqual(len(re.findall("(?m)^digest  [0-9a-f]{32}$", done.stdout)), 3)
        self.refused("run", "hello.yaml", "wrong.yaml", say=r"wrong\.yaml:5")
        self.refused("run", "hello.yaml", "fails.yaml", "--record", "x", say="--record")


class Run(Case):
    def test_json_is_json_and_says_what_the_text_says(self):
        report = self.report("hello.yaml", "--seed", "7", "--until", "15s", "--record", "a.hive")
        self.assertEqual((report["seed"], report["end_s"], report["exit_code"]), (7, 15.0, 0))
        self.assertEqual(report["record"], "a.hive")
        text = self.call("run", "hello.yaml", "--seed", "7", "--until", "15s").stdout
        self.assertIn(f"digest  {report['digest']}", text)
        replay = text.split("replay  ")[1].split("\n")[0]
        self.assertEqual(replay, report["replay"])
        again = self.call(*replay.split()[1:], "--json").stdout
        self.assertEqual(json.loads(again)["digest"], report["digest"])

    def test_json_says_what_is_wrong_with_a_file(self):
        done = self.call("run", "wrong.yaml", "--json", status=2)
        problem = json.loads(done.stdout)["problems"][0]
        self.assertEqual((problem["file"], problem["line"]), ("wrong.yaml", 5))

    def test_neither_recording_nor_verbosity_nor_quiet_changes_the_digest(self):
        self.write("less.yaml", HELLO + "record: {kinds: [task.*]}\n")
        plain = self.report("hello.yaml")["digest"]
        for words in (["-v"], ["-vv"], ["-q"], ["--all"], ["--record", "r.hive"],
                      ["--invariants"], ["--no-color"]):
            text = self.call("run", "hello.yaml", *words).stdout
            self.assertIn(plain, text, words)
        os.rename(self.folder / "less.yaml", self.folder / "hello.yaml")
        self.assertEqual(self.report("hello.yaml", "--record", "r.hive")["digest"], plain)

    def test_the_digest_does_not_depend_on_where_one_stands(self):
        here = self.report("hello.yaml")["digest"]
        self.assertEqual(self.report("./hello.yaml")["digest"], here)
        self.assertEqual(self.report(self.folder / "hello.yaml")["digest"], here)

    def test_quiet_is_verdicts_digest_and_replay(self):
        lines = self.call("run", "hello.yaml", "-q").stdout.split("\n")
        self.assertEqual([line.split(" ")[0] for line in lines if line[:1].strip()],
                         ["Expectations", "digest", "replay"])

    def test_until_past_the_end_runs_on(self):
        self.assertEqual(self.report("hello.yaml", "--until", "2m")["end_s"], 120.0)

    def test_a_name_with_blanks_is_quoted_in_the_replay_command(self):
        self.write("it's a file.yaml", HELLO)
        replay = self.report("it's a file.yaml")["replay"]
        done = subprocess.run(["bash", "-c", replay], cwd=self.folder, capture_output=True,
                              text=True, check=False, timeout=60,
                              env=program.environment(PATH=f"{program.glasshive.parent}:/bin"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_table_stays_straight_with_twenty_long_names(self):
        self.write("many.yaml", "schema: 1\nduration: 30s\nplatform: {hosts: 5}\nservices:\n"
                   + NAMES)
        out = self.call("run", "many.yaml", "--all").stdout
        table = out[out.index("Service "):].split("\n\n")[0].splitlines()
        self.assertEqual(len(table), 21)
        self.assertEqual({len(line) for line in table}, {len(table[0])})
        for n in range(20):
            self.assertIn(f"number-{n:02}  ", "\n".join(table))

    def test_the_timelines_details_stand_in_one_column(self):
        self.write("many.yaml", "schema: 1\nduration: 30s\nplatform: {hosts: 5}\nservices:\n"
                   + NAMES.replace("-rather-long-name", ""))
        for words in ([], ["-v"], ["-vv", "--all"]):
            out = self.call("run", "many.yaml", *words).stdout.split("\nService")[0]
            at = {line.index("  on node-") for line in out.splitlines() if "  on node-" in line}
            self.assertEqual(len(at), 1, at)
            self.assertNotRegex(out, r"(?m)[ \t]$")

    def test_many_alike_events_of_one_instant_are_one_line_and_with_v_all_of_them(self):
        self.write("crowd.yaml", HELLO.replace("replicas: 2", "replicas: 30")
                   .replace("hosts: 2", "hosts: 30").replace("has 2 running tasks by 10s",
                                                             "has 30 running tasks by 15s"))
        out = self.call("run", "crowd.yaml").stdout
        self.assertEqual(len(re.findall("task.assigned", out)), 1)
        self.assertRegex(out, r"task\.assigned +web\.1 and 29 more")
        self.assertEqual(len(re.findall("task.assigned", self.call("run", "crowd.yaml", "-v")
                                        .stdout)), 30)


    def test_each_v_shows_more_kinds(self):
        self.write("more.yaml", HELLO.replace("replicas: 2", "replicas: 2, ports: ['80:80']") +
                   "workload: {clients: [{service: web, rate: 1}]}\n")
        seen = [set(re.findall(r"(?m)^ +[\d.]+ s  [x!+ ] (\S+)",
                               self.call("run", "more.yaml", *v).stdout))
                for v in ([], ["-v"], ["-vv"], ["-v", "-v"], ["--verbose", "--verbose"])]
        self.assertLess(seen[0], seen[1])
        self.assertLess(seen[1], seen[2])
        self.assertEqual(seen[2], seen[3])
        self.assertEqual(seen[2], seen[4])
        self.assertIn("run.started", seen[2])


class Check(Case):
    def test_good_and_bad_files_together(self):
        self.write("stack.yaml", "services:\n  web: {image: nginx}\n")
        done = self.call("check", "hello.yaml", "wrong.yaml", "stack.yaml", status=2)
        self.assertEqual(done.stdout.splitlines(),
                         ["hello.yaml: ok (1 service, 0 faults, 1 expectation)",
                          "stack.yaml: ok (1 service)"])
        self.assertRegex(done.stderr, r"wrong\.yaml:5: services\[0\]\.replica")
        self.assertEqual(self.call("check", "hello.yaml", "-q").stdout, "")
        problems = json.loads(self.call("check", "wrong.yaml", "--json", status=2).stdout)
        self.assertGreaterEqual(len(problems["problems"]), 1)

    def test_a_recording_is_judged_as_its_run_was(self):
        for name, status in (("hello", 0), ("fails", 1)):
            run = self.report(f"{name}.yaml", "--record", f"{name}.hive", status=status)
            told = self.call("check", f"{name}.hive", "--json", status=status).stdout
            judged = [json.loads(line) for line in told.splitlines()]
            self.assertEqual([j["figure"] for j in judged if "figure" in j],
                             [e["figure"] for e in run["expectations"]])


class Odd(Case):
    """Input that no scenario is."""

    def test_empty_files_folders_devices_and_what_is_not_there(self):
        self.write("empty.yaml", "")
        (self.folder / "folder.yaml").mkdir()
        (self.folder / "binary.yaml").write_bytes(bytes(range(256)) * 8)
        self.write("unreadable.yaml", HELLO)
        os.mkfifo(self.folder / "pipe.yaml")
        for verb in ("run", "check"):
            self.refused(verb, "empty.yaml", say="empty.yaml")
            self.refused(verb, "folder.yaml", say=r"folder\.yaml: is a folder")
            self.refused(verb, "missing.yaml", say=r"missing\.yaml: there is no such file")
            self.refused(verb, "/dev/null", say="/dev/null")
            self.refused(verb, "binary.yaml", say=r"binary\.yaml")
            self.refused(verb, "pipe.yaml", say=r"pipe\.yaml")
            self.refused(verb, "", say=".")

    def test_a_recording_that_cannot_be_written_is_said_before_the_run(self):
        (self.folder / "folder.hive").mkdir()
        self.refused("run", "hello.yaml", "--record", "no/where/x.hive", say="no/where/x.hive")
        self.refused("run", "hello.yaml", "--record", "folder.hive", say="folder.hive")
        self.refused("run", "hello.yaml", "--record", "/dev/null", say="/dev/null")
        self.refused("run", "hello.yaml", "--record", "hello.yaml", say="hello.yaml")
        self.assertEqual((self.folder / "hello.yaml").read_text(), HELLO)

    def test_a_full_disk_ends_the_recording_and_not_the_run(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            self.skipTest("no right to mount a file system")
        self.addCleanup(subprocess.run, ["umount", str(disk)], check=True)
        self.write("l.yaml", HELLO.replace("20s", "20m").replace("replicas: 2",
                   "replicas: 2, ports: ['80:80']") +
                   "workload: {clients: [{service: web, rate: 50}]}\n")
        plain = self.report("l.yaml")["digest"]
        done = self.call("run", "l.yaml", "-q", "--record", "disk/r.hive", status=None)
        self.assertIn(f"digest  {plain}", done.stdout)
        self.assertRegex(done.stdout, r"disk/r\.hive: .*(full|disk)")

    def test_output_that_nobody_reads_ends_the_run_quietly(self):
        done = subprocess.run(["bash", "-c", f"{program.glasshive} run hello.yaml -vv --all"
                               " | head -1; echo ${PIPESTATUS[0]}"], cwd=self.folder,
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout.splitlines()[-1], "^(0|141)$")


if __name__ == "__main__":
    program.main()
