#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/json/value.h"
#include "store/mango/bookmark.h"
#include "store/mango/plan.h"
#include "store/refusal.h"
#include "store/view/query.h"

namespace glasshive::store::mango {

/// What a copy looked at for a query.
struct Examined {
    std::uint64_t keys = 0;
    std::uint64_t documents = 0;
    std::optional<Refusal> failure{};   ///< At the row looked at last: there CouchDB fails.
};

/// One row of the index, in its order, with the document if somebody read it.
struct FoundRow {
    json::Value key;   ///< Of the index; the id as a text with an index over all documents.
    std::string id;
    json::Value document{};
};

/// What a copy says of a row it read: the document as the query wants it, or nothing when it does
/// not match, or CouchDB fails at it. Counts into `examined`. With an index over all documents
/// design documents are looked at, but never match. With a covered plan `document` may be nothing:
/// the row tells all.
/// Source: mango_cursor_view:view_cb/2.
std::optional<json::Value> pick(const Plan& plan, const FoundRow& row, Examined& examined);

/// The coordinator's side of _find: takes rows in the index's order until it has enough.
///
///     find.rows(); ask the ranges; while (find.offer(next merged row)) ; find.reply()
///
/// With r=1 copies pick, and rows come with picked documents; with r>1 rows come bare and the
/// coordinator reads each document with that quorum, then offers it with offer_read.
/// Source: mango_cursor_view.erl: execute/3, handle_message/2, handle_doc/2.
class Find {
  public:
    /// invalid_bookmark, when the plan's options have one that is none.
    static std::variant<Find, Refusal> start(Plan plan);

    const Plan& plan() const { return plan_; }
    /// What to read; empty when no document can match.
    std::optional<view::Query> rows() const;
    /// A row whose document was picked. False: enough, ask for no more.
    bool offer(const FoundRow& picked);
    /// A row whose document was read by quorum; nothing: it is gone. False, too: see failure().
    bool offer_read(const FoundRow& row);
    /// Why CouchDB fails at a document that was read by quorum.
    const std::optional<Refusal>& failure() const { return failure_; }
    /// What the copies looked at.
    void add(const Examined& examined);

    /// {"docs":…,"bookmark":…,"execution_stats"?,"warning"?}. `execution_ms`: for the statistics.
    json::Value reply(double execution_ms) const;

  private:
    explicit Find(Plan plan) : plan_(std::move(plan)), limit_(plan_.options.limit) {}
    bool take(const json::Value& document);
    std::string warning() const;

    Plan plan_;
    std::optional<Bookmark> begin_;
    std::uint64_t skipped_ = 0;
    std::uint64_t limit_;
    std::optional<Bookmark> last_;
    std::vector<json::Value> documents_;
    Examined examined_;
    std::uint64_t read_by_quorum_ = 0;
    std::optional<Refusal> failure_;
};

}   // namespace glasshive::store::mango
