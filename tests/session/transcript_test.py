"""Goal: the control channel answers exactly as it is written down.

Method: every tests/transcripts/session/*.txt: "> " lines are sent, "< " lines are the answers, in
which "…" stands for any text. A file begins with the scenario, up to a line "----".
GLASSHIVE_WRITE_TRANSCRIPTS=1 writes the answers that were given into the files.
"""

import os
import re
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import driver  # noqa: E402
from driver import program  # noqa: E402

FOLDER = program.ROOT / "tests/transcripts/session"


def fits(expected, actual):
    return re.fullmatch(".*".join(map(re.escape, expected.split("…"))), actual) is not None


def without_changing(answer):
    """Digests and numbers of events change with the model's details; what is said does not."""
    return re.sub(r'("event":)\d+', r"\1…", re.sub(r'("digest":)"\w+"', r'\1"…"', answer))


class Transcripts(driver.Case):
    def play(self, path):
        scenario, _, talk = path.read_text().partition("----\n")
        self.write("told.yaml", scenario)
        client, answer, out, wrong = self.start(scenario="told.yaml"), None, [], []
        for line in talk.splitlines():
            if line.startswith("> "):
                answer = client.ask_raw(line[2:])
            elif line.startswith("< "):
                if not fits(line[2:], answer):
                    wrong.append(f"expected {line[2:]}\n     got {answer}")
                    line = "< " + without_changing(answer)
            out.append(line)
        self.stop(self.process)
        if os.environ.get("GLASSHIVE_WRITE_TRANSCRIPTS"):
            path.write_text(scenario + "----\n" + "\n".join(out) + "\n")
        return wrong

    def test_every_transcript(self):
        paths = sorted(FOLDER.glob("*.txt"))
        self.assertGreaterEqual(len(paths), 2)
        for path in paths:
            with self.subTest(path.name):
                self.assertEqual(self.play(path), [])


if __name__ == "__main__":
    program.main()
