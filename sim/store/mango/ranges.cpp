#include <algorithm>

#include "store/collate/collate.h"
#include "store/json/builder.h"
#include "store/mango/plan.h"

namespace glasshive::store::mango {

namespace {

using json::View;

void collect(const Node& node, std::vector<std::string>& out) {
    if (node.is("$and")) {
        for (const Node& each : node.nodes) collect(each, out);
        return;
    }
    if (!node.is_field()) return;
    // $exists bounds nothing, but an index that begins with its field is the closer one.
    for (const std::string_view name :
         {"$lt", "$lte", "$eq", "$gt", "$gte", "$beginsWith", "$exists"}) {
        if (node.nodes[0].is(name)) out.push_back(node.key);
    }
}

/// Where a value stands to a range's bounds; empty bounds are beyond all values.
int to_low(const Range& range, View value) {
    return range.low ? collate::compare(value, range.low->view()) : 1;
}
int to_high(const Range& range, View value) {
    return range.high ? collate::compare(value, range.high->view()) : -1;
}

void set_only(Range& range, const json::Value& value) {
    range = {.low = value, .high = value, .low_in = true, .high_in = true};
}

/// Narrows the range by one comparison.
void narrow(Range& range, const Node& condition) {
    const json::Value& value = condition.value;
    const bool equal = condition.is("$eq");
    const bool below = condition.is("$lt") || condition.is("$lte");
    const bool above = condition.is("$gt") || condition.is("$gte");
    if (range.empty || (!equal && !below && !above)) return;
    const int low = to_low(range, value.view());
    const int high = to_high(range, value.view());
    const bool inclusive = !condition.is("$lt") && !condition.is("$gt");
    if (equal) {
        range.empty =
            low < 0 || high > 0 || (low == 0 && !range.low_in) || (high == 0 && !range.high_in);
        if (!range.empty) set_only(range, value);
    } else if (below) {
        if (low < 0 || (low == 0 && !(inclusive && range.low_in))) {
            range.empty = true;
        } else if (low == 0) {
            set_only(range, value);
        } else if (high < 0 || (high == 0 && !inclusive)) {
            range.high = value;
            range.high_in = inclusive;
        }
    } else {
        if (high > 0 || (high == 0 && !(inclusive && range.high_in))) {
            range.empty = true;
        } else if (high == 0) {
            set_only(range, value);
        } else if (low > 0 || (low == 0 && !inclusive)) {
            range.low = value;
            range.low_in = inclusive;
        }
    }
}

/// What begins with a text stands between it and it with U+FFFF behind.
/// Source: mango_idx_view:range/5.
void narrow_beginning(Range& range, const Node& condition) {
    Node low = condition, high = condition;
    low.key = "$gte";
    high.key = "$lte";
    json::Builder end;
    end.text(std::string(condition.value.view().text()) + "\xEF\xBF\xBF");
    high.value = end.take();
    narrow(range, low);
    narrow(range, high);
}

void narrow_all(Range& range, const Node& node, std::string_view field) {
    if (node.is("$and")) {
        for (const Node& each : node.nodes) narrow_all(range, each, field);
    } else if (node.is_field() && node.is(field)) {
        const Node& condition = node.nodes[0];
        condition.is("$beginsWith") ? narrow_beginning(range, condition) : narrow(range, condition);
    }
}

}   // namespace

std::vector<std::string> indexable_fields(const Selector& selector) {
    std::vector<std::string> fields;
    collect(selector.root(), fields);
    std::sort(fields.begin(), fields.end());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    return fields;
}

std::vector<std::pair<std::string, Range>> field_ranges(const Selector& selector) {
    std::vector<std::pair<std::string, Range>> ranges;
    for (const std::string& field : indexable_fields(selector)) {
        Range range;
        narrow_all(range, selector.root(), field);
        if (range.empty) return {{field, range}};
        ranges.emplace_back(field, std::move(range));
    }
    return ranges;
}

}   // namespace glasshive::store::mango
