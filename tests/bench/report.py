#!/usr/bin/env python3
"""Turns Google Benchmark's JSON into docs/performance.md, and compares it with targets.json.

Usage: report.py BUILD --write FILE    from BUILD/bench/*.json; says which goals were missed
       report.py BUILD --check         every goal has its benchmark in some BUILD/bench_* program
"""

import json
import os
import pathlib
import platform
import subprocess
import sys

TARGETS = pathlib.Path(__file__).parent / "targets.json"
SECONDS_PER = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
HEAD = """# Performance

Written by `./dev bench` from the benchmarks in `tests/bench`; figures compare with one another
on one machine only. Measured on {machine}.
"""


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


def read_results(build):
    """Results by name, in the order of the runs. Of repetitions the median counts."""
    results = {}
    for file in sorted((build / "bench").glob("*.json")):
        for result in json.loads(file.read_text())["benchmarks"]:
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
    if name == "seconds":
        return f"{value:.3g} s" if value >= 1 else f"{value * 1e3:.3g} ms"
    if name == "peak_bytes":
        return f"{value / 2**20:.0f} MiB"
    if name.startswith("bytes"):
        return f"{value:.0f} B"
    if name == "items_per_second":
        return f"{value / 1e6:.3g} M/s"
    return f"{value:.3g}"


def goal(target):
    sign, value = (("≥", target["at_least"]) if "at_least" in target else ("≤", target["at_most"]))
    return f"{sign} {figure(target['metric'], value)}"


def goals_table(targets, results):
    """Lines of the table, then of the notes about missed goals; and the number of missed ones."""
    lines, notes, missed = ["| goal | wanted | measured | |", "|---|---|---|---|"], [], 0
    for target in targets:
        result = results.get(target["benchmark"])
        value = metric(result, target["metric"]) if result else None
        met = value is not None and is_met(target, value)
        missed += not met
        lines.append(f"| {target['text']} (`{target['benchmark']}`) | {goal(target)} "
                     f"| {figure(target['metric'], value)} | {'met' if met else '**missed**'} |")
        if not met and target.get("note"):
            notes.append(f"- {target['text']}: {target['note']}")
    return lines + ([""] + notes if notes else []), missed


def all_table(results):
    lines = ["| benchmark | time per iteration | items per second |", "|---|---|---|"]
    for name, result in results.items():
        rate = metric(result, "items_per_second")
        lines.append(f"| `{name}` | {figure('seconds', metric(result, 'seconds'))} "
                     f"| {figure('items_per_second', rate) if rate else ''} |")
    return lines


def machine():
    """Processor, cores, memory, compiler."""
    model = platform.machine()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.exists() else []:
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    compiler = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True,
                              check=False).stdout.strip()
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, g++ {compiler} -O2"


def check(build, targets):
    """Names of goals that no benchmark program offers."""
    offered = set()
    for program in sorted(build.glob("bench_*")):
        if program.is_file() and os.access(program, os.X_OK):
            listing = subprocess.run([program, "--benchmark_list_tests"], capture_output=True,
                                     text=True, check=True).stdout
            offered |= {base_name(line) for line in listing.split()}
    return sorted({target["benchmark"] for target in targets} - offered)


def main(arguments):
    targets = json.loads(TARGETS.read_text())
    if len(arguments) == 2 and arguments[1] == "--check":
        absent = check(pathlib.Path(arguments[0]), targets)
        for name in absent:
            print(f"no benchmark is called {name}, which tests/bench/targets.json has a goal for")
        return 1 if absent else 0
    if len(arguments) != 3 or arguments[1] != "--write":
        sys.exit(__doc__)
    results = read_results(pathlib.Path(arguments[0]))
    table, missed = goals_table(targets, results)
    text = [HEAD.format(machine=machine()), "## Goals\n", *table, "", "## All benchmarks\n",
            *all_table(results)]
    pathlib.Path(arguments[2]).write_text("\n".join(text) + "\n")
    print("\n".join(table))
    print(f"{len(targets) - missed} of {len(targets)} goals met; written to {arguments[2]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
