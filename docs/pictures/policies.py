#!/usr/bin/env python3
"""Draws what placement policies cost and spare, as an SVG picture for the chapter on writing one.

Usage: policies.py GLASSHIVE > policies.svg

Runs scenarios/54_measure_a_policy.lua with twenty seeds under each policy, and reads the two gauges
that its script samples from the recordings.
"""

import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIO = "scenarios/54_measure_a_policy.lua"
POLICIES = [("spread", "spread", "#3b6fb6"),
            ("consolidate", "../lua/policies/consolidate.lua", "#d1495b"),
            ("tidy", "../lua/policies/tidy.lua", "#3c8c5a")]
GAUGES = [("nodes.used", "nodes in use: fewer cost less", 0, 12, 1, "{:.0f}"),
          ("lost.share", "of a service lost with one node: less is safer", 0, 100, 100,
           "{:.0f} %")]
SEEDS = range(1, 21)
LEFT, PANEL, GAP, TOP, ROW = 96, 300, 40, 46, 46


def measure(program, policy):
    """{gauge: a value for each seed}."""
    values = {gauge[0]: [] for gauge in GAUGES}
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            recording = f"{folder}/{seed}.hive"
            subprocess.run([program, "run", SCENARIO, "--seed", str(seed), "-p", f"policy={policy}",
                            "--quiet", "--record", recording], check=True, capture_output=True,
                           cwd=ROOT)
            with sqlite3.connect(f"file:{recording}?mode=ro", uri=True) as file:
                for gauge, found in values.items():
                    [(value,)] = file.execute("SELECT value FROM samples WHERE series = ?",
                                              (gauge,)).fetchall()
                    found.append(value)
    return values


def panel(left, gauge, measured):
    series, title, low, high, factor, form = gauge

    def across(value):
        return left + PANEL * (value * factor - low) / (high - low)

    bottom = TOP + ROW * len(POLICIES)
    parts = [f'<text x="{left}" y="22" font-weight="bold">{title}</text>']
    for i in range(5):
        mark = low + (high - low) * i / 4
        x = left + PANEL * i / 4
        parts.append(f'<line x1="{x:.0f}" y1="{TOP - 8}" x2="{x:.0f}" y2="{bottom}" '
                     'stroke="#dddddd"/>')
        parts.append(f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle" fill="#555555">'
                     f'{form.format(mark)}</text>')
    for row, (name, _, colour) in enumerate(POLICIES):
        values = measured[name][series]
        middle = TOP + ROW * row + ROW / 2
        for i, value in enumerate(values):   # Seeds stand below one another.
            y = middle - 12 + 24 * i / (len(values) - 1)
            parts.append(f'<circle cx="{across(value):.1f}" cy="{y:.1f}" r="3.5" fill="{colour}" '
                         'fill-opacity="0.55"/>')
        x = across(statistics.median(values))
        parts.append(f'<line x1="{x:.1f}" y1="{middle - 17:.0f}" x2="{x:.1f}" '
                     f'y2="{middle + 17:.0f}" stroke="{colour}" stroke-width="3"/>')
    return parts


def main():
    measured = {name: measure(sys.argv[1], policy) for name, policy, _ in POLICIES}
    width = LEFT + 2 * PANEL + GAP + 30
    height = TOP + ROW * len(POLICIES) + 48
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="12" role="img">',
             '<title>What three policies cost and spare</title>',
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    for row, (name, _, colour) in enumerate(POLICIES):
        parts.append(f'<text x="{LEFT - 14}" y="{TOP + ROW * row + ROW // 2 + 4}" '
                     f'text-anchor="end" fill="{colour}">{name}</text>')
    for i, gauge in enumerate(GAUGES):
        parts += panel(LEFT + i * (PANEL + GAP), gauge, measured)
    parts.append(f'<text x="{LEFT}" y="{height - 8}" fill="#555555">A dot is one of twenty seeds, '
                 'a line their median.</text>')
    print("\n".join([*parts, "</svg>"]))


if __name__ == "__main__":
    main()
