#!/usr/bin/env python3
"""Records what the real docker prints, against a fake engine, into tests/transcripts/words.

Usage: record.py [--check] [FILE...]

Each transcript is a list of "$ command" lines; what stands below one is replaced: the exit status,
standard output as "1| line", standard error as "2| line", and every changing request as
"METHOD path body". Remarks (#) stay. --check compares instead of writing. Without docker 28.2.2 on
this machine nothing is done and the exit status is 77, "skipped".
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from fake_engine import FakeEngine

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "transcripts" / "words"
VERSION = "28.2.2"
# The engine here has no registry: a warning of four lines that says nothing about the command.
NO_REGISTRY = re.compile(r"image \S+ could not be accessed on a registry to record\n"
                         r"its digest\..*\nversions of the image\.\n\n", re.S)


def canonical(value):
    """Ports as docker writes them depend on Go's map order; sorted they do not."""
    if isinstance(value, dict):
        result = {k: canonical(v) for k, v in value.items()}
        if isinstance(result.get("Ports"), list):
            result["Ports"].sort(key=json.dumps)
        if isinstance(result.get("Env"), list):
            result["Env"].sort()
        return result
    return [canonical(v) for v in value] if isinstance(value, list) else value


def run(command, engine, home):
    environment = {"PATH": os.environ["PATH"], "HOME": "/root", "DOCKER_HOST": engine.host,
                   "DOCKER_CONFIG": home}
    engine.asked.clear()
    done = subprocess.run(["sh", "-c", command], env=environment, stdin=subprocess.DEVNULL,
                          cwd=home, capture_output=True, text=True, timeout=60, check=False)
    lines = [f"exit {done.returncode}"]
    error = NO_REGISTRY.sub("", done.stderr)
    for mark, text in (("1|", done.stdout), ("2|", error)):
        text = text.replace(engine.host, "tcp://ENGINE").replace(home, "/root/.docker")
        lines += [f"{mark} {line}" for line in text.split("\n")[:-1]]
        if text and not text.endswith("\n"):
            lines.append(f"{mark} {text.rsplit(chr(10), 1)[-1]}")
    for method, path, body in engine.asked:
        shown = "" if body is None else " " + json.dumps(canonical(body), sort_keys=True)
        lines.append(f"{method} {path}{shown}".replace(home, "/root/.docker"))
    return lines


def record(text, engine, home):
    result = []
    for line in text.splitlines():
        if line.startswith("$ "):
            result += [line, *run(line[2:], engine, home)]
        elif line.startswith("#") or not line:
            result.append(line)
    return "\n".join(result) + "\n"


def main(arguments):
    docker = shutil.which("docker")
    shown = subprocess.run([docker, "--version"], capture_output=True, text=True, check=False)\
        .stdout if docker else ""
    if VERSION not in shown:
        print(f"docker {VERSION} is not installed: nothing was recorded")
        return 77
    check = arguments[:1] == ["--check"]
    files = [pathlib.Path(a) for a in arguments[check:]] or sorted(FOLDER.glob("*.txt"))
    status = 0
    with FakeEngine() as engine, tempfile.TemporaryDirectory() as home:
        for path in files:
            before = path.read_text()
            after = record(before, engine, home)
            if check and before != after:
                print(f"{path.name}: docker says something else")
                status = 1
            elif not check:
                path.write_text(after)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
