"""Goal: what was done at a console can be undone, repeated and kept, to the same events.

Method: consoles driven through a pipe; what they save and record is run and compared.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import talk  # noqa: E402
from talk import program  # noqa: E402

# Ends in a busy instant, at a time that has nine decimals; a fault, a refusal, docker's own words.
STORY = ["step 40", "run 15s", "scale web=5", "drain node-3", "run +5s",
         "fault {do: power_off, host: node-4, for: 20s}", "step 17", "activate node-3",
         "docker service update --image nginx:2 web", "docker node rm node-1", "run 42.5s",
         "step 3"]


class Saving(talk.Case):
    def told(self, *lines, **more):
        """One console's words; its digest."""
        return self.digest(self.console(*lines, **more))

    def test_a_saved_session_and_its_recording_run_to_the_same_digest(self):
        said = self.console(*STORY, "save s.yaml", "record s.hive")
        self.assertEqual(len(self.digests(said)), 3)          # save's, record's, quit's.
        digest = self.digest(said)
        for file in ("s.yaml", "s.hive"):
            self.assertEqual(self.report(file, status=None)["digest"], digest, file)
        self.assertRegex((self.folder / "s.yaml").read_text(), r"until: 42\.\d{9}s\n")
        # A recording of the saved session is one of the session; it needs none of the files.
        self.call("run", "s.yaml", "--record", "t.hive", "--quiet", status=None)
        (self.folder / "s.yaml").unlink()
        (self.folder / "shop.yaml").unlink()
        done = self.call("run", "t.hive", "--quiet", status=None)
        self.assertIn("digest  " + digest, done.stdout)
        self.assertIn("repeats the recording: the digests are equal", done.stdout)

    def test_instants_are_kept_to_the_nanosecond(self):
        said = self.console("step 29", "scale web=4", "step 7", "save s.yaml", "time")
        at = next(line for line in said.splitlines() if line.startswith("at "))
        self.assertRegex(at, r"0\.\d{9}s")
        self.assertIn("until: " + at.split()[1], (self.folder / "s.yaml").read_text())
        self.assertEqual(self.report("s.yaml", status=None)["digest"], self.digests(said)[0])

    def test_what_is_given_at_the_very_start_or_end_is_kept(self):
        for lines in (["drain node-3", "fault {do: power_off, host: node-2}"], ["drain node-3"] * 2,
                      ["run end", "scale web=5", "drain node-3"]):
            said = self.console(*lines, "save s.yaml", "record s.hive")
            for file in ("s.yaml", "s.hive"):
                self.assertEqual(self.report(file, status=None)["digest"], self.digest(said))

    def test_nothing_given_is_the_plain_run(self):
        plain = self.report("shop.yaml")["digest"]
        self.assertEqual(self.told("step 123", "run 20s", "run event task.*", "inspect", "ps",
                                   "explain web.1", "events", "run end", "save s.yaml"), plain)
        self.assertEqual(self.report("s.yaml")["digest"], plain)

    def test_seed_profile_and_duration_are_kept(self):
        words = ("--seed", "18446744073709551615", "--profile", "realistic", "--until", "50s")
        digest = self.told("run 5s", "scale web=1", "run end", "save s.yaml", words=words)
        text = (self.folder / "s.yaml").read_text()
        for line in ("seed: 18446744073709551615", "profile: realistic", "duration: 50s"):
            self.assertIn(line, text)
        report = self.report("s.yaml", status=None)
        self.assertEqual((report["digest"], report["end_s"]), (digest, 50))
        self.assertNotEqual(self.report("s.yaml", "--seed", "1", status=None)["digest"], digest)

    def test_a_console_goes_on_where_a_session_was_saved(self):
        whole = self.told(*STORY, "run 55s", "scale web=2", "run 58s")
        self.console(*STORY, "save s.yaml", "record s.hive")
        for file in ("s.yaml", "s.hive"):
            said = self.console("commands", "run 55s", "scale web=2", "run 58s", "record t.hive",
                                file=file)
            self.assertIn("docker service update --image nginx:2 web\n", said)
            self.assertEqual(self.digest(said), whole, file)
        # Saved again it refers to the scenario, not to the session.
        self.console("run 50s", "save again.yaml", file="s.yaml")
        self.assertIn('scenario: "shop.yaml"', (self.folder / "again.yaml").read_text())

    def test_a_session_is_saved_in_any_folder_with_all_that_its_scenario_includes(self):
        for name in ("kept", "stories/stacks"):
            (self.folder / name).mkdir(parents=True)
        self.write("stories/stacks/shop.yaml", "services:\n  web: {image: nginx, deploy: "
                                               "{replicas: 2}}\n")
        self.write("stories/a.yaml", "schema: 1\nduration: 40s\nplatform: {hosts: 3}\n"
                                     "stack: stacks/shop.yaml\n")
        said = self.console("run 20s", "docker service scale shop_web=3", "run 30s",
                            "save kept/s.yaml", file="stories/a.yaml")
        self.assertIn('scenario: "../stories/a.yaml"', (self.folder / "kept/s.yaml").read_text())
        self.call("check", "kept/s.yaml")
        self.call("run", "kept/s.yaml", "--record", "r.hive", "--quiet")
        (self.folder / "stories/a.yaml").unlink()
        (self.folder / "stories/stacks/shop.yaml").unlink()
        self.assertEqual(self.report("r.hive")["digest"], self.digest(said))

    def test_editing_the_scenario_meanwhile_changes_no_run_and_cannot_be_saved(self):
        plain = self.report("shop.yaml")["digest"]
        console = self.start()
        self.tell(console, "run 20s", until="20s, ")
        self.write("shop.yaml", talk.SHOP.replace("replicas: 3", "replicas: 1"))
        said = self.end(console, "rewind 10s", "save s.yaml", "run end", "record r.hive", status=2)
        self.assertIn("shop.yaml: has changed since this console began", said)
        self.assertEqual(self.digest(said), plain)
        self.assertFalse((self.folder / "s.yaml").exists())
        self.assertEqual(self.report("r.hive")["digest"], plain)


