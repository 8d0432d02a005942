#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "door/callers/crowd.h"
#include "door/contrast/front.h"
#include "door/couch/front.h"
#include "kernel/kernel.h"
#include "platform/machines.h"
#include "platform/topology.h"
#include "scenario/spec.h"
#include "world/store_operator.h"

namespace glasshive::world {

/// A file of a database on some node's disk.
struct CopyFact {
    std::string host, node, range;   ///< "00000000-7fffffff"
    bool runs = false;               ///< The node's processes do.
    std::uint64_t documents = 0;     ///< Not deleted.
    std::uint64_t seq = 0;           ///< Of its newest change, in its own count.
};

/// The stores of a run with their clients, and who starts and stops their nodes.
class Stores {
  public:
    /// All but `run_name` outlive it.
    Stores(kernel::Kernel& kernel, const platform::Platform& platform, platform::Machines& machines,
           const scenario::ScenarioSpec& spec, const std::string& run_name);
    Stores(const Stores&) = delete;
    Stores& operator=(const Stores&) = delete;

    void start();
    /// What an operator does, now. Requires a store.
    EventId operate(const scenario::StoreCommandSpec& command, const char* who);
    /// Sends a request, now, as a client named "script"; db.step of the step's name tells what
    /// came of it. False: there is no such store, or none of its nodes on `step.host`.
    bool ask(const std::string& store, store::StepSpec step);
    /// How many documents' copies differ now; nothing: there is no such store.
    std::optional<std::size_t> differing(const std::string& store,
                                         const std::string& database) const;
    /// In order of members and ranges; of small stores none.
    std::vector<CopyFact> copies(const std::string& store, const std::string& database) const;
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
