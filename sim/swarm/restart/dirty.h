#pragma once

#include "swarm/state/store.h"

namespace glasshive::swarm {

/// True when the task no longer matches its service and must be replaced. Same spec version: clean.
/// Otherwise the task spec and the endpoint decide; replicas, service labels and update
/// configuration do not. If only the placement differs, the task is clean while its node satisfies
/// the new one.
/// Source: swarmkit manager/orchestrator/task.go IsTaskDirty, IsTaskDirtyPlacementConstraintsOnly.
bool is_dirty(const Store& store, const Service& service, const Task& task);

}   // namespace glasshive::swarm
