#include "store/view/row_tree.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::store::view {

namespace {

constexpr std::size_t rows_max = 256;   // Of a block; more only when they are one document's.
constexpr std::size_t rows_cut = 192;   // What a block gets when many are made.
constexpr std::size_t rows_few = 32;    // Then a block joins the one before it.
constexpr std::size_t parts_max = 64;   // Given to one rereduce.

}   // namespace

RowTree::RowTree(collate::Order order, std::vector<std::shared_ptr<Reducer>> reducers)
    : order_(order),
      reducers_(std::move(reducers)) {}

int RowTree::compare(json::View key, std::string_view id, json::View other,
                     std::string_view other_id) const {
    const int keys = collate::compare(key, other, order_);
    return keys != 0 ? keys : collate::compare_bytes(id, other_id);
}

// --- Updating ------------------------------------------------------------------------------------

void RowTree::update(std::vector<Key> gone, std::vector<Row> added) {
    std::sort(gone.begin(), gone.end(), [this](const Key& a, const Key& b) {
        return compare(a.key.view(), a.id.view(), b.key.view(), b.id.view()) < 0;
    });
    std::sort(added.begin(), added.end(), [this](const Row& a, const Row& b) {
        const int order = compare(a.key.view(), a.id.view(), b.key.view(), b.id.view());
        if (order != 0) return order < 0;
        return collate::compare(a.value.view(), b.value.view(), collate::Order::raw) < 0;
    });
    if (blocks_.empty() && !added.empty()) {
        gone.clear();
        blocks_ = cut(std::move(added));
        return count();
    }
    // From the right, so that blocks that come or go leave the places of others alone.
    std::size_t gone_end = gone.size();
    std::size_t added_end = added.size();
    while (!blocks_.empty() && (gone_end > 0 || added_end > 0)) {
        std::size_t block = 0;
        if (gone_end > 0)
            block = block_of(gone[gone_end - 1].key.view(), gone[gone_end - 1].id.view());
        if (added_end > 0) {
            const Row& last = added[added_end - 1];
            block = std::max(block, block_of(last.key.view(), last.id.view()));
        }
        std::size_t gone_begin = 0;
        std::size_t added_begin = 0;
        if (block > 0) {   // What is less than the block's first row is others'.
            const Row& first = blocks_[block]->rows.front();
            const auto is_less = [&](const auto& each) {
                return compare(each.key.view(), each.id.view(), first.key.view(), first.id.view()) <
                       0;
            };
            gone_begin = static_cast<std::size_t>(
                std::partition_point(gone.begin(), gone.begin() + long(gone_end), is_less) -
                gone.begin());
            added_begin = static_cast<std::size_t>(
                std::partition_point(added.begin(), added.begin() + long(added_end), is_less) -
                added.begin());
        }
        rebuild(block, std::span(gone).subspan(gone_begin, gone_end - gone_begin),
                std::span(added).subspan(added_begin, added_end - added_begin));
        gone_end = gone_begin;
        added_end = added_begin;
    }
    if (added_end > 0) {   // The last block went before its first rows came.
        added.resize(added_end);
        blocks_ = cut(std::move(added));
    }
    count();
}

/// The block whose rows surround this place.
std::size_t RowTree::block_of(json::View key, std::string_view id) const {
    const auto behind =
        std::partition_point(blocks_.begin() + 1, blocks_.end(), [&](const auto& block) {
            const Row& first = block->rows.front();
            return compare(first.key.view(), first.id.view(), key, id) <= 0;
        });
    return static_cast<std::size_t>(behind - blocks_.begin()) - 1;
}

void RowTree::rebuild(std::size_t block, std::span<const Key> gone, std::span<Row> added) {
    std::vector<Row> rows = merged(std::move(blocks_[block]->rows), gone, added);
    if (rows.size() < rows_few && block > 0 &&
        blocks_[block - 1]->rows.size() + rows.size() <= rows_max) {
        Block& before = *blocks_[block - 1];
        std::move(rows.begin(), rows.end(), std::back_inserter(before.rows));
        if (!rows.empty()) before.parts.clear();
        rows.clear();
    }
    const auto at = blocks_.begin() + static_cast<long>(block);
    Blocks made = cut(std::move(rows));
    if (made.empty()) {
        blocks_.erase(at);
        return;
    }
    *at = std::move(made.front());
    blocks_.insert(at + 1, std::make_move_iterator(made.begin() + 1),
                   std::make_move_iterator(made.end()));
}

