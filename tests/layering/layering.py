#!/usr/bin/env python3
"""Checks that every include in sim/ and viewer/ is one that the build files declare.

Usage: layering.py ROOT

Reads the sim_module(...) and viewer_module(...) calls and the files, and reports, one line per
problem: files outside any module, includes of undeclared modules, declared modules never included,
cycles, libraries outside the modules that may use them or without EXTERNAL, and includes of more
than spec.h from sim/scenario. Exit status 1 when there is a problem.
"""

import pathlib
import re
import sys
from dataclasses import dataclass, field

# Libraries: a pattern for what stands in <...> or "...", the CMake name, and who may use them.
# None: any module that declares it.
LIBRARIES = [
    ("SimGrid", r"(simgrid|xbt|smpi)/|simgrid_config\.h", "PkgConfig::SIMGRID", ["engine"]),
    ("yaml-cpp", r"yaml-cpp/", "yaml-cpp", ["yaml"]),
    ("Lua", r"(lua|lualib|lauxlib|luaconf)\.(h|hpp)$|sol/", "PkgConfig::LUA", ["script"]),
    ("libedit", r"histedit\.h$|editline/", "PkgConfig::EDIT", ["console"]),
    ("SQLite", r"sqlite3(ext)?\.h$", "SQLite::SQLite3", ["record"]),
    ("Dear ImGui", r"(imgui|imgui_.*|implot.*|backends/imgui.*)(/.*)?\.h$", None,
     ["viewer/draw", "viewer/panels", "viewer/app"]),
    ("GLFW", r"GLFW/|GL/|glad/", None, ["viewer/draw", "viewer/panels", "viewer/app"]),
    ("CLI11", r"CLI/", "CLI11::CLI11", ["cli", "viewer/app"]),
    ("fmt", r"fmt/", "fmt::fmt", None),
    ("nlohmann/json", r"nlohmann/", "nlohmann_json::nlohmann_json", None),
    ("xxHash", r"xxhash\.h$", "PkgConfig::XXHASH", None),
    ("OpenSSL", r"openssl/", "OpenSSL::Crypto", None),
    ("zlib", r"zlib\.h$", "ZLIB::ZLIB", None),
    ("threads", r"(thread|pthread\.h)$", "Threads::Threads", None),
]

# Below the scenario, a component is known by its input data alone; these are plain words.
# Plain data, and the pure functions that say what is wrong with it.
SCENARIO_HEADERS = ("/spec.h", "platform/spec_check.h", "check/expectation.h")
# A scenario may be written in Lua: the sandbox reads it, as yaml does the others.
# Documents in a scenario are JSON as the store has it.
SCENARIO_MAY_INCLUDE_WHOLE = {"base", "yaml", "kernel", "scenario", "script", "words", "store/json"}
# Only the composition root knows which engine runs the world.
ENGINE_USERS = {"world"}
# The viewer shows what a recording says and nothing else.
VIEWER_MODEL_MAY_INCLUDE = {"base", "record", "viewer/model"}

CODE = {".h", ".cpp"}
NOT_CODE = {"README.md", "CMakeLists.txt"}
DATA = re.compile(r"viewer/app/fonts/[a-z_]+(\.otf|\.ttf|\.license\.txt)"
                  r"|sim/store/javascript/(prelude|render)\.js")   # What the build embeds.
# How a module could be given more than its sim_module() says.
BEHIND = re.compile(r"\b((?:target_)?(?:link_libraries|include_directories))\s*\(\s*(\S*)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


@dataclass
class Module:
    name: str
    line: str                       # "sim/CMakeLists.txt:7"
    depends: list = field(default_factory=list)
    external: list = field(default_factory=list)


def without_comments(text):
    """C++ text with comments blanked, line numbers kept. Strings are left alone."""
    pattern = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.S)
    return pattern.sub(lambda m: m[0] if m[0][0] == '"' else re.sub(r"[^\n]", " ", m[0]), text)


def read_modules(text, file, prefix=""):
    """Modules declared in a CMake file. A second declaration of a name is kept for the report."""
    clean = re.sub(r"#[^\n]*", lambda m: " " * len(m[0]), text)
    modules = []
    for call in re.finditer(r"\b(?:sim|viewer)_module\s*\(([^)]*)\)", clean):
        words = call[1].split()
        if not words:
            continue
        line = clean.count("\n", 0, call.start()) + 1
        module, into = Module(prefix + words[0], f"{file}:{line}"), None
        for word in words[1:]:
            if word == "DEPENDS":
                into = module.depends
            elif word == "EXTERNAL":
                into = module.external
            elif into is not None:
                into.append(word)
        modules.append(module)
    return modules


def cycles(modules):
    """Each cycle once, as "a -> b -> a"."""
    found, state, path = [], {}, []

    def visit(name):
        state[name] = "open"
        path.append(name)
        for dependency in modules[name].depends:
            if dependency not in modules:
                continue
            if state.get(dependency) == "open":
                found.append(" -> ".join(path[path.index(dependency):] + [dependency]))
            elif dependency not in state:
                visit(dependency)
        path.pop()
        state[name] = "done"

    for name in modules:
        if name not in state:
            visit(name)
    return found


