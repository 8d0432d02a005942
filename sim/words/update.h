#pragma once

#include <string>

#include "words/command.h"

namespace glasshive::words {

/// The spec after an update, or docker's words for why there is none.
struct Updated {
    swarm::ServiceSpec spec;
    std::string problem;   ///< Without a newline; exit status 1.
};

/// The new spec of a service. Pure. Merges as docker does: env, labels and mounts by key, ports by
/// number, protocol and mode; additions before removals; lists come out sorted.
/// Requires !update.rollback: that is the store's to do. Networks, secrets and configs are named,
/// not looked up: the caller says which of them do not exist.
/// Source: docker/cli cli/command/service/update.go.
Updated apply(const ServiceUpdate& update, swarm::ServiceSpec spec);

/// What `docker service scale SERVICE=N` makes of a spec.
Updated scaled(swarm::ServiceSpec spec, std::uint64_t replicas);

}   // namespace glasshive::words
