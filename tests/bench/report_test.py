"""Goal: the performance table says met and missed truthfully. Method: results made by hand."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import report  # noqa: E402


class Report(unittest.TestCase):
    def read(self, *results):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "bench").mkdir()
            path = pathlib.Path(folder) / "bench/a.json"
            path.write_text(json.dumps({"benchmarks": list(results)}))
            return report.read_results(pathlib.Path(folder))

    def test_names_lose_what_the_library_appends(self):
        self.assertEqual(report.base_name("swarm/idle/iterations:1/real_time"), "swarm/idle")
        self.assertEqual(report.base_name("timers/drained"), "timers/drained")

    def test_goals_are_met_at_their_bound_and_missed_beyond(self):
        results = self.read({"name": "a/b", "real_time": 1500, "time_unit": "ms",
                             "items_per_second": 8e6, "ratio": 1.6})
        targets = [
            {"benchmark": "a/b", "metric": "items_per_second", "at_least": 8e6, "text": "rate"},
            {"benchmark": "a/b", "metric": "seconds", "at_most": 1, "text": "time", "note": "why"},
            {"benchmark": "a/b", "metric": "ratio", "at_most": 1.5, "text": "ratio"},
            {"benchmark": "a/c", "metric": "seconds", "at_most": 1, "text": "absent"}]
        lines, missed = report.goals_table(targets, results)
        self.assertEqual(missed, 3)
        self.assertEqual(lines[2], "| rate (`a/b`) | ≥ 8 M/s | 8 M/s | met |")
        self.assertEqual(lines[3], "| time (`a/b`) | ≤ 1 s | 1.5 s | **missed** |")
        self.assertIn("not measured", lines[5])
        self.assertEqual(lines[-1], "- time: why")

    def test_of_repetitions_the_median_counts_and_failed_runs_do_not(self):
        results = self.read(
            {"name": "a", "run_name": "a", "real_time": 1, "time_unit": "s"},
            {"name": "a_median", "run_name": "a", "aggregate_name": "median", "real_time": 2,
             "time_unit": "s"},
            {"name": "a_mean", "run_name": "a", "aggregate_name": "mean", "real_time": 3},
            {"name": "b", "error_message": "no", "real_time": 4})
        self.assertEqual(report.metric(results["a"], "seconds"), 2)
        self.assertNotIn("b", results)

    def test_every_goal_has_a_bound_and_words(self):
        for target in json.loads(report.TARGETS.read_text()):
            self.assertEqual(("at_least" in target) + ("at_most" in target), 1, target)
            self.assertTrue(target["text"])


if __name__ == "__main__":
    unittest.main()
