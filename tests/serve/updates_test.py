"""Goal: _db_updates tells which databases were made, changed and deleted, once there is a database
_global_changes. Method: requests, feeds. Source: global_changes_{listener,server,httpd}.erl.
"""

import json
import time

import couch
from couch import ABSENT, error


class Updates(couch.Case):
    NODES = 3

    def setUp(self):
        super().setUp()
        self.ask("PUT", "/_global_changes", status=201)
        self.addCleanup(self.ask, "DELETE", "/_global_changes", status=200)
        self.name = self.db[1:]

    def told(self, *wanted):
        """Waits until these events of the test's databases are told; says all rows."""
        end = time.monotonic() + 20
        while True:
            rows = self.ask("GET", "/_db_updates", status=200)["results"]
            told = {(row["type"], row["db_name"]) for row in rows}
            if told >= set(wanted):
                return rows
            self.assertLess(time.monotonic(), end, rows)
            time.sleep(0.05)

    def test_what_is_told(self):
        rows = self.ask("GET", "/_db_updates", status=200, json={
            "results": [], "last_seq": str, "pending": ABSENT})
        self.assertEqual(list(rows.json), ["results", "last_seq"])
        self.ask("PUT", "/other", status=201)
        self.put("a")
        rows = self.told(("created", "other"), ("updated", self.name))
        self.assertEqual(set(rows[0]), {"db_name", "type", "seq"})
        self.ask("DELETE", "/other", status=200)
        rows = self.told(("created", "other"), ("deleted", "other"))
        self.assertNotIn("_global_changes", [row["db_name"] for row in rows])
        # They are documents, and of each there is one.
        ids = [row["id"] for row in self.ask("GET", "/_global_changes/_all_docs")["rows"]]
        self.assertEqual(ids, ["created:other", "deleted:other", f"updated:{self.name}"])
        self.assertEqual(len(rows), 3)

    def test_parameters(self):
        self.put("a")
        self.ask("PUT", "/other", status=201)
        self.addCleanup(self.ask, "DELETE", "/other", status=200)
        self.told(("created", "other"), ("updated", self.name))
        time.sleep(1.5)     # Each of three nodes has told.
        answer = self.ask("GET", "/_db_updates", status=200)
        last = answer["last_seq"]
        bad = "Supported `feed` types: normal, continuous, longpoll, eventsource"
        self.table(
            ("GET", "/_db_updates?limit=1", None, 200, {"results": [dict]}),
            ("GET", "/_db_updates?descending=true", None, 200, {"results": [dict, dict]}),
            ("GET", f"/_db_updates?since={last}", None, 200, {"results": []}),
            ("GET", "/_db_updates?since=now", None, 200, {"results": []}),
            ("GET", f"/_db_updates?since={last}&feed=longpoll&timeout=10", None, 200,
             {"results": [], "last_seq": last, "pending": ABSENT}),
            ("GET", "/_db_updates?feed=nope", None, 400, error("bad_request", bad)),
            ("GET", "/_db_updates?feed=live", None, 400, error("bad_request", bad)),
            ("GET", "/_db_updates?limit=x", None, 400, error("bad_request", "invalid_integer")),
            ("GET", "/_db_updates?timeout=-1", None, 400, error("bad_request", "invalid_integer")),
            ("HEAD", "/_db_updates", None, 200, ""),
            ("POST", "/_db_updates", {}, 405),
            ("GET", "/_db_updates", (None, {"If-None-Match": answer.headers["etag"]}), 304),
        )
        self.ask("GET", "/_db_updates", status=401, auth=None,
                 json=error("unauthorized", "You are not a server admin."))

    def test_feeds(self):
        connection = self.cluster.connect()
        self.addCleanup(connection.close)
        connection.request("GET", "/_db_updates?feed=continuous&heartbeat=1000", headers={
            "Authorization": couch.basic(*couch.ADMIN)})
        answer = connection.getresponse()
        self.put("a")
        line = b"\n"
        while not line.strip():
            line = answer.readline()
        row = json.loads(line)
        self.assertEqual((row["type"], row["db_name"]), ("updated", self.name))
        source = self.ask("GET", "/_db_updates?feed=eventsource&limit=1", status=200)
        self.assertEqual(source.headers["content-type"], "text/event-stream")
        self.assertIn(b"data: {\"seq\":", source.body)      # Rows as _changes has them.

    def test_without_that_database(self):
        self.ask("DELETE", "/_global_changes", status=200)
        self.ask("GET", "/_db_updates", status=404,
                 json=error("not_found", "Database does not exist."))
        self.put("a")
        self.ask("PUT", "/_global_changes", status=201)
        self.put("b")
        self.told(("updated", self.name))
        rows = self.ask("GET", "/_db_updates")["results"]     # What was before is not told of.
        mine = [row["type"] for row in rows if row["db_name"] == self.name]
        self.assertEqual(mine, ["updated"])


if __name__ == "__main__":
    couch.main()
