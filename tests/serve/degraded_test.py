"""Goal: each statement of the checklist (couchdb.md §12) that needs more than one node, and each
row of the table of degraded clusters (§3.4). Method: three nodes with a port each, broken and
mended with `glasshive ctl` while requests go on.
"""

import threading

import couch
from couch import error


class Degraded(couch.Case):
    """Every test leaves all nodes running; `n3` and then `n2` die in the middle of them."""

    NODES = 3
    WORDS = ("--node-ports",)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.mend)

    def mend(self):
        self.cluster.ctl("fault", "start", "n2,n3")
        self.cluster.ctl("fault", "heal")

    def down(self, *nodes):
        self.cluster.ctl("fault", "crash", ",".join(nodes))

    def statuses(self, *requests):
        return [self.ask(*request).status for request in requests]

    # --- §3.4 ------------------------------------------------------------------------------------

    def test_the_table(self):
        doc, small = self.put("doc"), self.put("purged")
        # (row of §3.4, request, one of three down, two of three down)
        rows = (
            ("PUT db", lambda i: ("PUT", f"/made{i}"), 201, 202),
            ("DELETE db", lambda i: ("DELETE", f"/made{i}"), 202, 202),
            ("PUT _security", lambda i: ("PUT", "~/_security", {}), 200, 500),
            ("PUT doc", lambda i: ("PUT", f"~/new{i}", {}), 201, 202),
            ("PUT doc w=3", lambda i: ("PUT", f"~/three{i}?w=3", {}), 202, 202),
            ("PUT doc w=1", lambda i: ("PUT", f"~/one{i}?w=1", {}), 201, 201),
            ("PUT _local", lambda i: ("PUT", f"~/_local/x{i}", {}), 201, 202),
            ("_purge", lambda i: ("POST", "~/_purge", {"purged": [small]}), 201, 202),
            ("GET doc", lambda i: ("GET", "~/doc"), 200, 200),
            ("GET doc r=3", lambda i: ("GET", "~/doc?r=3"), 200, 200),          # §12, 18
            ("_ensure_full_commit", lambda i: ("POST", "~/_ensure_full_commit", {}), 201, 201),
            ("409 stays 409", lambda i: ("PUT", "~/doc", {}), 409, 409),
            ("DELETE _local", lambda i: ("DELETE", f"~/_local/x{i}"), 200, 202),
            ("_bulk_docs", lambda i: ("POST", "~/_bulk_docs", {"docs": [{}]}), 201, 202),
            ("COPY", lambda i: ("COPY", "~/doc", None, {"Destination": f"copy{i}"}), 201, 202),
            ("new_edits=false", lambda i: ("POST", "~/_bulk_docs", {
                "docs": [{"_id": "r", "_rev": "1-r"}], "new_edits": False}), 201, 201),
            ("_all_docs", lambda i: ("GET", "~/_all_docs"), 200, 200),
            ("_changes", lambda i: ("GET", "~/_changes"), 200, 200),
            ("attachment", lambda i: ("PUT", f"~/att{i}/x", b"x"), 201, 202),
            ("DELETE doc", lambda i: ("DELETE", f"~/new{i}?rev={couch.REV1}"), 200, 202),
        )
        for column, nodes in ((2, ("n3",)), (3, ("n2",))):
            self.down(*nodes)
            for row in rows:
                with self.subTest(row=row[0], down=column - 1):
                    answer = self.ask(*row[1](column))
                    self.assertEqual(answer.status, row[column], answer)
        answer = self.ask("PUT", "~/_security", {}, status=500)
        self.assertEqual(answer.json, error("error", "no_majority"))
        answer = self.ask("POST", "~/_bulk_docs", {"docs": [{"_id": "b"}]}, status=202).json
        self.assertTrue(answer[0]["accepted"])
        self.assertEqual(self.ask("GET", f"~/doc?rev={doc}").status, 200)

    def test_revs_limit_needs_every_copy(self):                                 # §12, 20
        self.down("n3")
        answer = self.ask("PUT", "~/_revs_limit", "7", status=500)
        self.assertEqual(answer["error"], "badmatch")
        self.assertEqual(self.cluster.request("GET", "/_up").status, 200)

    def test_deletion_says_202_of_a_missing_member(self):
        self.down("n3")
        self.ask("DELETE", self.db, status=202)
        self.ask("GET", self.db, status=404)

    # --- §12 -------------------------------------------------------------------------------------

    def test_1_202_is_stored_and_spreads(self):
        self.down("n2", "n3")
        rev = self.ask("PUT", "~/a", {"n": 1}, status=202)["rev"]
        self.assertEqual(self.ask("GET", "~/a", status=200)["_rev"], rev)
        self.mend()
        for node in range(3):
            self.ask("GET", "~/a?r=3", status=200, node=node, json={"n": 1})

    def test_2_two_coordinators_both_succeed(self):
        seen = set()
        for i in range(40):
            answers = [None, None]

            def write(k, name=f"race{i}", into=answers):
                into[k] = self.cluster.request("PUT", f"{self.db}/{name}", {"from": k}, node=k)
            threads = [threading.Thread(target=write, args=(k,)) for k in (0, 1)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            seen.add(tuple(sorted(each.status for each in answers)))
        # One of them may be late: then it is told so. Nothing else may happen.
        self.assertLessEqual(seen, {(201, 409), (201, 202), (202, 409), (202, 202), (409, 409)})

    def test_2_and_3_a_split_cluster_ends_in_a_conflict(self):
        rev = self.put("a", {"n": 0})
        self.cluster.ctl("fault", "partition", "n1", "n2,n3")
        # Nobody knows yet that the others are gone: a side waits for what does not answer.
        self.cluster.ctl("fault", "heal")
        self.down("n2", "n3")
        one = self.ask("PUT", "~/a", {"n": 1, "_rev": rev}, status=202)["rev"]
        self.cluster.ctl("fault", "start", "n2,n3")
        answer = self.ask("GET", "~/a?r=3&conflicts=true", status=200)
        self.assertEqual(answer["_rev"], one)

    def test_4_lists_ask_one_copy(self):
        self.put("a")
        self.down("n2", "n3")
        self.ask("GET", "~/_all_docs", status=200, json={"total_rows": 1})
        self.ask("POST", "~/_find", {"selector": {}}, status=200, json={"docs": [{"_id": "a"}]})
        self.ask("GET", "~", status=200, json={"doc_count": 1})

    def test_19_nodes_that_come_and_go_move_no_shards(self):
        before = self.ask("GET", "~/_shards").json
        self.down("n3")
        self.assertEqual(self.ask("GET", "~/_shards").json, before)
        self.ask("GET", "/_membership", json={
            "all_nodes": ["node1@127.0.0.1", "node2@127.0.0.1"],
            "cluster_nodes": [f"node{i}@127.0.0.1" for i in (1, 2, 3)]})
        self.mend()
        self.ask("GET", "/_membership", json={"all_nodes": lambda found: len(found) == 3})

    def test_a_database_without_copies(self):
        self.ask("PUT", "/lone?n=1&q=1", status=201)
        holder = self.ask("GET", "/lone/_shards")["shards"]["00000000-ffffffff"][0]
        if holder == "node1@127.0.0.1":     # Ask another node, and let this one die.
            asks, dies = 1, "n1"
        else:
            asks, dies = 0, "n" + holder[4]
        self.down(dies)
        try:
            gone = {"error": "internal_server_error",
                    "reason": "No DB shards could be opened.", "ref": int}
            for request in (("GET", "/lone/a"), ("PUT", "/lone/a", {}), ("GET", "/lone/_all_docs"),
                            ("GET", "/lone")):
                self.ask(*request, node=asks, status=500, json=gone)
        finally:
            self.cluster.ctl("fault", "start", dies)
        self.ask("DELETE", "/lone", status=200)

    def test_holes_in_the_ring(self):
        self.ask("PUT", "/holes?n=1&q=3", status=201)
        shards = self.ask("GET", "/holes/_shards")["shards"]
        self.assertEqual({nodes[0] for nodes in shards.values()},
                         {f"node{i}@127.0.0.1" for i in (1, 2, 3)})
        self.ask("POST", "/holes/_bulk_docs", {"docs": [{"_id": str(i)} for i in range(30)]},
                 status=201)
        self.down("n3")
        no_way = error("nodedown", "progress not possible")
        self.ask("GET", "/holes/_all_docs", status=500, json=no_way)
        self.ask("GET", "/holes/_changes", status=500, json=no_way)
        self.ask("GET", "/holes", status=500, json=no_way)
        self.ask("POST", "/holes/_all_docs", {"keys": ["1"]}, status=412,
                 json={"error": "nodedown"})
        self.ask("POST", "/holes/_find", {"selector": {}}, status=500)
        lost = next(str(i) for i in range(30) if "node3@127.0.0.1" in self.ask(
            "GET", f"/holes/_shards/{i}")["nodes"])
        self.ask("GET", f"/holes/{lost}", status=500, json=error("error", "read_failure"))
        self.ask("GET", f"/holes/{lost}?rev={couch.REV1}", status=503,
                 json={"error": "service unavailable"})
        self.ask("PUT", f"/holes/{lost}", {}, status=500,
                 json=error("error", "internal_server_error"))
        self.ask("POST", "/holes/_revs_diff", {lost: [couch.REV1]}, status=200,
                 json={lost: {"missing": [couch.REV1]}})
        self.ask("PUT", "/holes/_security", {}, status=500, json={"error": "error"})
        self.mend()
        self.ask("DELETE", "/holes", status=200)

    def test_a_node_in_maintenance_serves_no_shard(self):
        setting = "/_node/node3@127.0.0.1/_config/couchdb/maintenance_mode"
        self.ask("PUT", setting, '"true"', status=200)
        self.ask("PUT", "~/a?w=3", {}, status=202)
        self.ask("GET", "/_up", status=404, node=2)
        self.ask("GET", "~/a", status=200, node=2)          # It coordinates nevertheless.
        self.ask("DELETE", setting, status=200)
        self.ask("PUT", "~/b?w=3", {}, status=201)

    def test_a_frozen_node_holds_requests_up(self):                             # §12, 18
        self.put("a")
        self.cluster.ctl("fault", "pause", "n3")
        self.ask("GET", "~/a", status=200)                  # Two of three are enough.
        self.ask("PUT", "~/b", {}, status=201)
        answer = self.ask("GET", "~/a?r=3")                 # 60 s, or a net tick before that.
        self.assertTrue(answer.status == 200 or answer["error"] == "timeout", answer)
        self.ask("PUT", "~/c?w=3", {}, status=202)          # After 60 virtual seconds.


if __name__ == "__main__":
    couch.main()
