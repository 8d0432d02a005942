"""Goal: what a reader may not see of users and of replications he is told nowhere: not by name, not
in rows, not in a selector's answer, not in feeds, not in a show.
Method: databases whose names make them hold users or replications, readable by their members; each
way of reading, by a member and by an admin. Source: couch_db:after_doc_read/2, which all of them
go through, couch_users_db.erl, couch_replicator_docs.erl.
"""

import couch

ANN, BOB = ("ann", "a"), ("bob", "b")
SECRET = "hush"


class Readers(couch.Case):
    NODES = 2
    WORDS = ("--config", "chttpd_auth/iterations=10",
             "--config", "couchdb/default_security=everyone")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, password in (ANN, BOB):
            cls.cluster.request("PUT", f"/_users/org.couchdb.user:{name}", {
                "name": name, "password": password, "roles": [], "type": "user"})

    def ways(self, database, key, auth):
        """Every way to read the document `key`, as the bytes that were answered."""
        at = f"{database}/_design/d"
        ask = self.cluster.request
        return {
            "by name": ask("GET", f"{database}/{key}", auth=auth),
            "open_revs": ask("GET", f"{database}/{key}?open_revs=all",
                             headers={"Accept": "application/json"}, auth=auth),
            "_bulk_get": ask("POST", f"{database}/_bulk_get", {"docs": [{"id": key}]}, auth=auth),
            "_all_docs": ask("GET", f"{database}/_all_docs?include_docs=true", auth=auth),
            "keys": ask("POST", f"{database}/_all_docs?include_docs=true", {"keys": [key]},
                        auth=auth),
            "queries": ask("POST", f"{database}/_all_docs/queries",
                           {"queries": [{"include_docs": True}]}, auth=auth),
            "view": ask("GET", at + "/_view/v?include_docs=true", auth=auth),
            "linked": ask("GET", at + "/_view/linked?include_docs=true", auth=auth),
            "_changes": ask("GET", f"{database}/_changes?include_docs=true", auth=auth),
            "conflicts": ask("GET", f"{database}/_changes?include_docs=true&conflicts=true",
                             auth=auth),
            "_find": ask("POST", f"{database}/_find", {"selector": {"_id": key}}, auth=auth),
            "_find r": ask("POST", f"{database}/_find", {"selector": {"_id": key}, "r": 2},
                           auth=auth),
            "show": ask("GET", f"{at}/_show/s/{key}", auth=auth),
            "list": ask("GET", f"{at}/_list/l/v?include_docs=true", auth=auth)}

    def make(self, name):
        database = f"{self.db}%2F{name}"
        self.ask("PUT", database, status=201)
        self.ask("PUT", database + "/_design/d", {
            "views": {"v": {"map": "function(d) { emit(d._id); }"},
                      "linked": {"map": "function(d) { emit(1, {_id: d._id}); }"}},
            "shows": {"s": "function(d) { return toJSON(d); }"},
            "lists": {"l": "function() { var r; while (r = getRow()) send(toJSON(r.doc)); }"}},
            status=201)
        return database

    def test_passwords_of_replications_are_their_owner_s(self):
        database = self.make("_replicator")
        written = self.ask("PUT", database + "/r", {
            "source": f"http://u:{SECRET}@127.0.0.1/x", "target": {
                "url": "http://127.0.0.1/y", "auth": {"basic": {
                    "username": "u", "password": SECRET}}, "headers": {"X": SECRET}}},
            auth=ANN, status=201)["rev"]
        for way, answer in self.ways(database, "r", BOB).items():
            with self.subTest(way=way, who="another member"):
                self.assertLess(answer.status, 300, answer)
                self.assertNotIn(SECRET, answer.body.decode())
                self.assertIn("http://127.0.0.1/x", answer.body.decode())
                if "_changes" not in way and way != "conflicts":
                    self.assertNotIn(f'"_rev":"{written}"', answer.body.decode())
        for auth in (ANN, couch.ADMIN):
            for way, answer in self.ways(database, "r", auth).items():
                with self.subTest(way=way, who=auth[0]):
                    self.assertEqual(answer.status, 200, answer)
                    self.assertIn(SECRET, answer.body.decode())

    def test_of_users_what_is_public(self):
        database = self.make("_users")
        self.ask("PUT", database + "/org.couchdb.user:cy", {
            "name": "cy", "type": "user", "roles": [], "password": "x", "shoe": SECRET,
            "motto": "onwards"}, status=201)
        key = "org.couchdb.user:cy"
        for way, answer in self.ways(database, key, BOB).items():
            with self.subTest(way=way, public="nothing"):
                for hidden in (SECRET, "derived_key", "onwards"):
                    self.assertNotIn(hidden, answer.body.decode())
        self.ask("PUT", "/_node/_local/_config/chttpd_auth/public_fields", '"motto,name"')
        self.ask("PUT", "/_node/node2@127.0.0.1/_config/chttpd_auth/public_fields",
                 '"motto,name"')
        for way, answer in self.ways(database, key, BOB).items():
            with self.subTest(way=way, public="motto,name"):
                for hidden in (SECRET, "derived_key"):
                    self.assertNotIn(hidden, answer.body.decode())
                if way in ("by name", "_all_docs", "keys", "queries", "_changes", "_bulk_get",
                           "_find"):
                    self.assertIn("onwards", answer.body.decode())
        guess = {"selector": {"shoe": SECRET}}                # Nor may he guess.
        found = self.ask("POST", database + "/_find", guess, auth=BOB, status=200)
        self.assertNotIn("onwards", found.body.decode())
        self.ask("POST", database + "/_index", {"index": {"fields": ["shoe"]}}, status=200)
        self.ask("POST", database + "/_find", guess, auth=BOB, status=403, json=couch.error(
            "forbidden", "Only administrators can view design docs in the users database."))
        for way, answer in self.ways(database, key, couch.ADMIN).items():
            with self.subTest(way=way, who="admin"):
                self.assertIn(SECRET, answer.body.decode())


if __name__ == "__main__":
    couch.main()