class GoingBack(talk.Case):
    def test_going_back_and_on_without_change_gives_the_same_events(self):
        self.call("run", "shop.yaml", "--record", "straight.hive", "--quiet")
        said = self.console("run 45s", "rewind 12.345s", "step 5", "run 31s", "rewind 30s",
                            "rewind 30s", "run event node.*", "rewind 0s", "run end",
                            "record back.hive")
        self.assertEqual(said.count("events as before, up to here"), 4, said)
        self.assertEqual(self.events("back.hive", "true"), self.events("straight.hive", "true"))
        self.assertEqual(self.digest(said), self.report("straight.hive")["digest"])

    def test_what_was_given_before_stays_and_what_came_later_is_dropped_and_shown(self):
        said = self.console("run 10s", "scale web=4", "run 20s", "scale web=5", "run 25s",
                            "scale web=6", "run 40s", "rewind 20s", "commands")
        self.assertIn("dropped: 25s  scale web=6\n20s, ", said)
        self.assertTrue(said.split("as before, up to here\n")[1].startswith(
            "10s  scale web=4\n20s  scale web=5\n"), said)       # At that instant: it stays.

    def test_going_back_is_like_never_having_gone_there(self):
        same = self.console("run 10s", "scale web=4", "run 20s", "drain node-3", "run 50s",
                            "record a.hive")
        went = self.console("run 10s", "scale web=4", "run 30s",
                            "fault {do: power_off, host: node-3}", "run end", "rewind 20s",
                            "drain node-3", "run 50s", "record b.hive")
        self.assertEqual(self.digest(went), self.digest(same))
        self.assertEqual(self.rows("a.hive"), self.rows("b.hive"))
        other = self.console("run 10s", "scale web=4", "run 30s", "rewind 20s", "drain node-4",
                             "run 50s")
        self.assertNotEqual(self.digest(other), self.digest(same))

    def test_undo_takes_back_the_last_thing_given_even_at_its_instant(self):
        plain = self.digest(self.console("run 20s"))
        said = self.console("run 20s", "scale web=9", "undo", "commands")
        self.assertIn("dropped: 20s  scale web=9", said)
        self.assertIn("nothing was given", said)
        self.assertEqual(self.digest(said), plain)
        said = self.console("run 20s", "scale web=9", "scale web=1", "run 40s", "undo", "commands")
        self.assertIn("as before, up to here\n20s  scale web=9\n", said)
        self.assertIn("line 1: undo: nothing was given", self.console("undo", status=2))

    def test_a_refused_command_is_part_of_the_history(self):
        said = self.console("run 20s", "docker node rm node-1", "run 25s", "rewind 22s", "commands",
                            "save s.yaml", "run 30s", "save s.yaml", status=None)
        self.assertIn("20s  docker node rm node-1\n", said)
        self.assertEqual(self.report("s.yaml", status=None)["digest"], self.digests(said)[-1])


class Branching(talk.Case):
    def test_lines_of_history_are_kept_and_gone_back_to(self):
        said = self.console("run 20s", "branch broken", "fault {do: power_off, host: node-3}",
                            "run 50s", "record broken.hive", "switch main", "branches",
                            "record main.hive", "run end", "switch broken", "branches")
        first, second = said.split("* main")[1], said.split("* broken")[1]
        self.assertIn("  at 20s, 0 commands given\n  broken  at 50s, 1 command given\n", first)
        self.assertIn("  at 50s, 1 command given\n", second)
        self.assertIn("  main  at 60s, 0 commands given\n", said)
        self.assertEqual(said.count("events as before, up to here"), 2)
        self.assertEqual(self.digests(said)[0], self.digests(said)[-1])
        self.assertEqual(self.rows("main.hive")[:50], self.rows("broken.hive")[:50])
        self.assertNotEqual(len(self.rows("main.hive")), len(self.rows("broken.hive")))

    def test_a_line_can_begin_earlier_and_drops_nothing_of_the_one_it_leaves(self):
        said = self.console("run 10s", "scale web=4", "run 40s", "branch earlier 5s", "commands",
                            "run 15s", "switch main", "commands")
        self.assertIn("main is kept; this is earlier\nnothing was given\n", said)
        self.assertTrue(said.split("as before, up to here\n")[-1].startswith("10s  scale web=4\n"))

    def test_a_line_that_cannot_begin_does_not_come_to_be(self):
        said = self.console("run 10s", "branch later 20s", "branches", status=2)
        self.assertIn("line 2: rewind: 20s is to come: it is 10s", said)
        self.assertIn("* main  at 10s, 0 commands given\n", said)
        self.assertNotIn("later", said.split("* main")[1])


if __name__ == "__main__":
    program.main()
