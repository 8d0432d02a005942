#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "store/json/value.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/feeds.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/node_files.h"
#include "store/replicate/alarms.h"
#include "store/replicate/peer.h"
#include "store/replicate/request.h"

namespace glasshive::store::replicate {

class JobRunner;
class DocumentWatch;

/// Source: default.ini [replicator], couch_replicator_scheduler.erl,
/// couch_replicator_clustering.erl.
struct SchedulerOptions {
    /// Part of every replication id: couch_server:get_uuid(), 32 hex digits, of this node.
    std::string server_uuid{};
    std::int64_t epoch = 0;       ///< Seconds since 1970 at virtual time zero.
    std::size_t jobs_max = 500;   ///< max_jobs
    std::size_t churn_max = 20;   ///< max_churn: stopped and started in one round.
    std::size_t history_max = 20;
    Duration interval = std::chrono::seconds{60};
    Duration healthy = std::chrono::seconds{120};      ///< health_threshold
    Duration start_jitter = std::chrono::seconds{5};   ///< startup_jitter
    /// How long membership must stand still before jobs move: cluster_quiet_period, and for the
    /// first time cluster_start_period.
    Duration quiet = std::chrono::seconds{60};
    Duration quiet_at_start = std::chrono::seconds{5};
    /// Longer ids are passed over and counted as failures: max_document_id_length, in bytes.
    std::size_t id_bytes_max = SIZE_MAX;
    bool update_docs = false;   ///< Documents are told "triggered" and "error", too.
    /// Of a replication that does not say: worker_processes and the like, of the node that runs it.
    /// Source: couch_replicator_parse:default_options/0.
    ReplicationOptions usual{};
};

/// What `POST /_replicate` is answered, whole.
struct ReplicateReply {
    int status = 500;
    json::Value body{};
};

/// Who asks for a replication.
struct ReplicationUser {
    std::string name{};   ///< "" for nobody.
    bool admin = false;   ///< A server's.
    /// When a token says them, not a document of `_users`.
    std::optional<std::vector<std::string>> roles{};
};

/// What a node lends its scheduler; all of the same node, all outlive it.
struct SchedulerNode {
    NodeFiles& files;
    Coordinator& coordinator;
    Gatherer& gatherer;
    Feeds& feeds;
};

/// The process of a node that runs replications: those that `_replicate` asks for, and those that
/// documents in `_replicator` databases describe. Of a document, the node that owns it (mem3:owner
/// among the live nodes that hold it) runs the job; when that node dies another one takes over as
/// soon as membership stood still for the quiet period. A job of `_replicate` dies with its node.
///
/// Jobs beyond jobs_max wait their turn; a job that crashed waits 30 s, twice that after the next
/// crash, up to 2^10 times as long. Documents are told the end only: completed and failed.
/// Source: couch_replicator_scheduler.erl, couch_replicator_doc_processor.erl,
/// couch_replicator_docs.erl, chttpd_misc:handle_replicate_req/1.
class Scheduler final : public kernel::Process {
  public:
    template <class Answer>
    using Then = std::function<void(const Answer&)>;
    using Rows = std::vector<json::Value>;

    /// `own`: which of the members this node is.
    Scheduler(kernel::Kernel& kernel, const SchedulerNode& node, std::size_t own,
              const std::vector<QuorumMember>& members, PeerResolver& resolver,
              const SchedulerOptions& options);
    ~Scheduler() override;

    /// The members' schedulers, in their order. Before it starts.
    void set_peers(std::vector<ProcessId> peers);

    // --- What the owner tells --------------------------------------------------------------------
    /// `[replicator]` of the configuration; what runs goes on as it began.
    void set_options(const SchedulerOptions& options) { options_ = options; }
    const SchedulerOptions& options() const { return options_; }
    /// The replica's listener, "" alone counts: `_dbs` changed, so there may be another
    /// `_replicator`.
    void updated(const std::string& shard);
    /// NodeWatch. Only this node counts as up when it starts.
    void node_up(std::size_t member);
    void node_down(std::size_t member);

    // --- Requests; each requires a running process -----------------------------------------------
    /// `POST /_replicate`. 200 when a one-shot replication has ended or was cancelled, 202 when a
    /// continuous one was begun; else {"error","reason"}.
    /// The node that source and target choose does it.
    /// A job is cancelled by who began it or an admin: else 401.
    void replicate(const json::Value& body, const ReplicationUser& user, Then<ReplicateReply> then);

    /// `_scheduler/jobs`: rows of all live nodes, by id.
    void jobs(Then<Rows> then);
    /// What is known of a database's replications. `total`: of its documents, whatever is wanted.
    struct DocsRows {
        Rows rows{};
        std::uint64_t total = 0;
    };
    /// `_scheduler/docs/DATABASE`: rows in order of their ids. `states`: those wanted, e.g.
    /// "running"; none: all. Not one when there is no such database.
    /// Source: couch_replicator_fabric:docs/5.
    void docs(const std::string& database, const std::vector<std::string>& states,
              Then<DocsRows> then);
    /// Replications in `_active_tasks`, of all live nodes.
    void tasks(Then<Rows> then);

    void on_start() override;
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t, std::uint64_t argument) override { alarms_.ring(argument); }
    void on_stop() override;

  private:
    /// What schedulers ask of one another.
    struct Asked;
    struct Told;
    /// A question to several members, until all that live have answered.
    struct Round {
        std::map<std::size_t, std::shared_ptr<const Told>> told{};   ///< Null: not yet.
        std::function<void(const std::vector<const Told*>&)> then{};
        std::uint64_t alarm = 0;
    };
    void ask(const std::vector<std::size_t>& members, std::shared_ptr<const Asked> what,
             std::function<void(const std::vector<const Told*>&)> then);
    void ask_all(std::shared_ptr<const Asked> what,
                 std::function<void(const std::vector<const Told*>&)> then);
    void heard(std::uint64_t number, std::size_t member, std::shared_ptr<const Told> told);
    void lost(std::size_t member);
    /// What this node says; the reply of a replication may come much later.
    void say(const Asked& asked, std::function<void(std::shared_ptr<const Told>)> then);
    void replicate_here(const Asked& asked, Then<ReplicateReply> then);
    void cancel_here(const Asked& asked, Then<ReplicateReply> then);
    void begin_here(const ReplicationRequest& request, const std::string& user,
                    const std::string& base_id, Then<ReplicateReply> then);
    std::size_t chosen_for(json::View body) const;
    Rows own_rows(const Asked& asked) const;
    void merge_docs(const std::string& database, const std::vector<std::string>& states,
                    const std::vector<const Told*>& told, Then<DocsRows> then);

    kernel::Kernel& kernel_;
    SchedulerNode node_;
    std::size_t own_;
    const std::vector<QuorumMember>& members_;
    SchedulerOptions options_;
    Alarms alarms_;
    std::unique_ptr<JobRunner> runner_;
    std::unique_ptr<DocumentWatch> watch_;
    std::vector<ProcessId> peers_;
    std::vector<ChannelId> channels_;   // To peers, by member.
    std::map<std::uint64_t, Round> rounds_;
    std::uint64_t next_round_ = 1;
};

/// {"total_rows","offset","jobs"}: a page of `_scheduler/jobs`.
json::Value scheduler_jobs_page(const std::vector<json::Value>& rows, std::size_t skip,
                                std::size_t limit);
/// {"total_rows","offset","docs"}, of so many documents that the database has.
json::Value scheduler_docs_page(const std::vector<json::Value>& rows, std::uint64_t total,
                                std::size_t skip, std::size_t limit);

}   // namespace glasshive::store::replicate
