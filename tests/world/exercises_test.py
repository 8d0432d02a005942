"""Goal: the check values of the orchestration and networking exercises: what a student who
calculates right must see. Method: each exercise as a scenario with its parameters, run, and its
figures read off the recording. ORC-1, 4, 5, 6, 7 and 10 are tests of the swarm's own
(tests/swarm/manager, tests/runtime).
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402


class Exercise(program.Case):
    def play(self, text):
        """Runs the scenario; its report. The recording is run.hive."""
        self.write("exercise.yaml", "schema: 1\nseed: 7\n" + text)
        return self.report("exercise.yaml", "--record", "run.hive", status=None)

    def service(self, report, name):
        return next(each for each in report["services"] if each["name"] == name)

    def nodes_of(self, service, at):
        """Executing tasks of a service by node, at an instant."""
        found = {}
        for event in self.events("run.hive", "kind IN ('container.started', 'container.ended') "
                                             f"AND t <= {at}"):
            if event["service"] == service:
                step = 1 if event["kind"] == "container.started" else -1
                found[event["host"]] = found.get(event["host"], 0) + step
        return {node: count for node, count in found.items() if count > 0}

    def requests(self, service, where="1"):
        ok = self.events("run.hive", f"kind = 'request.ok' AND attrs ->> 'service' = '{service}' "
                                     f"AND {where}")
        failed = self.events("run.hive", "kind = 'request.failed' AND "
                                         f"attrs ->> 'service' = '{service}' AND {where}")
        return ok, failed


class Orc2SpreadOrBinpack(Exercise):
    SCENARIO = """
duration: 2m
scheduler: {policy: POLICY}
platform: {hosts: [{name: "n{}", count: 4, memory: 8GiB}]}
services:
  - {name: web, image: "web:1", replicas: 8, reservations: {memory: 2GiB}}
  - {name: big, image: "big:1", replicas: 0, reservations: {memory: 6GiB}}
commands: [{at: 30s, do: scale, service: big, replicas: 1}]
faults: [{at: 60s, do: power_off, host: FULLEST}]
"""

    def lost(self, policy, fullest):
        report = self.play(self.SCENARIO.replace("POLICY", policy).replace("FULLEST", fullest))
        lost = self.events("run.hive", "kind = 'container.ended' AND attrs ->> 'why' = "
                                       "'power lost' AND attrs ->> 'service' = 'web'")
        return self.service(report, "big")["running_at_end"], len(lost)

    def test_spread_leaves_no_room_for_the_big_job_and_loses_two(self):
        self.assertEqual(self.lost("spread", "n2"), (0, 2))

    def test_binpack_has_room_and_loses_four(self):
        self.assertEqual(self.lost("binpack", "n2"), (1, 4))


class Orc3ConstraintsAndPreferences(Exercise):
    def test_constraints_forbid_and_preferences_level(self):
        self.play("""
duration: 1m
platform:
  hosts:
    - {name: a1, zones: [a], memory: 8GiB}
    - {name: "b{}", count: 2, zones: [b], memory: 8GiB, labels: {ssd: "yes"}}
    - {name: "c{}", count: 3, zones: [c], memory: 8GiB}
services:
  - {name: plain, image: "web:1", replicas: 6}
  - {name: even, image: "web:1", replicas: 6, placement: {spread: [node.labels.zone]}}
  - name: db          # Room for three on each of two nodes; each really uses next to nothing.
    image: "web:1"
    replicas: 8
    reservations: {memory: 2500MiB}
    placement: {constraints: ["node.labels.ssd == yes"]}
    behaviour: {memory: 1MiB}
""")
        def zones(service):
            counts = {"a": 0, "b": 0, "c": 0}
            for node, tasks in self.nodes_of(service, 50).items():
                counts[node[0]] += tasks
            return tuple(counts.values())
        self.assertEqual(zones("plain"), (1, 2, 3))
        self.assertEqual(zones("even"), (2, 2, 2))
        self.assertEqual(zones("db"), (0, 6, 0))
        waiting = self.events("run.hive", "kind = 'decision.refused' AND subject LIKE 'db.%'")
        self.assertEqual(len(waiting), 2)


class Orc8ScalingUnderLoad(Exercise):
    """90 requests a second of 50 ms: 4.5 cores of work."""

    def tail(self, replicas):
        """Share of requests that fail, and the slowest twentieth, once things have settled."""
        self.play(f"""
duration: 3m
platform: {{hosts: [{{name: "n{{}}", count: 8, cpus: 1}}]}}
services:
  - {{name: api, image: "api:1", replicas: {replicas}, ports: ["8080:80"],
      placement: {{max_per_node: 1}}, behaviour: {{service_time: 50ms}}}}
workload: {{clients: [{{service: api, enter: n1, rate: 90, start: 10s, timeout: 5s}}]}}
""")
        ok, failed = self.requests("api", "t > 90")
        slow = sorted(each["latency"] for each in ok)
        share = len(failed) / (len(ok) + len(failed))
        return share, slow[len(slow) * 95 // 100] if slow else None

    def test_four_replicas_are_not_enough_and_seven_are_comfortable(self):
        # Utilisation 1.125: the queue grows until those in it give up.
        self.assertGreater(self.tail(4)[0], 0.9)
        # 0.9: nobody is lost, but the queue is long.
        share, slow_at_five = self.tail(5)
        self.assertLess(share, 0.01)
        # 0.64, the first at most 0.7.
        share, slow_at_seven = self.tail(7)
        self.assertEqual(share, 0)
        self.assertLess(slow_at_seven, slow_at_five / 2)
        self.assertLess(slow_at_seven, 0.25)


class Orc9DrainAndReturn(Exercise):
    SCENARIO = """
