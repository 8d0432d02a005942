"""Talks to `glasshive console` in tests, through a pipe."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

SHOP = """schema: 1
seed: 11
duration: 60s
platform: {hosts: 4}
services:
  - {name: web, image: nginx, replicas: 3, ports: ["8080:80"]}
workload: {clients: [{service: web, rate: 5, start: 10s}]}
faults: [{at: 30s, do: power_off, host: node-2}]
expect: [service web has 3 running tasks within 25s of fault 1]
"""


class Case(program.Case):
    """A test with a scenario, and a console to play it."""

    def setUp(self):
        super().setUp()
        self.write("shop.yaml", SHOP)

    def console(self, *lines, file="shop.yaml", words=(), status=0):
        """What the console says to these lines, standard error among it."""
        done = subprocess.run([str(program.glasshive), "console", file, *words], cwd=self.folder,
                              input="\n".join(lines) + "\n", text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=program.SECONDS_MAX, check=False,
                              env=program.environment(TMPDIR=str(self.scratch())))
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout)
        self.assertEqual(list(self.scratch().iterdir()), [])     # It leaves nothing behind.
        return done.stdout

    def start(self, file="shop.yaml"):
        """A console that waits for what `tell` and `end` say to it."""
        process = subprocess.Popen([str(program.glasshive), "console", file], cwd=self.folder,
                                   text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env=program.environment(
                                       TMPDIR=str(self.scratch())))
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def tell(self, console, *lines, until):
        """What it says up to a line that begins so."""
        console.stdin.write("\n".join(lines) + "\n")
        console.stdin.flush()
        said = ""
        while line := console.stdout.readline():
            said += line
            if line.startswith(until):
                return said
        raise AssertionError(f"it ended without {until}:\n{said}")

    def end(self, console, *lines, status=0):
        """What it says to the rest of its lines."""
        said, _ = console.communicate("\n".join(lines) + "\n", timeout=program.SECONDS_MAX)
        self.assertEqual(console.returncode, status, said)
        self.assertEqual(list(self.scratch().iterdir()), [])
        return said

    def scratch(self):
        """Where consoles keep what is theirs. A short path: sockets are in it."""
        path = self.folder / "t"
        path.mkdir(exist_ok=True)
        return path

    def digests(self, said):
        return re.findall(r"^digest  (\w{32})$", said, re.M)

    def digest(self, said):
        """The only digest there is, however often it was told."""
        found = set(self.digests(said))
        self.assertEqual(len(found), 1, said)
        return found.pop()

    def rows(self, recording):
        """Every event as it is stored, but for the last ones: those of the run's end."""
        return [event for event in self.events(recording, "true")
                if not event["kind"].startswith(("run.", "expect."))]
