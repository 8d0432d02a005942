"""Goal: a service's balancer is a script that the scenario names: read, recorded, run again, ended
by its own mistakes; and the shipped ones are worth their names. Method: whole runs with one backend
on a host of a quarter of the others' speed; scenarios of the repository under the built-in's twin.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

POLICIES = program.ROOT / "lua/policies"
# Three backends that answer in 40 ms and one that takes 160 ms; at 20 requests per second round
# robin keeps the slow one busy for four fifths of the time, and at 30 it cannot keep up.
SCENARIO = """schema: 1
duration: 2m
platform:
  hosts:
    - {name: boss, role: manager}
    - {name: "fast-{}", count: 3}
    - {name: slow, speed: 0.25}
images: {web: 1MiB}
services:
  - name: web
    image: web
    replicas: 4
    ports: ["8080:80"]
    networks: [front]
    resources: {cpus: 1}
    placement: {constraints: [node.role == worker], max_per_node: 1}
    behaviour: {service_time: 40ms}
    balancer: BALANCER
  - {name: shop, image: web, networks: [front], placement: {constraints: [node.role == manager]}}
workload:
  clients: [{name: crowd, service: web, ENTER, rate: RATE, start: 10s, timeout: 20s}]
"""


class Balancing(program.Case):
    def scenario(self, balancer="round-robin", rate=20, enter="enter: boss"):
        text = SCENARIO
        for word, value in (("BALANCER", balancer), ("RATE", rate), ("ENTER", enter)):
            text = text.replace(word, str(value))
        return self.write("own.yaml", text)

    def answers(self, balancer, rate, enter="enter: boss"):
        """Sorted latencies, and how many each task answered, most first."""
        (self.folder / "own.hive").unlink(missing_ok=True)
        self.report(self.scenario(balancer, rate, enter), "--record", "own.hive")
        answered = self.events("own.hive", "kind = 'request.ok'")
        count = {}
        for each in answered:
            count[each["backend"]] = count.get(each["backend"], 0) + 1
        return sorted(e["latency"] for e in answered), sorted(count.values(), reverse=True)

    def p95(self, balancer, rate, enter="enter: boss"):
        latencies, _ = self.answers(balancer, rate, enter)
        return latencies[int(0.95 * len(latencies))]

    def test_one_slow_backend(self):
        for enter in ("enter: boss", "from: shop"):   # A published port, and a virtual address.
            for rate in (20, 30):
                plain = self.p95("round-robin", rate, enter)
                for name in ("least-connections", "power-of-two-choices"):
                    with self.subTest(name=name, rate=rate, enter=enter):
                        self.assertLess(self.p95(POLICIES / f"{name}.lua", rate, enter),
                                        0.6 * plain if rate == 20 else 0.1 * plain)

    def test_the_slow_backend_gets_less(self):
        _, plain = self.answers("round-robin", 20)
        self.assertLessEqual(plain[0] - plain[-1], 1)
        for name in ("least-connections", "power-of-two-choices"):
            _, uneven = self.answers(POLICIES / f"{name}.lua", 20)
            self.assertLess(uneven[-1], 0.85 * plain[-1])

    def test_round_robin_in_lua_is_swarms_own(self):
        script = POLICIES / "round-robin.lua"
        tried = 0
        for path in sorted((program.ROOT / "scenarios").glob("*.yaml")):
            text = path.read_text()
            # Each service in short form, on one line or several, that requests may reach.
            twin = re.sub(r"^(  - \{name: [^}\n]*?), image:", rf"\1, balancer: {script}, image:",
                          text, flags=re.M)
            twin = re.sub(r"^(  - name: .*\n)(    image:)", rf"\1    balancer: {script}\n\2", twin,
                          flags=re.M)
            if twin == text or "\nworkload:" not in text or "dnsrr" in text:
                continue
            tried += 1
            with self.subTest(scenario=path.name):
                self.assertEqual(self.digest(path.name, text), self.digest(path.name, twin))
        self.assertGreaterEqual(tried, 10)

    def digest(self, name, text):
        text = text.replace("../lua/", f"{program.ROOT}/lua/")
        text = re.sub(r"\b(file|stack): ((?:stacks|files)/)",
                      rf"\1: {program.ROOT}/scenarios/\2", text)
        self.write(name, text)
        return self.report(name, status=None)["digest"]

    def test_a_recording_embeds_the_script(self):
        self.write("own.lua", (POLICIES / "power-of-two-choices.lua").read_text())
        first = self.report(self.scenario("own.lua"), "--record", "own.hive")
        (self.folder / "own.lua").unlink()
        again = self.call("run", "own.hive", "--quiet").stdout
        self.assertIn("repeats the recording", again)
        self.assertIn(first["digest"], again)

    def test_each_node_has_a_script_of_its_own(self):
        self.write("own.lua", """local mine, asked
            return {pick = function(backends, request)
                if mine == nil then mine, asked = request.node, 0 end
                assert(mine == request.node)
                asked = asked + 1
                if asked == parameters.last then error(mine .. " has asked enough", 0) end
                return 1
            end}""")
        failed = self.call("run", self.scenario("{policy: own.lua, parameters: {last: 100}}",
                                                enter="retries: 0"), status=2)
        self.assertRegex(failed.stderr, r"own.lua:\d: (boss|fast-\d|slow) has asked enough")
        self.assertIn("the run ended here: a script failed", failed.stdout)

    def test_parameters_come_from_outside_too(self):
        self.write("own.lua", "return {pick = function() return parameters.always end}")
        path = self.scenario("{policy: own.lua, parameters: {always: 9}}", rate=5)
        self.assertIn("own.lua:1: pick gave back something else than an integer from 1 to 4",
                      self.call("run", path, status=2).stderr)
        report = self.report(path, "-p", "always=2")
        self.assertEqual(report["services"][0]["requests_failed"], 0)

    def test_mistakes(self):
        self.write("own.lua", "return {pik = 3}")
        for balancer, message in (
                ("own.lua", "own.lua: a balancer has no entry pik"),
                ("lost.lua", "services[0].balancer: there is no file \"lost.lua\""),
                ("round-robbin", "services[0].balancer: \"round-robbin\" is not one of "
                                 "round-robin\n"
                                 "    hint: did you mean round-robin?"),
                ("{policy: round-robin, parameters: {a: 1}}",
                 "services[0].balancer.parameters: only a balancer in Lua has parameters"),
                ("{policy: own.lua, speed: 3}", "unknown key"),
                ("own.lua\n    endpoint_mode: dnsrr",
                 "services[0].balancer: with dnsrr callers choose among the tasks themselves")):
            with self.subTest(balancer=balancer):
                self.assertIn(message,
                              self.call("check", self.scenario(balancer), status=2).stderr)

    def test_services_of_a_stack(self):
        self.write("shop.yaml", "services:\n  web: {image: web, ports: [\"8080:80\"], "
                                "deploy: {replicas: 3}}\n")
        self.write("own.lua", "return {pick = function(b) return b.count end}")
        text = ("schema: 1\nduration: 1m\nplatform: {hosts: 4}\nworkload: {clients: [{service: "
                "shop_web, rate: 5, start: 20s}]}\nstack: {file: shop.yaml, balancers: {%s}}\n")
        self.write("stack.yaml", text % "web: own.lua")
        self.report("stack.yaml", "--record", "stack.hive")
        backends = {(e["entered"], e["backend"])
                    for e in self.events("stack.hive", "kind = 'request.ok'")}
        self.assertEqual(len(backends), 4)   # Each node knows one that it learned of last.
        self.write("stack.yaml", text % "wbe: own.lua")
        self.assertIn("the stack has no service \"wbe\"",
                      self.call("check", "stack.yaml", status=2).stderr)


if __name__ == "__main__":
    program.main()
