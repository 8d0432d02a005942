#include "scenario/schema_table.h"

namespace glasshive::scenario::table {

namespace {

/// Two parts that share keys: those of `more` come after those of `section`.
Section with(Section section, const Section& more) {
    section.keys.insert(section.keys.end(), more.keys.begin(), more.keys.end());
    return section;
}

}   // namespace

Section platform() {
    return {
        "platform",
        "Machines and how they are connected. One of `hosts` and `zones` must be there.\n"
        "\n"
        "Without `topology` it is a list of `links` when one is written, a fat tree when "
        "`fat_tree` is, a tree when there are several zones or racks, else a star.",
        {{"hosts", "number, or list of [host groups](#host-groups)", "",
          "A number means that many equal hosts, `node-1`, `node-2`…", "5"},
         {"zones", "list of [zones](#zones)", "", "Hosts by zone.",
          "[{names: [a, b, c], nodes: 2}]"},
         {"host", "[host](#hosts)", "as there",
          "What all hosts are like unless they say "
          "otherwise.",
          "{cpus: 8, memory: 16GiB}"},
         {"topology", "`star`, `tree`, `fat_tree`, `explicit`", "see above",
          "star: every host at one switch. tree: host, rack switch, zone switch, core. fat_tree: "
          "levels of switches with many equal paths. explicit: every cable in `links`.",
          "tree"},
         {"links", "[links](#links), or list of [cables](#cables)", "as there",
          "How good each kind of link is, or every cable one by one.",
          "{between_zones: {bandwidth: 1Gbps, latency: 2ms}}"},
         {"fat_tree", "[fat tree](#fat-tree)", "the smallest that holds all hosts", "Its shape.",
          "{k: 4}"}},
        "platform:\n  zones:\n"
        "    - {names: [a, b, c], nodes: 2, node: {cpus: 4, memory: 8GiB, disk: 100MBps}}\n"
        "  links: {between_zones: {bandwidth: 1Gbps, latency: 2ms}}\n"};
}

Section host_shape() {
    const platform::HostGroupSpec d;
    return {"hosts", "What a machine is like.",
            {{"cpus", "CPUs", spelled(d.cores), "Cores.", "8"},
             {"speed", "number", "1", "Of each core; 1 is the reference core.", "1.5"},
             {"memory", "size", spelled(d.memory), "Memory.", "16GiB"},
             {"disk", "bandwidth, or [disk](#disk)", "as there",
              "A bandwidth means that much both ways.", "100MBps"},
             {"role", "`manager`, `worker`, `none`", "left to `managers`",
              "What it is in the swarm. `none`: outside of it, until somebody types `docker swarm "
              "join` there.",
              "worker"},
             {"labels", "map of texts", "none", "Node labels, for placement constraints.",
              "{ssd: \"true\"}"},
             {"generic_resources", "map of numbers", "none",
              "What else it has that services reserve; whole numbers, by kind.", "{gpu: 2}"},
             {"link", "[link](#link)", "`links.access`", "Its own access link.",
              "{bandwidth: 10Gbps}"}},
            ""};
}

Section host_group() {
    Section own{
        "host-groups",
        "Some equal hosts. `{}` in a name is the host's number within the group; `{zone}` and "
        "`{rack}` are replaced too. Without `{}` the names of several end in `-1`, `-2`…\n"
        "\n"
        "Keys of a single [host](#hosts) may stand here as well.",
        {{"name", "text", "node", "Name, or pattern of names.", "\"w{}\""},
         {"count", "number", "1", "How many, in each zone.", "4"},
         {"zones", "list of names", "`default`", "Zones they stand in.", "[a, b]"},
         {"rack", "text", "`<zone>-rack`",
          "Their rack. With `racks` above 1 it is numbered; with several zones the zone's name "
          "goes before it.",
          "r"},
         {"racks", "number", "1", "Racks per zone that the hosts are spread over in blocks.", "2"}},
        "platform:\n  hosts:\n    - {name: boss, role: manager, cpus: 2}\n"
        "    - {name: \"w{}\", count: 4, zones: [a, b], memory: 16GiB}\n"};
    return with(std::move(own), host_shape());
}

Section zone_group() {
    return {"zones", "Zones that are alike.",
            {{"names", "list of names", "required", "The zones.", "[a, b, c]"},
             {"nodes", "number", "1", "Hosts in each.", "2"},
             {"node", "[host](#hosts)", "`platform.host`", "What they are like.", "{cpus: 4}"},
             {"name", "text", "`{zone}-{}`, numbered in each zone",
              "Pattern of their names; `{}` is numbered over all these zones.", "\"{zone}{}\""},
             {"racks", "number", "1", "Racks per zone.", "2"}},
            ""};
}

Section disk() {
    const platform::DiskSpec d;
    return {"disk",
            "A host's disk. Reads and writes share its time.",
            {{"capacity", "size", spelled(d.capacity),
              "How much it holds; pulled images take room.", "500GiB"},
             {"read", "bandwidth", spelled(d.read),
              "Reading alone. Images are only written; databases will read.", "500MBps"},
             {"write", "bandwidth", spelled(d.write),
              "Writing alone. A pulled image is written as it was sent.", "300MBps"}},
            ""};
}

Section link() {
    const platform::LinkSpec d;
    return {"link",
            "One cable; both directions alike.",
            {{"bandwidth", "bandwidth", spelled(d.bandwidth),
              "Each way. In [links](#links) every kind "
              "has its own default.",
              "10Gbps"},
             {"latency", "duration", spelled(d.latency), "One way.", "1ms"},
             {"loss", "fraction", "0", "Packets lost.", "0.1%"}},
            ""};
}

Section links() {
    const platform::TopologySpec d;
    const auto shown = [](const platform::LinkSpec& spec) {
        return spelled(spec.bandwidth) + ", " + spelled(spec.latency);
    };
    return {
        "links",
        "How good each kind of link is.",
        {{"access", "[link](#link)", shown(d.access), "Host to its switch.", ""},
         {"rack", "[link](#link)", shown(d.rack), "tree: rack switch to zone switch.", ""},
         {"zone", "[link](#link)", shown(d.zone), "tree: zone switch to core.", ""},
         {"between_racks", "[link](#link)", "",
          "Instead of `rack`: two of them, up and down, have this latency together.", ""},
         {"between_zones", "[link](#link)", "",
          "Instead of `zone`: two of them, up and down, have this latency together.",
          "{bandwidth: 1Gbps, latency: 2ms}"},
         {"local", "[link](#link)", spelled(d.local_bandwidth) + ", " + spelled(d.local_latency),
          "Between processes of one host; it loses nothing.", ""},
         {"uplinks", "list of [uplinks](#uplinks)", "none",
          "tree: single racks' or zones' ways up that are different.", ""}},
        ""};
}

Section uplink() {
    return with({"uplinks",
                 "The way up from one rack or one zone. Keys of a [link](#link) say how good "
                 "it is; those left out are as for the others.",
                 {{"rack", "name", "", "Of this rack.", "a-rack"},
                  {"zone", "name", "", "Of this zone.", "a"}},
                 ""},
                link());
}

Section cable() {
    return with({"cables", "A cable. Keys of a [link](#link) say how good it is.",
                 {{"between", "two names", "required",
                   "Its ends. A name that is no host's is a switch.", "[node-1, switch]"}},
                 "platform:\n  hosts: 2\n  links:\n    - {between: [node-1, s], latency: 1ms}\n"
                 "    - {between: [node-2, s]}\n"}, link());
}

Section fat_tree() {
    return {"fat-tree", "Switches in levels with several equal paths.",
            {{"k", "number", "the smallest that holds all hosts",
              "Ports of each switch, even; k³/4 hosts at most (Al-Fares et al. 2008).", "4"},
             {"levels", "list of [levels](#fat-tree-levels)", "none",
              "Instead of `k`: the levels from the hosts upwards.", ""}},
            ""};
}

Section fat_tree_level() {
    return with(
        {"fat-tree-levels",
         "One level, as in Zahavi's PGFT notation. Keys of a [link](#link) say how good its "
         "cables are.",
         {{"down", "number", "1", "Children of a switch of this level.", "4"},
          {"up", "number", "1", "Parents of a child of this level.", "2"},
          {"parallel", "number", "1", "Cables between a child and each parent.", "1"}},
         ""},
        link());
}

}   // namespace glasshive::scenario::table
