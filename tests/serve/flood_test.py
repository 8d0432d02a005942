"""Goal: however many clients come, however slow, greedy or deaf they are, memory stays within
bounds, whoever is refused hears why, and an ordinary client is served meanwhile and afterwards.
Method: hundreds of sockets; the server's memory is read from /proc.
"""

import time

import couch
import crowd
from crowd import MIB, gather, vanish

UP = b"GET /_up HTTP/1.1\r\nHost: here\r\n\r\n"
STATUS_OK = b'{"status":"ok","seeds":{}}\n'


class Slow(crowd.Case):
    WORDS = ("--patience", "1")

    def test_bytes_that_drip(self):
        put = lambda *more: self.head("PUT", "~/slow", *more)                       # noqa: E731
        kinds = [(b"", b"G"), (b"GET / HTTP/1.1\r\nX: ", b"a"),
                 (put("Content-Length: 5000"), b" "),
                 (put("Transfer-Encoding: chunked"), b"1\r\n \r\n"),
                 (put("Transfer-Encoding: chunked") + b"1;", b"x")]
        links = self.crowd(300)
        with self.ordinary(), self.within(50):
            for i, link in enumerate(links):
                link.sendall(kinds[i % len(kinds)][0])
            heard = {link: b"" for link in links}
            for _ in range(12):
                for i, link in enumerate(links):
                    try:
                        link.sendall(kinds[i % len(kinds)][1])
                    except OSError:
                        pass                                      # It was let go.
                more, left = gather(links, seconds=0.25)
                for link in links:
                    heard[link] += more[link]
            self.assertEqual(left, [])
        for link in links:
            self.assertRegex(heard[link], rb'^HTTP/1.1 408 [^$]*"error":"timeout"')

    def test_answers_that_nobody_reads(self):
        self.ask("PUT", "~/big/x", b"x" * (32 * MIB), status=201)
        # What all clients together may leave behind, and 16 answers that are being made; not 40.
        with self.ordinary(), self.within(1100):
            deaf = self.crowd(40, receive=4096)
            for link in deaf:
                link.sendall(self.head("GET", "~/big/x"))
            time.sleep(2.5)
        self.served_again()     # They are gone though they did not go.
        self.assertEqual(len(self.ask("GET", "~/big/x", status=200).body), 32 * MIB)

    def test_feeds_that_nobody_reads(self):
        deaf = self.crowd(50, receive=4096)
        with self.ordinary(), self.within(800):
            for link in deaf:
                link.sendall(self.head("GET", "~/_changes?feed=continuous&include_docs=true"))
            for i in range(8):
                self.put(f"a{i}", {"text": "x" * 3_000_000})
            time.sleep(1.5)
        self.served_again()

    def test_requests_that_come_together(self):
        link = self.connect()
        link.sendall(UP * 500)
        heard, _ = gather([link], lambda text: text.count(STATUS_OK) == 500)
        self.assertEqual(heard[link].count(b"HTTP/1.1 200 OK"), 500)
        names = [f"GET {self.db}/{i} HTTP/1.1\r\nHost: here\r\nAuthorization: "
                 f"{couch.basic(*couch.ADMIN)}\r\n\r\n" for i in range(50)]
        self.bulk([{"_id": str(i)} for i in range(50)])
        link.sendall("".join(names).encode())
        heard, _ = gather([link], lambda text: text.count(b'"_id"') == 50)
        order = [heard[link].find(b'"_id":"%d"' % i) for i in range(50)]
        self.assertEqual(order, sorted(order))
        deaf = self.connect(receive=4096)
        deaf.settimeout(0.5)
        with self.ordinary(), self.within(50):
            try:
                deaf.sendall(UP * 200_000)
            except OSError:
                pass                      # Nobody takes them while it does not read.

    def test_clients_that_vanish(self):
        with self.ordinary(), self.within(100):
            for text in (b"GET / HT", self.head("PUT", "~/a", "Content-Length: 100") + b"abc",
                         self.head("PUT", "~/a", "Transfer-Encoding: chunked") + b"5\r\nab",
                         self.head("GET", "~/_changes?feed=continuous"),
                         self.head("GET", "~/_changes?feed=longpoll&since=now"),
                         self.head("GET", "~/_all_docs") * 3, UP + b"G"):
                links = self.crowd(100)
                for link in links:
                    link.sendall(text)
                time.sleep(0.05)
                for link in links:
                    vanish(link)


if __name__ == "__main__":
    couch.main()
