"""Reads Markdown pages: their links, headings and command blocks; and runs the commands.

```sh         commands; the block is one script and must succeed
```console    lines after "$ " are commands, each on its own; the lines below one are its output,
              which must match: "..." alone stands for any lines, "…" for any text in a line. A
              command must succeed unless it ends in "# exit N". Without output it is only run.
```text       and every other fence: never run

All blocks of a page run in order in one scratch folder with copies of scenarios/, lua/ and docs/;
`glasshive` is on the PATH, and `./dev run` stands for `glasshive run`.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

SECONDS_MAX = 300
FENCE = re.compile(r"^(?P<fence>```+)(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$",
                   re.M | re.S)
# Would test, install or delete from inside a test.
REFUSED = re.compile(r"\./dev (?!run\b|help\b)\w+|\b(?:sudo|apt-get|git clone)\b")
DEV = """#!/bin/sh
[ "$1" = run ] || exec glasshive --help
shift
[ $# -gt 0 ] || set -- scenarios/01_hello_cluster.yaml
exec glasshive run "$@"
"""


@dataclass
class Block:
    kind: str   # "sh" or "console"
    line: int   # of the opening fence
    body: str


@dataclass
class Command:
    text: str
    line: int
    expected: list      # lines, or empty: any output will do
    status: int = 0


def command_blocks(text):
    return [Block(m["kind"], text.count("\n", 0, m.start()) + 1, m["body"])
            for m in FENCE.finditer(text) if m["kind"] in ("sh", "console")]


def commands(block):
    """The commands of a block, in order."""
    if block.kind == "sh":
        return [Command(block.body, block.line, [])]
    found = []
    for number, line in enumerate(block.body.splitlines(), block.line + 1):
        if line.startswith("$ "):
            status = re.search(r"\s# exit (\d+)\s*$", line)
            found.append(Command(line[2:], number, [], int(status[1]) if status else 0))
        elif found:
            found[-1].expected.append(line)
    return found


def refusals(block):
    """Why a block must not be run, if it must not."""
    for command in commands(block):
        for match in REFUSED.finditer(command.text):
            yield f'"{match[0]}" cannot run inside a test; fence the block as ```text'
    if block.kind == "console" and not block.body.startswith("$ "):
        yield 'a ```console block begins with "$ "; fence plain output as ```text'


def without_fences(text):
    return FENCE.sub(lambda m: "\n" * m[0].count("\n"), text)


def links(text):
    """(line, target) of every link to a file or heading of ours."""
    clean = re.sub(r"`[^`\n]*`", lambda m: " " * len(m[0]), without_fences(text))
    for match in re.finditer(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)", clean):
        if not re.match(r"[a-z][a-z+.-]*:", match[1]):
            yield clean.count("\n", 0, match.start()) + 1, match[1]


def anchors(text):
    """What headings are called in links: lower case, spaces to hyphens, punctuation left out."""
    found = set()
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*\s*$", without_fences(text), re.M):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 0
        while (name := slug if number == 0 else f"{slug}-{number}") in found:
            number += 1
        found.add(name)
    return found


def matches(expected, actual):
    """Whether output lines are as shown; "..." stands for any lines, "…" for any text in a line."""
    if not expected:
        return not actual
    if expected[0].strip() == "...":
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    if not actual:
        return False
    pattern = ".*".join(re.escape(part) for part in expected[0].rstrip().split("…"))
    return bool(re.fullmatch(pattern, actual[0].rstrip())) and matches(expected[1:], actual[1:])


def run(command, cwd, env):
    """(exit status, output with errors mixed in)."""
    try:
        done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SECONDS_MAX, check=False)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return 124, f"still running after {SECONDS_MAX} s"


def make_scratch(folder, root):
    for name in ("scenarios", "lua", "docs", "README.md"):
        source = pathlib.Path(root) / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.is_file():
            shutil.copy(source, folder / name)
    (folder / "dev").write_text(DEV)
    (folder / "dev").chmod(0o755)


def run_page(text, root, build):
    """Runs all command blocks of a page; yields "line: what went wrong"."""
    todo = [command for block in command_blocks(text) for command in commands(block)]
    if not todo:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_scratch(folder, root)
        env = {"PATH": f"{build}:{os.environ['PATH']}", "HOME": name, "LC_ALL": "C.UTF-8",
               "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100"}
        for command in todo:
            script = ["bash", "-euo", "pipefail", "-c", command.text]
            status, output = run(script, folder, env)
            shown = "\n    ".join(output.splitlines()[-30:])
            if status != command.status:
                yield f"{command.line}: exit {status}, not {command.status}:\n    {shown}"
            elif command.expected and not matches(command.expected, output.splitlines()):
                yield f"{command.line}: printed something else than the page says:\n    {shown}"
