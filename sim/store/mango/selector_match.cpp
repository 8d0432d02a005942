// Which documents a selector matches, and what it says of fields.
// Source: mango_selector.erl: match/3, has_required_fields/2, is_constant_field/2, fields/1.
#include <algorithm>

#include "base/assert.h"
#include "store/collate/collate.h"
#include "store/json/builder.h"
#include "store/mango/field.h"
#include "store/mango/regex.h"
#include "store/mango/selector.h"

namespace glasshive::store::mango {

namespace {

using collate::Order;
using json::Type;
using json::View;
using Form = Node::Form;

/// What a value is looked at with; the first failure ends all.
struct Look {
    Order order;
    std::optional<Refusal>& failure;
};

bool match(const Node& node, View value, const Look& look);

std::string_view type_name(View value) {
    switch (value.type()) {
        case Type::null: return "null";
        case Type::boolean: return "boolean";
        case Type::integer:
        case Type::real: return "number";
        case Type::text: return "string";
        case Type::array: return "array";
        case Type::object: return "object";
    }
    return "";
}

bool equal(View a, View b, Order order) { return collate::compare(a, b, order) == 0; }

template <class Test>
bool any_element(View array, Test test) {
    for (const View element : array.elements()) {
        if (test(element)) return true;
    }
    return false;
}

/// Any element of an array, or the value itself.
bool match_in(View wanted, View value, Order order) {
    return any_element(wanted, [&](View each) {
        if (!value.is(Type::array)) return equal(value, each, order);
        return any_element(value, [&](View element) { return equal(element, each, order); });
    });
}

/// Every one is an element, written alike (1 is no 1.0); [[…]] may be the array itself.
bool match_all(View wanted, View value) {
    if (!value.is(Type::array) || wanted.size() == 0) return false;
    if (wanted.size() == 1) {
        const View only = *wanted.elements().begin();
        if (only.is(Type::array) && equal(only, value, Order::raw)) return true;
    }
    return !any_element(wanted, [&](View each) {
        const json::Value exact = json::own(each);
        return !any_element(value, [&](View element) { return json::own(element) == exact; });
    });
}

/// Erlang's rem: the sign is the dividend's. By 0 it is a badarith, told as chttpd:error_info/1
/// tells what it does not know.
bool match_mod(View argument, View value, const Look& look) {
    auto part = argument.elements().begin();
    const auto divisor = (*part).integer();
    ++part;
    const auto rest = (*part).integer();
    const auto number = value.integer();
    if (divisor && *divisor == 0) look.failure = Refusal{"unknown_error", "badarith"};
    if (!divisor || !rest || !number || *divisor == 0) return false;
    return *divisor == -1 ? *rest == 0 : *number % *divisor == *rest;
}

bool match_value(const Node& node, View value, const Look& look) {
    const Order order = look.order;
    const View argument = node.value.view();
    if (node.is("$eq")) return equal(value, argument, order);
    if (node.is("$ne")) return !equal(value, argument, order);
    if (node.is("$lt")) return collate::compare(value, argument, order) < 0;
    if (node.is("$lte")) return collate::compare(value, argument, order) <= 0;
    if (node.is("$gt")) return collate::compare(value, argument, order) > 0;
    if (node.is("$gte")) return collate::compare(value, argument, order) >= 0;
    if (node.is("$in")) return match_in(argument, value, order);
    if (node.is("$nin")) return !match_in(argument, value, order);
    if (node.is("$all")) return match_all(argument, value);
    if (node.is("$exists")) return argument.boolean();   // There is a value.
    if (node.is("$type")) return argument.text() == type_name(value);
    if (node.is("$mod")) return value.is(Type::integer) && match_mod(argument, value, look);
    if (node.is("$regex")) return value.is(Type::text) && node.regex->matches(value.text());
    if (node.is("$beginsWith"))
        return value.is(Type::text) && value.text().starts_with(argument.text());
    if (node.is("$size"))
        return value.is(Type::array) &&
               argument.integer() == static_cast<std::int64_t>(value.size());
    return node.is("$text");   // A text index would have found it.
}

/// Here CouchDB catches what fails, and calls it no match.
bool match_elements(const Node& node, View value, Order order) {
    const Node& condition = node.nodes[0];
    std::optional<Refusal> failure;
    const Look look{order, failure};
    if (node.is("$keyMapMatch")) {
        if (!value.is(Type::object)) return false;
        for (const json::Member member : value.members()) {
            json::Builder out;
            out.text(member.key);
            if (match(condition, out.take().view(), look)) return true;
            if (failure) return false;
        }
        return false;
    }
    if (!value.is(Type::array) || value.size() == 0) return false;
    const bool all = node.is("$allMatch");
    const bool other = any_element(value, [&](View element) {
        return match(condition, element, look) != all || failure.has_value();
    });
    return all != other && !failure;
}

bool match_field(const Node& node, View value, const Look& look) {
    const Node& condition = node.nodes[0];
    if (node.key.empty()) return match(condition, value, look);   // $elemMatch: {"$gt": 1}
    if (node.path.empty()) {
        look.failure = invalid_field(node.key);
        return false;
    }
    const Found found = find_field(value, node.path);
    if (found.value) {
        const Order order = node.is("_id") ? Order::raw : look.order;
        return match(condition, *found.value, {order, look.failure});
    }
    return found.how == Found::How::missing && condition.is("$exists") &&
           condition.form == Form::value && !condition.value.view().boolean();
}

bool match(const Node& node, View value, const Look& look) {
    const auto matches = [&](const Node& each) { return match(each, value, look); };
    const auto matches_or_fails = [&](const Node& each) { return matches(each) || look.failure; };
    switch (node.form) {
        case Form::everything: return true;
        case Form::value: return match_value(node, value, look);
        case Form::list:
            if (node.is("$and")) return std::all_of(node.nodes.begin(), node.nodes.end(), matches);
            // Inside $elemMatch nobody takes $nor apart, and CouchDB's match does not know it.
            if (!node.is("$or")) return false;
            return (node.nodes.empty() ||
                    std::any_of(node.nodes.begin(), node.nodes.end(), matches_or_fails)) &&
                   !look.failure;
        case Form::child:
            if (node.is("$not")) return !match(node.nodes[0], value, look) && !look.failure;
            if (node.is_operator()) return match_elements(node, value, look.order);
            return match_field(node, value, look);
    }
    return false;
}

void collect_fields(const Node& node, std::vector<std::string>& out) {
    if (node.form == Form::list || node.is("$not")) {
        for (const Node& each : node.nodes) collect_fields(each, out);
    } else if (node.is("$text")) {
        out.emplace_back("$default");
    } else if (node.form != Form::everything) {
        out.push_back(node.key);
    }
}

using Names = std::vector<std::string>;

/// Those that a matching document may lack.
Names not_required(const Node& node, Names fields) {
    if (node.is("$and")) {
        for (const Node& each : node.nodes) fields = not_required(each, std::move(fields));
    } else if (node.is("$or")) {
        Names left;
        for (const Node& each : node.nodes) {
            for (std::string& field : not_required(each, fields)) left.push_back(std::move(field));
        }
        std::sort(left.begin(), left.end());
        left.erase(std::unique(left.begin(), left.end()), left.end());
        return left;
    } else if (node.is_field()) {
        const Node& condition = node.nodes[0];
        const bool may_lack = condition.is("$exists") && !condition.value.view().boolean();
        const auto at = std::find(fields.begin(), fields.end(), node.key);
        if (!may_lack && at != fields.end()) fields.erase(at);
    }
    return fields;
}

bool constant(const Node& node, std::string_view field) {
    if (node.is("$and")) {
        return std::any_of(node.nodes.begin(), node.nodes.end(),
                           [&](const Node& each) { return constant(each, field); });
    }
    return node.is_field() && node.is(field) && node.nodes[0].is("$eq");
}

bool text_search(const Node& node) {
    return node.is("$text") || std::any_of(node.nodes.begin(), node.nodes.end(), text_search);
}

}   // namespace

bool Selector::matches(json::View document, std::optional<Refusal>* failure) const {
    std::optional<Refusal> found;
    const bool matched = match(root_, document, {Order::icu, found});
    if (failure != nullptr) *failure = std::move(found);
    return matched;
}

std::vector<std::string> Selector::fields() const {
    std::vector<std::string> all;
    collect_fields(root_, all);
    return all;
}

bool Selector::requires_fields(std::vector<std::string> fields) const {
    return not_required(root_, std::move(fields)).empty();
}

bool Selector::is_constant(std::string_view field) const { return constant(root_, field); }
bool Selector::is_text_search() const { return text_search(root_); }

}   // namespace glasshive::store::mango
