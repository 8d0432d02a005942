"""Goal: three shells load the completion scripts and offer exactly what the parser takes.

Method: the scripts are loaded by bash, zsh and fish; the answers are compared with --help.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

COMMANDS = {"run", "check", "query", "export", "info", "explain", "ps", "services", "nodes",
            "session", "docs", "completion", "lua", "console", "check-recording",
            "compare", "trace", "view", "serve", "ctl"}


class Completion(program.Case):
    def setUp(self):
        super().setUp()
        for shell in ("bash", "zsh", "fish"):
            self.write(f"c.{shell}", self.call("completion", shell).stdout)
        for name in ("a.yaml", "b c.yml", "d.hive", "e.txt"):
            self.write(name, "")
        (self.folder / "sub").mkdir()

    def shell(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60,
                              check=False, env=program.environment(
                                  HOME=str(self.folder),
                                  PATH=f"{program.glasshive.parent}:/usr/bin:/bin"))
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def bash(self, *words):
        """What bash offers after these words, the last of which is being typed."""
        script = ("source ./c.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _glasshive; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
        return set(self.shell("bash", "-uc", script, "bash", "glasshive", *words).splitlines())

    def options_in_help(self, command):
        text = self.call(command, "--help").stdout.split("Options:")[1]
        return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*(?=[, \n])",
                              "\n".join(re.findall(r"(?m)^  (-\S+)", text)) + "\n"))

    def test_bash_loads(self):
        self.shell("bash", "-n", "c.bash")
        loaded = self.shell("bash", "-c", "source ./c.bash; complete -p glasshive")
        self.assertIn("_glasshive", loaded)

    def test_bash_offers_commands_options_values_and_files(self):
        self.assertEqual(self.bash(""), COMMANDS | {"--help", "--version"})
        self.assertEqual(self.bash("qu"), {"query"})
        for command in COMMANDS:
            options = self.options_in_help(command)
            self.assertIn("--help", options)
            self.assertEqual(self.bash(command, "-"), options, command)
        self.assertEqual(self.bash("run", "--profile", ""), {"textbook", "realistic"})
        self.assertEqual(self.bash("export", "-f", "p"), {"perfetto"})
        self.assertEqual(self.bash("docs", ""), {"scenario", "events", "cli", "docker", "lua"})
        self.assertEqual(self.bash("completion", "z"), {"zsh"})
        self.assertEqual(self.bash("run", ""), {"a.yaml", "b c.yml", "d.hive", "sub"})
        self.assertEqual(self.bash("info", ""), {"d.hive", "sub"})
        self.assertEqual(self.bash("run", "--record", "e"), {"e.txt"})
        self.assertEqual(self.bash("run", "--seed", ""), {""})
        self.assertNotIn("--break-at", self.bash("run", "--b"))

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_loads(self):
        self.shell("zsh", "-n", "c.zsh")
        self.assertIn("_glasshive", self.shell(
            "zsh", "-fc", "autoload -U compinit; compinit -u -D; source ./c.zsh; "
                          "print $_comps[glasshive]"))

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_offers_commands_options_and_values(self):
        def offered(line):
            out = self.shell("fish", "-c", f"source ./c.fish; complete -C '{line}'")
            return {row.split("\t")[0] for row in out.splitlines()}
        self.assertEqual(offered("glasshive "), COMMANDS)
        self.assertEqual(offered("glasshive export --format "), {"jsonl", "csv", "perfetto"})
        self.assertLessEqual({word for word in self.options_in_help("run") if word[1] == "-"},
                             offered("glasshive run --"))


if __name__ == "__main__":
    program.main()
