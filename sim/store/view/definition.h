#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "store/collate/collate.h"
#include "store/json/value.h"
#include "store/refusal.h"

namespace glasshive::store::view {

/// One map function with its options, and the views that share its rows.
struct MapDefinition {
    json::Value map;                     ///< JavaScript: a text. Mango: an object.
    json::Value options;                 ///< The view's `options`; an object.
    std::vector<std::string> map_only;   ///< Names of views without a reduce.
    struct Reduce {
        std::string name;
        std::string source;   ///< "_sum", or JavaScript.
    };
    std::vector<Reduce> reduces{};
    collate::Order order = collate::Order::icu;
};

/// All views of a design document: one index.
struct Definition {
    std::string language = "javascript";   ///< "query": Mango's.
    json::Value design;                    ///< The design document, where `require` looks.
    bool include_design = false;           ///< Design documents are mapped, too.
    bool local_seq = false;                ///< Documents have `_local_seq`.
    std::vector<MapDefinition> maps;       ///< In order of their sources.
    /// What the index depends on, 32 hex digits: the index is built anew when this changes. Map
    /// and reduce sources, names and options of views, the design's language, options and
    /// views.lib. Not the order of views, other members, or validation and filters.
    std::string signature;

    struct Place {
        std::size_t map;
        std::optional<std::size_t> reduce;   ///< Empty: a view without one.
    };
    /// Where a view's rows are; empty: not_found, missing_named_view.
    std::optional<Place> find(std::string_view name) const;
};

/// Nothing when a design document may be written as it is, as far as that can be said without
/// compiling functions (check_functions does that). invalid_design_doc, 400.
std::optional<Refusal> check_design(json::View design);

/// Reads the views of a design document (its own members, without or with _id and _rev), or what
/// check_design says of it.
/// Differs: the signature is an MD5 over our own term, so it is no real node's.
/// Source: couch_mrview_util:ddoc_to_mrst/2; couch_mrview:validate/2.
std::variant<Definition, Refusal> define(json::View design);

/// Whether the rows of its views are apart by partition: as the design document's options say, in a
/// partitioned `database` by default; never in another one.
/// Source: couch_mrview_util:ddoc_to_mrst/2.
bool is_partitioned(json::View design, bool database);

/// The refusal of a view that is not there: 404.
Refusal missing_view();

}   // namespace glasshive::store::view