duration: 4m
platform: {hosts: [{name: "n{}", count: 3}]}
services:
  - {name: web, image: "web:1", replicas: 6}
commands:
  - {at: 30s, do: drain, host: n3}
  - {at: 90s, do: activate, host: n3}
  - {at: 150s, run: docker service MORE}
"""

    def test_only_new_tasks_pass_the_scheduler(self):
        self.play(self.SCENARIO.replace("MORE", "scale web=9"))
        self.assertEqual(self.nodes_of("web", 29), {"n1": 2, "n2": 2, "n3": 2})
        self.assertEqual(self.nodes_of("web", 89), {"n1": 3, "n2": 3})
        self.assertEqual(self.nodes_of("web", 149), {"n1": 3, "n2": 3})   # No re-balancing.
        self.assertEqual(self.nodes_of("web", 230), {"n1": 3, "n2": 3, "n3": 3})
        # Draining waits out no restart delay.
        drained = self.events("run.hive", "kind = 'task.restart' AND "
                                          "attrs ->> 'why' = 'node drained'")
        self.assertEqual([each["delay"] for each in drained], [0, 0])

    def test_a_forced_update_places_everything_anew(self):
        self.play(self.SCENARIO.replace("MORE", "update --force --update-parallelism 3 web"))
        self.assertEqual(self.nodes_of("web", 230), {"n1": 2, "n2": 2, "n3": 2})


class Net3MeshOrHostPorts(Exercise):
    def test_any_node_answers_in_the_mesh_and_task_nodes_alone_without(self):
        self.play("""
duration: 60s
platform: {hosts: 5}
services:
  - {name: mesh, image: "web:1", replicas: 2, ports: ["8080:80"]}
  - {name: direct, image: "web:1", replicas: 2,
     ports: [{target: 80, published: 9090, mode: host}]}
  - {name: crowded, image: "web:1", replicas: 6,
     ports: [{target: 80, published: 7070, mode: host}]}
workload:
  clients:
    - {service: mesh, rate: 20, arrivals: fixed, start: 20s, stop: 50s}
    - {service: direct, rate: 20, arrivals: fixed, start: 20s, stop: 50s}
""")
        ok, failed = self.requests("mesh")
        self.assertEqual(len(failed), 0)
        runs_on = {each["subject"]: each["host"]
                   for each in self.events("run.hive", "kind = 'container.started'")}
        hops = sum(1 for each in ok if runs_on[each["backend"]] != each["entered"])
        self.assertAlmostEqual(hops / len(ok), 0.8, delta=0.01)
        ok, failed = self.requests("direct")
        self.assertAlmostEqual(len(ok) / (len(ok) + len(failed)), 0.4, delta=0.01)
        waiting = self.events("run.hive", "kind = 'decision.refused'")
        self.assertEqual(len(waiting), 1)
        self.assertTrue(waiting[0]["message"].startswith("no suitable node (host-mode port"))


class Net4VipOrDnsRoundRobin(Exercise):
    SCENARIO = """
duration: 150s
platform: {hosts: 5}
services:
  - {name: shop, image: "shop:1", replicas: CALLERS, networks: [back],
     placement: {constraints: [node.hostname == node-1]}}
  - {name: api, image: "api:1", mode: global, networks: [back], MODE,
     placement: {constraints: [node.hostname != node-1]}}
workload: {clients: [{service: api, from: shop, rate: 40, arrivals: fixed, start: 20s, MANNER}]}
faults: [{do: power_off, host: node-3, at: 60s}]
"""

    def after_the_fault(self, mode, manner, callers=8):
        """How long requests fail after the fault, and each backend's share before it."""
        self.play(self.SCENARIO.replace("MODE", mode).replace("MANNER", manner)
                  .replace("CALLERS", str(callers)))
        ok, failed = self.requests("api")
        self.assertFalse([each for each in failed if each["t"] < 60])
        shares = {}
        before = [each for each in ok if 20 < each["t"] < 60]
        for each in before:
            shares[each["backend"]] = shares.get(each["backend"], 0) + 1 / len(before)
        last = max((each["t"] for each in failed), default=60) - 60
        return last, sorted(shares.values())

    def test_the_virtual_address_forgets_the_dead_before_a_client_does(self):
        vip, shares = self.after_the_fault("endpoint_mode: vip", "dns_cache: 30s")
        self.assertEqual(len(shares), 4)
        self.assertAlmostEqual(shares[0], 0.25, delta=0.01)   # Per connection, in turn.
        names, _ = self.after_the_fault("endpoint_mode: dnsrr", "dns_cache: 30s")
        self.assertLess(vip, 15)          # Until gossip takes the node for dead.
        self.assertGreater(names, vip)    # And then until the client asks again.
        self.assertLess(names, 15 + 30)

    def test_a_connection_that_is_kept_has_one_backend(self):
        _, shares = self.after_the_fault("endpoint_mode: vip", "keep_alive: true", callers=1)
        self.assertEqual(len(shares), 1)


if __name__ == "__main__":
    program.main()
