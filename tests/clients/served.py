"""What tests of foreign clients share: the folder with the package, a server, a program of node.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

HERE = pathlib.Path(__file__).parent


def modules(package, variable, own):
    """The folder whose node_modules holds the package: the variable's, or ours; or nothing."""
    for folder in filter(None, (os.environ.get(variable), HERE / own)):
        if (pathlib.Path(folder) / "node_modules" / package).is_dir():
            return pathlib.Path(folder)
    return None


class Case(program.Case):
    def story(self, own, package, words, least):
        """Runs OWN/client.js of this folder against three nodes: so many of its steps are ok."""
        folder = modules(package, f"GLASSHIVE_{own.upper()}", own)
        if folder is None or shutil.which("node") is None:
            self.skipTest(f"node and {package} are not installed: see tests/clients/README.md")
        shutil.copy(HERE / own / "client.js", self.folder)
        os.symlink(folder.resolve() / "node_modules", self.folder / "node_modules")
        env = program.environment(XDG_RUNTIME_DIR=str(self.folder))
        with subprocess.Popen(
                [str(program.glasshive), "serve", "--couchdb", "127.0.0.1:0", "--nodes", "3",
                 "--admin", "adm:pass"], stdout=subprocess.PIPE, text=True, env=env) as server:
            try:
                port = re.search(r":(\d+)/", server.stdout.readline()).group(1)
                done = subprocess.run(
                    ["node", "client.js", *(word.format(port=port) for word in words)],
                    cwd=self.folder, env=env, capture_output=True, text=True,
                    timeout=program.SECONDS_MAX, check=False)
            finally:
                server.terminate()
                server.wait(program.SECONDS_MAX)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreaterEqual(done.stdout.count("ok "), least, done.stdout)
