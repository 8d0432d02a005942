#pragma once

#include <set>
#include <string>
#include <vector>

#include "platform/spec_check.h"
#include "swarm/spec.h"

namespace glasshive::scenario {

/// Names that exist, in order of mention. A file may ask for each of 100,000, so looking one up is
/// quick.
class Names {
  public:
    /// False when it is there already.
    bool add(const std::string& name);
    bool has(const std::string& name) const { return known_.count(name) > 0; }
    const std::vector<std::string>& list() const { return list_; }

  private:
    std::vector<std::string> list_;
    std::set<std::string> known_;
};

/// What faults, managers and commands can name on a platform.
struct Places {
    Names hosts, zones, racks;
};
Places places_of(const platform::HostList& hosts);

Names names_of(const std::vector<swarm::ServiceSpec>& services);

/// "did you mean web? services are web, db": what to say of a name that is not among `names`.
std::string unknown_hint(const std::string& name, const Names& names, const std::string& plural);

}   // namespace glasshive::scenario
