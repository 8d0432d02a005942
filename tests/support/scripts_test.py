"""Goal: `dev` and the scripts it calls say what is wrong. Method: stand-in programs."""

import base64
import contextlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "support")]
import digests  # noqa: E402
import junit  # noqa: E402

TOOLS = ["base64", "bash", "env", "cat", "comm", "dirname", "grep", "head", "mkdir", "nproc",
         "python3", "readlink", "rm", "sed", "sort", "tail", "timeout", "touch"]
RESULTS = """<testsuite><testcase name="a" time="2" status="run"/>
<testcase name="b" time="1" status="fail"><failure message=""/></testcase>
<testcase name="c" time="0" status="notrun"><skipped message=""/></testcase></testsuite>"""


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="a house with spaces ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def program(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/bash\n" + text)
        path.chmod(0o755)


class Dev(Folder):
    def setUp(self):
        super().setUp()
        shutil.copy(TESTS.parent / "dev", self.folder / "dev")
        (self.folder / "bin").mkdir()
        for tool in TOOLS:
            (self.folder / "bin" / tool).symlink_to(shutil.which(tool))
        self.program("bin/cmake", "echo no package simgrid >&2; exit 1\n")

    def dev(self, *arguments, called_from=None):
        done = subprocess.run([self.folder / "dev", *arguments], text=True, check=False,
                              cwd=called_from, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={"PATH": str(self.folder / "bin")})
        return done.returncode, done.stdout

    def debian(self, installed):
        lines = "".join(f"echo 'installed {name}'\n" for name in installed)
        self.program("bin/dpkg-query", lines)
        self.program("bin/apt-get", f'echo "$@" >> "{self.folder}/apt"\n')

    def builds(self, *names):
        """Stand-ins that "build" programs of these names; each says how it was called."""
        self.program("bin/cmake", 'touch "$4/build.ninja"\n')
        self.program("made", 'echo "${0##*/} in $PWD: $*"\n')
        self.program("bin/cp", f'exec {shutil.which("cp")} "$@"\n')
        self.program("bin/ninja", f'for name in {" ".join(names)}; do cp made "$2/$name"; done\n')
        self.program("bin/ctest", f'echo \'{RESULTS}\' > "${{@: -1}}"\n')

    def package_list(self):
        text = (TESTS.parent / "dev").read_text()
        body = text.split("packages=(", 1)[1].split("\n)", 1)[0]
        return [word for line in body.splitlines() if "#" not in line for word in line.split()]

    def test_help_names_every_command_and_an_unknown_one_is_an_error(self):
        status, text = self.dev("help")
        self.assertEqual(status, 0)
        for command in ("run", "build", "test", "bench", "storm", "fuzz", "style", "docs", "clean"):
            self.assertIn(f"\n  {command} ", text)
        status, text = self.dev("biuld")
        self.assertNotEqual(status, 0)
        self.assertIn('"biuld"', text)

    def test_another_system_is_told_what_it_needs(self):
        status, text = self.dev("build")
        self.assertEqual(status, 1)
        for words in ("no package simgrid", "not Debian", "libsimgrid-dev"):
            self.assertIn(words, text)

    def test_only_missing_packages_are_installed(self):
        names = self.package_list()
        self.assertIn("libsimgrid-dev", names)
        self.debian([name for name in names if name not in ("ccache", "catch2")])
        _, text = self.dev("build")
        if os.geteuid() == 0:
            asked = (self.folder / "apt").read_text().splitlines()
            self.assertTrue(asked[0].endswith(" update"), asked)
            self.assertTrue(asked[1].endswith(" --no-install-recommends catch2 ccache"), asked)
        else:
            self.assertIn("apt-get install catch2 ccache", text)

    def test_nothing_is_installed_when_all_is_there(self):
        self.debian(self.package_list())
        self.dev("build")
        self.assertFalse((self.folder / "apt").exists())

    def test_the_suite_counts_failures_on_its_last_line(self):
        self.debian(self.package_list())
        status, text = self.dev("test", "--quick")
        self.assertEqual(status, 1)
        self.assertRegex(text.splitlines()[-1], r"^\d+ passed, [1-9]\d* failed$")

    def test_a_program_that_was_not_built_and_a_test_that_was_not_run_are_failures(self):
        self.debian(self.package_list())
        shutil.copytree(TESTS / "support", self.folder / "tests/support")
        for built, missing in ((("glasshive", "storm", "fuzz_compose"), "fuzz_scenario"),
                               (("glasshive", "fuzz_compose", "fuzz_scenario"), "storm")):
            shutil.rmtree(self.folder / "build", ignore_errors=True)
            shutil.rmtree(self.folder / "build-asan", ignore_errors=True)
            self.builds(*built)
            status, text = self.dev("test")
            self.assertEqual(status, 1)
            self.assertIn(f"missing: build-asan/{missing}\n", text)
            self.assertRegex(text, rf"(?m)^failed: clang sanitizers: {missing}\b.* \(failed\)$")
            self.assertIn("failed: g++ release: b (failed)\n", text)
            self.assertIn("failed: g++ release: c (skipped)\n", text)
            self.assertRegex(text, r"(?m)^ +\d+ s  g\+\+ release: ./dev run: ok$")

    def test_what_a_fuzzer_finds_can_be_tried_again_from_the_log_alone(self):
        self.debian(self.package_list())
        self.builds("fuzz_words", "fuzz_json")
        self.program("made", 'echo "called: $*"\n[[ ${0##*/} == fuzz_json ]] && exit\n'
                             'printf "a: [\\0]" > "$0-crash-1"; exit 77\n')
        status, text = self.dev("fuzz", "7", "fuzz_words", "fuzz_json")
        self.assertEqual(status, 1, text)
        self.assertRegex(text, r"called: -max_total_time=7 -seed=\d+ .*corpus/fuzz_words")
        self.assertEqual(base64.b64decode(text.split(" as TEXT:\n")[1].split()[0]), b"a: [\0]")
        self.assertIn("fuzz_json for 7 s\n", text)   # The others are tried, too.
        status, text = self.dev("fuzz", "7", "fuzz_json")
        self.assertEqual((status, text.splitlines()), (0, ["fuzz_json for 7 s"]))
        for wrong in (["0"], ["7", "fuzz_jason"]):
            self.assertEqual(self.dev("fuzz", *wrong)[0], 1)

    def test_files_to_run_are_named_from_where_the_user_stands(self):
        self.debian(self.package_list())
        self.builds("glasshive")
        elsewhere = (self.folder / "elsewhere").resolve()
        elsewhere.mkdir()
        (elsewhere / "dev").symlink_to("../dev")
        self.assertIn(f"glasshive in {elsewhere}: run mine.yaml --quiet\n",
                      self.dev("run", "mine.yaml", "--quiet", called_from=elsewhere)[1])
        self.assertIn(f"glasshive in {self.folder.resolve()}: run scenarios/01_hello",
                      self.dev("run", called_from=elsewhere)[1])

    def test_a_failed_build_shows_what_the_compiler_said(self):
        self.debian(self.package_list())
        self.builds()
        self.program("bin/ninja", "echo a.cpp:1: error: no such thing; exit 1\n")
        for command in ("build", "run", "test"):
            status, text = self.dev(command, *(["--quick"] if command == "test" else []))
            self.assertEqual(status, 1, command)
            self.assertIn("a.cpp:1: error: no such thing", text)


