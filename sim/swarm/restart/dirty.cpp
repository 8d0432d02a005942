#include "swarm/restart/dirty.h"

#include "swarm/state/constraint.h"

namespace glasshive::swarm {

bool is_dirty(const Store& store, const Service& service, const Task& task) {
    if (task.spec_version == service.spec_version || task.spec == service.spec) return false;
    const ServiceSpec& wanted = *service.spec;
    const ServiceSpec& own = *task.spec;
    if (wanted.endpoint_mode != own.endpoint_mode || wanted.ports != own.ports) return true;
    if (wanted.task == own.task) return false;
    if (wanted.task.placement == own.task.placement || !task.node.valid()) return true;
    TaskSpec other_placement = own.task;
    other_placement.placement = wanted.task.placement;
    if (!(wanted.task == other_placement)) return true;
    const Node& node = store.node(task.node);
    const std::string id = object_id(store.kernel().seed(),
                                     static_cast<std::uint32_t>(ObjectKind::node), node.id.value);
    return !matches(parse_constraints(wanted.task.placement.constraints), *node.config, id);
}

}   // namespace glasshive::swarm
