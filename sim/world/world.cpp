#include "world/world.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "base/assert.h"
#include "director/director.h"
#include "platform/machines.h"
#include "platform/sampler.h"
#include "policy/autoscaling.h"
#include "policy/balancing.h"
#include "policy/placement.h"
#include "policy/pulls.h"
#include "runtime/catalog.h"
#include "swarm/agent/daemon.h"
#include "swarm/scheduler/policies/policies.h"
#include "workload/client.h"
#include "world/machine_adapter.h"
#include "world/operator.h"
#include "world/scraper.h"
#include "world/script_stage.h"
#include "world/stores.h"

namespace glasshive::world {

namespace {

std::vector<std::string> host_names(const platform::Platform& platform) {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < platform.host_count(); ++i) {
        names.emplace_back(platform.host_name(HostId{i}));
    }
    return names;
}

engine::Profile engine_profile(scenario::Profile profile) {
    return profile == scenario::Profile::realistic ? engine::Profile::realistic
                                                   : engine::Profile::textbook;
}

/// A script is loaded once more for each reign. It was loaded before, so it can be.
swarm::PolicyMaker policy_of(const scenario::ScenarioSpec& spec) {
    if (!spec.policy_script) return swarm::maker_of(spec.policy);
    return [script = *spec.policy_script, seed = spec.seed]() {
        auto loaded = policy::ScriptedPlacement::load(script, seed);
        if (!loaded.ok()) throw RunFailure{loaded.problems().front()};
        return std::shared_ptr<const swarm::Policy>(std::move(loaded.value()));
    };
}

}   // namespace

Diagnostics check_scripts(const scenario::ScenarioSpec& spec) {
    Diagnostics problems;
    if (spec.script) problems = director::Director::check(*spec.script);
    const auto add = [&](const auto& loaded) {
        if (loaded.ok()) return;
        problems.insert(problems.end(), loaded.problems().begin(), loaded.problems().end());
    };
    const Names none;
    if (spec.pull_script) {
        add(policy::ScriptedPulls::load(*spec.pull_script, none, spec.seed));
    }
    if (spec.policy_script) add(policy::ScriptedPlacement::load(*spec.policy_script, spec.seed));
    for (const auto& [service, script] : spec.balancers) {
        add(policy::ScriptedBalancer::load(script, nullptr, spec.seed, {.service = service}));
    }
    for (const scenario::AutoscalerSpec& each : spec.autoscalers) {
        add(policy::ScriptedRule::load(each.script, none, spec.seed, each.rule.service));
    }
    return problems;
}

struct World::Parts {
    Parts(const scenario::ScenarioSpec& spec, EventStream& events)
        : platform(spec.platform),
          kernel(events, platform, spec.seed),
          engine(kernel, platform, engine_profile(spec.profile)),
          machines(kernel, platform),
          adapter(machines),
          injector(kernel, platform, machines, spec.faults),
          sampler(kernel, machines, spec.platform.sample_interval),
          catalog(spec.registry, host_names(platform), events.names()),
          registry(kernel, catalog),
          managers(kernel, adapter, policy_of(spec)),
          op(kernel, managers,
             {run_name(spec), spec.networks, spec.secrets, spec.configs, spec.services,
              spec.commands}) {
        managers.set_certificate_validity(spec.certificate_validity);
        for (const swarm::NetworkSpec& network : spec.networks) {
            if (network.name == swarm::ingress_network) managers.remake_ingress(network);
        }
        for (const std::string& host : spec.managers) managers.add(platform.find_host(host));
        managers.found();
        environment.emplace(swarm::agent::Environment{
            .kernel = kernel,
            .catalog = catalog,
            .managers = managers.processes(),
            .registry = kernel.add_process(platform.find_host(spec.registry.host), registry),
            .group = {},
            .machine = adapter,
            .certificate_validity = spec.certificate_validity});
        if (spec.pull_script) {
            auto loaded = policy::ScriptedPulls::load(*spec.pull_script, events.names(), spec.seed);
            SIM_ASSERT(loaded.ok());   // check_scripts has said so.
            pull_order = std::move(loaded.value());
            environment->pull_order = pull_order.get();
        }
        add_balancers(spec);
        for (const auto& [image, application] : spec.applications) {
            environment->applications.emplace(events.names().intern(runtime::with_tag(image)),
                                              application);
        }
    }

