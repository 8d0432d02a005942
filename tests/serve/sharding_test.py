"""Goal: an administrator splits shards, moves a copy by hand and changes who is a member, as
CouchDB's own pages on sharding and nodes tell; answers have mem3_reshard_httpd's shapes. Method:
four nodes with a port each; virtual time runs fast, so that jobs end while the test asks.
"""

import re
import time

import couch
from couch import error

SECOND = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
JOB = re.compile(r"^001-[0-9a-f]{64}$")
STEPS = ["initial_copy", "topoff1", "build_indices", "topoff2", "copy_local_docs",
         "update_shardmap", "wait_source_close", "topoff3", "source_delete"]


class Sharding(couch.Case):
    NODES = 4
    WORDS = ("--node-ports", "--speed", "50")
    Q = 1

    def setUp(self):
        super().setUp()
        self.addCleanup(self.tidy)
        self.bulk([{"_id": f"doc{i}", "n": i} for i in range(300)])
        self.put("_design/d", {"views": {"n": {"map": "function(doc) { emit(doc.n, 1); }",
                                               "reduce": "_sum"}}})

    def tidy(self):
        self.ask("PUT", "/_reshard/state", {"state": "running"}, status=200)
        for job in self.ask("GET", "/_reshard/jobs")["jobs"]:
            self.ask("DELETE", f"/_reshard/jobs/{job['id']}", status=200)

    def shards(self, node=0):
        return self.ask("GET", "~/_shards", status=200, node=node)["shards"]

    def jobs(self):
        return self.ask("GET", "/_reshard/jobs", status=200)["jobs"]

    def split(self, **body):
        made = self.ask("POST", "/_reshard/jobs", {"type": "split", **body}, status=201).json
        self.until(lambda: all(job["job_state"] == "completed" for job in self.jobs()))
        return made

    def test_a_database_is_split_while_it_is_used(self):
        before = self.ask("GET", "~/_changes", status=200)["last_seq"]
        self.assertEqual(list(self.shards()), ["00000000-ffffffff"])
        made = self.ask("POST", "/_reshard/jobs", {"type": "split", "db": self.db[1:]},
                        status=201).json
        self.assertEqual(len(made), 3)
        for i in range(40):
            self.put(f"new{i}", {"n": 1})
            rows = self.ask("GET", "~/_design/d/_view/n", status=200)["rows"]
            # One copy decides (r = 1): it may be a new file that still lacks the last topping off.
            self.assertTrue(300 <= rows[0]["value"] <= 301 + i, rows)
        self.until(lambda: all(job["job_state"] == "completed" for job in self.jobs()))
        self.until(lambda: self.ask("GET", "~/_design/d/_view/n")["rows"][0]["value"] == 340)
        for node in range(4):
            self.assertEqual(list(self.shards(node)), ["00000000-7fffffff", "80000000-ffffffff"])
        self.ask("GET", self.db, json={"doc_count": 341, "cluster": {"q": 2, "n": 3}})
        changes = self.ask("GET", f"~/_changes?since={before}", status=200)["results"]
        self.assertEqual(sorted(row["id"] for row in changes),
                         sorted(f"new{i}" for i in range(40)))
        changelog = self.ask("GET", f"/_node/_local/_dbs{self.db}", status=200)["changelog"]
        self.assertEqual([line[:3] for line in changelog[3:]],
                         [["split", "00000000-ffffffff", 2]] * 3)

    def test_what_a_job_tells(self):
        node = self.shards()["00000000-ffffffff"][0]
        self.assertEqual(len(self.split(db=self.db[1:], node=node)), 1)
        job = self.jobs()[0]
        suffix = job["source"].rsplit(".", 1)[1]
        wrong = couch.differs({
            "id": JOB, "type": "split", "job_state": "completed", "split_state": "completed",
            "source": f"shards/00000000-ffffffff{self.db}.{suffix}",
            "target": [f"shards/{part}{self.db}.{suffix}"
                       for part in ("00000000-7fffffff", "80000000-ffffffff")],
            "state_info": {}, "start_time": SECOND, "update_time": SECOND,
            "history": [{"type": "new", "detail": None, "timestamp": SECOND},
                        *({"type": "running", "detail": step} for step in STEPS),
                        {"type": "completed", "detail": None}]}, job)
        self.assertIsNone(wrong)
        self.ask("GET", f"/_reshard/jobs/{job['id']}", status=200, json=job)
        self.table(
            ("GET", f"/_reshard/jobs/{job['id']}/state", None, 200,
             {"state": "completed", "reason": None}),
            ("GET", "/_reshard", None, 200,
             {"state": "running", "state_reason": None, "completed": 1, "failed": 0, "running": 0,
              "stopped": 0, "total": 1}),
            ("PUT", f"/_reshard/jobs/{job['id']}/state", {"state": "stopped"}, 200, {"ok": True}),
            ("GET", f"/_reshard/jobs/{job['id']}/state", None, 200, {"state": "completed"}),
            ("DELETE", f"/_reshard/jobs/{job['id']}", None, 200, {"ok": True}),
            ("DELETE", f"/_reshard/jobs/{job['id']}", None, 404),
            ("GET", f"/_reshard/jobs/{job['id']}/state", None, 404),
            ("POST", f"/_reshard/jobs/{job['id']}", {}, 405),
        )
        self.assertEqual(len(self.shards()), 3)      # One node's copy is split, two are whole.
        self.put("goes-on")

    def test_jobs_go_with_their_database(self):
        self.split(db=self.db[1:])
        self.ask("PUT", "/other?q=1", status=201)
        other, *_ = self.split(db="other")
        self.ask("DELETE", "~", status=200)
        self.until(lambda: {job["target"][0].split("/")[2].split(".")[0] for job in self.jobs()}
                   == {"other"})
        self.ask("GET", f"/_reshard/jobs/{other['id']}", status=200)
        self.ask("DELETE", "/other", status=200)
        self.until(lambda: not self.jobs())
        self.ask("GET", "/_reshard", status=200, json={"total": 0})

    def test_what_is_refused(self):
        bad = lambda reason: error("bad_request", reason)
        shard = "shards/00000000-ffffffff" + self.db + ".1"
        self.table(
            ("POST", "/_reshard/jobs", {"type": "merge", "db": "a"}, 400,
             bad("`type` must be `split`")),
            ("POST", "/_reshard/jobs", {"type": "split"}, 400,
             bad("Must specify at least `db` or `shard`")),
            ("POST", "/_reshard/jobs", {"type": "split", "db": "nosuch"}, 400,
             bad("`db` does not exist")),
            ("POST", "/_reshard/jobs", {"type": "split", "db": self.db[1:], "shard": shard}, 400,
             bad("`db` and `shard` are mutually exclusive")),
            ("POST", "/_reshard/jobs", {"type": "split", "shard": "x"}, 400,
             bad("`shard` is invalid")),
            ("POST", "/_reshard/jobs", {"type": "split", "shard": shard}, 404),
            ("POST", "/_reshard/jobs", {"type": "split", "db": self.db[1:],
                                        "range": "00000000-7fffffff"}, 404),
            ("PUT", "/_reshard/state", {"state": "stopped", "reason": "tea"}, 200, {"ok": True}),
            ("GET", "/_reshard/state", None, 200, {"state": "stopped", "reason": "tea"}),
            ("POST", "/_reshard/jobs", {"type": "split", "db": self.db[1:]}, 500,
             [{"error": '{stopped,<<"tea">>}', "node": str, "shard": str}] * 3),
            ("PUT", "/_reshard/state", {"state": "running"}, 200, {"ok": True}),
            ("GET", "/_reshard", None, 200, {"state": "running", "total": 0}),
        )

    def test_a_copy_is_moved_by_hand(self):
        path = f"/_node/_local/_dbs{self.db}"
        document = self.ask("GET", path, status=200).json
        whole = "00000000-ffffffff"
        nodes = document["by_range"][whole]
        absent = next(f"node{i}@127.0.0.1" for i in range(1, 5)
                      if f"node{i}@127.0.0.1" not in nodes)
        leaving = nodes[0]
        self.assertRegex(document["_rev"], "^1-[0-9a-f]{32}$")
        self.ask("PUT", path, {**document, "_rev": "1-abc"}, status=409)
        self.ask("PUT", path, {**document, "by_node": 1}, status=400)
        maintenance = f"/_node/{absent}/_config/couchdb/maintenance_mode"
        self.ask("PUT", maintenance, '"true"', status=200)
        document["changelog"].append(["add", whole, absent])
        document["by_node"][absent] = [whole]
        document["by_range"][whole].append(absent)
        answer = self.ask("PUT", path, document, status=201).json
        self.assertRegex(answer["rev"], "^2-[0-9a-f]{32}$")
        at = int(absent[4]) - 1
        self.until(lambda: absent in self.shards(at).get(whole, []))
        self.ask("POST", "~/_sync_shards", {}, status=202)
        idle = f"/_node/{absent}/_system"
        self.until(lambda: self.ask("GET", idle)["internal_replication_jobs"] == 0)
        time.sleep(0.5)
        self.ask("PUT", maintenance, '"false"', status=200)
        document = self.ask("GET", path, status=200).json
        document["changelog"].append(["remove", whole, leaving])
        del document["by_node"][leaving]
        document["by_range"][whole].remove(leaving)
        self.ask("PUT", path, document, status=201, json={"rev": re.compile("^3-")})
        self.until(lambda: all(leaving not in self.shards(i)[whole] for i in range(4)))
        for i in range(0, 300, 30):
            self.ask("GET", f"~/doc{i}?r=3", status=200, json={"n": i})
        self.assertEqual(self.ask("GET", "~/_all_docs?limit=0", status=200)["total_rows"], 301)

    def test_members_leave_and_join(self):
        path = "/_node/_local/_nodes/node4@127.0.0.1"
        rev = self.ask("GET", path, status=200)["_rev"]
        before = self.shards()
        self.ask("DELETE", path, status=409)
        self.ask("DELETE", f"{path}?rev={rev}", status=200, json={"ok": True})
        self.ask("GET", path, status=404)
        members = lambda node: self.ask("GET", "/_membership", node=node)["cluster_nodes"]
        self.until(lambda: all(len(members(node)) == 3 for node in range(4)))
        self.assertEqual(self.shards(), before)
        self.ask("PUT", "/without?q=8&n=3", status=201)
        self.assertNotIn("node4@127.0.0.1",
                         self.ask("GET", "/_node/_local/_dbs/without")["by_node"])
        self.ask("PUT", path, {"zone": "z"}, status=201)
        self.ask("GET", path, status=200, json={"zone": "z"})
        self.until(lambda: all(len(members(node)) == 4 for node in range(4)))
        self.assertEqual(self.shards(), before)
        self.ask("PUT", "/with?q=8&n=3", status=201)
        self.assertIn("node4@127.0.0.1", self.ask("GET", "/_node/_local/_dbs/with")["by_node"])
        node4 = {"host": "127.0.0.1", "name": "node4"}
        self.table(
            ("POST", "/_cluster_setup", {"action": "remove_node", **node4}, 201, {"ok": True}),
            ("GET", path, None, 404),
            ("POST", "/_cluster_setup", {"action": "add_node", **node4}, 201, {"ok": True}),
            ("GET", path, None, 200),
            ("POST", "/_cluster_setup", {"action": "add_node", "host": "nowhere"}, 400),
        )

    def test_maintenance_mode(self):
        for mode, status in (("true", 404), ("nolb", 404), ("false", 200)):
            self.ask("PUT", "/_node/_local/_config/couchdb/maintenance_mode", f'"{mode}"',
                     node=1, status=200)
            self.ask("GET", "/_up", node=1, status=status)
            self.ask("GET", "~/doc1", node=1, status=200)      # It still coordinates.


if __name__ == "__main__":
    couch.main()
