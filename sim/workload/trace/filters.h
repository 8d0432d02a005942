#pragma once

#include <cstdint>
#include <vector>

#include "kernel/rng.h"
#include "workload/trace/source.h"

/// Traces made of other traces: each takes tasks from another source, in order of submission, and
/// hands them on in that order. The other source must outlive it; its problems are handed on.
namespace glasshive::workload::trace {

class Filter : public TaskSource {
  public:
    Diagnostics problems() const override { return from_.problems(); }

  protected:
    explicit Filter(TaskSource& from) : from_(from) {}
    TaskSource& from_;
};

/// Tasks that are submitted in [from, to), which begins at 0 then. Nothing after it is read.
class Window final : public Filter {
  public:
    Window(TaskSource& of, Time from, Time to) : Filter(of), begin_(from), end_(to) {}
    bool next(Task& out) override;

  private:
    Time begin_, end_;
};

/// A share of the tasks, each drawn on its own.
class Sampled final : public Filter {
  public:
    /// Requires 0 < share <= 1. Equal seeds draw equal tasks.
    Sampled(TaskSource& of, double share, std::uint64_t seed)
        : Filter(of),
          share_(share),
          chance_(seed, "trace/sample") {}
    bool next(Task& out) override;

  private:
    double share_;
    kernel::Rng chance_;
};

/// Times that are longer or shorter by a factor: of submissions (2: tasks arrive half as fast), and
/// of runs, with their estimates. At most 126 years, as in any trace.
class Scaled final : public Filter {
  public:
    /// Requires factors above 0.
    Scaled(TaskSource& of, double submissions, double runs)
        : Filter(of),
          submissions_(submissions),
          runs_(runs) {}
    bool next(Task& out) override;

  private:
    double submissions_, runs_;
};

/// How much a trace asks for. CPUs are those of all pieces of a task.
struct Demand {
    std::uint64_t tasks = 0, staying = 0;
    Time first{}, last{};      ///< Submissions.
    double cpu_seconds = 0;    ///< CPUs times run, of those that do not stay.
    double cpus_staying = 0;   ///< CPUs of those that stay.

    /// CPUs in use on average, were nobody ever to wait: CPU seconds over the time from the first
    /// submission to the last. 0 where that is no time.
    double mean_cpus() const;
};
/// Reads a source to its end.
Demand measure(TaskSource& source);

/// By what to scale submissions so that mean_cpus() is `cpus`. Requires both above 0.
double submissions_for(const Demand& demand, double cpus);

/// The tasks of a trace, then tasks drawn from it at random, again and again, until those that stay
/// ask for `cpus` altogether: the tail of the experiment of "Beware of Fragmentation" (USENIX ATC
/// 2023), which grows a list of pods to 130 % of a cluster so. There, what would go beyond the mark
/// is not taken any more; here likewise. Only tasks that stay are repeated.
///
/// Copies arrive one after the other, a mean gap between submissions apart. They are drawn from up
/// to `kept_most` tasks, which are a uniform sample of a longer trace (Vitter, "Random sampling
/// with a reservoir", 1985, algorithm R): memory is bounded.
class Repeated final : public Filter {
  public:
    static constexpr std::size_t kept_most = 100'000;
    Repeated(TaskSource& of, double cpus, std::uint64_t seed)
        : Filter(of),
          cpus_(cpus),
          kept_chance_(seed, "trace/repeat/keep"),
          chance_(seed, "trace/repeat") {}
    bool next(Task& out) override;

  private:
    void keep(const Task& task);

    double cpus_, asked_ = 0;
    kernel::Rng kept_chance_, chance_;
    std::vector<Task> kept_;
    std::uint64_t staying_ = 0, tasks_ = 0;
    Time first_{}, last_{};
    Duration gap_{};
    bool repeating_ = false;
};

}   // namespace glasshive::workload::trace