    void add_autoscalers(const scenario::ScenarioSpec& spec);
    void add_balancers(const scenario::ScenarioSpec& spec);
    void add_daemons();
    void add_clients(const scenario::ScenarioSpec& spec);
    void add_client(const scenario::ScenarioSpec& spec, const workload::ClientSpec& client,
                    std::vector<HostId>& watchers);
    void add_script(const scenario::ScenarioSpec& spec, const EventRegistry& kinds);
    void join_nodes(const scenario::ScenarioSpec& spec);
    swarm::NodeConfig describe(HostId host) const;
    void start(const scenario::ScenarioSpec& spec);

    platform::Platform platform;
    kernel::Kernel kernel;
    engine::Engine engine;
    platform::Machines machines;
    MachineAdapter adapter;
    platform::FaultInjector injector;
    platform::Sampler sampler;
    runtime::Catalog catalog;
    runtime::RegistryServer registry;
    Managers managers;
    Operator op;
    std::unique_ptr<policy::ScriptedPulls> pull_order;
    std::optional<swarm::agent::Environment> environment;
    std::deque<swarm::agent::Daemon> daemons;   // By host; addresses must stay.
    std::deque<workload::Client> clients;
    std::optional<Scraper> scraper;
    std::deque<autoscale::Autoscaler> autoscalers;
    std::optional<Stores> stores;
    std::optional<ScriptStage> stage;
    std::optional<director::Director> director;
};

void World::Parts::add_balancers(const scenario::ScenarioSpec& spec) {
    if (spec.balancers.empty()) return;
    auto names = std::make_shared<policy::MeshNames>(policy::MeshNames{kernel.names(), {}, {}});
    for (std::uint32_t i = 0; i < platform.host_count(); ++i) {
        const HostId host{i};
        names->nodes.push_back(kernel.name_of(host));
        names->zones.push_back(kernel.names().intern(platform.zones()[platform.zone_of(host)]));
    }
    for (const auto& [service, script] : spec.balancers) {
        environment->mesh.balancers[kernel.names().intern(service)] =
            [service = service, script = script, names, seed = spec.seed](HostId entry,
                                                                          std::uint32_t life) {
                auto loaded = policy::ScriptedBalancer::load(
                    script, names, seed, {.service = service, .entry = entry, .life = life});
                if (!loaded.ok()) throw RunFailure{loaded.problems().front()};
                return std::unique_ptr<swarm::discovery::Balancer>(std::move(loaded.value()));
            };
    }
}

void World::Parts::add_autoscalers(const scenario::ScenarioSpec& spec) {
    if (spec.autoscalers.empty()) return;
    scraper.emplace(spec, Scraper::Parts{kernel, op, managers, daemons});
    for (const scenario::AutoscalerSpec& each : spec.autoscalers) {
        const std::string& service = each.rule.service;
        auto rule = policy::ScriptedRule::load(each.script, kernel.names(), spec.seed, service);
        SIM_ASSERT(rule.ok());   // check_scripts has said so.
        autoscalers.emplace_back(kernel, *scraper, each.rule, std::move(rule.value()));
        environment->mesh.meters[kernel.names().intern(service)] = scraper->meter(service);
    }
}

void World::Parts::add_daemons() {
    environment->group.daemons.reserve(platform.host_count());
    for (std::uint32_t i = 0; i < platform.host_count(); ++i) {
        const HostId host{i};
        const platform::HostGroupSpec& machine = platform.machine(host);
        daemons.emplace_back(*environment, swarm::agent::NodeFacts{.host = host,
                                                                   .name = kernel.name_of(host),
                                                                   .cpus = machine.cores,
                                                                   .memory = machine.memory,
                                                                   .core_rate = machine.speed});
        environment->group.daemons.push_back(kernel.add_process(host, daemons.back()));
    }
}

