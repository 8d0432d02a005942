#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "offline/cluster.h"

namespace glasshive::offline {

/// Tasks that may run on one machine alone: by name (the first of that name), or "#17" for the
/// 17th. Machines must be there.
class Pins {
  public:
    explicit Pins(const std::map<std::string, std::string>& machine_of) : machine_of_(machine_of) {}

    /// A task is submitted, the one with that number from 0.
    void apply(Cluster& cluster, const std::string& name, std::uint64_t who) {
        if (machine_of_.empty()) return;
        for (const std::string& key : {"#" + std::to_string(who + 1), name}) {
            const auto pin = machine_of_.find(key);
            if (pin == machine_of_.end() || !met_.insert(key).second) continue;
            for (const swarm::NodeInfo& node : cluster.nodes()) {
                const std::string& machine = cluster.machines()[node.id.index()].name;
                if (machine == pin->second) cluster.pin(who, node.id);
            }
        }
    }
    /// How many of them were in the trace.
    std::uint64_t met() const { return met_.size(); }

  private:
    const std::map<std::string, std::string>& machine_of_;
    std::set<std::string> met_;
};

}   // namespace glasshive::offline
