"""Goal: _rewrite puts another request in a request's place, by rules or by a function. Method: the
same paths through both, in databases with and without a slash in the name. Source:
chttpd_rewrite.erl, couch_query_servers:rewrite/3; the stories of
test/elixir/test/{rewrite,rewrite_js}_test.exs.
"""

import re

import couch
from couch import error

SHOWS = {
    "hi": "function(doc, req) { return 'Hi ' + req.query.name; }",
    "name": "function(doc, req) { return 'Hi ' + doc.name; }",
    "path": "function(doc, req) { return {json: [req.path, req.requested_path]}; }",
}
UPDATES = {"hi": "function(doc, req) { if (doc) return [doc, 'old']; if (!req.id)"
                 " return [null, 'none']; return [{_id: req.id, name: req.id}, 'new']; }"}
LISTS = {"keys": "function(head, req) { var row; while (row = getRow()) send(toJSON(row.key)); }"}
VIEWS = {
    "numbers": {"map": "function(doc) { if (doc.n) emit(doc.n, null); }"},
    "pairs": {"map": "function(doc) { if (doc.a !== undefined) emit([doc.a, doc.b], null); }"},
}
RULES = [
    {"from": "file", "to": "foo.txt"},
    {"from": "/get", "to": "foo.txt", "method": "GET"},
    {"from": "hi", "to": "_show/hi"},
    {"from": "hi/:name", "to": "_show/hi", "query": {"name": ":name"}},
    {"from": "fixed", "to": "_show/hi", "query": {"name": "user"}},
    {"from": "both/:id", "to": "_update/hi/:id", "method": "PUT"},
    {"from": "both/:id", "to": "_show/name/:id", "method": "GET"},
    {"from": "star/*", "to": "_show/*", "query": {"name": "*"}},
    {"from": "path/*", "to": "_show/path/*"},
    {"from": "view", "to": "_view/numbers"},
    {"from": "list", "to": "_list/keys/numbers"},
    {"from": "some", "to": "_list/keys/numbers", "query": {"startkey": 3, "endkey": 8}},
    {"from": "range/:s/:e", "to": "_list/keys/numbers", "formats": {"s": "int", "e": "int"},
     "query": {"startkey": ":s", "endkey": ":e"}},
    {"from": "pair", "to": "_list/keys/pairs", "query": {"key": ["test", {}]}},
    {"from": "pair/:a/:b", "to": "_list/keys/pairs", "query": {"key": [":a", ":b"]}},
    {"from": "asked", "to": "_view/pairs",
     "query": {"key": [":a", ":b"], "include_docs": ":doc"}},
    {"from": "/", "to": "_view/numbers"},
    {"from": "db/*", "to": "../../*"},
    {"from": "loop", "to": "_rewrite/loop"},
]
FUNCTION = """function(req) {
  var rest = req.path.slice(4), first = rest[0];
  if (first === 'file') return 'foo.txt';
  if (first === 'get') return {path: 'foo.txt', method: 'GET'};
  if (first === 'hi' && rest.length > 1) return {path: '_show/hi', query: {name: rest[1]}};
  if (first === 'hi') return '_show/hi';
  if (first === 'fixed') return {path: '_show/hi', query: {name: 'user'}};
  if (first === 'both')
    return (req.method === 'PUT' ? '_update/hi/' : '_show/name/') + rest[1];
  if (first === 'view') return {path: '_view/numbers'};
  if (first === 'list') return '_list/keys/numbers';
  if (first === 'body') return {path: '_list/keys/numbers', method: 'POST', query: {limit: '1'},
    headers: {'Content-type': 'application/json'}, body: JSON.stringify({keys: [4, 5]})};
  if (first === 'db') return '../../' + rest.slice(1).join('/');
  if (first === 'changes') return {path: '../../_changes', query: {filter: '_doc_ids'}};
  if (first === 'uuids') return '../../../_uuids';
  if (first === 'code') return {code: parseInt(req.query.code), body: '{"a":1}',
    headers: {'X-Own': 'bar', 'Content-Type': 'application/json'}};
  if (first === 'loop') return '_rewrite/loop';
  if (first === 'number') return 5;
  if (first === 'bad') return {path: 5};
  if (first === 'no path') return {};
  if (first === 'odd') return {path: 'x', query: {a: 1}};
  if (first === 'refuse') throw({forbidden: 'not that'});
}"""
FILE = {"foo.txt": {"content_type": "text/plain", "data": "aGVsbG8="}}
COMMON = {"language": "javascript", "shows": SHOWS, "updates": UPDATES, "lists": LISTS,
          "views": VIEWS, "_attachments": FILE}


