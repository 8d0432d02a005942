"""Goal: what scenarios 70 to 79 say about policies is so. Method: each has the commands that
compare them in its comment ("Compare:"); those are run as they stand, and what the story claims is
looked up in the report. The claims about a single run are the scenarios' own expectations, which
must hold.
"""

import json
import re
import shlex
import subprocess
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

STORIES = {int(path.name[:2]): path
           for path in sorted((program.ROOT / "scenarios").glob("7[0-9]_*"))}


class Report:
    """What one comparison found."""

    def __init__(self, text):
        self.means, self.verdicts, self.values = {}, {}, {}
        for metric in json.loads(text)["metrics"]:
            key = metric["metric"] + (f" if {metric['variant']}" if metric["variant"] else "")
            for of in metric["policies"]:
                self.means[key, of["policy"]] = of["mean"]
                self.values[key, of["policy"]] = of["values"]
            for pair in metric["pairs"]:
                self.verdicts[key, pair["policy"], pair["than"]] = pair["verdict"]


def commands(story):
    """The words of each comparison in a comment, which may go on in the next line."""
    text = re.sub(r"(?m)^(#|--) ?", "", story.read_text())
    found = re.findall(r"^Compare:   (glasshive compare .*(?:\n {11}.*)*)", text, re.MULTILINE)
    return [shlex.split(each)[2:] for each in found]


class Stories(program.Case):
    def reports(self, number):
        """One report for each comparison of a story."""
        all_of_it = []
        for words in commands(STORIES[number]):
            done = subprocess.run([program.glasshive, "compare", *words, "--json", "--out",
                                   self.folder / f"out{len(all_of_it)}"], cwd=program.ROOT,
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            all_of_it.append(Report(done.stdout))
        return all_of_it

    def run_one(self, number, *words, status=0):
        done = self.call("run", STORIES[number], "--json", *words, status=status)
        report = json.loads(done.stdout)
        return report

    def test_there_are_ten_and_each_holds_alone(self):
        self.assertEqual(list(STORIES), list(range(70, 80)))
        for number, story in STORIES.items():
            with self.subTest(story=story.name):
                self.assertTrue(commands(story))
                self.run_one(number)

    def test_70_a_crash_costs_the_same_on_average_and_goes_together_differently(self):
        [report] = self.reports(70)
        self.assertEqual(report.verdicts["tasks_created", "spread", "binpack"], "no evidence")
        self.assertEqual(report.means["downtime", "spread"], 0)
        self.assertEqual(report.verdicts["downtime", "spread", "binpack"], "better")
        self.assertEqual(report.verdicts["downtime", "binpack", "tidy"], "worse")

    def test_71_the_popular_policy_loses(self):
        online, offline = self.reports(71)
        self.assertEqual(online.verdicts["expectations_broken", "spread", "best-fit"], "worse")
        self.assertEqual(offline.verdicts["mean_wait", "spread", "best-fit"], "worse")
        self.assertGreater(offline.means["mean_wait", "spread"],
                           10 * offline.means["mean_wait", "best-fit"])
        self.run_one(71, "-p", "policy=spread", status=1)

    def test_72_a_count_of_tasks_does_not_know_machines(self):
        [report] = self.reports(72)
        self.assertEqual(report.verdicts["p99_latency", "spread", "least-loaded"], "worse")
        self.assertEqual(report.verdicts["requests_failed", "spread", "least-loaded"], "equal")

    def test_73_gpus_in_pieces(self):
        [report] = self.reports(73)
        for policy in ("binpack", "gpu-packing", "fgd"):
            self.assertEqual(report.means["expectations_broken", policy], 0)
        self.assertEqual(report.values["expectations_broken", "spread"], [1] * 5)
        # What to try next: with a ninth, one training finds no machine, packed or not.
        for policy in ("spread", "gpu-packing"):
            self.run_one(73, "--set", "services.serve.replicas=9", "--set",
                         f"scheduler.policy={policy}", "--set",
                         "expect=[service train never has more than 1 running task]")

    def test_74_the_shortest_first_and_who_pays(self):
        online, offline = self.reports(74)
        self.assertEqual(online.values["expectations_broken", "shortest-job-first"], [0] * 5)
        self.assertEqual(online.values["expectations_broken", "spread"], [1] * 5)
        self.run_one(74, "--set", "scheduler.policy=spread", "--set",
                     "expect=[service short has no completed tasks between 0s and 120s]")
        self.assertEqual(offline.verdicts["mean_wait", "fcfs", "sjf+easy"], "worse")
        self.assertEqual(offline.verdicts["max_wait", "fcfs", "sjf+easy"], "better")

    def test_75_policies_differ_when_requests_come_in_bursts(self):
        [report] = self.reports(75)
        of = "p99_latency if workload.clients[0].arrivals="
        self.assertEqual(report.verdicts[of + "fixed", "spread", "binpack"], "equal")
        self.assertEqual(report.verdicts[of + "poisson", "spread", "binpack"], "better")

    def test_76_no_placement_helps_and_preemption_has_a_price(self):
        online, offline = self.reports(76)
        self.assertEqual(online.verdicts["expectations_broken", "spread", "binpack"], "equal")
        self.assertGreater(offline.means["preempted if preemption=yes", "spread"], 0)
        self.assertGreater(offline.means["lost_work if preemption=yes", "spread"], 0)
        self.assertNotIn(("preempted if preemption=no", "spread"), offline.means)

    def test_77_what_is_empty_can_be_switched_off(self):
        online, offline = self.reports(77)
        for policy in ("binpack", "consolidate"):
            self.assertEqual(online.means["below_desired", policy], 0)
            self.assertEqual(online.means["tasks_created", policy], 12)
            self.assertEqual(online.verdicts["below_desired", "spread", policy], "worse")
        # Six to nine fall; more are made, since some fall twice.
        self.assertGreaterEqual(min(online.values["tasks_created", "spread"]), 12 + 6)
        self.assertGreater(max(online.values["tasks_created", "spread"]), 12 + 9)
        self.assertEqual(offline.verdicts["energy", "spread", "best-fit"], "equal")
        self.assertEqual(offline.verdicts["energy_busy", "spread", "best-fit"], "worse")

    def test_78_a_script_against_the_built_ins(self):
        against_spread, the_same = self.reports(78)
        self.assertEqual(
            against_spread.verdicts["tasks_created", "spread", "zone-failure-aware"], "higher")
        for metric in ("tasks_created", "downtime"):
            self.assertEqual(the_same.verdicts[metric, "best-fit", "consolidate"], "equal")
        self.run_one(78, "--set", "scheduler.policy=spread", "--set",
                     "expect=[service web has at most 4 running tasks between 61s and 70s]")

    def test_79_no_evidence_is_a_verdict(self):
        ten, three = self.reports(79)
        self.assertEqual(ten.verdicts["tasks_created", "spread", "random"], "no evidence")
        self.assertEqual(three.verdicts["tasks_created", "spread", "random"], "too few seeds")
        apart = [a - b for a, b in zip(ten.values["tasks_created", "spread"],
                                       ten.values["tasks_created", "random"])]
        self.assertLess(min(apart), 0)   # One seed says this,
        self.assertGreater(max(apart), 0)   # another one that.


if __name__ == "__main__":
    program.main()
