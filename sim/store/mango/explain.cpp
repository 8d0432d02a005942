#include <algorithm>

#include "store/json/builder.h"
#include "store/mango/plan.h"

namespace glasshive::store::mango {

namespace {

void write_texts(const std::vector<std::string>& texts, json::Builder& out) {
    out.begin_array();
    for (const std::string& text : texts) out.text(text);
    out.end_array();
}

void write_flag(std::string_view key, bool value, json::Builder& out) {
    out.key(key);
    out.boolean(value);
}

void write_fields(const FindOptions& options, json::Builder& out) {
    out.key("fields");
    write_texts(options.fields.value_or(std::vector<std::string>{}), out);
}

void write_count(std::string_view key, std::uint64_t value, json::Builder& out) {
    out.key(key);
    out.integer(value);
}

void write_options(const FindOptions& options, json::Builder& out) {
    out.begin_object();
    out.key("use_index");
    write_texts(options.use_index, out);
    out.key("bookmark");
    out.text(options.bookmark.value_or("nil"));
    write_count("limit", options.limit, out);
    write_count("skip", options.skip, out);
    out.key("sort");
    out.begin_object();
    for (const auto& [field, direction] : options.sort) {
        out.key(field);
        out.text(direction);
    }
    out.end_object();
    write_fields(options, out);
    out.key("partition");
    out.text(options.partition);
    write_count("r", options.r, out);
    write_flag("conflicts", options.conflicts, out);
    out.key("stale");
    if (options.stale) {
        out.text("ok");
    } else {
        out.boolean(false);
    }
    write_flag("update", options.update, out);
    write_flag("stable", options.stable, out);
    write_flag("execution_stats", options.execution_stats, out);
    write_flag("allow_fallback", options.allow_fallback, out);
    out.end_object();
}

void write_candidate(const Candidate& candidate, const FindOptions& options, json::Builder& out) {
    out.begin_object();
    out.key("index");
    candidate.index.write(out);
    out.key("analysis");
    out.begin_object();
    write_flag("usable", candidate.usable, out);
    out.key("reasons");
    out.begin_array();
    out.begin_object();
    out.key("name");
    out.text(candidate.reason);
    out.end_object();
    out.end_array();
    write_count("ranking", candidate.ranking, out);
    out.key("covering");
    if (candidate.index.special()) {
        out.null();
    } else {
        out.boolean(candidate.index.covers(options.fields));
    }
    out.end_object();
    out.end_object();
}

void write_hints(const Selector& selector, json::Builder& out) {
    const std::vector<std::string> indexable = indexable_fields(selector);
    std::vector<std::string> others = selector.fields();
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
    std::erase_if(others, [&](const std::string& field) {
        return std::find(indexable.begin(), indexable.end(), field) != indexable.end();
    });
    out.begin_array();
    out.begin_object();
    out.key("type");
    out.text("json");
    out.key("indexable_fields");
    write_texts(indexable, out);
    out.key("unindexable_fields");
    write_texts(others, out);
    out.end_object();
    out.end_array();
}

/// One end of the rows to read; what is greater than all values is shown as "<MAX>".
void write_end(const Plan& plan, bool start, json::Builder& out) {
    out.key(start ? "start_key" : "end_key");
    if (plan.nothing) return out.null();
    const bool descending = !plan.options.sort.empty() && plan.options.sort[0].second == "desc";
    const bool low = start != descending;
    if (plan.index->special()) {
        const auto bound = plan.ranges.empty() ? std::nullopt
                           : low               ? plan.ranges[0].low
                                               : plan.ranges[0].high;
        if (bound) return out.copy(bound->view());
        if (!low) return out.text("<MAX>");
        return plan.ranges.empty() ? out.null() : out.text("");
    }
    out.begin_array();
    bool open = true;
    for (const Range& range : plan.ranges) {
        const auto& bound = low ? range.low : range.high;
        open = bound.has_value();
        if (!open) break;
        out.copy(bound->view());
    }
    if (!low) out.text("<MAX>");
    out.end_array();
}

void write_rows(const Plan& plan, json::Builder& out) {
    const view::Query query = plan.rows();
    out.key("mrargs");
    out.begin_object();
    write_flag("include_docs", query.include_docs && !plan.covered(), out);
    out.key("view_type");
    out.text("map");
    write_flag("reduce", false, out);
    out.key("partition");
    if (plan.options.partition.empty()) {
        out.null();
    } else {
        out.text(plan.options.partition);
    }
    write_end(plan, true, out);
    write_end(plan, false, out);
    out.key("direction");
    out.text(query.descending ? "rev" : "fwd");
    write_flag("stable", query.stable, out);
    write_flag("update", query.update == view::Query::Update::yes, out);
    out.key("conflicts");
    if (query.conflicts) {
        out.boolean(true);
    } else {
        out.text("undefined");   // As jiffy writes Erlang's undefined.
    }
    out.end_object();
    write_flag("covering", plan.covered(), out);
}

}   // namespace

json::Value explain(const Plan& plan, std::string_view database, bool partitioned) {
    json::Builder out;
    out.begin_object();
    out.key("dbname");
    out.text(database);
    out.key("index");
    if (plan.index) {
        plan.index->write(out);
    } else {
        out.null();
    }
    write_flag("partitioned", partitioned, out);
    out.key("selector");
    out.copy(plan.options.selector.to_json().view());
    out.key("opts");
    write_options(plan.options, out);
    write_count("limit", plan.options.limit, out);
    write_count("skip", plan.options.skip, out);
    write_fields(plan.options, out);
    out.key("index_candidates");
    out.begin_array();
    for (const Candidate& candidate : plan.candidates)
        write_candidate(candidate, plan.options, out);
    out.end_array();
    out.key("selector_hints");
    write_hints(plan.options.selector, out);
    if (plan.index) write_rows(plan, out);
    out.end_object();
    return out.take();
}

}   // namespace glasshive::store::mango
