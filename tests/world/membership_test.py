"""Goal: machines join, leave and are removed in docker's words; certificates decide who may.

Method: scenarios through the program; what is printed and what happened is read from recordings.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

PLATFORM = """schema: 1
seed: 48
duration: {duration}
platform:
  hosts:
    - {{name: m1, role: manager}}
    - {{name: "w{{}}", count: 2}}
    - {{name: out, role: none}}
images: {{nginx: {{present_on: "*"}}}}
services:
  - {{name: web, image: nginx, replicas: 3}}
  - {{name: all, image: nginx, mode: global}}
"""


class Membership(program.Case):
    def run_it(self, tail, duration="3m", head=""):
        """Runs PLATFORM with more below it; returns what the lines printed, in order."""
        self.write("x.yaml", PLATFORM.format(duration=duration) + head + "commands:\n" + tail)
        self.call("run", "x.yaml", "--record", "x.hive", "--quiet")
        return [e["text"] for e in self.events("x.hive", "kind = 'command.output'")]

    def token(self, role="worker"):
        return self.run_it(f"  - {{at: 1s, run: docker swarm join-token -q {role}}}\n")[0].strip()

    def test_a_machine_joins_with_a_token_and_gets_its_global_task(self):
        token = self.token()
        said = self.run_it(f"  - {{at: 10s, on: out, run: docker swarm join --token {token} "
                           "m1:2377}\n  - {at: 20s, run: docker node ls}\n")
        self.assertEqual(said[0], "This node joined a swarm as a worker.\n")
        self.assertRegex(said[1], r"out +Ready +Active")
        [started] = self.events("x.hive", "kind = 'container.started' AND t > 10")
        self.assertEqual((started["service"], started["host"]), ("all", "out"))

    def test_the_other_token_makes_a_manager(self):
        token = self.token("manager")
        said = self.run_it(f"  - {{at: 10s, on: out, run: docker swarm join --token {token} "
                           "m1:2377}\n  - {at: 30s, on: out, run: docker node ls}\n")
        self.assertEqual(said[0], "This node joined a swarm as a manager.\n")
        self.assertRegex(said[1], r"out +Ready +Active +Reachable")

    def test_who_may_not_join_is_told_why(self):
        token = self.token()
        other = "".join("a" if c != "a" else "b" for c in token[9:59])
        said = self.run_it(f"""  - at: 10s
    on: out
    run:
      - docker swarm join --token nonsense m1:2377
      - docker swarm join --token SWMTKN-1-{other}-{token[60:]} m1:2377
      - docker swarm join --token {token} w1:2377
  - {{at: 11s, on: w1, run: 'docker swarm join --token {token} m1:2377'}}
  - {{at: 12s, run: docker swarm join-token -q --rotate worker}}
  - {{at: 13s, on: out, run: 'docker swarm join --token {token} m1:2377'}}
""")
        for text, part in zip(said, ["invalid join token", "remote CA does not match fingerprint",
                                     "dial tcp w1:2377: connect: connection refused",
                                     "This node is already part of a swarm.", "SWMTKN-1-",
                                     "A valid join token is necessary to join this cluster"]):
            self.assertIn(part, text)
        self.assertEqual(len(self.events("x.hive", "kind = 'access.refused'")), 4)

    def test_leaving_is_silent_and_removal_needs_a_node_that_is_down(self):
        said = self.run_it("""  - {at: 10s, on: w1, run: [docker swarm leave, docker swarm leave]}
  - {at: 11s, on: w1, run: docker node ls}
  - {at: 12s, run: docker node rm w1}
  - {at: 60s, run: [docker node rm w1, docker node ls, docker node rm m1]}
  - {at: 61s, on: m1, run: docker swarm leave}
