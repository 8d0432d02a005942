#!/usr/bin/env python3
"""Goal: the real window opens, hears mouse and keys, and closes in order.
Method: Xvfb is the screen and xdotool the hand; the settings file says what was understood."""
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else ROOT / "build"
VIEWER = BUILD.resolve() / "glasshive-viewer"


@unittest.skipUnless(shutil.which("Xvfb") and shutil.which("xdotool"),
                     "needs Xvfb and xdotool (Debian: xvfb, xdotool)")
class Window(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.recording = self.folder / "hello.hive"
        subprocess.run([BUILD.resolve() / "glasshive", "run",
                        ROOT / "scenarios/01_hello_cluster.yaml", "--record", self.recording],
                       check=True, capture_output=True)
        reading, writing = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1300x900x24", "-nolisten", "tcp",
             "-noreset"],   # Else it starts anew whenever its last client goes.
            pass_fds=[writing], stderr=subprocess.DEVNULL)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.terminate)
        os.close(writing)
        self.assertTrue(select.select([reading], [], [], 30)[0], "Xvfb does not start")
        with os.fdopen(reading) as told:
            display = told.readline().strip()   # The whole line: it writes it in two parts.
        self.environment = {**os.environ, "DISPLAY": f":{display}",
                            "XDG_CONFIG_HOME": str(self.folder / "config")}

    def do(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env=self.environment, timeout=60,
                              capture_output=True, text=True)

    def opened(self, *files):
        viewer = subprocess.Popen([VIEWER, *files], env=self.environment, cwd=self.folder,
                                  stderr=subprocess.PIPE, text=True)
        self.addCleanup(viewer.stderr.close)
        self.addCleanup(viewer.kill)
        return viewer

    def await_window(self, viewer, name):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = self.do("search", "--onlyvisible", "--name", "Glasshive: " + name)
            if found.returncode == 0:
                self.do("windowfocus", "--sync", found.stdout.split()[0])
                time.sleep(1)   # A first frame by software takes its time.
                return
            if viewer.poll() is not None:
                self.fail("the viewer ended before its window came: " + viewer.stderr.read())
            time.sleep(0.2)
        self.fail("no window came")

    def test_a_session_with_mouse_and_keys(self):
        viewer = self.opened(self.recording)
        self.await_window(viewer, "hello")
        self.do("key", "t")                                      # Light.
        time.sleep(0.5)
        self.do("mousemove", 910, 400)                           # The gap beside the right column.
        time.sleep(0.5)
        self.do("mousedown", 1)
        time.sleep(0.5)
        for x in (880, 800, 700):
            self.do("mousemove", x, 400)
            time.sleep(0.3)
        self.do("mouseup", 1)
        time.sleep(0.5)
        self.do("key", "ctrl+q")
        _, errors = viewer.communicate(timeout=60)
        self.assertEqual((viewer.returncode, errors), (0, ""))
        kept = json.loads((self.folder / "config/glasshive/viewer.json").read_text())
        self.assertFalse(kept["dark"])
        self.assertLess(kept["side"], 0.65)

    def test_who_names_no_file_chooses_one(self):
        viewer = self.opened()
        self.await_window(viewer, "start")
        self.do("type", "hello.hive")
        time.sleep(0.5)
        self.do("key", "Return")
        self.await_window(viewer, "hello")
        self.do("key", "ctrl+q")
        _, errors = viewer.communicate(timeout=60)
        self.assertEqual((viewer.returncode, errors), (0, ""))

    def test_without_a_display_it_says_what_to_do(self):
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        done = subprocess.run([VIEWER, self.recording], env=environment, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--screenshot", done.stderr)


if __name__ == "__main__":
    unittest.main()
