#include "store/mango/plan.h"

#include <algorithm>
#include <tuple>

#include "store/json/builder.h"

namespace glasshive::store::mango {

namespace {

using Names = std::vector<std::string>;

/// Greater than every value a document may hold: what no view key is.
json::Value greatest() {
    json::Builder out;
    out.begin_object();
    out.key("\xEF\xBF\xBF\xEF\xBF\xBF");   // U+FFFF, ICU's greatest.
    out.null();
    out.end_object();
    return out.take();
}

Names names_of(const Sort& sort) {
    Names names;
    for (const auto& [field, direction] : sort) names.push_back(field);
    return names;
}

/// The sort is a beginning of the index's fields, those left out that have one value only.
bool can_sort(const Names& columns, const Names& sort, const Selector& selector) {
    if (sort.empty()) return true;
    std::size_t at = 0;
    while (at < columns.size() && columns[at] != sort[0]) {
        if (!selector.is_constant(columns[at])) return false;
        ++at;
    }
    return columns.size() - at >= sort.size() &&
           std::equal(sort.begin(), sort.end(), columns.begin() + static_cast<long>(at));
}

/// Empty when the index can serve; else why not.
std::string why_not(const IndexInfo& index, const FindOptions& options) {
    const Names columns = names_of(index.fields);
    const Names sort = names_of(options.sort);
    if (index.special()) {
        if (sort.empty()) return "";
        const Names fields = indexable_fields(options.selector);
        if (std::find(fields.begin(), fields.end(), "_id") == fields.end()) return "field_mismatch";
        return sort == columns ? "" : "sort_order_mismatch";
    }
    Names required;
    for (const std::string& column : columns) {
        const bool sorted = std::find(sort.begin(), sort.end(), column) != sort.end();
        if (!sorted && column != "_id" && column != "_rev") required.push_back(column);
    }
    if (!options.selector.requires_fields(required)) return "field_mismatch";
    if (options.selector.is_text_search()) return "needs_text_search";
    return can_sort(columns, sort, options.selector) ? "" : "sort_order_mismatch";
}

bool is_named(const IndexInfo& index, const Names& use_index) {
    if (use_index.empty() || index.special()) return false;
    const bool whole = use_index[0].starts_with("_design/");
    if (index.ddoc != (whole ? use_index[0] : "_design/" + use_index[0])) return false;
    return use_index.size() == 1 || index.name == use_index[1];
}

/// A usable json index, with what it can do for the query.
struct Ranked {
    const IndexInfo* index;
    std::vector<Range> prefix;
    std::size_t unused = 0;   // Restricted fields beyond its prefix.

    friend bool operator<(const Ranked& a, const Ranked& b) {
        if (a.unused != b.unused) return a.unused < b.unused;
        if (a.index->fields.size() != b.index->fields.size())
            return a.index->fields.size() < b.index->fields.size();
        return std::tie(a.index->ddoc, a.index->name) < std::tie(b.index->ddoc, b.index->name);
    }
};

Ranked rank(const IndexInfo& index, const std::vector<std::pair<std::string, Range>>& ranges) {
    Ranked ranked{&index, {}, 0};
    for (const auto& [column, direction] : index.fields) {
        const auto at =
            std::find_if(ranges.begin(), ranges.end(),
                         [&, name = &column](const auto& r) { return r.first == *name; });
        if (at == ranges.end()) break;
        ranked.prefix.push_back(at->second);
    }
    ranked.unused = ranges.size() - ranked.prefix.size();
    return ranked;
}

using Indexes = std::vector<const IndexInfo*>;

/// How far each index came before it was dropped.
struct Rounds {
    Indexes partial, out_of_scope, not_usable, excluded, unfavoured;
    std::vector<Ranked> ranked;   // The winner first.
};

Rounds hold_rounds(const FindOptions& options, const std::vector<IndexInfo>& indexes) {
    Rounds rounds;
    Indexes usable;
    bool named = false;
    for (const IndexInfo& index : indexes) {
        const bool wanted = is_named(index, options.use_index);
        if (index.partial && !wanted) {
            rounds.partial.push_back(&index);
        } else if (!index.special() && index.partitioned != !options.partition.empty()) {
            rounds.out_of_scope.push_back(&index);
        } else if (!why_not(index, options).empty()) {
            rounds.not_usable.push_back(&index);
        } else {
            usable.push_back(&index);
            named = named || wanted;
        }
    }
    const auto ranges = field_ranges(options.selector);
    const bool any_json = std::any_of(usable.begin(), usable.end(), [&](const IndexInfo* index) {
        return !index->special() && (!named || is_named(*index, options.use_index));
    });
    for (const IndexInfo* index : usable) {
        if (named && !is_named(*index, options.use_index)) {
            rounds.excluded.push_back(index);
        } else if (any_json && index->special()) {
            rounds.unfavoured.push_back(index);
        } else {
            rounds.ranked.push_back(rank(*index, ranges));
        }
    }
    std::stable_sort(rounds.ranked.begin(), rounds.ranked.end());
    return rounds;
}

/// mango_cursor:extract_candidate_indexes/1.
std::vector<Candidate> candidates_of(const Rounds& rounds, const FindOptions& options) {
    std::vector<Candidate> all;
    std::uint64_t ranking = std::max<std::size_t>(1, rounds.ranked.size());
    const auto add = [&](const Indexes& indexes, bool usable, std::string_view reason) {
        for (const IndexInfo* index : indexes) {
            all.push_back({*index, usable,
                           reason.empty() ? why_not(*index, options) : std::string(reason),
                           ranking});
        }
        if (!indexes.empty()) ++ranking;
    };
    for (std::size_t i = 1; i < rounds.ranked.size(); ++i) {
        const Ranked& ranked = rounds.ranked[i];
        const bool wider = ranked.index->fields.size() > rounds.ranked[0].index->fields.size();
        all.push_back({*ranked.index, true,
                       ranked.unused > 0 ? "less_overlap"
                       : wider           ? "too_many_fields"
                                         : "alphabetically_comes_after",
                       i});
    }
    add(rounds.unfavoured, true, "unfavored_type");
    add(rounds.excluded, true, "excluded_by_user");
    add(rounds.not_usable, false, "");
    add(rounds.out_of_scope, false, "scope_mismatch");
    add(rounds.partial, false, "is_partial");
    // As Erlang folds a map whose keys are index records: the last one first, all documents before.
    std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
        if (a.index.special() != b.index.special()) return b.index.special();
        return std::tie(b.index.ddoc, b.index.name) < std::tie(a.index.ddoc, a.index.name);
    });
    return all;
}

