"""Goal: what browsers are told: whose pages may ask, who may frame them, what pages may load.
Method: headers of requests and answers, under settings of a node. Source: chttpd_cors.erl,
chttpd_xframe_options.erl, chttpd_util.erl, chttpd_prefer_header.erl, and their eunit tests.
"""

import hmac

import couch

ORIGIN = {"Origin": "http://example.com"}
ASKED = {**ORIGIN, "Access-Control-Request-Method": "GET"}


class Browsers(couch.Case):
    def setUp(self):
        super().setUp()
        self.settings = []

    def tearDown(self):
        for section, key in self.settings:
            self.ask("DELETE", f"/_node/_local/_config/{section}/{key}")
        super().tearDown()

    def config(self, section, key, value):
        self.settings.append((section, key))
        self.ask("PUT", f"/_node/_local/_config/{section}/{key}", f'"{value}"', status=200)

    def headers(self, method, path, headers, status=200, wanted=None):
        found = self.ask(method, path, None, headers, status).headers
        if wanted:
            self.assertIsNone(couch.differs(wanted, found, f"{method} {path}"))
        return found

    def test_pages_of_other_origins(self):
        unknown = {"access-control-allow-origin": couch.ABSENT}
        self.headers("OPTIONS", "/", ASKED, 405, unknown)
        self.config("chttpd", "enable_cors", "true")
        self.headers("GET", "~", ORIGIN, 200, unknown)
        self.config("cors", "origins", "http://a.example, http://example.com")
        methods = "CONNECT, COPY, DELETE, GET, HEAD, OPTIONS, POST, PUT, TRACE"
        self.headers("OPTIONS", "/", ASKED, 204, {
            "access-control-allow-origin": "http://example.com",
            "access-control-allow-methods": methods, "access-control-max-age": "600",
            "access-control-allow-headers": "", "access-control-allow-credentials": couch.ABSENT})
        told = {"access-control-allow-headers": "Accept-Language, if-match"}
        self.headers("OPTIONS", "~/a", {
            **ASKED, "Access-Control-Request-Headers": "Accept-Language, if-match"}, 204, told)
        # Nobody has to log in to ask what may be asked.
        self.ask("OPTIONS", "/_all_dbs", None, ASKED, 204, auth=None)
        for refused in ({"Access-Control-Request-Headers": "x-other"},
                        {"Access-Control-Request-Method": "PATCH"},
                        {"Origin": "http://Example.com"}, {"Origin": None}):
            self.headers("OPTIONS", "/", {**ASKED, **refused}, 405)
        self.headers("OPTIONS", "/", ORIGIN, 405)
        self.headers("GET", "~", {"Origin": "http://b.example"}, 200, unknown)
        self.headers("GET", "~", ORIGIN, 200, {
            "access-control-allow-origin": "http://example.com",
            "access-control-expose-headers":
                "content-type, cache-control, accept-ranges, etag, server, x-couch-request-id, "
                "x-couch-update-newrev, x-couchdb-body-time"})
        self.headers("GET", "~/none", ORIGIN, 404, {
            "access-control-allow-origin": "http://example.com"})

    def test_settings_of_origins(self):
        for key, value in (("origins", "*"), ("credentials", "true"), ("max_age", "77"),
                           ("methods", "GET, POST"), ("headers", "Extra, accept"),
                           ("exposed_headers", "X-One")):
            self.config("cors", key, value)
        self.config("chttpd", "enable_cors", "true")
        self.headers("OPTIONS", "~", {**ASKED, "Access-Control-Request-Headers": "extra"}, 204, {
            "access-control-allow-origin": "http://example.com",
            "access-control-allow-credentials": "true", "access-control-max-age": "77",
            "access-control-allow-methods": "GET, POST"})
        self.headers("OPTIONS", "~", {**ASKED, "Access-Control-Request-Headers": "pragma"}, 405)
        self.headers("GET", "~/_changes", ORIGIN, 200, {
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": "content-type, cache-control, x-one"})
        self.config("cors:one.example", "origins", "http://other.example")
        self.headers("GET", "~", {**ORIGIN, "Host": "one.example:5984"}, 200, {
            "access-control-allow-origin": couch.ABSENT})

    def test_frames(self):
        def option(host, wanted):
            self.headers("GET", "/", {"Host": host}, 200, {"x-frame-options": wanted})

        option("examples.com", couch.ABSENT)
        self.config("chttpd", "enable_xframe_options", "true")
        option("examples.com", "DENY")
        for hosts, wanted in (("*", "ALLOW-FROM http://examples.com"),
                              ("http://couchdb.org, http://examples.com",
                               "ALLOW-FROM http://examples.com"), ("http://couchdb.org", "DENY")):
            self.config("x_frame_options", "hosts", hosts)
            option("examples.com", wanted)
        self.config("x_frame_options", "same_origin", "true")
        option("examples.com", "SAMEORIGIN")

    def test_what_pages_may_load(self):
        key = "content-security-policy"
        self.put("_design/d", {"shows": {"s": "function() { return 'x'; }"}})
        self.ask("PUT", "~/a/att", "x", {"Content-Type": "text/plain"}, 201)
        parts = (("utils", "/_utils/", "child-src 'self' data: blob:; default-src 'self'; img-src "
                  "'self' data:; font-src 'self'; script-src 'self' 'unsafe-eval'; style-src "
                  "'self' 'unsafe-inline';"),
                 ("attachments", "~/a/att", "sandbox"),
                 ("showlist", "~/_design/d/_show/s", "sandbox"))
        for part, path, usual in parts:
            self.headers("GET", path, {}, 200, {key: usual})
            self.config("csp", part + "_header_value", "default-src x;")
            self.headers("GET", path, {}, 200, {key: "default-src x;"})
        self.headers("GET", "~/a", {}, 200, {key: couch.ABSENT})
        self.config("csp", "enable", "false")
        for part, path, _ in parts:
            self.config("csp", part + "_enable", "false")
            self.headers("GET", path, {}, 200, {key: couch.ABSENT})
        self.config("csp", "enable", "true")     # As it was called before there were three.
        self.headers("GET", "/_utils/", {}, 200, {key: parts[0][2]})

    def test_few_headers(self):
        prefer = {"Prefer": "return=minimal"}
        self.headers("GET", "~", prefer, 200, {
            "cache-control": str, "content-type": "application/json",
            "x-couch-request-id": couch.ABSENT, "x-couchdb-body-time": couch.ABSENT})
        self.config("chttpd", "prefer_minimal", "Content-Type, X-CouchDB-Body-Time")
        self.headers("GET", "~", prefer, 200, {
            "cache-control": couch.ABSENT, "x-couchdb-body-time": "0"})

    def test_hashes_of_proxies(self):
        self.config("chttpd", "authentication_handlers",
                    "{chttpd_auth, proxy_authentication_handler}, "
                    "{chttpd_auth, default_authentication_handler}")
        self.config("chttpd_auth", "hash_algorithms", "sha256, sha512, sha, blake2s, md4711")
        self.config("chttpd_auth", "proxy_use_secret", "true")
        self.config("chttpd_auth", "secret", "the_secret")
        for name, known in (("sha256", True), ("sha512", True), ("sha1", True), ("blake2s", True),
                            ("sha384", False), ("md5", False), (None, False)):
            token = hmac.new(b"the_secret", b"joe", name).hexdigest() if name else ""
            answer = self.ask("GET", "/_session", None, {
                "X-Auth-CouchDB-UserName": "joe", "X-Auth-CouchDB-Token": token}, 200, auth=None)
            self.assertEqual(answer["userCtx"]["name"], "joe" if known else None, name)


if __name__ == "__main__":
    couch.main()
