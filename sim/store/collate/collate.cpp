#include "store/collate/collate.h"

#include <cmath>
#include <cstdio>
#include <string>

namespace glasshive::store::collate {

namespace {

using json::Type;
using json::View;

int sign_of(auto difference) { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }
int three_way(auto a, auto b) { return a < b ? -1 : b < a ? 1 : 0; }

/// Integers of any size, written in decimal.
int compare_digits(std::string_view a, std::string_view b) {
    const bool negative = a.starts_with('-');
    if (negative != b.starts_with('-')) return negative ? -1 : 1;
    int result = a.size() != b.size() ? three_way(a.size(), b.size()) : sign_of(a.compare(b));
    return negative ? -result : result;
}

/// An integer and a double by their exact values: Erlang never rounds the integer where that
/// could decide.
int compare_mixed(View integer, double real) {
    constexpr double beyond = 9223372036854775808.0;   // 2^63
    const auto small = integer.integer();
    if (small && -beyond <= real && real < beyond) {
        const auto whole = static_cast<std::int64_t>(real);   // Towards zero.
        if (*small != whole) return three_way(*small, whole);
        return sign_of(static_cast<double>(whole) - real);
    }
    if (small) return real > 0 ? -1 : 1;
    if (-beyond < real && real < beyond) return integer.number() > 0 ? 1 : -1;
    char digits[400];   // A double this large is an integer of at most 309 digits.
    std::snprintf(digits, sizeof digits, "%.0f", real);
    return compare_digits(integer.digits(), digits);
}

int compare_numbers(View a, View b) {
    const bool a_real = a.is(Type::real);
    const bool b_real = b.is(Type::real);
    if (a_real && b_real) return three_way(a.number(), b.number());
    if (a_real) return -compare_mixed(b, a.number());
    if (b_real) return compare_mixed(a, b.number());
    const auto left = a.integer();
    const auto right = b.integer();
    if (left && right) return three_way(*left, *right);
    return compare_digits(a.digits(), b.digits());
}

/// Where a value's kind stands in its order.
int rank(View value, Order order) {
    const bool raw = order == Order::raw;
    switch (value.type()) {
        case Type::null: return raw ? 2 : 0;
        case Type::boolean: return value.boolean() ? (raw ? 3 : 2) : 1;
        case Type::integer:
        case Type::real: return raw ? 0 : 3;
        case Type::text: return raw ? 6 : 4;
        case Type::array: return 5;
        case Type::object: return raw ? 4 : 6;
    }
    return 0;
}

int compare_arrays(View a, View b, Order order) {
    auto left = a.elements().begin();
    auto right = b.elements().begin();
    const std::size_t sizes[] = {a.size(), b.size()};
    const std::size_t both = sizes[0] < sizes[1] ? sizes[0] : sizes[1];
    for (std::size_t i = 0; i < both; ++i) {
        if (i > 0) {
            ++left;
            ++right;
        }
        if (const int result = compare(*left, *right, order)) return result;
    }
    return three_way(sizes[0], sizes[1]);
}

int compare_objects(View a, View b, Order order) {
    auto left = a.members().begin();
    auto right = b.members().begin();
    const std::size_t sizes[] = {a.size(), b.size()};
    const std::size_t both = sizes[0] < sizes[1] ? sizes[0] : sizes[1];
    for (std::size_t i = 0; i < both; ++i) {
        if (i > 0) {
            ++left;
            ++right;
        }
        const json::Member x = *left;
        const json::Member y = *right;
        const int keys =
            order == Order::raw ? sign_of(x.key.compare(y.key)) : compare_text(x.key, y.key);
        if (keys != 0) return keys;
        if (const int values = compare(x.value, y.value, order)) return values;
    }
    return three_way(sizes[0], sizes[1]);
}

}   // namespace

int compare(View a, View b, Order order) {
    const int kinds[] = {rank(a, order), rank(b, order)};
    if (kinds[0] != kinds[1]) return kinds[0] < kinds[1] ? -1 : 1;
    switch (a.type()) {
        case Type::null:
        case Type::boolean: return 0;
        case Type::integer:
        case Type::real: return compare_numbers(a, b);
        case Type::text:
            return order == Order::raw ? sign_of(a.text().compare(b.text()))
                                       : compare_text(a.text(), b.text());
        case Type::array: return compare_arrays(a, b, order);
        case Type::object: return compare_objects(a, b, order);
    }
    return 0;
}

}   // namespace glasshive::store::collate
