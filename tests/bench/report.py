#!/usr/bin/env python3
"""Turns Google Benchmark's JSON into docs/performance.md, and compares it with targets.json.

Usage: report.py BUILD --write FILE       from BUILD/bench/*.json; says which goals were missed
       report.py BUILD --check [RESULTS]  goals, programs and docs/performance.md name the same
                                          benchmarks; with RESULTS (a folder of JSON) also: each ran
                                          without an error and gave what its goals measure
"""

import json
import math
import os
import pathlib
import platform
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
TARGETS = HERE / "targets.json"
PAGE = HERE.parent.parent / "docs/performance.md"
SECONDS_PER = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
HEAD = """# Performance

Written by `./dev bench` from the benchmarks in `tests/bench`: medians of their repetitions. Figures
compare with one another on one machine only.

{machine}
"""
# What a benchmark does beside the same work done by less: its cost against the other's.
BASELINES = {
    "timers/drained": "yardstick/heap",
    "timers/drained_10000_pending": "yardstick/heap_10000_pending",
    "timers/drained_100000_pending": "yardstick/heap_100000_pending",
    "timers/drained_1000000_pending": "yardstick/heap_1000000_pending",
    "swarm/pull_storm_1000_nodes": "engine/pull_storm_1000_nodes",
    "platform/build_100000_hosts": "engine/build_100000_hosts",
}
# Counters that say how much longer something took than its baseline.
RATIOS = {"recorded_over_plain": "the unrecorded run", "cpu_over_plain": "its CPU time"}


def base_name(name):
    """A benchmark's own name, without what the library appends to it."""
    ends = ("/iterations:", "/repeats:", "/min_time:",
            "/real_time", "/manual_time", "/process_time")
    return name[:min([name.find(end) for end in ends if end in name], default=len(name))]


def metric(result, name):
    """One figure of a result, or None when the benchmark does not report it."""
    if name == "seconds":
        return result["real_time"] * SECONDS_PER[result.get("time_unit", "ns")]
    return result.get(name)


def read_files(folder):
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]


def read_results(folder):
    """Results by name, in the order of the runs. Of repetitions the median counts."""
    results = {}
    for file in read_files(folder):
        for result in file["benchmarks"]:
            name = base_name(result.get("run_name", result["name"]))
            if "error_message" in result or result.get("aggregate_name", "median") != "median":
                continue
            if name not in results or result.get("aggregate_name"):
                results[name] = result
    return results


def is_met(target, value):
    return value >= target["at_least"] if "at_least" in target else value <= target["at_most"]


def figure(name, value):
    """A value with three significant digits and its unit."""
    if value is None:
        return "not measured"
    if name in ("seconds", "cpu_seconds"):
        for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
            if value >= scale:
                return f"{value / scale:.3g} {unit}"
        return f"{value * 1e9:.3g} ns"
    if name == "peak_bytes":
        return f"{value / 2**20:.0f} MiB"
    if name.startswith("bytes"):
        return f"{value:.0f} B"
    if name == "items_per_second":
        return f"{value / 1e6:.3g} M/s" if value >= 1e5 else f"{value / 1e3:.3g} k/s"
    return f"{value:.3g}"


def goal(target):
    sign, value = (("≥", target["at_least"]) if "at_least" in target else ("≤", target["at_most"]))
    return f"{sign} {figure(target['metric'], value)}"


def table(rows):
    """A Markdown table whose columns line up, so that a terminal shows it well. Row 0: heads."""
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
             for row in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def in_cpu_time(result, name):
    """The same figure against CPU time instead of wall time, or None where that is not known."""
    cpu = result.get("cpu_seconds")
    if not cpu or name not in ("seconds", "items_per_second"):
        return None
    if name == "seconds":
        return cpu
    return result[name] * metric(result, "seconds") / cpu


def goals_table(targets, results):
    """Lines of the table, then of the notes about missed goals; and the number of missed ones."""
    rows, notes, missed = [["goal", "wanted", "measured", "in CPU time", "verdict"]], [], 0
    for target in targets:
        result = results.get(target["benchmark"])
        value = metric(result, target["metric"]) if result else None
        met = value is not None and is_met(target, value)
        missed += not met
        verdict = "met" if met else "**missed**"
        # Wall time suffers from whatever else the machine does; CPU time says so.
        cpu = in_cpu_time(result, target["metric"]) if result else None
        rows.append([f"{target['text']} (`{target['benchmark']}`)", goal(target),
                     figure(target["metric"], value), figure(target["metric"], cpu) if cpu else "",
                     verdict + (" (met in CPU time)" if cpu and not met and is_met(target, cpu)
                                else "")])
        if not met and target.get("note"):
            notes.append(f"- {target['text']}: {target['note']}")
    return table(rows) + ([""] + notes if notes else []), missed


