"""Drives `glasshive session` in tests: starts it, connects, asks and answers in JSON lines."""

import json
import pathlib
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

HELLO = """schema: 1
seed: 11
duration: 60s
platform: {hosts: 3}
services:
  - {name: web, image: nginx, replicas: 2, ports: ["8080:80"]}
workload: {clients: [{service: web, rate: 5, start: 10s}]}
expect: [service web has 2 running tasks by 10s]
"""


class Client:
    """One connection."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        """The next answer as it stands; "" when the other side has closed."""
        try:
            return self.file.readline().decode().rstrip("\n")
        except ConnectionError:
            return ""

    def ask_raw(self, text):
        self.send(text.encode() + b"\n")
        return self.line()

    def ask(self, **request):
        return json.loads(self.ask_raw(json.dumps(request)))

    def close(self):
        self.file.close()
        self.socket.close()


class Case(program.Case):
    """A test with a session. A relative socket path keeps it short."""

    def setUp(self):
        super().setUp()
        self.write("hello.yaml", HELLO)
        self.process = None

    def start(self, *words, scenario="hello.yaml"):
        self.process = subprocess.Popen(
            [str(program.glasshive), "session", scenario, "--socket", "s.sock", *words],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.stop, self.process)
        self.assertEqual(self.process.stdout.readline(), "listening s.sock\n")
        return self.connect()

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def connect(self):
        client = Client(self.folder / "s.sock")
        self.addCleanup(client.close)
        return client

    def quit(self, client):
        """Ends the session; its last answer. It exits with 0 and removes its socket."""
        answer = client.ask(do="quit")
        self.assertEqual(self.process.wait(30), 0)
        self.assertFalse((self.folder / "s.sock").exists())
        return answer
