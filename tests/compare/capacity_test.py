"""Goal: how many machines are enough is what comparisons of those sizes say, and a search that was
stopped goes on. Method: small searches, checked size by size; every mistake.
"""

import csv
import json
import pathlib
import shlex
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "support"),
                str(pathlib.Path(__file__).parent)]
import matrices  # noqa: E402
import program  # noqa: E402


class Capacity(matrices.Case):
    def test_how_large_the_cluster_has_to_be(self):
        words = ("compare", "--machines", "m.csv", "--policy", "spread,best-fit", "--seeds", "3",
                 "--set", "tasks=100", "--set", "rate=0.1", "--capacity", "mean_wait <= 5s")
        said = self.call(*words, "--out", "size").stdout
        report = json.loads((self.folder / "size/capacity.json").read_text())
        values = {}
        table = (self.folder / "size/capacity.csv").read_text()
        for row in csv.DictReader(table.splitlines()):
            key = row["policy"], int(row["machines"])
            values.setdefault(key, []).append(float(row["value"]))
        for search in report["searches"]:
            least, policy = search["machines"], search["policy"]
            mean = [sum(values[policy, n]) / 3 for n in (least - 1, least)]
            self.assertGreater(mean[0], 5)
            self.assertLessEqual(mean[1], 5)
            self.assertIn(f"{least} machines", said)
            # What the search says of its answer is what a comparison of that size says.
            self.call("compare", "--machines", "m.csv", "--policy", policy, "--seeds", "3", "--set",
                      "tasks=100", "--set", "rate=0.1", "--set", f"machines={least}", "--out",
                      f"check-{policy}", "--quiet")
            alone = json.loads((self.folder / f"check-{policy}/report.json").read_text())
            waits = [m for m in alone["metrics"] if m["metric"] == "mean_wait"][0]
            self.assertEqual(waits["policies"][0]["values"], values[policy, least])
        # Begun again, and with other jobs: the same; the page's own words do it, too.
        whole = self.contents("size")
        (self.folder / "size/sizes/1-1-12/runs/2.json").unlink()
        self.call(*words, "--jobs", 8, "--out", "size", "--quiet")
        self.assertEqual(self.contents("size"), whole)
        page = matrices.Page()
        page.feed((self.folder / "size/capacity.html").read_text())
        self.assertEqual((page.open, page.outside), ([], []))
        line = next(line for line in page.text.splitlines() if "glasshive compare" in line)
        again = line[line.index("glasshive compare"):].replace("--out DIR", "--out again")
        self.call(*shlex.split(again.split("file", 1)[0])[1:], "--quiet")
        self.assertEqual(self.contents("again"), whole)

    def test_mistakes_about_how_large(self):
        for words, message in (
                (("--machines", "m.csv", "--capacity", "faild < 1"), "there is no metric"),
                (("--machines", "m.csv", "--capacity", "failed"), "is not METRIC < NUMBER"),
                (("--machines", "m.csv", "--capacity", "energy < 1"), "has no energy"),
                (("--machines", "m.csv", "--capacity", "failed < 1", "--vary", "machines=1,2"),
                 "is what is searched for"),
                (("--machines", "m.csv", "--capacity", "failed < 1", "--pin", "#1=big1"),
                 "is not there in every size"),
                (("--machines", "m.csv", "--capacity", "failed < 1", "--plan-only"),
                 "depends on what was run"),
                (("--machines", "m.csv", "--capacity", "failed < 1", "--metric", "failed"),
                 "says which metric counts"),
                (("log.swf", "--capacity", "failed < 1"), "is for tasks on a list of machines"),
                (("s.yaml", "--capacity", "failed < 1"), "is for tasks on a list of machines")):
            with self.subTest(words=words):
                policy = "fcfs" if words[0] == "log.swf" else "spread"
                said = self.call("compare", *words, "--policy", policy, "--out", "wrong", status=2)
                self.assertIn(message, said.stderr)
                self.assertFalse((self.folder / "wrong/capacity.json").exists())


if __name__ == "__main__":
    program.main()
