#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/json/value.h"
#include "store/mango/options.h"
#include "store/mango/selector.h"
#include "store/refusal.h"
#include "store/view/mapper.h"

namespace glasshive::store::mango {

/// An index that a query may use: one view of a design document in the language "query", or the
/// documents by id.
struct IndexInfo {
    std::string ddoc{};   ///< "_design/x"; empty: all documents.
    std::string name = "_all_docs";
    Sort fields{{"_id", "asc"}};
    std::optional<Selector> partial{};   ///< partial_filter_selector, unless it is {}.
    json::Value partial_json{};          ///< As it is written in the design document.
    bool legacy = false;                 ///< There it is called `selector`, as long ago.
    bool partitioned = false;

    bool special() const { return ddoc.empty(); }
    /// All these fields can be read off its rows: no document is needed.
    bool covers(const std::optional<std::vector<std::string>>& wanted) const;
    /// As `GET /_index` and _explain show it.
    void write(json::Builder& out) const;
};

/// What `POST /_index` asks for. Source: mango_opts:validate_idx_create/1, mango_idx:new/2.
struct IndexRequest {
    IndexInfo index;
    json::Value definition;   ///< The `index` member as it was given.
    std::optional<bool> partitioned{};
};
/// Names that are not given are the SHA-1 of the definition and the options, as in CouchDB.
std::variant<IndexRequest, Refusal> parse_index(json::View body);

/// The indexes of a design document; none when its language is another. Views that are no index
/// are left out. `id` with its "_design/". Source: mango_idx_view:from_ddoc/1.
std::vector<IndexInfo> indexes_of(std::string_view id, json::View design, bool partitioned = false);
/// All that _index lists: first all documents, then those of these design documents, by id.
std::vector<IndexInfo> all_indexes(const std::vector<std::pair<std::string, json::Value>>& designs,
                                   bool partitioned = false);

/// The design document with the index in it; `before` is its body, nothing when it is new. Equal to
/// `before` when the index exists. Refusals: invalid_ddoc_lang, invalid_partitioned_option.
std::variant<json::Value, Refusal> with_index(const IndexRequest& request,
                                              const json::Value& before);
/// Without it: nothing when no index is left and the document is to be deleted. 404 invalid_index
/// when there is no such index.
std::variant<json::Value, Refusal> without_index(std::string_view name, json::View before);

/// Rows of a document for each index of a definition in the language "query": the array of its
/// fields, if it has all of them and the partial filter matches.
/// Source: mango_native_proc:get_index_entries/2.
std::unique_ptr<view::Mapper> index_mapper(const view::Definition& definition);

}   // namespace glasshive::store::mango
