#pragma once

#include "workload/trace/source.h"
#include "workload/trace/spill.h"

namespace glasshive::workload::trace {

/// Brings tasks into order of submission, in bounded memory: most traces tell a task when it ends.
/// Equal times stay in the order given.
class SubmissionOrder final : public TaskSource {
  public:
    /// Requires that none has been taken out.
    void add(const Task& task);
    bool next(Task& out) override;
    /// The first task is next again.
    void rewind() { spill_.rewind(); }
    std::uint64_t size() const { return spill_.size(); }
    Diagnostics problems() const override {
        return spill_.problem() ? Diagnostics{*spill_.problem()} : Diagnostics{};
    }

  private:
    Spill spill_;
    std::string packed_;   // One at a time.
};

}   // namespace glasshive::workload::trace
