#include "swarm/scheduler/node_set.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::swarm {

std::uint32_t host_port_key(const PortConfig& port) {
    return port.published << 2 | static_cast<std::uint32_t>(port.protocol);
}

Needs needs_of(const ServiceSpec& spec, ServiceId service, std::uint32_t spec_version,
               const Policy& policy) {
    Needs needs;
    needs.policy = &policy;
    needs.spec = &spec;
    needs.service = service;
    needs.spec_version = spec_version;
    needs.cpus = spec.task.reservations.cpus;
    needs.memory = spec.task.reservations.memory;
    if (!spec.task.reservations.generic.empty()) needs.generic = &spec.task.reservations.generic;
    if (const auto gpus = spec.task.reservations.generic.find("gpu");
        gpus != spec.task.reservations.generic.end() &&
        gpus->second <= static_cast<std::int64_t>(gpus_most)) {
        needs.gpus = {.count = static_cast<std::int32_t>(gpus->second), .milli = whole_gpu};
    }
    needs.constraints = parse_constraints(spec.task.placement.constraints);
    for (const std::string& preference : spec.task.placement.preferences) {
        if (is_spread_label(preference)) needs.spread.push_back(preference);
    }
    for (const PortConfig& port : spec.ports) {
        if (port.mode == PublishMode::host && port.published != 0) {
            needs.host_ports.push_back(host_port_key(port));
        }
    }
    needs.max_replicas = spec.task.placement.max_replicas;
    return needs;
}

std::uint32_t NodeInfo::active_of(ServiceId service) const {
    const auto at = std::lower_bound(by_service.begin(), by_service.end(), service,
                                     [](const Count& c, ServiceId s) { return c.service < s; });
    return at != by_service.end() && at->service == service ? at->tasks : 0;
}

void NodeSet::update(const Node& node, std::uint64_t seed) {
    if (nodes_.size() <= node.id.index()) nodes_.resize(node.id.index() + 1);
    NodeInfo& info = nodes_[node.id.index()];
    removed_ += node.removed && !info.removed ? 1 : 0;
    info.removed = node.removed;
    info.available = node.state == NodeState::ready && node.availability == Availability::active;
    note_change(node.id);
    if (info.config == node.config) return;
    if (info.config == nullptr) {
        info.id = node.id;
        info.hostname = node.hostname;
        info.rendered_id = object_id(seed, static_cast<std::uint32_t>(ObjectKind::node),
                                     node.id.value);
    }
    // What tasks hold stays held: only the total moves.
    info.cpus_free += node.config->cpus - (info.config ? info.config->cpus : Cpus{});
    info.memory_free += node.config->memory - (info.config ? info.config->memory : Bytes{});
    if (info.config) {
        for (const auto& [name, amount] : info.config->generic) info.generic_free[name] -= amount;
    }
    for (const auto& [name, amount] : node.config->generic) info.generic_free[name] += amount;
    info.config = node.config;
    follow_gpus(info);
    measure(*info.config, 0);
}

NodeId NodeSet::add_node(NameId hostname, std::shared_ptr<const NodeConfig> config,
                         const Gpus& gpus) {
    const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
    NodeInfo info;
    info.id = id;
    info.hostname = hostname;
    info.available = true;
    info.cpus_free = config->cpus;
    info.memory_free = config->memory;
    info.generic_free = config->generic;
    info.gpus = gpus;
    info.config = std::move(config);
    nodes_.push_back(std::move(info));
    measure(*nodes_.back().config, gpus.total_left());
    note_change(id);
    return id;
}

void NodeSet::set_available(NodeId node, bool available) {
    nodes_[node.index()].available = available;
    note_change(node);
}

void NodeSet::move(NodeInfo& node, const Needs& needs, GpuMask gpus, int sign) {
    node.cpus_free -= needs.cpus * sign;
    node.memory_free -= needs.memory * sign;
    if (sign > 0)
        node.gpus.take(needs.gpus, gpus);
    else
        node.gpus.give_back(needs.gpus, gpus);
    count_active(node, needs.service, sign);
}

void NodeSet::take(NodeId node, const Needs& needs, GpuMask gpus) {
    move(nodes_[node.index()], needs, gpus, +1);
    note_change(node);
}

void NodeSet::give_back(NodeId node, const Needs& needs, GpuMask gpus) {
    move(nodes_[node.index()], needs, gpus, -1);
    note_change(node);
}

/// Of docker's generic resources, pieces of one kind without names, those called gpu.
void NodeSet::follow_gpus(NodeInfo& node) {
    const auto whole = node.config->generic.find("gpu");
    if (whole == node.config->generic.end()) return;
    node.gpus.set_whole(whole->second, node.generic_free["gpu"]);
}

