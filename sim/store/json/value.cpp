#include "store/json/value.h"

#include <bit>
#include <cmath>
#include <vector>

#include "base/assert.h"

namespace glasshive::store::json {

using namespace term;

namespace {

/// A big integer's parts.
struct Big {
    bool negative;
    const unsigned char* magnitude;   // Little endian.
    std::size_t size;
};

Big big_at(const char* at) {
    const bool large = tag_at(at) == large_tag;
    const std::size_t size = large ? read_32(at + 1) : tag_at(at + 1);
    const char* sign = at + (large ? 5 : 2);
    return {*sign != 0, reinterpret_cast<const unsigned char*>(sign + 1), size};
}

/// Correctly rounded: the first eight bytes hold at least 57 bits, whether anything follows goes
/// into the last of them.
double nearest_double(const Big& big) {
    std::size_t size = big.size;
    while (size > 0 && big.magnitude[size - 1] == 0) --size;
    std::uint64_t top = 0;
    const std::size_t taken = size < 8 ? size : 8;
    for (std::size_t i = 0; i < taken; ++i) top = top << 8 | big.magnitude[size - 1 - i];
    for (std::size_t i = 0; i + taken < size; ++i) top |= big.magnitude[i] != 0 ? 1 : 0;
    const int exponent = static_cast<int>(8 * (size - taken));
    const double value = std::ldexp(static_cast<double>(top), exponent);
    return big.negative ? -value : value;
}

std::string decimal(const Big& big) {
    constexpr std::uint32_t billion = 1'000'000'000;
    std::vector<std::uint32_t> groups;   // Of nine digits, the last first.
    for (std::size_t i = big.size; i-- > 0;) {
        std::uint64_t carry = big.magnitude[i];
        for (std::uint32_t& group : groups) {
            carry += static_cast<std::uint64_t>(group) << 8;
            group = static_cast<std::uint32_t>(carry % billion);
            carry /= billion;
        }
        if (carry > 0) groups.push_back(static_cast<std::uint32_t>(carry));
    }
    if (groups.empty()) return "0";
    std::string text = big.negative ? "-" : "";
    text += std::to_string(groups.back());
    for (std::size_t i = groups.size() - 1; i-- > 0;) {
        const std::string digits = std::to_string(groups[i]);
        text.append(9 - digits.size(), '0');
        text += digits;
    }
    return text;
}

}   // namespace

const char* term::end_of(const char* at) {
    // Counted, not recursive: depth is the writer's choice.
    for (std::uint64_t left = 1; left > 0; --left) {
        switch (tag_at(at)) {
            case float_tag: at += 9; break;
            case byte_tag: at += 2; break;
            case integer_tag: at += 5; break;
            case atom_tag:
            case bytes_tag: at += 3 + read_16(at + 1); break;
            case tuple_tag:
                left += tag_at(at + 1);
                at += 2;
                break;
            case nil_tag: at += 1; break;
            case list_tag:
                left += std::uint64_t{1} + read_32(at + 1);   // The tail is one, too.
                at += 5;
                break;
            case binary_tag: at += 5 + read_32(at + 1); break;
            case big_tag: at += 3 + tag_at(at + 1); break;
            case large_tag: at += 6 + read_32(at + 1); break;
            default: SIM_ASSERT(!"a term JSON has no use for");
        }
    }
    return at;
}

Type View::type() const {
    if (packed_) return Type::integer;
    switch (tag_at(at_)) {
        case float_tag: return Type::real;
        case byte_tag:
        case integer_tag:
        case big_tag:
        case large_tag: return Type::integer;
        case atom_tag: return at_[3] == 'n' ? Type::null : Type::boolean;
        case binary_tag: return Type::text;
        case tuple_tag: return Type::object;
        default: return Type::array;
    }
}

bool View::boolean() const {
    SIM_ASSERT(is(Type::boolean));
    return at_[3] == 't';
}

std::optional<std::int64_t> View::integer() const {
    if (packed_) return tag_at(at_);
    switch (tag_at(at_)) {
        case byte_tag: return tag_at(at_ + 1);
        case integer_tag: return static_cast<std::int32_t>(read_32(at_ + 1));
        case big_tag: {
            const Big big = big_at(at_);
            if (big.size > 8) return {};
            std::uint64_t value = 0;
            for (std::size_t i = big.size; i-- > 0;) value = value << 8 | big.magnitude[i];
            const std::uint64_t most = std::uint64_t{INT64_MAX} + (big.negative ? 1 : 0);
            if (value > most) return {};
            return static_cast<std::int64_t>(big.negative ? 0 - value : value);
        }
        default: return {};
    }
}

double View::number() const {
    if (const auto small = integer()) return static_cast<double>(*small);
    SIM_ASSERT(is_number());
    if (tag_at(at_) != float_tag) return nearest_double(big_at(at_));
    const std::uint64_t bits =
        static_cast<std::uint64_t>(read_32(at_ + 1)) << 32 | read_32(at_ + 5);
    return std::bit_cast<double>(bits);
}

std::string View::digits() const {
    SIM_ASSERT(is(Type::integer));
    if (const auto small = integer()) return std::to_string(*small);
    return decimal(big_at(at_));
}

std::string_view View::text() const {
    SIM_ASSERT(is(Type::text));
    return {at_ + 5, read_32(at_ + 1)};
}

std::size_t View::size() const {
    if (packed_) return 0;
    const char* list = tag_at(at_) == tuple_tag ? at_ + 2 : at_;
    if (tag_at(list) == list_tag) return read_32(list + 1);
    return tag_at(list) == bytes_tag ? read_16(list + 1) : 0;
}

Elements View::elements() const {
    SIM_ASSERT(is(Type::array));
    return Elements(*this);
}

Members View::members() const {
    SIM_ASSERT(is(Type::object));
    return Members(at_);
}

std::optional<View> View::find(std::string_view key) const {
    if (!is(Type::object)) return {};
    for (const Member member : members()) {
        if (member.key == key) return member.value;
    }
    return {};
}

std::string_view View::bytes() const {
    SIM_ASSERT(!packed_);
    return {at_, static_cast<std::size_t>(end_of(at_) - at_)};
}

Elements::Elements(const View& array) {
    begin_.left_ = array.size();
    begin_.packed_ = tag_at(array.at_) == bytes_tag;
    begin_.at_ = array.at_ + (begin_.packed_ ? 3 : 5);
}

Elements::iterator& Elements::iterator::operator++() {
    at_ = packed_ ? at_ + 1 : end_of(at_);
    --left_;
    return *this;
}

Members::Members(const char* object) {
    const char* list = object + 2;   // Behind the tuple's tag and arity.
    begin_.left_ = tag_at(list) == list_tag ? read_32(list + 1) : 0;
    begin_.at_ = list + 5;
}

Member Members::iterator::operator*() const {
    const char* key = at_ + 2;   // Behind the pair's tag and arity.
    const std::uint32_t size = read_32(key + 1);
    return {{key + 5, size}, View(key + 5 + size)};
}

Members::iterator& Members::iterator::operator++() {
    at_ = end_of(at_);
    --left_;
    return *this;
}

Value Value::copy_of(std::string_view term) {
    SIM_ASSERT(!term.empty());
    Value value;
    value.bytes_ = SharedBytes::copy_of(term);
    return value;
}

Value Value::empty_object() {
    static const Value empty = copy_of(std::string{tuple_tag, 1, nil_tag});
    return empty;
}

}   // namespace glasshive::store::json
