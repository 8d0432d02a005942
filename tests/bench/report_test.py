"""Goal: the performance table says met and missed truthfully. Method: results made by hand."""

import json
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import report  # noqa: E402


class Report(unittest.TestCase):
    def read(self, *results):
        return self.with_results(results, report.read_results)

    def with_results(self, results, use):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.json"
            path.write_text(json.dumps({"benchmarks": list(results)}))
            return use(pathlib.Path(folder))

    def test_names_lose_what_the_library_appends(self):
        self.assertEqual(report.base_name("swarm/idle/iterations:1/real_time"), "swarm/idle")
        self.assertEqual(report.base_name("timers/drained"), "timers/drained")

    def test_goals_are_met_at_their_bound_and_missed_beyond(self):
        results = self.read({"name": "a/b", "real_time": 1500, "time_unit": "ms",
                             "items_per_second": 8e6, "ratio": 1.6, "cpu_seconds": 0.9})
        targets = [
            {"benchmark": "a/b", "metric": "items_per_second", "at_least": 8e6, "text": "rate"},
            {"benchmark": "a/b", "metric": "seconds", "at_most": 1, "text": "time", "note": "why"},
            {"benchmark": "a/b", "metric": "ratio", "at_most": 1.5, "text": "ratio"},
            {"benchmark": "a/c", "metric": "seconds", "at_most": 1, "text": "absent"}]
        lines, missed = report.goals_table(targets, results)
        self.assertEqual(missed, 3)
        cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:6]]
        self.assertEqual(cells[0], ["rate (`a/b`)", "≥ 8 M/s", "8 M/s", "13.3 M/s", "met"])
        self.assertEqual(cells[1], ["time (`a/b`)", "≤ 1 s", "1.5 s", "900 ms",
                                    "**missed** (met in CPU time)"])
        self.assertEqual(cells[3][2:], ["not measured", "", "**missed**"])
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

    def test_goals_programs_and_page_must_name_the_same_benchmarks(self):
        targets = [{"benchmark": "a/b"}, {"benchmark": "a/c"}]
        problems = report.check_names(targets, {"a/b", "a/d"}, {"a/b", "a/e"})
        self.assertEqual(["a/c" in problems[0], "a/d" in problems[1], "a/e" in problems[2]],
                         [True] * 3)
        self.assertEqual(report.check_names(targets[:1], {"a/b"}, {"a/b"}), [])

    def test_a_page_it_wrote_names_its_benchmarks(self):
        results = self.read({"name": "a/b", "real_time": 1, "items_per_second": 1e6})
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "p.md"
            page.write_text("\n".join(["| `x/y` | in the goals |", "## All benchmarks",
                                       *report.all_table(results)]))
            self.assertEqual(report.named_in(page), {"a/b"})

    def test_a_section_that_others_write_is_kept_and_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "p.md"
            page.write_text("# P\n\n## All benchmarks\n\nrows\n")
            self.assertEqual(report.section_of(page, "## Beside"), "")
            for figure in ("1", "2"):
                report.replace_section(page, "## Beside", f"## Beside\n\n{figure}\n")
                self.assertEqual(page.read_text(), f"# P\n\n## Beside\n\n{figure}\n\n"
                                                   "## All benchmarks\n\nrows\n")
            self.assertEqual(report.section_of(page, "## Beside"), "## Beside\n\n2\n\n")

    def test_costs_are_compared_with_a_baseline_that_ran(self):
        results = self.read(
            {"name": "timers/drained", "real_time": 1, "items_per_second": 1e6},
            {"name": "yardstick/heap", "real_time": 1, "items_per_second": 2e6},
            {"name": "swarm/pull_storm_1000_nodes", "real_time": 1, "cpu_seconds": 3},
            {"name": "platform/build_100000_hosts", "real_time": 1, "cpu_seconds": 3},
            {"name": "engine/build_100000_hosts", "real_time": 1, "cpu_seconds": 4},
            {"name": "record/x", "real_time": 1, "recorded_over_plain": 1.25})
        cells = {line.split("|")[1].strip(): line.split("|")[-2].strip()
                 for line in report.all_table(results)}
        self.assertEqual(cells["`timers/drained`"], "2.00 x `yardstick/heap`")
        self.assertEqual(cells["`swarm/pull_storm_1000_nodes`"], "")
        self.assertEqual(cells["`platform/build_100000_hosts`"],
                         "0.75 x `engine/build_100000_hosts`")
        self.assertEqual(cells["`record/x`"], "1.25 x the unrecorded run")

    def test_a_run_must_be_complete_without_errors_and_measure_its_goals(self):
        targets = [{"benchmark": "a", "metric": "peak_bytes"}]
        results = [{"name": "a", "real_time": 1}, {"name": "b", "error_message": "crashed"}]
        problems = self.with_results(
            results, lambda folder: report.check_run(targets, {"a", "b", "c"}, folder))
        self.assertEqual(problems, ["b: crashed", "b did not run", "c did not run",
                                    "a does not report peak_bytes"])
        good = [{"name": "a", "real_time": 1, "peak_bytes": 5}]
        self.assertEqual(self.with_results(
            good, lambda folder: report.check_run(targets, {"a"}, folder)), [])

    def test_series_show_the_cost_of_one_item_by_size(self):
        results = self.read({"name": "s/one/nodes:100", "real_time": 1, "items_per_second": 1e6},
                            {"name": "s/one/nodes:5000", "real_time": 1, "items_per_second": 1e5},
                            {"name": "s/two/nodes:100", "real_time": 1, "items_per_second": 1e3})
        cells = [[cell.strip() for cell in line.split("|")[1:-1]]
                 for line in report.series_table(*report.series_of(results))]
        self.assertEqual(cells[0], ["nodes", "`s/one`", "`s/two`"])
        self.assertEqual(cells[2:], [["100", "1 us", "1 ms"], ["5,000", "10 us", ""]])

    def test_a_picture_has_a_line_for_each_series(self):
        results = self.read(*({"name": f"s/{name}/nodes:{size}", "real_time": 1,
                               "items_per_second": rate}
                              for name, rate in (("one", 1e6), ("two", 5e5))
                              for size in (100, 10000)))
        drawn = xml.etree.ElementTree.fromstring(report.series_plot(*report.series_of(results)))
        lines = [each.get("points").split() for each in drawn.iter() if "polyline" in each.tag]
        self.assertEqual([len(points) for points in lines], [2, 2])
        heights = [[float(point.split(",")[1]) for point in points] for points in lines]
        self.assertLess(heights[0][0], heights[1][0])   # 2 us stand above 1 us.
        self.assertEqual(heights[0][0], heights[0][1])
        self.assertIn("two", "".join(drawn.itertext()))

    def test_every_goal_has_a_bound_and_words(self):
        for target in json.loads(report.TARGETS.read_text()):
            self.assertEqual(("at_least" in target) + ("at_most" in target), 1, target)
            self.assertTrue(target["text"])


if __name__ == "__main__":
    unittest.main()
