"""Goal: who may do what: sessions, users, members and admins of databases, validation, lockout.
Method: tables of requests as different people. Source: couchdb.md §5; chttpd_auth_request.erl,
couch_httpd_auth.erl, couch_users_db.erl; the stories of test/elixir/test/{security_validation,
reader_acl,users_db*,cookie_auth,auth_*,proxyauth}_test.exs.
"""

import re

import couch
from couch import ABSENT, error

NOT_ADMIN = error("unauthorized", "You are not a server admin.")
WRONG = error("unauthorized", "Name or password is incorrect.")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
USER = "org.couchdb.user:"


class Security(couch.Case):
    WORDS = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster.request("PUT", "/_node/_local/_config/chttpd_auth/iterations", '"10"')
        cls.cluster.request("PUT", "/_node/_local/_config/chttpd_auth_lockout/mode", '"off"')
        for name, roles in (("jan", []), ("bob", ["readers"]), ("eve", [])):
            made = cls.cluster.request("PUT", f"/_users/{USER}{name}", {
                "name": name, "password": name, "type": "user", "roles": roles})
            assert made.status == 201, made

    def test_sessions(self):
        cookie = re.compile("^AuthSession=[^;]+; Version=1; .*Max-Age=600; Path=/; HttpOnly")
        answer = self.ask("POST", "/_session", "name=jan&password=jan", FORM, 200,
                          {"ok": True, "name": "jan", "roles": []}, auth=None)
        self.assertRegex(answer.headers["set-cookie"], cookie)
        token = answer.headers["set-cookie"].split(";")[0]
        self.ask("GET", "/_session", None, {"Cookie": token}, 200, {
            "ok": True, "userCtx": {"name": "jan", "roles": []}, "info": {
                "authentication_handlers": ["cookie", "default"], "authenticated": "cookie",
                "authentication_db": "_users"}}, auth=None)
        self.ask("GET", "/_session", status=200, json={
            "userCtx": {"name": "adm", "roles": ["_admin"]}, "info": {"authenticated": "default"}})
        self.ask("GET", "/_session", status=200, auth=None, json={
            "userCtx": {"name": None, "roles": []}, "info": {"authenticated": ABSENT}})
        # Other schemes are nobody's: users_db_security_test.exs logs out with one word.
        for nobody in ("Basic Xzpf", "annonymous", "Bearer x.y.z", "Digest a"):
            self.ask("GET", "/_session", None, {"Authorization": nobody}, 200,
                     {"userCtx": {"name": None}}, auth=None)
        answer = self.ask("DELETE", "/_session", None, {"Cookie": token}, 200, {"ok": True},
                          auth=None)
        self.assertRegex(answer.headers["set-cookie"], "^AuthSession=; Version=1;")
        self.ask("POST", "/_session", {"name": "jan", "password": "jan"}, status=200, auth=None)
        self.ask("POST", "/_session", {"name": "adm", "password": "pass"}, status=200, auth=None,
                 json={"name": "adm", "roles": ["_admin"]})
        self.ask("POST", "/_session", {"name": "jan", "password": "x"}, status=401, auth=None,
                 json=WRONG)
        self.ask("POST", "/_session", "name=jan&password=x", FORM, 401, WRONG, auth=None)
        self.ask("POST", "/_session?next=/_up", {"name": "jan", "password": "jan"}, status=302,
                 auth=None)
        answer = self.ask("POST", "/_session?fail=/_up", {"username": "jan", "password": "x"},
                          status=302, auth=None, json=WRONG)
        self.assertTrue(answer.headers["location"].endswith("/_up"))
        self.ask("POST", "/_session", {}, status=400, auth=None,
                 json=error("bad_request", "request body must contain a username"))
        self.ask("GET", "/_session", None, {"Cookie": "AuthSession=broken"}, 400, error(
            "bad_request", "Malformed AuthSession cookie. Please clear your cookies."), auth=None)
        self.ask("PUT", "/_session", {}, status=405)
        self.ask("GET", "/_session?basic=true", status=401, auth=None,
                 json=error("unauthorized", "Please login."))
        self.ask("GET", "/_session", status=401, auth=("jan", "wrong"), json=WRONG)
        self.ask("GET", "/_session", status=401, auth=("nobody", "x"), json=WRONG)

    def test_what_is_for_server_admins(self):
        for auth in (None, ("jan", "jan")):
            for method, path in (("PUT", "/mine"), ("DELETE", self.db), ("GET", "/_all_dbs"),
                                 ("GET", "/_node/_local/_config"), ("GET", "/_active_tasks"),
                                 ("GET", "/_scheduler/jobs"), ("GET", "/_users/_all_docs"),
                                 ("GET", "/_users/_changes"), ("PUT", "/_users")):
                self.ask(method, path, status=401, json=NOT_ADMIN, auth=auth)
            for path in ("/", "/_up", "/_uuids", "/_session"):
                self.ask("GET", path, status=200, auth=auth)

    def test_default_security(self):
        self.ask("GET", "~/_security", status=200, json={
            "members": {"roles": ["_admin"]}, "admins": {"roles": ["_admin"]}})
        self.ask("GET", "~", status=401, auth=None,
                 json=error("unauthorized", "You are not authorized to access this db."))
        self.ask("GET", "~", status=403, auth=("jan", "jan"),
                 json=error("forbidden", "You are not allowed to access this db."))

    def test_members_and_admins(self):
        secret = {"admins": {"names": ["jan"], "roles": []},
                  "members": {"names": [], "roles": ["readers"]}}
        self.ask("PUT", "~/_security", secret, status=200, json={"ok": True})
        self.ask("GET", "~/_security", status=200, json=secret)
        view = {"views": {"v": {"map": "function(doc) { emit(doc._id); }"}}}
        jan, bob, eve = ("jan", "jan"), ("bob", "bob"), ("eve", "eve")
        self.ask("PUT", "~/a", {}, status=201, auth=bob)
        self.ask("PUT", "~/_design/d", view, status=201, auth=jan)
        self.ask("GET", "~/_design/d/_view/v", status=200, auth=bob)
        self.ask("GET", "~/a", status=403, auth=eve)
        self.ask("GET", "~/a", status=401, auth=None)
        reason = "You are not a db or server admin."
        self.ask("PUT", "~/_design/e", view, status=403, auth=bob, json=error("forbidden", reason))
        self.ask("POST", "~/_bulk_docs", {"docs": [{"_id": "_design/e"}, {"_id": "b"}]},
                 status=201, auth=bob, json=[{"id": "_design/e", "error": "forbidden"},
                                             {"ok": True}])
        for path in ("~/_compact", "~/_view_cleanup"):
            self.ask("POST", path, {}, status=401, auth=bob, json=error(
                "unauthorized", "You are not a server or db admin."))
            self.ask("POST", path, {}, status=202, auth=jan)
        self.ask("PUT", "~/_revs_limit", "7", status=200, auth=jan)
        self.ask("PUT", "~/_security", {}, status=500, auth=bob, json=error("error", "no_majority"))
        for wrong in ({"members": {"names": [1]}}, {"members": {"roles": "x"}}, []):
            self.ask("PUT", "~/_security", wrong, status=500, json=error("error", "no_majority"))
        self.ask("DELETE", "~/_security", status=405)
        self.ask("PUT", "~/_security", {}, status=200, auth=jan)     # Everybody's now.
        self.ask("GET", "~/a", status=200, auth=None)
        self.ask("PUT", "~/c", {}, status=201, auth=None)
        old = {"readers": {"names": ["bob"], "roles": []}}           # As 1.0 called members.
        self.ask("PUT", "~/_security", old, status=200)
        self.ask("GET", "~/a", status=403, auth=eve)
        self.ask("GET", "~/a", status=200, auth=bob)

    def test_authors_are_checked(self):
        self.ask("PUT", "~/_security", {}, status=200)
        self.put("_design/v", {"validate_doc_update": """function(n, old, ctx, sec) {
            if (sec.admin_override && ctx.roles.indexOf('_admin') != -1) return;
            if (!n.author) throw({forbidden: 'Documents must have an author field'});
            if (old && old.author != ctx.name) throw({unauthorized: 'You are not the author.'});
            if (n.author != ctx.name) throw({unauthorized: 'You are not ' + n.author}); }"""})
        jan = ("jan", "jan")
        self.ask("PUT", "~/a", {"x": 1}, status=403, auth=jan,
                 json=error("forbidden", "Documents must have an author field"))
        rev = self.ask("PUT", "~/a", {"author": "jan"}, status=201, auth=jan)["rev"]
        self.ask("PUT", "~/a", {"author": "bob", "_rev": rev}, status=401, auth=("bob", "bob"),
                 json=error("unauthorized", "You are not the author."))
        self.ask("PUT", "~/b", {"author": "jan"}, status=401, auth=None,
                 json=error("unauthorized", "You are not jan"))
        self.ask("DELETE", f"~/a?rev={rev}", status=403)      # A tombstone has no author.
        self.ask("PUT", "~/_security", {"admin_override": True}, status=200)
        self.ask("DELETE", f"~/a?rev={rev}", status=200)

    def test_users(self):
        editable = "/_node/_local/_config/couchdb/users_db_security_editable"
        self.ask("GET", f"/_users/{USER}jan", status=403, auth=("jan", "jan"))
        self.ask("PUT", "/_users/_security", {}, status=403, json=error(
            "forbidden", "You can't edit the security object of the user database."))
        self.ask("PUT", editable, '"true"', status=200)
        self.ask("PUT", "/_users/_security", {}, status=200)
        self.ask("DELETE", editable, status=200)
        doc = self.ask("GET", f"/_users/{USER}jan", status=200, json={
            "name": "jan", "type": "user", "roles": [], "password": ABSENT,
            "password_scheme": "pbkdf2", "pbkdf2_prf": "sha256", "iterations": 10,
            "derived_key": re.compile("^[0-9a-f]{64}$"), "salt": re.compile("^[0-9a-f]{32}$")})
        self.ask("GET", "/_users/_design/_auth", status=200,
                 json={"language": "javascript", "validate_doc_update": str})
        self.ask("GET", "/_users/_design/_auth", status=403, auth=("jan", "jan"), json=error(
            "forbidden", "Only administrators can view design docs in the users database."))
        self.ask("GET", f"/_users/{USER}jan", status=200, auth=("jan", "jan"))
        self.ask("GET", f"/_users/{USER}jan", status=404, auth=("bob", "bob"))
        self.ask("GET", f"/_users/{USER}jan", status=404, auth=None)

        def user(who, **more):
            return f"/_users/{USER}{who}", {"name": who, "type": "user", "roles": [],
                                             "password": "x", **more}
        self.ask("PUT", *user("ann"), status=201, auth=None)     # Anybody may register.
        self.ask("PUT", *user("ann"), status=409, auth=None)
        for more, reason in (({"type": "not user"}, "doc.type must be user"),
                             ({"roles": "x"}, "doc.roles must be an array"),
                             ({"roles": [12]}, "doc.roles can only contain strings"),
                             ({"name": None}, "doc.name is required"),
                             ({"name": "other"},
                              "Doc ID must be of the form org.couchdb.user:name"),
                             ({"roles": ["_admin"]},
                              "No system roles (starting with underscore) in users db."),
                             ({"_id": f"{USER}joe:x", "name": "joe:x"},
                              "Character `:` is not allowed in usernames.")):
            with self.subTest(reason=reason):
                path, body = user("joe", **more)
                self.ask("PUT", "/_users/" + body.get("_id", f"{USER}joe"), body, status=403,
                         json=error("forbidden", reason))
        path, body = user("joe")
        del body["roles"]
        self.ask("PUT", path, body, status=403, json=error("forbidden", "doc.roles must exist"))
        self.ask("PUT", *user("joe", roles=["boss"]), status=403, auth=None,
                 json=error("forbidden", "Only _admin may set roles"))
        self.ask("PUT", f"/_users/{USER}jan", {**doc.json, "roles": ["x"]}, status=403,
                 auth=("jan", "jan"), json=error("forbidden", "Only _admin may edit roles"))
        self.ask("PUT", f"/_users/{USER}jan", {**doc.json, "n": 1}, status=404, auth=("bob", "bob"))
        rev = self.ask("PUT", f"/_users/{USER}jan", {**doc.json, "password": "new"}, status=201,
                       auth=("jan", "jan"))["rev"]
        self.ask("GET", "/_session", status=401, auth=("jan", "jan"), json=WRONG)
        self.ask("GET", "/_session", status=200, auth=("jan", "new"))
        self.ask("PUT", f"/_users/{USER}jan?rev={rev}", user("jan", password="jan")[1], status=201)
        self.ask("PUT", *user("foo@example.org", password=":bar"), status=201)
        self.ask("GET", "/_session", status=200, auth=("foo@example.org", ":bar"))

    def test_admins_of_the_configuration(self):
        setting = "/_node/_local/_config/admins/boss"
        self.ask("PUT", setting, '"s3cret"', status=200, json="")
        line = self.ask("GET", setting, status=200).json
        self.assertRegex(line, "^-pbkdf2:sha256-[0-9a-f]{64},[0-9a-f]{32},10$")
        self.ask("GET", "/_session", status=200, auth=("boss", "s3cret"),
                 json={"userCtx": {"roles": ["_admin"]}})
        self.ask("PUT", setting, f'"{line}"', status=200, json=line)     # Hashed already.
        self.ask("GET", "/_all_dbs", status=200, auth=("boss", "s3cret"))
        self.ask("DELETE", setting, status=200)
        self.ask("GET", "/_all_dbs", status=401, auth=("boss", "s3cret"))

    def test_everybody_must_log_in(self):
        setting = "/_node/_local/_config/chttpd/require_valid_user"
        self.ask("PUT", setting, '"true"', status=200)
        try:
            answer = self.ask("GET", "/", status=401, auth=None,
                              json=error("unauthorized", "Authentication required."))
            self.assertEqual(answer.headers["www-authenticate"], 'Basic realm="server"')
            self.ask("GET", "/_up", status=401, auth=None)
            self.ask("PUT", setting + "_except_for_up", '"true"', status=200)
            self.ask("GET", "/_up", status=200, auth=None)
            self.ask("POST", "/_session", {"name": "jan", "password": "jan"}, status=200,
                     auth=None)
            self.ask("GET", "/", status=200, auth=("jan", "jan"))
        finally:
            self.ask("DELETE", setting + "_except_for_up")
            self.ask("DELETE", setting)


class Lockout(couch.Case):
    def test_five_wrong_passwords(self):
        for _ in range(5):
            self.ask("GET", "/_session", status=401, auth=("adm", "wrong"), json=WRONG)
        self.ask("GET", "/_session", status=403, auth=("adm", "wrong"), json=error(
            "forbidden", re.compile("^Account is temporarily locked due to multiple")))
        self.assertEqual(self.cluster.request("GET", "/", auth=("adm", "pass")).status, 403)
        self.ask("GET", "/", status=200, auth=None)

    def setUp(self):
        couch.program.Case.setUp(self)


if __name__ == "__main__":
    couch.main()
