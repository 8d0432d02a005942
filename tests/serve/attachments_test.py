"""Goal: attachments inline, standalone, as parts, in ranges, zipped, as stubs. Method: tables of
requests and stories. Source: couchdb.md §5; chttpd_db.erl; the stories of
test/elixir/test/attachment*_test.exs.
"""

import base64
import gzip
import hashlib
import json

import couch
from couch import ABSENT, error

TEXT = "This is a base64 encoded text"
DATA = base64.b64encode(TEXT.encode()).decode()
PLAIN = {"Content-Type": "text/plain"}
BINARY = {"Content-Type": "application/octet-stream"}


def digest(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


class Attachments(couch.Case):
    def test_inside_a_document(self):
        rev = self.put("a", {"_attachments": {
            "foo.txt": {"content_type": "application/octet-stream", "data": DATA}}})
        self.table(
            ("GET", "~/a/foo.txt", None, 200, TEXT,
             {"content-type": "application/octet-stream", "accept-ranges": "bytes",
              "etag": '"aEI7pOYCRBLTRQvvqYrrJQ=="', "content-length": "29",
              "cache-control": "must-revalidate", "content-encoding": ABSENT}),
            ("HEAD", "~/a/foo.txt", None, 200, "", {"content-length": "29"}),
            ("GET", "~/a/foo.txt", (None, {"If-None-Match": '"aEI7pOYCRBLTRQvvqYrrJQ=="'}), 304),
            ("GET", "~/a/none", None, 404,
             error("not_found", "Document is missing attachment")),
            ("GET", "~/none/x", None, 404, error("not_found", "missing")),
            ("GET", "~/a", None, 200, {"_attachments": {"foo.txt": {
                "content_type": "application/octet-stream", "revpos": 1, "length": 29,
                "digest": "md5-aEI7pOYCRBLTRQvvqYrrJQ==", "stub": True, "data": ABSENT}}}),
            ("GET", "~/a?attachments=true", (None, {"Accept": "application/json"}), 200,
             {"_attachments": {"foo.txt": {"data": DATA, "stub": ABSENT, "revpos": 1}}}),
            ("PUT", "~/b", {"_attachments": {"x": {"data": "notBase64Encoded="}}}, 400,
             error("bad_request")),
            ("PUT", "~/b", {"_attachments": {"_x": {"data": ""}}}, 400, error(
                "bad_request", "Attachment name '_x' starts with prohibited character '_'")),
            ("PUT", "~/b", {"_attachments": {"x": {"stub": True}}}, 412, error("missing_stub")),
            ("PUT", "~/a", {"_rev": rev, "_attachments": {"foo.txt": {"stub": True}}}, 201),
            ("GET", "~/a/foo.txt", None, 200, TEXT),
        )
        rev = self.ask("GET", "~/a", json={"_attachments": {"foo.txt": {"revpos": 1}}})["_rev"]
        self.table(
            ("PUT", "~/a", {"_rev": rev, "_attachments": {"foo.txt": {"stub": True,
                                                                      "revpos": 10}}}, 412,
             error("missing_stub")),
            ("PUT", "~/a", {"_rev": rev, "_attachments": {"other": {"stub": True}}}, 412,
             error("missing_stub", "Invalid attachment stub in a for other")),
            ("PUT", "~/a", {"_rev": rev}, 201),                     # Left out: taken off.
            ("GET", "~/a/foo.txt", None, 404),
            ("GET", f"~/a/foo.txt?rev={rev}", None, 200, TEXT),
        )

    def test_by_itself(self):
        answer = self.ask("PUT", "~/a/f.txt", TEXT, PLAIN, 201, {"ok": True, "id": "a"})
        self.assertRegex(answer.headers["location"], r"/a/f\.txt$")
        self.assertNotIn("etag", answer.headers)
        rev = answer["rev"]
        self.table(
            ("GET", "~/a/f.txt", None, 200, TEXT, {"content-type": "text/plain"}),
            ("PUT", "~/a/f.txt", (TEXT, PLAIN), 409, error("conflict")),
            ("PUT", "~/a/f.txt?rev=1-adae8575ecea588919bd08eb020c708e", (TEXT, PLAIN), 409,
             error("not_found", "missing_rev")),
            ("PUT", f"~/a/sub/dir/x?rev={rev}", (b"\x00\xff", BINARY), 201),
            ("GET", "~/a/sub/dir/x", None, 200, None, {"content-length": "2"}),
            ("GET", "~/a/sub%2Fdir%2Fx", None, 200),
            ("PUT", "~/a/_x", (TEXT, PLAIN), 400, error(
                "bad_request", "Attachment name '_x' starts with prohibited character '_'")),
            ("PUT", "~/_none/x.txt", (TEXT, PLAIN), 400, error("illegal_docid")),
            ("POST", "~/a/f.txt", (TEXT, PLAIN), 405, None, {"allow": "DELETE,GET,HEAD,PUT"}),
            ("PUT", "~/z/x", ("zip", {"Content-Encoding": "br", **PLAIN}), 415, error(
                "bad_content_type", "Only gzip and identity content-encodings are supported")),
        )
        rev = self.ask("GET", "~/a")["_rev"]
        self.table(
            ("DELETE", "~/a/f.txt", None, 409, error("conflict")),
            ("DELETE", "~/a/f.txt?rev=4-garbage", None, 409, error("not_found", "missing_rev")),
            ("DELETE", f"~/a/none.txt?rev={rev}", None, 404,
             error("not_found", "Document is missing attachment")),
            ("DELETE", f"~/a/f.txt?rev={rev}", ("some payload", PLAIN), 200, {"ok": True},
             {"location": ABSENT}),
            ("GET", "~/a/f.txt", None, 404),
            ("GET", f"~/a/f.txt?rev={rev}", None, 200, TEXT),
            ("PUT", "~/empty/e.txt", ("", PLAIN), 201),
            ("GET", "~/empty/e.txt", None, 200, "", {"content-length": "0"}),
            ("PUT", "~/_design/d/logo.txt", (TEXT, PLAIN), 201, {"id": "_design/d"}),
            ("GET", "~/_design/d/logo.txt", None, 200, TEXT),
            ("GET", "~/_design%2Fd/logo.txt", None, 301),
            ("PUT", "~/kind/x", (TEXT, {"Content-Type": None}), 201),
        )

    def test_zipped_inside(self):                                           # §12, 21
        text = "Lorem ipsum dolor sit amet. " * 40
        self.ask("PUT", "~/a/l.txt", text, PLAIN, 201)
        stub = self.ask("GET", "~/a?att_encoding_info=true")["_attachments"]["l.txt"]
        self.assertEqual((stub["length"], stub["encoding"]), (len(text), "gzip"))
        self.assertLess(stub["encoded_length"], 100)
        plain = self.ask("GET", "~/a/l.txt", None, None, 200)
        self.assertEqual(plain.body.decode(), text)
        self.assertEqual(plain.headers["accept-ranges"], "none")
        packed = self.ask("GET", "~/a/l.txt", None, {"Accept-Encoding": "gzip"}, 200)
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body).decode(), text)
        self.assertEqual(stub["digest"], "md5-" + digest(packed.body))
        self.assertEqual(packed.headers["etag"], f'"{digest(packed.body)}"')
        # Sent zipped, kept as it came.
        own = gzip.compress(b"zipped by the client")
        self.ask("PUT", "~/b/z.txt", own, {"Content-Encoding": "gzip", **PLAIN}, 201)
        self.ask("GET", "~/b/z.txt", None, None, 200)
        self.assertEqual(self.ask("GET", "~/b/z.txt").body, b"zipped by the client")
        self.assertEqual(self.ask("GET", "~/b/z.txt", None, {"Accept-Encoding": "gzip"}).body, own)

    def test_ranges(self):
        self.ask("PUT", "~/a/b", TEXT, BINARY, 201)

        def part(text):
            return (None, {"Range": text})

        def where(text):
            return {"content-range": f"bytes {text}/29"}

        self.table(
            ("GET", "~/a/b", part("bytes=0-28"), 206, TEXT, where("0-28")),
            ("GET", "~/a/b", part("bytes=0-"), 200, TEXT),
            ("GET", "~/a/b", part("bytes=2-3"), 206, "is", where("2-3")),
            ("GET", "~/a/b", part("bytes=0-29999"), 206, TEXT, where("0-28")),
            ("GET", "~/a/b", part("bytes=-5"), 206, " text", where("24-28")),
            ("GET", "~/a/b", part("bytes=24-"), 206, " text", where("24-28")),
            ("GET", "~/a/b", part("bytes=5-3"), 416, error(
                "requested_range_not_satisfiable", "Requested range not satisfiable")),
            ("GET", "~/a/b", part("bytes=badly-formed"), 200, TEXT),
        )
        answer = self.ask("GET", "~/a/b", None, {"Range": "bytes=0-3,5-6"}, 206)
        self.assertEqual([(p[0]["content-range"], p[1]) for p in answer.parts()],
                         [("bytes 0-3/29", b"This"), ("bytes 5-6/29", b"is")])
        many = "bytes=" + ",".join("0-1" for _ in range(10))
        self.ask("GET", "~/a/b", None, {"Range": many}, 200)

    def related(self, document, *bodies, end="--epilogue"):
        text = "--abc123\r\ncontent-type: application/json\r\n\r\n" + json.dumps(document)
        for body in bodies:
            text += "\r\n--abc123\r\n\r\n" + body
        return text + "\r\n--abc123" + end, {"Content-Type":
                                              'multipart/related;boundary="abc123"'}

    def test_in_parts_both_ways(self):
        def follows(length, kind="application/test"):
            return {"follows": True, "content_type": kind, "length": length}

        self.ask("PUT", "~/m", *self.related(
            {"body": "This is a body.", "_attachments": {
                "foo.txt": follows(21), "bar.txt": follows(20),
                "baz.txt": follows(19, "text/plain")}},
            "this is 21 chars long", "this is 20 chars lon", "this is 19 chars lo"), 201)
        self.table(("GET", "~/m/foo.txt", None, 200, "this is 21 chars long"),
                   ("GET", "~/m/bar.txt", None, 200, "this is 20 chars lon"),
                   ("GET", "~/m/baz.txt", None, 200, "this is 19 chars lo"))
        first = self.ask("GET", "~/m?att_encoding_info=true", json={"_attachments": {
            "foo.txt": {"stub": True, "encoding": ABSENT},
            "baz.txt": {"stub": True, "encoding": "gzip"}}})["_rev"]
        self.ask("PUT", "~/m", *self.related(
            {"_rev": first, "_attachments": {
                "foo.txt": {"stub": True, "content_type": "application/test"},
                "bar.txt": follows(18)}}, "this is 18 chars l", end="--"), 201)
        self.ask("GET", "~/m/baz.txt", status=404)
        related = {"Accept": "multipart/related,*/*;"}
        answer = self.ask("GET", "~/m?attachments=true", None, related, 200)
        head, foo, bar = sorted(answer.parts(), key=lambda p: p[0].get("content-disposition", ""))
        if "bar" in foo[0]["content-disposition"]:
            foo, bar = bar, foo
        self.assertEqual(head[0]["content-type"], "application/json")
        self.assertTrue(json.loads(head[1])["_attachments"]["foo.txt"]["follows"])
        self.assertEqual((foo[0]["content-type"], foo[0]["content-length"], foo[1]),
                         ("application/test", "21", b"this is 21 chars long"))
        self.assertEqual(bar[1], b"this is 18 chars l")
        for known in ([first], ["1-2897589", first]):        # Only what is newer than these.
            answer = self.ask("GET", "~/m" + couch.query(atts_since=known), None, related, 200)
            head, bar = answer.parts()
            self.assertIsNone(couch.differs({"foo.txt": {"stub": True}, "bar.txt": {
                "follows": True}}, json.loads(head[1])["_attachments"]))
            self.assertEqual(bar[1], b"this is 18 chars l")
        rev = json.loads(head[1])["_rev"]
        answer = self.ask("GET", "~/m" + couch.query(open_revs=[rev]), None,
                          {"Accept": "multipart/mixed"}, 200)
        (outer, body), = answer.parts()
        self.assertEqual(len(couch.parts(outer["content-type"], body)), 3)

    def test_bad_parts(self):
        doc = {"_attachments": {"a": {"follows": True, "length": 3, "content_type": "x/y"}}}
        body, headers = self.related(doc, "abc")
        self.ask("PUT", "~/m", body[:-12], headers, 400)
        self.ask("PUT", "~/m", body, {"Content-Type": "multipart/related"}, 400)
        self.ask("PUT", "~/m", body.replace("abc123", "other"), headers, 400)
        self.ask("PUT", "~/m", *self.related(doc), 400)
        self.ask("PUT", "~/m", *self.related("x", "abc"), 400)
        self.ask("GET", "~/m", status=404)
        self.ask("PUT", "~/m?new_edits=false", *self.related({**doc, "_rev": "1-own"}, "abc"),
                 status=201)
        self.ask("GET", "~/m/a", status=200)

    def test_forms(self):
        rev = self.put("f", {"n": 1})
        form = ("------TF\r\nContent-Disposition: form-data; name=\"_rev\"\r\n\r\n" + rev +
                "\r\n------TF\r\nContent-Disposition: form-data; name=\"_attachments\"; "
                "filename=\"file.txt\"\r\nContent-Type: text/plain\r\n\r\n"
                "contents of file.txt\r\n\r\n------TF--")
        kind = {"Content-Type": "multipart/form-data; boundary=----TF"}
        host = f"http://127.0.0.1:{self.cluster.ports[0]}"
        self.table(
            ("POST", "~/f", (form, kind), 400, error("bad_request", "Referer header required.")),
            ("POST", "~/f", (form, {"Referer": "http://elsewhere", **kind}), 400,
             error("bad_request", "Referer header must match host.")),
            ("POST", "~/f", ("{}", {"Referer": host}), 415,
             error("bad_content_type", "Content-Type must be multipart/form-data")),
            ("POST", "~/_tmp_view", ("{}", {"Referer": host}), 400, error(
                "illegal_docid", "Only reserved document ids may start with underscore.")),
            ("POST", "~/f", (form, {"Referer": host, **kind}), 201, {"ok": True, "id": "f"}),
            ("GET", "~/f", None, 200, {"n": 1, "_attachments": {"file.txt": {"length": 22}}}),
        )

    def test_limits(self):
        setting = "/_node/_local/_config/couchdb/"
        self.table(
            ("PUT", setting + "max_attachment_size", '"10"', 200),
            ("PUT", "~/big/x", ("eleven byte", BINARY), 413,
             error("attachment_too_large", "x")),
            ("PUT", "~/big", {"_attachments": {"x": {"data": DATA}}}, 413,
             error("attachment_too_large", "x")),
            ("DELETE", setting + "max_attachment_size", None, 200),
            ("PUT", setting + "max_document_size", '"50"', 200),
            ("PUT", "~/big", {"_id": "big", "x": "y" * 60}, 413,
             error("document_too_large", "big")),
            ("POST", "~/_bulk_docs", {"docs": [{"_id": "big", "x": "y" * 60}]}, 413,
             error("document_too_large", "big")),
            ("DELETE", setting + "max_document_size", None, 200),
        )

    def test_limits_of_requests(self):
        """Attachments are not counted. Source: chttpd:body/1, chttpd_db:db_req/2."""
        setting = "/_node/_local/_config/"
        size = setting + "chttpd/max_http_request_size"
        old = self.ask("GET", size).json
        too_large = error("too_large", "the request entity is too large")
        self.table(
            ("PUT", size, '"100"', 200),
            ("PUT", "~/big", {"x": "y" * 100}, 413, too_large),
            ("POST", "~/_bulk_docs", {"docs": [{"x": "y" * 100}]}, 413, too_large),
            ("PUT", "~/with/x", ("y" * 200, BINARY), 201),
            ("PUT", size, f'"{old}"', 200),
            ("PUT", setting + "couchdb/max_bulk_docs_count", '"1"', 200),
            ("POST", "~/_bulk_docs", {"docs": [{}, {}]}, 413,
             error("max_bulk_docs_count_exceeded", "1")),
            ("DELETE", setting + "couchdb/max_bulk_docs_count", None, 200),
            ("PUT", setting + "couchdb/max_bulk_get_count", '"1"', 200),
            ("POST", "~/_bulk_get", {"docs": [{"id": "a"}, {"id": "b"}]}, 413,
             error("max_bulk_get_count_exceeded", "1")),
            ("DELETE", setting + "couchdb/max_bulk_get_count", None, 200),
        )


if __name__ == "__main__":
    couch.main()
