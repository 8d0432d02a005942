#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "door/callers/caller.h"

namespace glasshive::door::callers {

/// All clients of all stores of a run, and what they have been told.
class Crowd {
  public:
    /// `host_of` gives a host by its name; "" is outside. The stores outlive the crowd.
    Crowd(kernel::Kernel& kernel, std::vector<Entrance> entrances,
          const std::function<HostId(const std::string&)>& host_of);
    void start();

  private:
    kernel::Kernel& kernel_;
    const std::vector<Entrance> entrances_;
    Ledger ledger_;
    std::vector<std::unique_ptr<Caller>> callers_;
};

}   // namespace glasshive::door::callers
