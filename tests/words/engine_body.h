#pragma once

#include "swarm/spec.h"
#include "transcript.h"

/// The engine's side, for comparison: what it would make of the body that docker sends.
namespace glasshive::words::test {

/// A service's spec with the engine's defaults for what the body leaves out; networks by name, as
/// `state` (engine_state.json) names them. Ports and env in order of their text.
swarm::ServiceSpec spec_of(const Json& body, const Json& state);

/// Everything a spec says, in a canonical order, for comparison and for messages.
Json dump(swarm::ServiceSpec spec);
Json dump(const swarm::Mount& mount);

/// engine_state.json.
Json engine_state();
/// The object of that name or hostname.
const Json& find(const Json& objects, const std::string& name);

}   // namespace glasshive::words::test
