#include "swarm/scheduler/pipeline.h"

#include <algorithm>

#include "swarm/scheduler/policy.h"

namespace glasshive::swarm {

const char* to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::not_available: return "not_available";
        case Verdict::resources: return "resources";
        case Verdict::plugin: return "plugin";
        case Verdict::constraints: return "constraints";
        case Verdict::platform: return "platform";
        case Verdict::host_port: return "host_port";
        case Verdict::max_replicas: return "max_replicas";
        case Verdict::policy: return "policy";
        case Verdict::passes: return "passes";
    }
    return "?";
}

std::string explain(Verdict verdict, std::uint32_t nodes) {
    const std::string count = std::to_string(nodes) + (nodes == 1 ? " node" : " nodes");
    switch (verdict) {
        case Verdict::not_available: return count + " not available for new tasks";
        case Verdict::resources: return "insufficient resources on " + count;
        case Verdict::plugin: return "missing plugin on " + count;
        case Verdict::constraints: return "scheduling constraints not satisfied on " + count;
        case Verdict::platform: return "unsupported platform on " + count;
        case Verdict::host_port: return "host-mode port already in use on " + count;
        case Verdict::max_replicas: return "max replicas per node limit exceed";
        case Verdict::policy: return "refused by the policy on " + count;
        case Verdict::passes: break;
    }
    return {};
}

namespace {

bool has_resources(const Needs& needs, const NodeInfo& node) {
    // Each is asked only when something is reserved: an overbooked node still takes free riders.
    if (needs.cpus.count > 0 && needs.cpus > node.cpus_free) return false;
    if (needs.memory.count > 0 && needs.memory > node.memory_free) return false;
    if (needs.generic == nullptr) return needs.gpus.count == 0 || node.gpus.has(needs.gpus);
    for (const auto& [name, amount] : *needs.generic) {
        const auto free = node.generic_free.find(name);
        if (free == node.generic_free.end() || free->second < amount) return false;
    }
    return true;
}

bool has_ports(const Needs& needs, const NodeInfo& node) {
    return std::none_of(needs.host_ports.begin(), needs.host_ports.end(), [&](std::uint32_t port) {
        return std::binary_search(node.host_ports.begin(), node.host_ports.end(), port);
    });
}

}   // namespace

Verdict judge(const Needs& needs, const NodeInfo& node) {
    if (!node.available) return Verdict::not_available;
    if (!has_resources(needs, node)) return Verdict::resources;
    if (!needs.constraints.empty() &&
        !matches(needs.constraints, *node.config, node.rendered_id)) {
        return Verdict::constraints;
    }
    if (!has_ports(needs, node)) return Verdict::host_port;
    if (needs.max_replicas > 0 && node.active_of(needs.service) >= needs.max_replicas) {
        return Verdict::max_replicas;
    }
    if (needs.policy != nullptr && needs.policy->has_filter() &&
        !needs.policy->admits(node, needs)) {
        return Verdict::policy;
    }
    return Verdict::passes;
}

bool Pipeline::process(const NodeInfo& node) {
    ++runs_;
    const Verdict verdict = judge(needs_, node);
    if (verdict != Verdict::passes) {
        ++refused_[static_cast<std::size_t>(verdict)];
        return false;
    }
    refused_.fill(0);
    return true;
}

std::string Pipeline::explain() const {
    std::array<std::size_t, filter_count> order{};
    for (std::size_t i = 0; i < filter_count; ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return refused_[a] > refused_[b]; });
    std::string text;
    for (const std::size_t filter : order) {
        if (refused_[filter] == 0) break;
        if (!text.empty()) text += "; ";
        text += swarm::explain(static_cast<Verdict>(filter), refused_[filter]);
    }
    return text;
}

}   // namespace glasshive::swarm
