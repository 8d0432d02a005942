"""Goal: a comparison can be stopped anywhere, split over any number of processes and machines, and
says the same; its mistakes are told before anything runs. Method: small matrices of every kind of
workload, killed, resumed and collected.
"""

import csv
import gzip
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "support"),
                str(pathlib.Path(__file__).parent)]
import matrices  # noqa: E402
import program  # noqa: E402

FILES = ("report.html", "report.json", "summary.csv", "pairs.csv", "values.csv")


class Compare(matrices.Case):
    def test_any_number_of_jobs_says_the_same(self):
        for kind, words in self.MATRICES.items():
            with self.subTest(kind=kind):
                self.call("compare", *words, "--jobs", 1, "--out", f"{kind}1", "--quiet")
                self.call("compare", *words, "--jobs", 8, "--out", f"{kind}8", "--quiet")
                self.assertEqual(self.contents(f"{kind}1"), self.contents(f"{kind}8"))

    def test_killed_and_begun_again(self):
        words = [str(program.glasshive), "compare", *self.MATRICES["tasks"], "--jobs", "2"]
        self.call(*words[1:], "--out", "whole", "--quiet")
        whole = self.contents("whole")
        for patience in (0.01, 0.05, 0.1):
            process = subprocess.Popen([*words, "--out", "killed", "--quiet"], cwd=self.folder,
                                       start_new_session=True)
            time.sleep(patience)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        # Half a shard, and one of another plan, are no shards.
        runs = self.folder / "killed/runs"
        runs.mkdir(parents=True, exist_ok=True)
        (runs / "3.json").write_bytes(whole[pathlib.Path("runs/3.json")][:100])
        (runs / "4.json").write_text('{"plan": "another"}')
        self.call(*words[1:], "--out", "killed", "--quiet")
        again = {name: text for name, text in self.contents("killed").items()
                 if name.suffix not in (".log",) and not name.name[-1].isdigit()}
        self.assertEqual(again, whole)

    def test_scenarios_part_at_a_decision(self):
        self.write("spread.lua", (program.ROOT / "lua/policies/spread.lua").read_text())
        self.call("compare", "s.yaml", "--policy", "spread,binpack,spread.lua", "--seeds", "5",
                  "--out", "part", "--quiet")
        report = json.loads((self.folder / "part/report.json").read_text())
        binpack, own = report["partings"]
        self.assertEqual(own["policy"], "spread.lua")   # A twin keeps its ending.
        self.assertTrue(binpack["parted"])
        self.assertTrue(binpack["task"].startswith("web."))
        self.assertNotEqual(binpack["reference"]["node"], binpack["other"]["node"])
        self.assertFalse(own["parted"])   # The built-in's twin.
        self.assertEqual(own["choice"], 4)
        # Such a run, alone, chooses what the report says.
        self.write("b.yaml", matrices.SCENARIO + "scheduler: {policy: binpack}\n")
        self.call("run", "b.yaml", "--seed", "1", "--record", "b.hive", "--quiet")
        placed = self.events("b.hive", "kind = 'decision.placed'")
        self.assertEqual(placed[binpack["choice"] - 1]["node"], binpack["other"]["node"])

    def test_shards_from_anywhere(self):
        words = self.MATRICES["batch"]
        self.call("compare", *words, "--out", "whole", "--quiet")
        self.call("compare", *words, "--out", "shards", "--plan-only")
        done = self.call("compare", "--out", "shards", "--collect", status=2)
        self.assertIn("is missing or of another plan", done.stderr)
        for run in reversed(range(18)):
            self.call("compare", "--out", "shards", "--shard", run)
        self.call("compare", "--out", "shards", "--collect", "--quiet")
        self.assertEqual(self.contents("whole"), self.contents("shards"))
        self.call("compare", "--out", "shards", "--shard", 18, status=2)
        (self.folder / "log.swf").write_text("; another\n")
        (self.folder / "shards/runs/0.json").unlink()
        self.assertIn("is another file than when the plan was made",
                      self.call("compare", "--out", "shards", "--shard", 0, status=2).stderr)

    def test_the_page_needs_nothing_else_and_says_what_the_tables_say(self):
        for kind, words in self.MATRICES.items():
            with self.subTest(kind=kind):
                self.call("compare", *words, "--out", kind, "--quiet")
                text = (self.folder / kind / "report.html").read_text()
                page = matrices.Page()
                page.feed(text)
                self.assertEqual((page.open, page.outside), ([], []))
                self.assertNotIn("<script", text)
                self.assertNotIn("nan", page.text.lower().split())
                report = json.loads((self.folder / kind / "report.json").read_text())
                with open(self.folder / kind / "pairs.csv", encoding="utf-8") as file:
                    pairs = list(csv.DictReader(file))
                self.assertEqual(len(pairs), report["comparisons"])
                self.assertEqual([p["verdict"] for p in pairs],
                                 [p["verdict"] for m in report["metrics"] for p in m["pairs"]])
                for word in {p["verdict"] for p in pairs}:
                    self.assertIn(word, page.text)
                printed = self.call("compare", "--out", kind, "--collect").stdout
                self.assertIn("report.html", printed)
                self.assertEqual(json.loads(self.call("compare", "--out", kind, "--collect",
                                                      "--json").stdout), report)

    def test_the_command_on_the_page_does_it_again(self):
        for kind, words in self.MATRICES.items():
            with self.subTest(kind=kind):
                self.call("compare", *words, "--out", kind, "--quiet")
                page = (self.folder / kind / "report.html").read_text()
                line = page.split("<pre>")[1].split("</pre>")[0]
                self.assertTrue(line.startswith("glasshive compare "), line)
                again = line.replace("--out DIR", "--out again_" + kind).split()[1:]
                self.call(*again, "--quiet")
                self.assertEqual(self.contents(kind), self.contents("again_" + kind))

    def test_verdicts(self):
        """A policy that is the same under another name is never better or worse."""
        self.write("same.lua", "return {ties = 'order', score = function() return 1 end}")
        self.call("compare", "--machines", "m.csv", "--policy", "first-fit,same.lua,least-loaded",
                  "--seeds", 8, "--set", "tasks=300", "--set", "rate=0.15", "--out", "v", "--quiet")
        report = json.loads((self.folder / "v/report.json").read_text())
        for metric in report["metrics"]:
            verdicts = {(p["policy"], p["than"]): p["verdict"] for p in metric["pairs"]}
            self.assertEqual(verdicts["first-fit", "same"], "equal")
        self.call("compare", "log.swf", "--policy", "fcfs,easy", "--out", "one", "--quiet")
        one = json.loads((self.folder / "one/report.json").read_text())
        self.assertEqual({p["verdict"] for m in one["metrics"] for p in m["pairs"]},
                         {"too few seeds"})

    def test_a_script_that_fails_ends_it(self):
        self.write("bad.lua", "return {score = function(node)\n"
                              "  if node.tasks > 3 then error('enough') end\n  return 1\nend}")
        done = self.call("compare", "--machines", "m.csv", "--policy", "spread,bad.lua",
                         "--seeds", 5, "--set", "tasks=300", "--set", "rate=1", "--out", "bad",
                         status=2)
        self.assertIn("bad.lua:2: enough", done.stderr)
        self.assertFalse((self.folder / "bad/report.html").exists())

    def test_mistakes(self):
        base = ("--machines", "m.csv", "--policy", "spread", "--out", "x")
        self.write("t.csv", "submit,cpus\n1,1\n2,many\n")
        self.write("f.csv", "machine,at\nbig9,7\n")
        self.write("ok.csv", "submit,cpus\n1,1\n")
        self.write("models.csv", "submit,gpus,models\n" + "".join(
            f"{i},1,M{i}\n" for i in range(40)))
        for words, message in (
                ((), "--policy: is missing"),
                (("--policy", "spred"), 'there is no policy "spred"\n'
                                        "    hint: did you mean spread?"),
                (("lost.swf", "--policy", "easy"), "lost.swf: cannot be read"),
                (("log.swf", "--policy", "spread"), 'there is no policy "spread"'),
                (("t.csv", "--policy", "spread"), "--machines: is missing"),
                (("t.csv", *base), 't.csv:3: cpus: "many" is not a number'),
                ((*base, "--policy", "spread"), '"spread" twice'),
                ((*base, "--seed", "1,2,1"), "names a seed twice"),
                ((*base, "--set", "rat=3"), "option rat: there is no such option\n"
                                            "    hint: did you mean rate?"),
                ((*base, "--set", "rate=quick"), '"quick" is not a number from'),
                ((*base, "--set", "law=normal"), '"normal" is no law'),
                ((*base, "--set", "rate"), '"rate" is not KEY=VALUE'),
                ((*base, "--vary", "waiting=fifo,lifo"), '"lifo" is none of its values'),
                (("-", *base, "--seeds", "2"), "can be read once, for one run"),
                (("--openb-nodes", "nodes.csv", "--policy", "fgd"), "--openb-pods: is missing"),
                ((*base, "--failures", "f.csv"), 'f.csv:2: there is no machine "big9"'),
                (("s.yaml", *base[2:], "--failures", "f.csv"), "--failures: is for a trace"),
                ((*base, "--pin", "t=big9"), 'there is no machine "big9"'),
                ((*base, "--pin", "big9"), '"big9" is not TASK=MACHINE'),
                (("s.yaml", *base[2:], "--pin", "t=big1"), "--pin: is for traces"),
                (("ok.csv", *base, "--pin", "lost=big1"), "the trace has no task named lost"),
                ((*base, "--metric", "makspan"), 'there is no metric "makspan"\n'
                                                 "    hint: did you mean makespan?"),
                ((*base, "--set", "window=7:2"), '"7:2" is not FROM:TO'),
                ((*base, "--set", "demand=1", "--set", "load=2"), "both say how fast tasks arrive"),
                ((*base, "--set", "mttr=5"), "none fails by chance"),
                ((*base, "--set", "machines=2.7"), '"2.7" is no whole number'),
                ((*base, "--set", "machines=3", "--pin", "#1=small8"),
                 'there is no machine "small8"'),
                ((*base, "--set", "preemption=maybe"), '"maybe" is none of its values'),
                (("-", *base, "--set", "demand=1"), "would have to be read twice"),
                (("--orders", "o.csv", *base), "--orders: is for an openb trace"),
                (("models.csv", *base), "models.csv:34: more than 32 models of GPUs"),
                (("ok.csv", *base, "--set", "rate=2"), "option rate: is for tasks by chance"),
                ((*base, "--parameter", "weight=2"), "--parameter: no policy takes parameters"),
                (("log.swf", *base[2:], "--machines", "m.csv"), "--machines: is for a trace"),
                (("--openb-nodes", "nodes.csv", "--openb-pods", "pods.csv", *base),
                 "--machines: is given beside --openb-nodes"),
                ((*base, "--set", "rate=2", "--vary", "rate=1,2"), "rate is set already"),
                ((*base, "--vary", "rate=1,2", "--vary", "rate=3"), "rate is set already"),
                (("s.yaml", *base[2:], "--set", "weight=2"), "no script in it takes parameters"),
                (("--collect", *base), "--collect: DIR/plan.json says all there is to say"),
                (("--shard", "0", *base), "--shard: DIR/plan.json says all there is to say")):
            with self.subTest(words=words):
                done = self.call("compare", *words, *(() if "x" in words else ("--out", "x")),
                                 status=2)
                self.assertIn(message, done.stderr)
                self.assertFalse((self.folder / "x").exists())
        self.assertIn("--out: is missing", self.call("compare", "log.swf", "--policy", "easy",
                                                     status=2).stderr)

    def test_what_if(self):
        """Machines fail, tasks are sent away, one is held elsewhere, and the page says it."""
        self.write("watts.csv", "name,cpus,idle_watts,peak_watts,price,count\n"
                                "big,16,100,250,0.8,4\n")
        self.write("f.csv", "machine,at,down\nbig1,50,60\nbig2,100,\n")
        self.write("t.csv", "name,submit,run,cpus,priority\n" + "".join(
            f"t{i},{i},{20 + i * 37 % 90},{1 + i % 6},{i % 3}\n" for i in range(200)))
        self.call("compare", "t.csv", "--machines", "watts.csv", "--failures", "f.csv", "--policy",
                  "spread,best-fit,power-of-two", "--pin", "t7=big4", "--seeds", "5", "--set",
                  "preemption=yes", "--set", "window=0:150", "--out", "x", "--quiet")
        report = json.loads((self.folder / "x/report.json").read_text())
        means = {(metric["metric"], of["policy"]): of["mean"] for metric in report["metrics"]
                 for of in metric["policies"]}
        self.assertEqual(means["failures", "spread"], 2)
        self.assertGreater(means["lost_per_failure", "spread"], 0)
        self.assertGreater(means["preempted", "best-fit"], 0)
        self.assertGreater(means["energy", "spread"], means["energy_busy", "best-fit"])
        self.assertGreaterEqual(means["makespan_over_bound", "best-fit"], 1)
        partings = {of["policy"]: of for of in report["partings"]}
        self.assertEqual(partings["spread, t7=big4"]["other"]["node"], "big4")
        self.assertIn("(t7)", partings["spread, t7=big4"]["task"])
        states = [of[side]["state"] for of in partings.values() for side in ("reference", "other")]
        self.assertIn("of 16 CPUs free", states[0])
        self.assertNotIn("MiB", "".join(states))   # The machines say nothing of memory.
        page = (self.folder / "x/report.html").read_text()
        self.assertIn("Where they part", page)
        self.assertIn("--pin t7=big4", page)
        self.assertIn("--failures f.csv", page)
        matrices.Page().feed(page)

    def test_a_metric_that_is_not_there(self):
        done = self.call("compare", "--machines", "m.csv", "--policy", "spread", "--metric",
                         "moves,makespan", "--out", "x", status=2)
        self.assertIn("--metric: this workload has no moves", done.stderr)
        self.assertFalse((self.folder / "x/report.html").exists())

    def test_what_changed_meanwhile_is_noticed(self):
        """A file of the same length, and one that the scenario includes."""
        stack = "services: {a: {image: web, deploy: {replicas: 3}}}\n"
        self.write("part.yaml", stack)
        self.write("whole.yaml", matrices.SCENARIO + "stack: {file: part.yaml}\n")
        words = ("--policy", "spread,binpack", "--seeds", "5", "--quiet")
        self.call("compare", "whole.yaml", *words, "--plan-only", "--out", "x")
        self.write("part.yaml", stack.replace("3", "4"))
        done = self.call("compare", "--shard", 0, "--out", "x", status=2)
        self.assertIn("part.yaml: is another file than when the plan was made", done.stderr)
        done = self.call("compare", "whole.yaml", *words, "--out", "x", status=2)
        self.assertIn("holds the results of another comparison", done.stderr)

    def test_a_packed_log_is_what_its_name_says(self):
        jobs = {"nb_res": 4, "jobs": [{"id": str(i), "subtime": i, "res": 1 + i % 3,
                                       "walltime": 20, "profile": "p"} for i in range(40)],
                "profiles": {"p": {"type": "delay", "delay": 10}}}
        self.write("b.json", json.dumps(jobs))
        (self.folder / "b.json.gz").write_bytes(gzip.compress(json.dumps(jobs).encode()))
        for name in ("b.json", "b.json.gz"):
            self.call("compare", name, "--policy", "fcfs,easy", "--set",
                      "processors=4", "--out", name + ".out", "--quiet")
        self.assertEqual((self.folder / "b.json.out/values.csv").read_bytes(),
                         (self.folder / "b.json.gz.out/values.csv").read_bytes())

    def test_another_comparison_is_left_alone(self):
        self.call("compare", *self.MATRICES["batch"], "--out", "x", "--quiet")
        done = self.call("compare", *self.MATRICES["tasks"], "--out", "x", status=2)
        self.assertIn("holds the results of another comparison", done.stderr)

    def test_a_trace_from_a_pipe(self):
        made = self.call("trace", "generate", "--set", "tasks=2000", "--set", "rate=0.1").stdout
        self.write("t.csv", made)
        words = ("--machines", "m.csv", "--policy", "best-fit", "--quiet")
        self.call("compare", "t.csv", *words, "--out", "file")
        self.call("compare", "-", *words, "--out", "pipe", input=made)
        self.assertEqual((self.folder / "file/values.csv").read_text(),
                         (self.folder / "pipe/values.csv").read_text())
        done = self.call("compare", "-", *words, "--out", "cut", input=made[:-30], status=2)
        self.assertRegex(done.stderr, r"standard input:2001: (: )?\d+ fields, not 11")
        self.assertFalse((self.folder / "cut/report.html").exists())

    def test_traces_are_converted(self):
        converted = self.call("trace", "convert", "log.swf").stdout
        self.assertEqual(len(converted.splitlines()), 301)
        self.assertEqual(converted.splitlines()[1].split(",")[:3], ["0", "0", "5"])
        pods = self.call("trace", "convert", "pods.csv").stdout.splitlines()
        self.assertEqual(pods[2], "p001,0,,,1,1024,1,300,,0,1")

    def test_a_gigabyte_through_a_pipe_in_bounded_memory(self):
        """A trace that is never on disk. Sanitizers map more than there is: no limit for them, and
        a part of it."""
        sanitized = b"__asan_init" in program.glasshive.read_bytes()
        limit = "" if sanitized else "ulimit -v 400000; "
        size = 20_000_000 if sanitized else int(os.environ.get("HIVE_BYTES", 1_000_000_000))
        line_bytes = 150
        maker = (f"BEGIN {{ print \"submit,run,cpus,name\"; for (i = 0; i < {size // line_bytes}; "
                 "++i) printf \"%d.%03d,30,1,%0130d\\n\", i / 2, i % 2 * 500, i }")
        with subprocess.Popen(["awk", maker], stdout=subprocess.PIPE) as made:
            done = subprocess.run(
                ["/bin/sh", "-c", limit + 'exec "$@"', "sh", str(program.glasshive), "compare", "-",
                 "--machines", "m.csv", "--policy", "spread", "--out", "big", "--json"],
                stdin=made.stdout, capture_output=True, text=True, cwd=self.folder, check=False,
                timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        metrics = {metric["metric"]: metric["policies"][0]["mean"]
                   for metric in json.loads(done.stdout)["metrics"]}
        self.assertEqual(metrics["pending"], 0)
        self.assertAlmostEqual(metrics["makespan"], size // line_bytes / 2 + 30, delta=1)


if __name__ == "__main__":
    program.main()
