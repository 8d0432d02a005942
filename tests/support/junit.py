#!/usr/bin/env python3
"""Reads what ctest wrote with --output-junit.

Usage: junit.py outcomes FILE...      one line per test: passed|failed|skipped NAME
       junit.py slowest FILE...       the ten tests that took longest; names that are no file pass
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def tests(path):
    """(name, outcome, seconds) of each test of one run."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        status = case.get("status", "run")
        if case.find("failure") is not None or status == "fail":
            outcome = "failed"
        elif case.find("skipped") is not None or status in ("notrun", "disabled"):
            outcome = "skipped"
        else:
            outcome = "passed"
        yield case.get("name"), outcome, float(case.get("time") or 0)


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("outcomes", "slowest"):
        sys.exit(__doc__)
    found = [(seconds, f"{pathlib.Path(file).parent.name}: {name}", name, outcome)
             for file in arguments[1:] if pathlib.Path(file).is_file()
             for name, outcome, seconds in tests(file)]
    if arguments[0] == "outcomes":
        for _, _, name, outcome in found:
            print(outcome, name)
        return
    for seconds, where, _, _ in sorted(found, reverse=True)[:10]:
        print(f"{seconds:8.2f} s  {where}")


if __name__ == "__main__":
    main(sys.argv[1:])
