#include "store/view/all_docs.h"

#include <algorithm>

#include "store/json/builder.h"
#include "store/json/print.h"

namespace glasshive::store::view {

namespace {

constexpr std::string_view design_begin = "_design/";
constexpr std::string_view before_all;                // No document has this id.
constexpr std::string_view design_end = "_design0";   // The first text behind all of them.

/// Where a range begins or ends: before or behind an id, or nothing. Keys that are no texts sort
/// before all ids, as Erlang's terms do: nothing is before them. Source: couch_mrview_util:
/// all_docs_key_opts/2, whose keys couch_btree compares with `<`.
std::optional<std::string_view> bound(const json::Value& key,
                                      const std::optional<std::string>& id) {
    if (key) return key.view().is(json::Type::text) ? key.view().text() : before_all;
    if (id) return *id;
    return {};
}

class Reader {
  public:
    Reader(const Database& copy, const Query& query, Listing listing, const FindDocument& find)
        : copy_(copy),
          query_(query),
          listing_(listing),
          find_(find) {}

    MapPage range() {
        const auto& order = copy_.documents().order();
        const bool reverse = query_.descending;
        const auto start = bound(query_.start_key, query_.start_key_id);
        const auto end = bound(query_.end_key, query_.end_key_id);
        std::size_t from = place(reverse ? end : start, reverse && !query_.inclusive_end, 0);
        std::size_t to =
            place(reverse ? start : end, reverse || query_.inclusive_end, order.size());
        from = std::max(from, listed_places().first);
        to = std::min(to, listed_places().second);
        to = std::max(from, to);
        MapPage page = totals();
        const auto [low, high] = listed_places();
        const std::uint64_t up_to =
            copy_.live_among_first(std::clamp(reverse ? to : from, low, high));
        const std::uint64_t before =
            reverse ? copy_.live_among_first(high) - up_to : up_to - copy_.live_among_first(low);
        page.offset = std::min(before + query_.skip, page.total_rows);
        for (std::size_t i = 0; i < to - from && left_ > 0; ++i) {
            const Document& document = copy_.documents().at(order[reverse ? to - 1 - i : from + i]);
            if (!document.tree.deleted()) add(page, row_of(document));
        }
        return page;
    }

    MapPage keys(const std::function<bool(std::string_view)>& owns) {
        MapPage page = totals();
        page.offset.reset();
        std::size_t asked = 0;
        for (const json::Value& key : *query_.keys) {
            const std::size_t number = asked++;
            const std::string_view id =
                key.view().is(json::Type::text) ? key.view().text() : std::string_view();
            if (!owns(id)) continue;
            const Document* document = listed(id) ? copy_.find(id) : nullptr;
            MapRow row = document != nullptr ? row_of(*document) : MapRow{Row{key, {}, {}}};
            row.asked = number;
            add(page, std::move(row));
        }
        return page;
    }

  private:
    bool listed(std::string_view id) const {
        return listing_ == Listing::all_docs || id.starts_with(design_begin);
    }
    /// Where those that are listed stand: from here, up to before there.
    std::pair<std::size_t, std::size_t> listed_places() const {
        const std::size_t all = copy_.documents().order().size();
        if (listing_ == Listing::all_docs) return {0, all};
        return {place(design_begin, false, 0), place(design_end, false, all)};
    }
    MapPage totals() const {
        const auto [low, high] = listed_places();
        MapPage page;
        page.total_rows = copy_.live_among_first(high) - copy_.live_among_first(low);
        return page;
    }
    /// The first document not before an id, or behind it.
    std::size_t place(std::optional<std::string_view> id, bool behind,
                      std::size_t otherwise) const {
        if (!id) return otherwise;
        std::size_t at = copy_.documents().lower_bound(*id);
        const auto& order = copy_.documents().order();
        if (behind && at < order.size() && copy_.documents().at(order[at]).id.view() == *id) ++at;
        return at;
    }
    MapRow row_of(const Document& document) const {
        const Tree::Node& winner = document.tree.node(document.tree.winner());
        json::Builder value;
        value.begin_object();
        value.key("rev");
        value.text(winner.revision.text());
        if (document.tree.deleted()) {
            value.key("deleted");
            value.boolean(true);
        }
        value.end_object();
        MapRow row{Row{json::text_value(document.id.view()), document.id, value.take()}};
        if (query_.include_docs && find_) {
            if (!document.tree.deleted()) row.document = find_(document.id.view(), {});
            if (!row.document) row.document = json::null_value();
        }
        return row;
    }
    void add(MapPage& page, MapRow row) {
        if (skip_ > 0) {
            --skip_;
        } else if (left_ > 0) {
            --left_;
            page.rows.push_back(std::move(row));
        }
    }

    const Database& copy_;
    const Query& query_;
    Listing listing_;
    const FindDocument& find_;
    std::uint64_t skip_ = query_.skip;
    std::uint64_t left_ = query_.limit;
};

}   // namespace

std::optional<Refusal> check_listing(Query& query) {
    const json::Value start = std::exchange(query.start_key, {});
    const json::Value end = std::exchange(query.end_key, {});
    if (query.keys && !query.keys->empty() && (start || end))
        return Refusal{"query_parse_error",
                       "`keys` is incompatible with `key`, `start_key` and `end_key`"};
    // Of views' rules all hold but that of ranges, and one key stays `keys`.
    auto keys = std::exchange(query.keys, {});
    auto refusal = check(query, false);
    query.keys = std::move(keys);
    query.start_key = start;
    query.end_key = end;
    return refusal;
}

MapPage read_documents(const Database& copy, const Query& query, Listing listing,
                       const std::function<bool(std::string_view id)>& owns,
                       const FindDocument& find) {
    Reader reader(copy, query, listing, find);
    return query.keys ? reader.keys(owns) : reader.range();
}

void print_document_row(const MapRow& row, std::string& out) {
    if (row.row.value) return print_row(row, out);
    out += "{\"key\":";
    json::print(row.row.key.view(), out);
    out += ",\"error\":\"not_found\"}";
}

}   // namespace glasshive::store::view