class Checker:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.problems = []
        self.modules = {}
        self.used = {}        # module -> modules it includes
        self.libraries = {}   # module -> CMake names of the libraries it includes

    def report(self, where, message):
        self.problems.append(f"{where}: {message}")

    def read_build_files(self):
        for file, prefix in (("sim/CMakeLists.txt", ""), ("viewer/CMakeLists.txt", "viewer/")):
            path = self.root / file
            if not path.exists():
                continue
            self.check_build_file(file, path.read_text())
            for module in read_modules(path.read_text(), file, prefix):
                if module.name in self.modules:
                    self.report(module.line, f"module {module.name} is declared twice")
                self.modules[module.name] = module
        for module in self.modules.values():
            for dependency in module.depends:
                if dependency not in self.modules:
                    self.report(module.line, f"{module.name} depends on {dependency}, which no "
                                             "sim_module() declares")
        for cycle in cycles(self.modules):
            self.report("sim/CMakeLists.txt", f"modules in a circle: {cycle}")

    def check_build_file(self, file, text):
        clean = re.sub(r"#[^\n]*", "", text)
        for call in BEHIND.finditer(clean):
            if not call[1].startswith("target_") or call[2].startswith(("sim_", "viewer_")):
                line = clean.count("\n", 0, call.start()) + 1
                self.report(f"{file}:{line}", f"{call[1]}({call[2]} ...): what a module uses "
                                              "stands in its sim_module()")

    def module_of_file(self, path):
        """The module of a source file: its folder below sim/ (or below the root, for viewer/)."""
        folder = path.parent.relative_to(self.root).as_posix()
        return folder[len("sim/"):] if folder.startswith("sim/") else folder

    def check_file(self, path):
        where, module = path.relative_to(self.root).as_posix(), self.module_of_file(path)
        if module not in self.modules:
            self.report(where, f"no module is called {module}; add sim_module({module} ...)")
            return
        text = without_comments(path.read_text())
        for include in INCLUDE.finditer(text):
            at = f"{where}:{text.count(chr(10), 0, include.start()) + 1}"
            name = include[2]
            if not self.check_library(at, module, name) and include[1] == '"':
                self.check_own(at, module, name)

    def check_library(self, at, module, name):
        """True when the include is a library's."""
        for title, pattern, target, users in LIBRARIES:
            if not re.match(pattern, name):
                continue
            if users is not None and module not in users:
                self.report(at, f"{module} includes <{name}>: {title} is for "
                                f"{', '.join(users)} only")
            elif target:
                self.libraries.setdefault(module, set()).add(target)
                if target not in self.modules[module].external:
                    self.report(at, f"{module} includes <{name}> without EXTERNAL {target}")
            return True
        return False

    def check_own(self, at, module, name):
        target = name if name.startswith("viewer/") else "sim/" + name
        if "/" not in name or not (self.root / target).is_file():
            self.report(at, f'"{name}" is not a file below sim/; includes are written from there')
            return
        owner = name.rsplit("/", 1)[0]
        if owner == module:
            return
        self.used.setdefault(module, set()).add(owner)
        if owner not in self.modules[module].depends:
            self.report(at, f'{module} includes "{name}" without DEPENDS {owner}')
        if (module.split("/")[0] == "scenario" and not name.endswith(SCENARIO_HEADERS)
                and not {owner, owner.split("/")[0]} & SCENARIO_MAY_INCLUDE_WHOLE):
            self.report(at, f'{module} includes "{name}"; of {owner} it may know spec.h only')
        if owner == "engine" and module not in ENGINE_USERS:
            self.report(at, f'{module} includes "{name}"; only world knows the engine')
        if module == "viewer/model" and owner not in VIEWER_MODEL_MAY_INCLUDE:
            self.report(at, f'viewer/model includes "{name}"; it reads recordings only')

    def check_unused(self):
        """What is declared is used: the whole truth is not more than the truth."""
        known = {target for _, _, target, _ in LIBRARIES if target} - {"Threads::Threads"}
        for module in self.modules.values():
            for dependency in module.depends:
                if dependency in self.modules and dependency not in self.used.get(module.name, ()):
                    self.report(module.line, f"{module.name} never includes {dependency}, "
                                             "which it declares")
            for library in module.external:
                if library in known and library not in self.libraries.get(module.name, ()):
                    self.report(module.line, f"{module.name} never includes {library}, "
                                             "which it declares")

    def run(self):
        self.read_build_files()
        for top in ("sim", "viewer"):
            for path in sorted((self.root / top).rglob("*")):
                if path.is_file() and path.suffix in CODE:
                    self.check_file(path)
                elif (path.is_file() and path.name not in NOT_CODE
                      and not DATA.fullmatch(path.relative_to(self.root).as_posix())):
                    self.report(path.relative_to(self.root).as_posix(),
                                "neither .h, .cpp nor README.md: no check reads it")
        self.check_unused()
        return self.problems


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    checker = Checker(arguments[0])
    problems = checker.run()
    print("\n".join(problems + [f"{len(checker.modules)} modules, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
