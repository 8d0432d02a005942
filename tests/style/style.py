#!/usr/bin/env python3
"""The house style, executed: what docs/contributing.md asks, as far as a script can see.

Usage: style.py ROOT [--shrink]

Exceptions are counted per file and rule in tests/style/allowed.txt. A count may only go down: more
than the file says is a problem, and so is less until --shrink has written the lower number.
"""

import pathlib
import re
import sys
from collections import Counter

LINE_MAX = 100
FUNCTION_MAX = 60
FILE_MAX = 400
README_MAX = 30
ALLOWED = "tests/style/allowed.txt"

FOLDERS = ("sim", "viewer", "tests", "lua", "scenarios", "docs")
CPP = {".h", ".cpp"}
CODE = CPP | {".py", ".lua", ".sh"}
TEXT = CODE | {".md", ".yaml", ".yml", ".txt", ".cmake"}

# The simulation's time is virtual and its chance seeded; people's time is for these only.
WALL_CLOCK = {
    "sim/cli/": "progress, speed-up and estimated time to go, which no event sees",
    "sim/client/": "how much of a run lies between two looks at it",
    "viewer/live/": "how long a session process owes an answer, and the speed it reached",
    "sim/serve/": "when real requests come, and how far time goes on between them",
    "sim/session/": "the pace of a live session, and how long its channel waits",
    "sim/store/javascript/watchdog": "when an endless function is given up; recorded",
    "sim/record/": "how long the writer may hold rows back, and how long a query may take",
}

BANNED = [
    ("random", r"\bstd::s?rand\b|\brandom_device\b|\b[sd]?rand(?:48)?\s*\(|\bmt19937"
               r"|#\s*include\s*<random>", "chance comes from a named kernel stream"),
    ("distribution", r"\b\w+_distribution\b|\bstd::(?:shuffle|sample)\b",
     "libraries differ in these; use the kernel's own samplers"),
    ("wall-clock", r"\b(?:system|steady|high_resolution)_clock\b|\b(?:clock_gettime|gettimeofday)\b"
                   r"|\bstd::time\b|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\)",
     "time comes from the virtual clock"),
    ("libm", r"\bstd::(?:exp|exp2|expm1|log|log2|log10|log1p|pow|cbrt|a?sinh?|a?cosh?|a?tanh?|atan2"
             r"|tgamma|lgamma|erf)\s*\(",
     "results differ between C libraries; use the kernel's own"),
]
MARKER = re.compile(r"\b(?:" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK")) + r")\b")
POINTER_FORMAT = re.compile(r'"(?:[^"\\\n]|\\.)*(?<!%)%p')
TOKEN = re.compile(
    r'R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"'   # raw string
    r'|"(?:\\.|[^"\\\n])*"'                         # string
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"         # character, not a digit separator
    r"|//[^\n]*|/\*.*?\*/", re.S)


