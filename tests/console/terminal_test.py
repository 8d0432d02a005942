"""Goal: on a terminal there are a prompt, completion, a history and Ctrl-C, as in every shell.

Method: the console runs in a pseudo-terminal of its own; keys go in, bytes come out.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import stat
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import talk  # noqa: E402
from talk import program  # noqa: E402

UP, TAB, INTERRUPT, END = "\x1b[A", "\t", "\x03", "\x04"


class Terminal:
    """A console on a terminal of 100 columns that is its own to control."""

    def __init__(self, case, file="shop.yaml", **env):
        self.main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.process = subprocess.Popen(
            [str(program.glasshive), "console", file, "--no-color"], cwd=case.folder, stdin=other,
            stdout=other, stderr=other, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env=program.environment(TMPDIR=str(case.scratch()), HOME=str(case.folder), **env))
        os.close(other)
        case.addCleanup(self.stop)
        self.shown = ""

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.main)

    def read(self, until, seconds=20):
        """What comes up to a text that matches; fails when it does not come."""
        came, end = "", time.monotonic() + seconds
        while not re.search(until, came):
            ready = select.select([self.main], [], [], max(0, end - time.monotonic()))[0]
            try:
                chunk = os.read(self.main, 65536).decode(errors="replace") if ready else ""
            except OSError:
                chunk = ""
            if not chunk:
                raise AssertionError(f"no {until!r} in {came!r}")
            came += chunk
        self.shown += came
        return came

    def type(self, keys, until):
        os.write(self.main, keys.encode())
        return self.read(until)

    def leave(self):
        self.type(END, r"digest  \w{32}\r\n")
        return self.process.wait(30)


class OnTerminal(talk.Case):
    def terminal(self, *words, **env):
        console = Terminal(self, *words, **env)
        console.read(r"0\.000s> ")
        return console

    def test_a_prompt_says_when_it_is_and_in_which_line_of_history(self):
        console = self.terminal()
        self.assertIn("help lists the words", console.shown)
        console.type("run 12.5s\r", r"12\.500s> ")
        console.type("branch other\r", r"12\.500s other> ")
        console.type("rewind 3s\r", r"3\.000s other> ")
        self.assertEqual(console.leave(), 0)
        self.assertEqual(list(self.scratch().iterdir()), [])

    def test_tab_completes_words_names_kinds_and_docker(self):
        console = self.terminal()
        console.type("run 5s\r", r"5\.000s> ")
        # Of a word that becomes longer only the new part is drawn.
        for keys, until in (("rew" + TAB, "ind "), ("sca" + TAB, "le "), ("scale " + TAB, "web="),
                            ("drain node-" + TAB, r"node-1 +node-2 +node-3 +node-4 +\r\n"),
                            ("run event task.fai" + TAB, "led "),
                            ("run event task.failed web." + TAB, r"web\.1 +web\.2 +web\.3"),
                            ("docker serv" + TAB, "ice "),
                            ("docker service " + TAB, "inspect +logs"),
                            ("fault {do: power" + TAB, "_off "),
                            ("fault {do: power_off, host: node-" + TAB, "node-1 +node-2"),
                            ("inspect serv" + TAB, "ice "), ("inspect service " + TAB, "web "),
                            ("save sho" + TAB, r"p\.yaml "), ("help bran" + TAB, "ch"),
                            ("help branch" + TAB, "branch +branches"), ("bogus" + TAB, "\x07")):
            with self.subTest(keys):
                console.type(keys, until)
                console.type(INTERRUPT, r"\^C\r\n(.*\r)?5\.000s> ")
        self.assertEqual(console.leave(), 0)

    def test_the_history_is_kept_for_the_next_time(self):
        console = self.terminal()
        console.type("run 5s\r", r"5\.000s> ")
        console.type("time\r", r"profile (.*\r\n)+.*s> ")
        console.type(UP + UP, "run 5s")
        console.type(INTERRUPT, r"\^C\r\n(.*\r)?5\.000s> ")
        console.leave()
        kept = self.folder / ".local/state/glasshive/console_history"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        again = self.terminal()
        again.type(UP, "time")
        again.type(UP, "run 5s|un 5s")
        again.type("\r", r"5\.000s> ")
        again.leave()

    def test_a_history_goes_where_it_is_wanted_or_nowhere(self):
        console = self.terminal(XDG_STATE_HOME=str(self.folder / "state"))
        console.type("time\r", r"profile (.*\r\n)+.*s> ")
        console.leave()
        self.assertTrue((self.folder / "state/glasshive/console_history").is_file())
        console = self.terminal(GLASSHIVE_NO_HISTORY="1")
        console.type("time\r", r"profile (.*\r\n)+.*s> ")
        console.leave()
        self.assertFalse((self.folder / ".local").exists())

    def test_ctrl_c_pauses_a_run_and_leaves_the_console(self):
        self.write("long.yaml", talk.SHOP.replace("60s", "400h").replace("rate: 5", "rate: 200"))
        console = self.terminal("long.yaml")
        os.write(console.main, b"run end\r")
        bar = console.read(r"\d+ %  \S+ of 400h  x[\d,]+")    # After two seconds.
        self.assertIn("░", bar)
        said = console.type(INTERRUPT, r"paused\r\n(.*\r\n)*[\d.]+s> ")
        there = re.search(r"([\d.]+)s> ", said)[1]
        # Going back to shortly before takes as long as coming here did; interrupted, it changes
        # nothing.
        os.write(console.main, f"rewind {float(there) - 1:.3f}s\r".encode())
        time.sleep(0.5)
        console.type(INTERRUPT, r"interrupted; nothing changed\r\n(.*\r)?" + re.escape(there))
        console.type("rewind 0s\r", r"\n0\.000s> ")
        self.assertEqual(console.leave(), 0)

    def test_it_goes_on_after_it_was_stopped(self):
        console = self.terminal()
        console.type("rew", "rew")
        console.process.send_signal(signal.SIGSTOP)
        os.waitpid(console.process.pid, os.WUNTRACED)
        mode = termios.tcgetattr(console.main)     # As a shell leaves it meanwhile: in lines.
        mode[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(console.main, termios.TCSANOW, mode)
        console.process.send_signal(signal.SIGCONT)
        console.read("rew")
        console.type(TAB, "ind ")
        console.type(INTERRUPT, r"s> ")
        self.assertEqual(console.leave(), 0)

    def test_a_terminal_that_goes_away_takes_the_console_with_it(self):
        console = self.terminal()
        console.process.send_signal(signal.SIGHUP)
        self.assertEqual(console.process.wait(30), 128 + signal.SIGHUP)
        self.assertEqual(list(self.scratch().iterdir()), [])

    def test_leaving_says_when_something_was_not_saved(self):
        console = self.terminal()
        console.type("scale web=3\r", r"0\.000s> ")
        console.leave()
        self.assertIn("what was given was not saved", console.shown)


if __name__ == "__main__":
    program.main()
