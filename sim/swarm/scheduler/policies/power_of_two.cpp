#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Two nodes that pass are drawn, and the one with the smaller share of its CPUs in use (of equals,
/// with fewer tasks) gets the task: nearly as even as looking at all of them.
/// Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10),
/// 2001; for clusters Ousterhout et al., "Sparrow", SOSP 2013, section 3.1.
class PowerOfTwo final : public Policy {
  public:
    const char* name() const override { return "power-of-two"; }
    Score score(const NodeInfo&, const Needs&) const override { return {}; }
    bool ties_by_order() const override { return false; }
    bool one_by_one() const override { return true; }
    std::size_t choices() const override { return 2; }
    Score load(const NodeInfo& node, const Needs&) const override {
        const auto all = static_cast<double>(node.config->cpus.count);
        const auto free = static_cast<double>(node.cpus_free.count);
        return {all > 0 ? 1 - free / all : 0, static_cast<double>(node.active)};
    }
};

}   // namespace

const Policy& power_of_two_policy() {
    static const PowerOfTwo policy;
    return policy;
}

}   // namespace glasshive::swarm
