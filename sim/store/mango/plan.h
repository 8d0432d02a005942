#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/json/value.h"
#include "store/mango/indexes.h"
#include "store/mango/options.h"
#include "store/refusal.h"
#include "store/view/query.h"

namespace glasshive::store::mango {

/// What a selector says of one field's values.
struct Range {
    std::optional<json::Value> low{};   ///< Empty: no bound.
    std::optional<json::Value> high{};
    bool low_in = false;   ///< The bound itself is in ($gte, $eq).
    bool high_in = false;
    bool empty = false;   ///< No value can match.
};

/// Fields that `$eq $lt $lte $gt $gte` below `$and` restrict, by name, and to what. One that can
/// match nothing is the only one in the list.
/// Source: mango_idx_view: indexable_fields/1, field_ranges/1, range/6.
std::vector<std::pair<std::string, Range>> field_ranges(const Selector& selector);
std::vector<std::string> indexable_fields(const Selector& selector);

/// Why an index was not the one: reasons of _explain.
struct Candidate {
    IndexInfo index;
    bool usable = false;
    std::string reason;
    std::uint64_t ranking = 0;
};

/// How a query is answered: from which index, over which of its rows.
struct Plan {
    FindOptions options;
    std::optional<IndexInfo> index{};   ///< Empty for _explain alone: there is none.
    std::vector<Range> ranges{};        ///< For the index's first fields.
    bool nothing = false;               ///< No document can match: nobody is asked.
    std::vector<Candidate> candidates{};

    /// The rows to read: keys of a view, or ids as texts with an index over all documents. Ends are
    /// in; who matches is decided by the selector. A bookmark changes where it begins.
    view::Query rows() const;
    /// No documents are read: rows tell all the query needs.
    bool covered() const;
};

/// Chooses the index: json before all documents; of those usable the one that leaves the fewest
/// restricted fields unused, then with the fewest fields, then the first by design document and
/// name. A partial index is used only when use_index names it. `explain`: a query without a usable
/// index is a plan without one instead of no_usable_index.
/// Source: mango_idx:get_usable_indexes/4, mango_cursor_view:choose_best_index/2.
std::variant<Plan, Refusal> make_plan(FindOptions options, const std::vector<IndexInfo>& indexes,
                                      bool explain = false);

/// The reply of _explain. `partitioned`: the database is.
/// Source: mango_cursor:explain/1, mango_cursor_view:explain/1.
json::Value explain(const Plan& plan, std::string_view database, bool partitioned);

}   // namespace glasshive::store::mango
