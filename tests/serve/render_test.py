"""Goal: functions of design documents that answer requests (_show, _update, _list) do as couchjs
and chttpd let them. Method: one design document of small functions; tables of requests. Source:
chttpd_show.erl, couch_mrview_show.erl, chttpd_external.erl, share/server/render.js; the stories of
test/elixir/test/{show_documents,update_documents,list_views,proxyauth}_test.exs.
"""

import base64
import re

import couch
from couch import ABSENT, error

TEXT = {"content-type": "text/html; charset=utf-8"}
SHOWS = {
    "hello": "function(doc, req) { return doc ? 'there' : req.id ? 'new' : 'none'; }",
    "nothing": "function(doc, req) { return ''; }",
    "undefined": "function(doc, req) { }",
    "number": "function(doc, req) { return 5; }",
    "name": "function(doc, req) { return doc ? {body: 'Just ' + doc.name}"
            " : {body: 'who?', code: 404}; }",
    "json": "function(doc, req) { return {json: doc}; }",
    "request": "function(doc, req) { return {json: req}; }",
    "broken": "function(doc, req) { return noSuchThing; }",
    "no code": "function(doc, req) {",
    "id": "function(doc, req) { return doc._id; }",
    "etag": "function(doc, req) { return {headers: {Etag: 'mine', 'X-Own': 'yes'}, body: 'b'}; }",
    "sent": "function(doc, req) { start({'X-Sent': 'so'}); send('a '); send(1); }",
    "sent and said": "function(doc, req) { start({'X-Sent': 'so'}); send('a ');"
                     " return {headers: {'X-Said': 'too'}, body: 'b'}; }",
    "provided": "function(doc, req) { provides('text', function() { send('4, '); return '5'; });"
                " send('1, '); send('2, '); return '3, '; }",
    "kinds": "function(doc, req) { registerType('foo', 'application/foo', 'application/x-foo');"
             " provides('html', function() { return 'as html ' + doc.name; });"
             " provides('foo', function() { return 'as foo'; }); }",
    "bytes": "function(doc, req) { return {base64: 'AAH/', headers: {'Content-Type': 'x/y'}}; }",
    "module": "function(doc, req) { return require('lib/greet').hi(this.greeting); }",
    "thrown": "function(doc, req) { throw({forbidden: 'no'}); }",
    "named": "function(doc, req) { throw(['error', 'teapot', 'short']); }",
    "framing": "function(doc, req) { return {code: +req.query.code, body: 'abc', headers: {"
               " 'Content-Length': '1', 'Transfer-Encoding': 'chunked', 'Connection': 'x',"
               " 'a b': 'c', 'X-Two': 'a\\r\\nX-Evil: b', '': 'd', 'X-Fine': 'yes'}}; }",
    "odd": "function(doc, req) { return {colour: 'red'}; }",
}
UPDATES = {
    "hello": "function(doc, req) { if (!doc) return req.id ? [{_id: req.id, made: req.method},"
             " 'made'] : [null, 'nothing']; doc.by = req.userCtx.name; return [doc, 'changed']; }",
    "field": "function(doc, req) { doc[req.query.field] = req.query.value; return [doc, 'set']; }",
    "form": "function(doc, req) { for (var f in req.form) doc[f] = req.form[f];"
            " return [doc, 'ok']; }",
    "code": "function(doc, req) { doc.n = (doc.n || 0) + 1;"
            " return [doc, {code: 302, body: 'moved'}]; }",
    "json": "function(doc, req) { return [{_id: req.uuid}, {code: 202, json: {ok: true}}]; }",
    "uuid": "function(doc, req) { return [null, req.uuid]; }",
    "bytes": "function(doc, req) { return [doc, {base64: 'aGVsbG8=',"
             " headers: {'Content-Type': 'application/octet-stream'}}]; }",
    "no id": "function(doc, req) { return [{}, 'oops']; }",
    "broken": "function(doc, req) { superFail.badCrash; }",
    "body": "function(doc, req) { return [null, req.body]; }",
    "remove": "function(doc, req) { doc._deleted = true; return [doc, 'gone']; }",
}
LISTS = {
    "keys": "function(head, req) { send('head'); var row; while (row = getRow()) send(row.key);"
            " return 'tail'; }",
    "all": "function(head, req) { start({headers: {'Content-Type': 'application/json'}});"
           " var rows = [], row; while (row = getRow()) rows.push(row);"
           " return toJSON({head: head, req: req, rows: rows}); }",
    "stop": "function(head, req) { send('head'); var n = 0; while (getRow()) { if (n > 2) break;"
            " send(' ' + n++); } return ' tail'; }",
    "html": "function(head, req) { provides('html', function() { send('<ul>'); var row;"
            " while (row = getRow()) send(row.value); return '</ul>'; }); }",
    "many": "function() { send('h'); while (getRow()) ; getRow(); return toJSON(getRow()); }",
    "empty": "function() { return ' '; }",
    "silent": "function() { }",
    "late": "function(head, req) { getRow(); start({code: 400, headers: {'X-Late': 'yes'}});"
            " send('bad'); }",
    "broken": "function(head, req) { send('head'); getRow(); send(fooBar); return 'tail'; }",
    "broken early": "function(head, req) { fooBar(); }",
    "doc": "function(head, req) { send(getRow().doc.string); return '.'; }",
    "security": "function(head, req) { return toJSON(req.secObj); }",
}
VIEWS = {
    "basic": {"map": "function(doc) { if (doc.integer !== undefined)"
                     " emit(doc.integer, doc.string); }"},
    "counted": {"map": "function(doc) { if (doc.integer !== undefined)"
                       " emit(doc.integer, doc.string); }", "reduce": "_count"},
}
DESIGN = {"language": "javascript", "greeting": "hi", "shows": SHOWS, "updates": UPDATES,
          "lists": LISTS, "views": VIEWS,
          "lib": {"greet": "exports.hi = function(x) { return x + ' from here'; };"}}


