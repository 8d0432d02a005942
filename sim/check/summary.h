#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"

namespace glasshive::check {

/// What one service went through.
struct ServiceSummary {
    std::string name;
    std::int64_t desired = 0;            ///< Replicas as last declared; global: its nodes' tasks.
    std::int64_t running_at_end = 0;     ///< Executing containers.
    bool job = false;                    ///< Of a job, how far its newest run came:
    std::int64_t completed = 0;          ///< Tasks that completed,
    std::int64_t completions = 0;        ///< of so many; 0: one on every node.
    std::int64_t tasks_created = 0;
    std::int64_t tasks_failed = 0;
    std::int64_t tasks_rejected = 0;
    Duration downtime{};                 ///< With no executing container, after the first one.
    Duration below_desired{};   ///< With fewer than desired, after they were first all there.
    std::optional<Time> first_running;   ///< First container.started.
    std::optional<Time> first_complete;  ///< First instant with all desired ones executing.
    std::int64_t requests_ok = 0;
    std::int64_t requests_failed = 0;
    /// Latency of answered requests; 0 without any. Within 1 % (latency_histogram.h).
    Duration latency_p50{}, latency_p95{}, latency_p99{}, latency_max{};
};

/// The table `run` prints at its end.
struct Summary {
    std::vector<ServiceSummary> services;   ///< In order of creation.
    std::int64_t events = 0;
    std::int64_t faults = 0;                ///< fault.started
    std::int64_t tasks_created = 0;
    std::int64_t containers_started = 0;
    std::int64_t tasks_failed = 0;
    std::int64_t tasks_rejected = 0;
    std::int64_t nodes_down = 0;            ///< node.down
    std::int64_t images_pulled = 0;
    Bytes bytes_moved{};                    ///< By flows, arrived.
    std::int64_t flows = 0;                 ///< Ended flows.
};

/// Folds events into a Summary.
class SummaryFold final : public EventSink {
  public:
    /// `names` must outlive the fold.
    explicit SummaryFold(const Names& names);
    ~SummaryFold() override;

    void on_event(const Event& event, std::string_view text) override;
    /// The run is over at `end`. Call once.
    Summary finish(Time end);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}   // namespace glasshive::check
