#pragma once

#include <deque>
#include <string>
#include <vector>

#include "door/contrast/front.h"
#include "door/couch/front.h"
#include "kernel/kernel.h"
#include "scenario/spec.h"

namespace glasshive::world {

/// Carries out a scenario's "store …" commands: a node's processes end or begin while its host goes
/// on, nodes join and leave, shards split and move. Stands outside; what needs a node it asks the
/// first member that runs.
class StoreOperator final : public kernel::Process {
  public:
    /// All but `run_name` outlive it. Adds itself to the kernel.
    StoreOperator(kernel::Kernel& kernel, std::deque<door::couch::Front>& stores,
                  std::deque<door::contrast::Front>& small_stores,
                  const std::vector<scenario::StoreCommandSpec>& commands,
                  const std::string& run_name);
    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    /// Now. `who` types it: "session", "script". Gives its event.
    EventId take(const scenario::StoreCommandSpec& command, const char* who);

  private:
    using Command = scenario::StoreCommandSpec;
    void carry_out(const Command& command, EventId event);
    void carry_out(const Command& command, door::couch::Front& store, EventId event);
    static void split(const Command& command, store::Cluster& cluster, std::size_t via);
    void move(const Command& command, store::Cluster& cluster, std::size_t via,
              const std::string& node);

    kernel::Kernel& kernel_;
    std::deque<door::couch::Front>& stores_;
    std::deque<door::contrast::Front>& small_stores_;
    const std::vector<scenario::StoreCommandSpec>& commands_;
    NameId subject_;
};

}   // namespace glasshive::world
