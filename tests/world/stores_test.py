"""Goal: the stories of the document store (55 to 65) end as they say, break no invariant, and can
be explained; what a scenario says wrongly of a store is told. Method: the shipped files, run.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

SCENARIOS = program.ROOT / "scenarios"


def story(number):
    return str(next(SCENARIOS.glob(f"{number}_*.yaml")))


class Stories(program.Case):
    def explained(self, number, subject):
        self.call("run", story(number), "--quiet", "--record", "run.hive")
        return self.call("explain", "run.hive", subject).stdout

    def test_each_holds_and_breaks_no_invariant(self):
        for number in range(55, 66):
            with self.subTest(number=number):
                self.call("run", story(number), "--quiet", "--invariants")

    def test_202_is_explained_by_the_copies_that_did_not_answer(self):
        told = self.explained(56, "alone")
        self.assertIn("1 of the copies stored it, w is 2", told)
        self.assertIn("node-2 loses power", told)
        self.assertIn("node-3 loses power", told)

    def test_a_conflict_is_explained_by_who_wrote_both_sides(self):
        told = self.explained(59, "orders/cart")
        self.assertIn("was written by early-too", told)
        self.assertIn("was written by late", told)
        self.assertIn("its history is longer", told)

    def test_a_stale_read_is_explained_by_what_was_not_heard_of(self):
        told = self.explained(57, "fast")
        self.assertIn("fast is shown 1-", told)
        self.assertIn("cold-2", told)

    def test_a_conflict_of_revisions_names_who_came_first(self):
        self.write("race.yaml", """
schema: 1
duration: 20s
platform: {hosts: 3}
stores:
  - databases: [{name: orders, documents: [{_id: cart}]}]
    clients:
      - name: anna
        steps:
          - {at: 5s, name: read, get: orders/cart}
          - {at: 6s, name: first, put: orders/cart, based_on: read, body: {n: 1}}
          - {at: 7s, name: second, put: orders/cart, based_on: read, body: {n: 2}}
expect:
  - step first answers 201
  - step second answers 409 with conflict
""")
        self.call("run", "race.yaml", "--quiet", "--record", "race.hive")
        told = self.call("explain", "race.hive", "second").stdout
        self.assertIn("first had stored 2-", told)


class Mistakes(program.Case):
    def refused(self, store, more=""):
        self.write("wrong.yaml", "schema: 1\nplatform: {hosts: 3}\nstores:\n"
                                 "  - databases: [orders]\n" + store + more)
        return self.call("run", "wrong.yaml", status=2).stderr

    def test_a_step_that_is_no_request(self):
        said = self.refused("    clients: [{steps: [{at: 5s}]}]\n")
        self.assertIn("a step asks for something", said)

    def test_a_revision_of_a_step_that_nobody_takes(self):
        said = self.refused("    clients: [{steps: [{at: 5s, put: orders/a, based_on: nobody}]}]\n")
        self.assertIn('no step is named "nobody"', said)

    def test_a_node_where_the_store_has_none(self):
        said = self.refused("    clients: [{node: node-9, steps: [{at: 5s, get: orders/a}]}]\n")
        self.assertIn('has no node on "node-9"', said)

    def test_users_without_a_database(self):
        said = self.refused("    clients: [{users: 3}]\n")
        self.assertIn("database", said)

    def test_a_sentence_about_a_database_that_is_not_there(self):
        said = self.refused("", "expect: [copies of order agree at the end]\n")
        self.assertIn("did you mean orders?", said)

    def test_a_command_for_no_node(self):
        said = self.refused("", "commands: [{at: 5s, run: store crash node-9}]\n")
        self.assertIn('no store has a node on "node-9"', said)

    def test_a_split_of_what_is_not_there(self):
        for line, hint in (("store split order", 'no store has a database "order"'),
                           ("store split orders 0-f", '"0-f" is no range'),
                           ("store add orders node-1", "is no command for a store")):
            said = self.refused("", f"commands: [{{at: 5s, run: {line}}}]\n")
            self.assertIn(hint, said)

    def test_a_spare_node_that_is_no_host(self):
        said = self.refused("    spares: [node-9]\n")
        self.assertIn("is none of the store's hosts", said)


if __name__ == "__main__":
    program.main()
