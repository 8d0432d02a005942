#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "store/collate/collate.h"
#include "store/view/reducer.h"
#include "store/view/row.h"

namespace glasshive::store::view {

/// The rows of one map function in order of (key, document id), in blocks that remember their
/// reductions: what CouchDB's B-tree of a view is to a reader.
///
/// Rows of one document with equal keys stand in raw order of their values, however they were
/// emitted, and are read in that order in both directions (couch_mrview_updater:insert_results/5).
/// Memory: 24 bytes a row beside its key and value. Cost: an update touches the blocks it changes;
/// finding a place is O(log rows).
class RowTree {
  public:
    struct Key {
        json::Value key;
        json::SharedBytes id;
    };
    /// Between rows: before `row` of `block`. The end is {blocks, 0}.
    struct Place {
        std::size_t block = 0;
        std::size_t row = 0;
        friend auto operator<=>(const Place&, const Place&) = default;
    };

    /// Requires as many reducers as reduce functions.
    explicit RowTree(collate::Order order, std::vector<std::shared_ptr<Reducer>> reducers = {});

    /// Takes out all rows of these keys and documents, then puts rows in.
    void update(std::vector<Key> gone, std::vector<Row> added);

    std::size_t size() const { return before_.back(); }
    collate::Order order() const { return order_; }
    /// Of keys, then of ids as bytes.
    int compare(json::View key, std::string_view id, json::View other,
                std::string_view other_id) const;

    Place begin() const { return {}; }
    Place end() const { return {blocks_.size(), 0}; }
    /// Before the first row that is not less (lower), or that is greater (upper).
    Place lower(json::View key, std::string_view id) const { return bound(key, id, false); }
    Place upper(json::View key, std::string_view id) const { return bound(key, id, true); }
    /// How many rows stand before a place.
    std::size_t rank(Place place) const { return before_[place.block] + place.row; }
    Place next(Place place) const;
    Place previous(Place place) const;   ///< Requires one that is not the beginning.
    const Row& at(Place place) const { return blocks_[place.block]->rows[place.row]; }
    /// The last row of the block of a place, and the place behind it.
    const Row& last_of_block(Place place) const { return blocks_[place.block]->rows.back(); }
    Place behind_block(Place place) const { return {place.block + 1, 0}; }

    /// The part that reduce function number `which` makes of the rows in [from, to): whole blocks
    /// are reduced once and remembered. Requires rows.
    Reduced reduce(std::size_t which, Place from, Place to) const;
    Reducer& reducer(std::size_t which) const { return *reducers_[which]; }

  private:
    struct Block {
        std::vector<Row> rows;            // Never empty.
        std::vector<json::Value> parts;   // Of each reducer; empty until somebody asks.
    };
    using Blocks = std::vector<std::unique_ptr<Block>>;

    Place bound(json::View key, std::string_view id, bool behind) const;
    std::size_t block_of(json::View key, std::string_view id) const;
    void rebuild(std::size_t block, std::span<const Key> gone, std::span<Row> added);
    std::vector<Row> merged(std::vector<Row> rows, std::span<const Key> gone,
                            std::span<Row> added) const;
    Blocks cut(std::vector<Row> rows) const;
    void count();
    Reduced fold(Reducer& reducer, std::vector<json::Value> parts) const;

    collate::Order order_;
    std::vector<std::shared_ptr<Reducer>> reducers_;
    Blocks blocks_;
    std::vector<std::size_t> before_{0};   // Rows before each block, and at last all of them.
};

}   // namespace glasshive::store::view
