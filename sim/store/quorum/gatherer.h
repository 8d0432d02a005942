#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/messages.h"
#include "store/quorum/packed_seq.h"
#include "store/quorum/scatter.h"

namespace glasshive::store {

struct LocalAnswer {
    int status = 500;
    std::string reason{};
    std::optional<LocalDocument> document{};   ///< Of a read.
    Revision revision{};                       ///< Of a write.
};
struct RevsAnswer {
    int status = 500;                    ///< 200; 503 when no copy answers.
    std::vector<found::Leaf> leaves{};   ///< Of `all` ascending by revision, else as asked for.
};
struct DiffAnswer {
    int status = 500;
    std::vector<found::Missing::One> documents{};   ///< As asked for.
};
struct PurgeAnswer {
    int status = 500;   ///< 201; 202: fewer than w copies.
    std::vector<std::vector<Revision>> purged{};
};
struct InfoAnswer {
    int status = 500;
    std::string reason{};
    DatabaseInfo info{};   ///< Added up; the sequence numbers are of no use but to look at.
    std::string update_seq{};
    json::Value security{};   ///< As the first copy has it; nothing: the default.
    std::uint32_t revs_limit = 0;
    std::uint32_t purged_infos_limit = 0;
};
struct DocsAnswer {
    struct Row {
        std::string key;
        std::optional<found::DocRow> found{};   ///< Empty: {"key":…,"error":"not_found"}.
    };
    int status = 500;
    std::string reason{};
    std::vector<Row> rows{};
    std::uint64_t total = 0;
    std::optional<std::uint64_t> offset{};   ///< Null when asked for by keys.
    std::string update_seq{};
};
struct LocalsAnswer {
    int status = 500;
    std::string reason{};
    std::map<std::string, LocalDocument, std::less<>> documents{};
};
struct PurgesAnswer {
    int status = 500;
    std::string reason{};
    /// Each purge that some copy remembers, once: an id and the revisions that went.
    std::set<std::pair<std::string, std::vector<Revision>>> purges{};
};
struct PartitionAnswer {
    int status = 500;
    std::string reason{};
    std::uint64_t documents = 0;
    std::uint64_t deleted = 0;
    Bytes active{};
    Bytes external{};
};
struct DocsOptions {
    query::ListDocs list{};   ///< Its rows_max is ours.
    std::size_t skip = 0;
    std::size_t limit = SIZE_MAX;
};
struct ChangesOptions {
    std::string since = "0";     ///< "now", or what a request answered.
    query::ListChanges list{};   ///< Its since, rows_max and paths are ours.
    std::size_t limit = SIZE_MAX;
};
struct ChangesAnswer {
    struct Row {
        std::string seq;
        found::ChangeRow change;
    };
    int status = 500;
    std::string reason{};
    std::vector<Row> rows{};
    std::string last_seq{};
    std::uint64_t pending = 0;
};

/// The process of a node that carries everything but documents' edits and plain reads to the
/// copies: what is quorate there, and what the first copy of each range that answers decides alone
/// (r = 1, so it may be stale).
/// Source: fabric_ring.erl, fabric_view*.erl, fabric_db_info.erl, fabric_doc_open_revs.erl,
/// fabric_doc_missing_revs.erl, fabric_doc_purge.erl, mem3_rpc.erl.
class Gatherer final : public Scatter {
  public:
    template <class Answer>
    using Then = std::function<void(const Answer&)>;

    /// `coordinator` of the same node carries read repairs; it and `members` outlive this.
    Gatherer(kernel::Kernel& kernel, NodeFiles& files, Coordinator& coordinator, std::string node,
             const std::vector<QuorumMember>& members, Duration request_timeout);

    // --- By quorum -------------------------------------------------------------------------------
    void read_local(std::string_view database, const std::string& id, Then<LocalAnswer> then);
    void write_local(std::string_view database, LocalEdit edit, std::uint32_t w,
                     Then<LocalAnswer> then);
    /// `revisions` empty: open_revs=all.
    void open_revs(std::string_view database, std::string_view id, std::vector<Revision> revisions,
                   bool latest, std::uint32_t r, Then<RevsAnswer> then);
    /// The id and the revisions of each; the uuid is made here.
    void purge(std::string_view database, std::vector<PurgeRequest> requests, std::uint32_t w,
               Then<PurgeAnswer> then);
    // --- By a ring -------------------------------------------------------------------------------
    void revs_diff(std::string_view database, query::RevsDiff wanted, Then<DiffAnswer> then);
    void info(std::string_view database, Then<InfoAnswer> then);
    void all_docs(std::string_view database, DocsOptions options, Then<DocsAnswer> then);
    void local_docs(std::string_view database, Then<LocalsAnswer> then);
    /// What was purged, as all live copies remember it. Source: fabric_db_purged_infos.erl.
    void purged_infos(std::string_view database, Then<PurgesAnswer> then);
    /// Of a partitioned database: one range's copies know.
    void partition_info(std::string_view database, const std::string& partition,
                        Then<PartitionAnswer> then);
    void changes(std::string_view database, ChangesOptions options, Then<ChangesAnswer> then);
    // --- All copies, nobody waits ----------------------------------------------------------------
    void compact(std::string_view database, Then<StatusAnswer> then);
    /// How many purges copies remember, `_purged_infos_limit`: 200 when all live copies know.
    void limit_purges(std::string_view database, std::uint32_t limit, Then<StatusAnswer> then);
    /// Needs one shard that answers and does nothing: every write was committed.
    void ensure_full_commit(std::string_view database, Then<StatusAnswer> then);
    // --- One copy --------------------------------------------------------------------------------
    /// Internal replication's. Null: the copy is lost. Served in maintenance mode, too.
    void ask_one(std::size_t member, QuorumMessage type,
                 std::shared_ptr<const ShardRequest> request,
                 std::function<void(const ShardReply*)> then);

  private:
    std::vector<Worker> copies(const ShardMap& map, const std::vector<const Copy*>& of,
                               Query query) const;
    std::vector<Worker> all_copies(const ShardMap& map, Query query) const;
    static Worker worker(std::size_t member, const Range& range, QuorumMessage type,
                         std::shared_ptr<const ShardRequest> request);
    ProcessId process_of(std::size_t member) const override { return members_[member].replica; }
    std::size_t member_count() const override { return members_.size(); }
    void merge_docs(const Job& job, const DocsOptions& options, const Then<DocsAnswer>& then);
    void merge_changes(const Job& job, const ChangesOptions& options,
                       const Then<ChangesAnswer>& then);
    void changes_since(std::string_view database, const PackedSeq& since, ChangesOptions options,
                       Then<ChangesAnswer> then);
    void repair(const Job& job, std::string_view database, std::string_view id);
    template <class T>
    static const T& found(const Job& job, std::size_t worker) {
        const auto& reply = static_cast<const ShardReply&>(*job.workers[worker].reply);
        return std::get<T>(*reply.found);
    }

    NodeFiles& files_;
    Coordinator& coordinator_;
    std::string node_;
    const std::vector<QuorumMember>& members_;
    kernel::Rng uuids_;
};

}   // namespace glasshive::store
