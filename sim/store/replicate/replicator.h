#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "kernel/kernel.h"
#include "store/replicate/alarms.h"
#include "store/replicate/checkpoint.h"
#include "store/replicate/job_error.h"
#include "store/replicate/peer.h"
#include "store/replicate/request.h"

namespace glasshive::store::replicate {

/// What a job is given beside its peers.
struct ReplicatorStart {
    ReplicationRequest request{};
    std::string base_id{};      ///< replication_id(); names the checkpoints.
    std::string session_id{};   ///< 32 hex digits, drawn anew for each run.
    std::int64_t epoch = 0;     ///< Seconds since 1970 at virtual time zero.
    Time started{};             ///< Of the job, which may be older than this run.
    ReplicationStats stats{};   ///< Of the job's earlier runs.
    std::size_t id_bytes_max = SIZE_MAX;   ///< SchedulerOptions::id_bytes_max
};

/// How a job ended.
struct ReplicatorEnd {
    /// Without error: what `_replicate` answers beside "ok".
    json::Value result{};
    std::optional<JobError> error{};
};

/// One run of one replication: from the checkpoints of both sides to the end of the source's
/// changes, or for ever when continuous.
///
///   info, checkpoints → changes → _revs_diff → fetch → write → … → checkpoint on both sides
///
/// The feed is read in pages; up to four workers take batches of up to 500 changes each. What is
/// done without a gap is what a checkpoint covers: a crash repeats at most what came behind it.
/// A document that the target refuses is counted and left behind; every other error ends the run.
///
/// A state machine over two peers and timers; not for use after its end.
/// Source: couch_replicator_scheduler_job.erl, couch_replicator_worker.erl,
/// couch_replicator_changes_reader.erl.
/// Differs: an end of the feed is a page that is not full; what is pending is counted from pages;
/// checkpoints of id versions 1 to 3 are not looked for.
class Replicator {
  public:
    using Done = std::function<void(const ReplicatorEnd&)>;

    /// `alarms` of a running process on the job's node; they outlive this. `done` is called once,
    /// from a timer; whoever is told may destroy this.
    Replicator(kernel::Kernel& kernel, Alarms& alarms, ReplicatorStart start,
               std::unique_ptr<Peer> source, std::unique_ptr<Peer> target, Done done);
    ~Replicator();
    Replicator(const Replicator&) = delete;
    Replicator& operator=(const Replicator&) = delete;

    void start();
    /// Ends it without telling `done`: a last checkpoint within five seconds, then `then`, from a
    /// timer.
    void stop(std::function<void()> then);

    const ReplicationStats& stats() const { return stats_; }
    const std::string& through_seq() const { return through_.seq; }
    const std::string& committed_seq() const { return committed_.seq; }
    const std::string& source_seq() const { return highest_.seq; }
    /// Changes it knows of and has not done; nothing before the first page.
    std::optional<std::uint64_t> pending() const;
    /// Its databases were opened and its checkpoints read: it has something to tell.
    bool opened() const { return opened_; }

  private:
    enum class Phase : std::uint8_t { opening, running, closing, ended };
    /// A place in the source's history: the batch that ends there, and what it is called.
    struct Place {
        std::uint64_t batch = 0;
        std::string seq = "0";
    };
    struct Batch {
        std::uint64_t number = 0;
        std::string seq{};   ///< Where it ends.
        std::vector<PeerChange> changes{};
        std::vector<PeerWanted> singly{};       ///< Revisions to be fetched one by one, last first.
        std::vector<ReplicatedEdit> buffer{};   ///< To be written together.
        Bytes buffered{};
        std::size_t under_way = 0;   ///< Requests.
        ReplicationStats stats{};
    };
    using BatchPtr = std::shared_ptr<Batch>;

    // Opening (replicator.cpp).
    void open_source();
    void create_target();
    void open_target();
    void find_logs();
    void begin();
    // Reading (replicator.cpp).
    void read_on();
    void take_page(const PeerPage& page);
    void start_workers();
    void maybe_finish();
    // One batch (replicator_batch.cpp).
    void find_missing(const BatchPtr& batch);
    void fetch_bulk(const BatchPtr& batch, std::vector<PeerWanted> wanted);
    void fetch_singly(const BatchPtr& batch);
    void fetch_one(const BatchPtr& batch, PeerWanted wanted, bool again);
    void buffer(const BatchPtr& batch, ReplicatedEdit edit);
    void flush(const BatchPtr& batch);
    void write(const BatchPtr& batch, std::vector<ReplicatedEdit> edits);
    void look(const BatchPtr& batch);
    void batch_done(const Batch& batch);
    // Checkpoints (replicator_checkpoint.cpp).
    void arm_checkpoint();
    void checkpoint(std::function<void(std::optional<JobError>)> then);
    void write_checkpoint(std::function<void(std::optional<JobError>)> then);
    void write_log(bool source, const json::Value& body,
                   std::function<void(std::optional<JobError>)> then);
    // Ending (replicator.cpp).
    void fail(JobError error);
    void finish();
    void end(std::function<void()> told);

    bool idle() const { return queue_.empty() && in_progress_.empty() && !asking_; }
    std::int64_t seconds() const;
    /// Forwards an answer while the job runs: good ones to `good`, errors to `bad`.
    template <class T, class Good, class Bad>
    PeerThen<T> hear(Good good, Bad bad) {
        return [this, good, bad](const PeerAnswer<T>& answer) {
            if (phase_ == Phase::ended) return;
            if (const auto* error = std::get_if<PeerError>(&answer)) return bad(*error);
            good(std::get<T>(answer));
        };
    }

    kernel::Kernel& kernel_;
    Alarms& alarms_;
    ReplicatorStart start_;
    std::unique_ptr<Peer> source_;
    std::unique_ptr<Peer> target_;
    Done done_;
    std::function<void()> stopped_;   // Whom stop() tells.
    Phase phase_ = Phase::opening;
    bool opened_ = false;
    std::set<std::uint64_t> set_;   // Alarms that are ours, to take along.
    std::uint64_t checkpoint_alarm_ = 0;
    std::uint64_t end_alarm_ = 0;
    std::uint64_t patience_alarm_ = 0;   // Of stop().

    PeerInfo source_info_, target_info_;
    std::optional<LocalDocument> source_log_, target_log_;
    std::vector<json::Value> history_;
    json::Value result_;   // What is answered if nothing more happens.

    std::string since_ = "0";   // Where the reader is.
    std::string start_seq_ = "0";
    bool asking_ = false;
    bool caught_up_ = false;   // Told all there was: waits if continuous, else is done.
    std::optional<std::uint64_t> behind_;
    std::deque<PeerChange> queue_;
    std::map<std::uint64_t, BatchPtr> in_progress_;
    std::uint64_t next_batch_ = 1;
    Place through_, committed_, highest_;
    ReplicationStats stats_;
};

}   // namespace glasshive::store::replicate
