#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"

/// What a platform is made of and what strikes it, as plain data. `spec_check.h` says what is wrong
/// with it; `topology.h`, `machines.h` and `faults.h` build from it.
namespace glasshive::platform {

/// Where a value was written, so that whoever finds it wrong can point there.
struct Where {
    std::string file;   ///< As the user typed it; empty for specs made by programs and tests.
    int line = 0;       ///< 1-based.
    std::string path;   ///< Field path, e.g. "platform.hosts[0]".
};

/// One cable, both directions alike.
///
/// Default: 1 Gbit/s and 50 us, as SimGrid's own cluster examples
/// (examples/platforms/cluster_backbone.xml: bw="125MBps" lat="50us").
struct LinkSpec {
    Bandwidth bandwidth = gigabits(1);
    Duration latency = std::chrono::microseconds{50};   ///< One way.
    /// Share of packets lost, 0..1; kept to 1e-6.
    double loss = 0;
};

/// A host's disk. Reads and writes share one disk's time.
///
/// Default: 100 GiB at 125 MiB/s both ways, the baseline of a general-purpose cloud volume
/// (docs.aws.amazon.com, "Amazon EBS General Purpose SSD volumes", gp3).
struct DiskSpec {
    Bytes capacity = gibibyte * 100;
    Bandwidth read = {std::int64_t{125} * 1024 * 1024 * 8};
    Bandwidth write = {std::int64_t{125} * 1024 * 1024 * 8};
};

/// What the orchestrator may make of a host. Only a hint: `automatic` leaves it to the scenario.
enum class RoleHint : std::uint8_t { automatic, worker, manager, none };

/// Hosts that are alike.
///
/// Names: `{}` in `name` is the host's number within the group, from 1, over all zones; `{zone}`
/// and `{rack}` are replaced too. A name without `{}` gets "-1", "-2"… when the group has several
/// hosts.
struct HostGroupSpec {
    std::string name = "node";
    int count = 1;                    ///< In each of `zones`.
    std::vector<std::string> zones;   ///< Empty: the zone "default".
    /// Name of the rack, or, with `racks_per_zone` > 1, what racks are numbered after: "r" gives
    /// "r1", "r2"… Empty: "<zone>-rack". When there are several zones, "<zone>-" goes before it.
    std::string rack;
    /// Hosts fill them in blocks of equal size (the first get one more).
    int racks_per_zone = 1;
    Cpus cores = one_cpu * 4;         ///< Cores at full speed.
    /// Of each core; 1.0 = the reference core all work is measured in.
    double speed = 1.0;
    Bytes memory = gibibyte * 8;
    DiskSpec disk;
    RoleHint role = RoleHint::automatic;
    std::vector<std::pair<std::string, std::string>> labels;   ///< As written; keys are unique.
    /// What else can be counted and reserved, such as {"gpu", 2}; keys are unique.
    std::vector<std::pair<std::string, std::int64_t>> generic_resources;
    std::optional<LinkSpec> link;     ///< Its access link, when not TopologySpec::access.
    Where where;
};

enum class TopologyKind : std::uint8_t {
    star,            ///< Every host has one access link to the switch "core".
    tree,            ///< host – "rack/<rack>" – "zone/<zone>" – "core".
    /// Switches in levels with several equal paths; one is chosen by a hash of the pair.
    fat_tree,
    explicit_links   ///< Whatever `links` says; shortest path by latency.
};

/// One level of switches of a fat tree, from the hosts upwards, in the notation of Zahavi,
/// "Fat-Trees Routing and Node Ordering", 2010 (PGFT): a switch of this level has `down` different
/// children, a child of this level has `up` different parents and `parallel` cables to each.
struct FatTreeLevelSpec {
    int down = 1;
    int up = 1;
    int parallel = 1;
    LinkSpec link;                    ///< Every cable between this level and the one below.
};

/// A cable between two ends, each a host's name or any other name, which is then a switch. Hosts do
/// not relay: what passes between two hosts goes over switches, or over a cable of their own.
struct ExplicitLinkSpec {
    std::string a;
    std::string b;
    LinkSpec link;
    Where where;
};

/// Replaces what the topology says about one cable: the way up from a rack or a zone.
struct UplinkSpec {
    enum class Of : std::uint8_t { zone, rack };
    Of of = Of::zone;
    std::string name;                 ///< Of the zone or rack.
    LinkSpec link;
    Where where;
};

/// How hosts are connected. Links are named "<lower end>--<upper end>", e.g. "node-1--core",
/// "rack/a-rack--zone/a"; parallel cables get "#2", "#3"… after the name.
struct TopologySpec {
    TopologyKind kind = TopologyKind::star;
    /// Host to its switch: star and tree; fat_tree: its first level when `levels` is empty.
    LinkSpec access;
    /// Tree: rack switch to zone switch. Default 10 Gbit/s: forty hosts of 1 Gbit/s share it, 4:1,
    /// within the 2.5:1–8:1 oversubscription of Al-Fares et al., "A Scalable, Commodity Data Center
    /// Network Architecture", SIGCOMM 2008, §2.2. Fat tree with `k`: every cable above the hosts.
    LinkSpec rack{gigabits(10), std::chrono::microseconds{50}, 0};
    /// Tree: zone switch to core. Default 250 us: two of them make the 500 us backbone of SimGrid's
    /// cluster_backbone.xml, in the range providers promise between zones (AWS: below 1 ms to 2
    /// ms).
    LinkSpec zone{gigabits(40), std::chrono::microseconds{250}, 0};
    std::vector<UplinkSpec> uplinks;  ///< Tree only.
    /// Fat tree of k-port switches (Al-Fares §3): k even, k^3/4 hosts at most. 0: the smallest that
    /// holds all hosts.
    int k = 0;
    std::vector<FatTreeLevelSpec> levels;        ///< Fat tree: instead of `k`.
    std::vector<ExplicitLinkSpec> links;         ///< explicit_links only.
    /// Between processes of one host. Default 20 us each way: Linux loopback answers ping in about
    /// 40 us; memory is faster than any modelled link.
    Duration local_latency = std::chrono::microseconds{20};
    Bandwidth local_bandwidth = gigabits(40);
    Where where;
};

/// All machines and how they are connected. Hosts are numbered group by group, zone by zone.
struct PlatformSpec {
    std::vector<HostGroupSpec> hosts;
    TopologySpec topology;
    /// Between two readings of the gauges of hosts and links; 0: none.
    Duration sample_interval = std::chrono::seconds{5};
    Where where;
};

/// What can go wrong. The comment says what ends with the fault.
enum class FaultKind : std::uint8_t {
    power_off,           ///< Hosts lose power; at the end they boot.
    pause,               ///< Hosts freeze (a long GC, a suspended VM); at the end they go on.
    slow_cpu,            ///< Hosts compute at `factor` of their speed.
    link_down,           ///< Links carry nothing.
    partition,           ///< Nothing passes from one of `groups` to another.
    packet_loss,         ///< `loss` more packets are lost, on links or between groups.
    /// Every packet takes `latency` longer one way, on links or between groups.
    added_latency,
    reduced_bandwidth,   ///< Links carry `factor` of their bandwidth.
    slow_disk,           ///< Disks read and write at `factor` of their speed.
    full_disk            ///< Disks have no free byte left.
};

/// Names some hosts or links.
struct TargetSpec {
    /// For faults of hosts and disks: the hosts meant. For faults of links: every link with exactly
    /// one end among them, their switches included (tree: a zone's or rack's uplink; else access
    /// links).
    enum class Of : std::uint8_t { host, zone, rack, all, link };
    Of of = Of::host;
    std::string name;                 ///< Empty for `all`.
    Where where;
};

/// Strikes again: the n-th strike is at `at + n * every`, whether or not the one before has ended.
struct RepeatSpec {
    Duration every{};
    std::int64_t times = 0;           ///< Strikes in all; 0: for ever.
};

/// How a random span is drawn.
struct LawSpec {
    enum class Law : std::uint8_t { exponential, weibull };
    Law law = Law::exponential;
    Duration scale{};                 ///< Exponential: the mean. Weibull: the scale parameter.
    double shape = 1;                 ///< Weibull only; < 1 infant mortality, > 1 wear-out.
};

/// Strikes at random, each target host (or link) on its own: up for a draw of `up`, down for one of
/// `down`, and so on from FaultSpec::at until FaultSpec::until. Draws come from the stream
/// "fault/<number>/<target>", so adding a target or another fault shifts nobody's failures.
struct RandomSpec {
    LawSpec up;                       ///< MTBF: from repair to the next failure.
    LawSpec down;                     ///< MTTR.
    std::int64_t times = 0;           ///< Failures per target at most; 0: no bound.
    bool together = false;            ///< All targets fail at once, as behind one power strip.
};

/// One line of a failure trace.
struct OutageSpec {
    std::string host;
    Duration down_at{};
    std::optional<Duration> up_at;    ///< Empty: never again.
    int line = 0;                     ///< In the trace file.
};

/// One fault of a scenario. Exactly one of these says when: `at` with `lasts` (and `repeat`),
/// `random`, or `trace`.
struct FaultSpec {
    FaultKind kind = FaultKind::power_off;
    std::vector<TargetSpec> targets;  ///< All kinds but partition; not together with `groups`.
    /// Partition, packet_loss and added_latency: what passes between two different groups is
    /// struck. One group alone means: between it and everybody else.
    std::vector<std::vector<TargetSpec>> groups;
    bool one_way = false;             ///< Only what passes from the first group to the others.
    double factor = 0.1;              ///< slow_cpu, reduced_bandwidth, slow_disk: 0 < factor <= 1.
    double loss = 0;                  ///< packet_loss: 0..1.
    Duration latency{};               ///< added_latency: > 0.
    Duration at{};                    ///< Since the start of the run.
    std::optional<Duration> lasts;    ///< Empty: it never ends ("until" is `at + lasts`).
    std::optional<RepeatSpec> repeat;
    std::optional<RandomSpec> random;
    std::optional<Duration> until;    ///< `random` only: no failure begins at or after it.
    std::vector<OutageSpec> trace;    ///< Host faults only; `targets` and `at` are then not used.
    std::string trace_file;           ///< As the user typed it, for messages.
    Where where;
};

/// As written in scenarios and events: "power_off".
const char* to_text(FaultKind kind);

}   // namespace glasshive::platform
