"""Pictures of the viewer that lie in the repository: drawn from shipped scenarios, compared with
what the present build draws, and drawn anew when a change is wanted.

Usage of what calls main(): SCRIPT BUILD [--renew | --check FOLDER]

--renew    draws them anew where they differ; look at them before they are committed
--check    draws all into FOLDER and says which ones differ from those kept: exit status 1

Differences that another version of Mesa makes are let pass: see png.py.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import png

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass
class Drawn:
    name: str                           # Of the file, without its ending.
    scenario: str                       # "02_node_crash"; with a "/": from the root
    options: tuple                      # Of glasshive-viewer.
    themes: tuple = ("dark", "light")   # One over the other.
    size: str = "480x320"
    live: bool = False                  # The scenario is played with, not its recording shown.
    other_seed: str = ""                # Of a second recording beside the first.


def source(scenario):
    return ROOT / (f"{scenario}.yaml" if "/" in scenario else f"scenarios/{scenario}.yaml")


def record(build, scenario, seed, folder):
    """The recording of a scenario, made once per folder."""
    path = folder / f"{pathlib.Path(scenario).name}{seed and '-' + seed}.hive"
    if not path.exists():
        subprocess.run([build / "glasshive", "run", source(scenario), "--record", path,
                        *(["--seed", seed] if seed else [])],
                       check=True, capture_output=True)
    return path


def draw(build, picture, folder):
    """The picture as this build draws it."""
    if picture.live:
        files = [source(picture.scenario)]
    else:
        files = [record(build, picture.scenario, "", folder)]
    if picture.other_seed:
        files.append(record(build, picture.scenario, picture.other_seed, folder))
    drawn = []
    for theme in picture.themes:
        path = folder / f"{picture.name}-{theme}.png"
        subprocess.run([build / "glasshive-viewer", *files, "--screenshot", path, "--theme", theme,
                        "--size", picture.size, *picture.options],
                       check=True, capture_output=True, timeout=120)
        drawn.append(png.read(path))
    return drawn[0] if len(drawn) == 1 else png.above(*drawn)


def differences(build, pictures, kept):
    """(picture, what differs in words or "", the picture as it is drawn now) of each."""
    with tempfile.TemporaryDirectory() as scratch:
        for picture in pictures:
            drawn = draw(build.resolve(), picture, pathlib.Path(scratch))
            path = kept / f"{picture.name}.png"
            yield picture, png.difference(png.read(path), drawn) if path.exists() else "new", drawn


def main(pictures, kept, arguments):
    parser = argparse.ArgumentParser(description="Draws pictures of the viewer.")
    parser.add_argument("build", type=pathlib.Path)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--renew", action="store_true", help="where they differ from those kept")
    mode.add_argument("--check", type=pathlib.Path, metavar="FOLDER",
                      help="draw them there and compare")
    options = parser.parse_args(arguments)
    into = kept if options.renew else options.check
    into.mkdir(parents=True, exist_ok=True)
    problems = 0
    for picture, differs, drawn in differences(options.build, pictures, kept):
        if options.check or differs:   # What only Mesa changed is left as it is.
            png.write(into / f"{picture.name}.png", drawn)
        print(f"{picture.name}.png: {differs or 'as it was'}")
        problems += bool(differs)
    return 1 if options.check and problems else 0


if __name__ == "__main__":
    sys.exit(__doc__)
