"""Goal: a replication reaches a real server outside the run (--outbound), both ways, and a recorded
session of it replays without one.
Method: two served clusters on the loopback interface: "near" replicates, "far" is somebody else's
server, which dies and comes back; answers of a server that makes no sense; then `glasshive run`.
"""

import base64
import http.server
import pathlib
import re
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import couch  # noqa: E402
import program  # noqa: E402

DATA = bytes(range(256)) * 40
TEXT = b"All work and no play. " * 200


class Outbound(program.Case):
    def setUp(self):
        super().setUp()
        self.far = self.serve()
        self.recording = self.folder / "near.hive"
        # Four times as fast as the wall: a job that crashed waits for half a minute.
        self.near = self.serve("--outbound", "--record", self.recording, "--seed", 3,
                               "--speed", 4)
        for cluster in (self.near, self.far):
            self.assertEqual(cluster.request("PUT", "/db").status, 201)

    def serve(self, *words, port=0):
        cluster = couch.Cluster(1, words, port)
        self.addCleanup(cluster.close)
        return cluster

    def url(self, cluster, database="/db", auth=couch.ADMIN):
        who = f"{auth[0]}:{auth[1]}@" if auth else ""
        return f"http://{who}127.0.0.1:{cluster.ports[0]}{database}"

    def replicate(self, source, target, status=200, **more):
        answer = self.near.request("POST", "/_replicate",
                                   {"source": source, "target": target, **more})
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def until(self, holds, seconds=25):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end, "it did not become so")
            time.sleep(0.05)

    def fill(self, cluster):
        """Ordinary documents, conflicts, a tombstone, attachments, a design document."""
        docs = [{"_id": f"d{i:03} ü/?", "n": i} for i in range(60)]
        docs.append({"_id": "att", "_attachments": {
            "a b.bin": {"content_type": "x/y", "data": base64.b64encode(DATA).decode()},
            "t.txt": {"content_type": "text/plain", "data": base64.b64encode(TEXT).decode()}}})
        docs.append({"_id": "_design/v", "views": {"n": {"map": "function(d) {emit(d.n);}"}},
                     "filters": {"even": "function(d) {return d.n % 2 == 0;}"}})
        self.assertEqual(cluster.request("POST", "/db/_bulk_docs", {"docs": docs}).status, 201)
        for rev in ("3-a", "3-b"):
            cluster.request("PUT", "/db/torn?new_edits=false", {"_id": "torn", "_revisions": {
                "start": 3, "ids": [rev[2:], "x", "w"]}})
        cluster.request("PUT", "/db/gone?new_edits=false", {"_rev": "2-z", "_deleted": True})

    def contents(self, cluster, database="/db"):
        rows = cluster.request("GET", database + "/_changes?style=all_docs")["results"]
        return sorted((row["id"], sorted(each["rev"] for each in row["changes"]),
                       row.get("deleted", False)) for row in rows)

    def end_and_replay(self):
        self.near.process.send_signal(signal.SIGINT)
        self.near.process.wait(program.SECONDS_MAX)
        self.far.close()
        again = self.call("run", self.recording, "-q")
        self.assertIn("repeats the recording: the digests are equal", again.stdout)

    def test_there_and_back_once(self):
        self.fill(self.far)
        pulled = self.replicate(self.url(self.far), self.url(self.near))
        self.assertEqual(pulled["history"][0]["docs_written"], 65)
        self.assertEqual(pulled["history"][0]["doc_write_failures"], 0)
        self.assertEqual(self.contents(self.near), self.contents(self.far))
        for name, bytes_ in (("a%20b.bin", DATA), ("t.txt", TEXT)):
            self.assertEqual(self.near.request("GET", f"/db/att/{name}").body, bytes_)
        self.assertEqual(self.near.request("GET", "/db/att").json,
                         self.far.request("GET", "/db/att").json)
        self.assertTrue(self.replicate(self.url(self.far), self.url(self.near))["no_changes"])

        self.near.request("PUT", "/db/mine", {"_attachments": {"a": {
            "content_type": "text/plain", "data": base64.b64encode(TEXT).decode()}}})
        pushed = self.replicate(self.url(self.near), self.url(self.far, "/new%2Fone"),
                                create_target=True)
        self.assertEqual(pushed["history"][0]["docs_written"], 66)
        self.assertEqual(self.contents(self.far, "/new%2Fone"), self.contents(self.near))
        self.assertEqual(self.far.request("GET", "/new%2Fone/mine/a").body, TEXT)
        notes = [row["id"] for row in self.far.request("GET", "/new%2Fone/_local_docs")["rows"]]
        self.assertEqual(len(notes), 1)
        self.end_and_replay()

    def test_some_of_it(self):
        self.fill(self.far)
        for number, (more, count) in enumerate((
                ({"doc_ids": ["att", "d001 ü/?", "none"]}, 2), ({"filter": "v/even"}, 30),
                ({"selector": {"n": {"$lt": 10}}}, 10), ({"winning_revs_only": True}, 64))):
            with self.subTest(**more):
                done = self.replicate(self.url(self.far), self.url(self.near, f"/t{number}"),
                                      create_target=True, **more)
                self.assertEqual(done["history"][0]["docs_written"], count)
        self.end_and_replay()

    def test_continuous_while_the_far_one_dies_and_comes_back(self):
        port = self.far.ports[0]
        self.far.request("PUT", "/db/one", {})
        document = {"source": self.url(self.far), "target": self.url(self.near),
                    "continuous": True}
        self.assertEqual(self.near.request("PUT", "/_replicator/pull", document).status, 201)
        self.until(lambda: self.near.request("GET", "/db/one").status == 200)
        self.far.request("PUT", "/db/two", {})
        self.until(lambda: self.near.request("GET", "/db/two").status == 200)
        self.assertEqual(self.near.request("GET", "/_scheduler/docs/_replicator/pull")["state"],
                         "running")
        self.far.process.kill()
        self.far.process.wait()
        self.far.close()
        self.near.request("PUT", "/db/meanwhile", {})     # Nobody waits for the dead one.
        self.far = self.serve(port=port)
        for name in ("one", "two", "three"):
            self.far.request("PUT", "/db", None)
            self.far.request("PUT", f"/db/{name}", {})
        self.until(lambda: self.near.request("GET", "/db/three").status == 200)
        self.end_and_replay()

    def test_attachments_travel_as_they_are_kept(self):
        self.fill(self.far)
        self.near.request("PUT", "/_node/_local/_config/attachments/compression_level", '"0"')
        self.replicate(self.url(self.far), self.url(self.near))
        kept = self.near.request("GET", "/db/att?att_encoding_info=true")["_attachments"]["t.txt"]
        self.assertEqual(kept["encoding"], "gzip")
        self.assertLess(kept["encoded_length"], kept["length"])
        self.assertEqual(self.near.request("GET", "/db/att").json,
                         self.far.request("GET", "/db/att").json)
        self.end_and_replay()

    def test_what_the_far_one_refuses_is_counted_and_left_behind(self):
        self.fill(self.near)
        self.far.request("PUT", "/db/_design/no", {
            "validate_doc_update": "function(d) { if (d._attachments || d.n % 2)"
                                   " throw({forbidden: 'no'}); }"})
        done = self.replicate(self.url(self.near), self.url(self.far))["history"][0]
        self.assertEqual((done["docs_read"], done["doc_write_failures"]), (65, 31))
        self.assertEqual(self.far.request("GET", "/db/att").status, 404)
        self.end_and_replay()

    def test_documents_push_to_the_far_one(self):
        self.near.request("PUT", "/db/one", {})
        near = f"http://adm:pass@127.0.0.1:{self.near.ports[0]}/db"
        self.near.request("PUT", "/_replicator/push", {
            "source": near, "target": {
                "url": self.url(self.far, auth=None),
                "auth": {"basic": {"username": "adm", "password": "pass"}}}})
        self.until(lambda: self.near.request("GET", "/_replicator/push").json.get(
            "_replication_state") == "completed")
        self.assertEqual(self.far.request("GET", "/db/one").status, 200)
        self.end_and_replay()

    def test_what_goes_wrong_is_said_as_couchdb_says_it(self):
        here = self.url(self.near)
        for source, status, error, reason in (
                (self.url(self.far, "/none"), 500, "db_not_found", "^could not open http://127"),
                (self.url(self.far, auth=None), 401, "unauthorized", "^unauthorized to access"),
                (self.url(self.far, auth=("adm", "no")), 401, "unauthorized", "^unauthorized"),
                ("http://127.0.0.1:1/db", 500, "error", "http_request_failed.*econnrefused"),
                ("http://no-such-host.invalid/db", 500, "nxdomain", "^could not resolve"),
                (f"https://127.0.0.1:{self.far.ports[0]}/db", 500, "error",
                 "https_is_not_supported")):
            with self.subTest(source=source):
                answer = self.replicate(source, here, status)
                self.assertEqual(answer["error"], error, answer)
                self.assertRegex(answer["reason"], reason)
        self.end_and_replay()

    def test_a_server_that_makes_no_sense(self):
        answers = [(200, b"["), (200, b"[]"), (200, b"\xff\xfe"), (200, b"{}"), (204, b""),
                   (404, b"<html>"), (302, b""), (429, b"{}"), (503, b"{}")]

        class Odd(http.server.BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                status, body = answers[self.server.which]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        odd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
        threading.Thread(target=odd.serve_forever, daemon=True).start()
        self.addCleanup(odd.server_close)
        self.addCleanup(odd.shutdown)
        there = f"http://127.0.0.1:{odd.server_port}/db"
        for odd.which in range(len(answers)):
            for source, target in ((there, self.url(self.near)), (self.url(self.near), there)):
                with self.subTest(answer=answers[odd.which]):
                    self.near.request("PUT", "/db/x", {})
                    said = self.replicate(source, target, status=500)
                    self.assertTrue(re.search(r"\w", said["error"]), said)
        self.assertEqual(self.near.request("GET", "/_up").status, 200)
        self.end_and_replay()


class Presets(program.Case):
    WORDS = ("--config", "couchdb/default_security=everyone", "--config", "a.b/c/d=e=f",
             "--config", "admins/other=secret", "--config", "chttpd_auth/iterations=10")

    def test_nodes_start_with_them_and_a_replay_does_too(self):
        recording = self.folder / "s.hive"
        cluster = couch.Cluster(2, (*self.WORDS, "--record", recording))
        self.addCleanup(cluster.close)
        for node in ("node1@127.0.0.1", "node2@127.0.0.1"):
            at = f"/_node/{node}/_config"
            self.assertEqual(cluster.request("GET", at + "/a.b").json, {"c/d": "e=f"})
            self.assertRegex(cluster.request("GET", at + "/admins/other").json, "^-pbkdf2")
        self.assertEqual(cluster.request("PUT", "/db", auth=("other", "secret")).status, 201)
        self.assertEqual(cluster.request("PUT", "/db/x", {}, auth=None).status, 201)
        cluster.process.send_signal(signal.SIGINT)
        cluster.process.wait(program.SECONDS_MAX)
        again = self.call("run", recording, "-q")
        self.assertIn("repeats the recording: the digests are equal", again.stdout)

    def test_what_is_none_is_refused(self):
        for word in ("x", "couchdb", "couchdb/x", "/x=1", "couchdb/=1", "a=b/c", ""):
            done = self.call("serve", "--config", word, status=2)
            self.assertIn("--config", done.stderr)
            self.assertIn("no key of a section", done.stderr)


if __name__ == "__main__":
    program.main()