void NodeSet::measure(const NodeConfig& config, std::int64_t gpu_milli) {
    std::int64_t pieces = 0;
    for (const auto& [name, amount] : config.generic) pieces += amount;
    if (config.cpus <= largest_.cpus && config.memory <= largest_.memory &&
        pieces <= largest_.generic && gpu_milli <= largest_.gpu_milli) {
        return;
    }
    largest_.cpus = std::max(largest_.cpus, config.cpus);
    largest_.memory = std::max(largest_.memory, config.memory);
    largest_.generic = std::max(largest_.generic, pieces);
    largest_.gpu_milli = std::max(largest_.gpu_milli, gpu_milli);
    ++largest_.version;
}

void NodeSet::note_change(NodeId node) {
    // Half of it is forgotten at a time: constant cost per change. Who is further behind than that
    // judges all nodes anyway.
    if (changes_.size() > nodes_.size() + 64) {
        const auto half = static_cast<std::ptrdiff_t>(changes_.size() / 2);
        changes_.erase(changes_.begin(), changes_.begin() + half);
        changes_begin_ += static_cast<std::uint64_t>(half);
    }
    changes_.push_back(node.value);
    ++nodes_[node.index()].version;
}

NodeSet::Record& NodeSet::record(const Task& task) {
    if (records_.size() <= task.place) records_.resize(task.place + std::size_t{1});
    return records_[task.place];
}

bool NodeSet::is_counted(const Task& task) const {
    return task.place < records_.size() && records_[task.place].task == task.id;
}

void NodeSet::add(const Task& task, NodeId node) {
    Record& known = record(task);
    NodeInfo& info = nodes_[node.index()];
    const bool active = task.desired <= TaskState::complete;
    if (known.task == task.id) {
        SIM_ASSERT(known.node == node);
        if (known.active && !active) {
            count_active(info, task.service, -1);
            note_change(node);
        }
        known.active = known.active && active;   // Desired states never come back.
        return;
    }
    SIM_ASSERT(known.task == TaskId::none);
    known = {task.id, node, active};
    note_change(node);
    reserve(info, task, +1);
    if (active) count_active(info, task.service, +1);
}

bool NodeSet::remove(const Task& task) {
    if (!is_counted(task)) return false;
    Record& known = records_[task.place];
    NodeInfo& info = nodes_[known.node.index()];
    note_change(known.node);
    reserve(info, task, -1);
    if (known.active) count_active(info, task.service, -1);
    known = Record{};
    return true;
}

void NodeSet::reserve(NodeInfo& node, const Task& task, int sign) {
    const Resources& asked = task.spec->task.reservations;
    node.cpus_free -= asked.cpus * sign;
    node.memory_free -= asked.memory * sign;
    for (const auto& [name, amount] : asked.generic) {
        node.generic_free[name] -= amount * sign;
        if (name != "gpu" || amount <= 0 || amount > static_cast<std::int64_t>(gpus_most)) continue;
        follow_gpus(node);
        std::uint16_t& there = node.gpus.tasks[static_cast<std::size_t>(amount)];
        there = static_cast<std::uint16_t>(there + sign);
    }
    for (const PortConfig& port : task.spec->ports) {
        if (port.mode != PublishMode::host || port.published == 0) continue;
        const std::uint32_t key = host_port_key(port);
        const auto at = std::lower_bound(node.host_ports.begin(), node.host_ports.end(), key);
        if (sign > 0) {
            node.host_ports.insert(at, key);
        } else {
            SIM_ASSERT(at != node.host_ports.end());
            SIM_ASSERT(*at == key);
            node.host_ports.erase(at);
        }
    }
}

void NodeSet::count_active(NodeInfo& node, ServiceId service, int sign) {
    node.active += static_cast<std::uint32_t>(sign);
    auto at = std::lower_bound(
        node.by_service.begin(), node.by_service.end(), service,
        [](const NodeInfo::Count& c, ServiceId s) { return c.service < s; });
    if (at == node.by_service.end() || at->service != service) {
        SIM_ASSERT(sign > 0);
        at = node.by_service.insert(at, {service, 0});
    }
    at->tasks += static_cast<std::uint32_t>(sign);
    if (at->tasks == 0) node.by_service.erase(at);
}

void NodeSet::record_failure(const Task& task, Time now) {
    std::vector<NodeInfo::Failure>& failures = nodes_[task.node.index()].failures;
    note_change(task.node);
    const auto fresh = std::find_if(failures.begin(), failures.end(), [&](const auto& failure) {
        return now - failure.at <= monitor_failures;
    });
    failures.erase(failures.begin(), fresh);
    failures.push_back({task.service, task.spec_version, now});
}

std::uint32_t NodeSet::recent_failures(const NodeInfo& node, const Needs& needs, Time now) {
    std::uint32_t count = 0;
    for (const NodeInfo::Failure& failure : node.failures) {
        count += failure.service == needs.service && failure.spec_version == needs.spec_version &&
                 now - failure.at <= monitor_failures;
    }
    return count;
}

}   // namespace glasshive::swarm
