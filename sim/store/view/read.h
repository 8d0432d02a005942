#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "store/refusal.h"
#include "store/revtree/revision.h"
#include "store/view/query.h"
#include "store/view/row_tree.h"

namespace glasshive::store::view {

/// A row as a client gets it.
struct MapRow {
    Row row;
    /// include_docs: the document, or null when there is none. Nothing: not asked for.
    json::Value document{};
    std::size_t asked = 0;   ///< Which one of the query's `keys` it answers.
};

/// Rows of one copy, or merged ones.
struct MapPage {
    std::vector<MapRow> rows{};
    std::uint64_t total_rows = 0;
    /// How many rows stand before the first one; empty with several `keys`.
    std::optional<std::uint64_t> offset = 0;
};

/// One group of reduced rows: a part as long as it travels, what the client sees when merged.
struct Group {
    json::Value key;
    json::Value value;
    std::size_t asked = 0;   ///< Which one of the query's `keys` it answers.
};

/// Finds a document for include_docs: its JSON, or nothing. A revision is asked for when the row's
/// value names one.
using FindDocument =
    std::function<json::Value(std::string_view id, const std::optional<Revision>& revision)>;

/// The rows a checked query asks for, its limit and skip applied. `find` may be empty when
/// documents are not asked for. {"_id": x} in a value asks for document x instead of the row's own.
MapPage read_rows(const RowTree& rows, const Query& query, const FindDocument& find = {});

/// The groups a checked query asks for; parts, to be merged or finished by merge.h.
std::variant<std::vector<Group>, Refusal> read_groups(const RowTree& rows, std::size_t reduce,
                                                      const Query& query);

/// {"key":…,"value":…} and so on, as they stand in `rows`.
void print_row(const MapRow& row, std::string& out);
void print_group(const Group& group, std::string& out);

}   // namespace glasshive::store::view
