#pragma once

#include <functional>

#include "workload/trace/table.h"
#include "workload/trace/task.h"

namespace glasshive::workload::trace {

/// Takes tasks as a reader comes upon them, in whatever order.
using TaskSink = std::function<void(const Task&)>;

/// Reads a trace that comes in one part or in several ("part-00000-of-00500.csv.gz", …): each part
/// in its turn, then end(). Where anything is wrong, what it has handed over is not to be used.
class PartReader {
  public:
    virtual ~PartReader() = default;
    virtual void read(Lines part) = 0;
    /// There are no more parts. To be called only where nothing is wrong.
    virtual void end() {}
    /// At most problems_most of all parts: then no more of them need be read.
    const Diagnostics& problems() const { return problems_; }
    bool ok() const { return problems_.empty(); }
    /// What the trace tells and cannot be replayed: the header of each reader says what that is.
    std::int64_t left_out() const { return left_out_; }

  protected:
    void take_problems(const Diagnostics& more) {
        for (const Diagnostic& problem : more) {
            if (problems_.size() < problems_most) problems_.push_back(problem);
        }
    }
    std::int64_t left_out_ = 0;

  private:
    Diagnostics problems_;
};

}   // namespace glasshive::workload::trace
