"""Goal: _changes in all its feeds and with all its filters. Method: tables of requests, and feeds
that wait while another client writes. Source: couchdb.md §6; chttpd_db.erl, couch_changes.erl; the
stories of test/elixir/test/changes*_test.exs.
"""

import json
import re
import threading
import time

import couch
from couch import ABSENT, error

NUMBERED = re.compile(r"^\d+-[\w-]+$")
FILTERS = {
    "filters": {"bop": "function(doc, req) { return doc.bop; }",
                "dynamic": "function(doc, req) { return doc[req.query.field]; }",
                "user": "function(doc, req) { return doc.name && doc.name == req.userCtx.name; }",
                "bad": "function(doc, req) { throw 'up'; }"},
    "views": {"blah": {"map": "function(doc) { if (doc._id == 'blah') emit(null, null); }"}}}


def ids(answer):
    return sorted(row["id"] for row in answer["results"])


class Changes(couch.Case):
    def test_rows(self):
        empty = self.ask("GET", "~/_changes", status=200, json={
            "results": [], "last_seq": re.compile("^0-"), "pending": 0})
        self.assertEqual(empty.body.split(b"last_seq")[0], b'{"results":[\n\n],\n"')
        one = self.put("a", {"n": 1})
        two = self.put("a", {"n": 2, "_rev": one})
        self.put("b")
        gone = self.ask("DELETE", f"~/b?rev={couch.REV1}", status=200)["rev"]
        found = self.ask("GET", "~/_changes", status=200)
        rows = {row["id"]: row for row in found["results"]}
        self.assertEqual(rows["a"]["changes"], [{"rev": two}])     # Once, at its latest (§12, 14).
        self.assertNotIn("deleted", rows["a"])
        self.assertEqual(rows["b"]["changes"], [{"rev": gone}])
        self.assertIs(rows["b"]["deleted"], True)
        self.assertRegex(rows["a"]["seq"], NUMBERED)
        self.assertTrue(found["last_seq"].startswith("4-"))
        self.assertIn(b"},\r\n{", found.body)
        tag = found.headers["etag"]
        self.ask("GET", "~/_changes", None, {"If-None-Match": tag}, 304)
        since = found["results"][0]["seq"]
        self.table(
            ("GET", "~/_changes" + couch.query(since=since), None, 200,
             {"results": [{"id": found["results"][1]["id"]}], "pending": 0}),
            ("GET", "~/_changes" + couch.query(since=found["last_seq"]), None, 200,
             {"results": []}),
            ("GET", "~/_changes?since=now", None, 200, {"results": []}),
            ("GET", "~/_changes?since=0", None, 200, {"results": [{}, {}]}),
            ("GET", '~/_changes?since="0"', None, 200, {"results": [{}, {}]}),
            ("GET", "~/_changes?limit=1", None, 200, {"results": [{}], "pending": 1}),
            ("GET", "~/_changes?limit=0", None, 200, {"results": [], "last_seq": NUMBERED}),
            ("GET", "~/_changes?seq_interval=2", None, 200,
             {"results": lambda rows: [row["seq"] is None for row in rows] == [False, True]}),
            ("GET", "~/_changes?include_docs=true", None, 200, {"results": lambda rows: any(
                row["doc"].get("n") == 2 for row in rows) and any(
                row["doc"].get("_deleted") for row in rows)}),
            ("POST", "~/_changes", {}, 200, {"results": [{}, {}]}),
            ("POST", "~/_changes", "", 200, {"results": [{}, {}]}),
            ("HEAD", "~/_changes", None, 200, ""),
        )

    def test_what_is_refused(self):
        malformed = error("bad_request", "Malformed sequence supplied in 'since' parameter.")
        beat = "heartbeat value"
        self.table(
            ("GET", "~/_changes?since=1", None, 400, malformed),
            ("GET", "~/_changes?since=garbage", None, 400, malformed),
            ("GET", "~/_changes?feed=foobar", None, 400, error(
                "bad_request",
                "Supported `feed` types: normal, continuous, live, longpoll, eventsource")),
            ("GET", "~/_changes?feed=continuous&heartbeat=-1000", None, 400,
             error("bad_request", f"The {beat} should be a positive integer (in milliseconds).")),
            ("GET", "~/_changes?feed=continuous&heartbeat=a1000", None, 400, error(
                "bad_request",
                f"Invalid {beat}. Expecting a positive integer value (in milliseconds).")),
            ("GET", "~/_changes?seq_interval=0", None, 400,
             error("bad_request", "invalid_seq_interval")),
            ("GET", "~/_changes?limit=x", None, 500, {"error": "badarg", "ref": int}),
            ("GET", "~/_changes?filter=none/bop", None, 404, error("not_found", "missing")),
            ("GET", "~/_changes?filter=bad", None, 400, error("bad_request", re.compile(
                "must be of the form"))),
            ("GET", "~/_changes?filter=_view&view=x", None, 400, error("bad_request")),
            ("GET", "~/_changes?filter=_view", None, 400, error("bad_request")),
            ("POST", "~/_changes?filter=_selector", {}, 400, error("bad_request")),
            ("POST", "~/_changes?filter=_doc_ids", {"doc_ids": 1}, 400, error("bad_request")),
            ("POST", "~/_changes", "[1]", 400, error("bad_request")),
            ("POST", "~/_changes", ("{}", {"Content-Type": "text/plain"}), 415),
            ("PUT", "~/_changes", {}, 405, None, {"allow": "GET,POST,HEAD"}),
            ("GET", "/nosuch/_changes", None, 404,
             error("not_found", "Database does not exist.")),
        )

    def test_filters(self):
        self.put("_design/f", FILTERS)
        self.put("yes", {"bop": "foom"})
        self.put("no", {"bop": False})
        self.put("blah", {"name": couch.ADMIN[0]})
        for request, wanted in (
                (("GET", "~/_changes?filter=f/bop", None), ["yes"]),
                (("GET", "~/_changes?filter=f/dynamic&field=woox", None), []),
                (("GET", "~/_changes?filter=f/dynamic&field=bop", None), ["yes"]),
                (("GET", "~/_changes?filter=f/user", None), ["blah"]),
                (("GET", "~/_changes?filter=_view&view=f/blah", None), ["blah"]),
                (("GET", "~/_changes?filter=_design", None), ["_design/f"]),
                (("POST", "~/_changes?filter=_doc_ids", {"doc_ids": ["no", "none", "yes"]}),
                 ["no", "yes"]),
                (("GET", "~/_changes" + couch.query(filter="_doc_ids", doc_ids=["no"]), None),
                 ["no"]),
                (("POST", "~/_changes?filter=_selector", {"selector": {"bop": "foom"}}), ["yes"]),
                (("GET", "~/_changes?filter=f/bop&limit=1", None), ["yes"])):
            with self.subTest(request=request):
                self.assertEqual(ids(self.ask(*request, status=200).json), wanted)
        self.table(
            ("GET", "~/_changes?filter=f/none", None, 404,
             error("not_found", "missing json key: none")),
            ("GET", "~/_changes?filter=_view&view=f/none", None, 404, error("not_found")),
            ("POST", "~/_changes?filter=_selector", {"selector": {"a": {"$no": 1}}}, 400),
        )

    def test_styles_and_attachments(self):
        for rev in ("1-a", "1-b"):
            self.ask("PUT", "~/c?new_edits=false", {"_rev": rev}, status=201)
        data = "VGhpcyBpcyBhIGJhc2U2NCBlbmNvZGVkIHRleHQ="
        self.put("t", {"_attachments": {"f.txt": {"content_type": "text/plain", "data": data}}})
        one = "~/_changes?filter=_doc_ids&doc_ids="
        self.table(
            ("GET", one + '["c"]', None, 200, {"results": [{"changes": [{"rev": "1-b"}]}]}),
            ("GET", one + '["c"]&style=all_docs', None, 200,
             {"results": [{"changes": [{"rev": "1-b"}, {"rev": "1-a"}]}]}),
            ("GET", one + '["c"]&include_docs=true&conflicts=true', None, 200,
             {"results": [{"doc": {"_conflicts": ["1-a"]}}]}),
            ("GET", "~/_changes?style=foobar", None, 500),
            ("GET", one + '["t"]&include_docs=true', None, 200, {"results": [{"doc": {
                "_attachments": {"f.txt": {"stub": True, "data": ABSENT, "encoding": ABSENT}}}}]}),
            ("GET", one + '["t"]&include_docs=true&attachments=true', None, 200,
             {"results": [{"doc": {"_attachments": {"f.txt": {"stub": ABSENT, "data": data}}}}]}),
            ("GET", one + '["t"]&include_docs=true&att_encoding_info=true', None, 200,
             {"results": [{"doc": {"_attachments": {"f.txt": {
                 "encoding": "gzip", "encoded_length": 47}}}}]}),
        )

    def later(self, seconds, work):
        thread = threading.Timer(seconds, work)
        thread.start()
        self.addCleanup(thread.join)

    def test_longpoll_waits(self):
        self.put("a")
        first = self.ask("GET", "~/_changes?feed=longpoll", status=200).json
        self.assertEqual(ids(first), ["a"])                 # Something is there: no wait.
        since = first["last_seq"]
        self.later(0.2, lambda: self.put("b"))
        began = time.monotonic()
        found = self.ask("GET", "~/_changes" + couch.query(feed="longpoll", since=since)).json
        self.assertEqual(ids(found), ["b"])
        self.assertGreater(time.monotonic() - began, 0.15)
        self.assertTrue(found["last_seq"].startswith("2-"), found)
        self.ask("GET", "~/_changes?feed=longpoll&since=now&timeout=100", status=200,
                 json={"results": [], "pending": 0})
        beats = self.later(0.3, lambda: self.put("c"))
        answer = self.ask("GET", "~/_changes?feed=longpoll&since=now&heartbeat=50", status=200)
        self.assertIsNone(beats)
        self.assertGreater(answer.body.count(b"\n"), 6)     # Beats: line feeds in the middle.
        self.assertEqual(ids(answer.json), ["c"])

    def test_continuous(self):
        self.put("a")
        for feed in ("continuous", "live"):
            answer = self.ask("GET", f"~/_changes?feed={feed}&timeout=100", status=200)
            self.assertEqual([each.get("id") for each in answer.lines], ["a", None])
            self.assertTrue(answer.lines[-1]["last_seq"].startswith("1-"))
            self.assertEqual(answer.lines[-1]["pending"], 0)
        self.later(0.15, lambda: self.put("b"))
        answer = self.ask("GET", "~/_changes?feed=continuous&timeout=400")
        self.assertEqual([each.get("id") for each in answer.lines], ["a", "b", None])
        answer = self.ask("GET", "~/_changes?feed=continuous&limit=1&heartbeat=1000")
        self.assertEqual(len(answer.lines), 2)
        self.assertIn("last_seq", answer.lines[1])
        self.later(0.15, lambda: self.put("doc3"))
        answer = self.ask("POST", "~/_changes?feed=continuous&timeout=400&filter=_doc_ids",
                          {"doc_ids": ["a", "doc3"]})
        self.assertEqual([each.get("id") for each in answer.lines], ["a", "doc3", None])

    def test_eventsource(self):
        self.put("a")
        answer = self.ask("GET", "~/_changes?feed=eventsource&timeout=100", status=200)
        self.assertEqual(answer.headers["content-type"], "text/event-stream")
        self.assertEqual(answer.headers["cache-control"], "no-cache")
        lines = answer.body.decode().split("\n")
        self.assertEqual({line.split(":")[0] for line in lines} - {"", "data", "id", "event"},
                         set())
        row = json.loads(lines[0].removeprefix("data: "))
        self.assertEqual((row["id"], f'id: "{row["seq"]}"'), ("a", lines[1]))
        self.put("b")
        answer = self.ask("GET", "~/_changes?feed=eventsource&timeout=100&since=0", None,
                          {"Last-Event-ID": row["seq"]})
        self.assertEqual(answer.body.count(b"data: {"), 1)
        answer = self.ask("GET", "~/_changes?feed=eventsource&limit=1")
        self.assertEqual(answer.body.count(b"data: {"), 1)
        connection = self.cluster.connect()
        connection.request("GET", self.db + "/_changes?feed=eventsource&heartbeat=20", headers={
            "Authorization": couch.basic(*couch.ADMIN)})
        stream = connection.getresponse()
        text = b""
        while text.count(b"event: heartbeat\ndata: \n\n") < 3:
            text += stream.read1(100)
        connection.close()


