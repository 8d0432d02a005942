#include "platform/spec.h"
#include "scenario/schema_table.h"
#include "workload/spec.h"

namespace glasshive::scenario::table {

Section workload() {
    return {"workload", "Who uses the services.",
            {{"clients", "list of [clients](#clients)", "none", "Clients that send requests.", ""}},
            "workload:\n  clients:\n    - {service: web, rate: 20, timeout: 1s, retries: 1}\n"};
}

Section client() {
    const workload::ClientSpec d;
    return {"clients",
            "Clients that call a service's published port on its nodes. Outside the cluster their "
            "own way to a node is free and never cut: faults of the network are felt behind it. "
            "On a host (`from`) they use its links and fail with it.",
            {{"name", "name", "`<service>-clients`", "Unique; shown in events.", "shoppers"},
             {"service", "name", "required", "Who is called.", "web"},
             {"port", "number", "the service's first", "The published port.", "8080"},
             {"enter", "host", "every host in turn", "Whose port is called.", "node-1"},
             {"from", "host or service", "outside", "Where they are. Of a service: its tasks are "
              "the clients, in turn; they call over networks they share.", "node-4"},
             {"by", "`name`, `tasks`, `address`", "name", "With a service in `from`: they resolve "
              "the service's name, or tasks.NAME, or know its virtual address.", "tasks"},
             {"dns_cache", "duration", "the answer's TTL, " + spelled(d.dns_cache),
              "How long they believe an answer; 0s: they ask for every connection.", "30s"},
             {"arrivals", "`poisson`, `fixed`", "poisson", "poisson: at random; fixed: evenly.",
              "fixed"},
             {"rate", "number", "10", "Requests per second.", "50"},
             {"trace", "file", "none", "Instead of `rate`: a file with one instant per line "
              "(`12.5`, `800ms`), counted from `start`.", "arrivals.csv"},
             {"users", "number", "none", "Instead of `rate`: so many, and each waits for its "
              "answer, thinks and asks again.", "20"},
             {"think_time", "duration", spelled(d.think_time), "Of users: its mean with poisson, "
              "exactly it with fixed.", "500ms"},
             {"keep_alive", "true, false", "false", "Connections are kept for later requests. The "
              "backend is chosen once per connection.", "true"},
             {"start", "duration", spelled(d.start), "First request not before.", "10s"},
             {"stop", "duration", "the end", "No request after.", "4m"},
             {"timeout", "duration", spelled(d.timeout), "Per attempt.", "2s"},
             {"retries", "number", "0", "Further attempts after a failed one.", "2"},
             {"retry_delay", "duration", spelled(d.retry_delay), "Before each further attempt.",
              "100ms"},
             {"request_size", "size", spelled(d.request_size), "Of each request.", "1KiB"}},
            ""};
}

Section fault() {
    return {
        "faults",
        "Something that goes wrong: what (`do`), whom it strikes and when.\n"
        "\n"
        "**What.** `power_off`: hosts lose power, and boot at the end. `pause`: hosts freeze "
        "and go "
        "on. `slow_cpu`: hosts compute at `factor` of their speed. `link_down`: links carry "
        "nothing. "
        "`partition`: nothing passes between `groups`. `packet_loss`: `loss` more packets are "
        "lost, on "
        "links or between groups. `added_latency`: packets take `latency` longer, likewise. "
        "`reduced_bandwidth`: links carry `factor` of their bandwidth. `slow_disk`: disks work at "
        "`factor` of their speed. `full_disk`: disks have no free byte.\n"
        "\n"
        "**Whom.** `host`, `zone`, `rack` and `link` take a name or a list of names and may be "
        "combined; for faults of links, a host, zone or rack means the links that lead out of "
        "it. Or "
        "`groups`. Or `trace`.\n"
        "\n"
        "**When.** `at`, with `for` or `until`, and with `every` to repeat it. Or at random with "
        "`mtbf` and `mttr`, each target on its own. Or as the `trace` says.",
        {{"do", "see above", "required", "What happens.", "power_off"},
         {"at", "duration", "required, but 0s with `mtbf`", "When it strikes, since the start.",
          "120s"},
         {"for", "duration", "for ever", "How long it lasts.", "30s"},
         {"until", "duration", "for ever",
          "When it ends, since the start. With `mtbf`: no failure begins later.", "150s"},
         {"every", "duration", "once", "Strikes again after this, counted from strike to strike.",
          "1m"},
         {"times", "number", "without bound",
          "With `every`: strikes in all. With `mtbf`: failures "
          "of each target.",
          "3"},
         {"host", "names, or `\"*\"`", "", "These hosts, or all.", "[node-1, node-2]"},
         {"zone", "names", "", "Every host of these zones.", "b"},
         {"rack", "names", "", "Every host of these racks.", "a-rack"},
         {"link", "names", "", "These links, named `<lower end>--<upper end>`.", "node-1--core"},
         {"groups", "list of [groups](#groups)", "",
          "What passes from one to another is struck. A single group: between it and all others.",
          "[[node-1, node-2], [node-3]]"},
         {"one_way", "true, false", "false", "Only what passes from the first group to the others.",
          "true"},
         {"factor", "fraction", "0.1", "Share of the speed or bandwidth that is left.", "25%"},
         {"loss", "fraction", "", "Of packets.", "5%"},
         {"latency", "duration", "", "Added, one way.", "100ms"},
         {"mtbf", "duration, or [law](#laws)", "",
          "Mean time from repair to the next failure; makes the fault random.", "10m"},
         {"mttr", "duration, or [law](#laws)", "", "Mean time to repair.", "30s"},
         {"together", "true, false", "false", "Random: all targets fail at once.", "true"},
         {"trace", "path", "", "A CSV file `host,down_at,up_at`, relative to the scenario.",
          "outages.csv"}},
        "faults:\n  - {at: 120s, for: 60s, zone: b, do: power_off}\n"
        "  - {at: 5m, until: 6m, do: partition, groups: [[a-1, a-2]]}\n"
        "  - {do: power_off, host: \"*\", mtbf: 30m, mttr: 2m}\n"};
}

Section group() {
    return {
        "groups",
        "Some hosts: a list of names of hosts, zones or racks (the first of these that bears "
        "a name is "
        "meant), or a map.",
        {{"host", "names", "", "These hosts.", "[node-1, node-2]"},
         {"zone", "names", "", "Every host of these zones.", "a"},
         {"rack", "names", "", "Every host of these racks.", "a-rack"}},
        ""};
}

Section law() {
    return {"laws", "How a random span is drawn. A plain duration is an exponential law's mean.",
            {{"scale", "duration", "required", "Weibull: the scale.", "10m"},
             {"shape", "number", "1",
              "Weibull: below 1 infant mortality, above 1 wear-out; 1 is exponential.", "0.7"}},
            ""};
}

}   // namespace glasshive::scenario::table
