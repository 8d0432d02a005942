"""Goal: the documentation check notices what is broken. Method: a small tree and program."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import blocks  # noqa: E402
import docs  # noqa: E402

PROGRAM = """#!/bin/sh
case $1 in
docs) echo "# $2" ;;
run) cat "$2" && echo "took 12 ms" ;;
*) exit 2 ;;
esac
"""


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("build/glasshive", PROGRAM)
        (self.root / "build/glasshive").chmod(0o755)
        self.write("scenarios/01_hello_cluster.yaml", "hello\nworld\n")
        for page in docs.REFERENCE:
            self.write(f"docs/reference/{page}.md", f"# {page}\n")

    def write(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def commands(self, text):
        self.write("README.md", text)
        return list(docs.check_commands(self.root, self.root / "build"))


class Commands(Tree):
    def test_commands_that_do_what_the_page_says_pass(self):
        self.assertEqual(self.commands(
            "```sh\n./dev run > out\ngrep hello out\n```\n```console\n$ head -n 1 out\nhello\n"
            "$ glasshive run scenarios/01_hello_cluster.yaml\n...\ntook … ms\n"
            "$ glasshive # exit 2\n```\n```text\nrm -rf this is never run\n```\n"), [])

    def test_a_failing_command_is_found_with_its_line(self):
        found = self.commands("text\n\n```sh\nfalse\ntrue\n```\n")
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith("README.md:3: exit 1"), found)

    def test_an_unexpected_success_is_found(self):
        self.assertIn("exit 0, not 2", self.commands("```console\n$ true # exit 2\n```\n")[0])

    def test_other_output_is_found(self):
        self.assertIn("README.md:2: printed", self.commands("```console\n$ echo a\nb\n```\n")[0])

    def test_a_command_cannot_touch_the_tree(self):
        self.commands("```sh\nrm -r scenarios\n```\n")
        self.assertTrue((self.root / "scenarios/01_hello_cluster.yaml").exists())

    def test_a_stale_reference_page_is_found_and_rewritten(self):
        self.write("docs/reference/cli.md", "# old\n")
        self.assertIn("docs/reference/cli.md", self.commands("")[0])
        docs.write_reference(self.root, self.root / "build")
        self.assertEqual(self.commands(""), [])


class Static(Tree):
    def test_links_to_nowhere_are_found(self):
        self.write("README.md", "[a](docs/a.md) [b](docs/b.md#two-words) [c](#c) `[d](d)`\n"
                                "[e](https://example.org)\n")
        self.write("docs/b.md", "# Two words!\n")
        found = list(docs.check_links(self.root, docs.documents(self.root)))
        self.assertEqual(found, ["README.md:1: the link to docs/a.md leads nowhere",
                                 "README.md:1: no heading of README.md is #c"])

    def test_a_module_missing_from_the_tour_is_found(self):
        self.write("sim/base/a.h", "")
        self.write("sim/raft/a.cpp", "")
        self.write("docs/tour.md", "First `sim/base`.\n")
        self.assertEqual(list(docs.check_tour(self.root)),
                         ["docs/tour.md: sim/raft is not mentioned"])

    def test_missing_pages_and_blocks_that_must_not_run_are_found(self):
        self.write("README.md", "```sh\n./dev test\n```\n```console\noutput\n```\n")
        found = docs.check_static(self.root)
        self.assertIn("docs/start.md: missing", found)
        for start in ('README.md:1: "./dev test"', "README.md:4: a ```console"):
            self.assertTrue(any(line.startswith(start) for line in found), found)


class Matching(unittest.TestCase):
    def test_dots_stand_for_lines_and_the_ellipsis_for_text(self):
        for expected, actual, same in (("a", "a", True), ("a", "a b", False),
                                       ("a…c", "a b c", True),
                                       ("...\nc", "a\nb\nc", True), ("a\n...", "a", True),
                                       ("...\nb", "a", False), ("a.c", "abc", False)):
            with self.subTest(expected=expected, actual=actual):
                self.assertEqual(blocks.matches(expected.split("\n"), actual.split("\n")), same)


if __name__ == "__main__":
    unittest.main()
