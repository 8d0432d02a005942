#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "store/javascript/engine.h"
#include "store/json/value.h"
#include "store/refusal.h"
#include "store/view/row.h"

namespace glasshive::store::view {

/// A part of a reduction, or why there is none. Parts of the same rows made on different copies
/// are alike, so they travel between nodes.
using Reduced = std::variant<json::Value, Refusal>;

/// A reduce function. Rows become a part, parts become a part, a part becomes what a client sees.
class Reducer {
  public:
    virtual ~Reducer() = default;
    /// Requires rows.
    virtual Reduced reduce(std::span<const Row> rows) = 0;
    /// Requires parts.
    virtual Reduced rereduce(std::span<const json::Value> parts) = 0;
    virtual json::Value finalize(const json::Value& part) const { return part; }
};

/// "_sum", "_count", "_stats", "_approx_count_distinct", and 3.5's "_top_N", "_bottom_N", "_first",
/// "_last"; anything else is JavaScript and needs the design document's program, which must live
/// longer than the reducer.
///
/// Errors are those of CouchDB: _sum and a script that does not shrink answer with a value that
/// tells of the error; _stats refuses (invalid_value, 500).
/// Differs: integers of more than 127 bits become reals. Above 1,800 distinct keys
/// _approx_count_distinct corrects its bias by Ertl's formula instead of HyperLogLog++'s tables, so
/// it differs from a real node's by a per cent or two; below it is exact to the same number.
/// Source: couch_query_servers.erl; couch_hyper.erl.
std::variant<std::unique_ptr<Reducer>, Refusal> make_reducer(std::string_view source,
                                                             javascript::Program* program);

/// Nothing when there is such a built-in, or the source does not begin with '_'.
/// Source: couch_mrview:validate/2.
std::optional<Refusal> check_reduce(std::string_view source);

}   // namespace glasshive::store::view
