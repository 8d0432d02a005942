"""Goal: any value of a scenario can be varied by its path, in a comparison and in a single run, and
what is done stays done: in plans, shards and recordings. Method: a scenario, its values set from
outside, held against the same scenario with those values written into it.
"""

import json
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "support"),
                str(pathlib.Path(__file__).parent)]
import matrices  # noqa: E402
import program  # noqa: E402


class Vary(matrices.Case):
    WORDS = ("s.yaml", "--policy", "spread,binpack", "--seeds", "2",
             "--vary", "services.web.replicas=2,5", "--set", "platform.hosts[1].count=4")

    def written(self, replicas, count=4):
        """What the values mean: the scenario with them in it."""
        text = matrices.SCENARIO.replace("replicas: 4", f"replicas: {replicas}")
        text = text.replace("count: 3", f"count: {count}")
        (self.folder / f"with{replicas}").mkdir(exist_ok=True)
        return self.write(f"with{replicas}/s.yaml", text)   # A run is named after its file.

    def digest(self, *words):
        return json.loads(self.call("run", *words, "--json").stdout)["digest"]

    def test_a_comparison_over_paths_is_one_over_files(self):
        self.call("compare", *self.WORDS, "--out", "paths", "--quiet")
        for variant, replicas in enumerate((2, 5)):
            self.call("compare", self.written(replicas), *self.WORDS[1:5], "--out",
                      f"file{replicas}", "--quiet")
            for run in range(4):
                by_path, by_file = (
                    json.loads((self.folder / name).read_text())
                    for name in (f"paths/runs/{4 * variant + run}.json",
                                 f"file{replicas}/runs/{run}.json"))
                self.assertEqual(by_path["metrics"], by_file["metrics"])
                self.assertEqual(by_path["metrics"]["tasks_created"], replicas)
        page = (self.folder / "paths/report.html").read_text()
        self.assertIn("services.web.replicas=5", page)
        self.assertIn("--vary services.web.replicas=2,5", page)

    def test_shards_know_the_values(self):
        self.call("compare", *self.WORDS, "--out", "whole", "--quiet")
        self.call("compare", *self.WORDS, "--out", "shards", "--plan-only")
        for run in range(8):
            self.call("compare", "--out", "shards", "--shard", run)
        self.call("compare", "--out", "shards", "--collect", "--quiet")
        self.assertEqual(self.contents("whole"), self.contents("shards"))
        done = self.call("compare", *self.WORDS[:-1], "platform.hosts[1].count=5", "--out", "whole",
                         status=2)
        self.assertIn("holds the results of another comparison", done.stderr)

    def test_values_are_yaml_and_commas_within_them_divide_nothing(self):
        self.call("compare", "s.yaml", "--policy", "spread", "--vary",
                  'services.web.ports=["80:80", "81:81"],["80:80"]', "--vary",
                  "services[0].env={A: 'x,y'},~", "--out", "x", "--plan-only")
        variants = json.loads((self.folder / "x/plan.json").read_text())["variants"]
        self.assertEqual(len(variants), 4)
        self.assertEqual(variants[0], {"services.web.ports": '["80:80", "81:81"]',
                                       "services[0].env": "{A: 'x,y'}"})

    def test_parameters_of_scripts_stay_parameters(self):
        self.write("p.lua", "return {schema = 1, duration = '10s', platform = {hosts = 2}, "
                            "services = {{name = 'web', image = 'w', "
                            "replicas = parameters.duration}}}")
        self.call("compare", "p.lua", "--policy", "spread", "--vary", "duration=1,3", "--set",
                  "platform.hosts=3", "--metric", "tasks_created", "--out", "x", "--quiet")
        report = json.loads((self.folder / "x/report.json").read_text())
        self.assertEqual([m["policies"][0]["mean"] for m in report["metrics"]], [1, 3])

    def test_a_single_run_does_what_the_edited_file_does(self):
        same = ("--set", "services.web.replicas=5", "--set", "platform.hosts[1].count=4")
        self.assertEqual(self.digest("s.yaml", *same), self.digest(self.written(5)))
        self.assertNotEqual(self.digest("s.yaml", *same), self.digest("s.yaml"))

    def test_a_recording_runs_again_with_its_values(self):
        words = ("--set", "services.web.replicas=5", "--set", "services[0].env={A: 'x y'}")
        done = json.loads(self.call("run", "s.yaml", *words, "--record", "r.hive",
                                    "--json").stdout)
        self.assertIn("--set services.web.replicas=5", done["replay"])
        self.assertIn("--set 'services[0].env={A: '\\''x y'\\''}'", done["replay"])
        meta = self.call("query", "r.hive", "SELECT value FROM meta WHERE key = 'set'",
                         "--csv").stdout
        self.assertIn('""services.web.replicas"":""5""', meta)
        again = self.call("run", "r.hive")
        self.assertIn("repeats the recording: the digests are equal", again.stdout)
        self.assertEqual(self.digest("r.hive"), done["digest"])
        refused = self.call("run", "r.hive", "--set", "services.web.replicas=6", status=2)
        self.assertIn("--set services.web.replicas: a recording runs again as it was made",
                      refused.stderr)
        refused = self.call("run", "r.hive", "-p", "rate=6", status=2)
        self.assertIn("--parameter rate: a recording runs again as it was made", refused.stderr)

    def test_several_files_take_the_same_values(self):
        (self.folder / "t").mkdir()
        self.write("t/s.yaml", matrices.SCENARIO)
        out = self.call("run", "s.yaml", "t/s.yaml", "--set", "services.web.replicas=1", "--quiet")
        self.assertEqual(len(set(line for line in out.stdout.splitlines()
                                 if line.startswith("digest"))), 1)
        self.assertEqual(out.stdout.count("--set services.web.replicas=1"), 2)

    def test_mistakes(self):
        """All at once, before anything runs."""
        done = self.call("compare", "s.yaml", "--policy", "sprad", "--vary",
                         "services.wbe.replicas=2,3", "--vary", "duration=1m,soon", "--set",
                         "hosts[1].count=2", "--set", "seed=4", "--set",
                         "scheduler.policy=binpack", "--set", "services.web.replcas=3", "--set",
                         "services.web.image=", "--out", "x", status=2)
        self.assertEqual(self.mistakes(done.stderr), [
            '--policy: there is no policy "sprad"',
            '--set hosts[1].count: hosts is not there, and has no items',
            '--set scheduler.policy: would do nothing',
            '--set seed: would do nothing',
            '--set services.web.replcas: services[0].replcas: unknown key "replcas"',
            '--set: "services.web.image=" is not KEY=VALUE',
            '--vary duration: duration: "soon" is not a duration',
            '--vary services.wbe.replicas: services has nothing named "wbe"'])
        for hint in ("did you mean platform.hosts[1].count?", "did you mean services.web.replicas?",
                     "did you mean replicas?", "--policy A,B", "--seed 7"):
            self.assertIn(hint, done.stderr)
        self.assertTrue(done.stderr.endswith("8 problems; nothing was run.\n"))
        self.assertFalse((self.folder / "x").exists())
        for words, message in (
                (("--set", "replicas=3"), "no script in it takes parameters\n    hint: script: "
                 "FILE.lua, or scheduler: {policy: FILE.lua}; did you mean --set "
                 "services.web.replicas=…?"),
                (("--vary", "services.web.replicas=3,many"), '--vary services.web.replicas: '
                 'services[0].replicas: "many" is not a whole number'),
                (("--vary", "services.web.replicas=3,", "--set", "services.web.replicas=2"),
                 "--vary: services.web.replicas is set already"),
                (("--set", "duration=1m", "--set", "duration=2m"), "--set: duration is set twice"),
                (("--vary", "services.web.replicas=3,4", "--vary", "services[0].replicas=5,6"),
                 "--vary services[0].replicas: services[0].replicas: is set by --vary "
                 "services.web.replicas, too"),
                (("--vary", "services.web.replicas=3,,5"), "--vary services.web.replicas: "
                 "services[0].replicas: has no value")):
            with self.subTest(words=words):
                done = self.call("compare", "s.yaml", "--policy", "spread", *words, "--out", "x",
                                 status=2)
                self.assertIn(message, done.stderr)
                self.assertFalse((self.folder / "x").exists())

    def test_mistakes_of_a_single_run(self):
        done = self.call("run", "s.yaml", "--set", "services.web.replicas=many", "--set",
                         "faults[0].at=3s", "--set", "services.web.cpus=3", "--record", "r.hive",
                         status=2)
        self.assertEqual(self.mistakes(done.stderr), [
            "--set faults[0].at: faults is not there, and has no items",
            '--set services.web.cpus: services[0].cpus: unknown key "cpus"',
            '--set services.web.replicas: services[0].replicas: "many" is not a whole number'])
        self.assertFalse((self.folder / "r.hive").exists())
        done = self.call("run", "s.yaml", "--set", "replicas", status=2)
        self.assertIn("a value is set by PATH=VALUE", done.stderr)

    @staticmethod
    def mistakes(text):
        return sorted(line for line in text.splitlines()
                      if line.startswith("--") and not line.startswith(" "))


if __name__ == "__main__":
    program.main()
