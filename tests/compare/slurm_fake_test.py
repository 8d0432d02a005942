"""Goal: the slurm engine says what Slurm does with its runs, submits only what is missing, and
leaves nothing behind in the queue. Method: shell scripts that stand in for Slurm's commands, first
in PATH, and do the tasks of an array one after the other.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "support"),
                str(pathlib.Path(__file__).parent)]
import matrices  # noqa: E402
import program  # noqa: E402

# Files in $FAKE say what is to go wrong; "calls" has what was called.
SBATCH = """#!/bin/sh
echo "sbatch $*" >>"$FAKE/calls"
if [ -f "$FAKE/silent" ]; then exit 0; fi
arrays=$(grep -c ^sbatch "$FAKE/calls")
if [ -f "$FAKE/refuse" ] && [ "$arrays" -ge "$(cat "$FAKE/refuse")" ]; then
    echo "sbatch: error: Batch job submission failed: Invalid account" >&2
    exit 1
fi
while [ "${1#--}" != "$1" ]; do
    case $1 in
        --array=*) array=${1#--array=} ;;
        --chdir=*) cd "${1#--chdir=}" || exit 1 ;;
    esac
    shift
done
id=$arrays
(
    for range in $(echo "${array%%%*}" | tr , ' '); do
        for i in $(seq "${range%-*}" "${range#*-}"); do
            while [ -f "$FAKE/hold" ] && [ ! -f "$FAKE/cancelled" ]; do sleep 0.1; done
            [ -f "$FAKE/cancelled" ] && break 2
            if [ -f "$FAKE/lose" ] && [ "$i" = "$(cat "$FAKE/lose")" ]; then
                echo "slurmstepd: error: *** JOB $id CANCELLED DUE TO TIME LIMIT ***" \\
                    >"${id}_$i.out"
                continue
            fi
            SLURM_ARRAY_TASK_ID=$i sh "$@" >"${id}_$i.out" 2>&1 </dev/null
        done
    done
    touch "$FAKE/ended.$id"
) >/dev/null 2>&1 &
echo "$id${FAKE_CLUSTER:+;$FAKE_CLUSTER}"
"""
SQUEUE = """#!/bin/sh
echo "squeue $*" >>"$FAKE/calls"
if [ -f "$FAKE/deaf" ]; then
    rm "$FAKE/deaf"
    echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2
    exit 1
