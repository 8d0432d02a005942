#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/json/builder.h"
#include "store/json/value.h"
#include "store/mango/selector.h"
#include "store/refusal.h"

namespace glasshive::store::mango {

/// Fields and directions, "asc" or "desc".
using Sort = std::vector<std::pair<std::string, std::string>>;

/// `sort` of a query, `fields` of an index. Refusals: invalid_sort_json, invalid_sort_field,
/// unsupported_mixed_sort. Source: mango_sort:new/1.
std::variant<Sort, Refusal> parse_sort(json::View value);
/// [{"a":"asc"},…]
void write_sort(const Sort& sort, json::Builder& out);

/// The body of _find and _explain. Defaults are CouchDB's.
/// Source: mango_opts:validate_find/1.
struct FindOptions {
    Selector selector{};
    std::vector<std::string> use_index{};   ///< Nothing; a design document; or it and a name.
    std::optional<std::string> bookmark{};
    std::uint64_t limit = 25;
    std::uint64_t skip = 0;
    Sort sort{};
    std::optional<std::vector<std::string>> fields{};   ///< Empty: all.
    std::string partition{};
    std::uint64_t r = 1;
    bool conflicts = false;
    bool stale = false;   ///< "ok"
    bool update = true;
    bool stable = false;
    bool execution_stats = false;
    bool allow_fallback = true;
};

/// Or the first thing that is wrong, in CouchDB's order: members as listed above, then unknown ones
/// (invalid_key).
std::variant<FindOptions, Refusal> parse_find(json::View body);

/// Takes members out of an object one by one and complains of what is left.
/// Source: mango_opts:validate/2.
class Members {
  public:
    explicit Members(json::View object) : object_(object) {}
    std::optional<json::View> take(std::string_view name);
    /// invalid_key, for the first member nobody took.
    std::optional<Refusal> left() const;

  private:
    json::View object_;
    std::vector<std::string_view> taken_;
};

Refusal missing_key(std::string_view name);
std::optional<Refusal> read_positive(json::View value, std::uint64_t& out);

}   // namespace glasshive::store::mango
