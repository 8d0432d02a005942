#!/usr/bin/env python3
"""One workload under several simulators, on this machine, one after the other.

Usage: side_by_side.py BUILD [--hosts N,N...] [--large] [--repetitions N] [--json] [--write PAGE]

N machines of 16 cores and 100 N tasks: Poisson arrivals at 70 % load, 1, 2 or 4 cores (60, 30 and
10 %), run times exponential with mean 300 s, cut to 10 … 3000 s, in milliseconds. A task goes where
the fewest cores are in use (Glasshive's `spread`: the fewest tasks). What is measured is the whole
process: beginning, reading the trace, running, printing. All have to come to the same makespan, and
those that place by cores to the same machines: exit status 1 when they do not.

--large     10,000 machines and a million tasks, too (minutes, and 3 GB of memory)
--write     puts the table into a page (docs/performance.md), in a section of its own
"""

import argparse
import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import report  # noqa: E402

CORES = 16
LOAD = 0.7
KINDS = ((1, 0.6), (2, 0.3), (4, 0.1))   # Cores, share.
MEAN_S, LEAST_S, MOST_S = 300, 10, 3000
SEED = 1
SECONDS_MAX = 300   # Of one process.
FLOOR = "bare loop (C++)"
HEADING = "## Beside other simulators"
TEXT = """The same trace, the same machine, the same minutes; the script's first lines describe
the workload:

```text
python3 tests/bench/side_by_side.py build --large
```

A whole process is measured, from its beginning to its end, with reading the trace: medians of
{repetitions} runs in turn, and the largest memory of any. All come to the same makespan, and all
that place by cores in use choose the same machine for every task. Ratios are of CPU time: on a
shared machine wall time says as much about the others.

The bare loop is a priority queue of ends and an ordered set of machines, and does nothing else.
SimPy has a process per task, SimGrid an actor per task that sleeps, with a stack of 32 KiB; how
tasks are placed is the same code in C++, a heap in Python. One run of Glasshive is what `compare`
starts for each policy and seed; `compare` reads the trace before that, to find its mistakes, and
makes the report after it.

- {machine}
- {versions}
- Date: {date}; others shared the machine: its load average was {load:.1f} when this began
"""


@dataclass
class Row:
    """One simulator at one size. `why` says that it was not run."""

    name: str
    hosts: int
    seconds: list = field(default_factory=list)
    cpu_seconds: list = field(default_factory=list)
    peak_bytes: int = 0
    makespan_ms: int = 0
    placements: str = ""
    why: str = ""


def write_workload(folder, hosts):
    """Trace and machines, as `glasshive trace generate` and --machines have them."""
    chance = random.Random(SEED)
    mean_cores = sum(cores * share for cores, share in KINDS)
    rate = LOAD * CORES * hosts / (mean_cores * MEAN_S)
    trace, machines = folder / f"trace_{hosts}.csv", folder / f"machines_{hosts}.csv"
    with open(trace, "w", encoding="utf-8") as out:
        out.write("name,submit,run,estimate,cpus,memory,gpus,gpu_milli,models,priority,gang\n")
        at = 0.0
        for _ in range(100 * hosts):
            at += chance.expovariate(rate)
            run = min(max(chance.expovariate(1 / MEAN_S), LEAST_S), MOST_S)
            drawn, cores = chance.random(), 0
            for cores, share in KINDS:
                drawn -= share
                if drawn < 0:
                    break
            out.write(f",{at:.3f},{run:.3f},,{cores},0,0,,,0,1\n")
    machines.write_text(f"name,cpus,memory,gpus,model,count\nh,{CORES},65536,0,,{hosts}\n")
    return trace, machines


