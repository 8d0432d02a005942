#include "base/assert.h"
#include "scenario/schema_table.h"
#include "scenario/spec.h"

namespace glasshive::scenario {

namespace {

Section build(Part part) {
    switch (part) {
        case Part::scenario: return table::scenario();
        case Part::platform: return table::platform();
        case Part::host_shape: return table::host_shape();
        case Part::host_group: return table::host_group();
        case Part::zone_group: return table::zone_group();
        case Part::disk: return table::disk();
        case Part::link: return table::link();
        case Part::links: return table::links();
        case Part::uplink: return table::uplink();
        case Part::cable: return table::cable();
        case Part::fat_tree: return table::fat_tree();
        case Part::fat_tree_level: return table::fat_tree_level();
        case Part::registry: return table::registry();
        case Part::image: return table::image();
        case Part::service: return table::service();
        case Part::resources: return table::resources();
        case Part::restart: return table::restart();
        case Part::placement: return table::placement();
        case Part::port: return table::port();
        case Part::behaviour: return table::behaviour();
        case Part::healthcheck: return table::healthcheck();
        case Part::update: return table::update();
        case Part::stack: return table::stack();
        case Part::workload: return table::workload();
        case Part::client: return table::client();
        case Part::fault: return table::fault();
        case Part::group: return table::group();
        case Part::law: return table::law();
        case Part::command: return table::command();
        case Part::record: return table::record();
        case Part::scheduler: return table::scheduler();
        case Part::script: return table::script();
        case Part::pulls: return table::pulls();
        case Part::balancer: return table::balancer();
        case Part::autoscaler: return table::autoscaler();
        case Part::network: return table::network();
        case Part::store: return table::store();
        case Part::database: return table::database();
        case Part::documents: return table::documents();
        case Part::store_client: return table::store_client();
        case Part::step: return table::step();
        case Part::replication: return table::replication();
        case Part::session: return table::session();
        case Part::given: return table::given();
    }
    SIM_ASSERT(false);
    return {};
}

std::vector<Section> build_all() {
    std::vector<Section> sections;
    for (const Part part : all_parts()) sections.push_back(build(part));
    return sections;
}

}   // namespace

const std::vector<Part>& all_parts() {
    static const std::vector<Part> parts{
        Part::scenario,    Part::platform,    Part::host_shape, Part::host_group,
        Part::zone_group,  Part::disk,        Part::link,       Part::links,
        Part::uplink,      Part::cable,       Part::fat_tree,   Part::fat_tree_level,
        Part::registry,    Part::image,       Part::service,    Part::resources,
        Part::restart,     Part::placement,   Part::port,       Part::behaviour,
        Part::healthcheck, Part::update,      Part::stack,      Part::workload,
        Part::client,      Part::fault,       Part::group,      Part::law,
        Part::command,     Part::record,      Part::scheduler,  Part::script,
        Part::pulls,       Part::balancer,    Part::autoscaler, Part::network,
        Part::store,       Part::database,    Part::documents,  Part::store_client,
        Part::step,        Part::replication, Part::session,    Part::given};
    return parts;
}

const Section& section(Part part) {
    static const std::vector<Section> sections = build_all();
    const auto index = static_cast<std::size_t>(part);
    SIM_ASSERT(all_parts()[index] == part);   // The enumeration is in the order of the page.
    return sections[index];
}

namespace table {

Section scenario() {
    const ScenarioSpec d;
    return {
        "scenario",
        "The file as a whole. Only `schema` and `platform` must be there. Or `schema` and "
        "`session` alone: a session that `glasshive console` saved.",
        {{"schema", "number", "required", "Version of this format. There is one: 1.", "1"},
         {"title", "text", "none", "Shown above the run.", "Zone loss"},
         {"seed", "number", std::to_string(d.seed),
          "Where all chance comes from. Equal seeds, equal runs.", "7"},
         {"duration", "duration", spelled(d.duration), "How long the run lasts, in virtual time.",
          "10m"},
         {"profile", "`textbook`, `realistic`", to_text(d.profile),
          "`textbook`: a transfer takes latency + size / bandwidth, exactly. `realistic`: "
          "SimGrid's LV08 model of TCP with cross-traffic.",
          "realistic"},
         {"platform", "[platform](#platform)", "required", "The machines and their network.",
          "{hosts: 5}"},
         {"managers", "list of hosts", "the hosts with `role: manager`, else the first host",
          "Where the swarm's managers run, the first leader first; at most seven.", "[node-1]"},
         {"scheduler", "[scheduler](#scheduler)", "as Swarm does",
          "How the manager chooses among the nodes that could run a task.", "{policy: binpack}"},
         {"script", "file `*.lua`, or [script](#script)", "none",
          "What acts on the run, in Lua: see docs/reference/lua.md.", "chaos.lua"},
         {"cert_expiry", "duration", "2160h",
          "How long a node's certificate is valid (`docker swarm init --cert-expiry`); it is "
          "renewed between half and four fifths of that.",
          "2h"},
         {"registry", "[registry](#registry)", "on the first manager",
          "Where images are pulled from.", ""},
         {"pulls", "file `*.lua`, or [pulls](#pulls)", "in order of asking",
          "Which of the images that wait an engine downloads next, in Lua.",
          "../lua/policies/smallest-image-first.lua"},
         {"images", "map of [images](#images)", "none",
          "Sizes of images, by name as services write it. A size alone may stand for the map.",
          "{\"shop/web:1.4\": 120MiB}"},
         {"networks", "list of [networks](#networks)", "those that services name",
          "Overlay networks, and their subnets.", "[{name: front, subnet: 10.9.0.0/16}]"},
         {"services", "list of [services](#services)", "none", "What shall run.", ""},
         {"stack", "file, or [stack](#stack)", "none",
          "A Compose file, read as `docker stack deploy` reads it. May stand beside `services`.",
          "shop.yaml"},
         {"workload", "[workload](#workload)", "none", "Who uses the services.", ""},
         {"autoscalers", "list of [autoscalers](#autoscalers)", "none",
          "Who scales the services while they run.", ""},
         {"stores", "list of [stores](#stores)", "none", "Stores with CouchDB's rules.", ""},
         {"faults", "list of [faults](#faults)", "none",
          "What goes wrong. `fault 1` in expectations is the first of the list.", ""},
         {"commands", "list of [commands](#commands)", "none", "What an operator types, and when.",
          ""},
         {"expect", "list of [expectations](#expectations)", "none", "What must hold.",
          "[service web has 3 running tasks by 30s]"},
         {"record", "[record](#record)", "everything", "What the recording keeps.", ""},
         {"session", "[session](#session)", "none",
          "With `schema`, instead of all else: the run of another scenario, and what was given to "
          "it.",
          ""}},
        "schema: 1\nplatform: {hosts: 3}\nservices:\n  - {name: web, image: nginx, replicas: 3}\n"
        "expect: [service web has 3 running tasks by 1m]\n"};
}

Section scheduler() {
    return {"scheduler",
            "How the manager chooses among the nodes that could run a task. Swarm mode only "
            "spreads: the other policies show what another scheduler would have done. Filters, "
            "constraints and preferences are the same for all, and so is the rule that five "
            "failures in five minutes make a node the last choice.",
            {{"policy",
              "`spread`, `binpack`, `random`, `first-fit`, `best-fit`, `worst-fit`, "
              "`least-loaded`, `most-loaded`, `balanced`, `dot-product`, `tetris`, `gpu-packing`, "
              "`gpu-clustering`, `fgd`, or a file `*.lua`",
              "`spread`",
              "`spread`: fewest tasks of the service, then fewest tasks. `binpack`: the fullest "
              "node that has room. `random`: any that has room. `first-fit`: the first that has "
              "room, in order of joining. `best-fit`: where least is left. `dot-product`: where "
              "what is left looks least like what is asked. `worst-fit`: where most is left. The "
              "last three look at CPUs and at generic resources, or at memory where no node has "
              "generic resources. `least-loaded`, `most-loaded`, `balanced`: Kubernetes' scores of "
              "CPUs and memory. `tetris`: where what is free points the same way as what is asked. "
              "`gpu-packing`, `gpu-clustering`, `fgd`: by the generic resource `gpu`; GPUs in use "
              "first, tasks of one kind together, least left that typical tasks cannot use. A "
              "file: a policy of your own in Lua, see docs/reference/lua.md and lua/policies.",
              "binpack"},
             {"parameters", "map of numbers, texts, truths", "none",
              "What a policy in Lua finds in its global table `parameters`.", "{weight: 0.5}"}},
            ""};
}

Section script() {
    return {
        "script",
        "A script that acts on the run: coroutines in virtual time that type docker's lines, "
        "strike faults, send requests and check what they expect. See docs/reference/lua.md.",
        {{"file", "file `*.lua`", "required", "The script; relative to the scenario.", "chaos.lua"},
         {"parameters", "map of numbers, texts, truths", "none",
          "What it finds in its global table `parameters`.", "{rounds: 5}"}},
        ""};
}

Section pulls() {
    return {"pulls",
            "An engine downloads three images at a time, in order of asking. A script may choose "
            "another order: see docs/reference/lua.md.",
            {{"policy", "file `*.lua`", "required", "The script; relative to the scenario.",
              "../lua/policies/smallest-image-first.lua"},
             {"parameters", "map of numbers, texts, truths", "none",
              "What it finds in its global table `parameters`.", "{largest: 5}"}},
            ""};
}

Section record() {
    const ScenarioSpec d;
    return {"record",
            "What the recording keeps. It changes neither the run nor its digest.",
            {{"kinds", "list of patterns", "all", "Kinds of events to keep.",
              "[\"task.*\", node.down]"},
             {"samples", "duration", spelled(d.platform.sample_interval),
              "Between two readings of the gauges of hosts and links; 0s: none.", "1s"},
             {"keyframes", "number", std::to_string(d.record.keyframe_events),
              "Events between two keyframes, from which a viewer starts; 0: none.", "10000"}},
            ""};
}

Section command() {
    return {"commands",
            "What an operator types, and when: docker's own lines (`run`), or a short form (`do`). "
            "[docker.md](docker.md) says which commands and flags have a meaning.",
            {{"at", "duration", "required", "When, since the start.", "30s"},
             {"run", "line, list of lines, or a block of them", "",
              "Typed one after the other, each when the one before was answered. Blank lines and "
              "`#` comments are passed over. Files are relative to the scenario.",
              "docker service scale web=6"},
             {"on", "host", "a terminal outside that reaches a manager",
              "With `run`: the host it is typed at, whose own engine answers.", "node-2"},
             {"do", "`scale`, `update`, `drain`, `pause`, `activate`", "required without `run`",
              "`docker service scale`, `docker service update --image`, and `docker node update "
              "--availability` drain, pause and active.",
              "scale"},
             {"service", "name", "", "scale and update: which.", "web"},
             {"replicas", "number", "", "scale: how many from now on.", "5"},
             {"image", "image", "", "update: the new one.", "\"shop/web:1.5\""},
             {"host", "name", "", "drain, pause and activate: which.", "node-2"}},
            "commands:\n  - {at: 30s, do: scale, service: web, replicas: 5}\n"
            "  - {at: 60s, do: drain, host: node-2}\n"
            "  - at: 90s\n    run: |\n      # The other nodes take over.\n"
            "      docker node update --availability active node-2\n"
            "      docker service update --image shop/web:2 web\n"
            "      docker service ps web\n"};
}

}   // namespace table

}   // namespace glasshive::scenario
