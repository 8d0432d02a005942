"""What tests of the program share: where it is, running it, scenarios in a scratch folder.

A test file is called as `<file>.py BUILD [unittest's words]` and ends in `program.main()`.
"""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS_MAX = 120
glasshive = None     # Path of the program; set by main().


def main():
    global glasshive
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} BUILD [TEST...]")
    glasshive = pathlib.Path(sys.argv.pop(1)).resolve() / "glasshive"
    if not glasshive.is_file():
        sys.exit(f"{glasshive} does not exist")
    unittest.main(module="__main__")


def environment(**more):
    """The caller's, without what changes colours."""
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM", "COLUMNS")}
    return {**env, "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}


class Case(unittest.TestCase):
    """A test with a scratch folder and the program."""

    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hive")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def call(self, *words, status=0, env=None, **more):
        """Runs `glasshive WORDS` in the scratch folder; fails unless it exits with `status`."""
        done = subprocess.run([str(glasshive), *map(str, words)], cwd=self.folder, text=True,
                              capture_output=True, timeout=SECONDS_MAX, check=False,
                              errors="replace", env=env or environment(), **more)
        if status is not None:
            self.assertEqual(done.returncode, status, f"{words}\n{done.stdout}\n{done.stderr}")
        return done

    def report(self, *words, status=0):
        """What `glasshive run --json WORDS` says."""
        return json.loads(self.call("run", "--json", *words, status=status).stdout)

    def events(self, recording, where):
        """Rows (t, kind, subject, cause, attrs) of a recording's events."""
        with sqlite3.connect(f"file:{self.folder / recording}?mode=ro", uri=True) as file:
            rows = file.execute("SELECT t, kind, subject, cause, attrs, id FROM events "
                                f"WHERE {where} ORDER BY id").fetchall()
        return [{"t": t, "kind": kind, "subject": subject, "cause": cause, "id": number,
                 **json.loads(attrs or "{}")} for t, kind, subject, cause, attrs, number in rows]
