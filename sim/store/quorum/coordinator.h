#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/quorum/messages.h"
#include "store/quorum/node_files.h"

namespace glasshive::store {

/// A node of the cluster: its name and who answers there.
struct QuorumMember {
    std::string node;
    ProcessId replica;
    std::string zone{};
};

/// Which of the members, in order of their names, has this one; none when the node has left the
/// cluster, which counts as down.
std::optional<std::size_t> find_member(const std::vector<QuorumMember>& members,
                                       std::string_view node);

/// Source: default.ini, [fabric] request_timeout.
struct CoordinatorOptions {
    Duration request_timeout = std::chrono::seconds{60};
    std::int64_t epoch = 0;   ///< Seconds since 1970 at virtual time zero.
    /// Default: false, as 3.5 does. True, as after 3.5.2 ([fabric] serialize_worker_startup): a
    /// client's edit goes to one copy of a range first, and a conflict there is final.
    bool serialized_start = false;
};

/// How a write is made.
struct WriteOptions {
    WriteOptions(std::uint32_t wanted = 0, json::Value writer = {})   // NOLINT: a number is w.
        : w(wanted),
          user(std::move(writer)) {}
    std::uint32_t w;    ///< 0: a majority of n.
    json::Value user;   ///< `userCtx` for validation functions; nothing: a server's admin.
};

/// What a write is answered. One decision per edit, in their order; none when there is no such
/// database (status 404).
struct WriteAnswer {
    int status = 500;   ///< Of one document; of `_bulk_docs` see bulk_status().
    std::vector<Decision> decisions{};
};
struct ReadAnswer {
    int status = 500;   ///< 200; 404 not_found; 500 read_failure, or timeout.
    std::string reason{};
    OpenedPath path{};   ///< Of a deleted document, too (status 404, reason "deleted").
    /// All of its history as the copy has it whose answer this is, when it was asked for.
    std::shared_ptr<const Document> whole{};
};
/// Of an operation on a database: the status, and CouchDB's reason for a 500.
struct StatusAnswer {
    int status = 500;
    std::string reason{};
};

/// The process of a node that carries clients' requests to all copies and decides by their replies.
/// A node that is down is noticed by its reset connection; one that is silent at request_timeout.
///
/// Concurrent writers through two coordinators may both succeed: each copy decides alone.
/// Source: fabric_doc_update.erl, fabric_doc_open.erl, fabric_db_create.erl, fabric_db_delete.erl,
/// fabric_db_meta.erl.
/// Leaves out: what Gatherer does: `_local` documents, purges, open_revs, and all lists.
class Coordinator final : public kernel::Process {
  public:
    template <class Answer>
    using Then = std::function<void(const Answer&)>;

    /// `members` ordered by name and the same for all; outlives the coordinator.
    Coordinator(kernel::Kernel& kernel, NodeFiles& files, std::string node,
                const std::vector<QuorumMember>& members, const CoordinatorOptions& options = {});

    /// Each requires a running process. `r` = 0: a majority of n. Answers come from a message
    /// or a timer, or at once when nothing can be asked; none comes if the node dies.
    void write(std::string_view database, std::vector<Edit> edits, const WriteOptions& options,
               Then<WriteAnswer> then);
    void write_replicated(std::string_view database, std::vector<ReplicatedEdit> edits,
                          const WriteOptions& options, Then<WriteAnswer> then);
    /// `whole`: with all revisions, for what is told of them (conflicts, revs_info, local_seq).
    void read(std::string_view database, std::string_view id, std::uint32_t r,
              Then<ReadAnswer> then, bool whole = false);
    void create(const std::string& database, const Spread& spread, Then<StatusAnswer> then);
    void remove(const std::string& database, Then<StatusAnswer> then);
    void set_security(std::string_view database, json::Value security, Then<StatusAnswer> then);
    void set_revs_limit(std::string_view database, std::uint32_t limit, Then<StatusAnswer> then);

    /// The net tick found it silent: whoever waits for it need not.
    void node_down(std::size_t member);
    /// Whether the runtime is connected with a member. Who is asked while it is not counts as down
    /// at once. Source: rexi_monitor:start/1, which knows nodes() alone.
    void set_connected(std::size_t member, bool connected);

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  private:
    struct Worker {
        std::size_t member = 0;
        Range range{};
        std::vector<std::size_t> edits{};   ///< Of a write: which of the request's.
        enum class State : std::uint8_t { held, waiting, answered, lost } state = State::waiting;
        std::shared_ptr<ShardRequest> request{};   ///< While held: what it will be asked.
        Bytes size{};
    };
    struct Job {
        QuorumMessage type{};
        std::string database{};
        std::string id{};
        std::vector<Worker> workers{};
        std::size_t waiting = 0;
        std::size_t good = 0;
        std::uint32_t wanted = 0;
        bool timed_out = false;
        bool existed = false;      ///< Of `create`: so said a node.
        bool conflicted = false;   ///< Ditto.
        kernel::TimerId timer{};
        std::vector<std::vector<CopyReply>> replies{};   ///< By edit.
        std::vector<bool> final_conflict{};              ///< By edit.
        std::unique_ptr<ReadTally> tally{};
        std::optional<std::size_t> first{};   ///< Of a read: the member that answered first.
        std::vector<std::shared_ptr<const Document>> whole{};   ///< Of the copies, as they came.
        Then<WriteAnswer> write_then{};
        Then<ReadAnswer> read_then{};
        Then<StatusAnswer> status_then{};
    };
    using Jobs = std::map<std::uint64_t, Job>;

    enum Tag : std::uint32_t { tag_timeout, tag_away };
    void write_any(const ShardMap& map, std::vector<Edit> edits,
                   std::vector<ReplicatedEdit> replicated, const WriteOptions& options,
                   Then<WriteAnswer> then);
    std::uint64_t open_job(Job job);
    void ask(std::uint64_t number, std::size_t worker, std::shared_ptr<const ShardRequest> request,
             Bytes size);
    void ask_all_copies(Job job, const ShardMap& map, const ShardRequest& request);
    void ask_all_members(Job job, const ShardRequest& request);
    /// Serialised: the range's first copy spoke or was lost; its others may start.
    void start_held(Jobs::iterator at, std::size_t first);
    void lose(Jobs::iterator at, std::size_t worker, std::string_view why);
    /// Decides if it can; the job is gone then.
    void look(Jobs::iterator at);
    void finish(Jobs::iterator at);
    void finish_write(const Job& job);
    void finish_read(Job& job);
    StatusAnswer status_of(const Job& job) const;
    void repair(const Job& job, std::function<void()> then);
    NameId name(std::string_view text) { return kernel_.names().intern(text); }

    kernel::Kernel& kernel_;
    NodeFiles& files_;
    std::string node_;
    const std::vector<QuorumMember>& members_;
    CoordinatorOptions options_;
    kernel::Rng place_;
    std::vector<ChannelId> channels_;   // By member; invalid when there is none.
    std::vector<bool> away_;            // By member: not connected.
    Jobs jobs_;
    std::uint64_t next_job_ = 1;
};

}   // namespace glasshive::store
