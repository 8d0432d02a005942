#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kernel/kernel.h"
#include "store/replicate/alarms.h"
#include "store/replicate/job_history.h"
#include "store/replicate/replicator.h"
#include "store/replicate/scheduler.h"

namespace glasshive::store::replicate {

/// A document that describes a replication.
struct DocumentKey {
    std::string database{};
    std::string id{};

    friend auto operator<=>(const DocumentKey&, const DocumentKey&) = default;
};

/// A replication on this node, running or waiting for its turn.
struct RunnerJob {
    std::string base_id{};
    ReplicationRequest request{};
    std::optional<DocumentKey> document{};   ///< None: `_replicate` asked for it.
    std::string user{};
    Time added{};
    JobHistory history{};
    std::uint64_t pid = 0;           ///< Of a running one, else 0.
    std::uint64_t start_alarm = 0;   ///< While a start is delayed by chance.
    std::unique_ptr<Replicator> run{};
    ReplicationStats stats{};
    json::Value info{};   ///< What was last known of its progress; nothing before the first run.
    Time run_started{};
    /// Who waits for the end of a one-shot one.
    std::vector<std::function<void(const ReplicateReply&)>> waiting{};
};

/// The jobs of one node: starts them, bounds how many run, waits after crashes.
/// Source: couch_replicator_scheduler.erl.
class JobRunner {
  public:
    /// A document's job has ended well: its statistics, {"revisions_checked":…, "start_time":…}.
    using Completed = std::function<void(const DocumentKey&, const json::Value& stats)>;
    /// The id of a replication, or why there is none now ("filter_fetch_error").
    using IdThen = std::function<void(const std::variant<std::string, JobError>&)>;
    using Jobs = std::map<std::string, std::unique_ptr<RunnerJob>>;   // By whole id.

    JobRunner(kernel::Kernel& kernel, Alarms& alarms, std::string node, PeerResolver& resolver,
              const SchedulerOptions& options, Completed completed);

    /// May ask the source for the code of a filter.
    void find_id(const ReplicationRequest& request, IdThen then);
    /// Starts it if there is room. A job of this id is replaced.
    void add(const std::string& base_id, const ReplicationRequest& request,
             const std::optional<DocumentKey>& document, const std::string& user);
    const RunnerJob* find(const std::string& id) const;
    void wait_for(const std::string& id, std::function<void(const ReplicateReply&)> then);
    /// Stops it; whoever waits is told that it was cancelled. `then` when it has stopped.
    void remove(
        const std::string& id, std::function<void()> then = [] {});
    void remove_of(const DocumentKey& document);
    const Jobs& jobs() const { return jobs_; }
    /// A job's progress, as it is written in all places.
    json::Value info_of(const RunnerJob& job) const;
    /// The whole of [node died]: nobody is told.
    void clear();

  private:
    void start_if_room(const std::string& id);
    void start(const std::string& id);
    void launch(const std::string& id);
    void ended(const std::string& id, const ReplicatorEnd& end);
    void completed(const std::string& id, const ReplicatorEnd& end);
    void crashed(const std::string& id, const JobError& error);
    void halt(const std::string& id);
    void note(const std::string& id, RunnerJob& job, JobEvent::Kind kind,
              const std::string& reason = {});
    void emit(const std::string& id, const RunnerJob& job, std::string_view what,
              const std::string& reason = {});
    void arm();
    void reschedule();
    void stop_some(std::size_t count, bool continuous);
    void start_pending(std::size_t count);
    std::size_t running() const;

    kernel::Kernel& kernel_;
    Alarms& alarms_;
    std::string node_;
    PeerResolver& resolver_;
    const SchedulerOptions& options_;
    Completed completed_;
    kernel::Rng chance_;
    Jobs jobs_;
    std::map<std::uint64_t, std::unique_ptr<Peer>> lookups_;   // For filters' code.
    std::map<std::uint64_t, std::unique_ptr<Replicator>> stopping_;
    std::uint64_t next_ = 1;
    std::uint64_t next_pid_ = 100;
    bool armed_ = false;
};

/// {"error":…,"reason":…}
json::Value error_body(const std::string& error, const std::string& reason);

}   // namespace glasshive::store::replicate