swarm::NodeConfig World::Parts::describe(HostId host) const {
    const platform::HostGroupSpec& machine = platform.machine(host);
    swarm::NodeConfig config{.hostname = std::string(platform.host_name(host))};
    config.labels.insert(machine.labels.begin(), machine.labels.end());
    // Where a node stands is known to its operator; spread and constraints may ask for it.
    config.labels.emplace("zone", platform.zones()[platform.zone_of(host)]);
    config.labels.emplace("rack", platform.racks()[platform.rack_of(host)]);
    config.cpus = machine.cores;
    config.memory = machine.memory;
    config.generic.insert(machine.generic_resources.begin(), machine.generic_resources.end());
    return config;
}

void World::Parts::join_nodes(const scenario::ScenarioSpec& spec) {
    for (std::uint32_t i = 0; i < platform.host_count(); ++i) {
        const HostId host{i};
        if (platform.machine(host).role == platform::RoleHint::none) {
            daemons[i].leave();   // It was never in.
            continue;
        }
        swarm::NodeConfig config = describe(host);
        const bool manages = std::find(spec.managers.begin(), spec.managers.end(),
                                       config.hostname) != spec.managers.end();
        if (manages) config.role = swarm::NodeRole::manager;
        managers.first().add_node(host, std::move(config));
    }
    op.set_engines({&daemons, [this](HostId host) { return describe(host); }});
}

namespace {

/// The published port that is meant: the one asked for, else the first in the mesh, else the first.
void aim(workload::ClientTargets& targets, const swarm::ServiceSpec& service) {
    const swarm::PortConfig* best = nullptr;
    for (const swarm::PortConfig& port : service.ports) {
        if (targets.port != 0 && port.published != targets.port) continue;
        const bool first_in_mesh = best != nullptr && best->mode == swarm::PublishMode::host &&
                                   port.mode == swarm::PublishMode::ingress;
        if (best == nullptr || first_in_mesh) best = &port;
    }
    if (best == nullptr) return;
    targets.port = best->published;
    targets.host_mode = best->mode == swarm::PublishMode::host;
}

}   // namespace

void World::Parts::add_client(const scenario::ScenarioSpec& spec,
                              const workload::ClientSpec& client, std::vector<HostId>& watchers) {
    const bool inside = !client.from_service.empty();
    std::vector<HostId> entered;
    if (client.enter.empty()) {
        for (std::uint32_t i = 0; i < platform.host_count(); ++i) {
            const bool outside = platform.machine(HostId{i}).role == platform::RoleHint::none;
            if (!outside) entered.push_back(HostId{i});
        }
    } else {
        entered.push_back(platform.find_host(client.enter));
    }
    workload::ClientTargets targets{.entries = {},
                                    .entry_names = {},
                                    .service = kernel.names().intern(client.service),
                                    .port = client.port};
    for (const HostId host : entered) {
        targets.entries.push_back(environment->group.daemons[host.index()]);
        targets.entry_names.push_back(kernel.name_of(host));
    }
    for (const swarm::ServiceSpec& service : spec.services) {
        if (!inside && service.name == client.service) aim(targets, service);
    }
    // Who calls a node's own port needs no mesh: that node need not know who serves elsewhere.
    if (inside) targets.caller = kernel.names().intern(client.from_service);
    if (!targets.host_mode) watchers.insert(watchers.end(), entered.begin(), entered.end());
    const NameId caller = targets.caller;
    clients.emplace_back(kernel, client, std::move(targets));
    kernel.add_process(client.from.empty() ? HostId{} : platform.find_host(client.from),
                       clients.back());
    if (inside) environment->callers[caller].push_back(clients.back().id());
}

