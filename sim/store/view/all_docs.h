#pragma once

#include <functional>
#include <string_view>

#include "store/db/database.h"
#include "store/view/query.h"
#include "store/view/read.h"

namespace glasshive::store::view {

/// Which documents a listing is of.
enum class Listing : unsigned char {
    all_docs,      ///< All but local ones.
    design_docs,   ///< _design_docs: those whose id begins with "_design/".
};

/// Makes sense of a query to a listing. Unlike with views, a range that is the wrong way round
/// has no rows, and nothing is reduced.
std::optional<Refusal> check_listing(Query& query);

/// Rows of one copy for a checked query: ids in order of their bytes, with {"rev":…} as values;
/// deleted documents only when `keys` names them. A start or end key that is no text bounds
/// nothing. With `keys`, `owns` says which ids this range answers for: then each gets a row, be it
/// that there is no such document. Merge with Order::raw.
/// Source: couch_mrview:all_docs_fold/4, fabric_view_all_docs.erl; couchdb.md 7.
MapPage read_documents(const Database& copy, const Query& query, Listing listing,
                       const std::function<bool(std::string_view id)>& owns,
                       const FindDocument& find = {});

/// As it stands in `rows`: {"id","key","value","doc"?}, or {"key","error":"not_found"}.
void print_document_row(const MapRow& row, std::string& out);

}   // namespace glasshive::store::view
