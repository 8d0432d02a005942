"""Goal: bodies and answers beyond all measure cost the server what its limits say, and an ordinary
client is served meanwhile. Method: gigabytes in both directions; memory is read from /proc.
"""

import time

import couch
import crowd
from crowd import MIB, gather, vanish


class Large(crowd.Case):
    """With the bounds and the patience that everybody gets."""

    def test_a_gigabyte_by_its_length(self):
        with self.ordinary(), self.within(20):
            for _ in range(20):
                link = self.connect()
                link.sendall(self.head("PUT", "~/a", f"Content-Length: {1 << 30}"))
                heard, _ = gather([link])
                self.assertRegex(heard[link], rb'^HTTP/1.1 413 [^$]*"error":"too_large"')

    def test_a_gigabyte_in_chunks(self):
        chunk = b"100000\r\n" + b"x" * MIB + b"\r\n"
        links = self.crowd(2)
        with self.ordinary(), self.within(350):
            for link in links:
                link.sendall(self.head("PUT", "~/a/b", "Transfer-Encoding: chunked"))
            sent = 0
            going = list(links)
            while going and sent < 2 * 1024 * MIB:
                for link in list(going):
                    try:
                        link.sendall(chunk)
                        sent += MIB
                    except OSError:
                        going.remove(link)
        self.assertLess(sent, 2 * 160 * MIB)
        link = self.connect()
        link.sendall(self.head("PUT", "~/a/b", "Transfer-Encoding: chunked") + chunk * 65)
        heard, _ = gather([link])
        self.assertRegex(heard[link], rb'^HTTP/1.1 413 [^$]*"error":"too_large"')

    def test_many_large_bodies_at_once(self):
        size = 60 * MIB
        links = self.crowd(16)
        with self.ordinary(10), self.within(700):
            for link in links:      # Half of each: more than all of them may hold.
                link.sendall(self.head("PUT", "~/a", f"Content-Length: {size}"))
            body, gone = b'{"x":"' + b"y" * (size - 8) + b'"}', 0
            for at in range(0, size, 2 * MIB):
                for link in links:
                    try:
                        link.sendall(body[at:at + 2 * MIB])
                    except OSError:
                        gone += 1
            heard, left = gather(links, lambda text: b"}\n" in text, 20)
        self.assertEqual(left, [])
        for text in heard.values():
            self.assertRegex(text, rb"^$|^HTTP/1.1 (413|503) ")

    def test_deaf_clients_all_together(self):
        self.ask("PUT", "~/big/x", b"x" * (48 * MIB), status=201)
        with self.ordinary(10), self.within(1200):
            deaf = self.crowd(30, receive=4096)
            for link in deaf:
                link.sendall(self.head("GET", "~/big/x"))
                time.sleep(0.05)
            time.sleep(1)
        for link in deaf:
            vanish(link)


if __name__ == "__main__":
    couch.main()
