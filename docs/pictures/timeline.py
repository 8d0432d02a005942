#!/usr/bin/env python3
"""Draws what `glasshive run` prints as an SVG picture for the README.

Usage: timeline.py GLASSHIVE SCENARIO > timeline.svg

The text is the program's own; only colours are added, by the marks the timeline prints (x ! +).
"""

import html
import subprocess
import sys

WIDTH, LINE, TOP, LEFT, CHARACTER = 1180, 19, 56, 22, 7.85
LONGEST = 144
MARKS = {"x": "#ff7b72", "!": "#e3b341", "+": "#7ee787"}


def colour(line):
    if line.startswith("  held"):
        return "#7ee787"
    if line.startswith("  failed") or line.startswith("  undecided"):
        return "#ff7b72"
    if line.startswith("            ") or line.startswith(("digest", "replay")):
        return "#8b949e"
    return MARKS.get(line[15:16], "#d0d7de") if line[12:14].strip() == "s" else "#d0d7de"


def main():
    program, scenario = sys.argv[1:3]
    run = subprocess.run([program, "run", scenario, "--no-color"], capture_output=True, text=True)
    lines = [line[:LONGEST] for line in run.stdout.rstrip("\n").split("\n")
             if not line.startswith("replay") and " of virtual time in " not in line]
    height = TOP + LINE * (len(lines) + 1) + 14
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
           f'viewBox="0 0 {WIDTH} {height}" role="img">',
           f'<title>glasshive run {html.escape(scenario)}</title>',
           f'<rect width="{WIDTH}" height="{height}" rx="10" fill="#0d1117"/>',
           '<g fill="#30363d"><circle cx="24" cy="20" r="6"/><circle cx="44" cy="20" r="6"/>'
           '<circle cx="64" cy="20" r="6"/></g>',
           '<g font-family="JetBrains Mono, DejaVu Sans Mono, Menlo, Consolas, monospace" '
           'font-size="13" xml:space="preserve">',
           f'<text x="{LEFT}" y="{TOP - 8}" fill="#79c0ff">$ glasshive run {html.escape(scenario)}'
           '</text>']
    for number, line in enumerate(lines):
        y = TOP + LINE * (number + 1)
        # A fixed length keeps columns aligned whatever font the reader has.
        length = CHARACTER * len(line)
        out.append(f'<text x="{LEFT}" y="{y}" fill="{colour(line)}" textLength="{length:.1f}">'
                   f'{html.escape(line)}</text>' if line else "")
    out += ["</g>", "</svg>"]
    print("\n".join(part for part in out if part))
    return 0 if run.returncode in (0, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