class Digests(Folder):
    def compare(self, *programs):
        (self.folder / "scenarios").mkdir()
        (self.folder / "scenarios/01_a.yaml").write_text("")
        builds = []
        for number, text in enumerate(programs):
            self.program(f"{number}/glasshive", text)
            builds.append(str(self.folder / str(number)))
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = digests.main(builds + ["--scenarios", str(self.folder / "scenarios")])
        return status, out.getvalue()

    def printing(self, digest):
        return f'echo "{{\\"digest\\": \\"{digest}\\"}}"\n'

    def test_equal_digests_pass_even_when_an_expectation_fails(self):
        text = self.printing("d$6") + "exit 1\n"
        self.assertEqual(self.compare(text, text)[0], 0)

    def test_builds_that_differ_are_found(self):
        status, text = self.compare(self.printing("a$6"), self.printing("b$6"))
        self.assertEqual(status, 1)
        self.assertIn("runs differ", text)

    def test_runs_that_differ_are_found(self):
        self.assertEqual(self.compare(self.printing("$$ $6"))[0], 1)

    def test_a_digest_that_ignores_the_seed_is_found(self):
        self.assertIn("another digest", self.compare(self.printing("same"))[1])

    def test_a_program_that_fails_is_found(self):
        status, text = self.compare("echo went wrong >&2; exit 3\n")
        self.assertEqual(status, 1)
        self.assertIn("went wrong", text)


class Junit(Folder):
    def test_outcomes_are_read(self):
        (self.folder / "ctest.xml").write_text(RESULTS)
        self.assertEqual(list(junit.tests(self.folder / "ctest.xml")),
                         [("a", "passed", 2.0), ("b", "failed", 1.0), ("c", "skipped", 0.0)])


if __name__ == "__main__":
    unittest.main()