class Rewriting(couch.Case):
    def setUp(self):
        super().setUp()
        self.db += "%2Fslash"
        self.ask("PUT", self.db, status=201)
        self.put("_design/rules", {**COMMON, "rewrites": RULES})
        self.put("_design/code", {**COMMON, "rewrites": FUNCTION})
        self.bulk([{"_id": str(i), "n": i} for i in range(1, 10)] +
                  [{"a": "test", "b": {}}, {"a": "test", "b": "essai"}])

    def config(self, section, key, value):
        path = f"/_node/_local/_config/{section}/{key}"
        self.ask("PUT", path, couch.json.dumps(value), status=200)
        self.addCleanup(self.ask, "DELETE", path)

    def test_both_kinds(self):
        for kind in ("rules", "code"):
            at = f"~/_design/{kind}/_rewrite/"
            self.table(
                ("GET", at + "file", None, 200, "hello", {"content-type": "text/plain"}),
                ("GET", at + "get", None, 200, "hello"),
                ("GET", at + "hi?name=user", None, 200, "Hi user"),
                ("GET", at + "hi/user", None, 200, "Hi user"),
                ("GET", at + "hi/a%20b%2Fc", None, 200, "Hi a b/c"),
                ("GET", at + "fixed", None, 200, "Hi user"),
                ("PUT", at + f"both/{kind}", None, 201, "new",
                 {"content-type": "text/html; charset=utf-8"}),
                ("PUT", at + f"both/{kind}", None, 201, "old"),
                ("GET", at + f"both/{kind}", None, 200, f"Hi {kind}"),
                ("GET", at + "view?limit=2", None, 200, {"total_rows": 9, "rows": list}),
                ("GET", at + "list?startkey=3&endkey=5", None, 200, "345"),
                ("GET", at + "db/_design/rules?meta=true", None, 200,
                 {"_id": "_design/rules", "_revs_info": list}),
                ("GET", at + "db/1", None, 200, {"n": 1}),
                ("GET", at + "loop", None, 400,
                 error("bad_request", "Exceeded rewrite recursion limit")),
            )

    def test_rules(self):
        at = "~/_design/rules/_rewrite/"
        self.table(
            ("GET", "~/_design/rules/_rewrite", None, 200, {"total_rows": 9}),
            ("GET", at, None, 200, {"total_rows": 9}),
            ("GET", at + "star/hi", None, 200, "Hi *"),
            ("GET", at + "some", None, 200, "345678"),
            ("GET", at + "some?startkey=4", None, 200, "345678"),
            ("GET", at + "range/3/5", None, 200, "345"),
            ("GET", at + "pair", None, 200, '["test",{}]'),
            ("GET", at + "pair/test/essai", None, 200, '["test","essai"]'),
            ("GET", at + "asked?a=test&b=essai&doc=true", None, 200,
             {"rows": [{"doc": {"b": "essai"}}]}),
            ("PUT", at + "get", {}, 404, error("not_found", "missing")),
            ("GET", at + "nothing/like/it", None, 404, error("not_found", "missing")),
        )
        name = couch.urllib.parse.unquote(self.db[1:])
        self.ask("GET", at + "path/x", status=200, json=[
            [name, "_design", "rules", "_show", "path", "x"],
            [name, "_design", "rules", "_rewrite", "path", "x"]])

    def test_a_function(self):
        at = "~/_design/code/_rewrite/"
        self.table(
            ("GET", at + "body", None, 200, "4"),
            ("POST", at + "changes", {"doc_ids": ["3"]}, 200, {"results": [{"id": "3"}]}),
            ("GET", at + "uuids", None, 200, {"uuids": [str]}),
            ("GET", at + "code?code=200", None, 200, {"a": 1}, {"x-own": "bar"}),
            ("GET", at + "code?code=451", None, 451, {"a": 1},
             {"content-type": "application/json"}),
            ("GET", at + "code?code=500", None, 500),
            ("GET", at + "code?code=99", None, 500, error("rewrite_error", "bad code")),
            ("GET", at + "number", None, 500, error("rewrite_error", "bad rewrite")),
            ("GET", at + "bad", None, 500, error("rewrite_error", "bad path")),
            ("GET", at + "no%20path", None, 500, error("rewrite_error")),
            ("GET", at + "odd", None, 500, error("rewrite_error", re.compile("must be strings"))),
            ("GET", at + "refuse", None, 403, error("forbidden", "not that")),
            ("GET", at + "other", None, 404, error("rewrite_error", "Invalid path.")),
        )

    def test_paths_that_leave_the_database(self):
        self.put("_design/up", {"rewrites": [{"from": "uuids", "to": "../../../_uuids"}]})
        self.put("_design/none", {})
        self.put("_design/loose", {"rewrites": [{"from": "x"}]})
        up = "~/_design/up/_rewrite/uuids"
        self.ask("GET", up, status=500, json=error("insecure_rewrite_rule"))
        self.config("httpd", "secure_rewrites", "false")
        self.ask("GET", up, status=200, json={"uuids": [str]})
        self.ask("GET", "~/_design/none/_rewrite/x", status=404,
                 json=error("rewrite_error", "Invalid path."))
        self.ask("GET", "~/_design/loose/_rewrite/x", status=500)
        self.config("httpd", "rewrite_limit", "2")
        for _ in range(4):
            self.ask("GET", "~/_design/rules/_rewrite/file", status=200)


if __name__ == "__main__":
    couch.main()
