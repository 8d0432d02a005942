#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "door/callers/caller.h"
#include "door/callers/scripted.h"

namespace glasshive::door::callers {

/// All clients of all stores of a run, and what they have been told.
class Crowd {
  public:
    /// `host_of` gives a host by its name; "" is outside. The stores outlive the crowd.
    Crowd(kernel::Kernel& kernel, std::vector<Entrance> entrances,
          const std::function<HostId(const std::string&)>& host_of);
    void start();
    /// Sends a request, now, as a client named "script" outside. False: there is no such store, or
    /// no node of it on the step's host.
    bool ask(const std::string& store, store::StepSpec step);

  private:
    kernel::Kernel& kernel_;
    const std::vector<Entrance> entrances_;
    Ledger ledger_;
    std::vector<std::unique_ptr<Caller>> callers_;
    std::map<std::string, std::unique_ptr<Scripted>> of_scripts_;   // By store.
};

}   // namespace glasshive::door::callers
