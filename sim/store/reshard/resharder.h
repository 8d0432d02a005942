#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/replica.h"
#include "store/quorum/scatter.h"
#include "store/replicate/internal.h"
#include "store/reshard/job.h"
#include "store/reshard/map_editor.h"
#include "store/reshard/messages.h"

namespace glasshive::store::reshard {

/// Source: default.ini, [reshard].
struct ReshardOptions {
    std::size_t max_jobs = 48;   ///< Of a node, those that ended included.
    std::size_t max_history = 20;
    std::size_t max_retries = 1;   ///< Of a step.
    Duration retry_interval = std::chrono::seconds{10};
    bool delete_source = true;
    /// Of an edit of the map, and then of the wait until all nodes have it. (The documentation's
    /// update_shard_map_timeout_sec; mem3_reshard_job.erl reads update_shardmap_timeout_sec.)
    Duration update_shard_map_timeout = std::chrono::seconds{60};
    Duration source_close_timeout = std::chrono::seconds{600};
};

/// Builds the indexes of a copy that nobody asks yet; then says whether they are there.
using BuildIndexes = std::function<void(const std::string& shard, std::function<void(bool)> then)>;

/// What a resharder works with, all of its own node but `resharders`; all of it outlives it.
struct ReshardPlace {
    std::size_t own = 0;   ///< Which of the members this node is.
    NodeFiles& files;
    ReshardFiles& jobs;
    Replica& replica;
    Gatherer& gatherer;
    InternalReplication& internal;
    ReplicaMachine machine{};
    BuildIndexes build{};   ///< Nothing: there are no indexes.
    /// All nodes there are, in order of their names, and the processes of their resharders.
    const std::vector<QuorumMember>& members;
    const std::vector<ProcessId>& resharders;
};

/// The process of a node that splits its copies. Jobs are on the node's disk with the step they
/// have come to, and begin again there when it starts. Reads and writes go on meanwhile: the new
/// files are filled beside the old one, then the map is edited, then the old one is deleted once
/// all that was written to it is in the new ones.
/// Source: mem3_reshard.erl, mem3_reshard_job.erl.
class Resharder final : public Scatter {
  public:
    Resharder(kernel::Kernel& kernel, const ReshardPlace& place,
              const ReshardOptions& options = {});

    /// Members' answers, with who they are; who is down or does not answer has none.
    using Answers = std::vector<std::pair<std::size_t, std::shared_ptr<const ReshardReply>>>;
    void ask(const std::vector<std::size_t>& members, const ReshardRequest& request,
             std::function<void(const Answers&)> then);
    /// In order of their names.
    std::vector<std::size_t> live() const;
    void node_up(std::size_t member);
    void node_is_down(std::size_t member);
    /// `_dbs` changed: jobs that have split copies of databases that are gone go, too. Others fail
    /// by themselves, and stay to be looked at. Source: mem3_reshard:handle_cast/2, db_deleted.
    void databases_changed();
    /// [reshard] of this node's configuration.
    void set_options(const ReshardOptions& options) { options_ = options; }
    const ReshardOptions& options() const { return options_; }

    void on_start() override;
    void on_message(const kernel::Message& message) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_work_done(std::uint32_t tag, std::uint64_t argument) override {
        work_.on_work_done(id(), tag, argument);
    }
    void on_stop() override;

  private:
    enum Tag : std::uint32_t { tag_again = 10, tag_retry };
    /// One attempt at one step. What it has begun and what ends later goes nowhere.
    struct Attempt {
        std::uint64_t number = 0;
        Time until{};                 ///< Of a wait.
        bool map_is_edited = false;   ///< Of update_shardmap: it waits for all nodes to have it.
        std::uint64_t pushed = 0;     ///< Of source_delete: what the targets have.
        bool has_pushed = false;
        std::optional<std::string> stop_after{};   ///< Stopped while the map is edited: why.
        bool remove_after = false;
    };

    ProcessId process_of(std::size_t member) const override { return place_.resharders[member]; }
    std::size_t member_count() const override { return place_.resharders.size(); }
    // --- What it is asked ------------------------------------------------------------------------
    using ThenReply = std::function<void(ReshardReply reply)>;
    void serve(const ReshardRequest& request, const ThenReply& then);
    void answer(const kernel::Message& to, ReshardReply reply);
    ReshardReply start_job(const std::string& shard);
    std::string stop_job(const std::string& id, const std::string& reason);
    std::string resume_job(const std::string& id);
    std::string remove_job(const std::string& id);
    void switch_on();
    void switch_off(const std::string& reason);
    // --- A job's way -----------------------------------------------------------------------------
    void begin(SplitJob& job);
    void halt(SplitJob& job, JobState state, const std::string& reason);
    void run(SplitJob& job);
    void step(SplitJob& job);
    /// Null: the attempt is no longer the job's.
    SplitJob* job_of(std::uint64_t attempt);
    void done(std::uint64_t attempt);
    void fail(std::uint64_t attempt, const std::string& reason, bool for_good = false);
    void again(std::uint64_t attempt, Duration delay);
    void tell(const SplitJob& job, std::string_view state, std::string_view reason = {});
    // --- Its steps -------------------------------------------------------------------------------
    Database* copy(const std::string& shard);
    Database::TakesId taker(const std::string& target) const;
    bool has_files(SplitJob& job, bool source);
    void initial_copy(SplitJob& job);
    void install(SplitJob& job, std::vector<Database> parts);
    void top_off(SplitJob& job, bool before,
                 std::function<void(std::optional<std::uint64_t>)> then);
    void build_indices(SplitJob& job);
    void copy_local_docs(SplitJob& job);
    void update_shardmap(SplitJob& job);
    void wait_for_map(SplitJob& job);
    void wait_source_close(SplitJob& job);
    void source_delete(SplitJob& job);
    NameId name(std::string_view text) { return kernel_.names().intern(text); }

    ReshardPlace place_;
    ReshardOptions options_;
    MapEditor editor_;
    std::vector<bool> up_;                                  // By member.
    std::map<std::string, Attempt, std::less<>> running_;   // By job.
    HostWork work_;
    std::uint64_t next_ = 1;   // Attempt.
};

}   // namespace glasshive::store::reshard
