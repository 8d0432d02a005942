#include "offline/parting.h"

namespace glasshive::offline {

namespace {

swarm::Score score_by(const swarm::Policy& policy, const Cluster& cluster,
                      const swarm::Needs& needs, const swarm::NodeInfo& node) {
    const swarm::Policy& asked = policy.onlooker();
    if (asked.looks_at_cluster()) asked.prepare(cluster.node_set(), needs, Time{});
    return asked.score(node, needs);
}

}   // namespace

void PartingFinder::chose(const Cluster& cluster, std::uint64_t who, Shape shape,
                          std::optional<swarm::NodeId> node) {
    if (found_ || at_ >= reference_.size()) return;
    const Choice& reference = reference_[at_];
    if (reference == Choice{who, node}) {
        ++at_;
        return;
    }
    const swarm::Needs& needs = cluster.needs_of(shape);
    const auto side = [&](std::optional<swarm::NodeId> which) -> std::optional<Parting::Side> {
        if (!which) return std::nullopt;
        const swarm::NodeInfo& info = cluster.nodes()[which->index()];
        Parting::Side made{.node = cluster.machines()[which->index()].name,
                           .cpus_free = info.cpus_free,
                           .cpus = info.config->cpus,
                           .memory_free = info.memory_free,
                           .memory = info.config->memory,
                           .gpu_milli_left = info.gpus.total_left(),
                           .tasks = info.active,
                           .fits = cluster.fits(shape, info),
                           .by_reference = {},
                           .by_other = {}};
        if (made.fits) {
            made.by_reference = score_by(policy_, cluster, needs, info);
            made.by_other = score_by(cluster.policy(), cluster, needs, info);
        }
        return made;
    };
    // Who it is about is the same: up to here nothing differed that could change it.
    found_ = Parting{
        .choice = at_ + 1, .who = who, .reference = side(reference.node), .other = side(node)};
}

}   // namespace glasshive::offline