/// use_index was given, and is not what the plan uses.
std::optional<Refusal> check_fallback(const FindOptions& options, const IndexInfo* index) {
    if (options.allow_fallback) return {};
    const bool named = index != nullptr && is_named(*index, options.use_index);
    const bool special = index == nullptr || index->special();
    if (named || (options.use_index.empty() && !special)) return {};
    if (options.use_index.empty())
        return Refusal{"no_usable_index", "There is no index available for this selector."};
    std::string name = options.use_index[0];
    if (name.starts_with("_design/")) name.erase(0, 8);
    name.insert(0, "_design/");
    if (options.use_index.size() > 1) name += ", " + options.use_index[1];
    return Refusal{"invalid_index", name + " specified by `use_index` could not be found or it is "
                                           "not suitable."};
}

}   // namespace

std::variant<Plan, Refusal> make_plan(FindOptions options, const std::vector<IndexInfo>& indexes,
                                      bool explain) {
    Plan plan;
    plan.options = std::move(options);
    const Rounds rounds = hold_rounds(plan.options, indexes);
    const IndexInfo* index = rounds.ranked.empty() ? nullptr : rounds.ranked[0].index;
    if (!explain) {
        if (index == nullptr)
            return Refusal{"no_usable_index",
                           "No index exists for this sort, try indexing by the sort fields."};
        if (auto refusal = check_fallback(plan.options, index)) return *refusal;
    }
    plan.candidates = candidates_of(rounds, plan.options);
    if (index == nullptr) return plan;
    plan.index = *index;
    plan.ranges = rounds.ranked[0].prefix;
    const Node& root = plan.options.selector.root();
    // {"$or":[]} alone finds nothing, beside other conditions it is left alone.
    const bool nothing_asked =
        root.form == Node::Form::list && root.nodes.empty() && (root.is("$and") || root.is("$or"));
    plan.nothing = nothing_asked || (plan.ranges.size() == 1 && plan.ranges[0].empty);
    return plan;
}

bool Plan::covered() const {
    if (!index || !options.fields) return false;
    Names needed = *options.fields;
    for (std::string& field : options.selector.fields()) needed.push_back(std::move(field));
    return index->covers(needed);
}

view::Query Plan::rows() const {
    view::Query query;
    query.include_docs = options.r == 1;
    query.reduce = false;
    if (options.conflicts) query.conflicts = true;
    query.stable = options.stable || options.stale;
    if (options.stale || !options.update) query.update = view::Query::Update::no;
    if (nothing || !index) return query;
    json::Builder out;
    if (index->special()) {
        // Ids are texts: other bounds say nothing about them.
        const auto is_text = [](const auto& bound) {
            return bound && bound->view().is(json::Type::text);
        };
        if (!ranges.empty() && is_text(ranges[0].low)) query.start_key = *ranges[0].low;
        if (!ranges.empty() && is_text(ranges[0].high)) query.end_key = *ranges[0].high;
    } else {
        out.begin_array();
        for (const Range& range : ranges) {
            if (!range.low) break;
            out.copy(range.low->view());
        }
        out.end_array();
        query.start_key = out.take();
        out.begin_array();
        bool open = true;
        for (const Range& range : ranges) {
            open = range.high.has_value();
            out.copy(open ? range.high->view() : greatest().view());
            if (!open) break;
        }
        if (open) out.copy(greatest().view());
        out.end_array();
        query.end_key = out.take();
    }
    if (!options.sort.empty() && options.sort[0].second == "desc") {
        query.descending = true;
        std::swap(query.start_key, query.end_key);
    }
    return query;
}

}   // namespace glasshive::store::mango
