#pragma once

#include <deque>
#include <map>

#include "autoscale/autoscaler.h"
#include "scenario/inject.h"
#include "swarm/agent/daemon.h"
#include "swarm/discovery/meter.h"
#include "world/managers.h"
#include "world/operator.h"

namespace glasshive::world {

/// The cluster as autoscalers reach it: the managers' tables, the engines' counters of CPU time,
/// the nodes' counters of requests, and docker's line. Scraping takes no time, and changes nothing.
class Scraper final : public autoscale::Cluster {
  public:
    struct Parts {
        kernel::Kernel& kernel;
        Operator& op;
        Managers& managers;
        const std::deque<swarm::agent::Daemon>& daemons;   ///< By host.
    };
    /// `spec` and the parts must outlive it.
    Scraper(const scenario::ScenarioSpec& spec, Parts parts) : reader_(spec), parts_(parts) {}

    /// The counter of a service's requests, which the mesh is to keep. Once a service.
    swarm::discovery::Meter* meter(const std::string& service) {
        return &watched_[service].meter;
    }
    std::optional<autoscale::Metrics> scrape(const std::string& service) override;
    void scale(const std::string& service, std::uint64_t replicas) override;

  private:
    struct Watched {
        swarm::discovery::Meter meter;
        Time looked{};                               // Last; at first the run's beginning.
        std::map<swarm::TaskId, double> cpu_used;    // Then, of those that were measured.
    };
    scenario::CommandSpec command(const std::string& line) const;
    void measure(autoscale::Metrics& metrics, Watched& watched, const swarm::Service& service);

    const scenario::InjectionReader reader_;
    Parts parts_;
    std::map<std::string, Watched> watched_;   // By service; addresses stay.
};

}   // namespace glasshive::world
