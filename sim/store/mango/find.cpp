#include "store/mango/find.h"

#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/mango/field.h"

namespace glasshive::store::mango {

namespace {

/// The document as an index tells it: its fields, and _id.
/// Source: mango_cursor_view:derive_doc_from_index/2.
json::Value document_of(const IndexInfo& index, const FoundRow& row) {
    const json::Value id = json::text_value(row.id);
    std::vector<std::pair<std::vector<std::string>, json::View>> values{{{"_id"}, id.view()}};
    auto value = row.key.view().elements().begin();
    for (const auto& [field, direction] : index.fields) {
        values.emplace_back(path_of(field), *value);
        ++value;
    }
    return nested(values);
}

/// A wanted field that names nothing, of a document that matches.
std::optional<Refusal> bad_projection(const Plan& plan) {
    for (const std::string& field : plan.options.fields.value_or(std::vector<std::string>{})) {
        if (path_of(field).empty()) return invalid_field(field);
    }
    return {};
}

json::Value projected(const Plan& plan, json::View document) {
    if (plan.options.fields) return extract(document, *plan.options.fields);
    return json::own(document);
}

std::string plain_name(std::string_view ddoc) {
    return std::string(ddoc.starts_with("_design/") ? ddoc.substr(8) : ddoc);
}

}   // namespace

std::optional<json::Value> pick(const Plan& plan, const FoundRow& row, Examined& examined) {
    ++examined.keys;
    json::Value document = row.document;
    if (document) {
        ++examined.documents;
    } else if (plan.covered()) {
        document = document_of(*plan.index, row);
    } else {
        return {};
    }
    if (!plan.options.selector.matches(document.view(), &examined.failure)) return {};
    if ((examined.failure = bad_projection(plan))) return {};
    // Design documents cost as much as others; the coordinator drops them.
    if (plan.index->special() && row.id.starts_with("_design/")) return {};
    return projected(plan, document.view());
}

std::variant<Find, Refusal> Find::start(Plan plan) {
    Find find(std::move(plan));
    const auto& given = find.plan_.options.bookmark;
    if (!given || *given == "nil") return find;
    find.begin_ = decode(*given);
    if (!find.begin_) {
        std::string text;
        json::print_text(*given, text);
        return Refusal{"invalid_bookmark", "Invalid bookmark value: " + text};
    }
    return find;
}

std::optional<view::Query> Find::rows() const {
    if (plan_.nothing) return {};
    view::Query query = plan_.rows();
    query.include_docs = query.include_docs && !plan_.covered();
    if (begin_) {
        query.start_key = begin_->key;
        query.start_key_id = begin_->id;
        query.skip = 1;   // The row of the bookmark itself.
    }
    return query;
}

bool Find::offer(const FoundRow& picked) {
    if (limit_ > 0) last_ = Bookmark{picked.id, picked.key};
    return take(picked.document);
}

bool Find::offer_read(const FoundRow& row) {
    ++read_by_quorum_;
    if (!row.document || !plan_.options.selector.matches(row.document.view(), &failure_))
        return !failure_;
    if ((failure_ = bad_projection(plan_))) return false;
    if (limit_ > 0) last_ = Bookmark{row.id, row.key};
    return take(projected(plan_, row.document.view()));
}

bool Find::take(const json::Value& document) {
    if (skipped_ < plan_.options.skip) {
        ++skipped_;
        return true;
    }
    if (limit_ == 0) return false;   // One row more than wanted is looked at.
    --limit_;
    documents_.push_back(document);
    return true;
}

void Find::add(const Examined& examined) {
    examined_.keys += examined.keys;
    examined_.documents += examined.documents;
}

std::string Find::warning() const {
    std::vector<std::string> all;
    const std::vector<std::string>& use = plan_.options.use_index;
    const IndexInfo& index = *plan_.index;
    if (!use.empty()) {
        const std::string ddoc = plain_name(use[0]);
        const bool same_ddoc = !index.special() && plain_name(index.ddoc) == ddoc;
        if (use.size() == 1 && !same_ddoc) {
            all.push_back(
                "_design/" + ddoc +
                " was not used because it does not contain a valid index for this query.");
        } else if (use.size() == 2 && !(same_ddoc && index.name == use[1])) {
            all.push_back("_design/" + ddoc + ", " + use[1] +
                          " was not used because it is not a valid index for this query.");
        }
    }
    if (index.special())
        all.emplace_back("No matching index found, create an index to optimize query time.");
    const std::uint64_t scanned = examined_.documents + read_by_quorum_;
    const std::uint64_t results = documents_.size();
    constexpr std::uint64_t ratio_max = 10;   // mango/index_scan_warning_threshold
    if (scanned > ratio_max * (results > 0 ? results : 1))
        all.emplace_back(
            "The number of documents examined is high in proportion to the number of "
            "results returned. Consider adding a more specific index to improve this.");
    std::string text;
    for (const std::string& each : all) text += (text.empty() ? "" : "\n") + each;
    return text;
}

json::Value Find::reply(double execution_ms) const {
    json::Builder out;
    out.begin_object();
    out.key("docs");
    out.begin_array();
    for (const json::Value& document : documents_) out.copy(document.view());
    out.end_array();
    if (plan_.nothing) {   // Nobody was asked, so nobody adds anything.
        out.end_object();
        return out.take();
    }
    out.key("bookmark");
    out.text(last_ ? encode(*last_) : plan_.options.bookmark.value_or("nil"));
    if (plan_.options.execution_stats) {
        out.key("execution_stats");
        out.begin_object();
        const std::pair<const char*, std::uint64_t> counts[] = {
            {"total_keys_examined", examined_.keys},
            {"total_docs_examined", examined_.documents},
            {"total_quorum_docs_examined", read_by_quorum_},
            {"results_returned", documents_.size()}};
        for (const auto& [name, count] : counts) {
            out.key(name);
            out.integer(count);
        }
        out.key("execution_time_ms");
        out.real(execution_ms);
        out.end_object();
    }
    if (const std::string text = warning(); !text.empty()) {
        out.key("warning");
        out.text(text);
    }
    out.end_object();
    return out.take();
}

}   // namespace glasshive::store::mango
