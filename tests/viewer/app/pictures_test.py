#!/usr/bin/env python3
"""Goal: glasshive-viewer draws recordings without a display, and refuses others in one clear line.
Method: record a scenario, make pictures in every size, theme and panel, and read their pixels."""
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else ROOT / "build"
FOLDER = tempfile.TemporaryDirectory()
RECORDING = pathlib.Path(FOLDER.name) / "crash.hive"

PANELS = ("Cluster", "Network", "Store", "Timeline", "Services", "Events", "Scenario",
          "Compare", "Inspector", "Why", "Managers", "Plots")


def pixels(path):
    """(width, height, rows of RGB bytes) of an 8-bit PNG without interlacing."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    return width, height, zlib.decompress(packed)


def view(*arguments):
    return subprocess.run([BUILD.resolve() / "glasshive-viewer", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([BUILD.resolve() / "glasshive", "run", ROOT / "scenarios/02_node_crash.yaml",
                        "--record", RECORDING], check=True, capture_output=True)

    def picture(self, *arguments):
        path = pathlib.Path(FOLDER.name) / "out.png"
        path.unlink(missing_ok=True)
        done = view(RECORDING, "--screenshot", path, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return pixels(path)

    def test_every_panel_draws_something_of_its_own(self):
        for size in ("1280x720", "320x240"):
            seen = {self.picture("--panel", panel, "--at", 100, "--select", "web",
                                 "--size", size)[2] for panel in PANELS}
            self.assertEqual(len(seen), len(PANELS), size)

    def test_every_panel_without_a_selection_and_in_the_other_theme(self):
        for panel in PANELS:
            self.assertNotEqual(self.picture("--panel", panel, "--theme", "light", "--at", 0),
                                self.picture("--panel", panel, "--theme", "light"), panel)

    def test_two_recordings_lie_side_by_side(self):
        other = pathlib.Path(FOLDER.name) / "other.hive"
        subprocess.run([BUILD.resolve() / "glasshive", "run", ROOT / "scenarios/02_node_crash.yaml",
                        "--seed", "7", "--record", other], check=True, capture_output=True)
        alone = self.picture("--panel", "Compare")
        self.assertNotEqual(alone, self.picture(other, "--panel", "Compare"))
        self.assertNotEqual(self.picture("--panel", "Plots"),
                            self.picture(other, "--panel", "Plots"))

    def test_copies_and_documents_of_a_store_at_every_size(self):
        store = pathlib.Path(FOLDER.name) / "store.hive"
        scenario = ROOT / "scenarios/59_split_brain.yaml"
        subprocess.run([BUILD.resolve() / "glasshive", "run", scenario, "--record", store],
                       check=True, capture_output=True)
        path = pathlib.Path(FOLDER.name) / "store.png"
        for size in ("1280x720", "2560x1440", "600x260", "320x240"):
            seen = set()
            for select in ((), ("--select", "orders/cart"), ("--select", "orders/note")):
                for theme in ("dark", "light"):
                    done = view(store, "--panel", "Store", "--at", 150, "--size", size, "--theme",
                                theme, "--screenshot", path, *select)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    seen.add(pixels(path))
            self.assertEqual(len(seen), 6, size)

    def test_sizes_and_themes(self):
        for size in ("1280x720", "2560x1440", "320x240", "64x64"):
            width, height, _ = self.picture("--size", size)
            self.assertEqual(f"{width}x{height}", size)
        self.assertNotEqual(self.picture("--theme", "light"), self.picture("--theme", "dark"))

    def test_frames_are_the_run_as_a_film(self):
        folder = pathlib.Path(FOLDER.name) / "film"
        done = view(RECORDING, "--frames", folder, "--every", "15s", "--at", "45s",
                    "--size", "640x480")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        names = sorted(path.name for path in folder.iterdir())
        self.assertEqual(names, [f"frame-{i:06}.png" for i in range(4)])
        done = view(RECORDING, "--frames", folder, "--every", "0s")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--every", done.stderr)

    def test_the_instant_and_the_selection_are_seen_and_repeat(self):
        before = self.picture("--at", 30)
        self.assertEqual(before, self.picture("--at", "30s"))
        self.assertNotEqual(before, self.picture("--at", 100))
        self.assertNotEqual(before, self.picture("--at", 30, "--select", "node-2"))

    def test_wrong_files_and_words_are_one_clear_message(self):
        cut = pathlib.Path(FOLDER.name) / "cut.hive"
        cut.write_bytes(RECORDING.read_bytes()[:5000])
        for arguments, word in (((cut,), "cut.hive"), (("missing.hive",), "missing.hive"),
                                ((RECORDING, "--select", "nobody"), "nobody"),
                                ((RECORDING, "--size", "7x7"), "7x7"),
                                ((RECORDING, "--at", "soon"), "soon"),
                                ((RECORDING, "--at", "-3"), "-3"),
                                ((RECORDING, "--panel", "Nothing"), "Nothing")):
            done = view(*arguments, "--screenshot", pathlib.Path(FOLDER.name) / "no.png")
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(word, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
