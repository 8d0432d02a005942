#!/usr/bin/env python3
"""Checks that every header below sim/ compiles alone, with g++ and with clang++.

Usage: headers.py ROOT [--cache FOLDER] [--compiler COMMAND]... [--all]

A header is proved by the build itself when the first line its own .cpp compiles is its include; the
others are compiled here (with --all, every one). One that passed is remembered in FOLDER by a hash
of itself, of every project header it reaches and of the compiler. Exit status 1 when one fails.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import sys

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
         "-Wno-missing-field-initializers", "-x", "c++", "-"]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
BEFORE_CODE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.S)


class Hashes:
    """The content hash of a header together with all project headers it reaches."""

    def __init__(self, include_root):
        self.include_root = include_root
        self.texts = {}

    def reached(self, name, seen):
        if name in seen:
            return
        seen.add(name)
        if name not in self.texts:
            path = self.include_root / name
            self.texts[name] = path.read_text() if path.is_file() else ""
        for include in INCLUDE.findall(self.texts[name]):
            self.reached(include, seen)

    def of(self, name, salt):
        seen = set()
        self.reached(name, seen)
        digest = hashlib.sha256(salt.encode())
        for each in sorted(seen):
            digest.update(f"\0{each}\0{self.texts[each]}".encode())
        return digest.hexdigest()


def compile_alone(compiler, include_root, name):
    """The compiler's complaint about a file that includes this header twice, or ""."""
    source = f'#include "{name}"\n#include "{name}"\n'
    run = subprocess.run([compiler, "-I", str(include_root), *FLAGS], input=source, text=True,
                         capture_output=True, check=False)
    return "" if run.returncode == 0 else run.stderr or f"{compiler} failed without a word\n"


def proved_by_build(include_root, name):
    """Whether the header comes before anything else in the .cpp beside it, as the builds see it."""
    source = (include_root / name).with_suffix(".cpp")
    if not source.is_file() or "#pragma once" not in (include_root / name).read_text():
        return False
    text = source.read_text()
    return text.startswith(f'#include "{name}"\n', BEFORE_CODE.match(text).end())


def compiler_version(compiler):
    return subprocess.run([compiler, "--version"], capture_output=True, text=True,
                          check=True).stdout


def check(root, compilers, cache, every=False):
    """Compiles what nobody has proved yet. Returns (headers, compiled, complaints)."""
    include_root = pathlib.Path(root) / "sim"
    names = sorted(p.relative_to(include_root).as_posix() for p in include_root.rglob("*.h"))
    open_names = [n for n in names if every or not proved_by_build(include_root, n)]
    hashes = Hashes(include_root)
    work = []
    for compiler in compilers:
        salt = compiler_version(compiler) + " ".join(FLAGS)
        work += [(compiler, name, hashes.of(name, salt)) for name in open_names]
    new = [item for item in work if cache is None or not (cache / item[2]).exists()]
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda item: compile_alone(item[0], include_root, item[1]), new)
        for (compiler, name, key), complaint in zip(new, results):
            if complaint:
                complaints.append(f"sim/{name} alone with {compiler}:\n{complaint}")
            elif cache is not None:
                (cache / key).touch()
    return len(names), len(new), complaints


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("root")
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--compiler", action="append")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args(arguments)
    if options.cache:
        options.cache.mkdir(parents=True, exist_ok=True)
    compilers = options.compiler or ["g++", "clang++"]
    headers, compiled, complaints = check(options.root, compilers, options.cache,
                                          options.all)
    print("".join(complaints), end="")
    print(f"{headers} headers with {' and '.join(compilers)}: {compiled} compiled here, "
          f"{len(complaints)} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
