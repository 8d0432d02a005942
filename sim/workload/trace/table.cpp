#include "workload/trace/table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <csv.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/assert.h"

namespace glasshive::workload::trace {

struct Table::Parser {
    Parser() { SIM_ASSERT(csv_init(&state, CSV_STRICT | CSV_STRICT_FINI) == 0); }
    ~Parser() { csv_free(&state); }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    csv_parser state{};
};

Table::Table(Lines lines, Style style)
    : lines_(std::move(lines)),
      style_(style),
      parser_(std::make_unique<Parser>()) {}
Table::~Table() = default;
Table::Table(Table&&) noexcept = default;

namespace {

struct Taking {
    std::vector<std::string>* fields;
    std::size_t* count;
};

void take_field(void* data, std::size_t size, void* to) {
    auto& taking = *static_cast<Taking*>(to);
    if (taking.fields->size() == *taking.count) taking.fields->emplace_back();
    (*taking.fields)[(*taking.count)++].assign(static_cast<const char*>(data), size);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

using Json = nlohmann::json;

/// As CSV would have it. What holds others is no field, and may be nested deeper than any stack.
std::string text_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_structured()) return value.is_array() ? "[…]" : "{…}";
    return value.dump();
}

/// What stands at "a.b" of an object; null where there is nothing.
const Json* at_path(const Json& object, std::string_view path) {
    const Json* at = &object;
    while (!path.empty() && at->is_object()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        const auto found = at->find(std::string(path.substr(0, dot)));
        if (found == at->end()) return nullptr;
        at = &*found;
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return path.empty() && !at->is_null() ? at : nullptr;
}

}   // namespace

/// False when the line has no fields at all, or is no record (which is a problem).
bool Table::split() {
    count_ = 0;
    if (style_ == Style::json) return split_object();
    Taking taking{&fields_, &count_};
    if (style_ == Style::blanks) {
        for (std::size_t at = 0; at < line_.size();) {
            while (at < line_.size() && is_blank(line_[at])) ++at;
            std::size_t end = at;
            while (end < line_.size() && !is_blank(line_[end])) ++end;
            if (end > at) take_field(line_.data() + at, end - at, &taking);
            at = end;
        }
        return count_ > 0;
    }
    line_ += '\n';
    const auto row = [](int, void*) {};
    csv_parser& parser = parser_->state;
    const std::size_t read =
        csv_parse(&parser, line_.data(), line_.size(), take_field, row, &taking);
    const bool whole_line =
        read == line_.size() && csv_fini(&parser, nullptr, nullptr, nullptr) == 0;
    if (whole_line) return count_ > 0;
    parser_ = std::make_unique<Parser>();
    complain(whole, "a quote in the wrong place",
             "a field with quotes begins and ends with one, and doubles those inside");
    return false;
}

bool Table::split_object() {
    if (line_.find_first_not_of(" \t") == std::string::npos) return false;
    const Json object = Json::parse(line_, nullptr, false);
    if (object.is_discarded() || !object.is_object()) {
        complain(whole, "is no JSON object", "one object on each line");
        return false;
    }
    fields_.resize(header_.size());
    for (std::size_t i = 0; i < header_.size(); ++i) {
        const Json* value = at_path(object, header_[i]);
        fields_[i] = value == nullptr ? std::string() : text_of(*value);
    }
    count_ = header_.size();
    return true;
}

bool Table::read_header(std::span<const char* const> wanted) {
    while (lines_.next(line_)) {
        if (line_.starts_with("\xEF\xBB\xBF")) line_.erase(0, 3);
        if (!split()) {
            if (!problems_.empty()) return false;
            continue;
        }
        header_.assign(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(count_));
        std::string missing;
        for (const char* name : wanted) {
            if (!column(name)) missing += (missing.empty() ? "" : ", ") + std::string(name);
        }
        if (!missing.empty()) {
            std::string all;
            for (const char* name : wanted) all += (all.empty() ? "" : ",") + std::string(name);
            complain(whole, "the header lacks " + missing, "it has at least " + all);
        }
        least_ = most_ = header_.size();
        return ok();
    }
    if (lines_.problem() == nullptr) {
        problems_.push_back(
            {.file = file(), .message = "is empty", .hint = "a header comes first"});
    }
    return false;
}

std::optional<std::size_t> Table::column(std::string_view name) const {
    const auto at = std::find(header_.begin(), header_.end(), name);
    if (at == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - header_.begin());
}

void Table::set_columns(std::vector<std::string> paths) {
    header_ = std::move(paths);
    least_ = most_ = header_.size();
}

void Table::expect_fields(std::size_t least, std::size_t most) {
    least_ = least;
    most_ = most;
}

void Table::skip_comments(char mark, std::function<void(std::string_view)> seen) {
    comment_ = mark;
    on_comment_ = std::move(seen);
}

bool Table::fields_fit() {
    if (count_ >= least_ && count_ <= most_) return true;
    const std::string wanted = least_ == most_
                                   ? std::to_string(least_)
                                   : std::to_string(least_) + " to " + std::to_string(most_);
    complain(whole, std::to_string(count_) + " fields, not " + wanted);
    return false;
}

bool Table::next() {
    while (problems_.size() < problems_most && lines_.next(line_)) {
        if (comment_ != 0 && !line_.empty() && line_.front() == comment_) {
            on_comment_(line_);
            continue;
        }
        if (split() && fields_fit()) return true;
    }
    count_ = 0;
    return false;
}

std::string_view Table::text(std::size_t at) const {
    return at < count_ ? std::string_view(fields_[at]) : std::string_view{};
}

std::int64_t Table::integer(std::size_t at, std::int64_t least, std::int64_t most) {
    const std::string_view field = text(at);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || end != field.data() + field.size() || value < least ||
        value > most) {
        complain(at, "\"" + std::string(field.substr(0, 40)) + "\" is not a whole number from " +
                         std::to_string(least) + " to " + std::to_string(most));
        return least;
    }
    return value;
}

double Table::number(std::size_t at, double least, double most) {
    const std::string_view field = text(at);
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    // Written so that NaN fails.
    const bool fits = error == std::errc{} && end == field.data() + field.size() &&
                      value >= least && value <= most;
    if (fits) return value;
    char low[32], high[32];
    std::snprintf(low, sizeof low, "%g", least);
    std::snprintf(high, sizeof high, "%g", most);
    complain(at, "\"" + std::string(field.substr(0, 40)) + "\" is not a number from " + low +
                     " to " + high);
    return least;
}

std::string Table::name_of(std::size_t at) const {
    if (at == whole) return "";
    return at < header_.size() ? header_[at] : "field " + std::to_string(at + 1);
}

void Table::complain(std::size_t at, const std::string& message, const std::string& hint) {
    if (problems_.size() >= problems_most) return;
    problems_.push_back({.file = file(),
                         .line = lines_.number(),
                         .path = name_of(at),
                         .message = message,
                         .hint = hint});
}

Diagnostics Table::problems() const {
    Diagnostics all = problems_;
    if (lines_.problem() != nullptr) all.push_back(*lines_.problem());
    return all;
}

}   // namespace glasshive::workload::trace
