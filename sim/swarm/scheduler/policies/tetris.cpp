#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Where what is free points the same way as what is asked: the dot product of both, as fractions
/// of the node's own size; more free wins between equal directions.
/// Source: Grandl et al., "Multi-resource packing for cluster schedulers" (SIGCOMM 2014), section
/// 3.2, alignment.
class Tetris final : public Policy {
  public:
    const char* name() const override { return "tetris"; }
    bool one_by_one() const override { return true; }   // A task may make its node worse.
    Score score(const NodeInfo& node, const Needs& needs) const override {
        const NodeConfig& has = *node.config;
        const double gpus = 1000.0 * node.gpus.count;
        return {over(needs.cpus.count, has.cpus.count) *
                    over(node.cpus_free.count, has.cpus.count) +
                over(needs.memory.count, has.memory.count) *
                    over(node.memory_free.count, has.memory.count) +
                (gpus > 0 ? static_cast<double>(needs.gpus.total()) / gpus *
                                (static_cast<double>(node.gpus.total_left()) / gpus)
                          : 0)};
    }

  private:
    static double over(std::int64_t part, std::int64_t whole) {
        return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
    }
};

}   // namespace

const Policy& tetris_policy() {
    static const Tetris policy;
    return policy;
}

}   // namespace glasshive::swarm
