"""Goal: nano, CouchDB's own client for node, works against `glasshive serve`.

Method: nano/client.js under node, where both are installed (README.md); skipped elsewhere.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

HERE = pathlib.Path(__file__).parent / "nano"


def modules():
    """The folder whose node_modules holds nano, or nothing."""
    for folder in filter(None, (os.environ.get("GLASSHIVE_NANO"), HERE)):
        if (pathlib.Path(folder) / "node_modules/nano").is_dir():
            return pathlib.Path(folder)
    return None


class Nano(program.Case):
    def test_it_logs_in_stores_follows_and_replicates(self):
        folder = modules()
        if folder is None or shutil.which("node") is None:
            self.skipTest("node and nano are not installed: see tests/clients/README.md")
        shutil.copy(HERE / "client.js", self.folder)
        os.symlink(folder.resolve() / "node_modules", self.folder / "node_modules")
        env = program.environment(XDG_RUNTIME_DIR=str(self.folder))
        with subprocess.Popen(
                [str(program.glasshive), "serve", "--couchdb", "127.0.0.1:0", "--nodes", "3",
                 "--admin", "adm:pass"], stdout=subprocess.PIPE, text=True, env=env) as server:
            try:
                port = re.search(r":(\d+)/", server.stdout.readline()).group(1)
                done = subprocess.run(
                    ["node", "client.js", f"127.0.0.1:{port}"], cwd=self.folder, env=env,
                    capture_output=True, text=True, timeout=program.SECONDS_MAX, check=False)
            finally:
                server.terminate()
                server.wait(program.SECONDS_MAX)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("ok "), 8, done.stdout)


if __name__ == "__main__":
    program.main()
