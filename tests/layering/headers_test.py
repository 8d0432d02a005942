"""Goal: the header check finds headers that need another, and its cache never hides a change.
Method: a small tree, checked again after each edit.
"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import headers  # noqa: E402


class Headers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.cache = self.root / "cache"
        for folder in (self.root / "sim/a", self.cache):
            folder.mkdir(parents=True)
        self.write("a/size.h", "#pragma once\nusing Size = int;\n")
        self.write("a/user.h",
                   '#pragma once\n#include "a/size.h"\ninline Size one() { return 1; }\n')

    def write(self, name, text):
        (self.root / "sim" / name).write_text(text)

    def check(self):
        return headers.check(self.root, ["g++"], self.cache)

    def test_a_header_that_leans_on_another_is_found(self):
        self.write("a/user.h", "#pragma once\ninline Size one() { return 1; }\n")
        found, _, complaints = self.check()
        self.assertEqual(found, 2)
        self.assertEqual(len(complaints), 1)
        self.assertIn("sim/a/user.h", complaints[0])

    def test_a_header_without_a_guard_is_found(self):
        self.write("a/size.h", "struct Size {};\n")
        self.assertTrue(self.check()[2])

    def test_only_what_changed_is_compiled_again(self):
        self.assertEqual(self.check()[1], 2)
        self.assertEqual(self.check()[1], 0)
        self.write("a/user.h", '#pragma once\n#include "a/size.h"\n')
        self.assertEqual(self.check()[1], 1)

    def test_a_change_below_is_a_change_above(self):
        self.check()
        self.write("a/size.h", "#pragma once\nstruct Bytes {};\n")
        _, compiled, complaints = self.check()
        self.assertEqual(compiled, 2)
        self.assertEqual(len(complaints), 1, "user.h no longer compiles")

    def test_a_header_that_its_own_file_includes_first_is_left_to_the_build(self):
        self.write("a/user.cpp", '// Why.\n#include "a/user.h"\n')
        self.assertEqual(self.check()[1], 1)

    def test_a_header_included_after_others_is_compiled_here(self):
        self.write("a/user.h", "#pragma once\ninline Size one() { return 1; }\n")
        self.write("a/user.cpp", '#include "a/size.h"\n#include "a/user.h"\n')
        self.assertEqual(len(self.check()[2]), 1)

    def test_a_failure_is_never_remembered(self):
        self.write("a/user.h", "#pragma once\nno such thing\n")
        for _ in range(2):
            self.assertEqual(len(self.check()[2]), 1)


if __name__ == "__main__":
    unittest.main()