void World::Parts::add_clients(const scenario::ScenarioSpec& spec) {
    std::vector<HostId> watchers;
    for (const workload::ClientSpec& client : spec.clients) add_client(spec, client, watchers);
    // A script may send requests anywhere.
    for (std::uint32_t i = 0; spec.script && i < platform.host_count(); ++i) {
        watchers.push_back(HostId{i});
    }
    std::sort(watchers.begin(), watchers.end());
    watchers.erase(std::unique(watchers.begin(), watchers.end()), watchers.end());
    environment->group.watchers = std::move(watchers);
}

void World::Parts::add_script(const scenario::ScenarioSpec& spec, const EventRegistry& kinds) {
    const auto send = [this, &spec](const workload::ClientSpec& client) {
        std::vector<HostId> watchers;   // All are, already.
        add_client(spec, client, watchers);
        kernel.start(clients.back().id());
    };
    stage.emplace(spec, ScriptStage::Parts{kernel, op, injector, managers, *stores, send});
    director.emplace(kernel, *stage, kinds, *spec.script, kernel.names().intern(run_name(spec)));
    kernel.events().add_sink(&*director);
}

void World::Parts::start(const scenario::ScenarioSpec& spec) {
    if (spec.profile == scenario::Profile::realistic) {
        kernel.set_flow_profile({.latency_factor = 13.01, .window_bytes = 4'194'304});
    }
    machines.announce();
    kernel.start(registry.id());
    managers.start();
    for (swarm::agent::Daemon& daemon : daemons) kernel.start(daemon.id());
    kernel.start(injector.id());
    kernel.start(sampler.id());
    kernel.start(op.id());
    for (workload::Client& client : clients) kernel.start(client.id());
    for (autoscale::Autoscaler& autoscaler : autoscalers) kernel.start(autoscaler.id());
    stores->start();
    if (director) kernel.start(director->id());
}

World::World(const scenario::ScenarioSpec& spec, EventStream& events,
             swarm::DecisionWatch* decisions, const EventRegistry* kinds) {
    SIM_ASSERT(!spec.managers.empty());
    parts_ = std::make_unique<Parts>(spec, events);
    parts_->managers.watch_decisions(decisions);
    parts_->add_daemons();
    parts_->join_nodes(spec);
    parts_->add_clients(spec);
    parts_->add_autoscalers(spec);
    parts_->stores.emplace(parts_->kernel, parts_->platform, parts_->machines, spec,
                           run_name(spec));
    if (spec.script) {
        SIM_ASSERT(kinds != nullptr);
        parts_->add_script(spec, *kinds);
    }
    parts_->start(spec);
}

World::~World() = default;

Time World::now() const { return parts_->kernel.now(); }
void World::run_until(Time until) { parts_->engine.run_until(until); }
bool World::run_until(Time until, std::uint64_t entries) {
    return parts_->engine.run_until(until, entries);
}

Diagnostics World::give(const scenario::CommandSpec& command, const std::string& text) {
    return parts_->op.give(command, text, "session");
}

EventId World::strike(const platform::FaultSpec& fault) { return parts_->injector.inject(fault); }

void World::heal(std::size_t number) { parts_->injector.stop(number); }
std::size_t World::fault_count() const { return parts_->injector.fault_count(); }

std::size_t World::store_count() const { return parts_->stores->couch().size(); }
door::couch::Front& World::store(std::size_t number) { return parts_->stores->couch()[number]; }
const std::deque<door::contrast::Front>& World::small_stores() const {
    return parts_->stores->small();
}
EventId World::operate(const scenario::StoreCommandSpec& command, const char* who) {
    return parts_->stores->operate(command, who);
}
kernel::Kernel& World::kernel() { return parts_->kernel; }
const platform::Platform& World::platform() const { return parts_->platform; }
const Managers& World::managers() const { return parts_->managers; }
engine::EngineCounts World::engine_counts() const { return parts_->engine.counts(); }

}   // namespace glasshive::world
