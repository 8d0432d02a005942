"""A client for `glasshive serve`: starts a cluster, sends requests, compares answers.

A test class has one cluster for all its tests and a fresh database for each of them. Answers are
compared by `same`: dictionaries may hold more than what is expected, everything else is exact, and
a function or a pattern stands for what cannot be known before.
"""

import base64
import email.parser
import http.client
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

ADMIN = ("adm", "pass")
SECONDS_MAX = 30
REV1 = "1-967a00dff5e02add41819138abb3284d"      # Of {}, as a real node makes it.


def quote(text):
    return urllib.parse.quote(text, safe="")


def query(**members):
    """The members as a query string; what is no text as JSON."""
    pairs = {k: v if isinstance(v, str) else json.dumps(v, separators=(",", ":"))
             for k, v in members.items()}
    return "?" + urllib.parse.urlencode(pairs)


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


class Answer:
    """Status, headers (by their names in lower case) and body; `json` reads it."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = {}
        for name, value in answer.getheaders():
            self.headers[name.lower()] = value
        self.body = answer.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.split(b"\n") if line.strip()]

    def __getitem__(self, key):
        return self.json[key]

    def parts(self):
        """(headers, body) of each part of a multipart answer."""
        return parts(self.headers["content-type"], self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:2000]!r}"


def parts(content_type, body):
    boundary = re.search(r'boundary="?([^";]+)"?', content_type).group(1).encode()
    out = []
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return out
        head, _, rest = piece.partition(b"\r\n\r\n")
        headers = email.parser.Parser().parsestr(head.decode().lstrip("\r\n"))
        out.append(({k.lower(): v for k, v in headers.items()}, rest))
    raise AssertionError(f"the last boundary is missing: {body!r}")


class Cluster:
    """A cluster that is being served, and how to talk to it."""

    def __init__(self, nodes=3, words=(), port=0, files=None):
        """`files`: how many it may have open, if fewer than usual."""
        few = files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))
        self.folder = tempfile.TemporaryDirectory(prefix="hive")
        self.process = subprocess.Popen(
            [str(program.glasshive), "serve", "--couchdb", f"127.0.0.1:{port}",
             "--nodes", str(nodes), "--admin", ":".join(ADMIN), *map(str, words)],
            stdout=subprocess.PIPE, text=True, cwd=self.folder.name, preexec_fn=few,
            env=program.environment(XDG_RUNTIME_DIR=self.folder.name))
        self.ports = []
        wanted = nodes if "--node-ports" in words else 1
        while len(self.ports) < wanted:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"it ended: {self.process.wait()}")
            self.ports += [int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+)", line)]

    def close(self):
        self.process.terminate()
        self.process.wait(SECONDS_MAX)
        self.process.stdout.close()
        self.folder.cleanup()

    def connect(self, node=0):
        return http.client.HTTPConnection("127.0.0.1", self.ports[node], timeout=SECONDS_MAX)

    def request(self, method, path, body=None, headers=None, auth=ADMIN, node=0):
        """One request; a body that is no text and no bytes is sent as JSON."""
        given = dict(headers or {})
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body, ensure_ascii=False)
        if isinstance(body, str):
            body = body.encode()
            if not any(name.lower() == "content-type" for name in given):
                given["Content-Type"] = "application/json"
        if auth:
            given["Authorization"] = basic(*auth)
        given = {name: value for name, value in given.items() if value is not None}
        connection = self.connect(node)
        try:
            connection.request(method, path, body, given)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ctl(self, *words):
        done = subprocess.run(
            [str(program.glasshive), "ctl", "--to", f"127.0.0.1:{self.ports[0]}", *words],
            text=True, capture_output=True, timeout=SECONDS_MAX, check=False,
            env=program.environment(XDG_RUNTIME_DIR=self.folder.name))
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout


def differs(wanted, found, path="answer"):
    """Where `found` is not what is wanted, or nothing."""
    if isinstance(wanted, type):
        return None if isinstance(found, wanted) else f"{path}: {found!r} is no {wanted}"
    if callable(wanted):
        return None if wanted(found) else f"{path}: {found!r}"
    if isinstance(wanted, re.Pattern):
        ok = isinstance(found, str) and wanted.search(found)
        return None if ok else f"{path}: {found!r} is not like {wanted.pattern}"
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            if value is ABSENT:
                if key in found:
                    return f"{path}.{key}: is there: {found[key]!r}"
                continue
            if key not in found:
                return f"{path}.{key}: is not there: {found!r}"
            wrong = differs(value, found[key], f"{path}.{key}")
            if wrong:
                return wrong
        return None
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            return f"{path}: {len(found)} instead of {len(wanted)}: {found!r}"
        for i, value in enumerate(wanted):
            wrong = differs(value, found[i], f"{path}[{i}]")
            if wrong:
                return wrong
        return None
    same = wanted == found and isinstance(wanted, bool) == isinstance(found, bool)
    return None if same else f"{path}: {found!r} instead of {wanted!r}"


class _Absent:
    def __repr__(self):
        return "ABSENT"


ABSENT = _Absent()    # A member that must not be there.


def error(name, reason=None):
    return {"error": name} if reason is None else {"error": name, "reason": reason}


class Case(program.Case):
    """Tests of one cluster: `self.db` is a database of its own for each test."""

    NODES = 1
    WORDS = ()
    Q = 2
    PARTITIONED = False
    cluster = None
    count = 0

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(cls.NODES, cls.WORDS)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def setUp(self):
        super().setUp()
        Case.count += 1
        self.db = f"/db{Case.count}"
        more = "&partitioned=true" if self.PARTITIONED else ""
        self.ask("PUT", f"{self.db}?q={self.Q}{more}", status=201)

    def until(self, holds, seconds=10):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end, "it did not become so")
            time.sleep(0.05)

    def ask(self, method, path, body=None, headers=None, status=None, json=None, **more):
        """Sends a request ("~" in front of a path: the test's database); checks the answer."""
        if path.startswith("~"):
            path = self.db + path[1:]
        answer = self.cluster.request(method, path, body, headers, **more)
        what = f"{method} {path} {body!r}"
        if status is not None and answer.status != status:
            self.fail(f"{what}: {answer.status} instead of {status}: {answer!r}")
        if json is not None:
            wrong = differs(json, answer.json)
            if wrong:
                self.fail(f"{what}: {wrong}")
        return answer

    def table(self, *rows):
        """Rows (method, path, body, status[, JSON or text expected[, headers expected]]), in
        order; each is told when it fails, and the others are asked nevertheless."""
        for row in rows:
            method, path, body, status, wanted, headers = (*row, None, None)[:6]
            sent = None
            if isinstance(body, tuple):
                body, sent = body
            with self.subTest(request=f"{method} {path}", body=body):
                answer = self.ask(method, path, body, sent, status)
                if isinstance(wanted, str):
                    self.assertEqual(answer.body.decode(), wanted)
                elif wanted is not None:
                    self.assertIsNone(differs(wanted, answer.json))
                if headers:
                    self.assertIsNone(differs(headers, answer.headers, "headers"))

    def put(self, name, body=None, **more):
        """Stores a document; says its revision."""
        more.setdefault("status", 201)
        return self.ask("PUT", f"~/{name}", {} if body is None else body, **more)["rev"]

    def bulk(self, docs, new_edits=True, status=201):
        return self.ask("POST", "~/_bulk_docs", {"docs": docs, "new_edits": new_edits},
                        status=status).json


main = program.main