std::vector<Row> RowTree::merged(std::vector<Row> rows, std::span<const Key> gone,
                                 std::span<Row> added) const {
    if (!gone.empty()) {
        auto next = gone.begin();
        const auto is_gone = [&](const Row& row) {
            while (next != gone.end()) {
                const int order =
                    compare(next->key.view(), next->id.view(), row.key.view(), row.id.view());
                if (order >= 0) return order == 0;
                ++next;
            }
            return false;
        };
        std::vector<Row> kept;
        for (Row& row : rows) {
            if (!is_gone(row)) kept.push_back(std::move(row));
        }
        rows = std::move(kept);
    }
    std::vector<Row> all;
    all.reserve(rows.size() + added.size());
    std::merge(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()),
               std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()),
               std::back_inserter(all), [this](const Row& a, const Row& b) {
                   return compare(a.key.view(), a.id.view(), b.key.view(), b.id.view()) < 0;
               });
    return all;
}

/// Into blocks, never between rows of one key and document.
RowTree::Blocks RowTree::cut(std::vector<Row> rows) const {
    Blocks made;
    for (std::size_t begin = 0; begin < rows.size();) {
        std::size_t end = rows.size() - begin <= rows_max ? rows.size() : begin + rows_cut;
        while (end < rows.size() && compare(rows[end - 1].key.view(), rows[end - 1].id.view(),
                                            rows[end].key.view(), rows[end].id.view()) == 0) {
            ++end;
        }
        auto block = std::make_unique<Block>();
        block->rows.assign(std::make_move_iterator(rows.begin() + static_cast<long>(begin)),
                           std::make_move_iterator(rows.begin() + static_cast<long>(end)));
        made.push_back(std::move(block));
        begin = end;
    }
    return made;
}

void RowTree::count() {
    before_.assign(1, 0);
    for (const auto& block : blocks_) before_.push_back(before_.back() + block->rows.size());
}

// --- Reading -------------------------------------------------------------------------------------

RowTree::Place RowTree::bound(json::View key, std::string_view id, bool behind) const {
    const auto stands_before = [&](const Row& row) {
        const int order = compare(row.key.view(), row.id.view(), key, id);
        return behind ? order <= 0 : order < 0;
    };
    const auto block = std::partition_point(blocks_.begin(), blocks_.end(), [&](const auto& each) {
        return stands_before(each->rows.back());
    });
    if (block == blocks_.end()) return end();
    const std::vector<Row>& rows = (*block)->rows;
    const auto row = std::partition_point(rows.begin(), rows.end(), stands_before);
    return {static_cast<std::size_t>(block - blocks_.begin()),
            static_cast<std::size_t>(row - rows.begin())};
}

RowTree::Place RowTree::next(Place place) const {
    if (++place.row == blocks_[place.block]->rows.size()) return {place.block + 1, 0};
    return place;
}

RowTree::Place RowTree::previous(Place place) const {
    if (place.row > 0) return {place.block, place.row - 1};
    SIM_ASSERT(place.block > 0);
    return {place.block - 1, blocks_[place.block - 1]->rows.size() - 1};
}

/// A tree of rereduces, so that no call gets more than parts_max.
Reduced RowTree::fold(Reducer& reducer, std::vector<json::Value> parts) const {
    while (parts.size() > 1) {
        std::vector<json::Value> above;
        for (std::size_t at = 0; at < parts.size(); at += parts_max) {
            const std::size_t count = std::min(parts_max, parts.size() - at);
            Reduced part = reducer.rereduce(std::span(parts).subspan(at, count));
            if (std::holds_alternative<Refusal>(part)) return part;
            above.push_back(std::get<json::Value>(std::move(part)));
        }
        parts = std::move(above);
    }
    return parts[0];
}

Reduced RowTree::reduce(std::size_t which, Place from, Place to) const {
    SIM_ASSERT(from < to);
    Reducer& reducer = *reducers_[which];
    std::vector<json::Value> parts;
    for (std::size_t block = from.block; block < blocks_.size() && Place{block, 0} < to; ++block) {
        Block& each = *blocks_[block];
        const std::size_t begin = block == from.block ? from.row : 0;
        const std::size_t end = block == to.block ? to.row : each.rows.size();
        const bool whole = begin == 0 && end == each.rows.size();
        each.parts.resize(reducers_.size());
        if (!whole || !each.parts[which]) {
            Reduced part = reducer.reduce(std::span(each.rows).subspan(begin, end - begin));
            if (std::holds_alternative<Refusal>(part)) return part;
            parts.push_back(std::get<json::Value>(std::move(part)));
            if (whole) each.parts[which] = parts.back();
        } else {
            parts.push_back(each.parts[which]);
        }
    }
    return fold(reducer, std::move(parts));
}

}   // namespace glasshive::store::view
