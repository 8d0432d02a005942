"""Goal: _all_docs and views with all their options, orders and errors. Method: tables of requests.
Source: couchdb.md §7; couch_mrview_http.erl, couch_mrview_util.erl; the stories of
test/elixir/test/{all_docs,design_docs*,view_*,reduce*,map,multiple_rows}_test.exs.
"""

import re

import couch
from couch import ABSENT, REV1, error

PARSE = "query_parse_error"


def keys(answer):
    return [row["key"] for row in answer["rows"]]


class Listings(couch.Case):
    def setUp(self):
        super().setUp()
        self.bulk([{"_id": name, "v": i} for i, name in enumerate("abcd")])
        self.put("_design/x", {})

    def test_all_documents(self):
        a = {"id": "a", "key": "a", "value": {"rev": re.compile("^1-")}, "doc": ABSENT}
        every = ["_design/x", "a", "b", "c", "d"]
        answer = self.ask("GET", "~/_all_docs", status=200,
                          json={"total_rows": 5, "offset": 0, "rows": lambda rows: [
                              row["id"] for row in rows] == every})
        self.assertTrue(answer.body.startswith(b'{"total_rows":5,"offset":0,"rows":[\r\n{"id"'))
        self.assertTrue(answer.body.endswith(b"}\r\n]}\n"))
        for path, wanted in (
                ('?startkey="b"', "bcd"), ('?start_key="b"&end_key="c"', "bc"),
                ('?startkey="b"&endkey="d"&inclusive_end=false', "bc"), ('?key="b"', "b"),
                ('?startkey="c"&endkey="a"&descending=true', "cba"), ('?key="none"', ""),
                ('?startkey="a"&limit=2', "ab"), ('?startkey="a"&skip=2', "cd"), ("?limit=0", ""),
                ('?startkey="d"&endkey="a"', ""), ('?startkey="a"&start_key_doc_id="x"', "abcd")):
            with self.subTest(query=path):
                found = self.ask("GET", "~/_all_docs" + path, status=200).json
                self.assertEqual("".join(keys(found)), wanted)
        self.table(
            ("GET", '~/_all_docs?startkey="b"', None, 200, {"total_rows": 5, "offset": 2}),
            ("GET", '~/_all_docs?key="a"&include_docs=true', None, 200,
             {"rows": [{**a, "doc": {"_id": "a", "v": 0}}]}),
            ("POST", "~/_all_docs", {"keys": ["c", "none", "a", "a"]}, 200,
             {"total_rows": 5, "rows": [{"id": "c"}, {"key": "none", "error": "not_found",
                                                      "id": ABSENT}, a, a]}),
            ("GET", "~/_all_docs" + couch.query(keys=["b", "a"]), None, 200,
             {"rows": [{"id": "b"}, {"id": "a"}]}),
            ("GET", "~/_all_docs" + couch.query(keys=["b", "a", "d"], descending=True), None, 200,
             {"rows": [{"id": "d"}, {"id": "a"}, {"id": "b"}]}),
            ("POST", "~/_all_docs", {"keys": []}, 200, {"rows": []}),
            ("POST", "~/_all_docs?limit=1", {"limit": 2}, 200, {"rows": [{}]}),
            ("POST", "~/_all_docs", {"limit": 1, "include_docs": True}, 200,
             {"rows": [{"doc": {"_id": "_design/x"}}]}),
            ("POST", "~/_all_docs", {}, 200, {"rows": [{}, {}, {}, {}, {}]}),
            ("POST", "~/_all_docs", {"keys": 1}, 400,
             error("bad_request", "`keys` body member must be an array.")),
            ("GET", "~/_all_docs?keys=1", None, 400,
             error("bad_request", "`keys` parameter must be an array.")),
            ("POST", "~/_all_docs", "[]", 400,
             error("bad_request", "Request body must be a JSON object")),
            ("GET", "~/_all_docs?limit=-1", None, 400, error(PARSE)),
            ("GET", "~/_all_docs?limit=x", None, 400,
             error(PARSE, 'Invalid value for integer: "x"')),
            ("GET", "~/_all_docs?startkey=x", None, 400, error("bad_request",
                                                               "invalid UTF-8 JSON")),
            ("GET", "~/_all_docs?descending=maybe", None, 400,
             error(PARSE, 'Invalid boolean parameter: "maybe"')),
            ("GET", "~/_all_docs?update_seq=true", None, 200, {"update_seq": re.compile(r"^\d+-")}),
            ("POST", "~/_all_docs?update_seq=true", {"keys": ["a"]}, 200, {"update_seq": None}),
            ("POST", "~/_all_docs/queries", {"queries": [{"key": "a"}, {"limit": 1}]}, 200,
             {"results": [{"rows": [a]}, {"rows": [{"id": "_design/x"}]}]}),
            ("POST", "~/_all_docs/queries", {}, 400,
             error("bad_request", "POST body must include `queries` parameter.")),
            ("PUT", "~/_all_docs", {}, 405, None, {"allow": "GET,HEAD,POST"}),
        )

    def test_documents_by_keys_as_a_reader_wants_them(self):
        """fabric_view_all_docs.erl open_doc_int/4: with what else was asked for."""
        note = {"content_type": "text/plain", "data": "Zm9vYmFy"}
        self.put("with", {"_attachments": {"n.txt": note}})
        self.bulk([{"_id": "torn", "_rev": rev} for rev in ("1-aa", "1-bb")], new_edits=False)
        for more, wanted in (("", {"stub": True, "length": 6}), ("&attachments=true", note),
                             ("&attachments=true&att_encoding_info=true",
                              {"data": "Zm9vYmFy", "encoding": "gzip"})):
            rows = self.ask("POST", "~/_all_docs?include_docs=true" + more, {"keys": ["with"]},
                            status=200)["rows"]
            self.assertIsNone(couch.differs(wanted, rows[0]["doc"]["_attachments"]["n.txt"]))
        ask = "~/_all_docs" + couch.query(keys=["torn", "with"], include_docs=True)
        for more, wanted in (("", [None, None]), ("&conflicts=true", [["1-aa"], None])):
            rows = self.ask("GET", ask + more, status=200)["rows"]
            self.assertEqual([row["doc"].get("_conflicts") for row in rows], wanted)

    def test_deleted_ones(self):
        rev = self.ask("GET", "~/a")["_rev"]
        gone = self.ask("DELETE", f"~/a?rev={rev}")["rev"]
        self.ask("POST", "~/_all_docs?include_docs=true", {"keys": ["a"]}, status=200, json={
            "rows": [{"id": "a", "key": "a", "value": {"rev": gone, "deleted": True},
                      "doc": None}]})
        self.ask("GET", "~/_all_docs", json={"total_rows": 4})

    def test_order_of_ids_is_of_bytes(self):                             # §12, 12
        self.bulk([{"_id": name} for name in ("B", "Z", "~", "\u00e9", "1")])
        found = self.ask("GET", "~/_all_docs").json
        self.assertEqual(keys(found), ["1", "B", "Z", "_design/x", "a", "b", "c", "d", "~",
                                       "\u00e9"])

    def test_design_documents(self):
        for name in ("y", "z"):
            self.put("_design/" + name, {})
        d = "_design/"
        self.table(
            ("GET", "~/_design_docs", None, 200, {"total_rows": 3, "offset": 0, "rows": [
                {"id": d + "x", "key": d + "x", "value": {"rev": REV1}},
                {"id": d + "y"}, {"id": d + "z"}]}),
            ("GET", '~/_design_docs?startkey="_design/y"', None, 200, {"rows": [
                {"id": d + "y"}, {"id": d + "z"}]}),
            ("GET", '~/_design_docs?endkey="_design/y"&inclusive_end=false', None, 200,
             {"rows": [{"id": d + "x"}]}),
            ("GET", "~/_design_docs?descending=true&limit=1", None, 200,
             {"rows": [{"id": d + "z"}]}),
            ("GET", '~/_design_docs?key="_design/z"', None, 200, {"rows": [{"id": d + "z"}]}),
            ("POST", "~/_design_docs", {"keys": [d + "z", d + "x"]}, 200,
             {"rows": [{"id": d + "z"}, {"id": d + "x"}]}),
            ("GET", "~/_design_docs?update_seq=true", None, 200, {"update_seq": str}),
            ("POST", "~/_design_docs?limit=1", {"limit": 2}, 200, {"rows": [{}]}),
            ("POST", "~/_design_docs/queries", {"queries": [{"key": d + "x"}]}, 200,
             {"results": [{"rows": [{"id": d + "x"}]}]}),
        )


