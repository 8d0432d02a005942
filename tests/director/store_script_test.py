"""Goal: a scenario's script uses a store as a client does, breaks its nodes, and sees when its
copies agree; what it says wrongly is told. Method: the program with small scripts.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

FRAME = """schema: 1
duration: 4m
platform: {hosts: 3}
stores:
%s
script: play.lua
"""
ONE = "  - {name: couchdb, net_tick: 8s, password_rounds: 10, databases: [{name: orders, q: 1}]}"
RAFT = "  - {name: small, kind: raft, databases: [orders]}"

PLAY = """
sleep("1s")
local first = store.put("orders/cart", {items = 1, who = "anna"})
expect(first.status == 201 and first.ok, "stored")
store.act("crash node-3")
sleep("1s")
local second = store.put("orders/cart?rev=" .. first.rev, '{"items": 2}', {node = "node-1"})
local got = store.get("orders/cart", {node = "node-2"})
expect(got.items == 2 and got._rev == second.rev and got.who == nil, "read back")
expect(store.differing("orders") == 1, "one copy is behind")
store.act("start node-3")
expect(wait_until(function() return store.differing("orders") == 0 end, "2m"), "healed")
local copies = store.copies("orders")
expect(#copies == 3 and copies[3].host == "node-3" and copies[3].documents == 1, "three copies")
expect(store.post("orders/_find", {selector = {items = {["$gt"] = 1}}}).rows == 1, "found")
expect(store.delete("orders/cart?rev=" .. second.rev).ok, "deleted")
local gone = store.get("orders/cart")
expect(gone.status == 404 and gone.error == "not_found" and gone.reason == "deleted", "gone")
"""


class StoreScripts(program.Case):
    def play(self, script, stores=ONE, code=0):
        self.write("play.yaml", FRAME % stores)
        self.write("play.lua", script)
        return self.call("run", "play.yaml", "--record", "play.hive", "--invariants", status=code)

    def test_a_script_is_a_client_and_an_operator(self):
        first = self.play(PLAY).stdout
        self.assertNotIn("not_held", first)
        self.assertIn("store crash node-3", first)
        explained = self.call("explain", "play.hive", "script-couchdb-2").stdout
        self.assertIn("201", explained)
        digest = [line for line in first.splitlines() if line.startswith("digest")]
        again = self.play(PLAY).stdout
        self.assertEqual(digest, [line for line in again.splitlines() if line.startswith("digest")])

    def test_a_store_of_another_kind_and_several(self):
        self.play("sleep('3s') local a = store.put('orders/a', {n = 1}, {store = 'small'})"
                  " expect(a.status == 201, 'stored')"
                  " expect(store.get('orders/a', {store = 'small'}).n == 1, 'read')"
                  " expect(store.differing('orders', {store = 'couchdb'}) == 0, 'equal')",
                  ONE + "\n" + RAFT)

    def test_mistakes_are_told(self):
        for script, words in (
                ("store.act('crsh node-3')", "is no command for a store"),
                ("store.act('crash node-7')", "no store has a node on \"node-7\""),
                ("store.act('split nothing')", "no store of kind couchdb has"),
                ("store.get('orders/a', {node = 'node-7'})", "has no node on node-7"),
                ("store.get('orders/a', {stor = 'x'})", "did you mean store?"),
                ("store.get('orders/a', {store = 'cuchdb'})", "did you mean couchdb?")):
            with self.subTest(script=script):
                self.assertIn(words, self.play(script, code=2).stderr)
        for act in ("split orders", "join node-2"):   # A small store has no shards and no joining.
            self.assertIn("of kind couchdb",
                          self.play(f"store.act('{act}')", RAFT, code=2).stderr)
        self.assertIn("say which store",
                      self.play("store.get('orders/a')", ONE + "\n" + RAFT, code=2).stderr)


if __name__ == "__main__":
    program.main()
