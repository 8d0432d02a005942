#include "storm/generate.h"

namespace glasshive::storm {

namespace {

/// The oracle needs a minute of calm; pulls, delays and stops after that, two more.
constexpr int calm = 200;

std::string machine(Dice& dice) {
    std::string text = "cpus: " + dice.one_of({"1", "2", "2", "4"}) +
                       ", memory: " + dice.one_of({"512MiB", "1GiB", "2GiB", "8GiB"});
    if (dice.chance(30)) text += ", speed: " + dice.one_of({"0.5", "2"});
    if (dice.chance(40)) text += ", labels: {ssd: \"" + dice.one_of({"yes", "no"}) + "\"}";
    if (dice.chance(30)) text += ", generic_resources: {gpu: " + dice.one_of({"1", "2"}) + "}";
    return text;
}

std::string link(Dice& dice) {
    std::string text = "bandwidth: " + dice.one_of({"100Mbps", "1Gbps", "1Gbps", "10Gbps"}) +
                       ", latency: " + dice.one_of({"20us", "50us", "1ms", "5ms"});
    if (dice.chance(10)) text += ", loss: 0.1%";
    return text;
}

void flat(Plan& plan, Dice& dice) {
    plan.draft.tags.emplace_back("topology: star");
    const int count = dice.between(1, 10);
    for (int i = 1; i <= count; ++i) {
        const std::string name = "n" + std::to_string(i);
        plan.hosts.push_back(name);
        plan.links.push_back(name + "--core");
        plan.draft.hosts.push_back({"{name: " + name + ", " + machine(dice) + "}", name, {}, ""});
    }
    plan.draft.platform = "  topology: star\n  links: {access: {" + link(dice) + "}}\n";
}

void tree(Plan& plan, Dice& dice) {
    plan.draft.tags.emplace_back("topology: tree");
    const int zones = dice.between(1, 3), racks = dice.between(1, 2);
    for (int z = 0; z < zones; ++z) {
        const std::string zone(1, static_cast<char>('a' + z));
        plan.zones.push_back(zone);
        plan.links.push_back("zone/" + zone + "--core");
        for (int r = 1; r <= racks; ++r) {
            const std::string rack = zone + std::to_string(r);
            plan.racks.push_back(rack);
            plan.links.push_back("rack/" + rack + "--zone/" + zone);
            const int count = dice.between(1, 3);
            for (int i = 1; i <= count; ++i) {
                const std::string name = rack + "-" + std::to_string(i);
                plan.hosts.push_back(name);
                plan.links.push_back(name + "--rack/" + rack);
                plan.draft.hosts.push_back({"{name: " + name + ", zones: [" + zone + "], rack: " +
                                                rack + ", " + machine(dice) + "}",
                                            name, {}, ""});
            }
        }
    }
    plan.draft.platform = "  topology: tree\n  links: {access: {" + link(dice) + "}, rack: {" +
                          link(dice) + "}, zone: {" + link(dice) + "}}\n";
}

void zones(Plan& plan, Dice& dice) {
    plan.draft.tags.emplace_back("topology: zones");
    const int nodes = dice.between(1, 3);
    std::string names;
    for (const char* zone : {"a", "b", "c"}) {
        plan.zones.emplace_back(zone);
        names += (names.empty() ? "" : ", ") + std::string(zone);
        for (int i = 1; i <= nodes; ++i) {
            plan.hosts.push_back(zone + ("-" + std::to_string(i)));
        }
    }
    plan.draft.platform = "  zones:\n    - {names: [" + names +
                          "], nodes: " + std::to_string(nodes) + ", node: {" + machine(dice) +
                          "}}\n  links: {between_zones: {" + link(dice) + "}}\n";
}

void fat_tree(Plan& plan, Dice& dice) {
    plan.draft.tags.emplace_back("topology: fat tree");
    plan.several_paths = true;
    const int count = dice.between(4, 12);
    for (int i = 1; i <= count; ++i) {
        const std::string name = "n" + std::to_string(i);
        plan.hosts.push_back(name);
        plan.draft.hosts.push_back({"{name: " + name + ", " + machine(dice) + "}", name, {}, ""});
    }
    plan.draft.platform = "  fat_tree: {k: 4}\n";
}

/// Two switches with a cable between them, and a second way round for some.
void cables(Plan& plan, Dice& dice) {
    plan.draft.tags.emplace_back("topology: cables");
    plan.several_paths = true;
    const int count = dice.between(2, 8);
    plan.draft.cables.push_back({"{between: [s1, s2], " + link(dice) + "}", "", {}, ""});
    for (int i = 1; i <= count; ++i) {
        const std::string name = "n" + std::to_string(i);
        const std::string home = i % 2 == 0 ? "s1" : "s2";
        plan.hosts.push_back(name);
        plan.draft.hosts.push_back({"{name: " + name + ", " + machine(dice) + "}", name, {}, ""});
        plan.draft.cables.push_back(
            {"{between: [" + name + ", " + home + "], " + link(dice) + "}", "", {name}, ""});
        if (!dice.chance(25)) continue;
        plan.draft.cables.push_back({"{between: [" + name + ", " + (home == "s1" ? "s2" : "s1") +
                                         "], " + link(dice) + "}",
                                     "", {name}, ""});
    }
    plan.draft.platform = "  topology: explicit\n";
}

}   // namespace

void add_platform(Plan& plan, Dice dice) {
    const int kind = dice.between(1, 100);
    if (kind <= 25) flat(plan, dice);
    else if (kind <= 65) tree(plan, dice);
    else if (kind <= 80) zones(plan, dice);
    else if (kind <= 90) fat_tree(plan, dice);
    else cables(plan, dice);
    plan.manager = plan.hosts.front();
    std::string registry;
    if (dice.chance(25)) registry = "host: " + dice.one_of(plan.hosts);
    if (dice.chance(40)) {
        registry += (registry.empty() ? "" : ", ") + std::string("missing_is_error: true");
        plan.draft.tags.emplace_back("registry: refuses unknown images");
    }
    if (!registry.empty()) plan.draft.registry = "{" + registry + "}";
    const int count = dice.between(1, 4);
    for (int i = 1; i <= count; ++i) {
        const std::string name = "app/i" + std::to_string(i) + ":1";
        plan.images.push_back(name);
        std::string text = "\"" + name + "\": {size: " + std::to_string(dice.between(1, 25)) +
                           "MiB";
        if (dice.chance(30)) text += ", present_on: \"*\"";
        else if (dice.chance(30)) text += ", present_on: [" + dice.one_of(plan.hosts) + "]";
        const bool checked = dice.chance(25);
        if (checked) text += healthcheck_of(dice);
        plan.draft.images.push_back({text + "}", "", {}, checked ? "image healthcheck" : ""});
    }
    if (plan.hosts.size() >= 3 && dice.chance(35)) {
        const std::size_t several = plan.hosts.size() >= 5 && dice.chance(40) ? 5 : 3;
        std::string managers;
        for (std::size_t i = 0; i < several; ++i) {
            managers += (i == 0 ? "" : ", ") + plan.hosts[i];
        }
        plan.draft.managers = "[" + managers + "]";
        plan.draft.tags.emplace_back("managers: several");
    }
    if (dice.chance(30)) {   // Five addresses: services fight for them.
        plan.draft.networks = "[{name: front, subnet: 10.9.0.0/29}]";
        plan.draft.tags.emplace_back("network: small");
    }
}

Draft generate(std::uint64_t seed) {
    Plan plan;
    Dice dice(seed, "storm/frame");
    plan.draft.seed = seed;
    plan.draft.seconds = dice.between(330, 600);
    plan.trouble_ends = plan.draft.seconds - calm;
    if (dice.chance(30)) plan.draft.profile = "realistic";
    plan.draft.tags.push_back("profile: " + plan.draft.profile);
    if (dice.chance(50)) {
        plan.draft.policy =
            dice.one_of({"binpack", "random", "first-fit", "best-fit", "dot-product", "worst-fit",
                         "least-loaded", "most-loaded", "balanced", "tetris", "gpu-packing",
                         "gpu-clustering", "fgd", "power-of-two"});
    }
    plan.draft.tags.push_back("policy: " + plan.draft.policy);
    add_platform(plan, Dice(seed, "storm/platform"));
    add_services(plan, Dice(seed, "storm/services"));
    add_clients(plan, Dice(seed, "storm/clients"));
    add_commands(plan, Dice(seed, "storm/commands"));
    add_faults(plan, Dice(seed, "storm/faults"));
    add_stores(plan, Dice(seed, "storm/stores"));
    return std::move(plan.draft);
}

}   // namespace glasshive::storm
