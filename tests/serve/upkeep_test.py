"""Goal: what is done to databases: purges, compaction, limits, shards, partitions. Method: tables
of requests. Source: couchdb.md §1.4, §2, §10; chttpd_db.erl, mem3_httpd.erl, couch_partition.erl;
the stories of test/elixir/test/{purge,compact,rev_stemming,partition_*}_test.exs.
"""

import re
import time

import couch
from couch import ABSENT, error


class Upkeep(couch.Case):
    def test_purges(self):
        self.put("_design/d", {"views": {"v": {"map": "function(doc) { emit(doc._id, 1); }"}}})
        a, b = self.put("a", {"v": 1}), self.put("b", {"v": 2})
        self.ask("GET", "~/_design/d/_view/v", json={"total_rows": 2})
        self.table(
            ("POST", "~/_purge", {"a": [a], "none": ["1-x"]}, 201,
             {"purge_seq": None, "purged": {"a": [a], "none": []}}),
            ("GET", "~/a", None, 404, error("not_found", "missing")),
            ("GET", "~", None, 200, {"doc_count": 2, "doc_del_count": 0,
                                     "purge_seq": re.compile("^[12]-")}),
            ("GET", "~/_design/d/_view/v", None, 200, {"total_rows": 1}),
            ("POST", "~/_purge", {"b": ["1-other"]}, 201, {"purged": {"b": []}}),
            ("GET", "~/b", None, 200),
            ("POST", "~/_purge", {str(i): [b] for i in range(101)}, 400,
             error("bad_request", "Exceeded maximum number of documents.")),
            ("POST", "~/_purge", {"b": [f"1-{i}" for i in range(1001)]}, 400,
             error("bad_request", "Exceeded maximum number of revisions.")),
            ("POST", "~/_purge", {"b": ["x"]}, 400, error("bad_request", "Invalid rev format")),
            ("POST", "~/_purge", {"b": "1-x"}, 400,
             error("bad_request", "Invalid list of revisions")),
            ("POST", "~/_purge", "[]", 400, error("bad_request")),
            ("GET", "~/_purge", None, 405, None, {"allow": "POST"}),
            ("GET", "~/_purged_infos_limit", None, 200, "1000\n"),
            ("PUT", "~/_purged_infos_limit", "7", 200, {"ok": True}),
            ("GET", "~/_purged_infos_limit", None, 200, "7\n"),
            ("PUT", "~/_purged_infos_limit", "0", 400,
             error("bad_request", "`purged_infos_limit` must be positive integer")),
            ("POST", "~/_purged_infos_limit", "7", 405),
        )
        # A conflict's leaf goes, the other stays.
        self.ask("PUT", "~/b?new_edits=false", {"_rev": "1-0"}, status=201)
        self.ask("POST", "~/_purge", {"b": [b]}, status=201, json={"purged": {"b": [b]}})
        self.ask("GET", "~/b?conflicts=true", json={"_rev": "1-0", "_conflicts": ABSENT})

    def test_what_was_purged(self):
        self.ask("GET", "~/_purged_infos", status=200, json={"purged_infos": []})
        revs = {row["id"]: [row["rev"]] for row in self.bulk([{"_id": "a"}, {"_id": "b"}])}
        self.ask("POST", "~/_purge", {"a": revs["a"]}, status=201)
        self.ask("POST", "~/_purge", {"b": revs["b"], "none": ["1-a"]}, status=201)
        found = self.ask("GET", "~/_purged_infos", status=200)["purged_infos"]
        for name in revs:
            self.assertIn({"id": name, "revs": revs[name]}, found)
        self.table(
            ("POST", "~/_purged_infos", "", 405, error("method_not_allowed", "Only GET allowed")),
            ("POST", "~/_purged_infos_limit", "2", 405,
             error("method_not_allowed", "Only GET,PUT allowed")),
            ("PUT", "/_node/_local/_config/purge/max_revisions_number", '"1"', 200),
            ("POST", "~/_purge", {"a": ["1-a", "1-b"]}, 400,
             error("bad_request", "Exceeded maximum number of revisions.")),
            ("PUT", "/_node/_local/_config/purge/max_revisions_number", '"1000"', 200))

    def test_sizes_are_of_what_leaves_hold(self):
        self.ask("DELETE", "~", status=200)
        self.ask("PUT", "~?q=1", status=201)

        def active(thousands):     # Any copy tells of itself, the slowest one, too.
            self.until(lambda: self.ask("GET", "~", status=200)["sizes"]["active"] // 1000
                       == thousands)

        def attach(name, rev):
            return self.ask("PUT", f"~/a/{name}?rev={rev}", "x" * 10000,
                            {"Content-Type": "app/binary"}, status=201)["rev"]
        attach("one", self.put("a"))
        active(10)
        revisions = self.ask("GET", "~/a?revs=true")["_revisions"]["ids"]
        stub = self.ask("GET", "~/a")["_attachments"]
        for name in "xy":
            self.ask("PUT", "~/a?new_edits=false", {"_attachments": stub, "_revisions": {
                "start": 3, "ids": [name, *revisions]}}, status=201)
        active(10)      # Shared by both, and counted once.
        left = attach("two", "3-x")
        active(20)
        self.ask("DELETE", f"~/a?rev={left}", status=200)
        active(10)
        self.ask("DELETE", "~/a?rev=3-y", status=200)
        active(0)

    def test_compaction_drops_old_bodies(self):                            # §12, 15
        one = self.put("a", {"n": 1})
        two = self.put("a", {"n": 2, "_rev": one})
        gone = self.ask("DELETE", f"~/a?rev={two}")["rev"]
        self.ask("GET", f"~/a?rev={one}", status=200, json={"n": 1})
        self.ask("POST", "~/_compact", {}, status=202, json={"ok": True})
        for _ in range(50):
            if self.ask("GET", f"~/a?rev={one}").status == 404:
                break
            time.sleep(0.05)
        self.table(
            ("GET", f"~/a?rev={one}", None, 404, error("not_found", "missing")),
            ("GET", f"~/a?rev={two}", None, 404, error("not_found", "missing")),
            ("GET", f"~/a?rev={gone}", None, 200, {"_deleted": True}),      # Tombstones stay.
            ("GET", "~", None, 200, {"doc_count": 0, "doc_del_count": 1}),
            ("POST", "~/_compact", ("", {"Content-Type": None}), 415),
            ("GET", "~/_compact", None, 405, None, {"allow": "POST"}),
            ("POST", "~/_ensure_full_commit", {}, 201,
             {"ok": True, "instance_start_time": re.compile(r"^\d+$")}),
            ("POST", "~/_ensure_full_commit", ("", {"Content-Type": None}), 415),
        )

    def test_the_limit_of_revisions(self):
        self.table(
            ("GET", "~/_revs_limit", None, 200, "1000\n"),
            ("PUT", "~/_revs_limit", "3", 200, {"ok": True}),
            ("GET", "~/_revs_limit", None, 200, "3\n"),
            ("POST", "~/_revs_limit", "3", 405, None, {"allow": "PUT,GET"}),
        )
        rev = None
        for i in range(6):
            rev = self.put("a", {"n": i, **({"_rev": rev} if rev else {})})
        self.ask("PUT", "~/_revs_limit", "2", status=200)        # Heeded by reads at once.
        self.ask("GET", "~/a?revs=true", json={"_revisions": {"ids": lambda ids: len(ids) == 2}})
        self.ask("PUT", "~/_revs_limit", "3", status=200)
        found = self.ask("GET", "~/a?revs=true&revs_info=true").json
        self.assertEqual((found["_revisions"]["start"], len(found["_revisions"]["ids"])), (6, 3))
        self.assertEqual(len(found["_revs_info"]), 3)

    def test_where_shards_are(self):
        here = ["node1@127.0.0.1"]
        self.table(
            ("GET", "~/_shards", None, 200,
             {"shards": {"00000000-7fffffff": here, "80000000-ffffffff": here}}),
            ("GET", "~/_shards/a", None, 200, {"range": "80000000-ffffffff", "nodes": here}),
            ("POST", "~/_sync_shards", {}, 202, {"ok": True}),
            ("PUT", "~/_shards", {}, 405),
            ("GET", "/nosuch/_shards", None, 404),
        )


