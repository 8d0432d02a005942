"""Goal: a recording answers why, and what docker's tables would have shown at any instant.

Method: shipped scenarios are recorded once; stories are read from the JSON and the text, and every
task that any scenario leaves without running is asked about.
"""

import json
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

# Chains may end here and nowhere else.
ROOTS = re.compile(r"fault \d+|a command|chance|the start of the run")
NOT_RUNNING = ("pending", "failed", "rejected")


class Recorded(program.Case):
    """A scenario is run once for all tests of this file."""

    folder_of_all = tempfile.TemporaryDirectory(prefix="hive")

    def recording(self, name):
        path = pathlib.Path(self.folder_of_all.name) / f"{name}.hive"
        if not path.exists():
            [scenario] = (program.ROOT / "scenarios").glob(f"{name}*.yaml")
            self.call("run", scenario, "--record", path, "--quiet", status=None)
        return path

    def story(self, name, subject, *more):
        done = self.call("explain", self.recording(name), subject, "--json", *more)
        return json.loads(done.stdout)

    def rows(self, which, name, *more):
        return json.loads(self.call(which, self.recording(name), "--json", *more).stdout)[which]

    def sentences(self, story):
        return [step["sentence"] for step in story["steps"]]


class Why(Recorded):
    def test_a_task_moved_when_its_node_died(self):
        story = self.story("02", "web.3")
        self.assertEqual(story["root"], "fault 1")
        said = self.sentences(story)
        order = ["fault 1 strikes: power_off host node-2", "node-2 loses power",
                 "the managers call node-2 DOWN", "another task is made for web.3 (node down)",
                 "the scheduler chose node-1", "its container starts on node-1"]
        places = [next(i for i, s in enumerate(said) if s.startswith(o)) for o in order]
        self.assertEqual(places, sorted(places), said)
        # Where the time went: 10.6 s and 5 s are the most of 15.7 s.
        self.assertTrue(any("until the managers noticed" in n for n in story["notes"]))
        self.assertTrue(any(n.startswith("5s of restart delay") for n in story["notes"]))

    def test_silence_behind_a_bad_path_goes_back_to_what_made_it_bad(self):
        for number, fault in enumerate(("packet_loss, loss: 100%, link: w1--core",
                                        "packet_loss, loss: 97%, groups: [[w1], [m1]]",
                                        "added_latency, latency: 12s, link: w1--core",
                                        "pause, host: w1")):
            self.write("bad.yaml", "schema: 1\nduration: 2m\nplatform: {hosts: [{name: m1, role: "
                       "manager}, {name: w1}]}\n"
                       "services: [{name: web, image: web, replicas: 2}]\n"
                       f"faults: [{{do: {fault}, at: 60s, for: 40s}}]\n")
            self.call("run", "bad.yaml", "--record", f"{number}.hive", "--quiet")
            done = self.call("explain", f"{number}.hive", "w1", "--at", "80s", "--json")
            story = json.loads(done.stdout)
            self.assertEqual(story["root"], "fault 1", fault)
            self.assertTrue(any(said.startswith("the managers call w1 DOWN")
                                for said in self.sentences(story)), fault)

    def test_every_step_is_an_event_of_the_recording(self):
        story = self.story("02", "web.3")
        for step in story["steps"]:
            [event] = self.events(self.recording("02"), f"id = {step['id']}")
            self.assertEqual(event["t"], step["t"])

    def test_before_the_fault_the_story_is_another(self):
        story = self.story("02", "web.3", "--at", "30s")
        self.assertEqual(story["root"], "the start of the run")
        self.assertIn("web.3 runs on node-2", story["headline"])

    def test_an_update_was_rolled_back(self):
        story = self.story("37", "update of safe")
        self.assertEqual(story["headline"], "safe is back at shop/web:1")
        self.assertEqual(story["root"], "a command")
        self.assertIn("somebody typed: docker service update --image shop/web:2 safe",
                      self.sentences(story))
        self.assertTrue(any("rolled back due to failure or early termination of task" in s
                            for s in self.sentences(story)))

    def test_the_leader_changed(self):
        story = self.story("31", "leader")
        self.assertRegex(story["root"], r"fault \d")
        self.assertTrue(any("stands for election" in s for s in self.sentences(story)))

    def test_a_pending_task_says_what_refused_it(self):
        [first, *_] = [r for r in self.rows("ps", "42") if r["state"] == "pending"]
        story = self.story("42", f"{first['name']}.{first['id']}")
        self.assertIn("no suitable node (insufficient resources on 2 nodes)", story["headline"])

    def test_a_service_names_its_tasks_that_do_not_run(self):
        story = self.story("42", "db")
        self.assertTrue(any("is pending: no suitable node" in n for n in story["notes"]))

    def test_text_shows_time_event_and_sentence(self):
        text = self.call("explain", self.recording("02"), "web.3").stdout
        self.assertRegex(text, r"\n +60\.000 s  #\d+ +fault 1 strikes: power_off host node-2\n")
        self.assertNotIn("\x1b", text)
        self.assertIn("It goes back to fault 1.", text)

    def test_an_event_by_its_number(self):
        number = self.story("02", "web.3")["steps"][-1]["id"]
        self.assertEqual(self.story("02", f"#{number}")["steps"][-1]["id"], number)

    def test_all_tasks_that_any_scenario_leaves_without_running(self):
        asked = 0
        for scenario in sorted((program.ROOT / "scenarios").glob("*.yaml")):
            for row in self.rows("ps", scenario.stem):
                if row["state"] not in NOT_RUNNING:
                    continue
                story = self.story(scenario.stem, f"{row['name']}.{row['id']}")
                with self.subTest(scenario=scenario.stem, task=row["name"]):
                    self.assertTrue(ROOTS.fullmatch(story["root"]), story["root"])
                    word = {"pending": "waits", "failed": "FAILED", "rejected": "REJECTED"}
                    self.assertIn(word[row["state"]], story["headline"])
                    if row["error"]:
                        self.assertIn(row["error"].splitlines()[0], "".join(
                            [story["headline"], *self.sentences(story)]))
                    asked += 1
        self.assertGreater(asked, 40)