""")
        self.assertEqual(said[0], "Node left the swarm.\n")
        for text, part in zip(said[1:], ["This node is not part of a swarm",
                                         'Use "docker swarm init" or "docker swarm join"',
                                         "is not down and can't be removed"]):
            self.assertIn(part, text)
        self.assertEqual(said[4], "w1\n")
        self.assertNotIn("w1", said[5])
        self.assertIn("is a cluster manager and is a member of the raft cluster", said[6])
        self.assertIn("Removing the last manager erases all current state", said[7])
        [down] = self.events("x.hive", "kind = 'node.down'")
        self.assertTrue(19 < down["t"] < 26.5, down)
        # Its containers went at once; the managers moved its task when they noticed.
        ended = self.events("x.hive", "kind = 'container.ended'")
        self.assertEqual([(e["host"], e["t"]) for e in ended], [("w1", 10)] * 2)

    def test_a_removed_node_is_turned_away_and_its_tasks_are_written_off(self):
        self.run_it("  - {at: 30s, run: [docker node rm --force w1]}\n")
        refused = self.events("x.hive", "kind = 'access.refused'")
        self.assertEqual(len(refused), 1)   # Said once; it asks for ever.
        self.assertRegex(refused[0]["error"],
                         r"Permission denied: node [0-9a-z]{25} was removed from swarm")
        orphaned = self.events("x.hive", "kind = 'task.orphaned'")
        self.assertEqual({e["service"] for e in orphaned}, {"web", "all"})
        # web is replaced after its delay; all has no node there any more, and no history.
        [fresh] = self.events("x.hive", "kind = 'container.started' AND t > 30")
        self.assertEqual(fresh["service"], "web")
        self.assertTrue(35 <= fresh["t"] < 35.5, fresh)
        removed = self.events("x.hive", "kind = 'task.removed'")
        self.assertEqual([e["subject"].split(".")[0] for e in removed], ["all"])
        self.assertEqual(self.events("x.hive", "kind = 'container.ended'"), [])

    def test_nobody_counts_a_removed_node_among_those_that_refused(self):
        said = self.run_it("""  - at: 30s
    run:
      - docker node rm --force w1
      - docker service create --name big --reserve-memory 900GiB nginx
  - {at: 40s, run: docker service ps --no-trunc big}
""")
        self.assertIn("no suitable node (insufficient resources on 2 nodes)", said[-1])

    def test_certificates_are_renewed_between_half_and_four_fifths_of_their_life(self):
        self.run_it("  - {at: 1s, run: docker node ls}\n", "5h", "cert_expiry: 1h\n")
        issued = self.events("x.hive", "kind = 'certificate.issued'")
        last = dict.fromkeys(("m1", "w1", "w2"), 0.0)
        for event in issued:
            span = event["t"] - last[event["subject"]]
            # Dated back an hour, it lives two: 60 to 96 minutes of which are 0 to 36 from now.
            # What is drawn is a whole minute, and seen with the next heartbeat.
            self.assertTrue(0 <= span <= 36 * 60 + 12, (event["subject"], span))
            last[event["subject"]] = event["t"]
        self.assertGreaterEqual(len(issued), 3 * 8)
        self.assertEqual(self.events("x.hive", "kind = 'node.down'"), [])

    def test_lines_at_a_host_need_its_engine_and_a_manager(self):
        said = self.run_it("""  - {at: 20s, on: w2, run: docker service ls}
  - {at: 40s, on: w1, run: docker service ls}
  - {at: 41s, on: m1, run: docker service ls -q}
  - {at: 42s, run: docker swarm update --cert-expiry 59m}
  - {at: 43s, on: w1, run: [docker logs web.1, docker images, docker volume ls, docker version]}
faults: [{at: 15s, do: power_off, host: w2}]
""")
        self.assertIn("Cannot connect to the Docker daemon at unix:///var/run/docker.sock", said[0])
        self.assertIn("Worker nodes can't be used to view or modify cluster state", said[1])
        self.assertEqual(len(said[2].split()), 2)
        self.assertIn("minimum certificate expiry time is: 1h0m0s", said[3])
        # The engine of a worker answers these itself, here that they are not simulated.
        for line, what in zip(said[4:], ("container logs", "image ls", "volume ls", "version")):
            self.assertIn(f"glasshive: docker {what} has no meaning in the simulation", line)
        self.assertEqual(len(said), 8)

    def test_mistakes_in_the_file(self):
        self.write("x.yaml", "schema: 1\nplatform: {hosts: [{name: a, role: none}]}\n"
                             "cert_expiry: 5m\n"
                             "commands: [{at: 1s, on: b, run: docker node ls},\n"
                             "           {at: 1s, on: a, do: drain, host: a}]\n")
        said = self.call("check", "x.yaml", status=2).stderr
        for part in ("a has role none", "minimum certificate expiry time is: 1h0m0s",
                     'no host is named "b"', "only lines are typed at a host"):
            self.assertTrue(re.search(re.escape(part), said), (part, said))


if __name__ == "__main__":
    program.main()
