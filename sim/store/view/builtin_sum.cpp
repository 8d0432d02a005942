// _sum: numbers, arrays of numbers padded to the longer, objects member by member.
// Source: couch_query_servers.erl, builtin_sum_rows/2, sum_values/2, check_sum_overflow/3.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/json/builder.h"
#include "store/view/builtin.h"
#include "store/view/number.h"

namespace glasshive::store::view::builtin {

namespace {

using json::Type;
using json::View;

constexpr std::string_view sum_error =
    "The _sum function requires that map values be numbers, arrays of numbers, or objects. "
    "Objects cannot be mixed with other data structures. Objects can be arbitrarily nested, "
    "provided that the values for all fields are themselves numbers, arrays of numbers, or "
    "objects.";

/// What is summed up so far.
struct Sum {
    /// `given`: one value alone, which nobody has looked into yet.
    enum class Kind : unsigned char { nothing, given, number, array, object };
    Kind kind = Kind::nothing;
    json::Value given{};
    Number number{};
    std::vector<Number> array{};
    std::map<std::string, Sum, std::less<>> object{};

    void write(json::Builder& out) const {
        switch (kind) {
            case Kind::nothing: return out.integer(std::int64_t{0});
            case Kind::given: return out.copy(given.view());
            case Kind::number: return number.write(out);
            case Kind::array:
                out.begin_array();
                for (const Number& each : array) each.write(out);
                return out.end_array();
            case Kind::object:
                out.begin_object();
                for (const auto& [key, value] : object) {
                    out.key(key);
                    value.write(out);
                }
                return out.end_object();
        }
    }
    json::Value value() const {
        json::Builder out;
        write(out);
        return out.take();
    }
};

json::Value error_value(std::string_view reason, const json::Value* cause) {
    json::Builder out;
    out.begin_object();
    out.key("error");
    out.text("builtin_reduce_error");
    out.key("reason");
    out.text(reason);
    if (cause != nullptr) {
        out.key("caused_by");
        out.copy(cause->view());
    }
    out.end_object();
    return out.take();
}

json::Value failed_by(View cause) {
    const json::Value value = json::own(cause);
    return error_value(sum_error, &value);
}

using Failure = std::optional<json::Value>;

Failure add_array(Sum& sum, View value) {
    if (sum.kind == Sum::Kind::object) return failed_by(value);
    if (sum.kind != Sum::Kind::array) {
        sum.array.assign(1, sum.number);   // A number is the first element of an array.
        sum.kind = Sum::Kind::array;
    }
    std::size_t at = 0;
    for (const View element : value.elements()) {
        const auto number = Number::of(element);
        if (!number) return failed_by(value);
        if (at == sum.array.size()) sum.array.emplace_back();
        sum.array[at] = sum.array[at] + *number;
        ++at;
    }
    return {};
}

/// Looks into the value that was alone so far, for another one comes. False: it is no summand.
bool settle(Sum& sum) {
    if (sum.kind != Sum::Kind::given) return true;
    const json::Value given = std::move(sum.given);
    const View value = given.view();
    if (const auto number = Number::of(value)) {
        sum.number = *number;
        sum.kind = Sum::Kind::number;
        return true;
    }
    if (value.is(Type::array)) {
        sum.kind = Sum::Kind::array;
        return !add_array(sum, value);
    }
    if (!value.is(Type::object)) return false;
    sum.kind = Sum::Kind::object;
    for (const json::Member member : value.members()) {
        Sum& inner = sum.object[std::string(member.key)];
        inner.kind = Sum::Kind::given;
        inner.given = json::own(member.value);
    }
    return true;
}

Failure add(Sum& sum, View value);

/// Members that only one object has stay as they are; the first object alone keeps its order.
Failure add_object(Sum& sum, View value) {
    if (const auto error = value.find("error");
        error && error->is(Type::text) && error->text() == "builtin_reduce_error") {
        return json::own(value);
    }
    if (sum.kind == Sum::Kind::nothing) {
        sum.kind = Sum::Kind::given;
        sum.given = json::own(value);
        return {};
    }
    if (sum.kind != Sum::Kind::object) return failed_by(value);
    for (const json::Member member : value.members()) {
        const auto [at, is_new] = sum.object.try_emplace(std::string(member.key));
        if (is_new) {
            at->second.kind = Sum::Kind::given;
            at->second.given = json::own(member.value);
        } else if (auto failure = add(at->second, member.value)) {
            return failure;
        }
    }
    return {};
}

Failure add(Sum& sum, View value) {
    if (!settle(sum)) return failed_by(value);
    if (value.is(Type::array)) return add_array(sum, value);
    if (value.is(Type::object)) return add_object(sum, value);
    const auto number = Number::of(value);
    if (!number || sum.kind == Sum::Kind::object) return failed_by(value);
    if (sum.kind == Sum::Kind::array) {
        if (sum.array.empty()) sum.array.emplace_back();
        sum.array[0] = sum.array[0] + *number;
    } else {
        sum.number = sum.number + *number;
        sum.kind = Sum::Kind::number;
    }
    return {};
}

/// query_server_config/reduce_limit: a sum that grows with its rows is refused.
json::Value checked(json::Value sum, std::size_t bytes_in) {
    constexpr std::size_t threshold = 4906;   // CouchDB's digits.
    const std::size_t bytes_out = sum.bytes().size() + 1;
    if (bytes_out <= threshold || 2 * bytes_out <= bytes_in) return sum;
    return error_value("Reduce output must shrink more rapidly: input size: " +
                           std::to_string(bytes_in) + " output size: " + std::to_string(bytes_out),
                       nullptr);
}

class SumReducer final : public Reducer {
  public:
    Reduced reduce(std::span<const Row> rows) override {
        Sum sum;
        std::size_t bytes = 7;   // Of the term that CouchDB makes of all rows.
        for (const Row& row : rows) {
            if (auto failure = add(sum, row.value.view())) return *failure;
            bytes += row.key.bytes().size() + row.id.view().size() + row.value.bytes().size() + 17;
        }
        return checked(sum.value(), bytes);
    }
    Reduced rereduce(std::span<const json::Value> parts) override {
        Sum sum;
        std::size_t bytes = 7;
        for (const json::Value& part : parts) {
            if (auto failure = add(sum, part.view())) return *failure;
            bytes += part.bytes().size() + 7;
        }
        return checked(sum.value(), bytes);
    }
};

}   // namespace

std::unique_ptr<Reducer> sum() { return std::make_unique<SumReducer>(); }

}   // namespace glasshive::store::view::builtin
