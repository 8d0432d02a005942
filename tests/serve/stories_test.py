"""Goal: what CouchDB's own suite tells of views, in stories that need more than one request each.
Method: as the stories of test/elixir/test/{view_errors,view_include_docs,view_multi_key_design,
reduce_builtin,design_docs,view_update_seq}_test.exs, told in our own words.
"""

import couch
from couch import error

PARSE = "query_parse_error"


def integers(numbers):
    return [{"_id": str(i), "integer": i, "string": str(i)} for i in numbers]


class Stories(couch.Case):
    def design(self, **views):
        self.put("_design/test", {"views": {
            name: dict(zip(("map", "reduce"), source)) for name, source in views.items()}})

    def rows(self, view, posted=None, **query):
        path = f"~/_design/test/_view/{view}" + couch.query(**query)
        if posted is None:
            return self.ask("GET", path, status=200)["rows"]
        return self.ask("POST", path, {"keys": posted}, status=200)["rows"]

    def test_errors_of_maps(self):
        self.bulk([{"_id": "a", "integer": 1, "array": [1, 2, 3]}])
        self.design(undef=("function(doc) { emit(doc.undef, null); }",),
                    inside=("function(doc) { emit([doc._id, doc.undef], null); }",),
                    throws=("function(doc) { doc.undef(); }",),
                    big=("function(doc) { emit(doc.integer, doc.integer); }",
                         "function(k, v) { var c = []; for (var i = 0; i < 1000; i++)"
                         " c.push('wazzap'); return c; }"))
        self.assertEqual(self.rows("undef")[0]["key"], None)
        self.assertEqual(self.rows("inside")[0]["key"], ["a", None])
        self.assertEqual(self.rows("throws"), [])
        self.assertEqual(self.rows("big")[0]["error"], "reduce_overflow_error")

    def test_a_map_that_never_ends(self):
        self.bulk(integers(range(2)))
        self.design(loop=("function(doc) { while (true) { emit(doc, doc); } }",))
        answer = self.ask("GET", "~/_design/test/_view/loop", status=500)
        self.assertIn(answer["error"], ("os_process_error", "timeout", "InternalError"))
        self.ask("GET", "/_up", status=200)

    def test_keys(self):
        self.bulk(integers(range(100)))
        self.design(all=("function(doc) { emit(doc.integer, doc.string) }",),
                    multi=("function(doc) { for (var i = 0; i < 3; i++) emit(i, doc.integer); }",),
                    sum=("function(doc) { emit(doc.integer, doc.integer) }",
                         "function(keys, values) { return sum(values); }"))
        keys = [10, 15, 30, 37, 50]
        for ask in (lambda view, **q: self.rows(view, keys, **q),
                    lambda view, **q: self.rows(view, None, keys=keys, **q)):
            self.assertEqual([row["key"] for row in ask("all")], keys)
            self.assertEqual([row["value"] for row in ask("sum", group=True)], keys)
            self.assertEqual(len(ask("sum", reduce=False)), 5)
            self.assertEqual([row["key"] for row in ask("all", limit=1)], [10])
        self.assertEqual(len(self.rows("sum", [101, 30, 15], group=True)), 2)
        self.assertEqual([(row["key"], row["value"]) for row in self.rows(
            "multi", [0, 2], startkey_docid="21", endkey_docid="23")],
            [(k, v) for k in (0, 2) for v in (21, 22, 23)])
        self.assertEqual(len(self.rows("multi", [0], skip=1)), 99)
        self.assertEqual(len(self.rows("multi", [1], descending=True)), 100)
        self.assertEqual(len(self.rows("multi", [2], descending=True, skip=3, limit=2)), 2)
        self.assertEqual(self.rows("multi", [0], limit=1, startkey_docid="13")[0]["value"], 13)
        self.assertEqual([row["value"] for row in self.rows(
            "multi", [1], skip=1, limit=5, startkey_docid="25", endkey_docid="27")], [26, 27])
        self.assertEqual([row["value"] for row in self.rows(
            "multi", [1], skip=1, limit=5, startkey_docid="28", endkey_docid="26",
            descending=True)], [27, 26])
        view = "~/_design/test/_view/all"
        for wrong in ({"startkey": 0}, {"endkey": 0}, {"key": 0}, {"group_level": 2}):
            self.ask("POST", view + couch.query(**wrong), {"keys": keys}, status=400,
                     json=error(PARSE))
            self.ask("GET", view + couch.query(keys=keys, **wrong), status=400, json=error(PARSE))
        self.ask("POST", "~/_design/test/_view/sum", {"keys": keys}, status=400, json=error(PARSE))
        self.ask("POST", view, {"keys": 1}, status=400,
                 json=error("bad_request", "`keys` member must be an array."))
        for wrong in ({"group": True}, {"group_level": 1}):
            self.ask("GET", "~/_design/test/_view/sum" + couch.query(reduce=False, **wrong),
                     status=400, json=error(PARSE))

    def test_documents_in_rows(self):
        self.bulk(integers(range(3)) + [{"_id": "link", "to": "1"}])
        self.design(prev=("function(doc) { emit(doc._id, {_rev: doc.prev || doc._rev}); }",),
                    link=("function(doc) { if (doc.to) emit(doc._id, {_id: doc.to}); }",))
        self.assertEqual(self.rows("link", include_docs=True)[0]["doc"]["_id"], "1")
        before = self.ask("GET", "~/0").json
        self.put("0", {**before, "integer": 100, "prev": before["_rev"]})
        doc = self.rows("prev", ["0"], include_docs=True)[0]["doc"]
        self.assertEqual((doc["_rev"], doc["integer"]), (before["_rev"], 0))
        self.ask("PUT", "~/1?new_edits=false", {"_rev": "1-0", "integer": 1}, status=201)
        rows = self.rows("prev", include_docs=True, conflicts=True)
        self.assertEqual({row["id"]: row["doc"].get("_conflicts") for row in rows if row["doc"]
                          and row["id"] in "12"}, {"1": ["1-0"], "2": None})

    def test_builtin_reduces(self):
        self.bulk(integers(range(1, 101)))
        twice = "function(doc) { emit(doc.integer, doc.integer); emit(doc.integer, doc.integer); }"
        for number, trailing in enumerate(("", "\n", "orama", "\nare\nawesome", " ")):
            self.put(f"_design/t{number}", {"views": {
                name: {"map": twice, "reduce": name + trailing}
                for name in ("_sum", "_count", "_stats", "_approx_count_distinct")}})
            view = f"~/_design/t{number}/_view/"
            value = lambda path: self.ask("GET", path, status=200)["rows"][0]["value"]  # noqa: E731
            self.assertEqual(value(view + "_sum"), 10100)
            self.assertEqual(value(view + "_count"), 200)
            self.assertEqual(value(view + "_stats"), {"sum": 10100, "count": 200, "min": 1,
                                                      "max": 100, "sumsqr": 676700})
            self.assertLess(abs(value(view + "_approx_count_distinct") - 100), 4)
            self.assertEqual(value(view + "_sum?startkey=4&endkey=6"), 30)

    def test_the_information_of_an_index(self):
        self.bulk(integers(range(10)))
        self.design(all=("function(doc) { emit(doc.integer); }",))
        before = self.ask("GET", "~/_design/test/_info", status=200).json["view_index"]
        self.rows("all")
        after = self.ask("GET", "~/_design/test/_info", json={"name": "test", "view_index": {
            "signature": before["signature"], "collator_versions": ["153.120"],
            "compact_running": False, "language": "javascript", "waiting_clients": 0,
            "waiting_commit": bool, "purge_seq": int, "update_seq": int,
            "updates_pending": {"minimum": int, "preferred": int, "total": int}}})
        self.assertGreater(after["view_index"]["sizes"]["file"], 0)

    def test_a_design_document_goes(self):
        self.put("_design/v", {"validate_doc_update": "function(n) { if (n.value % 2 == 0)"
                                                      " throw({forbidden: 'even'}); }",
                               "views": {"v": {"map": "function(doc) {}"}}})
        self.ask("POST", "~", {"_id": "a", "value": 4}, status=403, json=error("forbidden", "even"))
        design = self.ask("GET", "~/_design/v").json
        self.ask("POST", "~", {**design, "_deleted": True}, status=201)
        self.ask("POST", "~", {"_id": "a", "value": 4}, status=201)
        self.ask("GET", "~/_design/v/_view/v", status=404)

    def test_order_of_sequence_numbers(self):
        self.bulk(integers(range(5)))
        self.design(all=("function(doc) { emit(doc.integer); }",))
        for path in ("~/_all_docs?update_seq=true", "~/_design/test/_view/all?update_seq=true"):
            self.assertTrue(self.ask("GET", path, status=200)["update_seq"].startswith("6-"))
        self.assertTrue(self.ask("GET", "~")["update_seq"].startswith("6-"))


if __name__ == "__main__":
    couch.main()
