"""Goal: nothing a client sends, or fails to send, breaks a session or is believed.

Method: raw bytes over the socket: rubbish, lines without end, hang-ups, a second client.
"""

import pathlib
import socket
import stat
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import driver  # noqa: E402
from driver import program  # noqa: E402

NOT_COMMANDS = [b"", b"hello", b"{", b"[]", b"null", b"7", b'{"do":7}', b'{"do":null}', b"{}",
                b'"do"', b"\x00\x01\xff\xfe", b'{"do":"step"', b"[" * 60000, b'{"do":"\xff"}']
WRONG_COMMANDS = [
    ({"do": "fly"}, "unknown command"), ({"do": ""}, "unknown command"),
    ({"do": "step", "n": -1}, "count"), ({"do": "step", "n": 1.5}, "count"),
    ({"do": "step", "n": "3"}, "count"), ({"do": "step", "n": 10 ** 30}, "count"),
    ({"do": "run_until"}, "needs t"), ({"do": "run_until", "t": "soon"}, "not a duration"),
    ({"do": "run_until", "t": -1}, "not a time"), ({"do": "run_until", "t": 1e300}, "not a time"),
    ({"do": "run_until", "t": [1]}, "needs t"), ({"do": "pace"}, "speed"),
    ({"do": "pace", "speed": -2}, "speed"), ({"do": "pace", "speed": "fast"}, "speed"),
    ({"do": "inject"}, "needs text"), ({"do": "inject", "text": {}}, "needs text"),
    ({"do": "inject", "text": ""}, "unknown command"),
    ({"do": "inject", "text": "scale web=-1"}, "scale needs"),
    ({"do": "inject", "text": "scale db=3"}, "no service is named"),
    ({"do": "inject", "text": "drain node-99"}, "no host is named"),
    ({"do": "inject", "text": "fault {do: power_off}"}, "fault"),
    ({"do": "inject", "text": "fault {do: ["}, "command"),
]


class Hostile(driver.Case):
    def test_rubbish_is_answered_with_an_error_and_changes_nothing(self):
        client = self.start()
        before = client.ask(do="run_until", t="5s")
        for line in NOT_COMMANDS:
            client.send(line + b"\n")
            self.assertIn('"ok":false', client.line(), line[:40])
        for request, why in WRONG_COMMANDS:
            answer = client.ask(**request)
            self.assertFalse(answer["ok"], request)
            self.assertIn(why, answer["error"], request)
        after = client.ask(do="step", n=0)
        self.assertEqual(after, before)

    def test_a_line_of_64_kib_is_read_and_a_longer_one_refused(self):
        client = self.start()
        words = '{"do":"step","n":0,"x":"'
        longest = words + "x" * (65536 - len(words) - 2) + '"}'
        self.assertEqual(len(longest), 65536)
        self.assertIn('"ok":true', client.ask_raw(longest))
        self.assertIn("at most 65536 bytes", client.ask_raw(longest + " "))
        client.send(b"y" * 3_000_000 + b"\n")        # Its memory stays small: it is thrown away.
        self.assertIn("at most 65536 bytes", client.line())
        self.assertTrue(client.ask(do="step", n=0)["ok"])
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        if "asan" not in str(program.glasshive):
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
            self.assertLess(int(peak.split()[1]), 200_000, peak)

    def test_commands_may_come_in_pieces_or_many_at_once(self):
        client = self.start()
        for byte in b'{"do":"step","n":2}\n':
            client.send(bytes([byte]))
        self.assertIn('"ok":true', client.line())
        client.send(b'{"do":"step","n":1}\n' * 300)
        events = [client.line() for _ in range(300)]
        self.assertTrue(all('"ok":true' in line for line in events))

    def test_who_hangs_up_in_the_middle_leaves_the_session_to_the_next(self):
        first = self.start()
        first.send(b'{"do":"quit"')      # Without an end it was not said.
        first.close()
        self.assertTrue(self.connect_again().ask(do="run_until", t="1s")["ok"])

    def connect_again(self):
        """The next client: until the first one's going was seen, it is told to wait."""
        for _ in range(100):
            client = self.connect()
            if client.ask(do="step", n=0)["ok"]:
                return client
            client.close()
            time.sleep(0.05)
        raise AssertionError("no way in")

    def test_a_second_client_is_told_and_let_go(self):
        first = self.start()
        second = self.connect()
        self.assertIn("another client drives this session", second.line())
        self.assertEqual(second.line(), "")
        self.assertTrue(first.ask(do="step")["ok"])

    def test_a_client_that_never_reads_does_not_hold_the_session(self):
        client = self.start()
        client.socket.setblocking(False)
        ask = b'{"do":"inspect"}\n' * 1000
        try:
            for _ in range(2000):
                client.send(ask)
        except (BlockingIOError, ConnectionError):
            pass
        time.sleep(6)                    # It is let go after five seconds.
        self.assertTrue(self.connect_again().ask(do="step")["ok"])


class Sockets(driver.Case):
    def refused(self, path, message):
        done = self.call("session", "hello.yaml", "--socket", path, status=2)
        self.assertIn(message, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_what_cannot_be_a_socket_is_refused_in_one_line(self):
        self.write("file", "kept")
        self.refused("file", "file: is there already and is no socket")
        self.assertEqual((self.folder / "file").read_text(), "kept")
        self.refused("no/such/folder", "No such file or directory")
        self.refused("x" * 200, "at most 107 characters")
        self.refused("", "the path is empty")

    def test_only_its_owner_may_connect(self):
        self.start()
        mode = stat.S_IMODE((self.folder / "s.sock").stat().st_mode)
        self.assertEqual(mode & 0o077, 0)

    def test_a_living_session_keeps_its_socket_and_a_dead_ones_is_replaced(self):
        client = self.start()
        self.refused("s.sock", "another session listens there")
        self.assertTrue(client.ask(do="step")["ok"])
        client.close()
        self.process.kill()
        self.process.wait()
        self.assertTrue((self.folder / "s.sock").exists())
        self.assertTrue(self.start().ask(do="step")["ok"])


if __name__ == "__main__":
    program.main()
