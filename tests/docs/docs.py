#!/usr/bin/env python3
"""Keeps the documentation true: links lead somewhere, commands run, reference pages are current.

Usage: docs.py ROOT --build FOLDER [--static | --commands | --write]

--static    pages, links and the tour only; --commands: command blocks and reference pages only
--write     regenerates docs/reference from the program instead of checking

docs/contributing.md says which blocks are run. Exit status 1 when something is wrong, 77 (skipped)
when commands cannot be run because FOLDER/glasshive does not exist.
"""

import argparse
import difflib
import pathlib
import sys

import blocks

REFERENCE = ("scenario", "events", "cli", "docker", "lua")
PAGES = ["README.md", "docs/start.md", "docs/tour.md", "docs/glossary.md", "docs/architecture.md",
         "docs/contributing.md", "docs/performance.md", "docs/chapters/orchestration.md",
         "docs/chapters/write-a-policy.md", "docs/chapters/console.md",
         "docs/chapters/compare.md", "docs/chapters/viewer.md"]
PAGES += [f"docs/reference/{page}.md" for page in REFERENCE]
SKIPPED = 77


def documents(root):
    """Every page a reader may open."""
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return [page for page in pages if page.is_file()]


def check_links(root, pages):
    for page in pages:
        name, anchors = page.relative_to(root).as_posix(), {}
        for line, target in blocks.links(page.read_text()):
            file, _, anchor = target.partition("#")
            path = (page.parent / file).resolve() if file else page
            if not path.exists():
                yield f"{name}:{line}: the link to {target} leads nowhere"
            elif anchor and path.suffix == ".md":
                if path not in anchors:
                    anchors[path] = blocks.anchors(path.read_text())
                if anchor not in anchors[path]:
                    yield f"{name}:{line}: no heading of {file or name} is #{anchor}"


def check_tour(root):
    """The reading order of the source leaves no module out."""
    tour = root / "docs/tour.md"
    text = tour.read_text() if tour.is_file() else None
    folders = sorted({path.parent for suffix in ("*.h", "*.cpp")
                      for path in (root / "sim").rglob(suffix)})
    for folder in folders if text is not None else []:
        name = folder.relative_to(root).as_posix()
        if name not in text:
            yield f"docs/tour.md: {name} is not mentioned"


def check_static(root):
    problems = [f"{page}: missing" for page in PAGES if not (root / page).is_file()]
    pages = documents(root)
    problems += check_links(root, pages + sorted((root / "sim").rglob("README.md")))
    problems += check_tour(root)
    for page in pages:
        for block in blocks.command_blocks(page.read_text()):
            problems += [f"{page.relative_to(root)}:{block.line}: {why}"
                         for why in blocks.refusals(block)]
    return problems


def reference(build, page):
    """A reference page as the program prints it."""
    return blocks.run([str(build / "glasshive"), "docs", page], cwd=None, env=None)


def check_reference(root, build):
    for page in REFERENCE:
        status, text = reference(build, page)
        path = root / f"docs/reference/{page}.md"
        if status != 0:
            yield f"glasshive docs {page}: exit {status}: {text.strip()[:200]}"
        elif not path.is_file() or path.read_text() != text:
            old = path.read_text().splitlines() if path.is_file() else []
            changes = list(difflib.unified_diff(old, text.splitlines(), "written", "program",
                                                lineterm="", n=0))[:12]
            yield "\n    ".join([f"docs/reference/{page}.md: not what the program says; "
                                 "run ./dev docs"] + changes)


def check_commands(root, build):
    problems = []
    for page in documents(root):
        problems += [f"{page.relative_to(root)}:{text}"
                     for text in blocks.run_page(page.read_text(), root, build)]
    return problems + list(check_reference(root, build))


def write_reference(root, build):
    (root / "docs/reference").mkdir(parents=True, exist_ok=True)
    for page in REFERENCE:
        status, text = reference(build, page)
        if status != 0:
            sys.exit(f"glasshive docs {page}: exit {status}: {text.strip()}")
        (root / f"docs/reference/{page}.md").write_text(text)
        print(f"docs/reference/{page}.md: {len(text.splitlines())} lines")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    mode = parser.add_mutually_exclusive_group()
    for flag in ("--static", "--commands", "--write"):
        mode.add_argument(flag, action="store_true")
    options = parser.parse_args(arguments)
    root, build = options.root.resolve(), options.build.resolve()
    if options.write:
        write_reference(root, build)
        return 0
    problems, ready = [], (build / "glasshive").is_file()
    if not options.commands:
        problems += check_static(root)
    if not options.static and ready:
        problems += check_commands(root, build)
    print("\n".join(problems + [f"{len(documents(root))} pages, {len(problems)} problems"]))
    if not options.static and not ready:
        print(f"{build}/glasshive does not exist: no command was run")
        return 1 if problems else SKIPPED
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
