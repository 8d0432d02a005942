#include "store/view/read.h"

#include <algorithm>

#include "store/json/builder.h"
#include "store/json/print.h"

namespace glasshive::store::view {

namespace {

using Place = RowTree::Place;

constexpr std::string_view last_id = "\xff";   // Behind all ids, which are UTF-8.

/// [from, to) in the tree's own order, whatever the direction.
struct Range {
    Place from;
    Place to;
};

Range range_of(const RowTree& rows, const Query& query, const json::Value& start,
               const json::Value& end) {
    Range range{rows.begin(), rows.end()};
    const bool reverse = query.descending;
    if (start) {
        const std::string_view id = query.start_key_id ? std::string_view(*query.start_key_id)
                                    : reverse          ? last_id
                                                       : "";
        if (reverse) {
            range.to = rows.upper(start.view(), id);
        } else {
            range.from = rows.lower(start.view(), id);
        }
    }
    if (end) {
        std::string_view id = query.end_key_id ? std::string_view(*query.end_key_id)
                              : reverse        ? ""
                                               : last_id;
        // Exclusive and no id given: none of the key's rows.
        if (!query.inclusive_end && (id.empty() || id == last_id)) id = reverse ? last_id : "";
        if (reverse) {
            range.from =
                query.inclusive_end ? rows.lower(end.view(), id) : rows.upper(end.view(), id);
        } else {
            range.to =
                query.inclusive_end ? rows.upper(end.view(), id) : rows.lower(end.view(), id);
        }
    }
    if (range.to < range.from) range.to = range.from;
    return range;
}

bool same_place(const RowTree& rows, Place a, Place b) {
    const Row& x = rows.at(a);
    const Row& y = rows.at(b);
    return rows.compare(x.key.view(), x.id.view(), y.key.view(), y.id.view()) == 0;
}

/// Calls take(row) in reading order until it says false.
template <class Take>
void walk(const RowTree& rows, Range range, bool descending, Take take) {
    if (!descending) {
        for (Place at = range.from; at < range.to; at = rows.next(at)) {
            if (!take(rows.at(at))) return;
        }
        return;
    }
    // Rows of one key and document are one entry of CouchDB's tree and keep their order.
    for (Place end = range.to; range.from < end;) {
        Place begin = rows.previous(end);
        while (range.from < begin && same_place(rows, begin, rows.previous(begin)))
            begin = rows.previous(begin);
        for (Place at = begin; at < end; at = rows.next(at)) {
            if (!take(rows.at(at))) return;
        }
        end = begin;
    }
}

json::Value document_of(const Row& row, const FindDocument& find) {
    std::string id(row.id.view());
    std::optional<Revision> revision;
    const json::View value = row.value.view();
    if (const auto other = value.find("_id"); other && other->is(json::Type::text))
        id = other->text();
    if (const auto rev = value.find("_rev"); rev && rev->is(json::Type::text))
        revision = Revision::parse(rev->text());
    json::Value found = find(id, revision);
    if (found) return found;
    json::Builder out;
    out.null();
    return out.take();
}

json::Value cut_key(json::View key, std::uint64_t level) {
    json::Builder out;
    if (level == 0) {
        out.null();
    } else if (level != Query::all_of_it && key.is(json::Type::array) && key.size() > level) {
        out.begin_array();
        std::uint64_t left = level;
        for (const json::View element : key.elements()) {
            if (left-- == 0) break;
            out.copy(element);
        }
        out.end_array();
    } else {
        out.copy(key);
    }
    return out.take();
}

/// Splits a range into groups of equal keys, in the tree's order.
class Groups {
  public:
    Groups(const RowTree& rows, std::uint64_t level) : rows_(rows), level_(level) {}

    struct Part {
        Range range;
        json::Value key;
    };
    /// The group that begins at range.from.
    Part first(Range range) const {
        json::Value key = cut_key(rows_.at(range.from).key.view(), level_);
        if (level_ == 0) return {range, std::move(key)};
        Place end = range.from;
        while (end < range.to) {
            const Place behind = rows_.behind_block(end);
            if (behind <= range.to && same(rows_.last_of_block(end).key.view(), key)) {
                end = behind;   // Equal keys stand together, so all of the block is in.
            } else if (same(rows_.at(end).key.view(), key)) {
                end = rows_.next(end);
            } else {
                break;
            }
        }
        return {{range.from, end}, std::move(key)};
    }

  private:
    bool same(json::View key, const json::Value& group) const {
        if (level_ == Query::all_of_it || !key.is(json::Type::array) || key.size() <= level_)
            return collate::compare(key, group.view(), rows_.order()) == 0;
        return collate::compare(cut_key(key, level_).view(), group.view(), rows_.order()) == 0;
    }

