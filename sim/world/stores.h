#pragma once

#include <deque>
#include <optional>
#include <string>

#include "door/callers/crowd.h"
#include "door/contrast/front.h"
#include "door/couch/front.h"
#include "kernel/kernel.h"
#include "platform/machines.h"
#include "platform/topology.h"
#include "scenario/spec.h"
#include "world/store_operator.h"

namespace glasshive::world {

/// The stores of a run with their clients, and who starts and stops their nodes.
class Stores {
  public:
    /// All but `run_name` outlive it.
    Stores(kernel::Kernel& kernel, const platform::Platform& platform, platform::Machines& machines,
           const scenario::ScenarioSpec& spec, const std::string& run_name);
    Stores(const Stores&) = delete;
    Stores& operator=(const Stores&) = delete;

    void start();
    std::deque<door::couch::Front>& couch() { return couch_; }
    const std::deque<door::contrast::Front>& small() const { return small_; }

  private:
    void add_couch(const store::ClusterSpec& cluster);
    void add_small(const store::ClusterSpec& cluster);
    double disk_unit(HostId host) const;

    kernel::Kernel& kernel_;
    const platform::Platform& platform_;
    platform::Machines& machines_;
    std::deque<door::couch::Front> couch_;   // Addresses stay, here and below.
    std::deque<door::contrast::Front> small_;
    std::optional<door::callers::Crowd> crowd_;
    std::optional<StoreOperator> operator_;
};

}   // namespace glasshive::world
