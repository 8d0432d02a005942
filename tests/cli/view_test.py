"""Goal: `glasshive view` finds the viewer, refuses what is wrong before any window, and draws runs
and recordings without a display.

Method: the program with the viewer beside it, with another one in PATH that tells its words, and
with none.
"""

import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

STORY = """schema: 1
seed: 11
duration: 60s
platform: {hosts: 3}
services: [{name: web, image: nginx, replicas: 2}]
faults: [{at: 20s, do: power_off, host: node-2}]
"""


class View(program.Case):
    def setUp(self):
        super().setUp()
        self.write("story.yaml", STORY)

    def alone(self, *words, status=0, viewer=None):
        """Calls a copy of the program that has no viewer beside it; `viewer`: a script in PATH."""
        for folder in ("alone", "path"):
            (self.folder / folder).mkdir(exist_ok=True)
        copy = self.folder / "alone/glasshive"
        if not copy.exists():
            shutil.copy(program.glasshive, copy)
        if viewer is not None:
            script = self.folder / "path/glasshive-viewer"
            script.write_text("#!/bin/sh\n" + viewer)
            script.chmod(0o755)
        env = program.environment(PATH=f"{self.folder / 'path'}:/usr/bin:/bin",
                                  TMPDIR=str(self.folder))
        there, program.glasshive = program.glasshive, copy
        try:
            return self.call(*words, status=status, env=env)
        finally:
            program.glasshive = there

    def test_a_run_and_a_recording_become_pictures_without_a_display(self):
        env = program.environment(TMPDIR=str(self.folder))
        self.call("run", "story.yaml", "-q", "--record", "r.hive")
        for file, out, more in (("story.yaml", "a.png", ()), ("r.hive", "b.png", ()),
                                ("story.yaml", "c.png", ("--at", "10s")),
                                ("r.hive", "d.png", ("--theme", "light"))):
            self.call("view", file, "--screenshot", out, "--size", "640x400", *more, env=env)
        pictures = {(self.folder / f"{name}.png").read_bytes() for name in "abcd"}
        self.assertTrue(all(picture.startswith(b"\x89PNG") for picture in pictures))
        self.assertGreaterEqual(len(pictures), 3)
        self.call("view", "r.hive", "r.hive", "--panel", "Compare", "--screenshot", "e.png",
                  env=env)
        self.call("view", "story.yaml", "--frames", "film", "--every", "20s", env=env)
        self.assertEqual(len(list((self.folder / "film").iterdir())), 4)
        self.assertEqual(list(self.folder.glob("glasshive-*")), [])   # The run was forgotten.

    def test_what_is_wrong_is_said_before_any_window(self):
        self.write("wrong.yaml", "schema: 1\nplatform: {hosts: three}\nservcies: []\n")
        self.write("wrong.hive", "no recording")
        for words, said in ((("wrong.yaml",), ["platform.hosts", "servcies", "2 problems"]),
                            (("wrong.yaml", "--screenshot", "x.png"), ["platform.hosts"]),
                            (("wrong.hive",), ["wrong.hive"]),
                            (("missing.yaml",), ["missing.yaml"]),
                            (("--screenshot", "x.png"), ["nothing to show"]),
                            ((), ["no display", "name a recording"]),
                            (("story.yaml", "--every", "1s"), ["--frames"]),
                            (("story.yaml", "--screenshot", "x.png", "--at", "soon"), ["--at"]),
                            (("story.yaml", "--theme", "loud"), ["--theme"])):
            # Else a window would come where there is a display.
            done = self.call("view", *words, status=2,
                             env=program.environment(DISPLAY="", WAYLAND_DISPLAY=""))
            for text in said:
                self.assertIn(text, done.stderr)
        self.assertFalse((self.folder / "x.png").exists())

    def test_without_a_viewer_it_says_so(self):
        done = self.alone("view", "story.yaml", status=2)
        self.assertIn("glasshive-viewer: is not beside this program, nor in PATH", done.stderr)

    def test_without_a_file_the_viewer_offers_some(self):
        done = self.alone("view", "--theme", "light", status=7,
                          viewer='echo "$@"; exit 7\n')
        self.assertEqual(done.stdout, "--theme light\n")

    def test_the_viewer_gets_the_words_and_its_status_is_ours(self):
        tells = 'for word in "$@"; do echo "[$word]"; done; exit 7\n'
        done = self.alone("view", "story.yaml", "--at", "5s", "--select", "a b", status=7,
                          viewer=tells)
        self.assertEqual(done.stdout.split("\n")[:-1],
                         ["[story.yaml]", "[--at]", "[5s]", "[--select]", "[a b]"])
        drawn = self.alone("view", "story.yaml", "--frames", "f", "--every", "1s", status=7,
                           viewer=tells)
        self.assertEqual(drawn.stdout.split("\n")[1:-1],
                         ["[--frames]", "[f]", "[--every]", "[1s]"])


if __name__ == "__main__":
    program.main()
