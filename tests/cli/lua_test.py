"""Goal: `glasshive lua` runs a script, repeats it exactly, and says what is wrong with it.

Method: shipped and small scripts, run and read.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

DICE = program.ROOT / "lua/scripts/dice.lua"


class Lua(program.Case):
    def test_every_shipped_script_runs_and_repeats(self):
        # What a shipped scenario names needs a cluster: tests/digests.py runs those.
        stories = "".join(f.read_text() for f in (program.ROOT / "scenarios").glob("*.yaml"))
        scripts = [script for script in sorted((program.ROOT / "lua/scripts").glob("*.lua"))
                   if f"lua/scripts/{script.name}" not in stories]
        self.assertIn(DICE, scripts)
        for script in scripts:
            first = self.call("lua", script, "--seed", "3").stdout
            self.assertEqual(first, self.call("lua", script, "--seed", "3").stdout)
            self.assertNotEqual(first, self.call("lua", script, "--seed", "4").stdout)

    def test_what_it_cost_is_told_to_machines(self):
        report = json.loads(self.call("lua", DICE, "--seed", "3", "--json").stdout)
        self.assertRegex(report["printed"][0], r"^on average 3\d\.\d throws, at most \d+$")
        self.assertGreater(report["instructions"], 100000)
        self.assertGreater(report["memory_peak_bytes"], 1000)

    def test_mistakes_have_their_line_and_budgets_their_end(self):
        self.write("bad.lua", "print('so far')\nlocal t = {}\nprint(t.x.y)\n")
        done = self.call("lua", "bad.lua", status=2)
        self.assertEqual(done.stdout, "so far\n")
        self.assertIn("bad.lua:3: attempt to index a nil value (field 'x')", done.stderr)
        self.assertIn("stack traceback", done.stderr)
        self.write("loop.lua", "while true do end")
        done = self.call("lua", "loop.lua", "--instructions", "100000", status=2)
        self.assertIn("the budget of 100000 instructions is spent", done.stderr)
        self.assertIn("none.lua: cannot be read", self.call("lua", "none.lua", status=2).stderr)
        said = json.loads(self.call("lua", "bad.lua", "--json", status=2).stdout)
        self.assertIn("field 'x'", json.dumps(said))


if __name__ == "__main__":
    program.main()