class Rendering(couch.Case):
    def setUp(self):
        super().setUp()
        self.design_rev = self.put("_design/d", DESIGN)
        self.put("rusty", {"name": "Rusty"})

    def shows(self, *rows):
        self.table(*(("GET", "~/_design/d/_show/" + path, (None, sent or {}), *rest)
                     for path, sent, *rest in rows))

    def test_shows(self):
        self.put("a%2Fb%2Fc", {"a": 1})
        self.shows(
            ("hello/rusty", None, 200, "there",
             {**TEXT, "vary": "Accept", "etag": str, "content-security-policy": "sandbox"}),
            ("hello/nobody", None, 200, "new"),
            ("hello", None, 200, "none"),
            ("nothing", None, 200, ""),
            ("undefined", None, 200, "", {"content-type": "application/json"}),
            ("number/rusty", None, 500, error("render_error",
                                              "undefined response from show function")),
            ("name/rusty", None, 200, "Just Rusty"),
            ("name/nobody", None, 404, "who?"),
            ("json/a/b/c", None, 200, {"_id": "a/b/c", "a": 1, "_revisions": dict}),
            ("json/a%2Fb%2Fc", None, 200, {"_id": "a/b/c"}, {"content-type": "application/json"}),
            ("id/nobody", None, 404, error("not_found", "document not found")),
            ("broken/rusty", None, 500, error("render_error", re.compile(
                "^function raised error: ReferenceError"))),
            ("thrown/rusty", None, 500, error("render_error")),
            ("named/rusty", None, 500, error("teapot", "short")),
            ("no%20code/rusty", None, 400, error("compilation_error")),
            ("odd/rusty", None, 500, error("external_response_error")),
            ("none/rusty", None, 404, error("not_found", "missing json key: none")),
            ("etag/rusty", None, 200, "b", {"etag": lambda tag: tag != "mine", "x-own": "yes"}),
            ("sent/rusty", None, 200, "a 1", {"x-sent": "so"}),
            ("sent%20and%20said", None, 200, "a b", {"x-sent": "so", "x-said": "too"}),
            ("provided?format=text", None, 200, "1, 2, 3, 4, 5",
             {"content-type": "text/plain; charset=utf-8"}),
            ("kinds/rusty", {"Accept": "text/html,application/atom+xml; q=0.9"}, 200,
             "as html Rusty", TEXT),
            ("kinds/rusty", {"Accept": "application/x-foo"}, 200, "as foo",
             {"content-type": "application/x-foo"}),
            ("kinds/rusty", {"Accept": "text/monkeys"}, 406, error("not_acceptable")),
            ("module", None, 200, "hi from here"),
            ("", None, 404, error("show_error", "Invalid path.")),
        )
        self.assertEqual(self.ask("GET", "~/_design/d/_show/bytes").body, b"\x00\x01\xff")
        self.table(
            ("GET", "~/_design/none/_show/hello", None, 404, error("not_found", "missing")),
            ("GET", "~/_design/v/_show/hello", None, 404),
            ("POST", "~/_design/d/_show/hello/rusty", "{}", 200, "there"),
            ("HEAD", "~/_design/d/_show/hello/rusty", None, 200, "", TEXT),
        )
        self.put("_design/v", {"views": VIEWS})
        self.put("_design/erl", {"language": "erlang", "shows": {"s": "fun() -> ok end."}})
        self.ask("GET", "~/_design/erl/_show/s", status=500,
                 json=error("unknown_query_language", "erlang"))
        self.ask("GET", "~/_design/v/_show/hello", status=404,
                 json=error("not_found", "missing json key: shows"))

    def test_what_a_show_is_asked(self):
        self.ask("PUT", "~/_security", {"admins": {"names": ["joe"]}}, status=200)
        name = self.db[1:]
        sent = {"x-foo": "bar", "Cookie": "a=b; c=d", "Accept": "application/json"}
        self.ask("GET", "~/_design/d/_show/request/rusty?foo=b%20r&key=[1]", None, sent, 200, {
            "info": {"db_name": name, "doc_count": 2}, "uuid": re.compile("^[0-9a-f]{32}$"),
            "id": "rusty", "method": "GET", "query": {"foo": "b r", "key": [1]},
            "path": [name, "_design", "d", "_show", "request", "rusty"],
            "requested_path": [name, "_design", "d", "_show", "request", "rusty"],
            "raw_path": f"/{name}/_design/d/_show/request/rusty?foo=b%20r&key=[1]",
            "headers": {"X-Foo": "bar", "Accept": "application/json", "Host": str},
            "body": "undefined", "peer": "127.0.0.1", "form": {}, "cookie": {"a": "b", "c": "d"},
            "userCtx": {"db": name, "name": "adm", "roles": ["_admin"]},
            "secObj": {"admins": {"names": ["joe"]}}})
        self.ask("GET", "~/_design/d/_show/request", status=200, json={"id": None})
        self.ask("POST", "~/_design/d/_show/request", "a=1&b=x+y",
                 {"Content-Type": "application/x-www-form-urlencoded"}, 200,
                 {"form": {"a": "1", "b": "x y"}, "body": "a=1&b=x+y", "method": "POST"})

    def test_a_show_is_known_by_document_accept_and_user(self):
        path = "~/_design/d/_show/name/rusty"
        tag = self.ask("GET", path, status=200).headers["etag"]
        self.ask("GET", path, None, {"If-None-Match": tag}, 304)
        self.ask("GET", path, None, {"If-None-Match": tag, "Accept": "text/html"}, 200)
        rev = self.ask("GET", "~/rusty")["_rev"]
        self.put("rusty", {"_rev": rev, "name": "Crusty"})
        self.ask("GET", path, None, {"If-None-Match": tag}, 200)
        rev = self.ask("GET", "~/rusty")["_rev"]
        self.ask("DELETE", f"~/rusty?rev={rev}", status=200)
        self.ask("GET", path, status=404)

    def test_what_a_function_may_not_say(self):
        for code, status in ((200, 200), (599, 599), (100, 200), (1e9, 599), (-1, 200)):
            answer = self.ask("GET", f"~/_design/d/_show/framing?code={code:.0f}", status=status)
            self.assertEqual(answer.body, b"abc")
            self.assertEqual(answer.headers["content-length"], "3")
            self.assertEqual(answer.headers["x-fine"], "yes")
            for name in ("a b", "x-two", "x-evil", "", "transfer-encoding"):
                self.assertNotIn(name, answer.headers)
        for code in (204, 304):
            self.ask("GET", f"~/_design/d/_show/framing?code={code}", status=code)
            self.ask("GET", "~", status=200)

    def test_updates(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.put("with%2Fslash", {})
        at = "~/_design/d/_update/"
        self.table(
            ("PUT", at + "hello/rusty", None, 201, "changed",
             {**TEXT, "x-couch-id": "rusty", "x-couch-update-newrev": re.compile("^2-")}),
            ("GET", "~/rusty", None, 200, {"by": "adm", "name": "Rusty"}),
            ("PUT", at + "hello", None, 200, "nothing", {"x-couch-id": ABSENT}),
            ("POST", at + "hello/fresh", None, 201, "made"),
            ("GET", "~/fresh", None, 200, {"made": "POST"}),
            ("GET", at + "hello/rusty", None, 500, error(
                "method_not_allowed", "Update functions do not allow GET")),
            ("PUT", at + "field/rusty?field=title&value=test", None, 201, "set"),
            ("GET", "~/rusty", None, 200, {"title": "test"}),
            ("PUT", at + "form/rusty", ("one=1&two=x", form), 201, "ok"),
            ("GET", "~/rusty", None, 200, {"one": "1", "two": "x"}),
            ("PUT", at + "code/with/slash", None, 302, "moved", {"x-couch-id": "with%2Fslash"}),
            ("GET", "~/with%2Fslash", None, 200, {"n": 1}),
            ("POST", at + "json", None, 202, {"ok": True}),
            ("POST", at + "uuid", None, 200),
            ("PUT", at + "bytes/rusty", "rubbish", 201, "hello",
             {"content-type": "application/octet-stream"}),
            ("PUT", at + "no%20id/foo", None, 400,
             error("illegal_docid", "Document id must not be empty")),
            ("PUT", at + "broken/rusty", None, 500, error("render_error")),
            ("PUT", at + "none/rusty", None, 404, error("not_found", "missing json key: none")),
            ("POST", at + "body", "what was sent", 200, "what was sent"),
            ("POST", at, None, 404, error("update_error", "Invalid path.")),
            ("POST", at + "remove/rusty", None, 201, "gone"),
            ("GET", "~/rusty", None, 404),
        )

    def test_lists(self):
        self.bulk([{"_id": str(i), "integer": i, "string": str(i)} for i in range(10)])
        at = "~/_design/d/_list/"
        self.table(
            ("GET", at + "keys/basic", None, 200, "head0123456789tail",
             {"content-type": "application/json", "content-security-policy": "sandbox"}),
            ("OPTIONS", at + "keys/basic", None, 200, "head0123456789tail"),
            ("GET", at + "keys/basic?startkey=3&endkey=5", None, 200, "head345tail"),
            ("GET", at + "keys/basic?keys=[2,4]", None, 200, "head24tail"),
            ("POST", at + "keys/basic", {"keys": [2, 4]}, 200, "head24tail"),
            ("GET", at + "keys/basic?startkey=30", None, 200, "headtail"),
            ("GET", at + "keys/d/basic?limit=2", None, 200, "head01tail"),
            ("GET", at + "keys/counted?group=true&limit=2", None, 200, "head01tail"),
            ("GET", at + "keys/counted?reduce=false&limit=2", None, 200, "head01tail"),
            ("GET", at + "stop/basic", None, 200, "head 0 1 2 tail"),
            ("GET", at + "stop/counted?group=true", None, 200, "head 0 1 2 tail"),
            ("GET", at + "html/basic?limit=3", (None, {"Accept": "text/html"}), 200,
             "<ul>012</ul>", TEXT),
            ("GET", at + "html/basic", (None, {"Accept": "image/png"}), 406,
             error("not_acceptable")),
            ("GET", at + "many/basic", None, 200, "hnull"),
            ("GET", at + "empty/basic", None, 200, " "),
            ("GET", at + "silent/basic", None, 200, ""),
            ("GET", at + "late/basic", None, 400, "bad", {"x-late": "yes"}),
            ("GET", at + "doc/basic?include_docs=true", None, 200, "0."),
            ("GET", at + "security/basic", None, 200, {"members": dict}),
            ("POST", at + "keys/counted?group=false", {"keys": [2, 4]}, 400,
             error("query_parse_error")),
            ("GET", at + "broken%20early/basic", None, 500, error("render_error")),
            ("GET", at + "none/basic", None, 404, error("not_found", "missing json key: none")),
            ("GET", at + "keys/none", None, 404, error("not_found", "missing_named_view")),
            ("GET", at + "keys", None, 404, error("list_error", "Invalid path.")),
            ("PUT", at + "keys/basic", {}, 405, None, {"allow": "GET,POST,HEAD"}),
        )
        broken = self.ask("GET", at + "broken/basic", status=200).body.decode()
        self.assertRegex(broken, r'^head\n\{"code":500,"error":"render_error".*ReferenceError')
        self.ask("GET", at + "all/basic?update_seq=true&limit=1", status=200, json={
            "head": {"total_rows": 10, "offset": 0, "update_seq": str},
            "req": {"id": None, "method": "GET", "query": {"limit": "1", "update_seq": "true"}},
            "rows": [{"id": "0", "key": 0, "value": "0"}]})
        listed = self.ask("GET", at + "all/_all_docs", status=200)
        plain = self.ask("GET", "~/_all_docs")
        self.assertEqual(listed["rows"], plain["rows"])
        self.assertEqual(listed["head"], {"total_rows": 12, "offset": 0})

    def test_who_may(self):
        self.ask("PUT", "~/_security", {"members": {"roles": ["x"]}}, status=200)
        self.ask("GET", "~/_design/d/_show/hello", auth=None, status=401)
        self.ask("PUT", "~/_security", {}, status=200)
        self.ask("GET", "~/_design/d/_show/hello", auth=None, status=200)
        design = base64.b64encode(b"x").decode()   # Any text: a design document is not theirs.
        self.ask("PUT", "~/_design/e", {"language": design}, auth=None, status=401)


if __name__ == "__main__":
    couch.main()
