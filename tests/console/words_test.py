"""Goal: every word does what its help says, and a wrong one says what would have been right.

Method: consoles driven through a pipe; what they show is compared with the commands that read
recordings, and mistakes with what is said of them.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import talk  # noqa: E402
from talk import program  # noqa: E402

# A line, and how what is said of it begins and goes on.
MISTAKES = [
    ("bogus", 'console: there is no word "bogus"', "help lists them"),
    ("inspct", 'console: there is no word "inspct"', "did you mean inspect?"),
    ("run", "run: use: run TIME", "help run says more"),
    ("run soon", 'run: "soon" is no instant', "such as 90s or 5m"),
    ("run 10", 'run: "10" is no instant', "such as 90s or 5m"),
    ("run -5s", 'run: "-5s" is no instant', "such as 90s or 5m"),
    ("run 3s", "run: 3s is past: it is 20s", "rewind 3s goes back"),
    ("run event task.fialed", 'event: no kind of event is called "task.fialed"',
     "did you mean task.failed?"),
    ("run event a b c", "run: use: ", ""),
    ("step 0", "step: use: step [N]", ""),
    ("step -3", "step: use: step [N]", ""),
    ("rewind", "rewind: use: rewind TIME", ""),
    ("rewind 50s", "rewind: 50s is to come: it is 20s", "run 50s goes there"),
    ("branch", "branch: use: branch NAME [TIME]", ""),
    ("branch main", "branch: main exists already", "switch main goes there"),
    ("branch a/b", "branch: a name has letters", ""),
    ("switch man", "switch: no line of history is called man", "did you mean main?"),
    ("switch main", "switch: this is main", ""),
    ("scale web", "command: scale needs SERVICE=N", "scale web=5"),
    ("scale wbe=3", 'command: no service is named "wbe"', "did you mean web?"),
    ("drain node-9", 'command: no host is named "node-9"', "did you mean node-1?"),
    ("fault {do: power_of, host: node-1}", 'command: fault.do: "power_of" is not one of',
     "did you mean power_off?"),
    ("fault {do: power_off, host: w1}", 'command: fault.host: no host is named "w1"', ""),
    ("fault {do: power_off", "command: ", ""),
    ("docker srvice ls", "command: docker: unknown command: docker srvice", ""),
    ("ps wbe", "ps: no such service: wbe", ""),
    ("ps web 3x", 'ps: "3x" is no instant', ""),
    ("nodes web", 'nodes: "web" is no instant', ""),
    ("explain", "explain: use: explain SUBJECT [TIME]", ""),
    ("explain nobody", 'explain: nothing is known of "nobody"', ""),
    ("inspect nod node-1", "inspect: nothing is a nod", "did you mean node?"),
    ("inspect node node-11", "inspect: no node is called node-11 now", "did you mean node-1?"),
    ("events tsk.*", 'event: no kind of event is called "tsk.*"', ""),
    ("sql", "sql: use: sql SELECT", ""),
    ("sql DROP TABLE events", "sql: only SELECT", ""),
    ("sql SELECT colour", "sql: no such column: colour", "events(id, t"),
    ("save", "save: use: save FILE.yaml", ""),
    ("save no/such/s.yaml", "no/such/s.yaml: cannot be written: No such file", ""),
    ("save shop.yaml", "shop.yaml: is there already and is no saved session", ""),
    ("save s.hive", "s.hive: a session is saved as a scenario", ""),
    ("record s.yaml", "s.yaml: a recording's name ends in .hive", "save FILE.yaml"),
    ("record no/such/s.hive", "no/such/s.hive: cannot record here", "folder must exist"),
    ("record text.hive", "text.hive: ", ""),
    ("verbosity 4", "verbosity: use: verbosity 0…3", ""),
    ("help bogus", 'console: there is no word "bogus"', ""),
]


class Mistakes(talk.Case):
    def test_every_mistake_says_its_line_what_is_wrong_and_what_to_do(self):
        self.write("text.hive", "Not a recording.\n")
        before = self.digest(self.console("run 20s"))
        said = self.console("run 20s", *[line for line, _, _ in MISTAKES], status=2)
        for number, (line, message, hint) in enumerate(MISTAKES, start=2):
            with self.subTest(line):
                self.assertIn(f"\nline {number}: {message}", said)
                about = said.split(f"\nline {number}: ")[1].split("\nline ")[0]
                self.assertIn(hint, about)
        self.assertEqual(self.digest(said), before)          # Nothing came of any of them.
        self.assertEqual((self.folder / "text.hive").read_text(), "Not a recording.\n")
        self.assertNotIn(str(self.folder), said)
        self.assertNotIn("/glasshive-", said)                # Nor of where it keeps things.

    def test_a_wrong_line_does_not_keep_the_next_from_being_done(self):
        said = self.console("bogus", "run 5s", "time", status=2)
        self.assertIn("at        5s of 60s", said)

    def test_what_the_cluster_refuses_is_no_mistake_but_an_event(self):
        said = self.console("run 5s", "docker node rm node-2")
        self.assertIn("docker node rm node-2: rpc error", said)

    def test_a_scenario_with_mistakes_is_not_played(self):
        self.write("broken.yaml", talk.SHOP.replace("seed:", "sead:").replace("4}", "none}"))
        said = self.console("run 5s", file="broken.yaml", status=2)
        self.assertIn('broken.yaml:2: sead: unknown key "sead"\n    hint: did you mean seed?', said)
        self.assertIn("broken.yaml:4: platform.hosts: ", said)
        self.assertTrue(said.endswith("2 problems; nothing was run.\n"), said)
        self.assertIn("there is no such file", self.console("x", file="none.yaml", status=2))
        self.assertIn("--until", self.console("x", words=("--until", "x"), status=2))

    def test_a_console_without_a_place_for_its_files_says_so(self):
        done = self.call("console", "shop.yaml", status=2, input="run 5s\n",
                         env=program.environment(TMPDIR=str(self.folder / "no")[:50]))
        self.assertIn("cannot make a temporary folder", done.stderr)

    def test_rubbish_is_answered_and_changes_nothing(self):
        before = self.digest(self.console("run 20s"))
        said = self.console("run 20s", "\t\x01\x1b[31m", "x" * 100_000, "scale \x00=1", "'", "{",
                            "docker \x07", "# a remark", "", "   ", "run\t20s", status=2)
        self.assertEqual(self.digest(said), before)
        self.assertNotIn("\x1b", said)
        self.assertNotIn("\x07", said)


class Looking(talk.Case):
    def test_tables_are_those_of_the_commands_that_read_recordings(self):
        said = self.console("run 45s", "ps web", "services", "nodes", "nodes 20s", "explain web.2",
                            "explain node-2 35s", "record r.hive")
        for words in (["ps", "r.hive", "web", "--at", "45s"], ["services", "r.hive"],
                      ["nodes", "r.hive"], ["nodes", "r.hive", "--at", "20s"],
                      ["explain", "r.hive", "web.2", "--at", "45s"],
                      ["explain", "r.hive", "node-2", "--at", "35s"]):
            self.assertIn(self.call(*words).stdout, said, words)

    def test_inspect_shows_every_field_of_whatever_there_is(self):
        said = self.console("run 20s", "drain node-3", "run 25s", "inspect node node-3",
                            "inspect service", "inspect web.1", "inspect host", "inspect")
        self.assertRegex(said, r"node node-3: ready since 0\.100 s \(last said: #\d+\)\n"
                               r"(  .*\n)*  availability +drain\n")
        self.assertIn("\nweb\ntask web.1.", said)
        self.assertRegex(said, r"container web\.1\.\w{25}: running since .*\n  host +node-\d\n")
        self.assertIn("\nnode-1\nnode-2\nnode-3\nnode-4\n", said)
        self.assertIn("node-3     Ready     Drain", said)

    def test_events_are_shown_again_by_patterns_whatever_their_level(self):
        said = self.console("run 40s", "verbosity 0", "events container.* web.*", "events",
                            "events request.ok").split("\n40s, ")[1]
        self.assertIn("container.serving", said)              # Of a level that -v shows.
        self.assertEqual(said.count("container.started"), 3)
        self.assertEqual(said.count("fault.started"), 1)      # By level 0 alone.
        self.assertIn("request.ok", said)

    def test_verbosity_decides_what_a_run_shows(self):
        least = self.console("verbosity 0", "run end")
        self.assertIn("fault.started", least)
        self.assertNotIn("task.running", least)
        self.assertIn("request.ok", self.console("run end", words=("-vv",)))

    def test_a_long_list_of_events_is_cut_and_says_how_to_see_them(self):
        self.write("busy.yaml", talk.SHOP.replace("rate: 5", "rate: 50"))
        said = self.console("verbosity 3", "run end", "verbosity 0", "run end", file="busy.yaml")
        self.assertIn(" more lines; events KIND SUBJECT shows some of them", said)
        self.assertLess(said.count("\n"), 500)

    def test_sql_is_asked_of_the_recording(self):
        said = self.console("run 10s", "sql SELECT max(id) AS newest FROM events", "time")
        newest = said.split("newest\n")[1].split()[0]
        self.assertIn(f"events    {newest}\n", said)

    def test_help_has_every_word_and_more_about_each(self):
        said = self.console("help")
        words = {line.split()[0] for line in said.splitlines()
                 if line.startswith("  ") and not line.startswith("   ")}
        self.assertEqual(words, {
            "run", "step", "time", "inspect", "ps", "services", "nodes", "explain", "events", "sql",
            "docker", "scale", "update", "drain", "pause", "activate", "fault", "heal", "store",
            "on", "commands", "rewind", "undo", "branch", "branches", "switch", "save", "record",
            "verbosity", "help", "quit"})
        more = self.console(*[f"help {word}" for word in sorted(words)])
        self.assertNotIn("there is no word", more)
        self.assertTrue(all(len(line) <= 100 for line in (said + more).splitlines()))

    def test_no_prompt_and_no_colour_in_a_pipe(self):
        said = self.console("run 5s")
        self.assertNotIn("> ", said)
        self.assertNotIn("\x1b", said)


class Running(talk.Case):
    def test_a_run_up_to_an_event_stops_in_its_entry(self):
        said = self.console("run event task.running web.2", "record r.hive",
                            "run event node.down", "run event task.failed")
        first = self.events("r.hive", "kind = 'task.running' AND subject LIKE 'web.2.%'")
        self.assertEqual(len(first), 1)
        last = self.events("r.hive", "kind NOT LIKE 'run.%' AND kind NOT LIKE 'expect.%'")[-1]
        self.assertEqual(last["t"], first[0]["t"])
        self.assertIn(f"\n#{first[0]['id']} task.running: the managers learn", said)
        self.assertIn("node.down: the managers call node-2 DOWN", said)
        self.assertTrue(said.split("no such event came")[0].endswith("the end of the run\n"))

    def test_running_beyond_the_end_stops_there(self):
        for line in ("run end", "run 90s", "run +100000h"):
            said = self.console("run 10s", line, "step", "time")
            self.assertIn("the end of the run\n", said)
            self.assertIn("at        60s of 60s", said)
            self.assertIn("1 steps were not taken", said)


class Ends(talk.Case):
    def children(self, process):
        path = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def gone(self, pid):
        for _ in range(100):
            try:
                if pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                    return True
            except FileNotFoundError:
                return True
            time.sleep(0.05)
        return False

    def test_when_its_process_dies_nothing_given_is_lost(self):
        whole = self.digest(self.console("run 10s", "scale web=5", "run 20s"))
        console = self.start()
        self.tell(console, "run 10s", "scale web=5", "run 15s", until="15s, ")
        os.kill(self.children(console)[0], signal.SIGKILL)
        said = self.end(console, "run 16s", "run 17s", "scale web=6", "commands", "ps", "branches",
                        "save s.yaml", "rewind 12s", "run 20s", status=3)
        self.assertIn("line 4: session: the session process died: signal 9 ended it\n"
                      "    hint: what was given is kept", said)
        self.assertEqual(said.count("there is no session process"), 2)
        self.assertEqual(said.split("rewind TIME starts a new one\n")[-1].splitlines()[0],
                         "10s  scale web=5")
        self.assertIn("saved s.yaml: 15s, 1 given", said)
        self.assertIn("events as before, up to here", said)
        self.assertEqual(self.digests(said)[-1], whole)
        self.assertIn("do: \"scale web=5\"", (self.folder / "s.yaml").read_text())

    def test_signals_end_it_with_all_that_is_its(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            console = self.start()
            self.tell(console, "run 5s", until="5s, ")
            children = self.children(console)
            self.assertEqual(len(children), 1)
            console.send_signal(number)
            self.assertEqual(console.wait(30), 128 + number)
            self.assertEqual(list(self.scratch().iterdir()), [])
            self.assertTrue(self.gone(children[0]))

    def test_even_sigkill_leaves_no_process_behind(self):
        console = self.start()
        self.tell(console, "run 5s", until="5s, ")
        children = self.children(console)
        console.kill()
        self.assertTrue(self.gone(children[0]))

    def test_an_interrupt_gives_a_script_up(self):
        self.write("long.yaml", talk.SHOP.replace("60s", "400h").replace("rate: 5", "rate: 200"))
        console = self.start(file="long.yaml")
        self.tell(console, "run 5s", until="5s, ")
        console.stdin.write("run end\nscale web=9\nsave s.yaml\n")
        console.stdin.flush()
        time.sleep(0.5)
        console.send_signal(signal.SIGINT)
        said = self.end(console, status=128 + signal.SIGINT)
        self.assertIn("paused\n", said)
        self.assertNotIn("scale web=9", said)

    def test_a_reader_that_leaves_ends_it(self):
        read, write = os.pipe()
        with open(write, "wb") as out:
            process = self.start_into(out)
            os.close(read)
        process.communicate("run end\nevents\nrun end\n", timeout=60)
        self.assertEqual(list(self.scratch().iterdir()), [])

    def start_into(self, out):
        process = subprocess.Popen([str(program.glasshive), "console", "shop.yaml"],
                                   cwd=self.folder, text=True, stdin=subprocess.PIPE, stdout=out,
                                   stderr=subprocess.DEVNULL,
                                   env=program.environment(TMPDIR=str(self.scratch())))
        self.addCleanup(self.stop, process)
        return process


if __name__ == "__main__":
    program.main()
