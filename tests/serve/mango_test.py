"""Goal: _find, _index and _explain. Method: tables of requests over a few documents. Source:
couchdb.md §9; src/mango at 3.5, mango_error.erl; the stories of src/mango/test/*.py and
test/elixir/test/mango/*.exs.
"""

import re

import couch
from couch import ABSENT, error

NO_INDEX = "No matching index found, create an index to optimize query time."
ANY_ID = {"_id": {"$gt": None}}
PEOPLE = [
    {"_id": "1", "name": "Stephanie", "age": 48, "city": "Kaua\u02bbi", "tags": ["a", "b"],
     "manager": True, "at": {"zip": 10, "street": "Main"}},
    {"_id": "2", "name": "Lowell", "age": 31, "tags": ["b"], "manager": False,
     "at": {"zip": 20, "street": "High"}},
    {"_id": "3", "name": "Greta", "age": 31, "tags": [], "twitter": None},
    {"_id": "4", "name": "Alvarez", "age": 22, "results": [{"n": 70}, {"n": 90}]},
    {"_id": "5", "age": "old", "results": [{"n": 10}], "a.b": 1},
]


class Mango(couch.Case):
    def setUp(self):
        super().setUp()
        self.bulk(PEOPLE)

    def find(self, selector, **more):
        answer = self.ask("POST", "~/_find", {"selector": selector, **more}, status=200)
        return [doc["_id"] for doc in answer["docs"]]

    def test_operators(self):
        for selector, wanted in (
                ({}, "12345"), ({"age": 31}, "23"), ({"age": {"$gt": 31}}, "15"),
                ({"age": {"$gte": 31, "$lt": 40}}, "23"), ({"age": {"$lte": 22}}, "4"),
                ({"age": {"$ne": 31}}, "145"), ({"name": {"$ne": "Greta"}}, "124"),   # §12, 13
                ({"name": {"$exists": False}}, "5"), ({"twitter": {"$exists": True}}, "3"),
                ({"twitter": None}, "3"), ({"age": {"$type": "string"}}, "5"),
                ({"age": {"$type": "number"}}, "1234"), ({"at": {"$type": "object"}}, "12"),
                ({"tags": {"$type": "array"}}, "123"), ({"manager": {"$type": "boolean"}}, "12"),
                ({"age": {"$in": [22, 31]}}, "234"), ({"age": {"$in": []}}, ""),
                ({"tags": {"$in": ["b"]}}, "12"), ({"age": {"$nin": [22, 31]}}, "15"),
                ({"tags": {"$size": 2}}, "1"), ({"age": {"$mod": [10, 1]}}, "23"),
                ({"name": {"$regex": "^[AG]"}}, "34"), ({"name": {"$beginsWith": "Ste"}}, "1"),
                ({"tags": {"$all": ["a", "b"]}}, "1"), ({"tags": {"$all": []}}, ""),
                ({"tags": {"$elemMatch": {"$eq": "a"}}}, "1"),
                ({"results": {"$elemMatch": {"n": {"$gt": 80}}}}, "4"),
                ({"results": {"$allMatch": {"n": {"$gt": 60}}}}, "4"),
                ({"tags": {"$allMatch": {"$eq": "b"}}}, "2"),
                ({"at": {"$keyMapMatch": {"$eq": "zip"}}}, "12"),
                ({"$and": [{"age": 31}, {"name": "Greta"}]}, "3"), ({"$and": []}, ""),
                ({"$or": [{"age": 22}, {"age": 48}]}, "14"),
                ({"$nor": [{"age": 31}, {"age": 48}]}, "45"), ({"$not": {"age": 31}}, "145"),
                ({"age": {"$not": {"$gt": 31}}}, "234"), ({"at.zip": 10}, "1"),
                ({"at": {"zip": 10}}, "1"), ({"at": {"$eq": {"zip": 10}}}, ""),
                ({"a\\.b": 1}, "5"), ({"tags.0": "b"}, "2"), ({"_id": {"$gt": "3"}}, "45"),
                ({"tags": ["b"]}, "2"), ({"age": {"$gt": None}, "manager": False}, "2")):
            with self.subTest(selector=selector):
                self.assertEqual("".join(self.find(selector)), wanted)

    def test_options(self):
        self.table(
            ("POST", "~/_find", {"selector": {"age": 31}}, 200,
             {"docs": [{"_id": "2"}, {"_id": "3"}], "bookmark": str, "warning": NO_INDEX}),
            ("POST", "~/_find", {"selector": {"_id": {"$gt": None}}, "limit": 2}, 200,
             {"docs": [{}, {}], "warning": NO_INDEX}),
            ("POST", "~/_find", {"selector": {"age": 31}, "fields": ["name", "at.zip"]}, 200,
             {"docs": [{"name": "Lowell", "at": {"zip": 20}, "_id": ABSENT}, {"name": "Greta"}]}),
            ("POST", "~/_find", {"selector": {}, "execution_stats": True}, 200,
             {"execution_stats": {"total_keys_examined": int, "total_docs_examined": 5,
                                  "total_quorum_docs_examined": 0, "results_returned": 5,
                                  "execution_time_ms": lambda n: n >= 0}}),
            ("POST", "~/_find", {"selector": ANY_ID, "skip": 3, "sort": [{"_id": "asc"}]}, 200,
             {"docs": [{"_id": "4"}, {"_id": "5"}]}),
            ("POST", "~/_find", {"selector": ANY_ID, "sort": ["_id"], "limit": 1}, 200,
             {"docs": [{"_id": "1"}]}),
            ("POST", "~/_find", {"selector": ANY_ID, "sort": [{"_id": "desc"}], "limit": 1},
             200, {"docs": [{"_id": "5"}]}),
        )
        page = self.ask("POST", "~/_find", {"selector": {}, "limit": 2}).json
        page = self.ask("POST", "~/_find", {"selector": {}, "limit": 2,
                                            "bookmark": page["bookmark"]}).json
        self.assertEqual([doc["_id"] for doc in page["docs"]], ["3", "4"])
        self.ask("PUT", "~/1?new_edits=false", {"_rev": "1-0"}, status=201)
        self.ask("POST", "~/_find", {"selector": {"_id": "1"}, "conflicts": True},
                 json={"docs": [{"_conflicts": ["1-0"]}]})

    def test_what_is_refused(self):
        bad = "bad_arg"
        self.table(
            ("POST", "~/_find", {}, 400, error("missing_required_key")),
            ("POST", "~/_find", {"selector": {"a": {"$foo": 1}}}, 400,
             error("invalid_operator", "Invalid operator: $foo")),
            ("POST", "~/_find", {"selector": {"a": {"$in": 1}}}, 400,
             error(bad, "Bad argument for operator $in: 1")),
            ("POST", "~/_find", {"selector": {"a": {"$size": "x"}}}, 400, error(bad)),
            ("POST", "~/_find", {"selector": {"a": {"$mod": [0.5, 1]}}}, 400, error(bad)),
            ("POST", "~/_find", {"selector": {"a": {"$regex": 1}}}, 400, error(bad)),
            ("POST", "~/_find", {"selector": {"$and": {}}}, 400, error(bad)),
            ("POST", "~/_find", {"selector": 1}, 400),
            ("POST", "~/_find", {"selector": {}, "limit": -1}, 400),
            ("POST", "~/_find", {"selector": {}, "skip": "x"}, 400),
            ("POST", "~/_find", {"selector": {}, "fields": 1}, 400),
            ("POST", "~/_find", {"selector": {}, "what": 1}, 400,
             error("invalid_key", re.compile("what"))),
            ("POST", "~/_find", {"selector": {}, "sort": ["name"]}, 400, error(
                "no_usable_index", re.compile("^No index exists for this sort"))),
            ("POST", "~/_find", {"selector": {}, "sort": [{"a": "asc"}, {"b": "desc"}]}, 400,
             error("unsupported_mixed_sort")),
            ("POST", "~/_find", {"selector": {}, "bookmark": "garbage"}, 400,
             error("invalid_bookmark")),
            ("POST", "~/_find", "x", 400),
            ("POST", "~/_find", ("{}", {"Content-Type": "text/plain"}), 415),
            ("GET", "~/_find", None, 405, None, {"allow": "POST"}),
            ("GET", "~/_explain", None, 405, None, {"allow": "POST"}),
        )

    def test_where_couchdb_fails(self):
        """At the first document of the kind, unless $elemMatch and the like catch it."""
        modulo = error("unknown_error", "badarith")
        modulo["ref"] = int

        def name(field):
            return error("invalid_field_name", f"Invalid field name: {field}")

        for quorum in ({}, {"r": 3}):
            for selector, status, said in (
                    ({"age": {"$mod": [0, 0]}}, 500, modulo),
                    ({"$nor": [{"age": {"$mod": [0, 0]}}]}, 500, modulo),
                    ({"$or": [{"age": {"$mod": [0, 0]}}, {"age": {"$gt": 0}}]}, 500, modulo),
                    ({"name": {"$mod": [0, 0]}}, 200, {"docs": []}),     # No whole numbers.
                    ({"name": "nobody", "age": {"$mod": [0, 0]}}, 200, {"docs": []}),
                    ({"results": {"$elemMatch": {"n": {"$mod": [0, 0]}}}}, 200, {"docs": []}),
                    ({"results": {"$allMatch": {"n": {"$mod": [0, 0]}}}}, 200, {"docs": []}),
                    ({"_id": {"": None}}, 400, name("_id.")),
                    ({"a..b": {"$exists": False}}, 400, name("a..b"))):
                with self.subTest(selector=selector, quorum=quorum):
                    self.ask("POST", "~/_find", {"selector": selector, **quorum}, status=status,
                             json=said)
            self.ask("POST", "~/_find", {"selector": {}, "fields": ["_id", ""], **quorum},
                     status=400, json=name(""))
        for twin in self.ask("GET", "~/_all_docs").json["rows"]:
            self.ask("DELETE", f"~/{twin['id']}?rev={twin['value']['rev']}", status=200)
        self.ask("POST", "~/_find", {"selector": {"age": {"$mod": [0, 0]}, "": 1}}, status=200)
        self.put("_design/x", {"age": 5})                     # Looked at, though never found.
        self.ask("POST", "~/_find", {"selector": {"age": {"$mod": [0, 0]}}}, status=500)

    def test_paths_of_indexes(self):
        self.ask("POST", "~/_index", {"index": {"fields": ["foo"]}, "name": "n", "ddoc": "d"},
                 status=200)
        for method in ("PUT", "GET", "POST", "PATCH", "DELETE", "HEAD", "COPY", "OPTIONS"):
            for path in ("a", "a/b", "a/b/c/d", "a/b/c/d/e", "a/b/c/d/e/f", "_design/a/b/c/d"):
                self.ask(method, "~/_index/" + path, status=404)
            if method != "DELETE":
                self.ask(method, "~/_index/d/json/n", status=405)
                self.ask(method, "~/_index/_design/d/json/n", status=405)
            if method != "POST":
                self.ask(method, "~/_index/_bulk_delete", status=405)
        self.table(("PUT", "~/_index", None, 405,
                    error("method_not_allowed", "Only GET,POST allowed"), {"allow": "GET,POST"}))

    def test_names_of_indexes(self):
        def index(**names):
            return {"index": {"fields": ["age"]}, **names}

        empty = error("invalid_empty_string", "Index name/ddoc cannot be empty")
        self.table(
            ("POST", "~/_index", index(name=""), 400, empty),
            ("POST", "~/_index", index(ddoc=""), 400, empty),
            ("POST", "~/_index", index(ddoc="_design/"), 400,
             error("illegal_docid", "Illegal document id `_design/`")),
            ("POST", "~/_index", index(ddoc="d", name="n"), 200),
            *(("POST", "~/_find", {"selector": {"age": 31}, "use_index": use}, 200,
               {"docs": [{}, {}], "warning": ABSENT})
              for use in ("d", "_design/d", "d/n", "_design/d/n", ["d"], ["d", "n"])),
            *(("POST", "~/_find", {"selector": {"age": 31}, "use_index": use}, 400,
               error("invalid_index_name"))
              for use in ("a/b/c", "_design/a/b/c", ["a", "b", "c"], [1], {})),
        )

    def test_covering_indexes(self):
        """What an index holds spares documents, nested fields too; $exists makes it the closer."""
        self.table(
            ("POST", "~/_index", {"index": {"fields": ["age"]}, "name": "age"}, 200),
            ("POST", "~/_index", {"index": {"fields": ["at.zip", "age"]}, "name": "both"}, 200),
            ("POST", "~/_explain", {"selector": {"at.zip": {"$exists": True}, "age": 31},
                                    "fields": ["at.zip"]}, 200,
             {"index": {"name": "both"}, "covering": True, "selector_hints": [
                 {"indexable_fields": ["age", "at.zip"], "unindexable_fields": []}],
              "mrargs": {"include_docs": False, "start_key": [], "end_key": ["<MAX>"]}}),
            ("POST", "~/_find", {"selector": {"at.zip": {"$exists": True}, "age": 31},
                                 "fields": ["at.zip", "_id"], "execution_stats": True}, 200,
             {"docs": [{"_id": "2", "at": {"zip": 20}}], "warning": ABSENT, "execution_stats": {
                 "total_keys_examined": 2, "total_docs_examined": 0}}),
            # Design documents are looked at like others.
            ("POST", "~/_find", {"selector": {"name": "Greta"}, "execution_stats": True}, 200,
             {"execution_stats": {"total_keys_examined": 7, "total_docs_examined": 7}}),
        )

    def test_selector_of_old(self):
        """Indexes once said `selector` where they say `partial_filter_selector` now."""
        only = {"age": {"$gte": 31}}
        self.put("_design/old", {"language": "query", "views": {"v": {
            "map": {"fields": {"age": "asc"}, "selector": only}, "reduce": "_count",
            "options": {"def": {"fields": ["age"]}}}}})
        asked = {"selector": {"age": {"$gte": 0}}}
        self.table(
            ("GET", "~/_index", None, 200, {"indexes": [
                {}, {"name": "v", "def": {"fields": [{"age": "asc"}], "selector": only}}]}),
            ("POST", "~/_find", asked, 200, {"docs": [{}] * 5, "warning": NO_INDEX}),
            ("POST", "~/_find", {**asked, "use_index": "old"}, 200, {
                "docs": [{"_id": "2"}, {"_id": "3"}, {"_id": "1"}, {"_id": "5"}]}),
        )

    def test_users_anew(self):
        """A new `_users` is empty for some seconds: then whoever listens to it is back."""
        self.ask("DELETE", "/_users", status=200)
        self.ask("PUT", "/_users", status=201)
        self.ask("GET", "/_users", status=200, json={"doc_count": 0, "doc_del_count": 0})
        self.ask("POST", "/_users/_bulk_docs", {"docs": [
            {"_id": "org.couchdb.user:ann", "name": "ann", "type": "user", "roles": []}]},
            status=201)
        self.ask("POST", "/_users/_find", {"selector": {}}, json={"docs": [{"name": "ann"}]})
        self.until(lambda: self.ask("GET", "/_users/_design/_auth").status == 200)

    def test_indexes_beside_others(self):
        def index(name, design):
            return {"index": {"fields": [name[0]]}, "name": name, "ddoc": design}

        self.put("_design/js", {"language": "javascript"})
        self.put("_design/none", {"views": {"v": {"map": "function(doc) {}"}}})
        name = ",".join(str(byte) for byte in b"language")
        self.table(
            ("POST", "~/_index", index("z", "two"), 200, {"result": "created"}),
            ("POST", "~/_index", index("a", "two"), 200, {"result": "created"}),
            ("GET", "~/_index", None, 200, {"total_rows": 3, "indexes": [   # As lists:sort does.
                {"name": "_all_docs"}, {"name": "a"}, {"name": "z"}]}),
            ("POST", "~/_index", index("a", "none"), 400, error(
                "invalid_ddoc_lang", "Existing design doc has an invalid language: false")),
            ("POST", "~/_index", index("a", "js"), 400, error("invalid_ddoc_lang", re.compile(
                "^Existing design doc has an invalid language: {<<" + name + ">>,<<106,97,"))),
        )

    def test_indexes(self):
        made = self.ask("POST", "~/_index", {"index": {"fields": ["age"]}, "name": "by_age",
                                             "ddoc": "ages", "type": "json"}, status=200,
                        json={"result": "created", "id": "_design/ages", "name": "by_age"})
        self.assertEqual(made.headers["content-type"], "application/json")
        self.table(
            ("POST", "~/_index", {"index": {"fields": ["age"]}, "name": "by_age", "ddoc": "ages"},
             200, {"result": "exists"}),
            ("GET", "~/_index", None, 200, {"total_rows": 2, "indexes": [
                {"ddoc": None, "name": "_all_docs", "type": "special",
                 "def": {"fields": [{"_id": "asc"}]}},
                {"ddoc": "_design/ages", "name": "by_age", "type": "json",
                 "def": {"fields": [{"age": "asc"}]}}]}),
            ("POST", "~/_find", {"selector": {"age": {"$gt": 30}}}, 200,
             {"docs": [{"_id": "2"}, {"_id": "3"}, {"_id": "1"}, {"_id": "5"}],
              "warning": ABSENT}),
            ("POST", "~/_find", {"selector": {"age": {"$gt": 0}}, "sort": [{"age": "desc"}]},
             200, {"docs": [{"_id": "5"}, {"_id": "1"}, {"_id": "3"}, {"_id": "2"},
                            {"_id": "4"}]}),
            ("POST", "~/_explain", {"selector": {"age": {"$gt": 30}}, "limit": 7}, 200,
             {"dbname": self.db[1:], "index": {"ddoc": "_design/ages", "name": "by_age"},
              "selector": {"age": {"$gt": 30}}, "limit": 7, "skip": 0, "fields": [],
              "opts": dict, "mrargs": dict, "covering": False}),
            ("POST", "~/_find", {"selector": {"name": "Greta"}, "use_index": "ages"}, 200,
             {"docs": [{"_id": "3"}], "warning": re.compile("ages")}),
            ("POST", "~/_index", {"index": {"fields": ["name"]}}, 200,
             {"result": "created", "id": re.compile("^_design/[0-9a-f]{40}$"),
              "name": re.compile("^[0-9a-f]{40}$")}),
            ("POST", "~/_index", {"index": {
                "fields": ["age"], "partial_filter_selector": {"manager": True}},
                "ddoc": "part", "name": "p"}, 200, {"result": "created"}),
            ("POST", "~/_find", {"selector": {"age": {"$gt": 0}, "manager": True},
                                 "use_index": ["part", "p"]}, 200, {"docs": [{"_id": "1"}]}),
            ("DELETE", "~/_index/ages/json/by_age", None, 200, {"ok": True}),
            ("DELETE", "~/_index/ages/json/by_age", None, 404),
            ("DELETE", "~/_index/_design/part/json/p", None, 200, {"ok": True}),
            ("POST", "~/_index/_bulk_delete", {"docids": ["_design/none"]}, 200,
             {"success": [], "fail": [{"id": "_design/none"}]}),
            ("POST", "~/_index", {"index": {"fields": "foo"}}, 400),
            ("POST", "~/_index", {"index": {"fields": [""]}}, 400),
            ("POST", "~/_index", {"index": {"fields": [{"a": "asc"}, {"b": "desc"}]}}, 400),
            ("POST", "~/_index", {"index": {"fields": [{"a": "asc", "b": "asc"}]}}, 400),
            ("POST", "~/_index", {"index": {"fields": [{"a": "up"}]}}, 400),
            ("POST", "~/_index", {}, 400),
            ("POST", "~/_index", {"index": {"fields": ["a"]}, "type": "foo"}, 400),
            ("PUT", "~/_index", {}, 405),
        )


if __name__ == "__main__":
    couch.main()