class Tables(Recorded):
    def test_four_of_three_run_after_a_node_died(self):
        """The lost node's task counts as running: nobody said otherwise."""
        before = self.rows("services", "02", "--at", "59s")
        after = self.rows("services", "02", "--at", "80s")
        self.assertEqual([(r["running"], r["desired"]) for r in before], [(3, 3)])
        self.assertEqual([(r["running"], r["desired"]) for r in after], [(4, 3)])
        self.assertIn("4/3", self.call("services", self.recording("02"), "--at", "80s").stdout)

    def test_nodes_know_of_a_death_when_the_managers_do(self):
        def status(at):
            return {r["hostname"]: r["status"] for r in self.rows("nodes", "02", "--at", at)}
        self.assertEqual(status("61s")["node-2"], "ready")
        self.assertEqual(status("80s")["node-2"], "down")

    def test_ps_shows_a_slot_s_history(self):
        text = self.call("ps", self.recording("02"), "web", "--at", "80s").stdout
        self.assertRegex(text, r"web\.3 +nginx +node-1 +Running +Running 4 seconds ago")
        self.assertRegex(text, r" \\_ web\.3 +nginx +node-2 +Shutdown +Running")

    def test_leaders_are_marked(self):
        def leader(at):
            return [r["hostname"] for r in self.rows("nodes", "31", "--at", at)
                    if r["manager_status"] == "leader"]
        first, last = leader("20s"), leader("200s")
        self.assertEqual((len(first), len(last)), (1, 1))
        self.assertNotEqual(first, last)


