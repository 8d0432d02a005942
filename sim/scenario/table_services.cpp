#include "autoscale/spec.h"
#include "runtime/spec.h"
#include "scenario/schema_table.h"
#include "swarm/spec.h"

namespace glasshive::scenario::table {

Section registry() {
    const runtime::RegistrySpec d;
    return {"registry", "Where images come from. A pull is a transfer over the network.",
            {{"host", "name", "the first manager", "The host that serves images.", "node-1"},
             {"default_size", "size", spelled(d.default_image_size),
              "Of images that `images` does not name, compressed.", "80MiB"},
             {"missing_is_error", "true, false", "false",
              "true: an image that `images` does not name cannot be pulled.", "true"}},
            ""};
}

Section image() {
    return {"images",
            "One image.",
            {{"size", "size", "`registry.default_size`", "On the wire, and then on the disk.",
              "120MiB"},
             {"present_on", "list of hosts, or `\"*\"`", "none",
              "Who has it before the run starts: these need not pull.", "\"*\""},
             {"behaviour", "[behaviour](#behaviour)", "as the service says",
              "How the application in it behaves, wherever it runs: what an update changes.",
              "{run_time: 8s, exit_code: 1}"},
             {"healthcheck", "[healthcheck](#healthcheck)", "none",
              "Its HEALTHCHECK; a service's own check sets what it names.",
              "{test: [CMD, pg_isready]}"}},
            "images:\n  \"shop/web:1.4\": 120MiB\n  redis: {size: 40MiB, present_on: \"*\"}\n"};
}

Section service() {
    return {
        "services",
        "A service, in short form. Compose files ([stack](#stack)) can say more.",
        {{"name", "name", "required", "Unique.", "web"},
         {"image", "image", "required", "What runs in each task.", "\"shop/web:1.4\""},
         {"mode", "`replicated`, `global`, `replicated-job`, `global-job`", "replicated",
          "global: one task on every node that fits. Jobs end: their tasks run to completion, and "
          "every update of the service runs them again.",
          "global"},
         {"replicas", "number", "1",
          "Tasks wanted; of a replicated-job, tasks that must complete. Not for global ones.", "3"},
         {"max_concurrent", "number", "`replicas`",
          "Of a replicated-job: tasks that may run at the same time.", "2"},
         {"resources", "[resources](#resources)", "none",
          "Short for both `reservations` and `limits`; either of them, when written, replaces it "
          "there.",
          "{cpus: 0.5, memory: 256MiB}"},
         {"reservations", "[resources](#resources)", "`resources`",
          "What the scheduler keeps free for each task.", "{memory: 256MiB}"},
         {"limits", "[resources](#resources)", "`resources`", "What a task can use at most.",
          "{cpus: 1}"},
         {"restart", "[restart](#restart), or a condition", "as there",
          "What follows a task's end.", "on-failure"},
         {"placement", "[placement](#placement)", "anywhere", "Which nodes may run it.", ""},
         {"ports", "list of [ports](#ports), or texts `[published:]target[/protocol]`", "none",
          "What clients outside the cluster can call.", "[\"8080:80\"]"},
         {"networks", "list of names", "none",
          "Overlay networks its tasks are attached to. Tasks resolve and reach only services that "
          "share one with them.", "[front, back]"},
         {"endpoint_mode", "`vip`, `dnsrr`", "vip",
          "What its name resolves to on those: one virtual address, or its tasks' addresses.",
          "dnsrr"},
         {"balancer", "`round-robin`, file `*.lua`, or [balancer](#balancer)", "round-robin",
          "Which task gets a request that a node's mesh sends on.",
          "../lua/policies/least-connections.lua"},
         {"update", "[update](#update)", "as there", "How a changed service is rolled out.", ""},
         {"rollback", "[update](#update)", "as there", "How it is rolled back.", ""},
         {"stop_grace_period", "duration", "10s", "From SIGTERM to SIGKILL.", "30s"},
         {"healthcheck", "[healthcheck](#healthcheck)", "the image's",
          "How docker finds out whether it works.", "{test: [CMD, curl, -f, localhost]}"},
         {"behaviour", "[behaviour](#behaviour)", "a server that runs for ever",
          "How the simulated application behaves.", "{start_time: 2s}"},
         {"command", "list of texts", "the image's", "Replaces the entrypoint; shown, not run.",
          ""},
         {"env", "map of texts", "none", "Environment; shown, not used.", "{MODE: fast}"},
         {"labels", "map of texts", "none", "Of the service.", "{team: shop}"}},
        "services:\n"
        "  - name: web\n    image: \"shop/web:1.4\"\n    replicas: 3\n"
        "    resources: {cpus: 0.5, memory: 256MiB}\n    ports: [\"8080:80\"]\n"
        "    restart: {condition: any, delay: 5s}\n"
        "    placement: {constraints: [node.role == worker], max_per_node: 2}\n"};
}

Section resources() {
    return {"resources", "CPU, memory and whatever else one task gets.",
            {{"cpus", "CPUs", "none", "At least 0.001.", "0.5"},
             {"memory", "size", "none", "At least 4MiB.", "256MiB"},
             {"generic", "map of numbers", "none",
              "Of the hosts' `generic_resources`, whole numbers by kind. Not in `limits`.",
              "{gpu: 1}"}},
            ""};
}

Section restart() {
    const swarm::RestartPolicy d;
    return {
        "restart",
        "What follows when a task ends. Counts are per slot.",
        {{"condition", "`any`, `on-failure`, `none`", "any",
          "Which ends are followed by a new task. `none` also when the node dies.", "on-failure"},
         {"delay", "duration", spelled(d.delay), "Between the end and the new task's start.", "1s"},
         {"max_attempts", "number", "0", "New tasks per slot; 0: without bound.", "3"},
         {"window", "duration", "0s", "Only restarts within it count; 0s: all.", "2m"}},
        ""};
}

Section placement() {
    return {
        "placement",
        "Which nodes may run a service's tasks.",
        {{"constraints", "list of texts", "none",
          "`key == value` or `key != value`; all must hold. Keys: node.id, node.hostname, "
          "node.role, "
          "node.ip, node.platform.os, node.platform.arch, node.labels.X, engine.labels.X.",
          "[node.role == worker]"},
         {"spread", "list of texts", "none",
          "Labels over whose values tasks are spread evenly, outermost first.",
          "[node.labels.zone]"},
         {"max_per_node", "number", "0", "Tasks of the service on one node; 0: without bound.",
          "1"}},
        ""};
}

Section port() {
    return {"ports", "A published port.",
            {{"target", "number", "required", "Inside the container.", "80"},
             {"published", "number", "the swarm picks one", "On the nodes.", "8080"},
             {"protocol", "`tcp`, `udp`, `sctp`", "tcp", "Protocol.", "udp"},
             {"mode", "`ingress`, `host`", "ingress",
              "ingress: every node listens and forwards. host: only nodes with a task.", "host"}},
            ""};
}

Section balancer() {
    return {"balancer",
            "Which backend gets a new connection to a published port or a virtual address. Swarm's "
            "mesh knows round robin alone (IPVS rr, in each node for itself): a script shows what "
            "another mesh, a proxy on each node, would do in its place. It is asked in the node "
            "that the request enters, or that its caller is on, and knows what that node has seen: "
            "see docs/reference/lua.md and lua/policies. What reaches a task without the mesh "
            "(`mode: host`, `endpoint_mode: dnsrr`, `by: tasks`) and what an open connection "
            "carries asks no balancer.",
            {{"policy", "`round-robin`, or a file `*.lua`", "required",
              "A script's path is relative to the scenario.",
              "../lua/policies/power-of-two-choices.lua"},
             {"parameters", "map of numbers, texts, truths", "none",
              "What a script finds in its global table `parameters`.", "{choices: 3}"}},
            ""};
}

Section autoscaler() {
    const autoscale::Spec d;
    return {
        "autoscalers",
        "A controller outside the cluster that scales a service by what it measures, as "
        "Kubernetes' HorizontalPodAutoscaler does. Swarm has none: it talks to a manager as an "
        "operator does, by `docker service scale`, and so can only begin when the service is "
        "there. Its policy is a script: see docs/reference/lua.md; lua/policies has "
        "target-utilisation (Kubernetes' own rule) and queue-based (KEDA's). Each look is an "
        "event, `decision.scaled` or `decision.kept`.",
        {{"service", "name", "required", "Which; a replicated one, once.", "web"},
         {"policy", "file `*.lua`", "required", "The script; relative to the scenario.",
          "../lua/policies/target-utilisation.lua"},
         {"every", "duration", spelled(d.every), "Between two looks; at least 1s.", "30s"},
         {"min", "number", std::to_string(d.min), "Fewest replicas.", "2"},
         {"max", "number", std::to_string(d.max), "Most replicas.", "20"},
         {"parameters", "map of numbers, texts, truths", "none",
          "What the script finds in its global table `parameters`.", "{target: 0.6}"}},
        "autoscalers:\n  - {service: web, policy: ../lua/policies/queue-based.lua, every: 15s, "
        "min: 2, max: 20}\n"};
}

Section behaviour() {
    const swarm::Behaviour d;
    return {"behaviour",
            "How the simulated application behaves: what no real file says.",
            {{"start_time", "duration", spelled(d.start_time), "From its start until it answers.",
              "2s"},
             {"run_time", "duration", spelled(d.run_time),
              "It ends by itself after this; 0s: never.", "1m"},
             {"exit_code", "number", std::to_string(d.exit_code), "When it ends by itself.", "1"},
             {"stop_time", "duration", spelled(d.stop_time), "From SIGTERM to its end.", "3s"},
             {"stop_exit_code", "number", std::to_string(d.stop_exit_code), "On SIGTERM.", "143"},
             {"ignores_sigterm", "true, false", "false",
              "Only SIGKILL ends it: exit code 137.", "true"},
             {"crash_per_second", "fraction", "0", "Chance to crash (exit code 1) in any second.",
              "0.1%"},
             {"service_time", "duration", spelled(d.service_time),
              "CPU time per request, of one core.", "5ms"},
             {"response_size", "size", spelled(d.response_size), "Of each answer.", "64KiB"},
             {"memory", "size", "nobody knows",
              "What a task really uses once it serves. Above its limit, or when the host has no "
              "more, the kernel kills: exit code 137.",
              "300MiB"},
             {"hangs_after", "duration", "never",
              "From its start; then requests and probes get no answer, though its process is up.",
              "40s"},
             {"fails_after", "duration", "never",
              "From its start; then requests and probes get errors.", "40s"},
             {"recovers_after", "duration", "never", "From then until all is well again.", "1m"},
             {"probe_time", "duration", spelled(d.probe_time), "CPU time of one health probe.",
              "200ms"}},
            ""};
}

Section healthcheck() {
    return {"healthcheck",
            "How docker finds out whether the application works, in Compose's keys. A task with a "
            "check runs, and gets requests, from its first good probe on; an unhealthy one is "
            "stopped and replaced. The command itself is shown, not run: probes meet what "
            "[behaviour](#behaviour) says.",
            {{"test", "list of texts, or a text", "the image's",
              "`[CMD, …]`, `[CMD-SHELL, …]` or `[NONE]`; a text is CMD-SHELL.",
              "[CMD, curl, -f, localhost]"},
             {"interval", "duration", "30s",
              "From a probe's end to the next; also before the first.", "10s"},
             {"timeout", "duration", "30s", "A probe that takes longer has failed.", "3s"},
             {"retries", "number", "3", "Failures in a row that make it unhealthy.", "2"},
             {"start_period", "duration", "0s",
              "Failures this soon after the start do not count, until the first success.", "40s"},
             {"start_interval", "duration", "5s", "Between probes in the start period.", "1s"},
             {"disable", "true, false", "false", "The same as test: [NONE].", "true"}},
            ""};
}

Section update() {
    const swarm::UpdateConfig d;
    return {
        "update",
        "How tasks are replaced when a service's spec changes: some slots at a time, each by a "
        "worker of its own that waits until its new task runs, however long that takes.",
        {{"parallelism", "number", std::to_string(d.parallelism), "Slots at a time; 0: all.", "2"},
         {"delay", "duration", spelled(d.delay), "After each slot, the last one too.", "10s"},
         {"failure_action", "`pause`, `continue`, `rollback`", "pause",
          "What follows when too many new tasks fail. rollback: the whole previous spec comes "
          "back, replicas too; not for `rollback` itself.",
          "rollback"},
         {"monitor", "duration", spelled(d.monitor),
          "A new task that ends this soon after it ran, with whatever exit code, counts as a "
          "failure.",
          "15s"},
         {"max_failure_ratio", "fraction", "0",
          "Failures tolerated, as a share of the slots that are updated.", "20%"},
         {"order", "`stop-first`, `start-first`", "stop-first",
          "Whether the old task goes before or after the new one runs.", "start-first"}},
        ""};
}

Section network() {
    return {"networks",
            "An overlay network. One that a service names need not be listed. A /24 has room for "
            "253 addresses; each service takes one (its virtual address), and so does each task: "
            "tasks without one stay NEW.",
            {{"name", "name", "required",
              "As services name it. `ingress` is the routing mesh's: every task of a service that "
              "publishes a port there has an address on it.",
              "front"},
             {"subnet", "text", "the lowest free /24 of 10.0.0.0/8", "Of 8 to 29 bits.",
              "10.9.0.0/16"}},
            "networks:\n  - {name: ingress, subnet: 10.200.0.0/16}\n"};
}

Section stack() {
    return {
        "stack",
        "A Compose file.",
        {{"file", "path", "required", "Relative to the scenario.", "shop.yaml"},
         {"name", "name", "the file's name without ending; `stack` for compose.yaml and the like",
          "Prefix of all names: `shop` makes `shop_web`.", "shop"},
         {"env", "map of texts", "none",
          "Values for `${VAR}` in the file. Nothing comes from the "
          "machine's own environment.",
          "{TAG: \"1.4\"}"},
         {"behaviour", "map of [behaviour](#behaviour)", "as there",
          "How the applications behave, by the service's name in the file.",
          "{web: {start_time: 2s, memory: 200MiB}}"},
         {"balancers", "map of files `*.lua` or [balancer](#balancer)", "round-robin",
          "Which task gets a request, by the service's name in the file.",
          "{web: ../lua/policies/least-connections.lua}"}},
        "stack: {file: shop.yaml, name: shop, env: {TAG: \"1.4\"}}\n"};
}

}   // namespace glasshive::scenario::table
