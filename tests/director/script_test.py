"""Goal: a scenario's script, and a scenario in Lua, run as the rest does: recorded with their text,
repeated to the same digest from anywhere, judged, and told what is wrong. Method: the program with
small scripts.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

FRAME = """schema: 1
duration: 2m
platform: {hosts: 3}
images: {nginx: 1MiB}
services:
  - {name: web, image: nginx, replicas: 2, ports: [{target: 80, published: 8080}]}
script: %s
"""

PLAY = """
wait_until(function() local s = service("web") return s and s.running == 2 end)
local scaled = docker("service scale web=" .. (parameters.replicas or 4))
note(scaled.output)
wait_until(function() return service("web").running == service("web").desired end, "1m")
fault.power_off{host = "node-" .. math.random(2, 3), lasts = "20s"}
local down = wait_for("node.down", nil, "1m")
expect(down and down.time > 10, "the loss is noticed")
local answer = http.get("web", {timeout = "2s"})
expect(answer.ok, "somebody answers")
sample("answer.latency", answer.latency, "web")
print(docker("node ls", {on = "node-1"}).output)
"""

WHOLE = """
local replicas = math.random(2, 9)   -- The same for the scenario and for its script.
return {schema = 1, duration = "1m", platform = {hosts = parameters.hosts or 2},
        services = {{name = "web", image = "nginx", replicas = replicas}},
        images = {nginx = "1MiB"}, networks = {},
        script = function()
            sleep(1)
            expect(service("web").desired == replicas, "drawn once")
            note("seen " .. #nodes())
        end}
"""


class Scripts(program.Case):
    def setUp(self):
        super().setUp()
        (self.folder / "deep").mkdir()
        self.write("deep/play.lua", PLAY)
        self.write("deep/play.yaml", FRAME % "play.lua")

    def test_a_script_acts_looks_and_expects(self):
        report = self.report("deep/play.yaml", "--record", "play.hive")
        self.assertEqual([(v["text"], v["outcome"]) for v in report["expectations"]],
                         [("the loss is noticed", "held"), ("somebody answers", "held")])
        self.assertEqual(report["services"][0]["desired"], 4)
        self.assertEqual(report["services"][0]["requests_ok"], 1)
        commands = self.events("play.hive", "kind = 'command.applied'")
        self.assertEqual([(c["source"], c["outcome"]) for c in commands], [("script", "done")] * 3)
        notes = [e["text"] for e in self.events("play.hive", "kind = 'script.note'")]
        self.assertEqual(notes[0], "web scaled to 4\n")
        self.assertIn("HOSTNAME", notes[1])
        samples = self.call("query", "play.hive", "--csv",
                            "SELECT series, subject FROM samples "
                            "WHERE series LIKE 'answer%'").stdout
        self.assertIn("answer.latency,web", samples)
        # Whoever judges the recording comes to the same end.
        judged = self.call("check", "play.hive").stdout
        self.assertIn("the loss is noticed", judged)

    def test_the_digest_is_the_same_from_anywhere_and_from_the_recording(self):
        first = self.report("deep/play.yaml", "--record", "play.hive")["digest"]
        done = self.call("run", self.folder / "deep/play.yaml", "--json")
        self.assertIn(first, done.stdout)
        (self.folder / "deep/play.lua").unlink()
        self.assertIn("repeats the recording", self.call("run", "play.hive").stdout)
        self.assertNotEqual(first, self.report("play.hive", "--seed", "9")["digest"])

    def test_parameters_come_from_the_scenario_and_from_outside(self):
        self.write("deep/five.yaml", FRAME % "{file: play.lua, parameters: {replicas: 5}}")
        self.assertEqual(self.report("deep/five.yaml")["services"][0]["desired"], 5)
        report = self.report("deep/five.yaml", "-p", "replicas=3", "--record", "three.hive")
        self.assertEqual(report["services"][0]["desired"], 3)
        self.assertIn("--parameter replicas=3", report["replay"])
        self.assertIn("repeats the recording", self.call("run", "three.hive").stdout)
        self.write("plain.yaml", FRAME.replace("script: %s\n", ""))
        self.assertIn("no script in it takes parameters",
                      self.call("run", "plain.yaml", "-p", "x=1", status=2).stderr)
        self.assertIn("written NAME=VALUE",
                      self.call("run", "plain.yaml", "-p", "x", status=2).stderr)

    def test_what_does_not_hold_fails_the_run_and_is_counted(self):
        self.write("deep/play.lua", "for i = 1, 3 do sleep(1) expect(i ~= 2, 'never two') end")
        done = self.call("run", "deep/play.yaml", "--record", "no.hive", status=1)
        self.assertIn("failed    never two\n            line 1 of the script, at 2s; failed 1 of 3",
                      done.stdout)
        self.assertIn("failed", self.call("check", "no.hive", status=1).stdout)

    def test_a_script_that_fails_ends_the_run(self):
        self.write("deep/play.lua", "sleep(5)\nlocal function f() error('no more') end\nf()")
        done = self.call("run", "deep/play.yaml", "--record", "bad.hive", status=2)
        self.assertIn("deep/play.lua:2: no more", done.stderr)
        self.assertEqual(self.events("bad.hive", "kind = 'script.failed'")[0]["t"], 5)
        self.assertIn("repeats the recording", self.call("run", "bad.hive", status=2).stdout)
        self.write("deep/play.lua", "fault.power_off{hst = 'node-2'}")
        self.assertIn("unknown key \"hst\" (did you mean host?",
                      self.call("run", "deep/play.yaml", status=2).stderr)

    def test_mistakes_are_found_before_the_run(self):
        self.write("deep/play.lua", "note('one'\n\n")
        for word in ("run", "check"):
            done = self.call(word, "deep/play.yaml", status=2)
            self.assertIn("deep/play.lua:3: ')' expected", done.stderr)
        self.write("deep/play.yaml", FRAME % "lost.lua")
        self.assertIn("there is no file \"lost.lua\"",
                      self.call("check", "deep/play.yaml", status=2).stderr)

    def test_a_scenario_in_lua(self):
        self.write("whole.lua", WHOLE)
        report = self.report("whole.lua", "--seed", "4", "-p", "hosts=4", "--record", "w.hive")
        note = self.events("w.hive", "kind = 'script.note'")
        self.assertEqual((note[0]["t"], note[0]["text"]), (1, "seen 4"))
        (self.folder / "whole.lua").unlink()
        again = self.call("run", "w.hive", "--quiet").stdout
        self.assertIn("repeats the recording", again)
        self.write("whole.lua", WHOLE)
        other = self.report("whole.lua", "--seed", "5", "-p", "hosts=4")
        self.assertNotEqual(other["digest"], report["digest"])
        self.assertIn("ok (1 service", self.call("check", "whole.lua").stdout)

    def test_mistakes_in_a_scenario_in_lua_name_their_path(self):
        self.write("bad.lua", "return {schema = 1, platform = {hosts = 0}, seed = 3,\n"
                              "  services = {{name = 'web'}}, go = function() end}")
        stderr = self.call("run", "bad.lua", status=2).stderr
        for text in ("bad.lua: platform.hosts: 0 is out of range", "bad.lua: go: is a function",
                     "bad.lua: seed: a scenario in Lua is given its seed",
                     "bad.lua: services[0]: the key \"image\" is missing"):
            self.assertIn(text, stderr)
        self.write("bad.lua", "return {\n  schema = nil + 1}")
        self.assertIn("bad.lua:2: attempt to perform arithmetic on a nil value",
                      self.call("run", "bad.lua", status=2).stderr)
        self.write("bad.lua", "return 7")
        self.assertIn("the script gives back number", self.call("run", "bad.lua", status=2).stderr)
        self.write("bad.lua", "return {platform = print}")
        self.assertIn("platform: is a function", self.call("run", "bad.lua", status=2).stderr)


if __name__ == "__main__":
    program.main()
