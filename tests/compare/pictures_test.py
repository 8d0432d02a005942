"""Goal: the picture of fragmentation in docs/chapters/compare.md is what the policies do. Method:
drawn anew from its data file and compared; and, where the trace lies beside the project, the data
of some policies measured anew.
"""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

PICTURES = program.ROOT / "docs/pictures"
OPENB = program.ROOT / "../shared/data/openb/csv"
sys.path.insert(0, str(PICTURES))
import fragmentation  # noqa: E402


class Pictures(program.Case):
    def test_the_picture_is_up_to_date(self):
        drawn = subprocess.run([sys.executable, "-B", PICTURES / "fragmentation.py"],
                               capture_output=True, text=True, check=True).stdout
        self.assertEqual(drawn, (PICTURES / "fragmentation.svg").read_text(),
                         "draw it anew: docs/pictures/fragmentation.py > fragmentation.svg")

    def test_every_policy_has_a_whole_curve_within_its_band(self):
        curves = fragmentation.curves_of(PICTURES / "fragmentation.csv")
        self.assertEqual(list(curves), list(fragmentation.POLICIES))
        for policy, of in curves.items():
            with self.subTest(policy=policy):
                self.assertEqual([len(values) for values in of.values()], [66] * 3)
                for least, mean, most in zip(of["least"], of["mean"], of["most"]):
                    self.assertTrue(0 < least <= mean <= most < fragmentation.LARGEST)

    @unittest.skipUnless(OPENB.is_dir(), "skipped: ../shared/data/openb is not there")
    def test_the_data_are_what_the_policies_do(self):
        """Two of the seven, for the time it takes; openb_test has the others."""
        rows = list(fragmentation.measure(program.glasshive, OPENB, ["gpu-packing", "first-fit"]))
        kept = [line.split(",") for line in
                (PICTURES / "fragmentation.csv").read_text().splitlines()]
        for row in rows:
            self.assertIn(row, kept, "measure it anew: docs/pictures/fragmentation.py --measure "
                                     "build/glasshive ../shared/data/openb/csv > fragmentation.csv")
        self.assertEqual(len(rows), 6)


if __name__ == "__main__":
    program.main()
