"""Goal: a session can be driven, read while it is paused, and repeated from its recording alone.

Method: `glasshive session` driven over its socket; its recording is queried and run again.
"""

import pathlib
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import driver  # noqa: E402
from driver import program  # noqa: E402

STORY = [
    {"do": "step", "n": 40},
    {"do": "run_until", "t": "15s"},
    {"do": "inject", "text": "scale web=4"},
    {"do": "inject", "text": "drain node-3"},
    {"do": "run_until", "t": 20},
    {"do": "inject", "text": "fault {do: power_off, host: node-2, for: 20s}"},
    {"do": "step", "n": 17},
    {"do": "inject", "text": "activate node-3"},
    {"do": "run_until", "t": "42.5s"},
    {"do": "inject", "text": "update web nginx:2"},
]


class Driving(driver.Case):
    def test_run_until_stops_where_it_is_told_and_never_goes_back(self):
        client = self.start()
        self.assertEqual(client.ask(do="run_until", t="12.5s")["t"], 12.5)
        self.assertEqual(client.ask(do="run_until", t="3s")["t"], 12.5)
        last = client.ask(do="run_until", t="2h")
        self.assertEqual((last["t"], last["ended"]), (60.0, True))
        self.assertEqual(client.ask(do="step", n=5), last)

    def test_pace_runs_by_itself_until_pause(self):
        client = self.start()
        client.ask(do="pace", speed=20)
        time.sleep(0.5)
        paused = client.ask(do="pause")
        self.assertGreater(paused["t"], 2)
        self.assertLess(paused["t"], 60)
        time.sleep(0.2)
        self.assertEqual(client.ask(do="pause"), paused)
        client.ask(do="pace", speed="max")
        self.assertEqual(client.ask(do="inspect")["pace"], "max")
        until = time.monotonic() + 60
        while not client.ask(do="step", n=0)["ended"]:
            self.assertLess(time.monotonic(), until)

    def test_inspect_shows_nodes_and_services_as_the_manager_believes_them(self):
        client = self.start()
        client.ask(do="run_until", t="10s")
        client.ask(do="inject", text="drain node-2")
        client.ask(do="run_until", t="30s")
        seen = client.ask(do="inspect")
        self.assertEqual(seen["services"], [{"name": "web", "running": 2, "desired": 2}])
        self.assertEqual([node["name"] for node in seen["nodes"]], ["node-1", "node-2", "node-3"])
        self.assertEqual({node["state"] for node in seen["nodes"]}, {"ready"})
        self.assertEqual([node["availability"] for node in seen["nodes"]],
                         ["active", "drain", "active"])

    def test_what_nobody_injects_is_the_plain_run(self):
        plain = self.report("hello.yaml")["digest"]
        client = self.start()
        client.ask(do="step", n=123)
        client.ask(do="run_until", t="20s")
        client.ask(do="pace", speed="max")
        while not client.ask(do="step", n=0)["ended"]:
            pass
        self.assertEqual(self.quit(client)["digest"], plain)

    def test_a_paused_recording_is_readable(self):
        client = self.start("--record", "s.hive")
        event = client.ask(do="run_until", t="20s")["event"]
        done = self.call("query", "s.hive", "SELECT max(id) FROM events", "--csv")
        self.assertEqual(done.stdout.split()[-1], str(event))
        self.call("info", "s.hive")
        self.assertGreater(client.ask(do="run_until", t="30s")["event"], event)


class Repeating(driver.Case):
    def story(self, *words, tell=tuple(STORY)):
        client = self.start(*words)
        for request in tell:
            answer = client.ask(**request)
            self.assertTrue(answer["ok"], (request, answer))
        return self.quit(client)

    def test_a_session_is_repeated_from_its_recording_alone(self):
        said = self.story("--record", "s.hive")
        self.assertLess(said["t"], 60)                # It was ended early, in a busy instant.
        self.assertEqual(said["commands"], 5)
        (self.folder / "hello.yaml").unlink()
        again = self.report("s.hive", status=None)
        self.assertEqual(again["digest"], said["digest"])
        self.assertEqual(again["end_s"], said["t"])
        shown = self.call("run", "s.hive", "--quiet", status=None)
        self.assertIn("repeats the recording: the digests are equal", shown.stdout)

    def test_a_repeated_session_recorded_again_repeats_again(self):
        said = self.story("--record", "s.hive")
        self.call("run", "s.hive", "--record", "t.hive", "--quiet", status=None)
        self.assertEqual(self.report("t.hive", status=None)["digest"], said["digest"])

    def test_injected_commands_count(self):
        said = self.story()
        fewer = self.story(tell=STORY[:2] + STORY[3:])
        self.assertNotEqual(said["digest"], fewer["digest"])

    def test_a_session_that_was_killed_is_repeated_from_its_events(self):
        client = self.start("--record", "s.hive")
        for request in STORY:
            client.ask(**request)
        self.process.kill()
        self.process.wait()
        before = self.events("s.hive", "kind = 'command.applied'")
        self.assertEqual(len(before), 5)
        self.call("run", "s.hive", "--record", "t.hive", "--quiet", status=None)
        after = self.events("t.hive", "kind = 'command.applied'")
        keep = ("t", "source", "outcome", "text")
        self.assertEqual([[e[k] for k in keep] for e in before],
                         [[e[k] for k in keep] for e in after])

    def test_a_recording_that_was_changed_is_told_and_fails(self):
        self.story("--record", "s.hive")
        with sqlite3.connect(self.folder / "s.hive") as file:
            file.execute(f"UPDATE hive_meta SET value = '{'0' * 32}' WHERE key = 'digest'")
        done = self.call("run", "s.hive", "--quiet", status=1)
        self.assertIn("does not repeat the recording", done.stderr)
        # Another seed is another run: nothing to compare.
        self.assertNotIn("repeat", self.call("run", "s.hive", "--seed", "5", "--quiet",
                                             status=None).stderr)


if __name__ == "__main__":
    program.main()
