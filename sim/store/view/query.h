#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/collate/collate.h"
#include "store/json/value.h"
#include "store/refusal.h"

namespace glasshive::store::view {

/// What a request asks of a view. Fields are as the client gave them until `check` has seen them.
/// Source: #mrargs of couch_mrview.hrl; couchdb.md 7.
struct Query {
    enum class Update : unsigned char { yes, no, lazy };

    json::Value start_key{};   ///< Nothing: from the beginning. `key` sets both.
    json::Value end_key{};
    std::optional<std::string> start_key_id{};   ///< startkey_docid
    std::optional<std::string> end_key_id{};
    std::optional<std::vector<json::Value>> keys{};
    bool inclusive_end = true;
    bool descending = false;
    std::uint64_t skip = 0;
    std::uint64_t limit = limit_none;
    std::optional<bool> group{};
    std::optional<std::uint64_t> group_level{};
    std::optional<bool> reduce{};
    bool include_docs = false;
    std::optional<bool> conflicts{};
    bool attachments = false;
    bool att_encoding_info = false;
    bool update_seq = false;
    bool sorted = true;   ///< False: rows as copies send them, and no total_rows.
    bool stable = false;
    Update update = Update::yes;
    std::optional<std::string> partition{};

    /// Made by check: rows are reduced; groups have keys cut to `level`, all_of_it: whole keys.
    bool reduces = false;
    std::uint64_t level = 0;

    static constexpr std::uint64_t limit_none = 268'435'456;   ///< ?MAX_VIEW_LIMIT
    static constexpr std::uint64_t all_of_it = UINT64_MAX;

    /// Of rows by id those of a partition alone: its ids are between "p:" and "p;". Bounds that are
    /// no texts (a client's bookmark may hold any key) are before all ids.
    void keep_to(std::string_view partition);
    /// For the copies of shards: skip and limit are for the coordinator, who sees all rows.
    Query for_shard() const;
};

/// Reads a query string, decoded. Unknown names are left alone; of repeated ones the last counts.
/// Source: couch_mrview_http:parse_param/4.
std::variant<Query, Refusal>
parse_query(std::span<const std::pair<std::string, std::string>> parameters, Query start = {});
/// Reads the members of a POST body or of one of its `queries`.
std::variant<Query, Refusal> parse_query(json::View body, Query start = {});

/// Makes sense of a query to a view with or without a reduce function, or says why there is none.
/// `keys` of one element is taken for `key`.
/// Source: couch_mrview_util: set_view_type/3, validate_args/1, check_range/2.
std::optional<Refusal> check(Query& query, bool view_reduces,
                             collate::Order order = collate::Order::icu);

}   // namespace glasshive::store::view
