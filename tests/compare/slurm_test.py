"""Goal: the slurm engine gives what the local one gives, under Slurm itself. Method: a cluster of
this machine alone, in a scratch folder: munged, slurmctld and slurmd with their own key, ports
and files. Skipped where they are not installed or do not come up.
"""

import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "support"),
                str(pathlib.Path(__file__).parent)]
import matrices  # noqa: E402
import program  # noqa: E402

SECONDS_TO_START = 30
DAEMONS = ("munged", "slurmctld", "slurmd")
WHERE = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"   # Daemons are not in everybody's PATH.
CONF = """ClusterName=scratch
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
JobRequeue=0
KillWait=2
MaxArraySize=10
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def processes_of(word):
    """Ids of processes with a word in their arguments or their environment."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:   # It ended, or is somebody else's.
            continue
        if word.encode() in text and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


class Cluster:
    """Slurm on this machine. `why` says what is missing when it does not come up."""

    def __init__(self, folder):
        self.folder, self.why, self.daemons = folder, "", []
        missing = [name for name in DAEMONS if not shutil.which(name, path=WHERE)]
        if missing:
            self.why = f"not installed: {', '.join(missing)}"
            return
        for name in ("state", "spool"):
            (folder / name).mkdir()
        host = socket.gethostname().split(".")[0]
        controller_port, node_port = free_ports(2)
        (folder / "slurm.conf").write_text(CONF.format(
            host=host, folder=folder, user=getpass.getuser(), cpus=os.cpu_count(),
            controller_port=controller_port, node_port=node_port))
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o600)
        self.env = program.environment(SLURM_CONF=str(folder / "slurm.conf"))
        self.start("munged", "--foreground", "--force", f"--key-file={folder}/munge.key",
                   f"--socket={folder}/munge.socket", f"--pid-file={folder}/munge.pid",
                   f"--seed-file={folder}/munge.seed", f"--log-file={folder}/munge.log")
        self.wait("munged", lambda: (folder / "munge.socket").exists())
        if not self.why:
            self.start("slurmctld", "-D", "-c")
            self.start("slurmd", "-D", "-N", host)
            self.wait("slurmd", lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%T"))

    def start(self, name, *words):
        with open(self.folder / f"{name}.said", "wb") as said:
            self.daemons.append(subprocess.Popen(
                [shutil.which(name, path=WHERE), *words], env=self.env, stdin=subprocess.DEVNULL,
                stdout=said, stderr=said, start_new_session=True))

    def ask(self, *words):
        try:
            return subprocess.run(words, env=self.env, text=True, capture_output=True, timeout=20,
                                  check=False).stdout
        except subprocess.TimeoutExpired:
            return ""

    def wait(self, name, is_there):
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end and all(each.poll() is None for each in self.daemons):
            if is_there():
                return
            time.sleep(0.2)
        said = "".join(file.read_text(errors="replace")[-500:]
                       for file in sorted(self.folder.glob("*.said")))
        self.why = f"{name} did not come up in {SECONDS_TO_START} s: {said}"

    def stop(self):
        if len(self.daemons) > 1:
            self.ask("scancel", "--state=PENDING")
            self.ask("scancel", "--signal=KILL", "--full", "--state=RUNNING")
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for process in processes_of(str(self.folder)):   # What a task may have left.
            os.kill(process, signal.SIGKILL)


class Slurm(matrices.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = pathlib.Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.cluster = Cluster(folder)
        cls.addClassCleanup(cls.cluster.stop)
        if cls.cluster.why:
            print("skipped, no Slurm:", cls.cluster.why, file=sys.stderr)
            raise unittest.SkipTest(cls.cluster.why)
        # Runs of about half a second: time to kill one.
        tasks = 20_000 if b"__asan_init" in program.glasshive.read_bytes() else 200_000
        cls.SLOW = ("--machines", "m.csv", "--policy", "spread,best-fit,random", "--seeds", "4",
                    "--set", f"tasks={tasks}", "--set", "rate=0.1")

    def slurm(self, *words, status=0):
        return self.call("compare", *words, "--engine", "slurm", "--quiet", status=status,
                         env=self.cluster.env)

    def queue(self):
        return self.cluster.ask("squeue", "--noheader").split()

    def test_the_same_as_here(self):
        words = self.MATRICES["batch"]   # 18 runs, two arrays.
        self.call("compare", *words, "--out", "here", "--quiet")
        self.slurm(*words, "--out", "there 100%a")
        self.assertEqual(self.contents("here"), self.contents("there 100%a"))

    def begin(self, out):
        """The engine at work, and the process of a task."""
        words = [str(program.glasshive), "compare", *self.SLOW, "--out", out, "--engine", "slurm"]
        process = subprocess.Popen(words, cwd=self.folder, env=self.cluster.env, text=True,
                                   stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.addCleanup(process.stderr.close)
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            for task in processes_of(f"{self.folder}/{out}\0--shard"):
                return process, task
            time.sleep(0.02)
        process.kill()
        self.fail("no task began")

    def test_a_task_is_killed_and_done_again(self):
        self.call("compare", *self.SLOW, "--out", "here", "--quiet")
        process, task = self.begin("there")
        os.kill(task, signal.SIGKILL)
        said = process.communicate(timeout=program.SECONDS_MAX)[1]
        self.assertEqual(process.returncode, 2, said)
        self.assertRegex(said, r"(spread|best-fit|random), seed \d: ")
        self.assertRegex(said, r"its output: \S+/there/slurm/\d+_\d\.out; glasshive compare --out")
        self.assertIn("1 problem", said)
        self.slurm(*self.SLOW, "--out", "there")
        self.assertEqual(self.contents("here"), self.contents("there"))

    def test_a_signal_cancels_it(self):
        process, _ = self.begin("there")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]
        self.assertEqual(process.returncode, -signal.SIGINT, said)
        self.assertIn("cancelled: array ", said)
        end = time.monotonic() + SECONDS_TO_START
        while self.queue() and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(self.queue(), [])

    def test_the_line_of_the_handbook(self):
        """docs/chapters/compare.md has one for sbatch, one for parallel, one for Kubernetes."""
        page = (program.ROOT / "docs/chapters/compare.md").read_text()
        line = [each for each in page.splitlines() if each.startswith("sbatch --array=0-5 ")][0]
        kubernetes = page.split("command: [sh, -c, '")[1].split("'")[0]
        words = ("log.swf", "--policy", "easy,fcfs", "--seeds", "3", "--set", "jobs=50", "--out")
        self.call("compare", *words, "here", "--quiet")
        self.call("compare", *words, "shared", "--plan-only")
        env = {**self.cluster.env,
               "PATH": f"{program.glasshive.parent}:{self.cluster.env['PATH']}"}
        subprocess.run(["sh", "-c", line], cwd=self.folder, env=env, check=True,
                       stdout=subprocess.DEVNULL)
        end = time.monotonic() + SECONDS_TO_START
        while self.queue() and time.monotonic() < end:
            time.sleep(0.2)
        (self.folder / "shared/runs/5.json").unlink()
        subprocess.run(["sh", "-c", kubernetes], cwd=self.folder, check=True,
                       env={**env, "JOB_COMPLETION_INDEX": "5"})
        for file in self.folder.glob("slurm-*.out"):
            self.assertEqual(file.read_text(), "")
        self.call("compare", "--out", "shared", "--collect", "--quiet")
        self.assertEqual(self.contents("here"), self.contents("shared"))

    def test_what_slurm_refuses(self):
        done = self.call("compare", *self.MATRICES["batch"], "--out", "x", "--engine", "slurm",
                         "--engine-option", "--partition=none", status=2, env=self.cluster.env)
        self.assertIn("sbatch did not take 10 tasks: sbatch: error: ", done.stderr)
        self.assertIn("invalid partition", done.stderr)


if __name__ == "__main__":
    program.main()
