"""Goal: an autoscaler is a script that the scenario names: it is asked at its times, kept within
its bounds, recorded with what it saw, run again, and ended by its own mistakes. Method: whole runs
of one service under a load that begins and ends.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

SCENARIO = """schema: 1
duration: 3m
platform: {hosts: [{name: boss, role: manager}, {name: "n{}", count: 4, cpus: 2}]}
images: {web: 1MiB}
services:
  - name: web
    image: web
    replicas: 2
    ports: ["8080:80"]
    resources: {cpus: 0.5}
    placement: {constraints: [node.role == worker]}
    behaviour: {service_time: 20ms}
autoscalers:
  - {service: web, policy: own.lua, every: 10s, min: 2, max: 6%s}
workload: {clients: [{name: crowd, service: web, rate: 40, start: 30s, stop: 90s, timeout: 2s}]}
"""
FIXED = "return {desired = function(service) return %s end}"


class Autoscaling(program.Case):
    def run_it(self, script, more="", text=SCENARIO, status=0):
        self.write("own.lua", script)
        self.write("own.yaml", text % more)
        (self.folder / "own.hive").unlink(missing_ok=True)
        return self.report("own.yaml", "--record", "own.hive", status=status)

    def looks(self):
        """All looks: time, before, after (none: kept), metrics."""
        return [(e["t"], e["before"], e.get("after"), json.loads(e["metrics"]))
                for e in self.events("own.hive", "kind IN ('decision.scaled', 'decision.kept')")]

    def test_it_looks_at_its_times_and_says_what_it_saw(self):
        self.run_it(FIXED % 2)
        looks = self.looks()
        self.assertEqual([t for t, *_ in looks], [10.0 * n for n in range(1, 19)])
        self.assertEqual({(before, after) for _, before, after, _ in looks}, {(2, None)})
        # 40 requests of 20 ms on two halves of a CPU: 0.8 of what they have.
        for t, _, _, seen in looks:
            self.assertEqual((seen["running"], seen["measured"]), (2, 2))
            if 40 <= t <= 90:
                self.assertAlmostEqual(seen["requests_per_second"], 40, delta=8)
                self.assertAlmostEqual(seen["utilisation"], 0.8, delta=0.15)
                self.assertGreaterEqual(seen["latency_p50"], 0.04)   # Half a core's speed.
                self.assertGreaterEqual(seen["latency_p95"], seen["latency_p50"])
            elif t <= 30 or t >= 110:
                self.assertEqual((seen["requests_per_second"], seen["utilisation"]), (0, 0))
                self.assertEqual((seen["in_flight"], seen["failed"]), (0, 0))
                self.assertNotIn("latency_p50", seen)
        # All that was answered used its 20 ms, and nothing else did.
        answered = len(self.events("own.hive", "kind = 'request.ok'"))
        used = sum(seen["utilisation"] * seen["measured"] * 0.5 * 10 for *_, seen in looks)
        self.assertAlmostEqual(used, answered * 0.02, delta=0.01)

    def test_the_command_is_an_operators_and_explains_itself(self):
        self.run_it(FIXED % "service.time < 60 and 2 or 4.2")
        scaled = self.events("own.hive", "kind = 'decision.scaled'")
        self.assertEqual([(e["t"], e["before"], e["wanted"], e["after"]) for e in scaled],
                         [(60.0, 2, 4.2, 5)])
        given = self.events("own.hive", "kind = 'command.applied'")
        self.assertEqual([(e["text"], e["source"], e["outcome"], e["cause"]) for e in given],
                         [("docker service scale web=5", "autoscaler of web", "done",
                           scaled[0]["id"])])
        told = self.call("explain", "own.hive", "web.5").stdout
        self.assertIn("its autoscaler wants 5 replicas of web, not 2", told)
        self.assertIn("the autoscaler of web typed: docker service scale web=5", told)
        self.assertIn("It goes back to an autoscaler.", told)
        self.assertIn("from 2 to 5 replicas, wanted 4.2", self.call("run", "own.yaml").stdout)

    def test_bounds(self):
        for wanted, expected in (("1000", 6), ("1e300", 6), ("0", 2), ("-5", 2), ("math.huge", 6)):
            with self.subTest(wanted=wanted):
                self.run_it(FIXED % f"service.time < 60 and 3 or {wanted}")
                self.assertEqual([after for _, _, after, _ in self.looks() if after],
                                 [3, expected])

    def test_an_operator_is_overruled(self):
        text = SCENARIO + "commands: [{at: 95s, run: docker service scale web=5}]\n"
        self.run_it(FIXED % 3, text=text)
        self.assertEqual([(t, before, after) for t, before, after, _ in self.looks() if after],
                         [(10.0, 2, 3), (100.0, 5, 3)])

    def test_a_service_scaled_to_zero_is_off(self):
        text = SCENARIO + "commands: [{at: 95s, run: docker service scale web=0}]\n"
        self.run_it(FIXED % 3, text=text)
        self.assertEqual({(before, after) for t, before, after, _ in self.looks() if t > 95},
                         {(0, None)})
        # One that may go to 0 by itself comes back by itself.
        self.run_it(FIXED % 3, text=text.replace("min: 2", "min: 0"))
        self.assertEqual([(t, before, after) for t, before, after, _ in self.looks() if after],
                         [(10.0, 2, 3), (100.0, 0, 3)])

    def test_tasks_of_a_silent_host_are_not_measured(self):
        self.run_it(FIXED % 2,
                    text=SCENARIO + "faults: [{at: 15s, do: pause, host: n1, for: 20s}]\n")
        measured = {t: seen["measured"] for t, _, _, seen in self.looks()}
        on_n1 = [e for e in self.events("own.hive", "kind = 'container.started'")
                 if e["host"] == "n1"]
        self.assertEqual(measured[20.0], 2 - len(on_n1))
        self.assertEqual(measured[10.0], 2)

    def test_without_a_leader_it_does_nothing(self):
        text = SCENARIO + "faults: [{at: 35s, do: power_off, host: boss, for: 60s}]\n"
        self.run_it(FIXED % "2 + service.time // 20 % 2", text=text)
        times = [t for t, *_ in self.looks()]
        self.assertEqual([t for t in times if 35 < t < 95], [])
        self.assertIn(30.0, times)
        self.assertTrue(any(t > 95 for t in times))

    def test_a_recording_embeds_the_script(self):
        first = self.run_it((program.ROOT / "lua/policies/target-utilisation.lua").read_text(),
                            ", parameters: {window: 20}")
        self.assertGreater(sum(1 for *_, after, _ in self.looks() if after), 1)
        (self.folder / "own.lua").unlink()
        again = self.call("run", "own.hive", "--quiet").stdout
        self.assertIn("repeats the recording", again)
        self.assertIn(first["digest"], again)

    def test_a_script_that_fails_ends_the_run(self):
        self.run_it("""return {desired = function(service, metrics)
            if service.time >= parameters.last then
                error(service.name .. " is enough", 0)
            end
            return 2
        end}""", ", parameters: {last: 50}", status=2)
        failed = self.events("own.hive", "kind = 'script.failed'")
        self.assertEqual([(e["t"], e["file"], e["line"], e["text"]) for e in failed],
                         [(50.0, "own.lua", 1, "web is enough")])
        done = self.call("run", "own.yaml", status=2)
        self.assertIn("own.lua:1: web is enough", done.stderr)
        self.assertIn("the run ended here: a script failed", done.stdout)

    def test_mistakes(self):
        def complaint(line, script=FIXED % 2):
            self.write("own.lua", script)
            self.write("own.yaml", SCENARIO.replace("%s", "").replace(
                "{service: web, policy: own.lua, every: 10s, min: 2, max: 6}", line))
            return self.call("check", "own.yaml", status=2).stderr

        for line, message in (
                ("{service: wbe, policy: own.lua}", "autoscalers[0].service: "),
                ("{service: web}", "autoscalers[0]: the key \"policy\" is missing"),
                ("{service: web, policy: lost.lua}", "there is no file \"lost.lua\""),
                ("{service: web, policy: own.lua, every: 10ms}", "it looks once a second at most"),
                ("{service: web, policy: own.lua, min: 7, max: 6}", "max 6 is less than min 7"),
                ("{service: web, policy: own.lua, mxa: 6}", "unknown key"),
                ("{service: web, policy: own.lua}\n  - {service: web, policy: own.lua}",
                 "autoscalers[1].service: \"web\" has an autoscaler already")):
            with self.subTest(line=line):
                self.assertIn(message, complaint(line))
        self.assertIn("own.lua: desired is not a function",
                      complaint("{service: web, policy: own.lua}", "return {desired = 2}"))

    def test_a_global_service_is_not_scaled(self):
        self.write("own.lua", FIXED % 2)
        self.write("own.yaml", SCENARIO.replace("%s", "").replace("replicas: 2", "mode: global"))
        self.assertIn("autoscalers[0].service: a global service cannot be scaled",
                      self.call("check", "own.yaml", status=2).stderr)

    def test_who_follows_a_rise(self):
        """Two halves of a CPU do 50 requests of 20 ms per second, and 90 come: alone they answer
        few; either of the shipped policies ends that within two looks."""
        text = SCENARIO.replace("rate: 40", "rate: 90").replace("max: 6", "max: 12")
        failed = {}
        for name, parameters in (("none", ""), ("target-utilisation", ", parameters: {window: 30}"),
                                 ("queue-based", ", parameters: {per_task: 4}")):
            script = FIXED % 2 if name == "none" else \
                (program.ROOT / f"lua/policies/{name}.lua").read_text()
            self.run_it(script, parameters, text=text)
            failed[name] = [e["t"] for e in self.events("own.hive", "kind = 'request.failed'")]
            if name != "none":
                self.assertEqual([t for t in failed[name] if t > 62], [], name)
                self.assertEqual(self.looks()[-1][1], 2, name)   # And back again.
        self.assertGreater(len(failed["none"]), 2_000)
        for name in ("target-utilisation", "queue-based"):
            self.assertLess(len(failed[name]), 0.5 * len(failed["none"]), name)


if __name__ == "__main__":
    program.main()
