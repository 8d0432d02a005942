"""Every broken file through the real program: exit 2, the expected problems, nothing run.

    tests/scenarios/broken.py BUILD_FOLDER

Goal: a student with a wrong file learns everything about it from `check` and from `run`, and `run`
leaves no recording. Method: each file of tests/scenarios/broken/scenario is checked and run in its
own folder and compared with its .expected; each of broken/compose is the stack of a small scenario.
"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_SECONDS = 20
COMPOSE_VARIABLES = ('{TAG: "1.4", REPLICAS: "3", EMPTY: "", WORD: many, ONLY: "yes", '
                     'MODE: production}')


def run(program, arguments, folder):
    """Exit status, standard output and standard error of the program in a folder."""
    done = subprocess.run([program, *arguments, "--no-color"], cwd=folder, capture_output=True,
                          timeout=TIMEOUT_SECONDS, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")


def complaints(program, command, folder, expected, scratch):
    """What is wrong with the program's answer to one command; empty when nothing is."""
    recording = scratch / "run.hive"
    extra = ["--record", str(recording)] if command[0] == "run" else []
    status, out, err = run(program, [*command, *extra], folder)
    found = []
    if status != 2:
        found.append(f"exit {status}, not 2")
    if "nothing was run." not in err:
        found.append("does not say that nothing was run")
    if expected is not None and not err.startswith(expected):
        found.append("does not print the expected problems but:\n" + err)
    if command[0] == "run" and (out or recording.exists()):
        found.append("ran something")
    return [f"{' '.join(command)}: {each}" for each in found]


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve() / "glasshive")
    found, commands = [], 0
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        jobs = []
        for file in sorted((HERE / "broken/scenario").glob("*.yaml")):
            expected = file.with_suffix(".expected").read_text()
            jobs.append((file.name, file.parent, expected))
        for file in sorted((HERE / "broken/compose").glob("*.yaml")):
            scenario = scratch / f"stack_{file.name}"
            scenario.write_text("schema: 1\nplatform: {hosts: 3}\nstack:\n"
                                f"  file: {file}\n  env: {COMPOSE_VARIABLES}\n")
            jobs.append((scenario.name, scratch, None))
        for name, folder, expected in jobs:
            for command in (["check", name], ["run", name]):
                commands += 1
                found += complaints(program, command, folder, expected, scratch)
    print("\n".join(found + [f"{commands} commands, {len(found)} complaints"]))
    return 1 if found or commands < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
