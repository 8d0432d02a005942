"""Goal: a scenario names a policy of the user's, which is read, recorded, run again and, when it
fails, ends the run with its line. Method: the program with small scenarios and scripts.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

SCENARIO = """schema: 1
duration: 60s
scheduler: {policy: own.lua, parameters: {last: %s}}
platform: {hosts: 4}
images: {nginx: 1MiB}
services:
  - {name: web, image: nginx, replicas: 4}
commands:
  - {at: 30s, do: scale, service: web, replicas: 8}
expect:
  - service web has at least 4 running tasks by 20s
"""

# Counts the scores asked for, and fails after the last one.
COUNTING = """local asked = 0
return {
  score = function(node, task)
    asked = asked + 1
    if asked > parameters.last then error("enough of " .. task.service) end
    return node.nano_cpus_free - node.tasks
  end,
}
"""


class Runs(program.Case):
    def test_a_recording_embeds_the_policy(self):
        self.write("own.lua", COUNTING)
        self.write("own.yaml", SCENARIO % 1000)
        first = self.report("own.yaml", "--record", "own.hive")
        (self.folder / "own.lua").unlink()
        again = self.call("run", "own.hive", "--quiet").stdout
        self.assertIn("repeats the recording", again)
        self.assertIn(first["digest"], again)
        decisions = self.call("run", "own.hive", "--decisions", "full").stdout
        self.assertIn(first["digest"], decisions)   # Who looks changes nothing.
        self.assertRegex(decisions, r"NODE +VERDICT +OF THE SERVICE +IN ALL +own +FAILURES")

    def test_a_policy_that_fails_ends_the_run(self):
        self.write("own.lua", COUNTING)
        self.write("own.yaml", SCENARIO % 12)
        done = self.call("run", "own.yaml", "--record", "own.hive", status=2)
        self.assertIn("own.lua:5: enough of web", done.stderr)
        self.assertIn("the run ended here: a script failed", done.stdout)
        self.assertNotIn("Expectations", done.stdout)   # Half a run is not judged.
        failed = self.events("own.hive", "kind = 'script.failed'")
        self.assertEqual([(e["file"], e["line"], e["text"]) for e in failed],
                         [("own.lua", 5, "enough of web")])
        self.assertGreater(failed[0]["t"], 30)
        self.assertLess(failed[0]["t"], 31)
        again = self.call("run", "own.hive", "--quiet", status=2)
        self.assertIn("repeats the recording", again.stdout)
        report = self.report("own.yaml", status=2)
        self.assertEqual(report["exit_code"], 2)
        self.assertIn("own.lua:5: enough of web", report["script_problem"])

    def test_a_policy_decides_who_goes_when_a_service_shrinks(self):
        text = (SCENARIO % 0).replace("parameters: {last: 0}", "").replace("own.lua, }", "%s}")
        text = text.replace("replicas: 4}", "replicas: 10, reservations: {cpus: 1}}")
        text = text.replace("replicas: 8}", "replicas: 8}").split("expect:")[0]
        left = {}
        for policy in ("consolidate", "binpack"):
            self.write("own.yaml", text % f"{program.ROOT}/lua/policies/{policy}.lua")
            self.report("own.yaml", "--record", "own.hive")
            ended = [e["subject"] for e in self.events("own.hive", "kind = 'container.ended'")]
            started = self.events("own.hive", "kind = 'container.started'")
            self.assertEqual((len(started), len(ended)), (10, 2))
            left[policy] = {e["host"] for e in started if e["subject"] not in ended}
            (self.folder / "own.hive").unlink()
        # Four CPUs each: 4, 4 and 2 tasks. Swarm takes from the fullest, which frees no node.
        self.assertEqual((len(left["consolidate"]), len(left["binpack"])), (2, 3))

    def test_mistakes_are_told_before_anything_runs(self):
        self.write("own.lua", "return {score = 3, tie = 'random'}")
        self.write("own.yaml", SCENARIO % 12)
        for words in (["run"], ["check"]):
            done = self.call(*words, "own.yaml", status=2)
            self.assertIn("own.lua: score is not a function", done.stderr)
            self.assertIn("a placement policy has no entry tie\n    hint: did you mean ties?",
                          done.stderr)
        self.write("lost.yaml", SCENARIO.replace("own.lua", "lost.lua") % 12)
        self.assertIn("there is no file \"lost.lua\"",
                      self.call("check", "lost.yaml", status=2).stderr)
        self.write("none.yaml", SCENARIO.replace("own.lua", "binpack") % 12)
        self.assertIn("only a policy in Lua has parameters",
                      self.call("check", "none.yaml", status=2).stderr)


if __name__ == "__main__":
    program.main()
