#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "workload/trace/task.h"

namespace glasshive::workload::trace {

/// Tasks in order of submission, one by one: however long a trace is, no more of it is in memory.
class TaskSource {
  public:
    virtual ~TaskSource() = default;
    /// The next task. False at the end, and when something is wrong: see problems().
    virtual bool next(Task& out) = 0;
    virtual Diagnostics problems() const { return {}; }
};

/// Tasks from memory.
class ListSource final : public TaskSource {
  public:
    explicit ListSource(const std::vector<Task>& tasks) : tasks_(tasks) {}
    bool next(Task& out) override {
        if (at_ == tasks_.size()) return false;
        out = tasks_[at_++];
        return true;
    }

  private:
    const std::vector<Task>& tasks_;
    std::size_t at_ = 0;
};

}   // namespace glasshive::workload::trace