    const RowTree& rows_;
    std::uint64_t level_;
};

/// Appends the groups of one range; a refusal ends it.
std::optional<Refusal> add_groups(const RowTree& rows, std::size_t reduce, const Query& query,
                                  Range range, std::vector<Group>& out) {
    const Groups groups(rows, query.level);
    std::vector<Groups::Part> parts;
    const std::uint64_t wanted =
        query.limit < Query::limit_none ? query.skip + query.limit : Query::limit_none;
    while (range.from < range.to) {
        if (!query.descending && out.size() + parts.size() >= wanted) break;
        parts.push_back(groups.first(range));
        range.from = parts.back().range.to;
    }
    if (query.descending) std::reverse(parts.begin(), parts.end());
    for (Groups::Part& part : parts) {
        if (out.size() >= wanted) break;
        Reduced reduced = rows.reduce(reduce, part.range.from, part.range.to);
        if (auto* refusal = std::get_if<Refusal>(&reduced)) return std::move(*refusal);
        out.push_back({std::move(part.key), std::get<json::Value>(std::move(reduced))});
    }
    return {};
}

}   // namespace

MapPage read_rows(const RowTree& rows, const Query& query, const FindDocument& find) {
    MapPage page;
    page.total_rows = rows.size();
    std::uint64_t skip = query.skip;
    std::uint64_t left = query.limit;
    std::size_t asked = 0;
    const auto take = [&](const Row& row) {
        if (left == 0) return false;
        if (skip > 0) return --skip, true;
        --left;
        MapRow& made = page.rows.emplace_back(MapRow{row});
        made.asked = asked;
        if (query.include_docs && find) made.document = document_of(row, find);
        return true;
    };
    const auto before = [&](const Range& range) {
        return query.descending ? rows.size() - rows.rank(range.to) : rows.rank(range.from);
    };
    const auto count = [&](std::uint64_t offset) {
        page.offset = std::min<std::uint64_t>(offset + query.skip, rows.size());
    };
    if (query.keys) {
        // What stands before the first row found, or all rows: couch_mrview:map_fold/3.
        bool found = false;
        count(rows.size());
        for (const json::Value& key : *query.keys) {
            const Range range = range_of(rows, query, key, key);
            if (!found && range.from < range.to) {
                found = true;
                count(before(range));
            }
            walk(rows, range, query.descending, take);
            ++asked;
        }
        return page;
    }
    const Range range = range_of(rows, query, query.start_key, query.end_key);
    count(before(range));
    walk(rows, range, query.descending, take);
    return page;
}

std::variant<std::vector<Group>, Refusal> read_groups(const RowTree& rows, std::size_t reduce,
                                                      const Query& query) {
    std::vector<Group> groups;
    std::optional<Refusal> refusal;
    if (query.keys) {
        std::size_t asked = 0;
        for (const json::Value& key : *query.keys) {
            const std::size_t first = groups.size();
            if (!refusal)
                refusal = add_groups(rows, reduce, query, range_of(rows, query, key, key), groups);
            for (std::size_t i = first; i < groups.size(); ++i) groups[i].asked = asked;
            ++asked;
        }
    } else {
        const Range range = range_of(rows, query, query.start_key, query.end_key);
        refusal = add_groups(rows, reduce, query, range, groups);
    }
    if (refusal) return std::move(*refusal);
    return groups;
}

void print_row(const MapRow& row, std::string& out) {
    out += "{\"id\":";
    json::print_text(row.row.id.view(), out);
    out += ",\"key\":";
    json::print(row.row.key.view(), out);
    out += ",\"value\":";
    json::print(row.row.value.view(), out);
    if (row.document) {
        out += ",\"doc\":";
        json::print(row.document.view(), out);
    }
    out += '}';
}

void print_group(const Group& group, std::string& out) {
    // Source: fabric_view:transform_row/1, couch_mrview_http:row_to_obj/2.
    static constexpr std::string_view overflow = "reduce_overflow_error";
    if (const auto reason = group.value.view().find(overflow);
        reason && group.value.view().size() == 1) {
        out += "{\"key\":null,\"error\":\"";
        out += overflow;
        out += "\",\"reason\":";
        json::print(*reason, out);
        out += '}';
        return;
    }
    out += "{\"key\":";
    json::print(group.key.view(), out);
    out += ",\"value\":";
    json::print(group.value.view(), out);
    out += '}';
}

}   // namespace glasshive::store::view
