#include "session/watch.h"

#include <algorithm>

#include "platform/spec_check.h"

namespace glasshive::session {

std::vector<check::HostCapacity> capacities(const scenario::ScenarioSpec& spec) {
    const platform::HostList list = platform::expand_hosts(spec.platform);
    std::vector<check::HostCapacity> hosts;
    for (const auto& entry : list.hosts) {
        const platform::HostGroupSpec& group = spec.platform.hosts[entry.group];
        hosts.push_back({entry.name, group.cores, group.memory});
    }
    return hosts;
}

namespace {

check::OracleCommand oracle_command(const scenario::CommandSpec& command) {
    using From = scenario::CommandSpec::Do;
    using To = check::OracleCommand::Do;
    check::OracleCommand out{.what = To::scale, .service = command.service,
                             .replicas = command.replicas, .image = command.image,
                             .host = command.host};
    switch (command.what) {
        case From::scale: out.what = To::scale; break;
        case From::update: out.what = To::update; break;
        case From::drain: out.what = To::drain; break;
        case From::pause: out.what = To::pause; break;
        case From::activate: out.what = To::activate; break;
        case From::words:
            out.what = To::other;
            out.on_a_host = !command.on.empty();
            break;
    }
    return out;
}

}   // namespace

check::OracleInput oracle_input(const scenario::ScenarioSpec& spec) {
    const bool one = spec.managers.size() == 1;
    check::OracleInput input{.manager = one ? spec.managers.front() : "", .registry = spec.registry,
                             .services = spec.services, .faults = spec.faults,
                             .applications = spec.applications};
    input.filters_more = spec.policy_script.has_value();
    const platform::HostList list = platform::expand_hosts(spec.platform);
    for (const auto& entry : list.hosts) {
        const platform::HostGroupSpec& group = spec.platform.hosts[entry.group];
        check::OracleNode node{.name = entry.name, .zone = list.zones[entry.zone],
                               .rack = list.racks[entry.rack],
                               .manager = std::count(spec.managers.begin(),
                                                     spec.managers.end(), entry.name) > 0,
                               .cpus = group.cores, .memory = group.memory};
        node.labels.insert(group.labels.begin(), group.labels.end());
        node.generic.insert(group.generic_resources.begin(), group.generic_resources.end());
        node.labels.emplace("zone", node.zone);
        node.labels.emplace("rack", node.rack);
        input.nodes.push_back(std::move(node));
    }
    for (const scenario::CommandSpec& command : spec.commands) {
        input.commands.push_back(oracle_command(command));
    }
    const platform::TopologyKind kind = spec.platform.topology.kind;
    input.one_path =
        kind == platform::TopologyKind::star || kind == platform::TopologyKind::tree;
    return input;
}

Watch::Watch(const Names& names, const scenario::ScenarioSpec& spec)
    : invariants_(names, spec.services, capacities(spec)),
      conservation_(names),
      oracle_(names, oracle_input(spec)),
      stores_(names),
      small_stores_(names) {}

void Watch::on_event(const Event& event, std::string_view text) {
    invariants_.on_event(event, text);
    conservation_.on_event(event, text);
    oracle_.on_event(event, text);
    stores_.on_event(event, text);
    small_stores_.on_event(event, text);
}

void Watch::look(world::World& world) {
    const kernel::Kernel& kernel = world.kernel();
    conservation_.look(kernel.now(), kernel.traffic(), check::traffic_by_host(kernel));
}

std::vector<std::string> Watch::finish(world::World& world, Time end) {
    invariants_.finish();
    std::vector<check::Violation> all = invariants_.violations();
    const auto add = [&](const std::vector<check::Violation>& more) {
        all.insert(all.end(), more.begin(), more.end());
    };
    add(conservation_.violations());
    add(stores_.finish(world, end));
    add(small_stores_.finish(world, end));
    check::OracleReport report = oracle_.finish(end);
    add(report.violations);
    judged_ = std::move(report.judged);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    std::vector<std::string> findings;
    for (const check::Violation& v : all) {
        findings.push_back(v.invariant + " at " + seconds_text(v.time) + " s, event " +
                           std::to_string(number_of(v.event)) + ": " + v.text);
    }
    return findings;
}

}   // namespace glasshive::session
