"""Goal: a check in Lua says the same of a run and of its recording, and changes neither. Method:
every shipped check over shipped scenarios, live and recorded; what is wrong with checks.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

CHECKS = sorted((program.ROOT / "lua/checks").glob("*.lua"))
ALL = [word for check in CHECKS for word in ("--check", str(check))]


class Checks(program.Case):
    def test_live_and_recorded_say_the_same_and_change_nothing(self):
        outcomes = {check.stem: set() for check in CHECKS}
        stories = sorted((program.ROOT / "scenarios").glob("[0-9]*.yaml"))
        self.assertGreater(len(stories), 30)
        for story in stories[::3]:
            with self.subTest(story=story.name):
                plain = self.report(story, status=None)
                live = self.report(story, *ALL, "--record", "run.hive", status=None)
                self.assertEqual(live["digest"], plain["digest"])
                if json.loads(self.call("info", "run.hive", "--json").stdout) is None:
                    continue
                again = self.call("check-recording", "run.hive", *ALL, "--json", status=None)
                if "does not hold" in again.stdout:      # record: kinds leaves some out.
                    self.assertEqual(again.returncode, 2)
                else:
                    self.assertEqual(json.loads(again.stdout)["checks"], live["checks"])
                for check in live["checks"]:
                    outcomes[pathlib.Path(check["file"]).stem].add(check["outcome"])
                (self.folder / "run.hive").unlink()
        # None of them can only hold, but for the one about Raft's safety.
        for name, seen in outcomes.items():
            self.assertIn("held", seen, name)
            if name != "one-leader":
                self.assertIn("failed", seen, name)

    def test_the_report_and_the_exit_status(self):
        story = next((program.ROOT / "scenarios").glob("02_*.yaml"))
        lost = program.ROOT / "lua/checks/lost-requests.lua"
        done = self.call("run", story, "--quiet", "--check", lost, "--record", "run.hive",
                         status=1)
        self.assertRegex(done.stdout, r"  failed    \S+lost-requests.lua: 1 violation\n"
                                      r" +180\.000 s  \d+ of \d+ requests failed\n")
        self.assertRegex(done.stdout, r"requests  +1617\n")
        self.call("run", story, "--quiet", "--check", lost, "-p", "share=0.1")
        judged = self.call("check-recording", "run.hive", "--check", lost, status=1).stdout
        self.assertIn("lost-requests.lua: 1 violation", judged)
        self.call("check-recording", "run.hive", "--check", lost, "-p", "share=0.1")

    def test_a_check_that_fails_lets_the_run_go_on(self):
        story = next((program.ROOT / "scenarios").glob("01_*.yaml"))
        self.write("own.lua", "on('task.running', function(e)\n  error('no ' .. e.subject) end)")
        done = self.call("run", story, "--check", "own.lua", status=2)
        self.assertIn("own.lua:2: no web.", done.stderr)
        self.assertNotIn("nothing was run", done.stderr)
        self.assertIn(self.report(story)["digest"], done.stdout)

    def test_mistakes(self):
        story = next((program.ROOT / "scenarios").glob("01_*.yaml"))
        self.write("own.lua", "on('task.runing', print)")
        for check, message in (("own.lua", "own.lua:1: there is no kind of event task.runing; did "
                                           "you mean task.running?"),
                               ("none.lua", "none.lua: cannot be read")):
            done = self.call("run", story, "--check", check, status=2)
            self.assertIn(message, done.stderr)
            self.assertEqual(done.stdout, "")
        self.write("some.yaml", "schema: 1\nplatform: {hosts: 1}\nrecord: {kinds: [\"node.*\"]}\n")
        self.call("run", "some.yaml", "--record", "some.hive")
        self.write("own.lua", "on('task.running', print)")
        done = self.call("check-recording", "some.hive", "--check", "own.lua", status=2)
        self.assertIn("own.lua: asks for task.running, which some.hive does not hold", done.stderr)


if __name__ == "__main__":
    program.main()
