"""Goal: each statement of the checklist (couchdb.md §12) that needs more than one node, and each
row of the table of degraded clusters (§3.4). Method: three nodes with a port each, broken and
mended with `glasshive ctl` while requests go on.

Where each statement is proved, and what of apache/couchdb 3.5 makes it so (file function/arity,
below src/<application>/src):

 12.1  test_1_202_is_stored_and_spreads              fabric_doc_update.erl force_reply/3
 12.2  test_2_two_coordinators_both_succeed          fabric_doc_update.erl go/3, handle_message/3
 12.3  test_3_nobody_stands_in_for_a_copy            mem3_sync.erl, mem3_rep.erl go/2
 12.4  test_4_lists_ask_one_copy,
       test_4_lists_of_one_copy_are_stale            fabric_ring.erl handle_response/4
 12.5  documents: test_the_life_of_a_document        couch_db.erl prep_and_validate_update/5
 12.6  documents: test_conflicts_and_who_wins        couch_db_updater.erl merge_rev_tree/4
 12.7  documents: test_conflicts_and_who_wins        couch_doc.erl to_doc_info_path/1
 12.8  documents: test_local_documents               couch_db_updater.erl update_local_doc_revs/1
 12.9  bulk: test_conflicts_hide_in_a_201,
       test_revisions_as_they_are                    chttpd_db.erl db_req/2 (_bulk_docs)
 12.10 bulk: test_bulk_get                           chttpd_db.erl bulk_get_open_doc_revs/3
 12.11 documents: test_open_revisions                chttpd_db.erl db_doc_req/3 (GET)
 12.12 views: test_order_of_ids_is_of_bytes,
       test_collation                                fabric_view_all_docs.erl,
                                                     couch_ejson_compare.erl
 12.13 mango: test_operators                         mango_selector.erl match/3
 12.14 changes: test_rows, test_what_is_refused      fabric_view_changes.erl
                                                     validate_start_seq/2
 12.15 upkeep: test_compaction_drops_old_bodies      couch_bt_engine_compactor.erl
 12.16 test_16_purges_stay_in_their_cluster          fabric_doc_purge.erl go/3, mem3_rep.erl
                                                     push_purges/1
 12.17 views: test_what_is_refused, test_reduces     couch_query_servers.erl builtin_reduce/4
 12.18 test_the_table, test_a_frozen_node_holds…     fabric_doc_open.erl is_r_met/3, read_repair/1
 12.19 test_19_nodes_that_come_and_go…               mem3_nodes.erl; docs cluster/sharding.rst
 12.20 test_the_table, test_20_…                     fabric_db_meta.erl set_security/3,
                                                     set_revs_limit/3
 12.21 attachments: test_zipped_inside               couch_att.erl, couch_stream.erl

 3.4, of three nodes one down and two down:
 PUT db                  test_the_table, test_a_database_made_through_all_nodes_at_once
                                                     fabric_db_create.erl go/2, maybe_stop/2
 DELETE db               test_the_table              fabric_db_delete.erl maybe_stop/2
 PUT _security           test_the_table; no_ring:    fabric_db_meta.erl check_sec_set_int/2
                         test_holes_in_the_ring
 PUT _revs_limit         test_20_limits_need_every_copy  fabric_db_meta.erl handle_revs_message/3
 PUT doc                 test_the_table              fabric_doc_update.erl maybe_reply/3
 PUT/DELETE _local/x     test_the_table              fabric_doc_update.erl, as documents
 _purge                  test_the_table              fabric_doc_purge.erl format_resps/2
 GET doc (any r)         test_the_table              fabric_doc_open.erl handle_response/1
 _ensure_full_commit     test_the_table              chttpd_db.erl db_req/2
 n=2, one copy down      test_two_copies_and_one_down  mem3.erl quorum/1
 409 stays 409           test_the_table              fabric_doc_update.erl force_reply/3
"""

