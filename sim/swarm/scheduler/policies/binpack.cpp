#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// The fullest node that still has room: percent of its CPUs plus percent of its memory in use with
/// the task on it, each 100 when none is asked; then most tasks.
/// Source: docker/swarm (before Swarm mode) scheduler/strategy/{weighted_node,binpack}.go.
class Binpack final : public Policy {
  public:
    const char* name() const override { return "binpack"; }
    Score score(const NodeInfo& node, const Needs& needs) const override {
        const std::int64_t weight =
            percent(needs.cpus.count, node.cpus_free.count, node.config->cpus.count) +
            percent(needs.memory.count, node.memory_free.count, node.config->memory.count);
        return {static_cast<double>(weight), static_cast<double>(node.active)};
    }

  private:
    static std::int64_t percent(std::int64_t asked, std::int64_t left, std::int64_t total) {
        return asked > 0 && total > 0 ? (total - left + asked) * 100 / total : 100;
    }
};

}   // namespace

const Policy& binpack_policy() {
    static const Binpack policy;
    return policy;
}

}   // namespace glasshive::swarm
