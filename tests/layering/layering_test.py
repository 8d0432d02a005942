"""Goal: the layering check finds every kind of violation. Method: one small tree per rule."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import layering  # noqa: E402


def problems(build_file, files):
    """What the checker says of a tree with this sim/CMakeLists.txt and these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {"sim/CMakeLists.txt": build_file, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return layering.Checker(root).run()


class Layering(unittest.TestCase):
    def assert_only(self, found, *fragments):
        self.assertEqual(len(found), 1, found)
        for fragment in fragments:
            self.assertIn(fragment, found[0])

    def test_a_clean_tree_has_no_problems(self):
        found = problems(
            "# sim_module(ghost DEPENDS nobody)\n"
            "sim_module(base)\nsim_module(store/db\n    DEPENDS base\n    EXTERNAL fmt::fmt)\n",
            {"sim/base/a.h": "#include <vector>\n// #include \"store/db/b.h\"\n",
             "sim/store/db/b.h": '#include "base/a.h"\n#  include <fmt/core.h>\n',
             "sim/store/db/b.cpp": '/* #include "x/y.h" */\n#include "store/db/b.h"\n'})
        self.assertEqual(found, [])

    def test_an_include_of_an_undeclared_module_is_found_with_its_line(self):
        found = problems("sim_module(base)\nsim_module(raft)\n",
                         {"sim/base/a.h": "", "sim/raft/r.cpp": '\n\n#include "base/a.h"\n'})
        self.assert_only(found, "sim/raft/r.cpp:3", "without DEPENDS base")

    def test_a_dependency_of_a_dependency_must_be_declared(self):
        found = problems("sim_module(a)\nsim_module(b DEPENDS a)\nsim_module(c DEPENDS b)\n",
                         {"sim/a/a.h": "", "sim/b/b.h": '#include "a/a.h"\n',
                          "sim/c/c.h": '#include "b/b.h"\n#include "a/a.h"\n'})
        self.assert_only(found, "sim/c/c.h:2", "without DEPENDS a")

    def test_a_declared_module_that_is_never_included_is_found(self):
        found = problems("sim_module(base)\nsim_module(raft DEPENDS base)\n",
                         {"sim/base/a.h": "", "sim/raft/r.cpp": ""})
        self.assert_only(found, "sim/CMakeLists.txt:2", "never includes base")

    def test_a_circle_is_found(self):
        found = problems("sim_module(a DEPENDS b)\nsim_module(b DEPENDS a)\n",
                         {"sim/a/a.h": '#include "b/b.h"\n', "sim/b/b.h": '#include "a/a.h"\n'})
        self.assert_only(found, "a -> b -> a")

    def test_a_dependency_nobody_declares_is_found(self):
        found = problems("sim_module(a DEPENDS typo)\n", {"sim/a/a.h": ""})
        self.assert_only(found, "depends on typo")

    def test_libraries_stay_in_their_modules(self):
        for include, module in (("<simgrid/s4u.hpp>", "kernel"),
                                ("<yaml-cpp/yaml.h>", "scenario"),
                                ("<lua.hpp>", "world"), ("<sqlite3.h>", "cli"),
                                ("<imgui.h>", "record"), ("<GLFW/glfw3.h>", "cli"),
                                ('"xbt/log.h"', "world")):
            with self.subTest(include=include):
                found = problems(f"sim_module({module})\n",
                                 {f"sim/{module}/a.cpp": f"#include {include}\n"})
                self.assert_only(found, f"sim/{module}/a.cpp:1", "only")

    def test_a_library_must_be_declared_and_used(self):
        found = problems("sim_module(record EXTERNAL fmt::fmt)\n",
                         {"sim/record/r.cpp": "#include <sqlite3.h>\n"})
        self.assertEqual(len(found), 2, found)
        self.assertIn("without EXTERNAL SQLite::SQLite3", found[0])
        self.assertIn("never includes fmt::fmt", found[1])

    def test_scenario_knows_specs_only(self):
        found = problems("sim_module(base)\nsim_module(swarm)\n"
                         "sim_module(scenario/compose DEPENDS swarm base)\n",
                         {"sim/base/a.h": "", "sim/swarm/spec.h": "", "sim/swarm/agent.h": "",
                          "sim/scenario/compose/s.cpp": '#include "base/a.h"\n'
                                                        '#include "swarm/spec.h"\n'
                                                        '#include "swarm/agent.h"\n'})
        self.assert_only(found, "sim/scenario/compose/s.cpp:3", "spec.h only")

    def test_only_world_knows_the_engine(self):
        found = problems("sim_module(engine)\nsim_module(cli DEPENDS engine)\n"
                         "sim_module(world DEPENDS engine)\n",
                         {"sim/engine/e.h": "", "sim/cli/c.cpp": '#include "engine/e.h"\n',
                          "sim/world/w.cpp": '#include "engine/e.h"\n'})
        self.assert_only(found, "sim/cli/c.cpp:1", "only world")

    def test_a_file_outside_any_module_is_found(self):
        found = problems("sim_module(record)\n", {"sim/record/state/fold.cpp": ""})
        self.assert_only(found, "sim/record/state/fold.cpp", "no module is called record/state")

    def test_a_file_that_no_check_reads_is_found(self):
        found = problems("sim_module(a)\n", {"sim/a/a.inc": '#include "b/b.h"\n',
                                             "sim/a/README.md": "# a\n", "sim/a/a.h": ""})
        self.assert_only(found, "sim/a/a.inc", "no check reads it")

    def test_a_link_behind_the_declarations_back_is_found(self):
        for call in ("target_link_libraries(sim_a PRIVATE sim_b)", "link_libraries(lua)",
                     "target_include_directories(sim_a PUBLIC /usr/include/lua)"):
            with self.subTest(call=call):
                found = problems(f"sim_module(a)\n{call}\n", {"sim/a/a.h": ""})
                self.assert_only(found, "sim/CMakeLists.txt:2", call.split("(", maxsplit=1)[0])
        self.assertEqual(problems("sim_module(a)\n# link_libraries(x)\n"
                                  "target_link_libraries(glasshive PRIVATE sim_a)\n",
                                  {"sim/a/a.h": ""}), [])

    def test_an_include_that_is_no_file_is_found(self):
        found = problems("sim_module(a)\n", {"sim/a/a.cpp": '#include "a.h"\n', "sim/a/a.h": ""})
        self.assert_only(found, "sim/a/a.cpp:1", "written from there")


if __name__ == "__main__":
    unittest.main()
