#pragma once

#include <cstdint>
#include <vector>

#include "kernel/rng.h"
#include "workload/trace/source.h"

namespace glasshive::workload::trace {

/// When tasks arrive.
struct Arrivals {
    double rate = 1;   ///< Per second, on average.
    /// Bursts: a Markov-modulated Poisson process of two states, of which one has `burst` times the
    /// rate of the other and lasts `burst_length`, a share of `burst_share` of the time. 1: none.
    double burst = 1, burst_share = 0.1;
    Duration burst_length = std::chrono::minutes{5};
    /// Day and night: the rate goes up and down by this share of it, as a sine of one day; 0: no.
    double diurnal = 0;
    Duration day = std::chrono::hours{24};
};

/// How long tasks run.
struct RunTimes {
    enum class Law { constant, exponential, lognormal, pareto };
    Law law = Law::exponential;
    Duration mean = std::chrono::minutes{5};   ///< Before it is cut; of pareto, too.
    double shape = 1.5;                        ///< lognormal: sigma; pareto: alpha, more than 1.
    /// Shorter and longer ones are cut to these.
    Duration least = std::chrono::seconds{1}, most = std::chrono::hours{24 * 30};
    Duration resolution = std::chrono::milliseconds{1};
};

/// A kind of task, drawn by weight.
struct TaskKind {
    double weight = 1;
    Cpus cpus = one_cpu;
    Bytes memory{};
    std::int32_t gpus = 0, gpu_milli = 0;
};

struct GeneratorSpec {
    Arrivals arrivals;
    RunTimes run_times;
    std::vector<TaskKind> kinds{TaskKind{}};
    std::uint64_t tasks = 1000;
    std::uint64_t seed = 1;
};

/// Tasks by chance: equal specs, equal tasks, on every machine.
class Generator final : public TaskSource {
  public:
    /// Requires rates and weights above 0, and kinds.
    explicit Generator(GeneratorSpec spec);
    bool next(Task& out) override;

  private:
    double rate_at(Time at) const;
    void pass_time();
    Duration run_time();

    GeneratorSpec spec_;
    kernel::Rng arrivals_, runs_, kinds_, states_;
    std::uint64_t made_ = 0;
    Time now_{}, state_until_{};
    bool bursting_ = false;
    double weights_ = 0, calm_rate_ = 0;
};

}   // namespace glasshive::workload::trace
