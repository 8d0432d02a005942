#pragma once

#include <array>

#include "base/units.h"
#include "workload/trace/task.h"

namespace glasshive::offline {

/// The earliest instant at which all tasks can have ended, whatever a policy does: no task ends
/// before submit + run, and no resource gives more than all there is of it, so that a fluid that
/// arrives as the tasks do, and is served by all machines at once, is the least that takes. Valid
/// where no task is dropped.
class MakespanBound {
  public:
    /// All that the machines have: CPUs, bytes, thousandths of GPUs.
    MakespanBound(double cpus, double memory, double gpu_milli) : all_{cpus, memory, gpu_milli} {}

    /// A task that ends; in order of submission.
    void add(const workload::trace::Task& task) {
        const double submit = seconds_of(task.submit), run = seconds_of(*task.run);
        const double pieces = run * task.gang;
        const std::array<double, 3> asked{static_cast<double>(task.cpus.count) / 1e9,
                                          static_cast<double>(task.memory.count),
                                          static_cast<double>(task.gpus) * task.gpu_milli};
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (asked[i] <= 0 || all_[i] <= 0) continue;
            served_[i] = (served_[i] > submit ? served_[i] : submit) + asked[i] * pieces / all_[i];
        }
        longest_ = longest_ > submit + run ? longest_ : submit + run;
    }
    double seconds() const {
        double most = longest_;
        for (const double served : served_) most = most > served ? most : served;
        return most;
    }

  private:
    std::array<double, 3> all_;
    std::array<double, 3> served_{};   // When the fluid would be through.
    double longest_ = 0;
};

}   // namespace glasshive::offline
