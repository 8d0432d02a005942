#!/usr/bin/env python3
"""Goal: a panel does not change its looks unnoticed, and another Mesa is no change.
Method: draw every panel on a shipped scenario, dark and light, and compare the means of small
blocks of pixels with pictures in references/; then bend those, in ways that must be noticed, or
must not."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = (pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else ROOT / "build").resolve()
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import references  # noqa: E402
from references import drawn  # noqa: E402
import png  # noqa: E402
sys.path.insert(0, str(ROOT / "docs/pictures"))
import viewer as shown  # noqa: E402


def stored(name):
    return png.read(references.FOLDER / f"{name}.png")


class AsBefore(unittest.TestCase):
    def same(self, pictures, folder, script):
        for picture, differs, _ in drawn.differences(BUILD, pictures, folder):
            with self.subTest(picture.name):
                self.assertEqual(differs, "", f"if this is wanted: {script} {BUILD} --renew, and "
                                              "look at what it draws")

    def test_every_panel_looks_as_it_did(self):
        self.same(references.REFERENCES, references.FOLDER, "tests/viewer/app/references.py")

    def test_the_pictures_of_readme_and_chapters_are_not_stale(self):
        self.same(shown.PICTURES, shown.FOLDER, "docs/pictures/viewer.py")

    def test_the_timeline_of_the_readme_is_not_stale(self):
        kept = (ROOT / "docs/pictures/timeline.svg").read_text()
        scenario = re.search(r"<title>glasshive run (\S+)</title>", kept)[1]
        script = ROOT / "docs/pictures/timeline.py"
        drawn_now = subprocess.run([sys.executable, "-B", script, BUILD / "glasshive", scenario],
                                   cwd=ROOT, capture_output=True, text=True, check=True).stdout
        self.assertEqual(drawn_now, kept, "draw it anew: docs/pictures/timeline.py "
                                          f"build/glasshive {scenario} > timeline.svg")

    def test_pictures_that_are_shown_are_those_that_are_drawn(self):
        pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        named = {name for page in pages
                 for name in re.findall(r"pictures/([\w-]+)\.png", page.read_text())}
        self.assertEqual(named, {picture.name for picture in shown.PICTURES})

    def test_there_is_one_of_every_panel_and_none_too_many(self):
        names = {picture.name for picture in references.REFERENCES}
        self.assertEqual({path.stem for path in references.FOLDER.iterdir()}, names)
        panels = (ROOT / "viewer/panels/panels.cpp").read_text().split("all[] = {")[1]
        for line in panels.split("};")[0].strip().splitlines():
            self.assertIn(line.split('"')[1].lower(), names)

    def test_they_are_small(self):
        for path in references.FOLDER.iterdir():
            self.assertLess(path.stat().st_size, 60_000, path.name)


class Noticed(unittest.TestCase):
    """What the comparison sees and what it lets pass."""

    def bent(self, name, change):
        """The difference when change(x, y, rgb) replaces pixels."""
        whole = stored(name)
        rows = []
        for y, row in enumerate(whole.rows):
            row = bytearray(row)
            for x in range(whole.width):
                row[3 * x:3 * x + 3] = change(x, y, row[3 * x:3 * x + 3])
            rows.append(bytes(row))
        return png.difference(whole, png.Picture(whole.width, whole.height, rows))

    def test_what_is_written_is_read_again(self):
        whole = stored("network")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "again.png"
            png.write(path, whole)
            self.assertEqual(png.read(path), whole)
            path.write_bytes(b"GIF89a")
            self.assertRaises(ValueError, png.read, path)

    def test_a_word_that_is_gone_is_noticed(self):
        told = self.bent("timeline", lambda x, y, rgb: rgb if not (20 < x < 90 and 66 < y < 98)
                         else bytes((17, 20, 28)))
        self.assertIn("blocks differ, within x", told)

    def test_a_bar_of_another_colour_is_noticed(self):
        self.assertNotEqual(self.bent("managers", lambda x, y, rgb: bytes(rgb[::-1])), "")

    def test_what_moved_is_noticed(self):
        whole = stored("services")
        moved = png.Picture(whole.width, whole.height,
                            whole.rows[:150] + [whole.rows[150]] * 5 + whole.rows[150:-5])
        self.assertNotEqual(png.difference(whole, moved), "")

    def test_another_size_is_noticed(self):
        whole = stored("events")
        self.assertIn("instead of", png.difference(
            whole, png.Picture(whole.width, whole.height - 1, whole.rows[:-1])))

    def test_edges_that_round_otherwise_are_not(self):
        for name in ("cluster", "plots", "live"):
            self.assertEqual(self.bent(name, lambda x, y, rgb: bytes(
                min(255, max(0, c + (x * 7 + y * 13) % 9 - 4)) for c in rgb)), "")


if __name__ == "__main__":
    unittest.main()
