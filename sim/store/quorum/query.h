#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/db/database.h"

namespace glasshive::store {

/// Passes or refuses a change: `_doc_ids`, `_selector`, `_design`, a design document's function.
/// Shared by all copies that are asked, so it may have no state of its own.
class ChangeFilter {
  public:
    virtual ~ChangeFilter() = default;
    /// `leaf`: the winner, and with Style::all_docs each other leaf, too. A change of which no leaf
    /// passes is not told.
    virtual bool passes(const Document& document, Tree::Index leaf) const = 0;
    /// What it names is looked up, and the other changes are not gone through: they stay pending.
    /// Source: couch_changes:send_changes_doc_ids/6, send_changes_design_docs/6.
    virtual bool looks_up() const { return false; }
};

/// What one copy of a shard can be asked beside the hot path's edits and reads. The first half
/// changes nothing, the second half is part of the copy's next commit.
/// Source: fabric_rpc.erl, mem3_rpc.erl.
namespace query {

struct OpenRevs {   ///< fabric_rpc:open_revs/4
    json::SharedBytes id;
    bool all = false;   ///< All leaves; else those named.
    std::vector<Revision> revisions{};
    bool latest = false;   ///< The leaves that come from those named.
};
struct RevsDiff {   ///< fabric_rpc:get_missing_revs/2
    std::vector<std::pair<json::SharedBytes, std::vector<Revision>>> wanted;
};
struct OpenLocal {
    std::string id;
};
struct Info {};                           ///< fabric_rpc:get_db_info/1
struct ListDocs {                         ///< fabric_rpc:all_docs/3
    std::optional<std::string> start{};   ///< First key in reading direction.
    std::optional<std::string> end{};
    std::optional<std::vector<std::string>> keys{};   ///< Then nothing else counts.
    bool inclusive_end = true;
    bool descending = false;
    std::size_t rows_max = SIZE_MAX;   ///< Skipped ones included.
    bool bodies = false;               ///< include_docs
    bool conflicts = false;
};
/// A place in a copy's history, as a packed sequence tells it.
struct SeqOf {
    std::string node;   ///< Whose copy's it is.
    std::string uuid;   ///< Of that copy.
    std::uint64_t seq = 0;
};
struct ListChanges {   ///< fabric_rpc:changes/4
    SeqOf since{};   ///< No node: counts from zero. Another copy's: a safe earlier place is found.
    bool descending = false;
    Style style = Style::main_only;
    std::size_t rows_max = SIZE_MAX;
    bool bodies = false;                 ///< The winner's content.
    bool paths = false;                  ///< All leaves with their pasts.
    std::size_t leaves_max = SIZE_MAX;   ///< Stops behind the document that reaches it.
    std::shared_ptr<const ChangeFilter> filter{};
};
struct ListPurges {   ///< mem3_rpc:load_purge_infos/4
    std::uint64_t since = 0;
    std::size_t most = 100;
};

struct ListLocals {};    ///< `_local_docs`
struct PartitionInfo {   ///< fabric_rpc:get_partition_info/2
    std::string partition;
};

struct EditLocal {
    LocalEdit edit;
};
struct Purge {   ///< fabric_rpc:purge_docs/3
    std::vector<PurgeRequest> requests;
};
struct Compact {};
/// The purged infos to keep, `_purged_infos_limit`.
struct LimitPurges {
    std::uint32_t limit = 1000;
};

}   // namespace query

using Query =
    std::variant<query::OpenRevs, query::RevsDiff, query::OpenLocal, query::Info, query::ListDocs,
                 query::ListChanges, query::ListPurges, query::ListLocals, query::PartitionInfo,
                 query::EditLocal, query::Purge, query::Compact, query::LimitPurges>;

/// It is part of a commit.
inline bool changes_copy(const Query& query) { return query.index() >= 9; }

/// What a copy answers.
namespace found {

struct Leaf {
    Revision revision;
    std::vector<Step> path{};   ///< Oldest first; empty: this revision is missing.
    friend bool operator==(const Leaf&, const Leaf&);
};
struct Revs {
    std::vector<Leaf> leaves;   ///< As asked for; of `all` in winner order.
};
struct Missing {
    struct One {
        std::vector<Revision> missing;
        std::vector<Revision> possible_ancestors;
    };
    std::vector<One> documents;   ///< In the order asked for.
};
struct Local {
    std::optional<LocalDocument> document;
};
struct Info {
    DatabaseInfo info;
    std::string uuid;
    json::Value security;
    std::uint32_t revs_limit = 0;
    std::uint32_t purged_infos_limit = 0;
};
struct DocRow {
    json::SharedBytes id;
    Revision winner;
    bool deleted = false;   ///< Only when asked for by key.
    ContentPtr content{};
    std::vector<Revision> conflicts{};
};
struct Docs {
    std::vector<DocRow> rows;   ///< Of `keys`: those this copy knows, in no promised order.
    std::uint64_t total = 0;
    std::uint64_t before = 0;   ///< Rows in front of the first one.
    query::SeqOf seq;
};
struct ChangeRow {
    std::uint64_t seq = 0;
    json::SharedBytes id;
    std::vector<Revision> revisions;
    bool deleted = false;
    std::uint64_t pending = 0;   ///< Changes behind this one.
    ContentPtr content{};
    std::vector<std::vector<Step>> paths{};
};
struct Changes {
    std::vector<ChangeRow> rows;
    std::string uuid;
    std::uint64_t from = 0;      ///< Where it began, in this copy's numbers.
    std::uint64_t seq = 0;       ///< Where it ended.
    std::uint64_t pending = 0;   ///< Behind that.
};
struct Purges {
    std::vector<PurgeRequest> requests;
    std::uint64_t through = 0;
};
struct Locals {
    std::map<std::string, LocalDocument, std::less<>> documents;
};
struct Partition {
    std::uint64_t documents = 0;
    std::uint64_t deleted = 0;
    Bytes active{};
    Bytes external{};
};
struct LocalStored {
    std::variant<Revision, Refusal> result;
};
struct Purged {
    std::vector<std::vector<Revision>> revisions;
};
struct Done {};

}   // namespace found

using Found = std::variant<found::Revs, found::Missing, found::Local, found::Info, found::Docs,
                           found::Changes, found::Purges, found::Locals, found::Partition,
                           found::LocalStored, found::Purged, found::Done>;

/// A leaf of a document of the copy with its past, oldest first, no longer than the copy's
/// revs_limit of now. Source: couch_db:make_doc/5.
std::vector<Step> path_to(const Database& copy, const Tree& tree, Tree::Index leaf);

/// What a copy on `node` says; pure but for queries that change it.
Found ask_copy(Database& copy, const Query& query, const std::string& node);
/// What saying it costs the host, before it is said.
Cost cost_of(const Database& copy, const Query& query);
/// On the wire.
Bytes size_of(const Query& query);
Bytes size_of(const Found& found);

/// The document in which a copy notes how far it has pushed to another one.
/// Source: mem3_rep:make_local_id/3 (there of hashes).
std::string checkpoint_id(std::string_view source_uuid, std::string_view target_uuid);
/// How far into its own history `copy` may start for a reader who has seen another copy up to
/// `seen`: as far as it had pushed to that copy when it stood at `seen` or before; or, when it was
/// split from that copy, where it stood when it had all of that. 0: not known.
/// Source: mem3_rep:find_source_seq/4, find_split_target_seq/4.
std::uint64_t safe_start(const Database& copy, const query::SeqOf& seen);

}   // namespace glasshive::store
