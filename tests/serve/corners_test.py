"""Goal: what other people's suites touch at the edges: local documents by other ways in, who is
asked to log in and how, limits, counts, digests, and code that makes code. Method: tables of
requests. Source: couch_db:update_docs/4, chttpd:error_headers/4, chttpd_misc.erl, chttpd_db.erl,
couch_mrview_util:apply_limit/2, couch_stats_httpd.erl; the stories of
test/elixir/test/{invalid_docids,attachments,uuids,partition_*,password_cache,view_sandboxing,
changes,bulk_docs}_test.exs and of src/mango/test.
"""

import base64
import hashlib
import json
import re

import couch
from couch import ABSENT, error


class Corners(couch.Case):
    NODES = 3

    def config(self, section, key, value):
        path = f"/_node/_local/_config/{section}/{key}"
        old = self.ask("GET", path)
        self.ask("PUT", path, json.dumps(value), status=200)
        if old.status == 200:
            self.addCleanup(self.ask, "PUT", path, json.dumps(old.json))
        else:
            self.addCleanup(self.ask, "DELETE", path)

    def test_local_documents_by_other_ways(self):
        self.put("_design/d", {"validate_doc_update": "function() { throw({forbidden: 'no'}); }"})
        mixed = {"docs": [{"_id": "_local/x", "a": 1}, {"_id": "b"}, {"_id": "_local/x", "a": 2,
                 "_rev": "0-1"}, {"_id": "_local/y", "_deleted": True}]}
        self.table(
            ("POST", "~/_bulk_docs", mixed, 201, [
                {"ok": True, "id": "_local/x", "rev": "0-1"}, {"id": "b", "error": "forbidden"},
                {"ok": True, "id": "_local/x", "rev": "0-2"}, {"id": "_local/y", "rev": "0-0"}]),
            ("GET", "~/_local/x", None, 200, {"_rev": "0-2", "a": 2}),
            ("POST", "~/_bulk_docs", {"new_edits": False, "docs": [
                {"_id": "_local/z", "_rev": "0-4", "a": 1}]}, 201, []),
            ("GET", "~/_local/z", None, 200, {"_rev": "0-5"}),
            ("POST", "~", {"_id": "_local/p", "b": 1}, 201, {"id": "_local/p", "rev": "0-1"}),
            ("COPY", "~/_local/x", (None, {"Destination": "_local/c"}), 201, {"rev": "0-1"}),
            ("GET", "~/_local/c", None, 200, {"a": 2}),
            ("COPY", "~/_local/none", (None, {"Destination": "_local/c"}), 404),
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "_local/"}]}, 400, error("illegal_docid")),
            ("GET", "~/_all_docs", None, 200, {"rows": [{"id": "_design/d"}]}),
            ("GET", "~/_changes", None, 200, {"results": [{"id": "_design/d"}]}),
            ("POST", "~/_local_docs/queries", {"queries": [{"limit": 1}, {"keys": ["_local/p"]}]},
             200, {"results": [{"rows": [{"id": "_local/c"}]}, {"rows": [{"id": "_local/p"}]}]}),
            ("GET", "~/_local_docs", None, 200, {"rows": [
                {"id": "_local/c"}, {"id": "_local/p"}, {"id": "_local/x"}, {"id": "_local/z"}]}),
        )

    def test_a_copy_of_a_document_becomes_local(self):
        self.put("a", {"n": 1})
        self.ask("COPY", "~/a", None, {"Destination": "_local/a"}, 201, {"rev": "0-1"})
        self.ask("GET", "~/_local/a", status=200, json={"n": 1})

    def test_who_is_asked_to_log_in(self):
        for sent, status, told in (
                ({}, 401, {"www-authenticate": ABSENT}),
                ({"X-CouchDB-WWW-Authenticate": "Cookie"}, 401, {"www-authenticate": "Cookie"}),
                ({"Accept": "text/html"}, 302, {"location": re.compile(
                    r"/_utils/session\.html\?return=%2Fdb\d+&reason=You%20are%20not")}),
                ({"Accept": "text/html,application/json"}, 401, {"location": ABSENT})):
            answer = self.ask("GET", self.db, None, sent, status, auth=None)
            self.assertIsNone(couch.differs(told, answer.headers))
        self.config("chttpd", "WWW-Authenticate", "Basic realm=\"x\"")
        answer = self.ask("GET", self.db, status=401, auth=None)
        self.assertEqual(answer.headers["www-authenticate"], 'Basic realm="x"')

    def test_what_filters_are_asked(self):
        self.put("_design/f", {"filters": {"all": "function(doc, req) { return req.info.db_name &&"
                               " req.headers.Host && req.secObj.members && req.query.x === '1' &&"
                               " req.method === 'GET' && req.path[1] === '_changes'; }"}})
        self.ask("GET", "~/_changes?filter=f/all&x=1", status=200, json={"results": [dict]})
        self.ask("GET", "~/_changes?filter=f/all&x=2", status=200, json={"results": []})

    def test_digests(self):
        data = b"foo bar"
        right = base64.b64encode(hashlib.md5(data).digest()).decode()
        plain = {"Content-Type": "application/octet-stream"}
        self.table(
            ("PUT", "~/a/att", (data, {**plain, "Content-MD5": right}), 201),
            ("GET", "~/a/att", None, 200, "foo bar", {"content-md5": right}),
            ("GET", "~/a/att", (None, {"Range": "bytes=1-2"}), 206, "oo", {"content-md5": ABSENT}),
            ("PUT", "~/b/att", (data + b"x", {**plain, "Content-MD5": right}), 400,
             error("content_md5_mismatch", "Possible message corruption.")),
            ("PUT", "~/z/att", (b"text", {"Content-Type": "text/plain"}), 201),
            ("GET", "~/z/att", None, 200, "text", {"content-md5": ABSENT}),
        )
        rev = self.ask("GET", "~/a")["_rev"]
        known = f'&atts_since=["{rev}"]'
        self.table(
            ("GET", "~/a?open_revs=all&atts_since=[]", (None, {"Accept": "application/json"}), 200,
             [{"ok": {"_attachments": {"att": {"data": "Zm9vIGJhcg=="}}}}]),
            ("GET", "~/a?open_revs=all" + known.replace('"', "%22"),
             (None, {"Accept": "application/json"}), 200,
             [{"ok": {"_attachments": {"att": {"stub": True}}}}]),
        )

    def test_limits_of_rows(self):
        self.bulk([{"_id": str(i)} for i in range(9)])
        self.put("_design/d", {"views": {"v": {"map": "function(doc) { emit(1, null); }"}}})
        self.config("query_server_config", "query_limit", "5")
        for path in ("~/_all_docs", "~/_design/d/_view/v"):
            self.assertEqual(len(self.ask("GET", path, status=200)["rows"]), 5)
            self.ask("GET", path + "?limit=5", status=200)
            self.ask("GET", path + "?limit=6", status=400, json=error(
                "query_parse_error", "Limit is too large, must not exceed 5"))

    def test_limits_of_rows_of_lists(self):
        self.bulk([{"_id": str(i)} for i in range(5)])
        self.put("_design/d", {
            "views": {"v": {"map": "function(doc) { emit(doc._id, null); }"}},
            "lists": {"l": "function() { var row; while (row = getRow()) send(row.key); }"}})
        self.config("query_server_config", "query_limit", "2")
        for of in ("_all_docs", "v"):
            path = "~/_design/d/_list/l/" + of
            answer = self.ask("GET", path + "?startkey=%221%22&skip=2", status=200)
            self.assertEqual(answer.body, b"34")
            self.ask("GET", path + "?limit=3", status=400, json=error(
                "query_parse_error", "Limit is too large, must not exceed 2"))

    def test_code_that_makes_code(self):
        self.put("a")
        maps = {"eval": "eval('1')", "function": "emit.constructor('return this')()",
                "new": "new Function('return 1')()", "gc": "gc()"}
        self.put("_design/d", {"views": {name: {"map": f"function(doc) {{ {code}; emit(1, 1); }}"}
                                         for name, code in maps.items()}})
        for name in maps:
            self.ask("GET", f"~/_design/d/_view/{name}", status=200, json={"total_rows": 0})

    def test_numbers_of_a_node(self):
        stats = "/_node/_local/_stats/couchdb/"
        times = self.ask("GET", stats + "request_time", status=200).json["value"]
        self.assertGreater(times["n"], 0)
        self.assertGreaterEqual(times["max"], times["median"])
        self.assertEqual([rank for rank, _ in times["percentile"]], [50, 75, 90, 95, 99, 999])

        def count(kind):
            return self.ask("GET", stats + "password_hashing_" + kind).json["value"]
        slow, fast = count("slow"), count("fast")
        self.ask("GET", "/", auth=("adm", "wrong"), status=401)
        self.assertEqual(count("slow"), slow + 1)
        self.assertEqual(count("fast"), fast + 2)   # Both of these questions were asked by adm.

    def test_ids_made_of_the_time_rise(self):
        self.config("uuids", "algorithm", "utc_id")
        self.config("uuids", "utc_id_suffix", "frog")
        answer = self.ask("GET", "/_uuids?count=50", status=200)
        ids = answer.json["uuids"]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertTrue(all(re.fullmatch("[0-9a-f]{14}frog", each) for each in ids))
        tag = answer.headers["etag"]
        self.assertRegex(tag, '^".+"$')

    def test_indexes(self):
        for key in ("name", "ddoc"):
            self.ask("POST", "~/_index", {"index": {"fields": ["a"]}, key: ""}, status=400)
        for kind in ("text", "nouveau"):
            self.ask("POST", "~/_index", {"index": {}, "type": kind}, status=503,
                     json=error("required index service unavailable", kind))
        self.ask("POST", "~/_index", {"index": {"fields": ["name"]}, "name": "n"}, status=200)
        self.bulk([{"_id": "ab", "name": "Ann"}, {"_id": "b", "name": "annex"},
                   {"_id": "ac", "name": "An"}])
        for selector, index, ends, ids in (
                ({"name": {"$beginsWith": "An"}}, "n", (["An"], ["An\uffff", "<MAX>"]),
                 ["ac", "ab"]),
                ({"_id": {"$beginsWith": "a"}}, "_all_docs", ("a", "a\uffff"), ["ab", "ac"]),
                ({"other": {"$beginsWith": "a"}}, "_all_docs", (None, "<MAX>"), [])):
            self.ask("POST", "~/_explain", {"selector": selector}, status=200, json={
                "index": {"name": index}, "mrargs": {"start_key": ends[0], "end_key": ends[1]}})
            found = self.ask("POST", "~/_find", {"selector": selector}, status=200)["docs"]
            self.assertEqual([doc["_id"] for doc in found], ids)
        self.ask("GET", "~/_index?limit=1;skip=0", status=200, json={"indexes": [dict]})


if __name__ == "__main__":
    couch.main()
