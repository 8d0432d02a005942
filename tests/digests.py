#!/usr/bin/env python3
"""Checks that equal seeds give equal digests: every shipped scenario, twice, in every build.

Usage: digests.py BUILD... [--scenarios FOLDER]

Runs `BUILD/glasshive run SCENARIO --quiet --json` for each of scenarios/[0-9]*, without and with
--invariants, compares digest and exit status over all runs, and asks that another seed gives
another digest. Exit status 1 when something differs, or an invariant breaks.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

OTHER_SEED = "987654321"


def run(build, scenario, *options):
    """(digest, exit status) of one run; the digest is an error text when the run gave none."""
    command = [str(pathlib.Path(build) / "glasshive"), "run", str(scenario), "--quiet", "--json"]
    try:
        done = subprocess.run(command + list(options), capture_output=True, text=True, timeout=900,
                              check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no run: {error}", -1
    if done.returncode not in (0, 1):   # 1: an expectation failed, which a story may want.
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return f"exit {done.returncode}: {last}", done.returncode
    try:
        return json.loads(done.stdout)["digest"], done.returncode
    except (ValueError, KeyError, TypeError) as error:
        return f"no digest in the output: {error!r}", -1


def compare(scenario, builds):
    """(lines to print, is it right) for one scenario."""
    results = [(build, run(build, scenario, *options)) for build in builds
               for options in ((), ("--invariants",))]
    other, other_status = run(builds[0], scenario, "--seed", OTHER_SEED)
    digest, status = results[0][1]
    lines = [f"{scenario.name}: {digest}"]
    right = status in (0, 1)
    if len({result for _, result in results}) != 1:
        right = False
        lines = [f"{scenario.name}: runs differ"]
        lines += [f"    {build}: {digest}, exit {status}" for build, (digest, status) in results]
    if other_status not in (0, 1) or other == digest:
        right = False
        lines.append(f"    with --seed {OTHER_SEED}: {other}; another digest was expected")
    return lines, right


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("builds", nargs="+")
    parser.add_argument("--scenarios", type=pathlib.Path, default=pathlib.Path("scenarios"))
    options = parser.parse_args(arguments)
    scenarios = sorted(
        file for kind in ("yaml", "lua") for file in options.scenarios.glob(f"[0-9]*.{kind}"))
    if not scenarios:
        print(f"no scenario in {options.scenarios}")
        return 1
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for lines, right in pool.map(lambda each: compare(each, options.builds), scenarios):
            print("\n".join(lines))
            wrong += not right
    print(f"{len(scenarios)} scenarios, {len(options.builds)} builds, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