class Mistakes(Recorded):
    def refused(self, *words):
        done = self.call(*words, status=2)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_subjects_nobody_knows(self):
        said = self.refused("explain", self.recording("02"), "wbe.1")
        self.assertIn('nothing is known of "wbe.1"', said)
        self.assertIn("there are web", self.refused("explain", self.recording("02"), "web.9"))
        for subject in ("", "#", "#999999999", "#12x", "update of nothing", "."):
            self.assertIn("hint: ", self.refused("explain", self.recording("02"), subject))

    def test_decisions_nobody_made(self):
        said = self.refused("explain", self.recording("02"), "node-1", "--nodes")
        self.assertIn("the scheduler decided nothing about", said)
        said = self.refused("explain", self.recording("02"), "web.9", "--nodes")
        self.assertIn("nothing is known of", said)

    def test_instants_that_are_none(self):
        for at in ("soon", "-5s", "12"):
            self.assertIn("is no instant", self.refused("ps", self.recording("02"), f"--at={at}"))

    def test_services_nobody_knows(self):
        self.assertIn("no such service: wbe", self.refused("ps", self.recording("02"), "wbe"))

    def test_files_that_are_no_recordings(self):
        self.write("a.hive", "not a recording")
        for words in (("explain", "a.hive", "web.1"), ("ps", "a.hive"), ("nodes", "none.hive")):
            self.assertIn("hive", self.refused(*words))

    def test_damaged_recordings_never_crash(self):
        whole = self.recording("02").read_bytes()
        for number in range(30):
            at = (number * 7919) % len(whole)
            damaged = bytearray(whole)
            for i in range(at, min(at + 64, len(whole))):
                damaged[i] ^= 0x5A
            (self.folder / "damaged.hive").write_bytes(damaged)
            for words in (("explain", "damaged.hive", "web.3"), ("services", "damaged.hive")):
                self.assertIn(self.call(*words, status=None).returncode, (0, 2), (number, words))
        shutil.copy(self.recording("02"), self.folder / "short.hive")
        with open(self.folder / "short.hive", "r+b") as file:
            file.truncate(len(whole) // 2)
        self.assertEqual(self.call("ps", "short.hive", status=None).returncode, 2)


class Decisions(Recorded):
    """The whole table of a decision: made again from the recording, or shown by the run."""

    def made(self, name):
        sql = ("SELECT id, subject, attrs FROM events WHERE kind IN "
               "('decision.placed', 'decision.refused')")
        done = self.call("query", self.recording(name), sql, "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_every_decision_of_a_run_is_shown_and_changes_nothing(self):
        for name in ("41", "42", "39", "29"):
            [scenario] = (program.ROOT / "scenarios").glob(f"{name}*.yaml")
            plain = json.loads(self.call("run", scenario, "--json", status=None).stdout)
            full = json.loads(self.call("run", scenario, "--json", "--decisions", "full",
                                        status=None).stdout)
            self.assertEqual(plain["digest"], full["digest"])
            self.assertNotIn("decisions", plain)
            made = self.made(name)
            self.assertEqual([row["id"] for row in made], [t["event"] for t in full["decisions"]])
            for row, table in zip(made, full["decisions"]):
                self.check_table(row, table)

    def check_table(self, row, table):
        attrs = row["attrs"] if isinstance(row["attrs"], dict) else json.loads(row["attrs"])
        self.assertEqual(table["task"], row["subject"])
        self.assertEqual(table["winner"], attrs.get("node"))
        verdicts = [node["verdict"] for node in table["nodes"]]
        passing = verdicts.count("passes")
        self.assertEqual(verdicts[:passing], ["passes"] * passing)
        if table["winner"] is None:
            self.assertEqual((passing, len(verdicts)), (0, attrs["refused"]))
            return
        # The event counts them when its group of tasks was begun; some are full since.
        self.assertLessEqual(passing, attrs["candidates"])
        self.assertEqual(len(verdicts), attrs["candidates"] + attrs["refused"])
        [winner] = [node for node in table["nodes"] if node["node"] == table["winner"]]
        self.assertEqual(winner["verdict"], "passes")
        self.assertEqual((winner["service_tasks"], winner["total_tasks"]),
                         (attrs["service_tasks"], attrs["total_tasks"]))
        if "score" in winner:   # Packing: the winner is as good as the best.
            self.assertEqual(winner["score"], table["nodes"][0]["score"])

    def test_a_recording_is_run_again_to_the_decision(self):
        table = json.loads(self.call("explain", self.recording("41"), "report.1", "--nodes",
                                     "--json").stdout)
        [row] = [row for row in self.made("41") if row["id"] == table["event"]]
        self.check_table(row, table)
        shown = self.call("explain", self.recording("29"), "thumbnails.4", "--nodes", "--at",
                          "60s").stdout
        self.assertIn("the scheduler chose w-2", shown)
        self.assertRegex(shown, r"w-2 +chosen +0 +1 +0")
        self.assertRegex(shown, r"m1 +constraints")

    def test_the_timeline_shows_them_below_their_lines(self):
        [scenario] = (program.ROOT / "scenarios").glob("41*.yaml")
        shown = self.call("run", scenario, "--decisions", "full").stdout
        self.assertRegex(shown, r"decision.placed +web.5 +on node-2.*\n +NODE +VERDICT.*\n"
                                r" +node-2 +chosen")
        self.assertRegex(shown, r"node-1 +resources +4 +4 +- +0")

    def test_a_policy_is_not_asked_about_nodes_without_room(self):
        [scenario] = (program.ROOT / "scenarios").glob("73*.yaml")
        for policy in ("fgd", "gpu-packing", "gpu-clustering", "random"):
            shown = self.call("run", scenario, "--set", f"scheduler.policy={policy}", "--decisions",
                              "full", status=None)
            self.assertIn(shown.returncode, (0, 1), shown.stderr)   # 1: an expectation broke.
            self.assertRegex(shown.stdout, r"(boss|gpu\d) +resources +\d+ +\d+ +- +0")


if __name__ == "__main__":
    program.main()
