"""Goal: ten thousand connections cost little, and one too many hears why. Method: half of them rest
between requests, half of them hear a feed; the server's memory is read from /proc.
"""

import resource
import time

import couch
import crowd
from crowd import gather

UP = b"GET /_up HTTP/1.1\r\nHost: here\r\n\r\n"
STATUS_OK = b'{"status":"ok","seeds":{}}\n'


class Crowd(crowd.Case):
    """As many as there may be."""

    COUNT = 10_000

    @classmethod
    def setUpClass(cls):
        files = crowd.files_max()
        cls.count = min(1000 if crowd.sanitized() else cls.COUNT, files - 300)
        if cls.count < cls.COUNT:
            print(f"{cls.count} connections instead of {cls.COUNT}: {files} files may be open")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))   # It helps itself to more.
        cls.cluster = couch.Cluster(cls.NODES, ("--clients", cls.count))
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    def test_ten_thousand_connections(self):
        half = self.count // 2 - 10
        with self.within(1000, f"{2 * half} connections"):
            before = self.memory()
            idle = self.crowd(half)
            for link in idle:
                link.sendall(UP)
            heard, left = gather(idle, lambda text: STATUS_OK in text, 20)
            self.assertEqual(left, [])
            self.assertTrue(all(text.startswith(b"HTTP/1.1 200 ") for text in heard.values()))
            resting = self.memory()
            feeds = self.crowd(half)
            for link in feeds:
                link.sendall(self.head("GET", "~/_changes?feed=continuous&heartbeat=60000"))
            gather(feeds[-1:], lambda text: b"\n" in text, 1)
            print(f"{half} idle: {(resting - before) / half / 1024:.1f} KiB each; {half} feeds: "
                  f"{(self.memory() - resting) / half / 1024:.1f} KiB each")
            with self.ordinary(10):
                self.put("news")
                heard, left = gather(feeds, lambda text: b'"id":"news"' in text, 20)
                self.assertEqual([heard[link] for link in left], [])
            late = self.crowd(100)
            heard, left = gather(late, seconds=2)
            self.assertLessEqual(len(left), 20)         # They were let in.
            refused = sum(text.startswith(b"HTTP/1.1 503 ") for text in heard.values())
            self.assertEqual(refused + len(left), 100)
            for link in idle[::100]:
                link.sendall(UP)
            _, left = gather(idle[::100], lambda text: STATUS_OK in text)
            self.assertEqual(left, [])
        for link in idle + feeds + late:
            link.close()


class FewFiles(crowd.Case):
    """Where the system gives no more files, clients hear so, too."""

    @classmethod
    def setUpClass(cls):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        cls.cluster = couch.Cluster(cls.NODES, files=200)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == before

    def test_more_than_there_are_files(self):
        links = self.crowd(180)
        time.sleep(0.2)
        answers, _ = gather(links[150:], seconds=5)
        self.assertTrue(all(text.startswith(b"HTTP/1.1 503 ") for text in answers.values()))
        self.assertIn(b"too many connections", answers[links[-1]])
        links[0].sendall(UP)
        heard, _ = gather(links[:1], lambda text: STATUS_OK in text)
        self.assertIn(STATUS_OK, heard[links[0]])
        for link in links:
            link.close()


if __name__ == "__main__":
    couch.main()