def cost(result):
    """CPU time, which other work on the machine changes least, else the time per item."""
    if result.get("cpu_seconds"):
        return result["cpu_seconds"]
    return 1 / result["items_per_second"]


def all_table(results):
    rows = [["benchmark", "time per iteration", "CPU time", "items per second", "peak memory",
             "against its baseline"]]
    for name, result in results.items():
        def cell(key, of=result):
            return figure(key, metric(of, key)) if metric(of, key) else ""
        ratios = [f"{result[key]:.2f} x {of}" for key, of in RATIOS.items() if key in result]
        other = BASELINES.get(name)
        if other in results:
            ratios.append(f"{cost(result) / cost(results[other]):.2f} x `{other}`")
        rows.append([f"`{name}`", cell("seconds"), cell("cpu_seconds"), cell("items_per_second"),
                     cell("peak_bytes"), ", ".join(ratios)])
    return table(rows)


def series_of(results):
    """Costs per item by series and size, and what the size counts: benchmarks called
    `<series>/<what>:<size>`."""
    series, what = {}, "size"
    for name, result in results.items():
        found = re.fullmatch(r"(.*)/(\w+):(\d+)", name)
        if found and result.get("items_per_second"):
            what = found[2]
            series.setdefault(found[1], {})[int(found[3])] = 1 / result["items_per_second"]
    return series, what


def series_table(series, what):
    rows = [[what, *(f"`{name}`" for name in series)]]
    for size in sorted({size for cells in series.values() for size in cells}):
        rows.append([f"{size:,}", *(figure("seconds", cells[size]) if size in cells else ""
                                    for cells in series.values())])
    return table(rows) if series else []


def series_plot(series, what):
    """The same as a picture: cost upwards, size to the right on a logarithmic scale."""
    width, height, left, right, top, bottom = 760, 360, 60, 190, 20, 40
    colours = ("#3b6fb6", "#d1495b", "#3c8c5a", "#e0a030", "#7d5ba6", "#555555", "#2aa3a3")
    sizes = sorted({size for cells in series.values() for size in cells})
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])
    most = 1.1 * max(cost for cells in series.values() for cost in cells.values())

    def place(size, cost):
        x = left + (width - left - right) * (math.log10(size) - low) / max(high - low, 1e-9)
        return x, height - bottom - (height - top - bottom) * cost / most

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    for i in range(5):
        cost = most * i / 4
        y = place(sizes[0], cost)[1]
        parts.append(f'<line x1="{left}" y1="{y:.0f}" x2="{width - right}" y2="{y:.0f}" '
                     'stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">'
                     f'{figure("seconds", cost) if i else 0}</text>')
    for size in sizes:
        parts.append(f'<text x="{place(size, 0)[0]:.0f}" y="{height - bottom + 18}" '
                     f'text-anchor="middle">{size:,}</text>')
    parts.append(f'<text x="{(left + width - right) // 2}" y="{height - 6}" '
                 f'text-anchor="middle">{what}</text>')
    # Names stand in order of where their lines end, so that none crosses another.
    ends = sorted(series, key=lambda name: -series[name][max(series[name])])
    for i, name in enumerate(ends):
        colour = colours[list(series).index(name) % len(colours)]
        points = [place(size, cost) for size, cost in sorted(series[name].items())]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                     + " ".join(f"{x:.0f},{y:.0f}" for x, y in points) + '"/>')
        parts.append(f'<text x="{width - right + 10}" y="{top + 20 + 18 * i}" fill="{colour}">'
                     f'{name.rpartition("/")[2]}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def cached(build, key):
    """A value of the build's CMakeCache.txt, or "" when there is none."""
    cache = build / "CMakeCache.txt"
    found = re.search(rf"^{key}:\w+=(.*)$", cache.read_text(), re.M) if cache.exists() else None
    return found[1] if found else ""


def machine(build):
    """Processor, cores, memory, compiler with its flags, date, and what else was going on."""
    model = platform.machine()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.exists() else []:
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    compiler = cached(build, "CMAKE_CXX_COMPILER") or "g++"
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True,
                             check=False).stdout.split("\n", 1)[0]
    flags = f"{cached(build, 'CMAKE_CXX_FLAGS')} {cached(build, 'CMAKE_CXX_FLAGS_RELEASE')}"
    contexts = [file["context"] for file in read_files(build / "bench")]
    date = min((context["date"][:10] for context in contexts), default="unknown")
    load = max((context["load_avg"][0] for context in contexts if context.get("load_avg")),
               default=0)
    cores = os.cpu_count()
    text = (f"- Machine: {model}, {cores} cores, {memory:.0f} GiB of memory, "
            f"{platform.system()} {platform.machine()}\n"
            f"- Build: {version}, `{' '.join(flags.split())}`, assertions on\n- Date: {date}")
    if load > cores / 2:
        text += (f"\n- Shared: the load average reached {load:.0f} on {cores} cores, so other work "
                 "took part of them;\n  wall times are longer than CPU times by that much")
    return text


