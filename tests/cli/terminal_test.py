"""Goal: colour and the progress bar appear on a terminal, when wanted, and nowhere else.

Method: the program runs in a pseudo-terminal, and its bytes are read.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

SCENARIO = """schema: 1
seed: 2
duration: {duration}
platform: {{hosts: 4}}
services: [{{name: web, image: nginx, replicas: 3, ports: ["8080:80"]}}]
faults: [{{at: 30s, do: power_off, host: node-2}}]
workload: {{clients: [{{service: web, rate: {rate}}}]}}
expect: [service web has 3 running tasks within 30s of fault 1]
"""
ESCAPE = "\x1b["


class OnTerminal(program.Case):
    def setUp(self):
        super().setUp()
        self.write("short.yaml", SCENARIO.format(duration="60s", rate=1))

    def terminal(self, *words, seconds=100, **env):
        """Everything the program prints on a terminal of 100 columns."""
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        process = subprocess.Popen([str(program.glasshive), *words], cwd=self.folder, stdin=other,
                                   stdout=other, stderr=other, env=program.environment(**env))
        os.close(other)
        out, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            if not select.select([main], [], [], 1)[0]:
                continue
            try:
                chunk = os.read(main, 65536)
            except OSError:      # The program has closed its side.
                break
            if not chunk:
                break
            out += chunk
        process.kill()
        process.wait()
        os.close(main)
        return out.decode(errors="replace")

    def test_colour_on_a_terminal(self):
        out = self.terminal("run", "short.yaml")
        self.assertRegex(out, r"\x1b\[1;31mfault\.started")
        self.assertRegex(out, r"\x1b\[32mheld")
        self.assertEqual(out.count(ESCAPE) % 2, 0)     # Each is ended.

    def test_no_colour_when_it_is_not_wanted(self):
        for words, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})):
            out = self.terminal("run", "short.yaml", *words, **env)
            self.assertIn("fault.started", out)
            self.assertNotIn(ESCAPE, out)
        self.assertIn(ESCAPE, self.terminal("run", "short.yaml", NO_COLOR=""))  # no-color.org

    def test_no_colour_and_no_bar_in_a_pipe(self):
        done = self.call("run", "short.yaml")
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("\r", done.stdout + done.stderr)

    def test_colour_is_all_that_differs(self):
        plain = self.call("run", "short.yaml").stdout
        colour = re.sub(r"\x1b\[[0-9;]*m", "", self.terminal("run", "short.yaml"))
        without_wall = [re.sub(r" in \S+ s, ", " ", text.replace("\r\n", "\n"))
                        for text in (plain, colour)]
        self.assertEqual(*without_wall)

    def test_the_bar_comes_when_it_lasts_and_goes(self):
        self.write("long.yaml", SCENARIO.format(duration="40h", rate=200))
        out = self.terminal("run", "long.yaml", "--quiet", "--until", "300h", seconds=6)
        bars = re.findall(r"\r\x1b\[K([^\r\n]*)", out)
        self.assertGreater(len(bars), 3)
        self.assertLess(len(bars), 60)                 # At most ten a second.
        bar = re.sub(r"\x1b\[[0-9;]*m", "", [bar for bar in bars if bar][-2])
        self.assertRegex(bar, r"^[█░]{24} +\d+ %  \S+ of 300h  x[\d,]+  .+ to go$")
        self.assertLessEqual(len(bar), 100)
        self.assertNotIn("█", self.terminal("run", "short.yaml"))

    def test_control_characters_of_a_file_never_reach_the_terminal(self):
        evil = SCENARIO.format(duration="60s", rate=1).replace("seed: 2", "sead: 2")
        self.write("evil.yaml", evil.replace("image: nginx", 'image: "ng\\e]0;x\\ax"'))
        out = self.terminal("run", "evil.yaml", "--no-color")
        self.assertNotIn("\x1b", out)
        self.assertNotIn("\x07", out)


if __name__ == "__main__":
    program.main()
