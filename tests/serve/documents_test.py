"""Goal: documents, their revisions and conflicts, as CouchDB 3.5 answers. Method: tables of
requests; revision ids are those a real node makes. Source: couchdb.md §1, §5; chttpd_db.erl; the
stories of test/elixir/test/{basics,recreate_doc,conflicts,copy_doc,etags_head,local_docs,
invalid_docids,method_override,revision,batch_save}_test.exs.
"""

import re
import time

import couch
from couch import ABSENT, REV1, error

CONFLICT = error("conflict", "Document update conflict.")
X1 = "1-0785e9eb543380151003dc452c3a001a"        # Of {"x":1}.
X1_GONE = "2-d0ae140c7f7cdb92dd85a3e31ae18f0c"   # What its deletion makes.
X3 = "3-45cb630d69eb1e6695e40bfc7a7c6178"        # {"x":3} after that.


class Documents(couch.Case):
    def test_the_life_of_a_document(self):
        self.table(
            ("PUT", "~/a", {"x": 1}, 201, {"ok": True, "id": "a", "rev": X1},
             {"etag": f'"{X1}"', "location": re.compile(r"/db\d+/a$"),
              "content-type": "application/json"}),
            ("GET", "~/a", None, 200, f'{{"_id":"a","_rev":"{X1}","x":1}}\n',
             {"etag": f'"{X1}"'}),
            ("HEAD", "~/a", None, 200, "", {"etag": f'"{X1}"'}),
            ("PUT", "~/a", {"x": 2}, 409, CONFLICT),
            ("PUT", "~/a", {"x": 2, "_rev": "1-abc"}, 409, CONFLICT),
            ("PUT", "~/a", {"x": 2, "_rev": "nonsense"}, 400,
             error("bad_request", "Invalid rev format")),
            ("DELETE", "~/a", None, 409, CONFLICT),
            ("DELETE", f"~/a?rev={X1}", None, 200, {"ok": True, "id": "a", "rev": X1_GONE},
             {"etag": f'"{X1_GONE}"'}),
            ("GET", "~/a", None, 404, error("not_found", "deleted")),
            ("HEAD", "~/a", None, 404, ""),
            ("DELETE", f"~/a?rev={X1_GONE}", None, 404, error("not_found", "deleted")),
            ("GET", f"~/a?rev={X1_GONE}", None, 200,
             {"_id": "a", "_rev": X1_GONE, "_deleted": True}),
            ("GET", "~/a?deleted=true", None, 200, {"_rev": X1_GONE, "_deleted": True}),
            ("GET", f"~/a?rev={X1}", None, 200, {"x": 1}),
            ("PUT", "~/a", {"x": 3, "_rev": X1_GONE}, 409, CONFLICT),
            ("PUT", "~/a", {"_deleted": True}, 409, CONFLICT),
            ("PUT", "~/a", {"x": 3}, 201, {"rev": X3}),
            ("GET", "~/a?revs=true", None, 200, {"_revisions": {"start": 3, "ids": [
                X3[2:], X1_GONE[2:], X1[2:]]}}),
            ("GET", "~/a?revs_info=true", None, 200, {"_revs_info": [
                {"rev": X3, "status": "available"}, {"rev": X1_GONE, "status": "deleted"},
                {"rev": X1, "status": "available"}]}, {"etag": ABSENT}),
            ("GET", "~/a?meta=true", None, 200,
             {"_revs_info": list, "_conflicts": ABSENT, "_deleted_conflicts": ABSENT}),
            ("GET", "~/a?local_seq=true", None, 200, {"_local_seq": 3}),
            ("GET", f"~/a?rev={X1}&latest=true", None, 200, {"_rev": X3}),
            ("GET", "~/a?rev=9-abc&latest=true", None, 404, error("not_found", "missing")),
            ("GET", "~/a?rev=9-abc", None, 404, error("not_found", "missing")),
            ("GET", "~/a?rev=abc", None, 400, error("bad_request", "Invalid rev format")),
            ("GET", "~/none", None, 404, error("not_found", "missing")),
            ("DELETE", "~/none", None, 404, error("not_found", "missing")),
            ("DELETE", "~/none?rev=1-abc", None, 404, error("not_found", "missing")),
            ("PUT", "~/never", {"_deleted": True}, 200, {"ok": True}),
            ("PUT", "~/never", {"_deleted": True}, 409, CONFLICT),
        )

    def test_the_latest_of_a_losing_branch(self):
        """chttpd_db.erl couch_doc_open/4: open_revs of one revision, with `latest`."""
        docs = [{"_id": "b", "_revisions": {"start": 2, "ids": [leaf, root]}}
                for leaf, root in (("aa", "a"), ("bb", "b"))]
        self.bulk(docs, new_edits=False)
        for root, leaf in (("1-a", "2-aa"), ("1-b", "2-bb"), ("2-aa", "2-aa")):
            self.ask("GET", f"~/b?rev={root}&latest=true", status=200, json={"_rev": leaf})

    def test_where_a_revision_stands(self):
        rev = self.put("a")
        other = "1-00000000000000000000000000000000"
        self.table(
            ("PUT", f"~/a?rev={other}", {"_rev": rev}, 400, error(
                "bad_request", "Document rev from request body and query string have different "
                               "values")),
            ("PUT", "~/a", ({"_rev": rev}, {"If-Match": other}), 400,
             error("bad_request", "Document rev and etag have different values")),
            ("PUT", f"~/a?rev={rev}", {"n": 2}, 201),
            ("GET", "~/a?revs=true", None, 200, {"n": 2, "_revisions": {"start": 2}}),
        )
        rev = self.ask("GET", "~/a")["_rev"]
        self.ask("PUT", "~/a", {"n": 3}, {"If-Match": f'"{rev}"'}, 201)
        rev = self.ask("GET", "~/a")["_rev"]
        self.ask("DELETE", "~/a", None, {"If-Match": rev}, 200)
        # 32 hex digits are kept as bytes, whatever their case (couch_doc:parse_revid).
        shout = "1-ABCDEFABCDEFABCDEFABCDEFABCDEFAB"
        self.ask("PUT", "~/loud?new_edits=false", {"_rev": shout}, status=201)
        self.ask("GET", "~/loud", status=200, json={"_rev": shout.lower()})

    def test_conflicts_and_who_wins(self):
        for rev in ("1-zz", "1-abcd" + "0" * 28, "1-ffff" + "0" * 28):
            self.ask("PUT", "~/c?new_edits=false", {"_rev": rev, "v": rev[2:4]}, status=201)
        winner, second, third = "1-ffff" + "0" * 28, "1-abcd" + "0" * 28, "1-zz"
        self.ask("GET", "~/c?conflicts=true", status=200,
                 json={"_rev": winner, "v": "ff", "_conflicts": [second, third]})
        # A losing leaf may be edited (§12, 6); then it is longer, and wins.
        longer = self.ask("PUT", "~/c", {"_rev": third, "v": "new"}, status=201)["rev"]
        self.ask("GET", "~/c?conflicts=true", json={"_rev": longer, "_conflicts": [winner, second]})
        # The winner's deletion brings the next leaf back, a tombstone is longer but loses.
        gone = self.ask("DELETE", f"~/c?rev={longer}", status=200)["rev"]
        self.ask("GET", "~/c?conflicts=true&deleted_conflicts=true",
                 json={"_rev": winner, "_conflicts": [second], "_deleted_conflicts": [gone]})
        leaves = self.ask("GET", "~/c?open_revs=all", None, {"Accept": "application/json"}).json
        self.assertEqual([each["ok"]["_rev"] for each in leaves], [second, winner, gone])
        self.assertTrue(leaves[2]["ok"]["_deleted"])

    def test_open_revisions(self):
        one = self.put("a", {"n": 1})
        two = self.put("a", {"n": 2, "_rev": one})
        accept = {"Accept": "application/json"}
        both = couch.query(open_revs=[one, two, "7-x"])
        found = self.ask("GET", "~/a" + both, None, accept, 200).json
        self.assertEqual(len(found), 3)
        self.assertIn({"missing": "7-x"}, found)
        self.assertIn({"ok": {"_id": "a", "_rev": one, "n": 1}}, found)
        self.ask("GET", "~/a" + couch.query(open_revs=[one], latest=True), None, accept, 200,
                 [{"ok": {"_rev": two}}])
        self.ask("GET", "~/a?open_revs=[]", None, accept, 200, [])
        self.ask("GET", "~/none?open_revs=all", None, accept, 404, error("not_found", "missing"))
        self.ask("GET", "~/none" + couch.query(open_revs=[one]), None, accept, 200,
                 [{"missing": one}])
        self.ask("GET", "~/a?open_revs=[1]", None, accept, 400)
        self.ask("GET", "~/a?open_revs=x", None, accept, 400)
        for kind in (None, "*/*", "multipart/mixed"):     # §12, 11: multipart unless JSON alone
            answer = self.ask("GET", "~/a" + both, None, {"Accept": kind}, 200)
            self.assertRegex(answer.headers["content-type"], "^multipart/mixed; boundary=")
            parts = answer.parts()
            self.assertEqual(len(parts), 3)
            types = sorted(part[0]["content-type"] for part in parts)
            self.assertEqual(types, ["application/json", "application/json",
                                     'application/json; error="true"'])

    def test_what_a_document_may_be(self):
        only = "Only reserved document ids may start with underscore."
        self.table(
            ("PUT", "~/a", "[]", 400, error("bad_request", "Document must be a JSON object")),
            ("PUT", "~/a", "", 400, error("bad_request", "invalid UTF-8 JSON")),
            ("PUT", "~/a", "{", 400, error("bad_request", "invalid UTF-8 JSON")),
            ("PUT", "~/a", b'{"x":"\xff"}', 400, error("bad_request", "invalid UTF-8 JSON")),
            ("PUT", "~/a", {"_zing": 4}, 400,
             error("doc_validation", "Bad special document member: _zing")),
            ("POST", "~", {"_zing": 4}, 400, error("doc_validation")),
            ("PUT", "~/_other", {}, 400, error("illegal_docid", only)),
            ("PUT", "~/_design", {}, 400, error("illegal_docid")),
            ("POST", "~", {"_id": "_other"}, 400, error("illegal_docid", only)),
            ("POST", "~", {"_id": 1}, 400, error("illegal_docid", "Document id must be a string")),
            ("POST", "~", {"_id": ""}, 400,
             error("illegal_docid", "Document id must not be empty")),
            ("PUT", "~/a", {"_id": "other"}, 201, {"id": "a"}),    # The body's id is not heeded.
            ("PUT", "~/b", {"_attachments": []}, 400),
            ("PUT", "~/b", {"_deleted": 1}, 400, error("doc_validation")),
            ("PUT", "~/b", {"_revisions": {"start": 1, "ids": "x"}}, 400, error("doc_validation")),
            ("PUT", "~/b?new_edits=false", {}, 400, error("bad_request", re.compile(
                "^When `new_edits: false`, the document needs `_rev` or `_revisions` specified"))),
            ("PUT", "~/with%2Fslash", {}, 201, {"id": "with/slash"},
             {"location": re.compile("/with%2[fF]slash$")}),
            ("GET", "~/with%2Fslash", None, 200, {"_id": "with/slash"}),
            ("PUT", "~/%E2%82%AC%20x", {"k": "\u20ac"}, 201, {"id": "\u20ac x"}),
            ("GET", "~/%E2%82%AC%20x", None, 200, {"k": "\u20ac"}),
            ("PUT", "~/docid%0A", {}, 201, {"id": "docid\n"}),
            ("PUT", "~/numbers", '{"i":12345678901234567890,"r":1.0,"e":1e3,"z":-0.0}', 201),
        )
        text = self.ask("GET", "~/numbers").body.decode()
        self.assertIn('"i":12345678901234567890,"r":1.0,"e":1000.0,"z":0.0}', text)

    def test_a_plus_in_a_path(self):
        setting = "/_node/_local/_config/chttpd/decode_plus_to_space"
        self.ask("PUT", "~/a+b", {}, status=201, json={"id": "a b"})
        self.ask("PUT", setting, '"false"', status=200)
        self.ask("PUT", "~/a+b", {}, status=201, json={"id": "a+b"})
        self.ask("DELETE", setting, status=200)

    def test_a_document_without_an_id(self):
        answer = self.ask("POST", "~", {"x": 1}, status=201, json={"ok": True, "rev": X1})
        self.assertRegex(answer["id"], "^[0-9a-f]{32}$")
        self.assertTrue(answer.headers["location"].endswith(f"{self.db}/{answer['id']}"))
        self.ask("POST", "~", {"_id": "given"}, status=201, json={"id": "given"})
        self.ask("POST", "~", {"_id": "given"}, status=409, json=CONFLICT)
        self.ask("POST", "~", "{}", {"Content-Type": "text/plain"}, 415,
                 error("bad_content_type", "Content-Type must be application/json"))
        self.ask("POST", "~", "[]", status=400,
                 json=error("bad_request", "Document must be a JSON object"))

    def test_batches_answer_at_once(self):
        self.ask("PUT", "~/a?batch=ok", {"x": 1}, status=202, json={"ok": True, "id": "a",
                                                                    "rev": ABSENT})
        answer = self.ask("POST", "~?batch=ok", {"x": 1}, status=202, json={"ok": True})
        for name in ("a", answer["id"]):                          # They are written later.
            self.until(lambda name=name: self.ask("GET", f"~/{name}").status == 200)
        self.ask("PUT", "~/a?batch=ok", {"x": 2}, status=202)     # Lost: a conflict nobody sees.
        for name in ("a", answer["id"]):         # They are stored soon, not when it answers.
            for _ in range(200):
                if self.ask("GET", f"~/{name}").status == 200:
                    break
                time.sleep(0.01)
        self.ask("GET", "~/a", status=200, json={"x": 1})

    def test_tags(self):
        rev = self.put("a")
        for tag in (f'"{rev}"', f'W/"{rev}"', f'"x", "{rev}"'):
            answer = self.ask("GET", "~/a", None, {"If-None-Match": tag}, 304)
            self.assertEqual((answer.body, answer.headers["etag"]), (b"", f'"{rev}"'))
            self.assertEqual(answer.headers["content-length"], "0")
        self.ask("HEAD", "~/a", None, {"If-None-Match": f'"{rev}"'}, 304)
        self.ask("GET", "~/a", None, {"If-None-Match": '"1-x"'}, 200)

    def test_copies(self):
        rev = self.put("a", {"x": 1})
        self.put("b", {"y": 2})
        to = lambda where: (None, {"Destination": where})   # noqa: E731
        self.table(
            ("COPY", "~/a", to("c"), 201, {"ok": True, "id": "c", "rev": X1},
             {"location": re.compile("/c$"), "etag": f'"{X1}"'}),
            ("GET", "~/c", None, 200, {"x": 1}),
            ("COPY", "~/a", to("b"), 409, CONFLICT),
            ("COPY", f"~/a?rev={rev}", to("d%2Fe"), 201, {"id": "d/e"}),
            ("COPY", "~/none", to("f"), 404, error("not_found", "missing")),
            ("COPY", "~/a", None, 400,
             error("bad_request", "Destination header is mandatory for COPY.")),
            ("COPY", "~/a", to("http://127.0.0.1/db/x"), 400,
             error("bad_request", "Destination URL must be relative.")),
        )
        other = self.ask("GET", "~/b")["_rev"]
        self.ask("COPY", "~/a", None, {"Destination": f"b?rev={other}"}, 201)
        self.ask("GET", "~/b", json={"x": 1, "y": ABSENT})

    def test_methods_that_are_not_what_they_seem(self):
        self.table(
            ("POST", "~/a", ({"x": 1}, {"X-HTTP-Method-Override": "PUT"}), 201, {"rev": X1}),
            ("POST", f"~/a?rev={X1}", ("", {"X-HTTP-Method-Override": "DELETE"}), 200),
            ("PUT", "~/a", ({"x": 3}, {"X-HTTP-Method-Override": "DELETE"}), 201, {"rev": X3}),
            ("PATCH", "~/a", None, 405, error(
                "method_not_allowed", "Only DELETE,GET,HEAD,POST,PUT,COPY allowed"),
             {"allow": "DELETE,GET,HEAD,POST,PUT,COPY"}),
        )

    def test_local_documents(self):
        self.table(
            ("PUT", "~/_local/a", {"x": 1}, 201, {"ok": True, "id": "_local/a", "rev": "0-1"}),
            ("GET", "~/_local/a", None, 200, '{"_id":"_local/a","_rev":"0-1","x":1}\n'),
            ("PUT", "~/_local/a", {"x": 2}, 201, {"rev": "0-1"}),       # §12, 8: no MVCC
            ("PUT", "~/_local/a", {"x": 3, "_rev": "0-7"}, 201, {"rev": "0-8"}),
            ("GET", "~/_local%2Fa", None, 200, {"x": 3, "_rev": "0-8"}),
            ("PUT", "~/_local/a", {"_rev": "1-abc"}, 500, {"reason": "Invalid rev format"}),
            ("GET", "~/_local/b", None, 404, error("not_found", "missing")),
            ("DELETE", "~/_local/b", None, 404, error("not_found")),
            ("GET", "~/_local", None, 400, error("bad_request", "Invalid _local document id.")),
            ("GET", "~/_local/", None, 400, error("bad_request", "Invalid _local document id.")),
            ("PUT", "~/_local/a/x.txt", "text", 400,
             error("bad_request", "_local documents do not accept attachments.")),
            ("GET", "~/_all_docs", None, 200, {"total_rows": 0}),
            ("GET", "~", None, 200, {"doc_count": 0}),
            ("GET", "~/_local_docs", None, 200, {"total_rows": None, "offset": None, "rows": [
                {"id": "_local/a", "key": "_local/a", "value": {"rev": "0-8"}}]}),
            ("GET", "~/_local_docs?update_seq=true", None, 200, {"update_seq": None}),
            ("GET", "~/_local_docs?include_docs=true", None, 200,
             {"rows": [{"doc": {"_id": "_local/a", "_rev": "0-8", "x": 3}}]}),
            ("PUT", "~/_local/b", {}, 201), ("PUT", "~/_local/c", {}, 201),
            ("POST", "~/_local_docs", {"keys": ["_local/c", "_local/none", "_local/a"]}, 200,
             {"rows": [{"id": "_local/c"}, {"key": "_local/none", "error": "not_found"},
                       {"id": "_local/a"}]}),
            ("GET", '~/_local_docs?startkey="_local/b"&limit=1', None, 200,
             {"rows": [{"id": "_local/b"}]}),
            ("POST", "~/_local_docs?limit=1", {"limit": 2}, 200, {"rows": [{"id": "_local/a"}]}),
            ("DELETE", "~/_local/a", None, 200, {"ok": True, "rev": "0-0"}),
            ("GET", "~/_local/a", None, 404),
            ("POST", "~", {"_id": "_local/x"}, 201),
        )

    def test_behind_proxies_and_in_scripts(self):
        self.table(
            ("PUT", "~/a", ({}, {"X-Forwarded-Host": "mysite.com"}), 201, None,
             {"location": re.compile(r"^http://mysite\.com/db\d+/a$")}),
            ("PUT", "~/b", ({}, {"X-Forwarded-Proto": "https"}), 201, None,
             {"location": re.compile("^https://")}),
            ("GET", "~/a?callback=f", None, 200, {"_id": "a"},
             {"content-type": "application/json"}),
            ("PUT", "/_node/_local/_config/chttpd/allow_jsonp", '"true"', 200),
            ("GET", "~/a?callback=f", None, 200,
             f'/* CouchDB */f({{"_id":"a","_rev":"{REV1}"}});\n',
             {"content-type": "application/javascript"}),
            ("GET", "~/a?callback=f'", None, 400, error("bad_request", "invalid_callback")),
            ("GET", "~/_changes?callback=f", None, 200, None,
             {"content-type": "application/javascript"}),
            ("DELETE", "/_node/_local/_config/chttpd/allow_jsonp", None, 200),
        )

    def test_paths_of_design_documents(self):
        self.table(
            ("PUT", "~/_design/x", {}, 201, {"id": "_design/x", "rev": REV1},
             {"location": re.compile("/_design%2[fF]x$")}),
            ("GET", "~/_design/x", None, 200, {"_id": "_design/x"}),
            ("GET", "~/_design%2Fx", None, 301, None, {"location": re.compile("/_design/x$")}),
            ("PUT", f"~/_design%2Fx?rev={REV1}", {"n": 1}, 201),
        )


if __name__ == "__main__":
    couch.main()