class Pending(couch.Case):
    """Source: chttpd_changes_test.erl, whose database has one shard, too."""

    Q = 1

    def test_what_is_looked_up_leaves_the_rest_pending(self):
        self.bulk([{"_id": name} for name in ("a", "b", "c", "_design/d", "_design/gone")])
        rev = self.ask("GET", "~/_design/gone")["_rev"]
        self.ask("DELETE", f"~/_design/gone?rev={rev}", status=200)
        self.ask("GET", "~/_changes?filter=_design", status=200, json={
            "results": [{"id": "_design/d"}], "pending": 4})
        few = {"doc_ids": ["a", "b", "none"]}
        self.ask("POST", "~/_changes?filter=_doc_ids", few, status=200, json={
            "results": [{"id": "a"}, {"id": "b"}], "pending": 3})
        self.ask("POST", "~/_changes?filter=_selector", {"selector": {"_id": "a"}}, status=200,
                 json={"results": [{"id": "a"}], "pending": 0})

    def test_sequence_numbers_between_rows(self):
        self.bulk([{"_id": str(i)} for i in range(4)])

        def shown(query):
            rows = self.ask("GET", "~/_changes?" + query, status=200)["results"]
            return [row["seq"] is not None for row in rows]

        self.assertEqual(shown("seq_interval=3"), [False, True, False, False])
        self.assertEqual(shown("seq_interval=2&limit=3"), [False, True, False])


class Ordered(couch.Case):
    Q = 1

    def test_one_shard_is_in_order(self):
        for name in "abc":
            self.put(name)
        rows = self.ask("GET", "~/_changes")["results"]
        self.assertEqual([row["id"] for row in rows], ["a", "b", "c"])
        rows = self.ask("GET", "~/_changes?descending=true")["results"]
        self.assertEqual([row["id"] for row in rows], ["c", "b", "a"])
        page = self.ask("GET", "~/_changes?limit=2").json
        self.assertEqual((page["last_seq"], page["pending"]), (page["results"][-1]["seq"], 1))


if __name__ == "__main__":
    couch.main()
