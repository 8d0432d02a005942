// From what a client wrote to a normalised selector. Source: mango_selector.erl, normalize/1.
#include <algorithm>
#include <optional>

#include "store/json/builder.h"
#include "store/json/erlang.h"
#include "store/json/print.h"
#include "store/mango/field.h"
#include "store/mango/regex.h"
#include "store/mango/selector.h"

namespace glasshive::store::mango {

namespace {

using json::Type;
using json::View;
using Form = Node::Form;

Node field_node(std::string name, Node condition) {
    Node node{.form = Form::child, .key = std::move(name)};
    node.path = path_of(node.key);
    node.nodes.push_back(std::move(condition));
    return node;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The first thing that is wrong stays; what is made after it is of no use.
class Normaliser {
  public:
    std::optional<Refusal> refusal;

    Node operators(View value) {
        if (!value.is(Type::object) || value.size() == 0) {
            return {.form = Form::value, .key = "$eq", .value = json::own(value)};
        }
        if (value.size() > 1) {
            Node all{.form = Form::list, .key = "$and"};
            for (const json::Member member : value.members()) {
                if (refusal) break;
                all.nodes.push_back(one(member.key, member.value));
            }
            return all;
        }
        const json::Member member = *value.members().begin();
        return one(member.key, member.value);
    }

    /// Moves field names down to the conditions. `path`: those above.
    Node fields(Node node, const std::string& path) {
        if (refusal || node.form == Form::everything) return node;
        if (node.form == Form::list || node.is("$not")) {
            for (Node& each : node.nodes) each = fields(std::move(each), path);
            return node;
        }
        if (is_one_of(node.key, {"$elemMatch", "$allMatch", "$keyMapMatch"})) {
            node.nodes[0] = fields(std::move(node.nodes[0]), "");
            return field_node(path, std::move(node));
        }
        if (node.is("$text")) {
            if (!path.empty())
                refuse("bad_field", "Invalid field normalization on selector: {[{" +
                                        words("$default") + ",{[{" + words("$text") + "," +
                                        json::erlang_text(node.value.view()) + "}]}}]}");
            return node;
        }
        if (node.is_operator()) return field_node(path, std::move(node));
        const std::string below = path.empty() ? node.key : path + "." + node.key;
        return fields(std::move(node.nodes[0]), below);
    }

    Node negations(Node node) {
        if (node.is("$not")) return negate(std::move(node.nodes[0]));
        if (node.is("$nor")) {
            node.key = "$and";
            for (Node& each : node.nodes) each = negate(std::move(each));
        } else if (node.is_operator() && !node.nodes.empty()) {
            for (Node& each : node.nodes) each = negations(std::move(each));
        }
        return node;   // Below a field nothing is negated any more.
    }

  private:
    static std::string words(std::string_view text) {
        json::Builder out;
        out.text(text);
        return json::erlang_text(out.take().view());
    }
    void refuse(std::string error, std::string reason) {
        if (!refusal) refusal = Refusal{std::move(error), std::move(reason)};
    }
    Node bad_argument(std::string_view name, View argument) {
        refuse("bad_arg", "Bad argument for operator " + std::string(name) + ": " +
                              json::erlang_text(argument));
        return {};
    }

    Node list(std::string_view name, View argument) {
        if (!argument.is(Type::array)) return bad_argument(name, argument);
        Node node{.form = Form::list, .key = std::string(name)};
        for (const View element : argument.elements()) {
            if (refusal) break;
            node.nodes.push_back(operators(element));
        }
        return node;
    }

    static bool fits(std::string_view name, View argument) {
        if (is_one_of(name, {"$in", "$nin", "$all"})) return argument.is(Type::array);
        if (name == "$exists") return argument.is(Type::boolean);
        if (is_one_of(name, {"$type", "$regex"})) return argument.is(Type::text);
        if (name == "$size") {
            return argument.is(Type::integer) && !argument.digits().starts_with('-');
        }
        if (name == "$text")
            return argument.is(Type::text) || argument.is_number() || argument.is(Type::boolean);
        if (name != "$mod") return true;
        if (!argument.is(Type::array) || argument.size() != 2) return false;
        for (const View part : argument.elements()) {
            if (!part.is(Type::integer)) return false;
        }
        return true;
    }

    /// One member of an object: an operator, or a field and its condition.
    Node one(std::string_view name, View argument) {
        if (!name.starts_with('$')) {
            Node node{.form = Form::child, .key = std::string(name)};
            node.nodes.push_back(operators(argument));
            return node;
        }
        if (is_one_of(name, {"$and", "$or", "$nor"})) return list(name, argument);
        if (is_one_of(name, {"$not", "$elemMatch", "$allMatch", "$keyMapMatch"})) {
            if (!argument.is(Type::object)) return bad_argument(name, argument);
            Node node{.form = Form::child, .key = std::string(name)};
            node.nodes.push_back(operators(argument));
            return node;
        }
        if (is_one_of(name, {"$where", "$geoWithin", "$geoIntersects", "$near", "$nearSphere"})) {
            refuse("not_supported", "Unsupported operator: " + std::string(name));
            return {};
        }
        const bool prefix = name == "$beginsWith" && argument.is(Type::text);
        if (!prefix &&
            !is_one_of(name, {"$lt", "$lte", "$eq", "$ne", "$gte", "$gt", "$in", "$nin", "$all",
                              "$exists", "$type", "$regex", "$size", "$text", "$mod"})) {
            // A $beginsWith of something else ends here, too.
            refuse("invalid_operator", "Invalid operator: " + std::string(name));
            return {};
        }
        if (!fits(name, argument)) return bad_argument(name, argument);
        Node node{.form = Form::value, .key = std::string(name), .value = json::own(argument)};
        if (name == "$regex") {
            node.regex = compile_regex(argument.text());
            if (!node.regex) return bad_argument(name, argument);
        }
        return node;
    }

    Node negate(Node node) {
        if (refusal || node.form == Form::everything) return node;
        if (node.is("$not")) return negations(std::move(node.nodes[0]));
        if (node.is("$nor")) {
            node.key = "$or";
            for (Node& each : node.nodes) each = negations(std::move(each));
            return node;
        }
        if (node.is("$and") || node.is("$or")) {
            node.key = node.is("$and") ? "$or" : "$and";
            for (Node& each : node.nodes) each = negate(std::move(each));
            return node;
        }
        if (node.is("$text")) {
            refuse("bad_arg", "Bad argument for operator $not: {[{" + words("$default") + ",{[{" +
                                  words("$text") + "," + json::erlang_text(node.value.view()) +
                                  "}]}}]}");
            return node;
        }
        constexpr std::pair<std::string_view, std::string_view> opposites[] = {
            {"$lt", "$gte"}, {"$lte", "$gt"}, {"$eq", "$ne"},  {"$ne", "$eq"},
            {"$gte", "$lt"}, {"$gt", "$lte"}, {"$in", "$nin"}, {"$nin", "$in"}};
        for (const auto& [name, opposite] : opposites) {
            if (!node.is(name)) continue;
            node.key = opposite;
            return node;
        }
        if (node.is("$exists")) {
            json::Builder out;
            out.boolean(!node.value.view().boolean());
            node.value = out.take();
            return node;
        }
        if (node.is_operator()) {
            Node negated{.form = Form::child, .key = "$not"};
            negated.nodes.push_back(std::move(node));
            return negated;
        }
        node.nodes[0] = negate(std::move(node.nodes[0]));
        return node;
    }
};

void write(const Node& node, json::Builder& out) {
    out.begin_object();
    if (node.is("$text")) {
        out.key("$default");
        out.begin_object();
        out.key(node.key);
        out.copy(node.value.view());
        out.end_object();
    } else if (node.form != Form::everything) {
        out.key(node.key);
        if (node.form == Form::list) {
            out.begin_array();
            for (const Node& each : node.nodes) write(each, out);
            out.end_array();
        } else if (node.form == Form::child) {
            write(node.nodes[0], out);
        } else {
            out.copy(node.value.view());
        }
    }
    out.end_object();
}

}   // namespace

std::variant<Selector, Refusal> Selector::parse(json::View selector) {
    if (!selector.is(Type::object))
        return Refusal{"invalid_selector_json",
                       "Selector must be a JSON object, not: " + json::erlang_text(selector)};
    Selector made;
    if (selector.size() == 0) return made;
    Normaliser normaliser;
    Node node = normaliser.operators(selector);
    if (!normaliser.refusal) node = normaliser.fields(std::move(node), "");
    if (!normaliser.refusal) node = normaliser.negations(std::move(node));
    if (normaliser.refusal) return *normaliser.refusal;
    if (node.key.empty())
        return Refusal{"invalid_selector", "One or more conditions is missing a field name."};
    made.root_ = std::move(node);
    return made;
}

json::Value Selector::to_json() const {
    json::Builder out;
    write(root_, out);
    return out.take();
}

}   // namespace glasshive::store::mango
