#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "store/db/change_log.h"
#include "store/db/cost.h"
#include "store/db/document_table.h"
#include "store/db/edit.h"

namespace glasshive::store {

/// Per copy. Source: couch_db.hrl, default.ini.
struct DatabaseOptions {
    std::uint32_t revs_limit = 1000;
    std::uint32_t purged_infos_limit = 1000;
    CostModel costs{};
};

/// What `GET /db` adds up over the shards.
struct DatabaseInfo {
    std::uint64_t documents = 0;   ///< Design documents included, local ones not.
    std::uint64_t deleted = 0;
    std::uint64_t update_seq = 0;
    std::uint64_t purge_seq = 0;
    Bytes file{};       ///< Grows with each update, shrinks when compacted.
    Bytes active{};     ///< Of it still needed. Exact after a compaction.
    Bytes external{};   ///< What all leaves hold.
};

/// One copy of one shard: documents by id and by sequence number, local documents, purges. Its
/// state is what a commit covers: whoever drives it carries an update out when the disk has it, so
/// that a crash loses what waits and nothing else (couch_db_updater commits before it answers).
///
/// No clock, no chance, no disk: costs are told, not paid.
/// Source: couch_db.erl, couch_db_updater.erl, couch_bt_engine.erl; couchdb.md 1.2 to 1.4.
class Database {
  public:
    explicit Database(const DatabaseOptions& options = {}) : options_(options) {}

    // --- Writing ---------------------------------------------------------------------------------
    /// Clients' edits, answered in their order. Each must extend a leaf, live or deleted, of the
    /// state before all of them; documents get their sequence numbers in order of their ids.
    std::vector<Updated> update(std::span<const Edit> edits, const UpdateRules& rules = {});
    /// Replicated revisions: always merged, never a conflict; what is no new leaf is known.
    std::vector<Updated> update_replicated(std::span<const ReplicatedEdit> edits,
                                           const UpdateRules& rules = {});
    /// The new revision "0-N", "0-0" when deleted; or "Invalid rev format".
    std::variant<Revision, Refusal> update_local(const LocalEdit& edit);
    /// For each request the leaves that are gone; what was purged before under this uuid is
    /// skipped.
    std::vector<std::vector<Revision>> purge(std::span<const PurgeRequest> requests);
    /// Both count as an update. Requires limit >= 1.
    void set_revs_limit(std::uint32_t limit);
    void set_purged_infos_limit(std::uint32_t limit) { options_.purged_infos_limit = limit; }
    void set_security(json::Value security);
    /// Names this very file, so that a sequence number is not taken for another copy's.
    void set_uuid(std::string uuid) { uuid_ = std::move(uuid); }
    /// Drops what inner revisions held, and purges that are old and that nobody needs who has a
    /// checkpoint here: see purges_done.
    void compact();
    /// Purges up to this one are beyond purged_infos_limit, and seen by everybody who notes in a
    /// `_local/purge-…` document how far he is; one whose note is no number holds all.
    /// Source: couch_db:get_minimum_purge_seq/1.
    std::uint64_t purges_done() const;

    // --- Splitting -------------------------------------------------------------------------------
    using TakesId = std::function<bool(std::string_view id)>;
    /// A new file with the documents whose ids it takes, each with its number of here, their
    /// purges, and all settings; neither local documents nor a uuid. So each number of ours means
    /// the same in its history, as far as ours goes now.
    /// Source: couch_db_split.erl, split/3.
    Database part(const TakesId& takes) const;
    /// Local documents of another file, over those of here. Notes of internal replication and of
    /// purges are between two files, and stay. Source: couch_db_split.erl, copy_local_docs/3.
    void copy_local_documents(const Database& from, const TakesId& takes);

