"""A Docker Engine on 127.0.0.1 that knows only what engine_state.json says.

It answers what docker's command line asks before and after it changes something, and keeps every
changing request (POST, DELETE, PUT) for the recorder. It runs nothing.
"""

import calendar
import copy
import http.server
import json
import pathlib
import re
import threading
import time
import urllib.parse

STATE = pathlib.Path(__file__).with_name("engine_state.json")


def found(objects, key):
    """The objects whose id begins with `key` or that bear that name."""
    def names(item):
        spec, description = item.get("Spec", {}), item.get("Description", {})
        return [spec.get("Name"), description.get("Hostname"), item.get("Name")]
    exact = [o for o in objects if key in names(o) or key == o.get("ID", o.get("Id"))]
    return exact or [o for o in objects if o.get("ID", o.get("Id", "")).startswith(key)]


def admits(filters, item):
    for name in filters.get("name", {}):
        if name not in str(item.get("Spec", item).get("Name", "")):
            return False
    for key in filters.get("id", {}):
        if not item["ID"].startswith(key):
            return False
    for state in filters.get("desired-state", {}):
        if item.get("DesiredState") not in filters["desired-state"]:
            return False
    for field, key in (("service", "ServiceID"), ("node", "NodeID")):
        if filters.get(field) and item.get(key) not in filters[field]:
            return False
    labels = item.get("Labels") or item.get("Spec", {}).get("Labels") or {}
    for label in filters.get("label", {}):
        key, _, value = label.partition("=")
        if key not in labels or (value and labels[key] != value):
            return False
    return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body=None, text=None):
        data = (text if text is not None else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.50")
        self.send_header("Ostype", "linux")
        self.send_header("Builder-Version", "1")
        self.send_header("Swarm", "active/manager")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(0 if status == 204 else len(data)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(data)

    def parts(self):
        url = urllib.parse.urlsplit(self.path)
        path = re.sub(r"^/v1\.\d+", "", url.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        return path, query, json.loads(query.get("filters", "{}"))

    def missing(self, path):
        kind, _, name = path[1:].partition("/")
        name = name.split("/")[0]
        word = {"containers": "container: ", "networks": "network ", "images": "image: ",
                "volumes": "volume: "}.get(kind)
        if word is None:
            return self.send(404, {"message": f"{kind[:-1]} {name} not found"})
        return self.send(404, {"message": f"No such {word}{name}" if ":" in word
                               else f"network {name} not found"})

    def do_HEAD(self):
        self.send(200, text="")

    def do_GET(self):
        path, _, filters = self.parts()
        state = self.server.state
        if path == "/_ping":
            return self.send(200, text="OK")
        if path in ("/containers/json", "/images/json"):
            rows = self.server.live(path[1:].split("/")[0])
            for row in rows:   # Seconds since 1970 here, where all else is a text.
                row["Created"] = calendar.timegm(time.strptime(row["Created"][:19],
                                                               "%Y-%m-%dT%H:%M:%S"))
            return self.send(200, rows if "all=1" in self.path or path[1] == "i" else
                             [row for row in rows if row["State"] == "running"])
        if path in state["fixed"]:
            return self.send(200, state["fixed"][path])
        kind, _, rest = path[1:].partition("/")
        if kind == "distribution":
            return self.send(404, {"message": "no registry here"})
        if kind not in state:
            return self.send(404, {"message": "page not found"})
        if not rest:
            rows = [o for o in self.server.live(kind) if admits(filters, o)]
            volumes = {"Volumes": rows, "Warnings": None}
            return self.send(200, volumes if kind == "volumes" else rows)
        match = found(self.server.live(kind), urllib.parse.unquote(rest.removesuffix("/json")))
        return self.send(200, match[0]) if match else self.missing(path)

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        url = re.sub(r"^/v1\.\d+", "", self.path)
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        self.server.asked.append((self.command, url, body))
        path, _, _ = self.parts()
        if path == "/swarm/init":
            return self.send(200, self.server.state["nodes"][0]["ID"])
        if path.startswith("/volumes/create"):
            return self.send(201, {"Name": (body or {}).get("Name", "v"), "Driver": "local"})
        if path.endswith("/wait"):
            return self.send(200, {"StatusCode": 0})
        if path.endswith("/create"):
            return self.send(201, {"ID": "new1", "Id": "new1", "Warnings": []})
        if path.endswith("/update"):
            return self.send(200, {"Warnings": None})
        if path.endswith(("/start", "/stop", "/restart", "/kill")):
            return self.send(204)
        return self.send(200, {})

    do_DELETE = do_PUT = do_POST


class FakeEngine(http.server.ThreadingHTTPServer):
    """`with FakeEngine() as engine:` listens until the block ends; engine.host is DOCKER_HOST."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = json.loads(STATE.read_text())
        self.asked = []
        self.host = f"tcp://127.0.0.1:{self.server_address[1]}"

    def live(self, kind):
        """The objects with "AGO 5m" texts replaced: what the command line prints ages from."""
        def aged(value):
            if isinstance(value, dict):
                return {k: aged(v) for k, v in value.items()}
            if isinstance(value, list):
                return [aged(v) for v in value]
            if isinstance(value, str) and value.startswith("AGO "):
                then = time.time() - float(value[4:])
                return time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(then))
            return value
        return aged(copy.deepcopy(self.state[kind]))

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
