#!/usr/bin/env python3
"""Draws the fragmentation of GPUs by arrived demand, for the chapter on comparing policies.

Usage: fragmentation.py > fragmentation.svg
       fragmentation.py --measure GLASSHIVE OPENB > fragmentation.csv

The curves lie in fragmentation.csv beside this file, because the trace they come from is not
shipped: mean, least and most over ten seeds, at every second percent, for each policy. --measure
makes them anew: OPENB is a folder with openb_node_list_gpu_node.csv and
openb_pod_list_default.csv of Alibaba's cluster-trace-gpu-v2023.
"""

import collections
import csv
import pathlib
import subprocess
import sys
import tempfile

DATA = pathlib.Path(__file__).with_name("fragmentation.csv")
POLICIES = {"fgd": "#0072b2", "best-fit": "#d55e00", "gpu-packing": "#009e73",
            "gpu-clustering": "#cc79a7", "dot-product": "#8a6d00", "random": "#7a4fa3",
            "first-fit": "#4ba3dd"}
SEEDS, STEP, LAST = 10, 2, 130
STATISTICS = {"mean": lambda values: sum(values) / len(values), "least": min, "most": max}
LEFT, TOP, WIDTH, HEIGHT, LARGEST = 52, 28, 580, 300, 18


def measure(program, folder, policies):
    """Rows for the data file: policy, statistic, and its value at each step of arrived demand."""
    curves = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([program, "compare", "--openb-nodes",
                        f"{folder}/openb_node_list_gpu_node.csv", "--openb-pods",
                        f"{folder}/openb_pod_list_default.csv", "--policy", ",".join(policies),
                        "--seeds", str(SEEDS), "--out", f"{scratch}/out", "--quiet"], check=True)
        with open(f"{scratch}/out/curves.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                curves[row["policy"], int(row["arrived"])].append(float(row["frag"]))
    for policy in policies:
        for name, statistic in STATISTICS.items():
            yield [policy, name] + [f"{statistic(curves[policy, arrived]):.2f}"
                                    for arrived in range(0, LAST + 1, STEP)]


def curves_of(path):
    """policy -> statistic -> values."""
    curves = collections.defaultdict(dict)
    with open(path, encoding="utf-8") as file:
        for policy, statistic, *values in list(csv.reader(file))[1:]:
            curves[policy][statistic] = [float(value) for value in values]
    return curves


def points(values):
    return [f"{LEFT + WIDTH * STEP * i / LAST:.1f},{TOP + HEIGHT * (1 - value / LARGEST):.1f}"
            for i, value in enumerate(values)]


def axes():
    for mark in range(0, LAST + 1, 20):
        x = LEFT + WIDTH * mark / LAST
        yield (f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{TOP + HEIGHT}" '
               'stroke="#dddddd"/>')
        yield (f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle" '
               f'fill="#555555">{mark} %</text>')
    for mark in range(0, LARGEST + 1, 3):
        y = TOP + HEIGHT * (1 - mark / LARGEST)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + WIDTH}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield (f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" '
               f'fill="#555555">{mark} %</text>')


def draw(curves):
    width, height = LEFT + WIDTH + 118, TOP + HEIGHT + 46
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="12" role="img">',
             '<title>GPUs that typical pods cannot use, by arrived demand</title>',
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
             f'<text x="{LEFT}" y="18" font-weight="bold">GPUs that typical pods cannot use, '
             '% of all</text>', *axes()]
    for policy, of in curves.items():
        band = points(of["least"]) + points(of["most"])[::-1]
        parts.append(f'<polygon points="{" ".join(band)}" fill="{POLICIES[policy]}" '
                     'fill-opacity="0.15"/>')
        parts.append(f'<polyline points="{" ".join(points(of["mean"]))}" fill="none" '
                     f'stroke="{POLICIES[policy]}" stroke-width="1.8"/>')
    # Names beside their ends, those that lie together one below the other.
    below = 0
    for policy in sorted(curves, key=lambda each: -curves[each]["mean"][-1]):
        end = TOP + HEIGHT * (1 - curves[policy]["mean"][-1] / LARGEST)
        below = max(end + 4, below + 15)
        parts.append(f'<text x="{LEFT + WIDTH + 10}" y="{below:.1f}" '
                     f'fill="{POLICIES[policy]}">{policy}</text>')
    parts.append(f'<text x="{LEFT}" y="{height - 8}" fill="#555555">arrived demand, % of all '
                 'GPUs; lines are means of ten seeds, bands their least and most</text>')
    return "\n".join([*parts, "</svg>"])


def main():
    if len(sys.argv) > 1:
        flag, program, folder = sys.argv[1:]
        if flag != "--measure":
            return f"{flag}: only --measure GLASSHIVE OPENB"
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(["policy", "over seeds", *range(0, LAST + 1, STEP)])
        out.writerows(measure(program, folder, list(POLICIES)))
    else:
        print(draw(curves_of(DATA)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
