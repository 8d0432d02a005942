"""Small comparisons of every kind of workload, for the tests of glasshive compare."""

import html.parser

import program

MACHINES = "name,cpus,memory,gpus,model,count\nbig,16,65536,0,,4\nsmall,4,16384,0,,8\n"
NODES = "sn,cpu_milli,memory_mib,gpu,model\n" + "".join(
    f"n{i:02},{16000 * (1 + i % 3)},65536,{2 * (1 + i % 3)},{'T4' if i % 2 else 'P100'}\n"
    for i in range(12))
PODS = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n" + "".join(
    f"p{i:03},{1000 * (i % 5)},{1024 * (i % 7)},{('0,0', '1,300', '1,1000', '2,1000')[i % 4]}\n"
    for i in range(80))
SCENARIO = """schema: 1
duration: 40s
platform: {hosts: [{name: boss, role: manager}, {name: "n{}", count: 3}]}
services: [{name: web, image: web, replicas: 4, ports: ["80:80"], resources: {cpus: 0.5}}]
workload: {clients: [{service: web, rate: 5, start: 20s}]}
"""


class Page(html.parser.HTMLParser):
    """Whether tags match, and what is asked for from elsewhere."""

    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.outside, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.outside += [value for name, value in attrs if name in ("src", "href")]

    def handle_startendtag(self, tag, attrs):
        self.outside += [value for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> in the wrong place")

    def handle_data(self, data):
        self.text += data


class Case(program.Case):
    """A scratch folder with what the matrices read."""

    def setUp(self):
        super().setUp()
        for name, text in (("m.csv", MACHINES), ("nodes.csv", NODES), ("pods.csv", PODS),
                           ("s.yaml", SCENARIO), ("own.lua", "return {score = function(node) "
                                                             "return node.tasks end}")):
            self.write(name, text)
        self.write("log.swf", "; MaxProcs: 8\n" + "".join(
            f"{i} {7 * i} -1 {5 + i * 37 % 90} {1 + i * 5 % 8} -1 -1 -1 {5 + i * 37 % 200} "
            "-1 1 -1 -1 -1 -1 -1 -1 -1\n" for i in range(300)))

    MATRICES = {
        "tasks": ("--machines", "m.csv", "--policy", "spread,best-fit,own.lua", "--seeds", "6",
                  "--set", "tasks=400", "--vary", "rate=0.05,0.2"),
        "batch": ("log.swf", "--policy", "fcfs,easy,sjf+easy", "--seeds", "6", "--set", "jobs=100"),
        "openb": ("--openb-nodes", "nodes.csv", "--openb-pods", "pods.csv", "--policy",
                  "random,fgd,gpu-packing", "--seeds", "6"),
        "scenario": ("s.yaml", "--policy", "spread,binpack", "--seeds", "5")}

    def contents(self, out):
        return {path.relative_to(self.folder / out): path.read_bytes()
                for path in sorted((self.folder / out).rglob("*")) if path.is_file()}
