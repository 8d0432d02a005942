#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/replicate/alarms.h"
#include "store/replicate/job_runner.h"
#include "store/replicate/scheduler.h"

namespace glasshive::store::replicate {

/// A body with its state members as a job's end leaves them; members without a value go. The time
/// changes with the state alone. Nothing: it is so already.
/// Source: couch_replicator_docs:update_rep_doc/4.
using StateMembers = std::vector<std::pair<std::string, std::optional<json::Value>>>;
std::optional<json::Value> with_state(json::View body, const StateMembers& members,
                                      const std::string& now);

/// Turns the replicator databases' documents into jobs of the node that owns them, and writes how
/// they ended.
/// Source: couch_replicator_doc_processor.erl, couch_replicator_db_changes.erl,
/// couch_replicator_clustering.erl, couch_replicator_docs.erl.
class DocumentWatch {
  public:
    struct Document {
        enum class State : std::uint8_t { initializing, error, scheduled };
        State state = State::initializing;
        ReplicationRequest request{};
        std::optional<std::string> job{};   ///< Its id, once it is known.
        std::string info{};                 ///< Why not.
        std::uint32_t errors = 0;
        Time updated{};
        Time added{};
        std::uint64_t alarm = 0;
        std::uint64_t worker = 0;   ///< Which attempt is under way.
    };
    using Documents = std::map<DocumentKey, Document>;

    DocumentWatch(kernel::Kernel& kernel, Alarms& alarms, const SchedulerNode& node,
                  std::size_t own, const std::vector<QuorumMember>& members, JobRunner& runner,
                  const SchedulerOptions& options);

    void begin();
    /// `_dbs` changed.
    void look_for_databases();
    /// Membership changed: nothing new is begun until it stood still.
    void membership_changed(std::size_t member, bool up);
    bool sees(std::size_t member) const { return up_[member]; }
    void completed(const DocumentKey& key, const json::Value& stats);
    const Documents& documents() const { return documents_; }
    void clear();

  private:
    struct Watched {
        std::string since = "0";
        std::uint64_t feed = 0;
        std::uint64_t retry = 0;
    };
    void settle(Duration after);
    void became_stable();
    void watch(const std::string& database);
    void hear(const std::string& database, const FeedEvent& event);
    void forget_database(const std::string& database);
    /// Nothing: nobody does, for the database is gone or nobody who holds it lives.
    std::optional<std::string> owner(const DocumentKey& key) const;
    void changed(const DocumentKey& key, const found::ChangeRow& row);
    void take(const DocumentKey& key, json::View body);
    void removed(const DocumentKey& key);
    void find_job(const DocumentKey& key, Duration after);
    void found_id(const DocumentKey& key, const std::string& base_id);
    void temporary_error(const DocumentKey& key, std::string why);
    void failed(const DocumentKey& key, const std::string& why);
    void triggered(const DocumentKey& key, const std::string& id);
    void in_error(const DocumentKey& key, const std::string& why);
    void write_state(const DocumentKey& key, const StateMembers& members, std::uint32_t tries);
    std::string now_text() const;

    kernel::Kernel& kernel_;
    Alarms& alarms_;
    SchedulerNode node_;
    std::size_t own_;
    const std::vector<QuorumMember>& members_;
    JobRunner& runner_;
    const SchedulerOptions& options_;
    kernel::Rng chance_;
    std::vector<bool> up_;
    Time begun_{};
    bool stable_ = false;
    std::uint64_t settle_alarm_ = 0;
    std::map<std::string, Watched> watched_;
    Documents documents_;
    std::uint64_t next_worker_ = 1;
};

}   // namespace glasshive::store::replicate
