#pragma once

#include <deque>
#include <string>
#include <vector>

#include "door/contrast/front.h"
#include "door/couch/front.h"
#include "kernel/kernel.h"
#include "scenario/spec.h"

namespace glasshive::world {

/// Carries out a scenario's "store crash n2" and "store start n2": a node's processes end or begin
/// while its host goes on. Stands outside.
class StoreOperator final : public kernel::Process {
  public:
    /// All but `run_name` outlive it. Adds itself to the kernel.
    StoreOperator(kernel::Kernel& kernel, std::deque<door::couch::Front>& stores,
                  std::deque<door::contrast::Front>& small_stores,
                  const std::vector<scenario::StoreCommandSpec>& commands,
                  const std::string& run_name);
    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

  private:
    kernel::Kernel& kernel_;
    void carry_out(const scenario::StoreCommandSpec& command, EventId event);

    std::deque<door::couch::Front>& stores_;
    std::deque<door::contrast::Front>& small_stores_;
    const std::vector<scenario::StoreCommandSpec>& commands_;
    NameId subject_;
};

}   // namespace glasshive::world