    // --- Reading ---------------------------------------------------------------------------------
    /// Null when there never was one or all of it was purged. Deleted documents are found.
    const Document* find(std::string_view id) const;
    const LocalDocument* find_local(std::string_view id) const;
    const std::map<std::string, LocalDocument, std::less<>>& local_documents() const {
        return local_;
    }
    /// All documents in order of their ids' bytes, deleted ones too.
    const DocumentTable& documents() const { return documents_; }
    /// How many of the first `count` documents in that order are not deleted. O(1) while none is
    /// deleted, else O(count). Requires count <= documents().order().size().
    std::uint64_t live_among_first(std::size_t count) const;

    std::uint64_t update_seq() const { return update_seq_; }
    /// Calls take(document) for each change behind `since`, oldest first (or newest first, back to
    /// it), until it says false. Each document once, at its latest change.
    template <class Take>
    void changes(std::uint64_t since, bool descending, Take take) const;
    /// How many changes there are behind `since`: `pending`.
    std::uint64_t pending(std::uint64_t since) const { return log_.count_since(since); }

    const std::deque<std::pair<std::uint64_t, PurgeRequest>>& purges() const { return purges_; }
    const json::Value& security() const { return security_; }   ///< Nothing: the default.
    const std::string& uuid() const { return uuid_; }
    const DatabaseOptions& options() const { return options_; }
    DatabaseInfo info() const;

    // --- What it costs ---------------------------------------------------------------------------
    Cost cost_of(std::span<const Edit> edits) const;
    Cost cost_of(std::span<const ReplicatedEdit> edits) const;
    /// Of reading one revision with so much in it.
    Cost cost_of_read(Bytes size) const;
    /// Reads all of it, writes what is needed.
    Cost cost_of_compaction() const;

  private:
    using Slot = DocumentTable::Slot;
    friend std::vector<std::string> violations(const Database& database);

    /// Edits of one document, in order: [begin, end) of some order.
    struct Group {
        std::size_t begin;
        std::size_t end;
    };
    template <class E>
    static std::vector<std::size_t> order_of(std::span<const E> edits);
    template <class E>
    static std::vector<Group> groups_of(std::span<const E> edits,
                                        const std::vector<std::size_t>& order);
    Updated prepare(const Edit& edit, const UpdateRules& rules) const;
    static bool apply(Tree& tree, const Edit& edit, Updated& result, const UpdateRules& rules);
    static Revision revision_of(const Revision* parent, const ContentPtr& content,
                                const UpdateRules& rules);
    /// A document's tree while it is worked on; nothing else may look at the document meanwhile.
    struct Open {
        Slot slot;
        Tree tree;
        Bytes added{};
        bool changed = false;
    };
    Open open(const json::SharedBytes& id);
    void close(Open open, const json::SharedBytes& id);
    static void merge_one(const ReplicatedEdit& edit, Open& document, Updated& result);
    void count(const Tree& tree, int sign);

    DatabaseOptions options_;
    DocumentTable documents_;
    ChangeLog log_;
    std::map<std::string, LocalDocument, std::less<>> local_;
    std::uint64_t update_seq_ = 0;
    std::uint64_t purge_seq_ = 0;
    std::deque<std::pair<std::uint64_t, PurgeRequest>> purges_;
    std::set<std::string, std::less<>> purge_uuids_;
    json::Value security_;
    std::string uuid_;
    DatabaseInfo totals_;   // Counts and sizes; the sequence numbers stand above.
};

template <class Take>
void Database::changes(std::uint64_t since, bool descending, Take take) const {
    const std::vector<ChangeLog::Entry>& entries = log_.entries();
    const std::size_t first = log_.first_since(since);
    for (std::size_t i = 0; first + i < entries.size(); ++i) {
        const auto& entry = entries[descending ? entries.size() - 1 - i : first + i];
        if (entry.live && !take(documents_.at(entry.slot))) return;
    }
}

/// What must hold of every copy, in sentences. For tests and checks.
std::vector<std::string> violations(const Database& database);

}   // namespace glasshive::store
