#pragma once

#include <memory>
#include <string>

#include "door/callers/caller.h"

namespace glasshive::door::callers {

/// A client that sends the requests of its script at their times, whatever became of those before.
class Scripted final : public Caller {
  public:
    using Caller::Caller;
    void on_start() override;
    /// One more, now.
    void take(const store::StepSpec& step) { take(std::make_shared<const store::StepSpec>(step)); }

  private:
    void on_own_timer(std::uint32_t tag, std::uint64_t argument) override;
    void take(const std::shared_ptr<const store::StepSpec>& step);
    void answered(const store::StepSpec& step, const Aim& aim, std::size_t member,
                  const Answer& answer);
    /// The text with the answers of other steps in it; `missing` says which one there is not.
    std::string filled(const std::string& text, std::string& missing) const;
    /// A revision that a step was told of; "" when there is none.
    std::string revision_of(const std::string& step, const std::string& what) const;
};

}   // namespace glasshive::door::callers