def blanked(text):
    """C++ text of the same shape without comments and without what stands in quotes."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def uncommented(text):
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if m[0][0] == "/" else m[0], text)


# ---- Functions ---------------------------------------------------------------------------------

SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")


def brace_kind(head):
    """What an opening brace outside functions begins, from the text since the last ; { or }."""
    head = re.sub(r"^\s*#[^\n]*$", " ", head, flags=re.M)
    head = re.sub(r"\btemplate\s*<(?:[^{}();<>]|<[^{}();<>]*>)*>", " ", head)
    head = re.sub(r"\b(?:public|private|protected)\s*:", " ", head)
    parenthesis = head.find("(")
    if SCOPE.search(head if parenthesis < 0 else head[:parenthesis]) and not re.search(
            r"\)\s*(?:const|noexcept|override|final|->.*)?\s*$", head, re.S):
        return "scope"
    if parenthesis < 0 or re.search(r"(?<![=!<>])=(?!=)[^()]*$", head[:parenthesis]):
        return "data"
    # In `T::T() : a_{1}, b_(2) {` only a brace straight after a name belongs to a member.
    if re.search(r"\)\s*(?:noexcept\s*)?:(?!:)", head) and re.search(r"[\w>]$", head):
        return "member"
    return "function"


def functions(text):
    """(first line, length in lines) of every function body in C++ text, lambdas within theirs."""
    clean, found = blanked(text), []
    position, head_start = 0, 0
    brace = re.compile(r"[;{}]")
    while match := brace.search(clean, position):
        position = match.end()
        if match[0] != "{":
            head_start = position
            continue
        kind = brace_kind(clean[head_start:match.start()])
        if kind == "scope":
            head_start = position
            continue
        end = matching_brace(clean, match.start())
        if kind == "function":
            first = clean.count("\n", 0, match.start()) + 1
            found.append((first, clean.count("\n", match.start(), end) + 1))
        position = end
        if kind == "function":
            head_start = position
    return found


def matching_brace(clean, start):
    depth = 0
    for match in re.finditer(r"[{}]", clean[start:]):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return start + match.end()
    return len(clean)


# ---- One file ----------------------------------------------------------------------------------

def unordered_names(texts):
    """Names of variables and members that are unordered containers."""
    names = set()
    for text in texts:
        clean = blanked(text)
        for match in re.finditer(r"\bunordered_(?:multi)?(?:map|set)\s*<", clean):
            depth, position = 1, match.end()
            while depth and position < len(clean):
                depth += {"<": 1, ">": -1}.get(clean[position], 0)
                position += 1
            declared = re.match(r"\s*&?\s*(\w+)\s*[;={,)]", clean[position:])
            if declared:
                names.add(declared[1])
    return names


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_lines(text, suffix):
    """(rule, line, message) for what is wrong whatever the language."""
    for number, line in enumerate(text.split("\n"), 1):
        if suffix in CODE and len(line) > LINE_MAX:
            yield "long-line", number, f"{len(line)} columns, at most {LINE_MAX}"
        if "\t" in line:
            yield "tab", number, "a tab; indent with spaces"
        if line != line.rstrip() and suffix != ".txt":
            yield "trailing-space", number, "space at the end"
        if MARKER.search(line):
            yield "marker", number, "finish it, or write an issue"
    if suffix in CODE and text.count("\n") > FILE_MAX:
        yield "long-file", 1, f"{text.count(chr(10))} lines, at most {FILE_MAX}: split it by noun"
    if text and not text.endswith("\n"):
        yield "last-line", line_of(text, len(text)), "no newline at the end"


def check_cpp(name, text, module_texts):
    for first, length in functions(text):
        if length > FUNCTION_MAX:
            yield "long-function", first, f"a function of {length} lines, at most {FUNCTION_MAX}"
    public = name.endswith(".h") and not name.startswith("tests/")
    if public and not text.startswith("#pragma once"):
        yield "pragma-once", 1, "a header begins with #pragma once"
    if name.endswith("_test.cpp"):
        lead = re.match(r"(?:[ \t]*//[^\n]*\n)*", text)[0]
        if not re.search(r"\bgoal\b", lead, re.I):
            yield "test-goal", 1, "a test begins with a comment that says its goal and method"
    if name.startswith("sim/"):
        yield from check_determinism(name, text, module_texts)


def check_determinism(name, text, module_texts):
    clean = blanked(text)
    for rule, pattern, why in BANNED:
        if rule == "wall-clock" and any(name.startswith(place) for place in WALL_CLOCK):
            continue
        for match in re.finditer(pattern, clean):
            yield rule, line_of(clean, match.start()), f"{match[0].strip()}: {why}"
    for match in POINTER_FORMAT.finditer(uncommented(text)):
        yield "address", line_of(text, match.end()), "%p: addresses differ from run to run"
    names = "|".join(sorted(map(re.escape, unordered_names(module_texts))))
    if names:
        walk = (rf"for\s*\([^;()]*:\s*(?:\w+(?:\.|->))*(?:{names})\s*\)"
                rf"|\b(?:{names})\s*\.\s*c?begin\s*\(")
        for match in re.finditer(walk, clean):
            yield "unordered-walk", line_of(clean, match.start()), "walks an unordered container"


# ---- The tree ----------------------------------------------------------------------------------

def house_files(root):
    """Every text file the rules speak about, in order."""
    files = [root / "dev", root / ".ci/run", root / "CMakeLists.txt", root / "README.md"]
    for folder in FOLDERS:
        files += [p for p in sorted((root / folder).rglob("*")) if p.suffix in TEXT]
    # Inputs that are wrong on purpose, outputs to compare with, and what git does not keep.
    left_out = re.compile(r"/(?:broken|golden|corpus|transcripts|__pycache__)/")
    return [p for p in files if p.is_file() and not left_out.search(p.as_posix())]


def check_readmes(root):
    folders = {p.parent for top in ("sim", "viewer") for p in (root / top).rglob("*")
               if p.suffix in CPP}
    for folder in sorted(folders):
        readme, name = folder / "README.md", folder.relative_to(root).as_posix()
        if not readme.is_file():
            yield f"{name}/README.md", "readme", 0, "each module says what it models and leaves out"
        elif (lines := readme.read_text().count("\n")) > README_MAX:
            yield f"{name}/README.md", "readme", 0, f"{lines} lines, at most {README_MAX}"


def problems(root):
    """Everything the rules object to, as (file, rule, line, message)."""
    root = pathlib.Path(root)
    texts = {p.relative_to(root).as_posix(): p.read_text() for p in house_files(root)}
    for name, text in texts.items():
        suffix = pathlib.Path(name).suffix or ".sh"
        for rule, line, message in check_lines(text, suffix):
            yield name, rule, line, message
        if suffix in CPP:
            folder = name.rsplit("/", 1)[0]
            module = [t for n, t in texts.items()
                      if n.rsplit("/", 1)[0] == folder and pathlib.Path(n).suffix in CPP]
            for rule, line, message in check_cpp(name, text, module):
                yield name, rule, line, message
    yield from check_readmes(root)


def read_allowed(path):
    allowed = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        if line and not line.startswith("#"):
            count, rule, name = line.split(maxsplit=2)
            allowed[(name, rule)] = int(count)
    return allowed


def write_allowed(path, allowed):
    kept = [line for line in path.read_text().splitlines() if line.startswith("#")]
    kept += [f"{count} {rule} {name}" for (name, rule), count in sorted(allowed.items()) if count]
    path.write_text("\n".join(kept) + "\n")


def compare(found, allowed):
    """Lines to print: too many of something, or fewer than the ratchet still allows."""
    counts = Counter((name, rule) for name, rule, _, _ in found)
    lines = [f"{name}:{line}: {rule}: {message}" for name, rule, line, message in found
             if counts[(name, rule)] > allowed.get((name, rule), 0)]
    for (name, rule), count in sorted(allowed.items()):
        if counts[(name, rule)] < count:
            lines.append(f"{name}: {rule}: {counts[(name, rule)]} left of {count}; "
                         "run tests/style/style.py . --shrink")
    return lines


def main(arguments):
    if not arguments or arguments[1:] not in ([], ["--shrink"]):
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0])
    found, allowed = list(problems(root)), read_allowed(root / ALLOWED)
    if arguments[1:]:
        counts = Counter((name, rule) for name, rule, _, _ in found)
        allowed = {key: min(count, counts[key]) for key, count in allowed.items()}
        write_allowed(root / ALLOWED, allowed)
    lines = compare(found, allowed)
    print("\n".join(lines + [f"{len(lines)} problems of style, {sum(allowed.values())} allowed"]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
