"""Goal: a world is what its scenario says, and an operator's commands change it as docker's would.

Method: small scenarios run by the program; their recordings are asked.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import program  # noqa: E402

ZONES = """schema: 1
seed: 3
duration: 40s
platform:
  zones:
    - {names: [a, b], nodes: 2, racks: 2, name: "{zone}{}", node: {cpus: 2, memory: 1GiB}}
registry: {host: b4}
services:
  - {name: web, image: nginx, replicas: 2, ports: ["8080:80"],
     placement: {constraints: [node.labels.zone==b]}}
  - {name: each, image: log, mode: global}
  - {name: deep, image: cache, placement: {constraints: [node.labels.rack==RACK]}}
workload: {clients: [{service: web, rate: 10, start: 20s, stop: 30s}]}
"""


def scenario(more="", service="replicas: 3"):
    return ("schema: 1\nseed: 5\nduration: 60s\nplatform: {hosts: 3}\n"
            f"services:\n  - {{name: web, image: nginx, {service}}}\n{more}")


class Built(program.Case):
    def test_hosts_labels_services_clients_and_registry_are_the_scenarios(self):
        self.write("z.yaml", ZONES.replace("RACK", "a-rack1"))
        self.call("run", "z.yaml", "--record", "z.hive", "--quiet", status=None)
        ready = {event["subject"] for event in self.events("z.hive", "kind = 'node.ready'")}
        self.assertEqual(ready, {"a1", "a2", "b3", "b4"})
        where = {"web": set(), "each": set(), "deep": set()}
        for event in self.events("z.hive", "kind = 'container.started'"):
            where[event["subject"].split(".")[0]].add(event["host"])
        self.assertEqual(where["web"], {"b3", "b4"})      # Zone b, spread over its nodes.
        self.assertEqual(where["each"], ready)            # Global: one on every node.
        self.assertEqual(where["deep"], {"a1"})           # One host stands in that rack.
        pulls = self.events("z.hive", "kind = 'image.pulled'")
        self.assertEqual({pull["from"] for pull in pulls}, {"b4"})
        asked = self.events("z.hive", "kind LIKE 'request.%'")
        self.assertGreater(len(asked), 50)
        self.assertTrue(all(20 <= request["t"] <= 31 for request in asked), asked[0])

    def test_the_stack_is_deployed_when_the_nodes_are_up(self):
        self.write("up.yaml", scenario())
        self.call("run", "up.yaml", "--record", "up.hive", "--quiet")
        self.assertEqual(self.events("up.hive", "kind = 'decision.refused'"), [])
        ready = self.events("up.hive", "kind = 'node.ready'")
        created = self.events("up.hive", "kind = 'service.created'")
        self.assertEqual(len(ready), 3)
        self.assertGreater(created[0]["id"], ready[-1]["id"])
        self.assertAlmostEqual(created[0]["t"], 0.2)

    def test_the_deployment_does_not_wait_for_a_host_without_power(self):
        self.write("off.yaml", scenario("faults: [{at: 0s, do: power_off, host: node-2}]\n"))
        self.call("run", "off.yaml", "--record", "off.hive", "--quiet")
        created = self.events("off.hive", "kind = 'service.created'")
        self.assertLess(created[0]["t"], 0.5)
        hosts = {e["host"] for e in self.events("off.hive", "kind = 'container.started'")}
        self.assertEqual(hosts, {"node-1", "node-3"})

    def test_the_deployment_waits_five_seconds_for_a_node_that_is_cut_off(self):
        cut = "faults: [{at: 0s, do: partition, groups: [[node-2]], for: 20s}]\n"
        self.write("cut.yaml", scenario(cut))
        self.call("run", "cut.yaml", "--record", "cut.hive", "--quiet")
        self.assertAlmostEqual(self.events("cut.hive", "kind = 'service.created'")[0]["t"], 5.0)

    def test_the_deployment_waits_for_a_manager_without_bound(self):
        self.write("late.yaml", scenario("faults: [{at: 0s, do: power_off, host: node-1, "
                                         "for: 12s}]\n"))
        self.call("run", "late.yaml", "--record", "late.hive", "--quiet")
        self.assertGreaterEqual(self.events("late.hive", "kind = 'service.created'")[0]["t"], 12)

    def test_several_managers_are_one_swarm(self):
        self.write("two.yaml", scenario("managers: [node-1, node-2]\n"))
        self.call("run", "two.yaml", "--record", "two.hive", "--quiet")
        self.assertEqual([e["subject"] for e in self.events("two.hive", "kind = 'raft.leader'")],
                         ["node-1"])
        self.assertEqual(len(self.events("two.hive", "kind = 'task.running'")), 3)

    def test_a_host_is_one_manager(self):
        self.write("twice.yaml", scenario("managers: [node-1, node-1]\n"))
        done = self.call("run", "twice.yaml", status=2)
        self.assertIn("\"node-1\" is named twice", done.stderr)
        self.assertIn("1 problem; nothing was run.", done.stderr)

    def test_lines_are_typed_in_order_and_answered_as_docker_does(self):
        self.write("lines.yaml", scenario(
            "managers: [node-1, node-2, node-3]\n"
            "commands:\n"
            "  - at: 10s\n"
            "    run: |\n"
            "      # Made, and made again.\n"
            "      docker service create --name api --replicas 2 nginx\n"
            "\n"
            "      docker service create --name api nginx\n"
            "      docker service ls -q\n"))
        self.call("run", "lines.yaml", "--record", "lines.hive", "--quiet")
        said = self.events("lines.hive", "kind = 'command.output'")
        self.assertEqual([e["exit_code"] for e in said], [0, 1, 0])
        self.assertIn("name conflicts with an existing object: service api already exists",
                      said[1]["text"])
        self.assertEqual(len(said[2]["text"].split()), 2)   # web and api.
        made = self.events("lines.hive", "kind = 'service.created' AND subject = 'api'")
        self.assertEqual(len(made), 1)

    def test_containers_are_listed_and_ended_on_their_host(self):
        self.write("c.yaml", scenario(
            "commands:\n"
            "  - {at: 10s, on: node-2, run: docker ps}\n"
            "  - {at: 10s, on: node-2, run: 'docker ps -q -f name=nobody'}\n"
            "  - {at: 11s, on: node-2, run: docker rm web}\n"
            "  - {at: 12s, on: node-2, run: docker kill web}\n"
            "  - {at: 13s, on: node-2, run: docker ps}\n"
            "  - {at: 25s, on: node-2, run: docker stop web}\n"
            "  - {at: 38s, on: node-2, run: docker kill nosuch}\n"
            "  - {at: 38s, on: node-2, run: docker stop nosuch}\n"))
        self.call("run", "c.yaml", "--record", "c.hive", "--quiet")
        said = [e["text"] for e in self.events("c.hive", "kind = 'command.output'")]
        self.assertRegex(said[0], r"^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n"
                                  r"[0-9a-f]{12} +nginx:latest +\"nginx\" +\d+ seconds ago +"
                                  r"Up \d+ seconds +web\.\d\.\w{25}\n$")
        self.assertIn("container is running: stop the container before removing", said[1])
        self.assertEqual(said[2], "web\n")
        self.assertEqual(len(said[3].splitlines()), 1)
        self.assertIn("cannot kill container: nosuch: No such container: nosuch", said[5])
        self.assertIn("Error response from daemon: No such container: nosuch", said[6])
        # Killed: failed with 137. Stopped: an application that exits 0 has completed.
        ends = self.events("c.hive", "kind IN ('task.failed', 'task.complete')")
        self.assertEqual([e.get("error") for e in ends], ["task: non-zero exit (137)", None])
        restarts = self.events("c.hive", "kind = 'task.restart'")
        self.assertEqual([e["why"] for e in restarts], ["failed", "complete"])
        story = json.loads(self.call("explain", "c.hive", "#" + str(ends[0]["id"]),
                                     "--json").stdout)
        self.assertEqual(story["root"], "a command")

    def test_networks_are_made_shown_and_refused_as_docker_does(self):
        self.write("net.yaml", scenario(
            "networks: [{name: small, subnet: 10.9.0.0/29}]\n"
            "commands:\n"
            "  - at: 10s\n"
            "    run: |\n"
            "      docker network create local\n"
            "      docker service create --name a --network local nginx\n"
            "      docker service create --name a --network nosuch nginx\n"
            "      docker service create --name a --network small --replicas 6 -p 80 nginx\n"
            "      docker service create --name b -p 30000:80 nginx\n"
            "      docker network rm small\n"
            "      docker network rm bridge\n"
            "      docker network ls\n"
            "      docker service ls\n"))
        self.call("run", "net.yaml", "--record", "net.hive", "--quiet")
        said = self.events("net.hive", "kind = 'command.output'")
        self.assertEqual([e["exit_code"] for e in said], [0, 1, 1, 0, 1, 1, 1, 0, 0])
        for line, text in ((1, "The network local cannot be used with services."),
                           (2, "network nosuch not found"),
                           (4, "port '30000' is already in use by service 'a'"),
                           (5, "is in use by service"),
                           (6, "bridge is a pre-defined network and cannot be removed"),
                           (8, "*:30000->80/tcp")):
            self.assertIn(text, said[line]["text"])
        rows = [row.split()[1:] for row in said[7]["text"].splitlines()[1:]]
        self.assertEqual(rows, [["bridge", "bridge", "local"],
                                ["docker_gwbridge", "bridge", "local"], ["host", "host", "local"],
                                ["ingress", "overlay", "swarm"], ["local", "bridge", "local"],
                                ["none", "null", "local"], ["small", "overlay", "swarm"]])
        # Five addresses: the service's own, and four tasks'.
        waiting = self.events("net.hive", "kind = 'allocation.failed'")
        self.assertEqual(len(waiting), 2)
        told = self.call("explain", "net.hive", waiting[0]["subject"]).stdout
        self.assertIn("gets nothing on small: could not find an available IP", told)

    def test_a_wrong_line_is_a_mistake_in_the_file(self):
        self.write("wrong.yaml", scenario(
            "commands:\n"
            "  - at: 10s\n"
            "    run: |\n"
            "      docker service ls\n"
            "      docker service scale web=many\n"
            "  - {at: 20s, run: docker stack deploy -c nowhere.yaml shop}\n"))
        done = self.call("run", "wrong.yaml", status=2)
        self.assertRegex(done.stderr, r"wrong\.yaml:\d+: commands\[0\]\.run: web: invalid replicas")
        self.assertIn("open nowhere.yaml: no such file or directory", done.stderr)
        self.assertIn("2 problems; nothing was run.", done.stderr)

    def test_textbook_and_realistic_transfers_differ(self):
        self.write("p.yaml", scenario())
        took = {}
        for profile in ("textbook", "realistic"):
            self.call("run", "p.yaml", "--profile", profile, "--record", profile + ".hive", "-q")
            pulls = self.events(profile + ".hive", "kind = 'image.pulled' AND subject <> 'node-1'")
            took[profile] = [pull["took"] for pull in pulls]
        self.assertEqual(len(took["textbook"]), 2)
        # LV08 lets TCP use 97 % of a link's bandwidth, so the same bytes take longer.
        for textbook, realistic in zip(took["textbook"], took["realistic"]):
            self.assertGreater(realistic, textbook * 1.02)


class Commands(program.Case):
    def command(self, at, words, more="", service="replicas: 3"):
        """Events of a run in which a command is typed; attrs among their keys."""
        self.write("c.yaml", scenario(f"commands:\n  - {{at: {at}, {words}}}\n{more}",
                                      service=service))
        self.call("run", "c.yaml", "--record", "c.hive", "--quiet")
        applied = self.events("c.hive", "kind = 'command.applied'")
        self.assertEqual(len(applied), 1)
        self.assertEqual(applied[0]["source"], "scenario")
        return applied[0]

    def test_scale_starts_tasks_because_of_the_command(self):
        applied = self.command("20s", "do: scale, service: web, replicas: 5")
        self.assertEqual(applied["outcome"], "done")
        self.assertEqual(applied["text"], "docker service scale web=5")
        started = self.events("c.hive", "kind = 'container.started' AND t > 20")
        self.assertEqual(sorted(e["subject"].split(".")[1] for e in started), ["4", "5"])
        updated = self.events("c.hive", "kind = 'service.updated'")
        self.assertEqual(updated[0]["cause"], applied["id"])

    def test_drain_moves_tasks_and_activate_takes_new_ones(self):
        self.command("20s", "do: drain, host: node-2")
        on_drained = self.events("c.hive", "kind = 'container.started' AND attrs ->> 'host' = "
                                           "'node-2'")
        self.assertEqual(len(on_drained), 1)      # Only the one from before.
        ended = self.events("c.hive", "kind = 'container.ended'")
        self.assertEqual([e["host"] for e in ended], ["node-2"])
        self.assertGreater(ended[0]["t"], 20)
        more = "  - {at: 40s, do: activate, host: node-2}\n" \
               "  - {at: 41s, do: scale, service: web, replicas: 6}\n"
        self.write("a.yaml", scenario("commands:\n  - {at: 20s, do: drain, host: node-2}\n" + more))
        self.call("run", "a.yaml", "--record", "a.hive", "--quiet")
        back = self.events("a.hive", "kind = 'container.started' AND t > 41")
        self.assertIn("node-2", {e["host"] for e in back})

    def test_a_paused_node_keeps_its_tasks_and_takes_none(self):
        self.write("p.yaml", scenario("commands:\n  - {at: 20s, do: pause, host: node-2}\n"
                                      "  - {at: 30s, do: scale, service: web, replicas: 9}\n"))
        self.call("run", "p.yaml", "--record", "p.hive", "--quiet")
        self.assertEqual(self.events("p.hive", "kind = 'container.ended'"), [])
        later = self.events("p.hive", "kind = 'container.started' AND t > 20")
        self.assertEqual(len(later), 6)
        self.assertNotIn("node-2", {e["host"] for e in later})

    def test_update_replaces_every_task_by_the_new_image(self):
        self.command("20s", "do: update, service: web, image: 'nginx:2'")
        pulled = {e["image"] for e in self.events("c.hive", "kind = 'image.pulled' AND t > 20")}
        self.assertEqual(pulled, {"nginx:2"})
        self.assertEqual(len(self.events("c.hive", "kind = 'container.started' AND t > 20")), 3)

    def test_a_command_before_the_deployment_is_typed_right_after_it(self):
        applied = self.command("0s", "do: scale, service: web, replicas: 1")
        self.assertEqual(applied["outcome"], "done")
        created = self.events("c.hive", "kind = 'service.created'")[0]
        self.assertEqual(applied["t"], created["t"])
        self.assertEqual(len(self.events("c.hive", "kind = 'container.started'")), 1)

    def test_a_refused_command_is_an_event_with_dockers_words_and_changes_nothing(self):
        applied = self.command("20s", "do: scale, service: web, replicas: 9",
                               service="mode: global")
        self.assertEqual(applied["outcome"], "web: scale can only be used with replicated or "
                                             "replicated-job mode")
        self.assertEqual(self.events("c.hive", "kind = 'service.updated'"), [])
        self.assertEqual(len(self.events("c.hive", "kind = 'container.started'")), 3)

    def test_no_command_reaches_a_manager_without_power(self):
        applied = self.command("20s", "do: scale, service: web, replicas: 9",
                               "faults: [{at: 10s, do: power_off, host: node-1}]\n")
        self.assertRegex(applied["outcome"], "^Cannot connect to the Docker daemon")
        self.assertEqual(self.events("c.hive", "kind = 'service.updated'"), [])


if __name__ == "__main__":
    program.main()
