"""Goal: the server as a whole and its databases answer as CouchDB 3.5 does. Method: tables of
requests. Source: chttpd_misc.erl, chttpd_db.erl, chttpd_node.erl, setup_httpd.erl, and the stories
of test/elixir/test/{basics,config,uuids,all_dbs}_test.exs.
"""

import re
import time

import couch
from couch import ABSENT, error

HEX32 = re.compile(r"^[0-9a-f]{32}$")


class Server(couch.Case):
    NODES = 3
    WORDS = ("--epoch", 1_700_000_000)

    def test_what_it_says_of_itself(self):
        self.table(
            ("GET", "/", None, 200,
             {"couchdb": "Welcome", "version": "3.5.0", "uuid": HEX32,
              "vendor": {"name": "The Apache Software Foundation"},
              "features": lambda found: "partitioned" in found}),
            ("HEAD", "/", None, 200, "", {"content-type": "application/json",
                                          "server": re.compile(r"^CouchDB/3\.5\.0"),
                                          "cache-control": "must-revalidate",
                                          "x-couchdb-body-time": "0",
                                          "x-couch-request-id": re.compile(r"^[0-9a-f]{10}$")}),
            ("PUT", "/", None, 405, error("method_not_allowed", "Only GET,HEAD allowed"),
             {"allow": "GET,HEAD"}),
            ("GET", "/_up", None, 200, '{"status":"ok","seeds":{}}\n'),
            ("GET", "/_membership", None, 200,
             {"all_nodes": [f"node{i}@127.0.0.1" for i in (1, 2, 3)],
              "cluster_nodes": [f"node{i}@127.0.0.1" for i in (1, 2, 3)]}),
            ("GET", "/_cluster_setup", None, 200, {"state": "cluster_finished"}),
            ("GET", "/_active_tasks", None, 200, []),
            ("GET", "/_node/_local", None, 200, {"name": "node1@127.0.0.1"}),
            ("GET", "/_nope", None, 404, error("not_found", "Database does not exist.")),
            ("POST", "/_all_dbs", {}, 405, None, {"allow": "GET,HEAD"}),
            ("GET", "/_db_updates", None, 404, error("not_found", "Database does not exist.")),
            ("GET", "/%zz", None, 400, error("bad_request")),
        )
        own = {"X-Couch-Request-ID": "E7498DE1-B661-42FA-943D-17F890143068"}
        answer = self.ask("GET", "/", None, own, 200)
        self.assertEqual(answer.headers["x-couch-request-id"], own["X-Couch-Request-ID"])

    def test_a_database_is_made_and_removed(self):
        info = {"db_name": "orders", "doc_count": 0, "doc_del_count": 0, "disk_format_version": 8,
                "compact_running": False, "cluster": {"q": 2, "n": 3, "w": 2, "r": 2},
                "props": {}, "instance_start_time": re.compile(r"^17\d{8}$"),
                "purge_seq": re.compile("^0-"), "update_seq": re.compile("^0-"),
                "sizes": {"active": 0, "external": 0, "file": lambda n: n >= 0}}
        self.table(
            ("PUT", "/orders", None, 201, '{"ok":true}\n',
             {"location": re.compile(r"^http://127.0.0.1:\d+/orders$")}),
            ("PUT", "/orders", None, 412,
             error("file_exists", "The database could not be created, the file already exists.")),
            ("GET", "/orders", None, 200, info),
            ("GET", "/orders/", None, 200, info),
            ("HEAD", "/orders", None, 200, ""),
            ("HEAD", "/nosuch", None, 404, ""),
            ("DELETE", "/orders?rev=1-x", None, 400, error("bad_request", re.compile(
                "DELETE a database with a .=rev parameter. Did you mean to DELETE a document"))),
            ("PATCH", "/orders", None, 405, error("method_not_allowed",
                                                  "Only DELETE,GET,HEAD,POST allowed"),
             {"allow": "DELETE,GET,HEAD,POST"}),
            ("DELETE", "/orders", None, 200, '{"ok":true}\n'),
            ("DELETE", "/orders", None, 404, error("not_found", "Database does not exist.")),
            ("GET", "/orders", None, 404, error("not_found", "Database does not exist.")),
            ("PUT", "/a%2Fb", None, 201, None, {"location": re.compile(r"/a%2[fF]b$")}),
            ("GET", "/a%2Fb", None, 200, {"db_name": "a/b"}),
            ("DELETE", "/a%2Fb", None, 200),
            ("PUT", "/with%2Bplus", None, 201),
            ("GET", "/with%2Bplus", None, 200, {"db_name": "with+plus"}),
            ("DELETE", "/with%2Bplus", None, 200),
            ("PUT", "/Capital", None, 400, error("illegal_database_name", re.compile(
                r"^Name: 'Capital'. Only lowercase characters \(a-z\), digits"))),
            ("PUT", "/_private", None, 400, error("illegal_database_name")),
            ("PUT", "/1st", None, 400, error("illegal_database_name")),
            ("PUT", "/" + "x" * 239, None, 400, error("database_name_too_long")),
            ("PUT", "/x?q=0", None, 400,
             error("bad_request", "The `q` value should be a positive integer.")),
            ("PUT", "/x?n=none", None, 400,
             error("bad_request", "The `n` value should be a positive integer.")),
            ("PUT", "/x?placement=", None, 400, error(
                "bad_request", "The `placement` value should be in a format `zone:n`.")),
            ("PUT", "/x?partitioned=maybe", None, 400,
             error("bad_request", "Invalid `partitioned` parameter")),
            ("PUT", "/big?q=4&n=9", None, 201),
            ("GET", "/big", None, 200, {"cluster": {"q": 4, "n": 3, "w": 2, "r": 2}}),
            ("DELETE", "/big", None, 200),
        )

    def test_engines(self):
        self.ask("PUT", "/engined?engine=cowabunga", status=400,
                 json=error("bad_request", "invalid_engine_extension"))
        self.ask("PUT", "/engined?engine=couch", status=201)
        self.ask("DELETE", "/engined", status=200)

    def test_the_clock_is_not_ahead_of_the_wall_by_more_than_answers_take(self):
        def born(name):
            self.ask("PUT", f"/{name}", status=201)
            self.addCleanup(self.ask, "DELETE", f"/{name}")
            return int(self.ask("GET", f"/{name}", status=200)["instance_start_time"])

        began, first = time.monotonic(), born("clock_a")
        for _ in range(100):
            self.ask("GET", "/", status=200)
        spent = born("clock_b") - first
        self.assertLessEqual(spent, time.monotonic() - began + 2)

    def test_databases_are_listed(self):
        names = ["l1", "l2", "l3", "l4"]
        for name in names:
            self.ask("PUT", "/" + name, status=201)
        within = 'start_key="l1"&end_key="l4"'
        self.table(
            ("GET", f"/_all_dbs?{within}", None, 200, names),
            ("GET", f"/_all_dbs?{within}&limit=2", None, 200, names[:2]),
            ("GET", f"/_all_dbs?{within}&skip=1&limit=2", None, 200, names[1:3]),
            ("GET", f"/_all_dbs?{within}&inclusive_end=false", None, 200, names[:3]),
            ("GET", '/_all_dbs?startkey="l4"&endkey="l1"&descending=true', None, 200, names[::-1]),
            ("GET", "/_all_dbs?limit=0", None, 200, "[]\n"),
            ("GET", "/_all_dbs?limit=x", None, 400,
             error("query_parse_error", 'Invalid value for integer: "x"')),
            ("POST", "/_dbs_info", {"keys": ["l1", "nosuch"]}, 200,
             [{"key": "l1", "info": {"db_name": "l1"}}, {"key": "nosuch", "error": "not_found"}]),
            ("POST", "/_dbs_info", {}, 400, error("bad_request", "`keys` member must exist.")),
            ("POST", "/_dbs_info", {"keys": 1}, 400,
             error("bad_request", "`keys` member must be an array.")),
            ("POST", "/_dbs_info", {"keys": ["a"] * 101}, 400,
             error("bad_request", "too_many_keys")),
            ("GET", f"/_dbs_info?{within}&limit=1", None, 200,
             [{"key": "l1", "info": {"db_name": "l1"}}]),
        )
        for path in ("/_all_dbs", "/_dbs_info", "/_membership", "/_node/_local/_config"):
            self.ask("GET", path, auth=None, status=401,
                     json=error("unauthorized", "You are not a server admin."))

    def test_uuids(self):
        self.table(
            ("GET", "/_uuids", None, 200, {"uuids": [HEX32]},
             {"cache-control": re.compile("no-cache"), "pragma": "no-cache", "etag": str}),
            ("GET", "/_uuids?count=1000", None, 200,
             {"uuids": lambda found: len(set(found)) == 1000}),
            ("GET", "/_uuids?count=1001", None, 400,
             error("bad_request", "count parameter too large")),
            ("POST", "/_uuids?count=2", {}, 405, None, {"allow": "GET"}),
        )
        found = self.ask("GET", "/_uuids?count=9")["uuids"]
        self.assertEqual(len({each[:26] for each in found}), 1)    # sequential
        self.assertEqual(found, sorted(found))
        setting = "/_node/_local/_config/uuids/algorithm"
        self.ask("PUT", setting, '"utc_id"', status=200, json="sequential")
        self.ask("PUT", "/_node/_local/_config/uuids/utc_id_suffix", '"frog"', status=200)
        for each in self.ask("GET", "/_uuids?count=3")["uuids"]:
            self.assertRegex(each, "^[0-9a-f]{14}frog$")
        self.ask("PUT", setting, '"utc_random"', status=200, json="utc_id")
        self.assertRegex(self.ask("GET", "/_uuids")["uuids"][0], "^[0-9a-f]{32}$")
        self.ask("DELETE", setting, status=200, json="utc_random")

    def test_configuration(self):
        config = "/_node/node2@127.0.0.1/_config"
        self.table(
            ("GET", config, None, 200, {"cluster": {"q": "2", "n": "3"},
                                        "couchdb": {"database_dir": str}, "chttpd": {"port": str}}),
            ("GET", config + "/cluster", None, 200, {"q": "2"}),
            ("GET", config + "/cluster/q", None, 200, '"2"\n'),
            ("GET", config + "/nosuch", None, 200, "{}\n"),
            ("GET", config + "/nosuch/key", None, 404, error("not_found", "unknown_config_value")),
            ("PUT", config + "/test/foo", '"bar"', 200, '""\n'),
            ("PUT", config + "/test/foo", '" baz "', 200, '"bar"\n'),
            ("GET", config + "/test/foo", None, 200, '"baz"\n'),
            ("DELETE", config + "/test/foo", None, 200, '"baz"\n'),
            ("DELETE", config + "/test/foo", None, 404, error("not_found")),
            *[("PUT", config + "/a/b", value, 400) for value in
              ("true", "11", "{}", '{"testing": [1, 2, 3]}')],
            *[("PUT", f"{config}/{section}/key", '"x"', 403, error("forbidden")) for section in
              ("daemons", "external", "httpd_design_handlers", "httpd_db_handlers",
               "native_query_servers", "os_daemons", "query_servers")],
            ("POST", config + "/_reload", None, 200, {"ok": True}),
            ("POST", config + "/test/foo", '"x"', 405, None, {"allow": "GET,PUT,DELETE"}),
            ("PUT", config, None, 405, None, {"allow": "GET"}),
            ("GET", config + "/a/b/c", None, 404),
            ("GET", "/_node/nosuch@x/_config", None, 404,
             error("not_found", "no such node: nosuch@x")),
            ("GET", "/_node", None, 400,
             error("bad_request", "Incomplete path to _node request")),
            ("GET", "/_node/_local/_versions", None, 200, {"collation_driver": {
                "name": "libicu", "collator_version": "153.120"}}),
            ("GET", "/_node/_local/_system", None, 200, {"uptime": int, "memory": dict}),
            ("GET", "/_node/_local/_stats", None, 200, {"couchdb": dict}),
            ("GET", "/_node/_local/_stats/couchdb/request_time", None, 200,
             {"value": dict, "type": "histogram"}),
            ("GET", "/_node/_local/_nodes/node3@127.0.0.1", None, 200,
             {"_id": "node3@127.0.0.1"}),
            ("GET", f"/_node/_local/_dbs{self.db}", None, 200,
             {"_id": self.db[1:], "by_node": dict, "by_range": dict, "changelog": list,
              "shard_suffix": list}),
        )

    def test_maintenance(self):
        setting = "/_node/_local/_config/couchdb/maintenance_mode"
        self.table(
            ("PUT", setting, '"true"', 200),
            ("GET", "/_up", None, 404, '{"status":"maintenance_mode"}\n'),
            ("PUT", setting, '"nolb"', 200),
            ("GET", "/_up", None, 404, '{"status":"nolb"}\n'),
            ("DELETE", setting, None, 200, '"nolb"\n'),
            ("GET", "/_up", None, 200),
        )

    def test_setup_is_over(self):
        setup = "/_cluster_setup"
        self.table(
            ("POST", setup, {"action": "enable_cluster", "bind_address": "127.0.0.1"}, 400),
            ("POST", setup, {"action": "finish_cluster"}, 400,
             error("bad_request", "Cluster is already finished")),
            ("POST", setup, {"action": "what"}, 400),
            ("DELETE", setup, None, 405),
        )


if __name__ == "__main__":
    couch.main()