def offered_by(build):
    """Names of all benchmarks of the programs in `build`."""
    offered = set()
    for program in sorted(build.glob("bench_*")):
        if program.is_file() and os.access(program, os.X_OK):
            listing = subprocess.run([program, "--benchmark_list_tests"], capture_output=True,
                                     text=True, check=True).stdout
            offered |= {base_name(line) for line in listing.split()}
    return offered


def named_in(page):
    """Names of the benchmarks in the last table of performance.md."""
    text = page.read_text() if page.exists() else ""
    return set(re.findall(r"^\| `([^`]+)`", text.partition("## All benchmarks")[2], re.M))


def check_names(targets, offered, documented):
    goals = {target["benchmark"] for target in targets}
    return [f"no benchmark is called {name}, which tests/bench/targets.json has a goal for"
            for name in sorted(goals - offered)] + [
            f"docs/performance.md does not know {name}: run ./dev bench"
            for name in sorted(offered - documented)] + [
            f"docs/performance.md shows {name}, which no program offers: run ./dev bench"
            for name in sorted(documented - offered)]


def check_run(targets, offered, folder):
    problems = [f"{base_name(result['name'])}: {result['error_message']}"
                for file in read_files(folder) for result in file["benchmarks"]
                if "error_message" in result]
    results = read_results(folder)
    problems += [f"{name} did not run" for name in sorted(offered - set(results))]
    for target in targets:
        result = results.get(target["benchmark"])
        if result and metric(result, target["metric"]) is None:
            problems.append(f"{target['benchmark']} does not report {target['metric']}")
    return problems


def section_of(page, heading):
    """A page's section with its heading, or "" when there is none: others write some of them."""
    text = page.read_text() if page.exists() else ""
    found = re.search(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", text, re.M | re.S)
    return found[0] if found else ""


def replace_section(page, heading, text):
    """Puts a section where the old one was, or before the list of all benchmarks."""
    whole, old = page.read_text(), section_of(page, heading)
    before = old or "## All benchmarks\n"
    if before not in whole:
        sys.exit(f"{page}: has neither {heading} nor ## All benchmarks")
    page.write_text(whole.replace(before, text + "\n" + ("" if old else before), 1))


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[1] not in ("--check", "--write"):
        sys.exit(__doc__)
    build, targets = pathlib.Path(arguments[0]), json.loads(TARGETS.read_text())
    if arguments[1] == "--check":
        offered = offered_by(build)
        problems = check_names(targets, offered, named_in(PAGE))
        if len(arguments) == 3:
            problems += check_run(targets, offered, pathlib.Path(arguments[2]))
        for problem in problems:
            print(problem)
        return 1 if problems else 0
    results = read_results(build / "bench")
    goals, missed = goals_table(targets, results)
    series, what = series_of(results)
    picture = pathlib.Path(arguments[2]).with_name("cost_per_task.svg")
    if series:
        picture.write_text(series_plot(series, what))
    beside = section_of(pathlib.Path(arguments[2]), "## Beside other simulators").rstrip()
    text = [HEAD.format(machine=machine(build)), "## Goals\n", *goals, "",
            *(["## Cost per task against size\n",
               f"![Cost per task against the number of {what}]({picture.name})\n",
               *series_table(series, what), ""] if series else []),
            *([beside + "\n"] if beside else []), "## All benchmarks\n", *all_table(results)]
    pathlib.Path(arguments[2]).write_text("\n".join(text) + "\n")
    print("\n".join(goals))
    print(f"{len(targets) - missed} of {len(targets)} goals met; written to {arguments[2]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
