"""Goal: a session can be driven, read while it is paused, and repeated from its recording alone.

Method: `glasshive session` driven over its socket; its recording is queried and run again.
"""

import json
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

    def test_run_until_takes_an_instant_to_the_nanosecond(self):
        client = self.start()
        self.assertEqual(client.ask(do="run_until", t_ns=12_345_678_901)["t_ns"], 12_345_678_901)
        self.assertIn("no count", client.ask(do="run_until", t_ns=1.5)["error"])
        self.assertIn("no count", client.ask(do="run_until", t_ns=-1)["error"])

    def test_run_until_an_event_stops_in_the_entry_in_which_it_happened(self):
        client = self.start("--record", "s.hive")
        found = client.ask(do="run_until", event="task.running", subject="web.2")
        events = self.events("s.hive", "true")
        self.assertEqual([e["id"] for e in events if e["kind"] == "task.running" and
                          e["subject"].startswith("web.2.")], [found["found"]])
        self.assertEqual(events[-1]["t"], found["t"])
        self.assertEqual(events[-1]["id"], found["event"])
        later = client.ask(do="run_until", event="request.ok", t="11s")
        self.assertGreater(later["found"], found["event"])
        self.assertLess(later["t"], 11)
        none = client.ask(do="run_until", event="node.down", t="20s")
        self.assertEqual((none["found"], none["t"], none["ended"]), (0, 20.0, False))
        last = client.ask(do="run_until", event="node.down")
        self.assertEqual((last["found"], last["t"], last["ended"]), (0, 60.0, True))
        self.assertIn("did you mean task.failed?",
                      client.ask(do="run_until", event="task.fialed")["error"])
        self.assertIn("patterns", client.ask(do="run_until", event=7)["error"])

    def test_waiting_for_events_is_the_plain_run(self):
        plain = self.report("hello.yaml")["digest"]
        client = self.start()
        for kind in ("task.*", "*", "node.down", "request.ok", "container.started"):
            client.ask(do="run_until", event=kind, t="30s")
        client.ask(do="run_until", event="node.down")
        self.assertEqual(self.quit(client)["digest"], plain)

    def test_inspect_tells_the_digest_so_far(self):
        digests = []
        for _ in range(2):
            client = self.start()
            client.ask(do="run_until", t="20s")
            digests.append(client.ask(do="inspect")["digest"])
            client.ask(do="step", n=50)
            digests.append(client.ask(do="inspect")["digest"])
            self.quit(client)
        self.assertEqual(digests[:2], digests[2:])
        self.assertNotEqual(digests[0], digests[1])

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

    def wait(self, client, until):
        """Looks, as a window does, until it is so; then once more."""
        limit = time.monotonic() + 60
        while not until(client.ask(do="look")):
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.01)
        return client.ask(do="look")

    def test_pace_stops_by_itself_at_an_instant_or_an_event(self):
        client = self.start("--record", "s.hive")
        self.assertIn("did you mean task.failed?",
                      client.ask(do="pace", speed="max", event="task.fialed")["error"])
        self.assertIn("not a duration", client.ask(do="pace", speed=1, t="soon")["error"])
        client.ask(do="pace", speed="max", t="12.5s")
        there = self.wait(client, lambda at: at["pace"] == 0)
        self.assertEqual((there["t"], there["found"], there["ended"]), (12.5, 0, False))
        client.ask(do="pace", speed="max", event="request.ok")
        found = self.wait(client, lambda at: at["pace"] == 0)
        self.assertEqual([e["kind"] for e in self.events("s.hive", f"id = {found['found']}")],
                         ["request.ok"])
        self.assertGreater(found["t"], 12.5)
        client.ask(do="pace", speed=1000, event="node.down", t="20s")
        none = self.wait(client, lambda at: at["pace"] == 0)
        self.assertEqual((none["t"], none["found"]), (20.0, 0))
        client.ask(do="pace", speed="max", t="3s")   # Past: it stays.
        self.assertEqual(client.ask(do="look"), none)

    def test_a_run_played_in_slices_is_the_plain_run(self):
        plain = self.report("hello.yaml")["digest"]
        client = self.start()
        for speed, until in ((100, "5s"), ("max", "30s"), (10_000, "50s"), ("max", "1h")):
            client.ask(do="pace", speed=speed, t=until)
            self.wait(client, lambda at: at["pace"] == 0 or at["ended"])
        self.assertEqual(self.quit(client)["digest"], plain)

    def test_what_a_played_run_says_can_be_read_a_tenth_of_a_second_later(self):
        client = self.start("--record", "s.hive")
        client.ask(do="run_until", t="10s")
        client.ask(do="pace", speed=5)
        late = []
        for _ in range(10):
            time.sleep(0.1)
            at = client.ask(do="look")
            asked = time.monotonic()
            while self.events("s.hive", "true")[-1]["id"] < at["event"]:
                self.assertLess(time.monotonic(), asked + 10)
            late.append(time.monotonic() - asked)
        self.assertLess(sorted(late)[len(late) // 2], 0.25, late)   # A busy machine, and python.

    def test_a_fault_is_ended_by_its_number_and_again_in_a_replay(self):
        client = self.start("--record", "s.hive")
        client.ask(do="run_until", t="15s")
        client.ask(do="inject", text="fault {do: power_off, host: node-3}")
        client.ask(do="run_until", t="20s")
        self.assertIn("no fault 2", client.ask(do="inject", text="heal 2")["error"])
        self.assertTrue(client.ask(do="inject", text="heal 1")["ok"])
        client.ask(do="run_until", t="30s")
        digest = self.quit(client)["digest"]
        self.assertEqual([e["t"] for e in self.events("s.hive", "kind = 'host.on'")], [20.0])
        self.assertEqual(self.report("s.hive")["digest"], digest)

    def test_commands_tells_what_was_given_and_what_is_to_come(self):
        client = self.start("--record", "s.hive")
        client.ask(do="run_until", t="10s")
        client.ask(do="inject", text="scale web=4")
        client.ask(do="run_until", t="20s")
        client.ask(do="inject", text="drain node-3")
        given = [{"t_ns": 10**10, "text": "scale web=4"},
                 {"t_ns": 2 * 10**10, "text": "drain node-3"}]
        told = client.ask(do="commands")
        self.assertEqual((told["given"], told["to_come"]), (given, []))
        self.assertNotIn("left_ns", told)
        client.ask(do="run_until", t="30s")
        self.quit(client)
        again = self.start(scenario="s.hive")
        again.ask(do="run_until", t="15s")
        told = again.ask(do="commands")
        self.assertEqual((told["given"], told["to_come"], told["left_ns"]),
                         (given[:1], given[1:], 3 * 10**10))

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

    def test_a_list_of_commands_is_given_instead_of_the_files_own(self):
        said = self.story("--record", "s.hive")
        with sqlite3.connect(self.folder / "s.hive") as file:
            given = [{"t_ns": t_ns, "text": text}
                     for t_ns, text in file.execute("SELECT t_ns, text FROM commands")]
        self.assertEqual(len(given), said["commands"])
        self.write("given.json", json.dumps(given))
        self.write("none.json", "[]")
        for words, scenario, equal in ((("--commands", "given.json"), "hello.yaml", True),
                                       (("--commands", "none.json"), "s.hive", False)):
            client = self.start(*words, scenario=scenario)
            client.ask(do="run_until", t_ns=round(said["t_ns"]))
            self.assertEqual(self.quit(client)["digest"] == said["digest"], equal)
        for wrong in ("", "{}", "[7]", '[{"t_ns": 1}]', '[{"t_ns": "1", "text": "drain node-1"}]',
                      '[{"t_ns": 2, "text": "drain node-1"}, {"t_ns": 1, "text": "drain node-1"}]'):
            self.write("wrong.json", wrong)
            done = self.call("session", "hello.yaml", "--socket", "x.sock", "--commands",
                             "wrong.json", status=2)
            self.assertIn("wrong.json: is no list of commands", done.stderr)
        self.call("session", "hello.yaml", "--socket", "x.sock", "--commands", "no.json", status=2)

    def test_a_refused_command_counts_as_given_and_a_mistake_does_not(self):
        client = self.start()
        client.ask(do="run_until", t="5s")
        self.assertEqual(client.ask(do="inject", text="drain node-9")["given"], 0)
        refused = client.ask(do="inject", text="docker node rm node-1")
        self.assertEqual((refused["ok"], refused["given"]), (False, 1))

    def test_injected_commands_count(self):
        said = self.story()
        fewer = self.story(tell=STORY[:2] + STORY[3:])
        self.assertNotEqual(said["digest"], fewer["digest"])

    def test_a_session_that_was_killed_is_repeated_to_where_it_was(self):
        client = self.start("--record", "s.hive")
        for request in STORY:
            client.ask(**request)
        self.process.kill()
        self.process.wait()
        before = self.events("s.hive", "kind = 'command.applied'")
        self.assertEqual(len(before), 5)
        whole = self.events("s.hive", "true")
        done = self.call("run", "s.hive", "--record", "t.hive", "--quiet", status=None)
        self.assertIn("repeats the recording, which is cut short at ", done.stdout)
        again = self.events("t.hive", f"id <= {whole[-1]['id']}")
        self.assertEqual(whole, again)
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