class Views(couch.Case):
    def view(self, name, *, reduce=None, options=None, collation=None, **members):
        views = {"v": {"map": members["map"]}}
        if reduce:
            views["v"]["reduce"] = reduce
        doc = {"views": views}
        if options:
            doc["options"] = options
        if collation:
            views["v"]["options"] = {"collation": collation}
        self.put(f"_design/{name}", doc)
        return f"~/_design/{name}/_view/v"

    def test_ranges(self):
        self.bulk([{"_id": str(i), "n": i} for i in range(10)])
        v = self.view("d", map="function(doc) { emit(doc.n, doc.n * 10); }")
        self.ask("GET", v, status=200, json={"total_rows": 10, "offset": 0, "rows": lambda rows: [
            (row["id"], row["key"], row["value"]) for row in rows] == [
                (str(i), i, i * 10) for i in range(10)]})
        for query, wanted in (
                ("?key=3", [3]), ("?startkey=7", [7, 8, 9]), ("?startkey=2&endkey=4", [2, 3, 4]),
                ("?startkey=2&endkey=4&inclusive_end=false", [2, 3]),
                ("?startkey=4&endkey=2&descending=true", [4, 3, 2]),
                ("?limit=2&skip=3", [3, 4]), ("?descending=true&limit=2", [9, 8]),
                ("?keys=[5,1,5]", [5, 1, 5]), ("?keys=[]", []), ("?descending=false&limit=1", [0]),
                ('?startkey=3&startkey_docid="3"&limit=1', [3]),
                ("?startkey=3&start_key_doc_id=4&limit=1", [4]), ("?limit=0", [])):
            with self.subTest(query=query):
                self.assertEqual(keys(self.ask("GET", v + query, status=200).json), wanted)
        self.table(
            ("POST", v, {"keys": [1, 2]}, 200, {"rows": [{"key": 1}, {"key": 2}]}),
            ("POST", v, {"startkey": 8}, 200, {"offset": 8, "rows": [{"key": 8}, {"key": 9}]}),
            ("POST", v + "?limit=1", {"limit": 3}, 200, {"rows": [{}]}),
            ("POST", v, "", 200, {"total_rows": 10}),
            ("GET", v + "?include_docs=true&key=1", None, 200, {"rows": [
                {"doc": {"_id": "1", "n": 1}}]}),
            ("GET", v + "?update_seq=true&limit=0", None, 200, {"update_seq": str}),
            ("GET", v + "?update_seq=true&keys=[3,1]", None, 200, {"update_seq": str,
                                                                  "offset": int}),
            # One key alone is `key`, and what else is said goes before it.
            ("GET", v + "?keys=[5]&startkey=4", None, 200, {"rows": [{"key": 4}, {"key": 5}]}),
            ("GET", v + "?keys=[5]&key=4", None, 200, {"rows": [{"key": 4}]}),
            ("GET", v + "?keys=[5]&startkey=6", None, 400, error(
                "query_parse_error", "No rows can match your key range, reverse your start_key "
                "and end_key or set descending=true")),
            ("POST", v, {"queries": [{"key": 1}]}, 400, error(
                "bad_request", "The `queries` parameter is no longer supported at this endpoint")),
            ("POST", v, {"queries": 1}, 400, error(
                "bad_request", "`queries` member must be an array.")),
            ("POST", v + "/queries", {"queries": [{"key": 1}, {"limit": 1, "skip": 4}]}, 200,
             {"results": [{"rows": [{"key": 1}]}, {"rows": [{"key": 4}]}]}),
            ("GET", "~/_design/d/_info", None, 200, {"name": "d", "view_index": {
                "language": "javascript", "signature": re.compile("^[0-9a-f]{32}$"),
                "sizes": dict, "updater_running": bool, "compact_running": bool}}),
        )

    def test_what_is_refused(self):
        v = self.view("d", map="function(doc) { emit(doc._id, 1); }")
        r = self.view("r", map="function(doc) { emit(doc._id, 1); }", reduce="_sum")
        range_error = ("No rows can match your key range, reverse your start_key and end_key or "
                       "set descending=true")
        self.table(
            ("GET", v + '?startkey="b"&endkey="a"', None, 400, error(PARSE, range_error)),
            ("GET", v + '?startkey="a"&endkey="b"&descending=true', None, 400,
             error(PARSE, re.compile("^No rows can match your key range"))),
            ("GET", v + "?group=true", None, 400, error(
                PARSE, "Invalid use of grouping on a map view.")),
            ("GET", v + "?group_level=1", None, 400, error(
                PARSE, "Invalid use of grouping on a map view.")),
            ("GET", v + "?reduce=true", None, 400, error(
                PARSE, "Reduce is invalid for map-only views.")),
            ("GET", r + "?include_docs=true", None, 400, error(           # §12, 17
                PARSE, "`include_docs` is invalid for reduce")),
            ("GET", r + "?keys=[1,2]", None, 400, error(
                PARSE, "Multi-key fetches for reduce views must use `group=true`")),
            ("GET", v + "?key=1&keys=[1,2]", None, 400, error(
                PARSE, "`keys` is incompatible with `key`, `start_key` and `end_key`")),
            ("GET", v + "?stale=foo", None, 400, error(PARSE, "Invalid value for `stale`.")),
            ("GET", v + "?limit=-1", None, 400, error(PARSE)),
            ("GET", v + "?startkey=foo", None, 400, error("bad_request", "invalid UTF-8 JSON")),
            ("GET", v + "?group_level=x", None, 400, error(PARSE)),
            ("GET", v + "?skip=-1", None, 400, error(PARSE)),
            ("POST", v, "[]", 400, error("bad_request", "Request body must be a JSON object")),
            ("POST", v, {"keys": 1}, 400,
             error("bad_request", "`keys` member must be an array.")),
            ("POST", v, ("{}", {"Content-Type": "text/plain"}), 415),
            ("PUT", v, {}, 405, None, {"allow": "GET,POST,HEAD"}),
            ("GET", "~/_design/d/_view/none", None, 404,
             error("not_found", "missing_named_view")),
            ("GET", "~/_design/none/_view/v", None, 404, error("not_found", "missing")),
            ("GET", r + "?reduce=false&include_docs=true", None, 200),
            ("GET", r + "?whatever=1", None, 200),
            ("POST", "~/_temp_view", {}, 410, error(
                "gone", "Temporary views are not supported in CouchDB")),
            ("POST", "~/_view_cleanup", "{}", 202, {"ok": True}),
            ("POST", "~/_compact/d", {}, 202, {"ok": True}),
            ("POST", "~/_compact/none", {}, 404),
        )

    def test_design_documents_that_are_refused(self):
        def views(**more):
            return {"views": {"v": {"map": "function(doc) {}", **more}}}

        self.table(
            ("PUT", "~/_design/a", {"views": 1}, 400, error("invalid_design_doc")),
            ("PUT", "~/_design/a", {"views": {"v": {"map": 1}}}, 400, error("invalid_design_doc")),
            ("PUT", "~/_design/a", {"views": {"v": {"map": "function(doc {"}}}, 400,
             error("compilation_error")),
            ("PUT", "~/_design/a", views(reduce="_nosuch"), 400, error("invalid_design_doc")),
            ("PUT", "~/_design/a", {"language": 1}, 400, error("invalid_design_doc")),
            ("PUT", "~/_design/a", {"filters": {"f": 1}}, 400, error("invalid_design_doc")),
            ("PUT", "~/_design/a", {"validate_doc_update": 1}, 400, error("invalid_design_doc")),
            ("PUT", "~/_design/a", views(reduce="_stats"), 201),
        )

    def test_reduces(self):
        self.bulk([{"_id": f"{i:02}", "k": [i % 2, i % 3, i], "v": i} for i in range(12)])
        js = "function(keys, values) { return sum(values); }"
        v = self.view("d", map="function(doc) { emit(doc.k, doc.v); }", reduce=js)
        self.table(
            ("GET", v, None, 200, '{"rows":[\r\n{"key":null,"value":66}\r\n]}\n'),
            ("GET", v + "?group_level=1", None, 200, {"rows": [
                {"key": [0], "value": 30}, {"key": [1], "value": 36}], "total_rows": ABSENT}),
            ("GET", v + "?group_level=2&descending=true&limit=1", None, 200,
             {"rows": [{"key": [1, 2], "value": 16}]}),
            ("GET", v + "?group=true&limit=1", None, 200, {"rows": [{"key": [0, 0, 0]}]}),
            ("GET", v + "?startkey=[1]&endkey=[1,{}]", None, 200, {"rows": [{"value": 36}]}),
            ("POST", v + "?group=true", {"keys": [[0, 0, 0], [1, 1, 1]]}, 200,
             {"rows": [{"key": [0, 0, 0]}, {"key": [1, 1, 1], "value": 1}]}),
            ("GET", v + "?keys=[[1,1,1]]", None, 200, {"rows": [{"value": 1}]}),
            ("GET", v + "?reduce=false&limit=1", None, 200, {"total_rows": 12, "offset": 0}),
            ("GET", v + "?startkey=[5]", None, 200, {"rows": lambda rows: rows in (
                [], [{"key": None, "value": None}], [{"key": None, "value": 0}])}),
        )
        for name, value in (("_count", 12), ("_sum", 66), ("_stats", {
                "sum": 66, "count": 12, "min": 0, "max": 11, "sumsqr": 506}),
                ("_approx_count_distinct", lambda n: 11 <= n <= 13)):
            v = self.view("b" + name, map="function(doc) { emit(doc.k, doc.v); }", reduce=name)
            self.ask("GET", v, status=200, json={"rows": [{"key": None, "value": value}]})
        v = self.view("bad", map="function(doc) { emit(doc._id, 'text'); }", reduce="_sum")
        self.ask("GET", v, status=200, json={"rows": [{"value": {      # An error as a value.
            "error": "builtin_reduce_error", "reason": str}}]})

    def test_collation(self):
        values = [None, False, True, 1, 2, 3.0, 4, "a", "A", "aa", "b", "B", "ba", "bb", ["a"],
                  ["b"], ["b", "c"], ["b", "c", "a"], ["b", "d"], ["b", "d", "e"], {"a": 1},
                  {"a": 2}, {"b": 1}, {"b": 2}, {"b": 2, "a": 1}, {"b": 2, "c": 2}]
        self.bulk([{"_id": f"{i:02}", "k": each} for i, each in enumerate(reversed(values))])
        v = self.view("d", map="function(doc) { emit(doc.k, null); }")
        self.assertEqual(keys(self.ask("GET", v).json), values)
        self.assertEqual(keys(self.ask("GET", v + "?descending=true").json), values[::-1])
        for each in values:
            found = self.ask("GET", v + couch.query(key=each) if not isinstance(each, str) else
                             v + couch.query(key=f'"{each}"')).json
            self.assertEqual(keys(found), [each])
        raw = self.view("raw", map="function(doc) { emit(doc.k, null); }",
                        collation="raw")
        self.assertEqual(keys(self.ask("GET", raw).json)[:8], [1, 2, 3.0, 4, False, None, True,
                                                               {"a": 1}])

    def test_maps(self):
        self.bulk([{"_id": "1", "to": "2"}, {"_id": "2", "name": "two"}, {"_id": "3"}])
        v = self.view("d", map="function(doc) { if (doc.to) emit(undefined, {_id: doc.to});"
                               " if (doc._id == '3') { emit(1); emit(1, undefined); doc.x.y; } }")
        self.ask("GET", v, status=200, json={"total_rows": 1, "rows": [
            {"id": "1", "key": None, "value": {"_id": "2"}}]})
        self.ask("GET", v + "?include_docs=true", json={"rows": [
            {"id": "1", "doc": {"_id": "2", "name": "two"}}]})
        self.put("_design/c", {"views": {
            "lib": {"up": "exports.up = function(s) { return s.toUpperCase(); };"},
            "v": {"map": "function(doc) { emit(require('views/lib/up').up('x' + doc._id), 1); }"}}})
        found = self.ask("GET", "~/_design/c/_view/v").json
        self.assertEqual(keys(found), ["X1", "X2", "X3"])
        modern = self.view("m", map="(doc) => { for (const x of [1, 2]) emit(`${doc._id}`, x); }")
        self.ask("GET", modern, json={"total_rows": 6})
        seq = self.view("s", map="function(doc) { emit(doc._local_seq, 1); }",
                        options={"local_seq": True, "include_design": True})
        found = self.ask("GET", seq).json
        self.assertEqual(len(found["rows"]), 7)
        self.assertTrue(all(isinstance(key, int) for key in keys(found)))

    def test_indexes_follow(self):
        v = self.view("d", map="function(doc) { emit(doc.v, doc._conflicts || null); }")
        rev = self.put("a", {"v": 1})
        self.assertEqual(keys(self.ask("GET", v).json), [1])
        rev = self.put("a", {"v": 2, "_rev": rev})
        self.ask("GET", v + "?update=false", json={"rows": [{"key": 1}]})
        self.assertEqual(keys(self.ask("GET", v).json), [2])
        self.ask("PUT", "~/a?new_edits=false", {"_rev": "1-other", "v": 3}, status=201)
        self.ask("GET", v, json={"rows": [{"key": 2, "value": ["1-other"]}]})
        self.ask("DELETE", f"~/a?rev={rev}", status=200)
        self.assertEqual(keys(self.ask("GET", v).json), [3])


if __name__ == "__main__":
    couch.main()
