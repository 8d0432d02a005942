"""Goal: design documents in Lua are indexed, filter and refuse as those in JavaScript do. Method:
one database, requests and their answers. Source: ours; CouchDB has no such language.
"""

import couch

DESIGN = {
    "language": "lua",
    "views": {"by_city": {"map": "function(doc) if doc.city then emit(doc.city, doc.n) end end",
                          "reduce": "function(keys, values, again) return sum(values) end"},
              "count": {"map": "function(doc) emit(doc.n % 2) end", "reduce": "_count"}},
    "filters": {"large": "function(doc, req) return doc.n > tonumber(req.query.least) end"},
    "validate_doc_update": "function(new) if new.n == nil and not new._deleted then "
                           "error({forbidden = 'n is missing'}) end end",
}


class Lua(couch.Case):
    def setUp(self):
        super().setUp()
        self.put("_design/d", {**DESIGN, "n": 0})
        self.bulk([{"_id": f"x{i}", "n": i, "city": "Ulm" if i < 3 else "Bern"} for i in range(6)])

    def test_views(self):
        self.ask("GET", "~/_design/d/_view/by_city?reduce=false&key=\"Ulm\"", status=200,
                 json={"rows": lambda rows: [row["value"] for row in rows] == [0, 1, 2]})
        self.ask("GET", "~/_design/d/_view/by_city?group=true", status=200,
                 json={"rows": lambda rows: [(r["key"], r["value"]) for r in rows] ==
                       [("Bern", 12), ("Ulm", 3)]})
        self.ask("GET", "~/_design/d/_view/count", status=200,
                 json={"rows": lambda rows: rows == [{"key": None, "value": 6}]})

    def test_filters_and_validation(self):
        self.ask("GET", "~/_changes?filter=d/large&least=3", status=200,
                 json={"results": lambda rows: sorted(row["id"] for row in rows) == ["x4", "x5"]})
        self.ask("PUT", "~/new", {"city": "Ulm"}, status=403,
                 json={"error": "forbidden", "reason": "n is missing"})

    def test_what_does_not_compile_is_refused(self):
        self.ask("PUT", "~/_design/bad", {"language": "lua", "n": 1, "views": {
            "v": {"map": "function(doc"}}}, status=400, json={"error": "compilation_error"})

    def test_other_kinds_of_functions_are_not_for_lua(self):
        self.ask("GET", "~/_design/d/_show/s", status=500,
                 json={"error": "unknown_query_language", "reason": "lua"})


if __name__ == "__main__":
    couch.main()