def measured(build, words, folder):
    """Seconds, CPU seconds and peak bytes of a process and its children; its standard output."""
    result = folder / "measured.json"
    process = subprocess.Popen([build / "side_by_side_measure", result, *map(str, words)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               cwd=folder, start_new_session=True)
    try:
        out, errors = process.communicate(timeout=SECONDS_MAX)
    except BaseException:   # Ctrl-C, too: what it started goes with it.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: ended with status {process.returncode}: {errors}")
    return json.loads(result.read_text()), out


class Glasshive:
    """`glasshive compare`, or only the process that it starts for a run."""

    def __init__(self, build, one_run):
        self.build, self.one_run, self.calls = build, one_run, 0
        self.name = "Glasshive, one run" if one_run else "Glasshive, compare"

    def run(self, folder, trace, machines, hosts):
        self.calls += 1
        out = folder / f"out_{self.one_run}_{hosts}_{self.calls}"
        words = [self.build / "glasshive", "compare", trace, "--machines", machines, "--policy",
                 "spread", "--out", out]
        if self.one_run:
            subprocess.run([*words, "--plan-only"], check=True)
            words = [self.build / "glasshive", "compare", "--out", out, "--shard", "0"]
        else:
            words += ["--quiet", "--jobs", "1"]
        figures, _ = measured(self.build, words, folder)
        metrics = json.loads((out / "runs/0.json").read_text())["metrics"]
        if metrics["mean_wait"] != 0:
            sys.exit("Glasshive: a task waited; another seed makes a workload where none does")
        return figures, {"makespan_ms": round(metrics["makespan"] * 1000), "placements": ""}


class Program:
    """Prints its result as JSON: words TRACE HOSTS."""

    def __init__(self, build, name, *words):
        self.build, self.name, self.words = build, name, words

    def run(self, folder, trace, _, hosts):
        figures, text = measured(self.build, [*self.words, trace, hosts], folder)
        return figures, json.loads(text)


def python_with_simpy():
    """An interpreter that has SimPy, and both versions; Debian's may, where another is first."""
    for python in filter(os.path.exists, (sys.executable, "/usr/bin/python3")):
        done = subprocess.run(
            [python, "-c", "import platform, simpy; print('SimPy', simpy.__version__, 'under', "
             "platform.python_implementation(), platform.python_version())"],
            capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return python, done.stdout.strip()
    return None, ""


def simulators(build):
    python, _ = python_with_simpy()
    simpy = Program(build, "SimPy", python, HERE / "side_by_side_simpy.py")
    return [Program(build, FLOOR, build / "side_by_side_floor"), Glasshive(build, True),
            Glasshive(build, False), Program(build, "SimGrid", build / "side_by_side_simgrid"),
            simpy if python else Row("SimPy", 0, why="not installed")]


def measure(build, sizes, repetitions):
    rows = []
    with tempfile.TemporaryDirectory(prefix="hive") as name:
        folder = pathlib.Path(name)
        for hosts in sizes:
            trace, machines = write_workload(folder, hosts)
            pairs = [(Row(each.name, hosts, why=getattr(each, "why", "")), each)
                     for each in simulators(build)]
            for _ in range(repetitions):   # In turn: what else the machine does hits all alike.
                for row, simulator in pairs:
                    if row.why:
                        continue
                    figures, said = simulator.run(folder, trace, machines, hosts)
                    row.seconds.append(figures["seconds"])
                    row.cpu_seconds.append(figures["cpu_seconds"])
                    row.peak_bytes = max(row.peak_bytes, figures["peak_bytes"])
                    row.makespan_ms, row.placements = said["makespan_ms"], said["placements"]
            rows += [row for row, _ in pairs]
            trace.unlink()
    return rows


def disagreements(rows):
    """What is not the same where it has to be."""
    for hosts in dict.fromkeys(row.hosts for row in rows):
        ran = [row for row in rows if row.hosts == hosts and not row.why]
        for key in ("makespan_ms", "placements"):
            values = {row.name: getattr(row, key) for row in ran if getattr(row, key)}
            if len(set(values.values())) > 1:
                yield f"{hosts} machines: not the same {key}: {values}"


def table(rows):
    floors = {row.hosts: statistics.median(row.cpu_seconds) for row in rows if row.name == FLOOR}
    lines = [["machines", "tasks", "simulator", "wall time", "CPU time", "against the bare loop",
              "peak memory", "makespan"]]
    for row in rows:
        cells = [f"{row.hosts:,}", f"{100 * row.hosts:,}", row.name]
        if row.why:
            lines.append([*cells, row.why, "", "", "", ""])
            continue
        cpu = statistics.median(row.cpu_seconds)
        lines.append([*cells, report.figure("seconds", statistics.median(row.seconds)),
                      report.figure("seconds", cpu), f"{cpu / floors[row.hosts]:.1f} x",
                      report.figure("peak_bytes", row.peak_bytes),
                      f"{row.makespan_ms / 1000:.3f} s"])
    return report.table(lines)


def section(build, rows, repetitions, load):
    _, simpy = python_with_simpy()
    simgrid = subprocess.run(["pkg-config", "--modversion", "simgrid"], capture_output=True,
                             text=True, check=False).stdout.strip()
    machine, compiler = report.machine(build).splitlines()[:2]
    text = TEXT.format(repetitions=repetitions, machine=machine[2:], load=load,
                       versions=f"{compiler[2:]}; SimGrid {simgrid}; {simpy or 'no SimPy'}",
                       date=time.strftime("%Y-%m-%d"))
    return "\n".join([HEADING, "", text, *table(rows), ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--hosts", default="100,1000", help="sizes, with commas")
    parser.add_argument("--large", action="store_true", help="10,000 machines, too")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE")
    arguments = parser.parse_args()
    build, load = arguments.build.resolve(), os.getloadavg()[0]
    sizes = [int(size) for size in arguments.hosts.split(",")] + [10_000] * arguments.large
    rows = measure(build, sizes, arguments.repetitions)
    if arguments.json:
        print(json.dumps([vars(row) for row in rows], indent=1))
    else:
        print("\n".join(table(rows)))
    problems = list(disagreements(rows))
    for problem in problems:
        print(problem, file=sys.stderr)
    if arguments.write and not problems:
        report.replace_section(arguments.write, HEADING,
                               section(build, rows, arguments.repetitions, load))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
