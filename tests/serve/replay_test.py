"""Goal: a session in which real clients came and went, and nodes broke, is a run like any other.

Method: requests and faults at a served cluster that is recorded, then `glasshive run` on the
recording; and a scenario with a store of its own, served.
"""

import json
import pathlib
import resource
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import couch  # noqa: E402
import program  # noqa: E402

STORY = """schema: 1
seed: 5
duration: 10m
platform: {hosts: [{name: "h{}", count: 4}]}
stores:
  - name: db
    hosts: [h1, h2, h3, h4]
    node_name: "couchdb@{}"
    n: 2
    admins: {adm: pass}
    password_rounds: 10
    databases: [orders, {name: parts, partitioned: true, q: 4}]
"""


class Replay(program.Case):
    def serve(self, *words):
        cluster = couch.Cluster(nodes=3, words=words)
        self.addCleanup(cluster.close)
        return cluster

    def test_a_recorded_session_replays_to_the_same_digest(self):
        recording = self.folder / "s.hive"
        cluster = self.serve("--record", recording, "--seed", 9)
        self.assertEqual(cluster.request("PUT", "/db").status, 201)
        for i in range(20):
            self.assertEqual(cluster.request("PUT", f"/db/d{i}", {"i": i}).status, 201)
        cluster.ctl("fault", "crash", "n2")
        self.assertEqual(cluster.request("PUT", "/db/late?w=3", {}).status, 202)
        cluster.ctl("fault", "start", "n2")
        cluster.ctl("fault", "partition", "n1,n2", "n3")
        self.assertEqual(cluster.request("GET", "/db/d1").status, 200)
        cluster.ctl("fault", "heal")
        self.assertEqual(cluster.request("POST", "/db/_find", {"selector": {"i": 3}}).status, 200)
        cluster.process.send_signal(signal.SIGINT)
        cluster.process.wait(program.SECONDS_MAX)
        again = self.call("run", recording, "-q")
        self.assertIn("repeats the recording: the digests are equal", again.stdout)

    def test_a_recording_cut_short_replays_as_far_as_it_goes(self):
        recording = self.folder / "cut.hive"
        cluster = self.serve("--record", recording, "--seed", 9)
        self.assertEqual(cluster.request("PUT", "/db").status, 201)
        for i in range(200):
            self.assertEqual(cluster.request("PUT", f"/db/d{i}", {"i": "x" * 1000}).status, 201)
        time.sleep(0.5)                          # What is recorded is on the disk in 100 ms.
        cluster.process.send_signal(signal.SIGKILL)
        cluster.process.wait(program.SECONDS_MAX)
        again = self.folder / "again.hive"
        done = self.call("run", recording, "-q", "--record", again)
        self.assertIn("repeats the recording, which is cut short at", done.stdout)
        count = "SELECT count(*) AS n, (SELECT max(id) FROM events) AS last FROM commands"
        was = json.loads(self.call("query", recording, count, "--json").stdout)
        self.assertGreaterEqual(was["n"], 201)
        written = "SELECT id, t_ns, subject, attrs FROM events WHERE kind = 'db.write' AND id <= "
        first, second = (self.call("query", each, written + str(was["last"]), "--json").stdout
                         for each in (recording, again))
        self.assertEqual(first, second)
        self.assertGreaterEqual(first.count("\n"), 200)

    def test_a_function_that_never_ends_is_not_waited_for_again(self):
        # The wall's clock ended it. A replay must not ask that clock: it knows what hung.
        recording = self.folder / "hung.hive"
        cluster = self.serve("--record", recording, "--seed", 9)
        self.assertEqual(cluster.request("PUT", "/db?q=1&n=1").status, 201)
        self.assertEqual(cluster.request("PUT", "/db/a", {}).status, 201)
        views = {"loop": {"map": "function(doc) { while (true) {} }"}}
        self.assertEqual(cluster.request("PUT", "/db/_design/d", {"views": views}).status, 201)
        answer = cluster.request("GET", "/db/_design/d/_view/loop")
        self.assertEqual((answer.status, answer["error"]), (500, "timeout"))
        cluster.process.send_signal(signal.SIGINT)
        cluster.process.wait(program.SECONDS_MAX)
        begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        again = self.call("run", recording, "-q")
        self.assertIn("repeats the recording: the digests are equal", again.stdout)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin
        self.assertLess(spent, 4)      # Of the 5 s that a call may take, and that it computes.

    def test_a_scenario_s_store_is_served(self):
        story = self.folder / self.write("story.yaml", STORY)
        cluster = self.serve(story)
        self.assertEqual(cluster.request("GET", "/_all_dbs").json,
                         ["_replicator", "_users", "orders", "parts"])
        members = cluster.request("GET", "/_membership").json["cluster_nodes"]
        self.assertEqual(members, [f"couchdb@h{i}" for i in (1, 2, 3, 4)])
        self.assertEqual(cluster.request("GET", "/orders").json["cluster"],
                         {"q": 2, "n": 2, "w": 2, "r": 2})
        self.assertEqual(cluster.request("PUT", "/parts/a:1", {}).status, 201)
        self.assertEqual(cluster.request("PUT", "/parts/a", {}).json["error"], "illegal_docid")

    def test_what_is_wrong_is_said_before_anything_is_served(self):
        for words, said in ((("--admin", "x"), "no name and password"),
                            (("--couchdb", "nowhere"), "nowhere"),
                            (("--couchdb", "8.8.8.8:80"), "reached from other machines")):
            done = self.call("serve", *words, status=2)
            self.assertIn(said, done.stderr)
        self.write("ok.yaml", STORY)
        done = self.call("serve", "ok.yaml", "--admin", "a:b", "--record", "r.hive", status=2)
        self.assertIn("would not replay", done.stderr)
        self.write("bare.yaml", "schema: 1\nplatform: {hosts: 1}\n")
        self.assertIn("has no stores", self.call("serve", "bare.yaml", status=2).stderr)
        self.write("bad.yaml", STORY.replace("orders,", "Orders,").replace("[h1,", "[h9,"))
        errors = self.call("check", "bad.yaml", status=2)
        self.assertIn("Orders", errors.stdout + errors.stderr)
        self.assertIn("h9", errors.stdout + errors.stderr)
        self.assertIn("nobody serves there",
                      self.call("ctl", "--to", "127.0.0.1:1", "status", status=2).stderr)


if __name__ == "__main__":
    program.main()