import json
import threading
import time

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
        doc = self.put("doc")
        purged = {i: self.put(f"purged{i}", {"n": i}) for i in (2, 3)}
        # (row of §3.4, request, one of three down, two of three down)
        rows = (
            ("PUT db", lambda i: ("PUT", f"/made{i}"), 201, 202),
            ("DELETE db", lambda i: ("DELETE", f"/made{i}"), 202, 202),
            ("PUT _security", lambda i: ("PUT", "~/_security", {"i": i}), 200, 500),
            ("PUT doc", lambda i: ("PUT", f"~/new{i}", {}), 201, 202),
            ("PUT doc w=3", lambda i: ("PUT", f"~/three{i}?w=3", {}), 202, 202),
            ("PUT doc w=1", lambda i: ("PUT", f"~/one{i}?w=1", {}), 201, 201),
            ("PUT _local", lambda i: ("PUT", f"~/_local/x{i}", {}), 201, 202),
            ("_purge", lambda i: ("POST", "~/_purge", {f"purged{i}": [purged[i]]}),
             201, 202),
            ("GET doc", lambda i: ("GET", "~/doc"), 200, 200),
            ("GET doc r=1", lambda i: ("GET", "~/doc?r=1"), 200, 200),
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
            # Stored is what was asked for, however few did it; and nothing is left of a purge.
            self.ask("GET", f"~/new{column}?deleted=true&rev=2-eec205a9d413992850a6e32678485900",
                     status=200)
            self.ask("GET", f"/made{column}", status=404)
            self.ask("GET", f"~/purged{column}", status=404, json=error("not_found", "missing"))
            self.ask("GET", "~/_security", json={"i": column}) if column == 2 else None
        answer = self.ask("PUT", "~/_security", {}, status=500)
        self.assertEqual(answer.json, error("error", "no_majority"))
        answer = self.ask("POST", "~/_bulk_docs", {"docs": [{"_id": "b"}]}, status=202).json
        self.assertTrue(answer[0]["accepted"])
        self.assertEqual(self.ask("GET", f"~/doc?rev={doc}").status, 200)

    def now(self):
        """Virtual seconds."""
        return json.loads(self.cluster.ctl("status", "--json"))["now"]

    def pass_a_minute(self, down, node):
        """Virtual: a request by way of one node waits for another that is down. No document is
        read: a read would repair what it finds."""
        self.down(down)
        self.ask("PUT", "~/_revs_limit", "1000", node=node, status=500)
        self.cluster.ctl("fault", "start", down)

    def test_20_limits_need_every_copy(self):
        # Nobody tells it that a copy is down, so it waits for the whole request_timeout; the
        # copies that live have the new limit nevertheless.
        for number, node in enumerate(("n3", "n2"), 1):
            self.down(node)
            for what, kind in (("_revs_limit", "badmatch"), ("_purged_infos_limit", "error")):
                with self.subTest(down=number, what=what):
                    begin = self.now()
                    answer = self.ask("PUT", f"~/{what}", str(number + 6), status=500)
                    self.assertEqual(answer["error"], kind)
                    self.assertIn("timeout", answer["reason"])
                    self.assertGreaterEqual(self.now() - begin, 60)
                    self.assertLess(self.now() - begin, 75)
                    self.ask("GET", f"~/{what}", status=200, json=number + 6)
        self.mend()
        self.ask("PUT", "~/_revs_limit", "5", status=200)

    def test_two_copies_and_one_down(self):
        self.ask("PUT", "/pair?n=2&q=1", status=201)
        nodes = self.ask("GET", "/pair/_shards")["shards"]["00000000-ffffffff"]
        self.ask("PUT", "/pair/a", {}, status=201)
        self.down("n3" if "node3@127.0.0.1" in nodes else "n2")
        self.ask("PUT", "/pair/b", {}, status=202)              # A majority of two is two.
        self.ask("PUT", "/pair/c?w=1", {}, status=201)
        self.ask("GET", "/pair/a", status=200)
        self.mend()
        self.ask("DELETE", "/pair", status=200)

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
        self.pass_a_minute("n2", 0)
        self.addCleanup(self.cluster.ctl, "fault", "start", "n1")
        self.down("n1", "n2")                    # By now n3 has heard of it from n1.
        self.ask("GET", "~/a", node=2, status=200, json={"_rev": rev, "n": 1})

    def at_once(self, *requests):
        """Statuses of requests to n1 and n2 that are heard at one instant: both were frozen when
        they came."""
        answers = [None] * len(requests)

        def send(k):
            method, path, body = requests[k]
            answers[k] = self.cluster.request(method, self.db + path[1:], body, node=k).status
        self.cluster.ctl("fault", "pause", "n1,n2")
        threads = [threading.Thread(target=send, args=(k,)) for k in range(len(requests))]
        for each in threads:
            each.start()
        while json.loads(self.cluster.ctl("status", "--json"))["open_requests"] < len(requests):
            pass
        self.cluster.ctl("fault", "start", "n1,n2")
        for each in threads:
            each.join()
        return sorted(answers)

    def test_a_database_made_through_all_nodes_at_once(self):
        """fabric_db_create.erl go/2: files first, so at most one finds none; then `_dbs`."""
        name = self.db + "-race"
        told = []

        def make(node):
            told.append(self.ask("PUT", name, node=node).status)

        for _ in range(5):
            told.clear()
            threads = [threading.Thread(target=make, args=(node,)) for node in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertTrue(told.count(412) >= 2 and set(told) <= {201, 412}, told)
            maps = {self.ask("GET", f"/_node/_local/_dbs{name}", node=node, status=200).body
                    for node in range(3)}
            self.assertEqual(len(maps), 1)
            self.ask("PUT", name + "/a", {}, status=201, node=1)
            self.ask("DELETE", name, status=200, node=2)
            self.ask("GET", name, status=404)

    def test_2_two_coordinators_both_succeed(self):
        # Each node's own copy hears its own node first: one edit has two copies, the other one.
        end = time.monotonic() + 20
        for i in range(5):
            rev = self.put(f"race{i}")
            statuses = self.at_once(*(("PUT", f"~/race{i}", {"from": k, "_rev": rev})
                                      for k in (1, 2)))
            self.assertEqual(statuses, [201, 202])
            self.ask("GET", f"~/race{i}?r=3", status=200)    # Copies differ: that mends them,
            for node in range(3):       # soon all. A conflict in one cluster, without replication.
                path = f"~/race{i}?r=3&conflicts=true"
                while "_conflicts" not in self.ask("GET", path, node=node).json:
                    self.assertLess(time.monotonic(), end)
                    time.sleep(0.01)
                self.assertEqual(len(self.ask("GET", path, node=node)["_conflicts"]), 1)

    def test_3_nobody_stands_in_for_a_copy(self):
        self.ask("PUT", "/few?n=2&q=1", status=201)
        self.addCleanup(self.ask, "DELETE", "/few")
        holders = [int(each[4]) for each in
                   self.ask("GET", "/few/_shards")["shards"]["00000000-ffffffff"]]
        other = ({1, 2, 3} - set(holders)).pop() - 1
        first, second = (f"n{each}" for each in holders)
        shards = lambda: [each["shards"] for each in json.loads(                    # noqa: E731
            self.cluster.ctl("status", "--json"))["nodes"]]
        before = shards()
        self.addCleanup(self.cluster.ctl, "fault", "start", "n1")
        self.cluster.ctl("fault", "crash", second)
        self.ask("PUT", "/few/a", {}, node=other, status=202)    # By a node without a copy.
        self.cluster.ctl("fault", "crash", first)
        # Whoever took the request kept nothing of it: the copy that missed it is told by nobody.
        self.cluster.ctl("fault", "start", second)
        self.ask("GET", "/few/a", node=other, status=404, json=error("not_found", "missing"))
        self.cluster.ctl("fault", "start", first)                # But the other copy tells it.
        self.assertEqual(shards(), before)
        self.pass_a_minute(f"n{other + 1}", int(second[1]) - 1)
        self.cluster.ctl("fault", "crash", first)
        self.ask("GET", "/few/a", node=other, status=200)
        self.cluster.ctl("fault", "start", first)

    def test_16_purges_stay_in_their_cluster(self):
        rev = self.put("a")
        target = f"{self.db}copy"
        base = f"http://127.0.0.1:{self.cluster.ports[0]}"
        give = {"source": base + self.db, "target": base + target, "create_target": True}
        for side in ("source", "target"):
            give[side] = {"url": give[side], "auth": {"basic": {
                "username": couch.ADMIN[0], "password": couch.ADMIN[1]}}}
        self.ask("POST", "/_replicate", give, status=200)
        # To a copy that slept the purge comes, and to the other database it does not.
        self.down("n3")
        self.ask("POST", "~/_purge", {"a": [rev]}, status=201, json={"purged": {"a": [rev]}})
        self.cluster.ctl("fault", "start", "n3")
        self.put("b")
        again = self.ask("POST", "/_replicate", give, status=200).json
        self.assertEqual(again["history"][0]["docs_written"], 1)
        self.ask("GET", f"{target}/a", status=200, json={"_rev": rev})
        self.down("n2")
        for node in (0, 2):
            self.ask("GET", "~/a?r=2", node=node, status=404, json=error("not_found", "missing"))
        self.mend()
        self.ask("DELETE", target, status=200)

    def test_4_lists_ask_one_copy(self):
        self.put("a")
        self.down("n2", "n3")
        self.ask("GET", "~/_all_docs", status=200, json={"total_rows": 1})
        self.ask("POST", "~/_find", {"selector": {}}, status=200, json={"docs": [{"_id": "a"}]})
        self.ask("GET", "~", status=200, json={"doc_count": 1})

    def test_4_lists_of_one_copy_are_stale(self):
        self.put("a")
        self.cluster.ctl("fault", "partition", "n1,n2", "n3")
        self.put("b")                                # Two of three have it: 201.
        # The nearest copy answers first, and nobody waits for what others know.
        begin = self.now()
        for node, count in ((0, 2), (2, 1)):
            self.ask("GET", "~/_all_docs", node=node, json={"total_rows": count})
            found = self.ask("POST", "~/_find", {"selector": {}}, node=node)["docs"]
            self.assertEqual(len(found), count)
            self.assertEqual(len(self.ask("GET", "~/_changes", node=node)["results"]), count)
            self.ask("GET", "~", node=node, json={"doc_count": count})
        self.assertLess(self.now() - begin, 5)
        self.cluster.ctl("fault", "heal")

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
        # Two of three copies are a majority, but not every range has one.
        self.ask("PUT", "/holes/_security", {}, status=500, json=error("error", "no_ring"))
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
        begin = self.now()
        answer = self.ask("GET", "~/a?r=3")                 # 60 s, or a net tick before that.
        self.assertGreater(self.now() - begin, 40)
        self.assertTrue(answer.status == 200 or answer["error"] == "timeout", answer)
        self.ask("PUT", "~/c?w=3", {}, status=202)          # After 60 virtual seconds.


if __name__ == "__main__":
    couch.main()