class Resharding(couch.Case):
    def test_it_is_told_of(self):
        self.table(
            ("GET", "/_reshard", None, 200,
             {"state": "running", "state_reason": None, "completed": 0, "failed": 0,
              "running": 0, "stopped": 0, "total": 0}),
            ("GET", "/_reshard/state", None, 200, {"state": "running", "reason": None}),
            ("GET", "/_reshard/jobs", None, 200, {"jobs": [], "offset": 0, "total_rows": 0}),
            ("GET", "/_reshard/jobs/none", None, 404),
            ("PUT", "/_reshard/state", {"state": "stopped", "reason": "tea"}, 200, {"ok": True}),
            ("GET", "/_reshard/state", None, 200, {"state": "stopped", "reason": "tea"}),
            ("PUT", "/_reshard/state", {"state": "running"}, 200, {"ok": True}),
            ("PUT", "/_reshard/state", {"state": "other"}, 400),
        )


class Partitions(couch.Case):
    PARTITIONED = True

    def test_documents(self):
        form = error("illegal_docid", "Doc id must be of form partition:id")
        self.table(
            ("PUT", "~/foo:bar", {"v": 1}, 201, {"id": "foo:bar"}),
            ("GET", "~/foo:bar", None, 200, {"_id": "foo:bar"}),
            ("PUT", "~/foo:", {}, 400, error("illegal_docid", "Document id must not be empty")),
            ("PUT", "~/bar", {}, 400, form),
            ("PUT", "~/:bar", {}, 400, error("illegal_partition", "Partition must not be empty")),
            ("PUT", "~/_bar:x", {}, 400, error("illegal_docid", re.compile("underscore"))),
            ("POST", "~", {"_id": "foo:two"}, 201),
            ("POST", "~", {"x": 1}, 400, form),
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "foo:3"}, {"_id": "bar:1"}]}, 201,
             [{"ok": True}, {"ok": True}]),
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "foo"}]}, 400, form),
            ("PUT", "~/_design/d", {"views": {"v": {"map": "function(doc) { emit(doc._id, 1); }",
                                                    "reduce": "_count"}}}, 201),
            ("POST", "~/_bulk_get", {"docs": [{"id": "foo:bar"}]}, 200,
             {"results": [{"docs": [{"ok": {"v": 1}}]}]}),
            ("POST", "~/_bulk_get", {"docs": [{"id": "foo"}]}, 200, {"results": [{"docs": [
                {"error": {"error": "illegal_docid", "id": "foo", "rev": None}}]}]}),
            ("GET", "~", None, 200, {"props": {"partitioned": True}}),
            ("GET", "~/_partition/foo", None, 200,
             {"db_name": self.db[1:], "partition": "foo", "doc_count": 3, "doc_del_count": 0,
              "sizes": {"active": int, "external": int}}),
            ("GET", "~/_partition/none", None, 200, {"doc_count": 0}),
            ("GET", "~/_partition/foo/_all_docs", None, 200,
             {"total_rows": 3, "rows": [{"id": "foo:3"}, {"id": "foo:bar"}, {"id": "foo:two"}]}),
            ("GET", '~/_partition/foo/_all_docs?key="bar:1"', None, 200, {"rows": []}),
            ("GET", "~/_partition/foo/_all_docs?limit=1", None, 200, {"rows": [{}]}),
            ("GET", "~/_partition/foo/_all_docs?partition=bar", None, 400, error(
                "bad_request", "Conflicting value for `partition` in query string")),
            ("GET", "~/_partition/foo/_design/d/_view/v?reduce=false", None, 200,
             {"rows": [{"key": "foo:3"}, {"key": "foo:bar"}, {"key": "foo:two"}]}),
            ("GET", "~/_partition/foo/_design/d/_view/v", None, 200, {"rows": [{"value": 3}]}),
            ("GET", "~/_design/d/_view/v", None, 400, error(
                "query_parse_error",
                "`partition` parameter is mandatory for queries to this view.")),
            ("POST", "~/_partition/foo/_find", {"selector": {"v": 1}}, 200,
             {"docs": [{"_id": "foo:bar"}]}),
            ("POST", "~/_partition/foo/_explain", {"selector": {"v": 1}}, 200,
             {"partitioned": True, "opts": {"partition": "foo"}}),
            ("POST", "~/_explain", {"selector": {"v": 1}}, 200,   # 23-explain-indexes-test.py
             {"partitioned": True, "opts": {"partition": ""}}),
            ("GET", "~/_partition/foo/_nope", None, 404),
            ("GET", "~/_partition", None, 400, error("bad_request", "invalid_partition_req")),
            ("GET", "~/_partition/_x", None, 400, error("illegal_partition", re.compile(
                "underscore"))),
            ("PUT", "~/_partition/foo", {}, 405),
            ("POST", "~/_purge", {"foo": ["1-x"]}, 400, form),
            ("GET", "~/_design_docs", None, 200, {"rows": [{"id": "_design/d"}]}),
            ("PUT", "~/_local/x", {}, 201),
        )

    def test_a_full_partition(self):
        setting = "/_node/_local/_config/couchdb/max_partition_size"
        self.ask("PUT", setting, '"2000"', status=200)
        self.bulk([{"_id": f"foo:{i}", "value": "0" * 500} for i in range(5)])
        full = error("partition_overflow",
                     "Partition limit exceeded due to update on 'foo:bar'")
        rev = self.ask("GET", "~/foo:1")["_rev"]
        self.table(
            ("PUT", "~/foo:bar", {}, 403, full),
            ("POST", "~", {"_id": "foo:bar"}, 403, full),
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "foo:bar"}, {"_id": "baz:bang"}]}, 201,
             [{"error": "partition_overflow"}, {"ok": True}]),
            ("GET", "~/foo:1", None, 200),
            ("PUT", "~/foo:1", {"_rev": rev, "value": ""}, 201),
            ("PUT", "~/foo:bar?new_edits=false", {"_rev": "1-a"}, 201),
            ("PUT", "~/_design/d", {}, 201),
            ("DELETE", setting, None, 200),
            ("PUT", "~/foo:more", {}, 201),
        )

    def test_a_global_design_document(self):
        self.put("_design/g", {"options": {"partitioned": False},
                               "views": {"v": {"map": "function(doc) { emit(doc._id, 1); }"}}})
        self.bulk([{"_id": "a:1"}, {"_id": "b:1"}])
        self.table(
            ("GET", "~/_design/g/_view/v", None, 200, {"total_rows": 2}),
            ("GET", "~/_partition/a/_design/g/_view/v", None, 400, error(
                "query_parse_error", re.compile("^`partition` is not supported|^`partition`"))),
            ("PUT", "/_replicator?partitioned=true", None, 400,
             error("bad_request", "Cannot partition a system database")),
        )


class Plain(couch.Case):
    def test_no_partitions(self):
        not_so = error("bad_request", "database is not partitioned")
        self.table(
            ("GET", "~/_partition/a", None, 400, not_so),
            ("GET", "~/_partition/a/_all_docs", None, 400, not_so),
            ("PUT", "~/_design/d", {"options": {"partitioned": True}}, 400,
             error("invalid_design_doc", re.compile("partitioned option cannot be true"))),
        )


if __name__ == "__main__":
    couch.main()
