"""Goal: the policies in lua/policies that share a built-in's name place every task where it does.
Method: fifty random scenarios of the storm, each under one policy in C++ and in Lua; all nine take
turns. Their digests are equal, but spread's, whose decisions in Lua say a score: there, where each
task went.
"""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

POLICIES = ["spread", "binpack", "random", "first-fit", "best-fit", "dot-product",
            "gpu-packing", "gpu-clustering", "fgd"]
SCENARIOS = 50


class Twins(program.Case):
    def scenario(self, seed):
        storm = program.glasshive.parent / "storm"
        return subprocess.run([storm, "--show", str(seed)], capture_output=True, text=True,
                              check=True).stdout

    def under(self, text, policy):
        text = re.sub(r"^scheduler:.*\n", "", text, flags=re.M)
        self.write("twin.yaml", text + f"scheduler: {{policy: \"{policy}\"}}\n")
        report = self.report("twin.yaml", "--record", "twin.hive", status=None)
        placed = [(e["t"], e["subject"], e["node"])
                  for e in self.events("twin.hive", "kind = 'decision.placed'")]
        (self.folder / "twin.hive").unlink()
        return report["digest"], placed

    def test_twins(self):
        placed = 0
        for seed in range(1, SCENARIOS + 1):
            policy = POLICIES[seed % len(POLICIES)]
            with self.subTest(seed=seed, policy=policy):
                text = self.scenario(seed)
                built_in, there = self.under(text, policy)
                twin, here = self.under(text, program.ROOT / f"lua/policies/{policy}.lua")
                self.assertEqual(there, here)
                if policy != "spread":
                    self.assertEqual(built_in, twin)
                placed += len(here)
        self.assertGreater(placed, 1_000)


if __name__ == "__main__":
    program.main()
