"""Goal: a breach is found, named, shrunk and can be replayed. Method: breaches planted on purpose.

Usage: storm_test.py STORM GLASSHIVE
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

STORM, GLASSHIVE = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])


class Planted(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def storm(self, *words):
        done = subprocess.run([STORM, *words], cwd=self.folder.name, text=True,
                              capture_output=True, timeout=250, check=False)
        return done.returncode, done.stdout

    def failing_seed(self, plant):
        status, said = self.storm("12", "--plant", plant, "--no-shrink")
        self.assertEqual(status, 1, said)
        return re.search(r"seed (\d+) fails", said).group(1)

    def test_a_quiet_storm_passes(self):
        status, said = self.storm("4")
        self.assertEqual(status, 0, said)
        self.assertEqual(said.splitlines()[-1], "4 passed, 0 failed")

    def check_shrunk(self, plant, words):
        seed = self.failing_seed(plant)
        status, said = self.storm("--seed", seed, "--plant", plant)
        self.assertEqual(status, 1, said)
        self.assertEqual(said.splitlines()[-1], "0 passed, 1 failed")
        self.assertIn(words, said)
        small = pathlib.Path(self.folder.name, "storm-failures", f"{seed}-small.yaml")
        text = small.read_text(encoding="utf-8")
        self.assertEqual(text.count("do: power_off"), 1, text)   # The fault alone is left.
        self.assertNotIn("services:", text)
        self.assertNotIn("commands:", text)
        command = r"replay: glasshive (run \S+-small\.yaml --seed \d+ --invariants)"
        replay = re.search(command, said)
        self.assertIsNotNone(replay, said)
        done = subprocess.run([GLASSHIVE, *replay.group(1).split()], cwd=self.folder.name,
                              text=True, capture_output=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)   # The plant is the storm's, not its.
        self.assertIn("host.off", done.stdout)

    def test_a_breach_is_shrunk_to_its_fault(self):
        self.check_shrunk("power", "planted: a host lost power")

    def test_a_crash_is_shrunk_too(self):
        self.check_shrunk("crash", "glasshive bug")

    def test_show_prints_the_scenario(self):
        status, said = self.storm("--show", "7")
        self.assertEqual(status, 0)
        self.assertIn("seed: 7\n", said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
