"""Goal: many documents at once: _bulk_docs, _bulk_get, _revs_diff, _missing_revs. Method: tables of
requests. Source: couchdb.md §1.3, §5; chttpd_db.erl; the stories of
test/elixir/test/{bulk_docs,revision,recreate_doc}_test.exs.
"""

import re

import couch
from couch import ABSENT, error

X1 = "1-0785e9eb543380151003dc452c3a001a"        # Of {"x":1}.


class Bulk(couch.Case):
    def test_many_are_made_changed_and_deleted(self):
        made = self.bulk([{"_id": str(i), "n": i} for i in range(5)])
        self.assertEqual([each["id"] for each in made], ["0", "1", "2", "3", "4"])
        self.assertTrue(all(each["ok"] and each["rev"].startswith("1-") for each in made))
        changed = self.bulk([{"_id": each["id"], "_rev": each["rev"], "n": 9} for each in made])
        self.assertTrue(all(each["rev"].startswith("2-") for each in changed))
        gone = self.bulk([{"_id": each["id"], "_rev": each["rev"], "_deleted": True}
                          for each in changed])
        self.assertTrue(all(each["rev"].startswith("3-") for each in gone))
        self.ask("GET", "~/0", status=404, json=error("not_found", "deleted"))
        self.ask("GET", "~", json={"doc_count": 0, "doc_del_count": 5})

    def test_conflicts_hide_in_a_201(self):                             # §12, 9
        self.put("a")
        conflict = {"id": "a", "error": "conflict", "reason": "Document update conflict.",
                    "rev": ABSENT, "ok": ABSENT}
        self.table(
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "a"}, {"_id": "b"}]}, 201,
             [conflict, {"ok": True, "id": "b"}]),
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "c", "n": 1}, {"_id": "c", "n": 2}]}, 201,
             [{"ok": True, "id": "c"}, {"id": "c", "error": "conflict"}]),
            ("POST", "~/_bulk_docs", {"docs": [{"x": 1}]}, 201,
             [{"ok": True, "id": re.compile("^[0-9a-f]{32}$"), "rev": X1}]),
        )

    def test_what_is_refused_whole(self):
        bulk = "~/_bulk_docs"
        self.table(
            ("POST", bulk, "[]", 400, error("bad_request", "Request body must be a JSON object")),
            ("POST", bulk, {}, 400,
             error("bad_request", "POST body must include `docs` parameter.")),
            ("POST", bulk, {"docs": "foo"}, 400,
             error("bad_request", "`docs` parameter must be an array.")),
            ("POST", bulk, {"docs": [], "new_edits": 0}, 400,
             error("bad_request", "`new_edits` parameter must be a boolean.")),
            ("POST", bulk, {"docs": [{"_id": "ok"}, {"_id": "_bad"}]}, 400,
             error("illegal_docid")),
            ("POST", bulk, {"docs": [{"_id": "ok"}, 1]}, 400,
             error("bad_request", "Document must be a JSON object")),
            ("POST", bulk, {"docs": [{"_id": "ok"}], "new_edits": False}, 400,
             error("bad_request", re.compile("^When `new_edits: false`, the document needs"))),
            ("POST", bulk, {"docs": [{"_id": "ok", "_attachments": {"_x": {"data": ""}}}]}, 400,
             error("bad_request", "Attachment name '_x' starts with prohibited character '_'")),
            ("POST", bulk, ("{}", {"Content-Type": "text/plain"}), 415,
             error("bad_content_type", "Content-Type must be application/json")),
            ("GET", bulk, None, 405, None, {"allow": "POST"}),
            ("GET", "~/ok", None, 404),
            ("POST", bulk, {"docs": []}, 201, []),
            ("POST", bulk, {"docs": [{"_id": "ok"}], "all_or_nothing": True}, 417,
             [error("not_implemented", "all_or_nothing is not supported")]),
        )

    def test_revisions_as_they_are(self):
        doc = {"_id": "a", "_revisions": {"start": 3, "ids": ["c", "b", "a"]}, "n": 3}
        other = {"_id": "a", "_rev": "2-x", "n": 2}
        self.table(
            ("POST", "~/_bulk_docs", {"new_edits": False, "docs": [doc, other]}, 201, "[]\n"),
            ("POST", "~/_bulk_docs", {"new_edits": False, "docs": [doc]}, 201, "[]\n"),
            ("GET", "~/a?conflicts=true&revs=true", None, 200,
             {"_rev": "3-c", "n": 3, "_conflicts": ["2-x"],
              "_revisions": {"start": 3, "ids": ["c", "b", "a"]}}),
            ("GET", "~/a?revs_info=true", None, 200, {"_revs_info": [
                {"rev": "3-c", "status": "available"}, {"rev": "2-b", "status": "missing"},
                {"rev": "1-a", "status": "missing"}]}),
            ("GET", "~/a?rev=2-b", None, 404, error("not_found", "missing")),
            ("PUT", "~/b?new_edits=false", {"_rev": "1-own", "n": 1}, 201,
             {"ok": True, "id": "b", "rev": "1-own"}),
        )

    def test_validation_is_told_document_by_document(self):
        vdu = "function(n, o) { if (n.bad) throw({forbidden: 'no ' + n._id});" \
              " if (n.who) throw({unauthorized: 'who?'}); }"
        self.put("_design/v", {"validate_doc_update": vdu})
        self.table(
            ("PUT", "~/a", {"bad": 1}, 403, error("forbidden", "no a")),
            ("PUT", "~/a", {"who": 1}, 401, error("unauthorized", "who?")),
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "a", "bad": 1}, {"_id": "b"},
                                               {"_id": "c", "who": 1}]}, 201,
             [{"id": "a", "error": "forbidden", "reason": "no a"}, {"ok": True, "id": "b"},
              {"id": "c", "error": "unauthorized", "reason": "who?"}]),
            ("POST", "~/_bulk_docs", {"new_edits": False, "docs": [
                {"_id": "a", "_rev": "1-a", "bad": 1}, {"_id": "d", "_rev": "1-a"}]}, 201,
             [{"id": "a", "rev": "1-a", "error": "forbidden", "reason": "no a"}]),
            ("GET", "~/d", None, 200), ("GET", "~/a", None, 404),
        )

    def test_bulk_get(self):
        one = self.put("a", {"n": 1})
        two = self.put("a", {"n": 2, "_rev": one})
        self.ask("PUT", "~/a?new_edits=false", {"_rev": "1-other", "n": 0}, status=201)
        get = "~/_bulk_get"

        def results(*docs):
            return {"results": [{"id": name, "docs": list(found)} for name, found in docs]}

        def missing(name, rev):
            return {"error": {"id": name, "rev": rev, "error": "not_found", "reason": "missing"}}

        self.table(
            ("POST", get, {"docs": [{"id": "a", "rev": one}]}, 200,
             results(("a", [{"ok": {"_id": "a", "_rev": one, "n": 1}}]))),
            ("POST", get, {"docs": [{"id": "a"}]}, 200,                 # §12, 10: all leaves
             {"results": [{"id": "a", "docs": lambda found: {d["ok"]["_rev"] for d in found} ==
                           {two, "1-other"}}]}),
            ("POST", get + "?latest=true", {"docs": [{"id": "a", "rev": one}]}, 200,
             results(("a", [{"ok": {"_rev": two}}]))),
            ("POST", get + "?revs=true", {"docs": [{"id": "a", "rev": two}]}, 200,
             results(("a", [{"ok": {"_revisions": {"start": 2, "ids": [two[2:], one[2:]]}}}]))),
            ("POST", get, {"docs": [{"id": "none"}]}, 200,
             results(("none", [missing("none", "undefined")]))),
            ("POST", get, {"docs": [{"id": "a", "rev": "9-x"}]}, 200,
             results(("a", [missing("a", "9-x")]))),
            ("POST", get, {"docs": [{"id": "a", "rev": "x"}]}, 200, results(
                ("a", [{"error": {"id": "a", "rev": "x", "error": "bad_request",
                                  "reason": "Invalid rev format"}}]))),
            ("POST", get, {"docs": [{"id": "_x"}]}, 200, results(
                ("_x", [{"error": {"error": "illegal_docid", "rev": None}}]))),
            ("POST", get, {"docs": [{}]}, 200, {"results": [{"id": None, "docs": [
                {"error": {"id": None, "rev": None, "error": "bad_request",
                           "reason": "document must be a JSON object"}}]}]}),
            ("POST", get, {"docs": [{"rev": "1-a"}]}, 200, {"results": [{"id": None, "docs": [
                {"error": {"error": "bad_request", "reason": "document id missed"}}]}]}),
            ("POST", get, {"docs": []}, 200, {"results": []}),
            ("POST", get, {}, 400, error("bad_request", "Missing JSON list of 'docs'.")),
            ("POST", get + "?rev=1-a", {"docs": []}, 400,
             error("bad_request", '"rev" query parameter is not acceptable')),
            ("POST", get, ("{}", {"Content-Type": "text/plain"}), 415),
            ("GET", get, None, 405, None, {"allow": "POST"}),
        )

    def test_bulk_get_in_parts(self):
        rev = self.put("a", {"_attachments": {"f.bin": {"data": "AAEC", "content_type": "x/y"}}})
        answer = self.ask("POST", "~/_bulk_get?revs=true", {"docs": [{"id": "a"}, {"id": "b"}]},
                          {"Accept": "multipart/mixed"}, 200)
        self.assertRegex(answer.headers["content-type"], "^multipart/mixed; boundary=")
        found = answer.parts()
        self.assertEqual(len(found), 2)
        head, body = found[0]
        self.assertEqual((head["x-doc-id"], head["x-rev-id"]), ("a", rev))
        inner = couch.parts(head["content-type"], body)
        self.assertEqual(inner[1][1], b"\x00\x01\x02")
        self.assertIn(b'"follows":true', inner[0][1])
        self.assertEqual(found[1][0]["content-type"], 'application/json; error="true"')
        self.assertIn(b'"error":"not_found"', found[1][1])

    def test_what_is_missing(self):
        for rev in ("1-a", "3-c"):
            self.ask("PUT", "~/d?new_edits=false", {"_rev": rev}, status=201)
        self.table(
            ("POST", "~/_revs_diff", {"d": ["1-a", "2-b", "9-z"], "e": ["1-x"], "f": []}, 200,
             {"d": {"missing": ["2-b", "9-z"], "possible_ancestors": ["3-c", "1-a"]},
              "e": {"missing": ["1-x"], "possible_ancestors": ABSENT}, "f": ABSENT}),
            ("POST", "~/_revs_diff", {"d": ["1-a", "3-c"]}, 200, "{}\n"),
            ("POST", "~/_revs_diff", {"d": ["2-b"]}, 200,
             {"d": {"missing": ["2-b"], "possible_ancestors": ["1-a"]}}),
            ("POST", "~/_revs_diff", {}, 200, "{}\n"),
            ("POST", "~/_revs_diff", "[]", 400, error("bad_request")),
            ("POST", "~/_revs_diff", {"d": ["x"]}, 400,
             error("bad_request", "Invalid rev format")),
            ("POST", "~/_revs_diff", {"d": "1-a"}, 400,
             error("bad_request", "Invalid list of revisions")),
            ("POST", "~/_missing_revs", {"d": {"1-a": 1}}, 400,
             error("bad_request", "Invalid list of revisions")),
            ("GET", "~/d?open_revs=%7B%22a%22:1%7D", None, 400,
             error("bad_request", "Invalid list of revisions")),
            ("POST", "~/_missing_revs", {"d": ["1-a", "2-b"], "e": ["1-x"]}, 200,
             {"missing_revs": {"d": ["2-b"], "e": ["1-x"]}}),
            ("GET", "~/_revs_diff", None, 405, None, {"allow": "POST"}),
            ("GET", "~/_missing_revs", None, 405, None, {"allow": "POST"}),
        )


if __name__ == "__main__":
    couch.main()
