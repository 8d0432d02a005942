"""Goal: other ways to say who asks (tokens, proxies), other databases of users, what passwords must
be like, and what others may read of users and replications. Method: settings through _config, then
requests. Source: jwtf.erl, couch_httpd_auth.erl, couch_users_db.erl, couch_replicator_docs.erl; the
stories of test/elixir/test/{jwtauth,jwt_roles_claim,proxyauth,users_db,users_db_security,
security_validation,reader_acl}_test.exs.
"""

import base64
import email.utils
import hashlib
import hmac
import json
import re
import subprocess
import time

import couch
from couch import ABSENT, error

SECRET = b"zxczxc12zxczxc12"
USER = "org.couchdb.user:"
HANDLERS = ", ".join(f"{{chttpd_auth, {name}_authentication_handler}}"
                     for name in ("jwt", "proxy", "cookie", "default"))


def part(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token(claims, alg="HS256", key=SECRET, **header):
    text = part({"alg": alg, "typ": "JWT", **header}) + "." + part(claims)
    hashed = {"256": "sha256", "384": "sha384", "512": "sha512"}[alg[2:]]
    return text + "." + part(hmac.new(key, text.encode(), hashed).digest())


class Login(couch.Case):
    def setUp(self):
        super().setUp()
        self.config("chttpd_auth", "iterations", "10")
        self.config("chttpd_auth_lockout", "mode", "off")

    def config(self, section, key, value):
        path = f"/_node/_local/_config/{section}/{key}"
        old = self.ask("GET", path)
        self.ask("PUT", path, json.dumps(value), status=200)
        if old.status == 200:
            self.addCleanup(self.ask, "PUT", path, json.dumps(old.json))
        else:
            self.addCleanup(self.ask, "DELETE", path)

    def user(self, name, database="/_users", **more):
        self.ask("PUT", f"{database}/{USER}{name}", {
            "name": name, "password": name, "type": "user", "roles": [], **more}, status=201)
        self.addCleanup(self.forget, f"{database}/{USER}{name}")

    def forget(self, path):
        found = self.ask("GET", path)
        if found.status == 200:
            self.ask("DELETE", f"{path}?rev={found['_rev']}")

    def session(self, sent, status=200, expected=None):
        return self.ask("GET", "/_session", None, sent, status, expected, auth=None)

    def bearer(self, text, status=200, expected=None):
        return self.session({"Authorization": "Bearer " + text}, status, expected)

    def test_tokens(self):
        self.bearer(token({"sub": "x"}), 200,   # Nobody looks at it.
                    {"userCtx": {"name": None}})
        self.config("chttpd", "authentication_handlers", HANDLERS)
        self.config("jwt_keys", "hmac:_default", base64.b64encode(SECRET).decode())
        self.config("jwt_keys", "hmac:other", base64.b64encode(b"other").decode())
        claims = {"sub": "couch@apache.org", "_couchdb.roles": ["testing"]}
        for alg in ("HS256", "HS384", "HS512"):
            self.bearer(token(claims, alg), 200, {
                "userCtx": {"name": "couch@apache.org", "roles": ["testing"]},
                "info": {"authenticated": "jwt",
                         "authentication_handlers": ["jwt", "proxy", "cookie", "default"]}})
        self.bearer(token(claims, key=b"other", kid="other"))
        whole = token(claims)
        for text, reason in (
                (whole[:-3] + "AAA", "Bad HMAC"), (token(claims, kid="none"), "Unknown kid"),
                (whole.replace(".", "", 1), "Malformed token"), ("a.b.c", None),
                (part({"alg": "none"}) + "." + part(claims) + ".", "Invalid alg header parameter"),
                (part({"typ": "JWT"}) + "." + part(claims) + ".", "Missing alg header parameter")):
            self.bearer(text, 400, error("bad_request", reason) if reason else None)
        self.bearer(token({"name": "x"}), 401, error("unauthorized", "Token missing sub claim."))
        self.session({}, 200, {"userCtx": {"name": None}})
        self.ask("GET", "/_session", status=200, json={"info": {"authenticated": "default"}})

    def test_claims(self):
        self.config("chttpd", "authentication_handlers", HANDLERS)
        self.config("jwt_keys", "hmac:_default", base64.b64encode(SECRET).decode())
        self.config("jwt_auth", "required_claims", '{iss, "hello"}, exp, nbf')
        now = int(time.time())
        good = {"sub": "x", "iss": "hello", "exp": now + 60, "nbf": now - 60}
        self.bearer(token(good))
        for change, status, expected in (
                ({"iss": "goodbye"}, 400, error("bad_request", "Invalid iss claim")),
                ({"iss": None}, 400, error("bad_request")),
                ({"exp": now - 60}, 401, error("unauthorized", "exp not in future")),
                ({"nbf": now + 60}, 401, error("unauthorized", "nbf not in past"))):
            self.bearer(token({**good, **change}), status, expected)
        del good["exp"]
        self.bearer(token(good), 400, error("bad_request", "Missing exp claim"))

    def test_a_token_with_an_admin_s_name_replicates_as_no_admin(self):
        # chttpd:fix_uri/3: a bare name is asked for with the requester's own rights.
        self.config("chttpd", "authentication_handlers", HANDLERS)
        self.config("jwt_keys", "hmac:_default", base64.b64encode(SECRET).decode())
        body = {"source": self.db[1:], "target": self.db[1:] + "_copy", "create_target": True}
        sent = {"Authorization": "Bearer " + token({"sub": couch.ADMIN[0]})}
        answer = self.ask("POST", "/_replicate", body, sent, auth=None)
        self.assertIn(answer["error"], ("unauthorized", "forbidden"))
        self.ask("GET", f"{self.db}_copy", status=404)

    def test_roles_of_a_token_replicate_with_it(self):
        # chttpd:fix_uri/3: the request's headers go on to the databases.
        self.config("chttpd", "authentication_handlers", HANDLERS)
        self.config("jwt_keys", "hmac:_default", base64.b64encode(SECRET).decode())
        self.put("a")
        copy = self.db + "-copy"
        self.ask("PUT", copy, status=201)
        self.addCleanup(self.ask, "DELETE", copy)
        for name in ("~", copy):
            self.ask("PUT", name + "/_security", {"members": {"roles": ["crew"]}}, status=200)
        body = {"source": self.db[1:], "target": copy[1:]}
        for roles, status in ((["guest"], 403), (["crew"], 200)):
            sent = {"Authorization": "Bearer " + token({"sub": "x", "_couchdb.roles": roles})}
            self.ask("POST", "/_replicate", body, sent, auth=None, status=status)
        self.ask("GET", copy + "/a", status=200)

    def test_roles_of_tokens(self):
        self.config("chttpd", "authentication_handlers", HANDLERS)
        self.config("jwt_keys", "hmac:_default", base64.b64encode(SECRET).decode())
        claims = token({"sub": "x", "_couchdb.roles": "a,b , c", "my.roles": ["d"],
                        "foo": {"bar.zonk": {"roles": ["e"]}}})

        def roles(*expected):
            self.bearer(claims, 200, {"userCtx": {"roles": list(expected)}})
        roles("a", "b", "c")
        self.config("jwt_auth", "roles_claim_name", "my.roles")
        roles("d")
        self.config("jwt_auth", "roles_claim_path", "foo.bar\\.zonk.roles")
        roles("e")
        self.config("jwt_auth", "roles_claim_path", "foo.none")
        self.bearer(claims, 404, error("not_found", "missing json key: none"))

    def test_tokens_signed_with_a_private_key(self):
        self.config("chttpd", "authentication_handlers", HANDLERS)
        kinds = (("rsa", "RS256", ["genrsa", "-out", "key", "2048"]),
                 ("ec", "ES256", ["ecparam", "-name", "prime256v1", "-genkey", "-out", "key"]))
        for kind, alg, making in kinds:
            def openssl(*words, **more):
                return subprocess.run(["openssl", *words], cwd=self.folder, check=True,
                                      capture_output=True, **more).stdout
            openssl(*making)
            public = openssl("pkey", "-in", "key", "-pubout").decode()
            self.config("jwt_keys", f"{kind}:_default", public.strip().replace("\n", "\\n"))
            text = part({"alg": alg}) + "." + part({"sub": "x"})
            signed = openssl("dgst", "-sha256", "-sign", "key", input=text.encode())
            self.bearer(text + "." + part(signed), 200, {"userCtx": {"name": "x"}})
            bad = part({"alg": alg}) + "." + part({"sub": "y"}) + "." + part(signed)
            self.bearer(bad, 400, error("bad_request", "Bad signature"))
            self.config("jwt_keys", f"{kind}:_default", "no key")
            self.bearer(text + "." + part(signed), 400, error("bad_request", "Not a valid key"))

    def test_proxies(self):
        who = {"X-Auth-CouchDB-UserName": "bond", "X-Auth-CouchDB-Roles": "a,b"}
        self.session(who, 200, {"userCtx": {"name": None}})
        self.config("chttpd", "authentication_handlers", HANDLERS)
        self.session(who, 200, {"userCtx": {"name": "bond", "roles": ["a", "b"]},
                                "info": {"authenticated": "proxy"}})
        self.config("couch_httpd_auth", "proxy_use_secret", "true")
        self.config("chttpd_auth", "secret", "hush")
        self.session(who, 200, {"userCtx": {"name": None}})
        for hashed in (hashlib.sha1, hashlib.sha256):
            sign = hmac.new(b"hush", b"bond", hashed).hexdigest()
            self.session({**who, "X-Auth-CouchDB-Token": sign}, 200, {"userCtx": {"name": "bond"}})
        self.session({**who, "X-Auth-CouchDB-Token": "00"}, 200, {"userCtx": {"name": None}})

    def test_another_database_of_users(self):
        self.config("chttpd_auth", "authentication_db", self.db[1:])
        self.user("tom", self.db)
        self.ask("GET", f"~/{USER}tom", status=200, json={
            "password": ABSENT, "password_scheme": "pbkdf2"})
        self.ask("GET", "/_session", auth=("tom", "tom"), status=200, json={
            "userCtx": {"name": "tom"}, "info": {"authentication_db": self.db[1:]}})

    def test_passwords_that_are_good_enough(self):
        self.config("couch_httpd_auth", "password_regexp",
                    r'[{".{10,}"}, {"[A-Z]+", "Want capitals."}, {"\\d+", ""}, "[!.]+"]')

        def put(password, status, expected=None):
            self.ask("PUT", f"/_users/{USER}pw", {"name": "pw", "password": password,
                                                  "type": "user", "roles": []},
                     status=status, json=expected)
        why = "Password does not conform to requirements."
        put("short", 400, error("bad_request", why))
        put("longandsmall", 400, error("bad_request", why + " Want capitals."))
        put("longANDsmall", 400, error("bad_request", why))
        put("longANDsma11", 400, error("bad_request", why))
        put("longANDsma11!", 201)
        self.forget(f"/_users/{USER}pw")
        for wrong in ('{{".{10,}"}}', '[{".{10,}"]', "nonsense"):
            self.config("couch_httpd_auth", "password_regexp", wrong)
            put("longANDsma11!", 403,
                error("forbidden", "Server cannot hash passwords at this time."))

    def test_who_reads_users(self):
        for name in ("tom", "spike", "speedy"):
            self.user(name, city="x")
        self.config("couchdb", "users_db_security_editable", "true")
        old = self.ask("GET", "/_users/_security").json
        self.ask("PUT", "/_users/_security", {}, status=200)
        self.addCleanup(self.ask, "PUT", "/_users/_security", old)
        other = f"/_users/{USER}spike"
        tom = {"auth": ("tom", "tom")}
        self.ask("GET", other, status=404, **tom)
        self.ask("DELETE", other + "?rev=1-abc", status=404, **tom)
        self.ask("GET", f"/_users/{USER}tom", status=200, json={"city": "x"}, **tom)
        self.ask("GET", "/_users/_design/_auth", status=403, **tom)
        self.ask("PUT", "/_users/_design/look", {
            "views": {"v": {"map": "function(doc) { emit(doc.name, null); }"}},
            "shows": {"s": "function(doc, req) { return doc.name; }"},
            "lists": {"l": "function(head, req) { return 'l'; }"}}, status=201)
        self.addCleanup(self.forget, "/_users/_design/look")
        for path, status in (("_view/v", 403), ("_list/l/v", 403), (f"_show/s/{USER}tom", 200),
                             (f"_show/s/{USER}spike", 404)):
            self.ask("GET", "/_users/_design/look/" + path, status=status, **tom)
            self.ask("GET", "/_users/_design/look/" + path, status=200)
        self.ask("POST", "/_users/_find", {"selector": {}}, status=200, **tom,
                 json={"docs": lambda docs: [doc["_id"] for doc in docs] == [USER + "tom"]})
        self.ask("POST", "/_users/_bulk_get", {"docs": [{"id": USER + "spike"}]}, status=200,
                 json={"results": [{"docs": [{"error": {"error": "not_found"}}]}]}, **tom)
        self.config("couch_httpd_auth", "public_fields", "name,city")
        self.ask("GET", other, status=200, json={"_id": USER + "spike", "name": "spike",
                                                 "city": "x", "salt": ABSENT}, **tom)
        self.ask("PUT", "/_users/_security", {"admins": {"names": ["speedy"]}}, status=200)
        self.ask("GET", "/_users/_design/look/_view/v", auth=("speedy", "speedy"), status=200)
        self.ask("GET", other, auth=("speedy", "speedy"), status=200, json={"salt": str})

    def test_who_reads_passwords_of_replications(self):
        self.user("tom")
        self.user("eve")
        self.ask("PUT", "/_replicator/_security", {}, status=200)
        rev = self.ask("PUT", "/_replicator/job", {
            "source": "http://joe:pw@127.0.0.1:1/a", "target": {
                "url": "http://127.0.0.1:1/b", "headers": {"A": "b"},
                "auth": {"basic": {"username": "u", "password": "p"}}}},
            auth=("tom", "tom"), status=201)["rev"]
        self.addCleanup(self.forget, "/_replicator/job")
        for who in (couch.ADMIN, ("tom", "tom")):
            self.ask("GET", f"/_replicator/job?rev={rev}", auth=who, status=200, json={
                "_rev": rev, "owner": "tom", "source": "http://joe:pw@127.0.0.1:1/a",
                "target": {"headers": {"A": "b"}}})
        told = {"owner": "tom", "source": "http://127.0.0.1:1/a", "target": {
            "url": "http://127.0.0.1:1/b", "headers": ABSENT, "auth": ABSENT}}
        eve = {"auth": ("eve", "eve")}
        self.ask("GET", f"/_replicator/job?rev={rev}", status=200, json={
            **told, "_rev": lambda text: text != rev and text.startswith("1-")}, **eve)
        self.ask("GET", "/_replicator/job?conflicts=true", status=200, json=told, **eve)
        self.ask("POST", "/_replicator/_bulk_get", {"docs": [{"id": "job"}]}, status=200,
                 json={"results": [{"docs": [{"ok": told}]}]}, **eve)

    def test_who_cancels_a_replication(self):
        self.user("tom")
        self.user("eve")
        self.ask("PUT", "~/_security", {}, status=200)
        self.ask("PUT", "/goal?q=1")
        self.addCleanup(self.ask, "DELETE", "/goal")
        self.ask("PUT", "/goal/_security", {}, status=200)
        at = "http://tom:tom@127.0.0.1:" + str(self.cluster.ports[0])
        job = {"source": at + self.db, "target": at + "/goal", "continuous": True}
        began = self.ask("POST", "/_replicate", job, auth=("tom", "tom"), status=202).json
        cancel = {**job, "cancel": True}
        self.ask("POST", "/_replicate", cancel, auth=("eve", "eve"), status=401,
                 json=error("unauthorized", "You are not a server admin."))
        self.ask("POST", "/_replicate", cancel, auth=("tom", "tom"), status=200,
                 json={"ok": True, "_local_id": began["_local_id"]})
        self.ask("POST", "/_replicate", cancel, auth=("tom", "tom"), status=404)

    def test_cookies(self):
        self.config("chttpd_auth", "timeout", "1000")
        self.config("chttpd_auth", "same_site", "strict")
        self.config("chttpd_auth", "cookie_domain", "example.com")
        self.user("tom")
        made = self.ask("POST", "/_session", {"name": "tom", "password": "tom"}, status=200,
                        auth=None).headers["set-cookie"]
        self.assertRegex(made, re.compile(
            "Max-Age=1000; Domain=example.com; Path=/; HttpOnly; SameSite=Strict$"))
        expires = re.search(r"; Expires=(\w\w\w, \d\d-\w\w\w-\d{4} \d\d:\d\d:\d\d GMT); ", made)
        until = email.utils.mktime_tz(email.utils.parsedate_tz(expires[1].replace("-", " ")))
        self.assertAlmostEqual(until, time.time() + 1000, delta=10)
        cookie = {"Cookie": made.split(";")[0]}
        self.assertNotIn("set-cookie", self.session(cookie).headers)
        self.config("chttpd_auth", "timeout", "9")
        self.config("chttpd_auth", "allow_persistent_cookies", "false")
        time.sleep(2)
        again = self.session(cookie, 200, {"userCtx": {"name": "tom"}}).headers["set-cookie"]
        self.assertRegex(again, "^AuthSession=.+; Version=1; Domain=example.com; Path=/; HttpOnly")
        self.ask("POST", "/_session", {"name": "tom", "username": "eve", "password": "tom"},
                 status=400, auth=None,
                 json=error("bad_request", "request body contains different usernames"))
        out = self.ask("DELETE", "/_session?next=/_up", None, cookie, 302, {"ok": True}, auth=None)
        self.assertTrue(out.headers["location"].endswith("/_up"))


if __name__ == "__main__":
    couch.main()
