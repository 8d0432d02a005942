"""What tests of a served cluster under attack share: the server's memory, a client who minds his
own business meanwhile, sockets by the hundred.
"""

import contextlib
import os
import re
import resource
import select
import socket
import struct
import threading
import time

import couch
import program

MIB = 1 << 20


def sanitized():
    """Whether the program watches its own memory: then it needs several times as much of it."""
    return b"__asan_init" in program.glasshive.read_bytes()


def files_max():
    """Lets this process have as many files as it may; says how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Case(couch.Case):
    """A cluster that is attacked; after each test it serves, and nobody is left inside."""

    def tearDown(self):
        self.served_again()
        super().tearDown()

    # --- The server ------------------------------------------------------------------------------

    def memory(self, field="VmRSS"):
        """Bytes of the server: VmRSS now, VmHWM at most since it began (or since forget_peak)."""
        with open(f"/proc/{self.cluster.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"^{field}:\s+(\d+) kB", status.read(), re.M).group(1)) << 10

    def spent(self):
        """Processor seconds of the server so far: its neighbours have no part in them."""
        with open(f"/proc/{self.cluster.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @contextlib.contextmanager
    def within(self, mib, what=""):
        """What happens inside costs the server at most so many MiB at any time."""
        with open(f"/proc/{self.cluster.process.pid}/clear_refs", "w", encoding="ascii") as peak:
            peak.write("5")
        before, begin = self.memory(), time.monotonic()
        yield
        more = (self.memory("VmHWM") - before) / MIB
        print(f"{self.id().rsplit('.', 1)[1]} {what}: {more:.0f} MiB more at most, "
              f"{time.monotonic() - begin:.1f} s")
        self.assertLess(more, mib * (4 if sanitized() else 1))

    def served_again(self):
        """Everybody is gone, and who comes is served."""
        end = time.monotonic() + 10
        while '"open_requests":0' not in self.cluster.ctl("status", "--json").replace(" ", ""):
            self.assertLess(time.monotonic(), end, "requests of clients who went are open")
            time.sleep(0.05)
        self.assertEqual(self.cluster.request("GET", "/_up").status, 200)

    # --- Clients ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def ordinary(self, seconds=5.0):
        """Somebody stores and reads documents all the while; the server works so many seconds for
        others at most before he is answered."""
        problems, done, times = [], threading.Event(), []

        def live():
            while not done.is_set():
                begin = self.spent()
                name = f"{self.db}/ordinary{len(times)}"
                for method, status in (("PUT", 201), ("GET", 200)):
                    try:
                        answer = self.cluster.request(method, name, b"{}" if method == "PUT"
                                                      else None)
                        if answer.status != status:
                            problems.append(answer)
                    except OSError as error:
                        problems.append(error)
                times.append(self.spent() - begin)
                time.sleep(0.02)

        thread = threading.Thread(target=live)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
        self.assertEqual(problems, [])
        # What watches its own memory writes 3 MB of JSON for each of 50 clients slowly.
        self.assertLess(max(times), seconds * (4 if sanitized() else 1))

    def connect(self, receive=None):
        """A socket to the server; `receive` is the size of its buffer, in bytes."""
        link = socket.socket()
        self.addCleanup(link.close)
        if receive:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        link.settimeout(20)
        link.connect(("127.0.0.1", self.cluster.ports[0]))
        return link

    def crowd(self, count, **more):
        return [self.connect(**more) for _ in range(count)]

    def head(self, method, path, *headers):
        """A request's head, as bytes; "~" in front of a path is the test's database."""
        path = self.db + path[1:] if path.startswith("~") else path
        lines = [f"{method} {path} HTTP/1.1", "Host: here",
                 f"Authorization: {couch.basic(*couch.ADMIN)}", *headers]
        return "".join(line + "\r\n" for line in lines).encode() + b"\r\n"


def vanish(link):
    """As when somebody trips over a cable: nothing is said."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


def gather(links, wanted=lambda text: False, seconds=10):
    """What each of them hears until it is `wanted` or the server closes; by socket."""
    heard = {link: b"" for link in links}
    poll, by_number = select.poll(), {link.fileno(): link for link in links}
    for link in links:
        poll.register(link, select.POLLIN)
    end = time.monotonic() + seconds
    while by_number and time.monotonic() < end:
        for number, _ in poll.poll(200):
            link = by_number[number]
            try:
                piece = link.recv(65536)
            except OSError:
                piece = b""
            heard[link] += piece
            if not piece or wanted(heard[link]):
                poll.unregister(number)
                del by_number[number]
    return heard, list(by_number.values())
