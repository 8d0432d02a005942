"""Goal: whatever is sent, the answer is an error that says why, within bounds, and the server goes
on. Method: bytes on a socket, and bodies that are too deep, too large, too slow or broken.
"""

import json
import socket
import time

import couch
import crowd


class Hostile(crowd.Case):
    """Bytes that are no requests, or no bodies."""

    def raw(self, *pieces, pause=0.0, timeout=10, ends=True):
        """Sends bytes as they are; everything that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.cluster.ports[0]), timeout) as link:
            for piece in pieces:
                try:
                    link.sendall(piece)
                except OSError:
                    break
                time.sleep(pause)
            try:
                if ends:
                    link.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            back = b""
            try:
                while True:
                    got = link.recv(65536)
                    if not got:
                        return back
                    back += got
            except (TimeoutError, ConnectionResetError):
                return back

    def test_requests_that_are_none(self):
        for text in (b"\r\n\r\n", b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost\r\n\r\n", b"\x00\x01\x02\x03" * 100,
                     b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                     b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"G" * 100_000):
            with self.subTest(text=text[:40]):
                back = self.raw(text)
                if back:
                    self.assertRegex(back, rb"^HTTP/1\.[01] [1-5]\d\d")

    def test_bodies_whose_end_is_disputed(self):
        # What one server takes for a body another takes for the next request.
        inner = b"GET /_all_dbs HTTP/1.1\r\nHost: x\r\n\r\n"
        chunked, long = "Transfer-Encoding: chunked", "Content-Length: 40"
        with self.ordinary(), self.within(20):
            for lines in ((long, "Content-Length: 3"), (long, long), ("Content-Length: 40, 40",),
                          ("Content-Length: -40",), ("Content-Length: +40",),
                          ("Content-Length: 0x28",), ("Content-Length:",),
                          (long, chunked), (chunked, long), (chunked, chunked),
                          ("Transfer-Encoding: gzip",), ("Transfer-Encoding: xchunked",),
                          ("Transfer-Encoding: chunked, identity",), ("Transfer-Encoding:",),
                          ("Transfer-Encoding : chunked",), ("Content-Length\0: 40",)):
                with self.subTest(lines=lines):
                    back = self.raw(self.head("POST", "~/_all_docs", *lines), b"0\r\n\r\n", inner)
                    self.assertRegex(back, rb"^HTTP/1\.1 (400|501) ")
                    self.assertEqual(back.count(b"HTTP/1.1"), 1)      # Nothing else was heard.
                    self.assertIn(b'"reason":', back)

    def test_lines_that_never_end(self):
        start = self.head("PUT", "~/a", "Transfer-Encoding: chunked")
        flood = [b"a" * 65536] * 2000
        with self.ordinary(), self.within(40):
            for begin in (b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\n", b"G",
                          start + b"1;", start + b"0\r\nX: ", start + b"0" * 100):
                with self.subTest(begin=begin[-20:]):
                    back = self.raw(begin, *flood)
                    self.assertRegex(back, rb"^HTTP/1\.1 (400|413|431) ")
        for size in (b"f" * 16, b"f" * 40, b"-1", b" 5", b""):
            with self.subTest(size=size):
                self.assertRegex(self.raw(start + size + b"\r\nhello\r\n"),
                                 rb"^HTTP/1\.1 (400|413) ")

    def test_bytes_that_do_not_belong(self):
        for text in (b"GET /\0 HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n",
                     b"GET / HTTP/1.1\nHost: x\n\n", b"GET /\t HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/1.1\r\n: x\r\n\r\n", b"GET / HTTP/1.1\r\nA b: x\r\n\r\n",
                     b"G\xc3\x96T / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: a\rb\r\n\r\n"):
            with self.subTest(text=text):
                back = self.raw(text)
                self.assertRegex(back, rb'^HTTP/1\.1 400 [^$]*"error":"bad_request"')

    def test_heads_that_are_too_large(self):
        many = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n"
        back = self.raw(many)
        self.assertRegex(back, rb"^HTTP/1\.1 4\d\d")
        long = self.raw(b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertRegex(long, rb"^HTTP/1\.1 4\d\d")

    def test_bodies_that_are_too_large(self):
        head = (f"PUT {self.db}/a HTTP/1.1\r\nHost: x\r\nAuthorization: "
                f"{couch.basic(*couch.ADMIN)}\r\nContent-Length: {1 << 30}\r\n\r\n").encode()
        back = self.raw(head, b"x" * 65536)
        self.assertRegex(back, rb"^HTTP/1\.1 413")
        self.ask("PUT", "~/a", {"_id": "a", "x": "y" * 8_100_000}, status=413,
                 json=couch.error("document_too_large", "a"))

    def test_percent_signs(self):
        for path in ("/%", "/%4", "/%zz", "/db/%", "/db/x?rev=%", "/%00", "/a%00b/c"):
            with self.subTest(path=path):
                self.assertIn(self.ask("GET", path).status, (400, 404))

    def test_json_that_goes_deep(self):
        for depth in (1_000_000, 5_000):
            for text in ("[" * depth, '{"a":' * depth, "[" * depth + "]" * depth):
                self.ask("POST", "~/_bulk_docs", '{"docs":[{"a":' + text + "}]}", status=400)
        deep = '{"$not":' * 500 + '{"a":1}' + "}" * 500
        self.assertIn(self.ask("POST", "~/_find", '{"selector":' + deep + "}").status, (200, 400))
        for text in ("", "nul", '"', "{", "{\"a\"}", "[1,]", "{\"a\":1,}", "1e999999", "\ufeff{}"):
            self.ask("POST", "~/_bulk_docs", text, status=400)

    def test_json_that_is_odd(self):
        deep = 100_000
        with self.ordinary(), self.within(150):
            for text in ("[" * deep + "]" * deep, '{"a":' * deep + "1" + "}" * deep):
                answer = self.ask("PUT", "~/deep", '{"a":' + text + "}", status=400)
                self.assertEqual(answer["error"], "bad_request")
                self.ask("POST", "~/_find", '{"selector":{"a":' + text + "}}", status=400)
                self.ask("GET", "~/_all_docs?" + couch.urllib.parse.urlencode(
                    {"key": text[:20_000]}), status=400)
            for number in ("1e400", "-1e400", "1" * 400 + ".5e" + "9" * 400):
                self.ask("PUT", "~/number", f'{{"a":{number}}}', status=400)
            self.ask("PUT", "~/digits", f'{{"a":{"9" * 10_000}}}', status=400)
            digits = "9" * 300
            self.ask("PUT", "~/digits", f'{{"a":{digits}}}', status=201)
            self.assertIn(digits.encode(), self.ask("GET", "~/digits", status=200).body)
            for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82",
                        b"\\ud800", b"\\udc00x", b"\\ud800\\u0041", b"\x00", b"\n"):
                with self.subTest(bad=bad):
                    self.ask("PUT", "~/text", b'{"a":"' + bad + b'"}', status=400)
            self.put("pair", b'{"a":"\\ud83d\\ude00"}')
            self.assertEqual(self.ask("GET", "~/pair")["a"], "\U0001f600")

    def test_parts_that_do_not_add_up(self):
        def related(doc, *parts, boundary="b", ends=b"--", kind=None):
            lines = [b"--b\r\nContent-Type: application/json\r\n\r\n" + json.dumps(doc).encode()]
            lines += [b"\r\n--b\r\n\r\n" + part for part in parts]
            said = kind or f"multipart/related; boundary={boundary}"
            answer = self.ask("PUT", "~/parts", b"".join(lines) + b"\r\n--b" + ends,
                              {"Content-Type": said})
            return answer.status

        def follows(*lengths):
            return {"_attachments": {str(i): {"follows": True, "content_type": "x/x", "length": n}
                                     for i, n in enumerate(lengths)}}
        with self.ordinary(), self.within(20):
            for wrong in ((follows(5),), (follows(5, 5), b"hello"), (follows(6), b"hello"),
                          (follows(4), b"hello"), (follows(1 << 40), b"hello"),
                          (follows(-5), b"hello")):
                with self.subTest(wrong=wrong):
                    self.assertIn(related(*wrong), (400, 412, 413, 500))
                    self.ask("GET", "~/parts", status=404)       # Nothing of it was stored.
            self.assertIn(related(follows(5), b"hello", kind="multipart/related"), (400, 415))
            self.assertIn(related(follows(5), b"hello", boundary="other"), (400, 415))
            self.assertIn(related(follows(5), b"hello", ends=b""), (400, 500))
            self.ask("GET", "~/parts", status=404)
            # More than was announced: CouchDB reads on and stores what it was told of.
            self.assertIn(related(follows(5), b"hello", b"world"), (201, 400))

    def test_queries_that_make_no_sense(self):
        for path in ("~/_all_docs?limit=99999999999999999999", "~/_all_docs?keys=[", "~/_changes?"
                     "limit=99999999999999999999", "~/_changes?since=99-" + "g" * 5000,
                     "~/_changes?since=1-g1AAAAAAA", "~/x?open_revs=[[]]", "~/x?rev=99999999999999"
                     "999999-a", "~/x?rev=-1-a", "~/x?rev=1-", "~/_all_docs?key=" + "[" * 9000,
                     "~/x?r=99999999999", "~/_local_docs?limit=-1", "~/_changes?timeout=1e9"):
            with self.subTest(path=path[:60]):
                self.assertIn(self.ask("GET", path).status, (200, 400, 404, 500))
        for body in ({"docs": [{"_id": "a", "_rev": 1}]}, {"docs": [{"_attachments": 1}]},
                     {"docs": [{"_attachments": {"a": 1}}]}, {"docs": [None]},
                     {"docs": [{"_revisions": {"start": -1, "ids": ["a"]}}], "new_edits": False},
                     {"docs": [{"_revisions": {"start": 1, "ids": ["a", "b", "c"]}}],
                      "new_edits": False},
                     {"docs": [{"_attachments": {"a": {"data": "A", "encoding": "gzip"}}}]},
                     {"docs": [{"_attachments": {"a": {"follows": True}}}]}):
            with self.subTest(body=body):
                self.assertIn(self.ask("POST", "~/_bulk_docs", body).status, (400, 412, 500, 201))

    def test_parts_that_are_none(self):
        for boundary in ("x", "a" * 2000, '"', "--", "\u00e9"):
            for body in ("", "--x", "--x\r\n", "--x--", "--x\r\n\r\n--x--", "--x\r\n\r\n{}\r\n--x",
                         "--x\r\nContent-Type: application/json\r\n\r\n{\r\n--x--"):
                for kind in ("related", "form-data", "mixed"):
                    answer = self.ask(
                        "PUT", "~/p", body,
                        {"Content-Type": f"multipart/{kind}; boundary={boundary}".encode()})
                    self.assertIn(answer.status, (201, 400, 409, 415))

    def test_gzip_that_is_none(self):
        self.ask("POST", "~/_bulk_docs", b"no gzip", {
            "Content-Encoding": "gzip", "Content-Type": "application/json"}, 400)
        self.ask("PUT", "~/z/x", b"no gzip", {"Content-Encoding": "gzip"})
        self.assertIn(self.ask("GET", "~/z/x").status, (200, 404, 500))

    def test_authorizations_that_are_none(self):
        for header in ("", "Basic", "Basic !!!", "Basic " + "A" * 5000, "Digest x", "Basic Og==",
                       "basic YWRtOnBhc3M="):
            with self.subTest(header=header[:30]):
                answer = self.ask("GET", "/", None, {"Authorization": header}, auth=None)
                self.assertIn(answer.status, (200, 400, 401))
        for cookie in ("AuthSession=", "AuthSession=A", "AuthSession=" + "Z" * 9000,
                       "AuthSession=YWRtOjA6eA", "x; y; z", "AuthSession=\"\""):
            with self.subTest(cookie=cookie[:30]):
                answer = self.ask("GET", "/", None, {"Cookie": cookie}, auth=None)
                self.assertIn(answer.status, (200, 400, 401))

    def test_bodies_that_trickle(self):
        body = json.dumps({"x": 1}).encode()
        head = (f"PUT {self.db}/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: "
                f"{couch.basic(*couch.ADMIN)}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        back = self.raw(head, *[body[i:i + 1] for i in range(len(body))], pause=0.02,
                        ends=False)
        self.assertRegex(back, rb"^HTTP/1\.1 201")
        chunks = [b"%x\r\n%s\r\n" % (1, body[i:i + 1]) for i in range(len(body))]
        head = head.replace(b"Content-Length: 8", b"Transfer-Encoding: chunked").replace(
            b"/slow", b"/chunks")
        self.assertRegex(self.raw(head, *chunks, b"0\r\n\r\n", ends=False), rb"^HTTP/1\.1 201")
        self.raw(head)                                   # Gone in the middle.
        unsent = (f"PUT {self.db}-unsent HTTP/1.1\r\nHost: x\r\nAuthorization: "
                  f"{couch.basic(*couch.ADMIN)}\r\nContent-Length: 13\r\n\r\n").encode()
        self.assertRegex(self.raw(unsent, ends=False), rb"(?s)^HTTP/1\.1 201 .*\nConnection: close")
        expects = head.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n").replace(
            b"/chunks", b"/expects")
        self.assertRegex(self.raw(expects, *chunks, b"0\r\n\r\n", ends=False),
                         rb"HTTP/1\.1 201")

    def test_scripts_that_never_end(self):
        self.put("a")
        self.put("_design/loop", {"views": {"v": {"map": "function(doc) { while (true) {} }"}}})
        self.ask("GET", "~/_design/loop/_view/v?limit=1")
        self.put("_design/throw", {"views": {"v": {"map": "function(doc) { throw 1; }"}}})
        self.ask("GET", "~/_design/throw/_view/v", status=200, json={"total_rows": 0})


if __name__ == "__main__":
    couch.main()