fi
for word; do case $word in --jobs=*) id=${word#--jobs=} ;; esac; done
if [ -f "$FAKE/ended.$id" ]; then
    echo "slurm_load_jobs error: Invalid job id specified" >&2
    exit 1
fi
echo "${id}_0"
"""
SCONTROL = """#!/bin/sh
[ -f "$FAKE/size" ] || exit 1
printf 'MailProg                = /bin/mail\\nMaxArraySize            = %s\\n' "$(cat "$FAKE/size")"
"""
SCANCEL = """#!/bin/sh
echo "scancel $*" >>"$FAKE/calls"
touch "$FAKE/cancelled"
"""


class Fake(matrices.Case):
    def setUp(self):
        super().setUp()
        self.fake = self.folder / "fake"
        (self.fake / "bin").mkdir(parents=True)
        for name, text in (("sbatch", SBATCH), ("squeue", SQUEUE), ("scontrol", SCONTROL),
                           ("scancel", SCANCEL)):
            (self.fake / "bin" / name).write_text(text)
            (self.fake / "bin" / name).chmod(0o755)
        self.env = program.environment(
            FAKE=str(self.fake), PATH=f"{self.fake / 'bin'}:{os.environ['PATH']}")

    def said(self, command):
        """What a command was called with, each time."""
        calls = self.fake / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [line.split()[1:] for line in lines if line.split()[0] == command]

    def arrays(self):
        """(indices, first run) of each array."""
        return [([w for w in words if w.startswith("--array=")][0][8:], int(words[-1]))
                for words in self.said("sbatch")]

    def slurm(self, *words, status=0, **more):
        return self.call("compare", *words, "--engine", "slurm", status=status,
                         env={**self.env, **more})

    def test_the_same_as_here(self):
        for kind, words in self.MATRICES.items():
            with self.subTest(kind=kind):
                self.call("compare", *words, "--out", f"{kind}_here", "--quiet")
                done = self.slurm(*words, "--out", f"{kind} 100%a")
                self.assertIn("slurm: ", done.stderr)
                self.assertEqual(self.contents(f"{kind}_here"), self.contents(f"{kind} 100%a"))
        self.assertEqual(self.arrays(), [("0-35", 0), ("0-17", 0), ("0-17", 0), ("0-9", 0)])
        self.slurm(*words, "--out", "scenario 100%a", "--quiet")   # Nothing is missing.
        self.assertEqual(len(self.arrays()), 4)

    def test_words_for_sbatch(self):
        self.slurm(*self.MATRICES["batch"], "--out", "100%", "--quiet", "--jobs", 3,
                   "--engine-option", "--partition=short --time=10", "--engine-option", "--hold",
                   FAKE_CLUSTER="north")
        words = self.said("sbatch")[0]
        self.assertEqual(words[:3], ["--partition=short", "--time=10", "--hold"])
        self.assertIn(f"--output={self.folder}/100%%/slurm/%A_%a.out", words)
        self.assertIn("--array=0-17%3", words)
        for squeue in self.said("squeue"):
            self.assertIn("--clusters=north", squeue)

    def test_a_task_that_is_lost(self):
        words = self.MATRICES["batch"]
        self.call("compare", *words, "--out", "here", "--quiet")
        (self.fake / "lose").write_text("7")
        (self.fake / "deaf").touch()   # And one question without an answer.
        done = self.slurm(*words, "--out", "x", "--quiet", status=2)
        self.assertIn("easy, seed 2: slurmstepd: error: *** JOB 1 CANCELLED DUE TO TIME LIMIT",
                      done.stderr)
        self.assertIn(f"its output: {self.folder}/x/slurm/1_7.out; glasshive compare --out x "
                      "--shard 7 repeats it", done.stderr)
        self.assertTrue((self.folder / "x/slurm/1_7.out").exists())
        self.assertFalse((self.folder / "x/report.html").exists())
        (self.fake / "lose").unlink()
        self.slurm(*words, "--out", "x", "--quiet")
        self.assertEqual(self.arrays()[1:], [("7", 0)])
        self.assertEqual(self.contents("here"), self.contents("x"))

    def test_a_policy_that_fails_everywhere(self):
        self.write("bad.lua", "return {score = function() error('enough') end}")
        done = self.slurm("--machines", "m.csv", "--policy", "bad.lua", "--seeds", 25, "--set",
                          "tasks=20", "--out", "x", status=2)
        self.assertEqual(done.stderr.count("bad.lua:1: enough"), 20)
        self.assertIn("5 more runs ended without a result", done.stderr)

    def test_more_runs_than_an_array_takes(self):
        words = self.MATRICES["batch"]
        self.call("compare", *words, "--out", "x", "--plan-only")
        for run in (3, 6, 7, 8, 16):
            self.call("compare", "--out", "x", "--shard", run)
        (self.fake / "size").write_text("5")
        self.slurm(*words, "--out", "x", "--quiet")
        self.assertEqual(self.arrays(), [("0-2,4", 0), ("0,4", 5), ("0-4", 10), ("0,2", 15)])
        self.call("compare", *words, "--out", "here", "--quiet")
        self.assertEqual(self.contents("here"), self.contents("x"))

    def test_refusals(self):
        words = (*self.MATRICES["batch"], "--out", "x")
        (self.fake / "refuse").write_text("1")
        done = self.slurm(*words, status=2)
        self.assertIn("sbatch did not take 18 tasks: sbatch: error: Batch job submission failed: "
                      "Invalid account\n    hint: --engine-option", done.stderr)
        self.assertFalse((self.folder / "x/slurm").exists())
        (self.fake / "size").write_text("0")
        self.assertIn("takes no job arrays", self.slurm(*words, status=2).stderr)
        (self.fake / "size").write_text("1001")
        (self.fake / "silent").touch()
        self.assertIn("sbatch did not take 18 tasks: status 0", self.slurm(*words, status=2).stderr)

    def test_the_second_array_is_refused(self):
        (self.fake / "size").write_text("10")
        (self.fake / "refuse").write_text("2")
        (self.fake / "hold").touch()
        self.slurm(*self.MATRICES["batch"], "--out", "x", status=2)
        self.assertEqual(self.said("scancel"), [["--quiet", "1"]])

    def test_no_slurm(self):
        alone = self.folder / "bin"
        alone.mkdir()
        (alone / "sh").symlink_to(shutil.which("sh"))
        done = self.slurm(*self.MATRICES["batch"], "--out", "x", status=2, PATH=str(alone))
        self.assertIn("--engine slurm: there is no sbatch here\n    hint: ", done.stderr)

    def test_a_signal_cancels(self):
        (self.fake / "hold").touch()
        for number in (signal.SIGINT, signal.SIGTERM):
            words = [str(program.glasshive), "compare", *self.MATRICES["batch"], "--out", "x",
                     "--engine", "slurm"]
            # As a terminal does it: everything that is in the foreground gets it.
            process = subprocess.Popen(words, cwd=self.folder, env=self.env, text=True,
                                       stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                       start_new_session=True)
            self.assertIn("slurm: 18 runs as array", process.stderr.readline())
            time.sleep(0.3)
            os.killpg(process.pid, number)
            said = process.communicate(timeout=20)[1]
            self.assertEqual(process.returncode, -number)
            self.assertRegex(said, r"cancelled: array \d; the same words go on from here")
        self.assertEqual(self.said("scancel"), [["--quiet", "1"], ["--quiet", "2"]])
        (self.fake / "hold").unlink()
        (self.fake / "cancelled").unlink()
        self.slurm(*self.MATRICES["batch"], "--out", "x", "--quiet")

    def test_words_that_do_not_go_together(self):
        base = ("--machines", "m.csv", "--policy", "spread", "--out", "x")
        for words, message in (
                ((*base, "--engine", "pbs"), "--engine: pbs not in {local,slurm}"),
                ((*base, "--engine-option", "--time=1"), "the local engine takes none"),
                ((*base, "--engine", "slurm", "--plan-only"), "nothing is run with --plan-only"),
                (("-", *base, "--engine", "slurm"), "cannot read this standard input"),
                (("--out", "x", "--collect", "--engine", "slurm"),
                 "--collect: DIR/plan.json says all there is to say")):
            with self.subTest(words=words):
                self.assertIn(message, self.call("compare", *words, status=2).stderr)


if __name__ == "__main__":
    program.main()
