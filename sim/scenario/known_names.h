#pragma once

#include <string>
#include <vector>

#include "platform/spec_check.h"
#include "swarm/spec.h"

namespace glasshive::scenario {

std::vector<std::string> names_of(const platform::HostList& hosts);
std::vector<std::string> names_of(const std::vector<swarm::ServiceSpec>& services);

/// "did you mean web? services are web, db": what to say of a name that is not among `names`.
std::string unknown_hint(const std::string& name, const std::vector<std::string>& names,
                         const std::string& plural);

}   // namespace glasshive::scenario
