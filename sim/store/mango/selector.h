#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/json/value.h"
#include "store/refusal.h"

namespace glasshive::store::mango {

struct Regex;   // PCRE2's.

/// One condition of a normalised selector: an object of one member, key and what it holds.
struct Node {
    enum class Form : unsigned char {
        everything,   ///< {}: matches all. At the top alone.
        list,         ///< $and, $or, $nor: `nodes`.
        child,        ///< $not, $elemMatch, $allMatch, $keyMapMatch, a field: `nodes[0]`.
        value,        ///< Other operators: `value`.
    };
    Form form = Form::everything;
    std::string key{};   ///< An operator, a field, or "": what is looked at.
    std::vector<Node> nodes{};
    json::Value value{};
    std::vector<std::string> path{};        ///< Of a field.
    std::shared_ptr<const Regex> regex{};   ///< Of $regex.

    bool is(std::string_view name) const { return key == name; }
    bool is_operator() const { return form != Form::everything && key.starts_with('$'); }
    bool is_field() const { return form == Form::child && !key.starts_with('$'); }
};

/// What documents a query wants, normalised as CouchDB does it: bare values are $eq, several
/// members are $and, names of nested objects are joined by dots, $not is pushed down.
///
/// A field that a document lacks makes every condition on it false, but $exists:false. Comparisons
/// use view collation, those of `_id` raw order.
/// Differs: a regular expression that takes too many steps does not match.
/// Source: mango_selector.erl; couchdb.md 9.
class Selector {
  public:
    /// Or why it is none: bad_arg, invalid_operator, not_supported, invalid_selector, bad_field.
    static std::variant<Selector, Refusal> parse(json::View selector);

    /// Where CouchDB fails at a document it does not match, and `failure`, if given, says why:
    /// invalid_field_name of a name with an empty part, unknown_error of $mod by 0. Inside
    /// $elemMatch and the like nothing fails.
    bool matches(json::View document, std::optional<Refusal>* failure = nullptr) const;
    const Node& root() const { return root_; }
    /// Normalised, as _explain shows it.
    json::Value to_json() const;
    /// Fields that conditions are about, in order, with repeats.
    std::vector<std::string> fields() const;
    /// Any document that matches has all these fields.
    bool requires_fields(std::vector<std::string> fields) const;
    /// The field can have one value only ({"$eq":…}).
    bool is_constant(std::string_view field) const;
    /// It uses $text.
    bool is_text_search() const;

  private:
    Node root_;
};

}   // namespace glasshive::store::mango
