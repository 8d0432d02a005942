#pragma once

#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Whom a policy of the user's would rather keep when a service shrinks.
class Retention {
  public:
    virtual ~Retention() = default;
    /// The higher, the longer it stays. `task` has a node.
    virtual double keep(const Task& task) const = 0;
};

}   // namespace glasshive::swarm
