"""Goal: replications between databases: at once, continuous, filtered, refused, by document.
Method: stories over a cluster, and what /_scheduler and /_active_tasks tell meanwhile. Source:
couchdb.md §8; the stories of test/elixir/test/replication_test.exs.
"""

import base64
import re
import time

import couch
from couch import ABSENT, error


class Replication(couch.Case):
    NODES = 1

    def setUp(self):
        super().setUp()
        self.target = self.db + "t"
        self.ask("PUT", self.target + "?q=2", status=201)

    def url(self, database, auth=couch.ADMIN):
        who = f"{auth[0]}:{auth[1]}@" if auth else ""
        return f"http://{who}127.0.0.1:{self.cluster.ports[0]}{database}"

    def replicate(self, status=200, source=None, target=None, **more):
        body = {"source": source or self.url(self.db), "target": target or self.url(self.target),
                **more}
        return self.ask("POST", "/_replicate", body, status=status)

    def names(self, database):
        return [row["id"] for row in self.ask("GET", database + "/_all_docs")["rows"]]

    def test_once(self):
        self.bulk([{"_id": f"{i:02}", "n": i} for i in range(20)])
        gone = self.put("gone")
        self.ask("DELETE", f"~/gone?rev={gone}", status=200)
        answer = self.replicate().json
        self.assertIsNone(couch.differs({
            "ok": True, "session_id": re.compile("^[0-9a-f]{32}$"), "source_last_seq": str,
            "replication_id_version": 4, "history": [{
                "session_id": answer["session_id"], "start_time": re.compile("GMT$"),
                "end_time": str, "start_last_seq": lambda seq: seq in (0, "0"),
                "end_last_seq": str, "recorded_seq": str, "missing_checked": 21,
                "missing_found": 21, "docs_read": 21, "docs_written": 21,
                "doc_write_failures": 0}]}, answer))
        self.assertEqual(self.names(self.target), self.names(self.db))
        self.ask("GET", self.target, json={"doc_del_count": 1})
        again = self.replicate().json
        self.assertTrue(again["no_changes"])
        self.put("more", {"n": 1})
        third = self.replicate().json
        self.assertEqual(third["history"][0]["docs_written"], 1)
        self.assertEqual(len(third["history"]), 2)
        checkpoints = [row["id"] for row in self.ask("GET", "~/_local_docs")["rows"]]
        self.assertEqual(len(checkpoints), 1)
        self.ask("GET", f"{self.target}/{checkpoints[0]}", status=200,
                 json={"session_id": third["session_id"], "history": list})

    def test_conflicts_and_attachments_arrive(self):
        data = base64.b64encode(b"\x00\x01" * 500).decode()
        for rev in ("1-a", "1-b"):
            self.ask("PUT", "~/c?new_edits=false", {"_rev": rev}, status=201)
        self.put("a", {"_attachments": {"f.bin": {"content_type": "x/y", "data": data},
                                        "t.txt": {"content_type": "text/plain", "data": data}}})
        self.put("_design/d", {"views": {"v": {"map": "function(doc) { emit(1); }"}}})
        self.replicate()
        self.ask("GET", self.target + "/c?conflicts=true", json={"_rev": "1-b",
                                                                 "_conflicts": ["1-a"]})
        here = self.ask("GET", "~/a").json
        self.assertEqual(self.ask("GET", self.target + "/a").json, here)
        self.assertEqual(self.ask("GET", self.target + "/a/f.bin").body, b"\x00\x01" * 500)
        self.assertEqual(self.ask("GET", self.target + "/a/t.txt").body, b"\x00\x01" * 500)
        self.ask("GET", self.target + "/_design/d/_view/v", json={"total_rows": 2})

    def test_some_documents(self):
        self.put("_design/f", {"filters": {"even": "function(doc, req) { return doc.n % 2 == 0 &&"
                                                   " doc.n < (req.query.below || 99); }"}})
        self.bulk([{"_id": str(i), "n": i} for i in range(6)])
        for number, (more, wanted) in enumerate((
                ({"doc_ids": ["1", "3", "none"]}, ["1", "3"]),
                ({"filter": "f/even"}, ["0", "2", "4"]),
                ({"filter": "f/even", "query_params": {"below": "3"}}, ["0", "2"]),
                ({"selector": {"n": {"$gt": 3}}}, ["4", "5"]))):
            with self.subTest(**more):
                target = f"{self.target}{number}"
                self.replicate(target=self.url(target), create_target=True, **more)
                self.assertEqual(self.names(target), wanted)
        seq = self.ask("GET", "~")["update_seq"]
        self.put("late")
        self.replicate(since_seq=seq)
        self.assertEqual(self.names(self.target), ["late"])

    def test_continuous_and_its_end(self):
        self.put("a")
        answer = self.replicate(status=202, continuous=True).json
        job = answer["_local_id"]
        self.assertRegex(job, r"^[0-9a-f]{32}\+continuous$")
        self.until(lambda: self.names(self.target) == ["a"])
        self.put("b")
        self.until(lambda: self.names(self.target) == ["a", "b"])
        self.until(lambda: self.ask("GET", "/_active_tasks").json)
        self.ask("GET", "/_active_tasks", json=[{
            "type": "replication", "replication_id": job, "continuous": True, "node": str,
            "source": lambda text: "pass" not in text, "docs_written": int,
            "changes_pending": lambda n: n in (0, None), "checkpoint_interval": 30000}])
        self.ask("GET", "/_scheduler/jobs", status=200, json={
            "total_rows": 1, "offset": 0, "jobs": [{
                "id": job, "database": None, "doc_id": None, "history": list, "node": str,
                "pid": str, "source": str, "target": str, "start_time": str, "info": dict}]})
        self.ask("GET", f"/_scheduler/jobs/{couch.quote(job)}", status=200, json={"id": job})
        self.ask("GET", f"/_scheduler/jobs/{job}", status=200, json={"id": job})
        self.ask("GET", "/_scheduler/jobs/none", status=404)
        self.replicate(continuous=True, cancel=True)
        self.ask("GET", "/_scheduler/jobs", json={"total_rows": 0})
        self.replicate(status=404, continuous=True, cancel=True)

    def test_what_is_refused(self):
        missing = self.replicate(status=500, source=self.url("/nosuch")).json
        self.assertEqual(missing["error"], "db_not_found")
        self.assertRegex(missing["reason"], "^could not open http://")
        self.assertEqual(self.replicate(status=500, target=self.url("/nosuch"))["error"],
                         "db_not_found")
        # Without --outbound nobody else is there: not at another port, nor behind another name.
        for elsewhere in ("127.0.0.1:1", "localhost:1", "127.0.0.1", "10.0.0.9:5984", "[::1]:5984",
                          "example.com"):
            answer = self.replicate(status=500, source=f"http://{elsewhere}{self.db}")
            self.assertEqual(answer["error"], "db_not_found", elsewhere)
            self.assertRegex(answer["reason"], "^could not open http://")
        self.ask("POST", "/_replicate", {"source": self.db[1:]}, status=500)
        self.ask("POST", "/_replicate", "[]", status=400)
        self.ask("POST", "/_replicate", "{}", {"Content-Type": "text/plain"}, 415)
        self.ask("GET", "/_replicate", status=405)
        self.ask("POST", "/_replicate", {"source": "a", "target": "b"}, status=401, auth=None)
        self.ask("GET", "/_scheduler/nope", status=404)
        self.ask("POST", "/_scheduler/jobs", {}, status=405)

    def test_a_target_that_says_no(self):
        self.ask("PUT", self.target + "/_design/v", {
            "validate_doc_update": "function(n) { if (n.bad) throw({forbidden: 'no'}); }"},
            status=201)
        self.bulk([{"_id": "good"}, {"_id": "evil", "bad": True}])
        history = self.replicate()["history"][0]
        self.assertEqual((history["docs_written"], history["doc_write_failures"]), (1, 1))
        self.ask("GET", self.target + "/evil", status=404)

    def test_by_document(self):
        self.bulk([{"_id": "a"}, {"_id": "b"}])
        name = "job" + self.db[1:]
        self.ask("PUT", f"/_replicator/{name}", {
            "source": self.url(self.db), "target": self.url(self.target)}, status=201)
        self.until(lambda: self.ask("GET", f"/_replicator/{name}").json.get(
            "_replication_state") == "completed")
        self.ask("GET", f"/_replicator/{name}", json={
            "owner": "adm", "_replication_state_time": re.compile("Z$"),
            "_replication_stats": {"docs_written": 2, "doc_write_failures": 0,
                                   "docs_read": 2, "missing_revisions_found": 2}})
        self.assertEqual(self.names(self.target), ["a", "b"])
        row = {"database": "_replicator", "doc_id": name, "state": "completed", "error_count": 0,
               "id": lambda found: True, "info": dict, "last_updated": str}
        self.ask("GET", f"/_scheduler/docs/_replicator/{name}", status=200, json=row)
        found = self.ask("GET", "/_scheduler/docs?states=completed", status=200).json
        self.assertIn(name, [each["doc_id"] for each in found["docs"]])
        self.ask("GET", "/_scheduler/docs?limit=0", status=200, json={"docs": []})
        self.ask("GET", "/_scheduler/docs/_replicator/none", status=404)
        bad = "bad" + self.db[1:]
        self.ask("PUT", f"/_replicator/{bad}", {
            "source": self.url("/nosuch"), "target": self.url(self.target)}, status=201)
        self.until(lambda: self.ask("GET", f"/_scheduler/docs/_replicator/{bad}").json.get(
            "state") in ("crashing", "failed", "error"))
        for each in (name, bad):
            rev = self.ask("GET", f"/_replicator/{each}")["_rev"]
            self.ask("DELETE", f"/_replicator/{each}?rev={rev}", status=200)

    def test_documents_that_cannot_be(self):
        end = {"source": self.url(self.db), "target": self.url(self.target)}
        self.ask("PUT", f"{self.db}%2F_replicator", status=201)
        thrown = re.compile(r"^\{throw,\{bad_request,<<\"parameter `")
        for database in ("/_replicator", f"{self.db}%2F_replicator"):
            self.table(
                ("PUT", database + "/x", {}, 403, error("forbidden",
                                                        "Missing replicator database")),
                ("PUT", database + "/x", {"source": end["source"]}, 403),
                ("PUT", database + "/x", {**end, "source": {"junk": 42}}, 403,
                 error("forbidden", "endpoint has an invalid url")),
                ("PUT", database + "/x", {**end, "create_target": "bad"}, 403,
                 error("forbidden", thrown)),
                ("PUT", database + "/x", {**end, "doc_ids": 42}, 403, error("forbidden", thrown)),
                ("PUT", database + "/x", {**end, "selector": {}, "filter": "a/b"}, 403),
                ("PUT", database + "/x", {**end, "worker_processes": "many"}, 403),
                ("POST", database + "/_bulk_docs", {"docs": [{"_id": "x"}, end]}, 403,
                 error("forbidden", "Missing replicator database")),
                ("PUT", database + "/_local/x", {}, 201),
                ("PUT", database + "/x", {"_replication_state": "failed"}, 201))
            self.ask("GET", database + "/_design/_replicator", status=404)
            rev = self.ask("GET", database + "/x")["_rev"]
            self.ask("DELETE", f"{database}/x?rev={rev}", status=200)

    def test_tables_of_replications(self):
        name = f"{self.db}/_replicator"
        self.ask("PUT", f"/{couch.quote(name[1:])}", status=201)
        for i in range(3):
            self.ask("PUT", f"/{couch.quote(name[1:])}/{i}", {
                "source": self.url(self.db), "target": self.url(self.target),
                "doc_ids": [str(i)], "id": "kept"}, status=201)
        self.until(lambda: [row["state"] for row in self.ask(
            "GET", f"/_scheduler/docs{name}")["docs"]] == ["completed"] * 3)
        refused = "query_parse_error"
        bad_state = ("States must be one or more of "
                     "[initializing,error,running,pending,crashing,completed,failed]")
        self.table(
            ("GET", f"/_scheduler/docs/{couch.quote(name[1:])}", None, 200, {"total_rows": 3}),
            ("GET", f"/_scheduler/docs{name}?limit=1&skip=1", None, 200,
             {"total_rows": 3, "offset": 1, "docs": [{"doc_id": "1", "database": name[1:]}]}),
            ("GET", f"/_scheduler/docs{name}?descending=true&limit=1", None, 200,
             {"docs": [{"doc_id": "2"}]}),
            ("GET", f"/_scheduler/docs{name}?states=RUNNING,failed", None, 200,
             {"total_rows": 3, "docs": []}),
            ("GET", f"/_scheduler/docs{name}/2", None, 200, {"doc_id": "2", "state": "completed"}),
            ("GET", f"/_scheduler/docs{name}/none", None, 404, error("not_found", "missing")),
            ("GET", "/_scheduler/docs/none/_replicator", None, 404,
             error("not_found", "Database does not exist.")),
            ("GET", "/_scheduler/docs/a/b", None, 400, error("bad_request", "")),
            ("GET", "/_scheduler/docs?states=dead", None, 400, error(refused, bad_state)),
            ("GET", "/_scheduler/jobs?limit=a", None, 400,
             error(refused, "limit must be an integer")),
            ("GET", "/_scheduler/jobs?skip=-1", None, 400,
             error(refused, "skip not in range of [0,infinity]")),
            ("GET", "/_scheduler/nope", None, 404, {"error": "not found"}))
        self.ask("GET", f"/{couch.quote(name[1:])}/1", json={"id": "kept"})

    def test_targets_that_are_made(self):
        made = self.target + "m"
        self.replicate(target=self.url(made), create_target=True,
                       create_target_params={"q": "3", "partitioned": True})
        self.ask("GET", made, json={"cluster": {"q": 3}, "props": {"partitioned": True}})
        for more in ({"target": self.url("/_Bad")},
                     {"target": self.url(made + "2"), "create_target_params": {"q": "x"}},
                     {"target": self.url(made + "3"),
                      "create_target_params": {"partitioned": "maybe"}}):
            self.assertEqual(self.replicate(status=500, create_target=True, **more)["error"],
                             "db_not_found")
        self.ask("GET", "/%5FBad", status=404)
        for end in ("source_proxy", "target_proxy"):
            self.assertEqual(
                self.replicate(status=400, proxy="http://x", **{end: "http://y"})["reason"],
                f"`proxy` is mutually exclusive with `{end}`")

    def config(self, section, key, value):
        path = f"/_node/_local/_config/{section}/{key}"
        self.addCleanup(lambda: self.ask("DELETE", path))
        self.ask("PUT", path, f'"{value}"', status=200)

    def test_what_is_too_large(self):
        """Source: couch_replicator_large_atts_tests, _id_too_long_tests and
        couch_replicator_small_max_request_size_target of src/couch_replicator/test/eunit."""
        self.put("small")
        self.put("large", {"v": "x" * 1000})
        self.put("with", {"_attachments": {"a": {"data": "eHh4" * 400, "content_type": "a/b"}}})
        self.put("a_long_id")
        self.config("couchdb", "max_document_size", 500)
        self.config("couchdb", "max_attachment_size", 1000)
        self.config("replicator", "max_document_id_length", 5)
        history = self.replicate()["history"][0]
        self.assertEqual(self.names(self.target), ["small"])
        self.assertEqual((history["docs_written"], history["doc_write_failures"]), (1, 3))

    def test_what_a_request_leaves_out_is_configured(self):
        """couch_replicator_parse.erl default_options/0."""
        self.config("replicator", "checkpoint_interval", 7000)
        more = {"source": self.url(self.db), "target": self.url(self.target), "continuous": True}
        for given, told in (({}, 7000), ({"checkpoint_interval": 9000}, 9000)):
            self.ask("POST", "/_replicate", {**more, **given}, status=202)
            self.until(lambda: any(task["type"] == "replication"
                                   for task in self.ask("GET", "/_active_tasks").json))
            tasks = [task for task in self.ask("GET", "/_active_tasks").json
                     if task["type"] == "replication"]
            self.assertEqual([task["checkpoint_interval"] for task in tasks], [told])
            self.ask("POST", "/_replicate", {**more, "cancel": True}, status=200)
        self.config("replicator", "use_checkpoints", "false")
        self.put("a")
        self.assertFalse(self.replicate()["use_checkpoints"])
        self.assertEqual(self.replicate(use_checkpoints=True)["history"][0]["docs_written"], 0)
        self.config("replicator", "retries_per_request", 0)     # Nobody answers there: at once.
        before = time.monotonic()
        self.replicate(status=500, target="http://nowhere.example/db")
        self.assertLess(time.monotonic() - before, 5)

    def test_bare_names(self):
        """As whoever asks, in requests; in documents, ours, an admin's alone.
        Source: chttpd:fix_uri/3, couch_replicator_parse:parse_rep_db/3."""
        self.put("doc")
        bare = {"source": self.db[1:], "target": {"url": self.target[1:]}}
        user = {"name": "bare", "type": "user", "roles": [], "password": "secret"}
        self.ask("PUT", "/_users/org.couchdb.user:bare", user, status=201)
        members = {"members": {"names": ["bare"]}}
        who = {"auth": ("bare", "secret")}
        self.ask("POST", "/_replicate", bare, status=403, **who)
        self.ask("PUT", "~/_security", members, status=200)
        self.ask("POST", "/_replicate", bare, status=403, **who)
        self.ask("PUT", self.target + "/_security", members, status=200)
        self.ask("POST", "/_replicate", bare, status=200, **who)
        self.assertEqual(self.names(self.target), ["doc"])
        self.ask("POST", "/_replicate", {**bare, "target": "made", "create_target": True},
                 status=401, **who)
        self.ask("POST", "/_replicate", {**bare, "target": "made", "create_target": True},
                 status=200)
        self.ask("PUT", "/_replicator/_security", members, status=200)
        self.addCleanup(lambda: self.ask("PUT", "/_replicator/_security", {}))
        bare["target"] = self.target[1:]
        self.ask("PUT", "/_replicator/bare", bare, status=403,
                 json=error("forbidden", "local_endpoints_not_supported"), **who)
        self.ask("PUT", "/_replicator/bare", bare, status=201)

    def test_states_that_are_told(self):
        """Source: couch_replicator_doc_processor:maybe_update_doc_triggered/3, _error/2."""
        self.config("replicator", "update_docs", "true")
        ends = {"source": self.url(self.db), "target": self.url(self.target)}
        document = "/_replicator/told" + self.db[1:]
        for more, state in (({"continuous": True}, "triggered"), ({"filter": "no/one"}, "error")):
            path = document + state
            self.ask("PUT", path, {**ends, **more}, status=201)
            self.until(lambda p=path: "_replication_state" in self.ask("GET", p).json)
            told = self.ask("GET", path).json
            self.assertEqual(told["_replication_state"], state)
            self.assertEqual("_replication_state_reason" in told, state == "error")
            self.assertEqual(told["_replication_id"] is None, state == "error")
            self.ask("DELETE", f"{path}?rev={told['_rev']}", status=200)

    def test_users_of_both_sides(self):
        self.ask("PUT", "/_node/_local/_config/chttpd_auth/iterations", '"10"', status=200)
        made = self.ask("PUT", "/_users/org.couchdb.user:joe", {
            "name": "joe", "password": "erly", "type": "user", "roles": []})
        self.assertIn(made.status, (201, 409))
        self.put("a")
        joe = ("joe", "erly")
        self.replicate(status=403, source=self.url(self.db, joe))   # He may not read it.
        self.ask("PUT", "~/_security", {"members": {"names": ["joe"]}}, status=200)
        self.replicate(source=self.url(self.db, joe))
        self.assertEqual(self.names(self.target), ["a"])
        source = {"url": self.url(self.db, None), "auth": {"basic": {
            "username": "joe", "password": "erly"}}}
        self.replicate(source=source)
        header = {"url": self.url(self.db, None), "headers": {
            "Authorization": couch.basic(*joe)}}
        self.replicate(source=header)
        self.replicate(source=self.db[1:], target=self.target[1:])  # Names of our own.


if __name__ == "__main__":
    couch.main()
