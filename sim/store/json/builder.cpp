#include "store/json/builder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/assert.h"

namespace glasshive::store::json {

using namespace term;

namespace {

constexpr std::size_t list_head = 5;
constexpr std::size_t pair_head = 2;

/// Decimal digits to a magnitude, little endian, without leading zeros.
std::string magnitude_of(std::string_view digits) {
    std::vector<std::uint32_t> words;   // The least first.
    for (std::size_t at = 0; at < digits.size();) {
        const std::size_t taken = std::min<std::size_t>(9, digits.size() - at);
        std::uint64_t carry = 0;
        std::uint64_t scale = 1;
        for (const char digit : digits.substr(at, taken)) {
            SIM_ASSERT('0' <= digit && digit <= '9');
            carry = carry * 10 + static_cast<std::uint64_t>(digit - '0');
            scale *= 10;
        }
        for (std::uint32_t& word : words) {
            carry += word * scale;
            word = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        if (carry > 0) words.push_back(static_cast<std::uint32_t>(carry));
        at += taken;
    }
    std::string bytes;
    for (const std::uint32_t word : words) {
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.push_back(static_cast<char>(word >> shift));
        }
    }
    while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
    return bytes;
}

}   // namespace

void Builder::before_value(bool is_byte) {
    if (open_.empty()) {
        SIM_ASSERT(bytes_.empty());   // One value at the top.
        return;
    }
    Open& list = open_.back();
    if (list.object) return;   // key() counted it.
    ++list.count;
    list.bytes_only = list.bytes_only && is_byte;
}

void Builder::atom(std::string_view name) {
    before_value(false);
    bytes_.push_back(atom_tag);
    bytes_.push_back(0);
    bytes_.push_back(static_cast<char>(name.size()));
    bytes_ += name;
}

void Builder::integer(std::int64_t value) {
    const bool is_byte = 0 <= value && value <= 255;
    if (is_byte) {
        before_value(true);
        bytes_.push_back(byte_tag);
        bytes_.push_back(static_cast<char>(value));
    } else if (INT32_MIN <= value && value <= INT32_MAX) {
        before_value(false);
        bytes_.push_back(integer_tag);
        append_32(bytes_, static_cast<std::uint32_t>(value));
    } else {
        std::uint64_t rest =
            value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        std::string bytes;
        for (; rest > 0; rest >>= 8) bytes.push_back(static_cast<char>(rest));
        magnitude(value < 0, bytes);
    }
}

void Builder::integer(std::uint64_t value) {
    if (value <= INT64_MAX) return integer(static_cast<std::int64_t>(value));
    std::string bytes;
    for (; value > 0; value >>= 8) bytes.push_back(static_cast<char>(value));
    magnitude(false, bytes);
}

void Builder::big_integer(std::string_view digits) {
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    SIM_ASSERT(!digits.empty());
    if (digits.size() <= 18) {
        std::int64_t value = 0;
        for (const char digit : digits) value = value * 10 + (digit - '0');
        return integer(negative ? -value : value);
    }
    magnitude(negative, magnitude_of(digits));
}

void Builder::magnitude(bool negative, const std::string& little_endian) {
    before_value(false);
    if (little_endian.size() < 256) {
        bytes_.push_back(big_tag);
        bytes_.push_back(static_cast<char>(little_endian.size()));
    } else {
        bytes_.push_back(static_cast<char>(large_tag));
        append_32(bytes_, static_cast<std::uint32_t>(little_endian.size()));
    }
    bytes_.push_back(negative ? 1 : 0);
    bytes_ += little_endian;
}

void Builder::real(double value) {
    SIM_ASSERT(std::isfinite(value));
    before_value(false);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    bytes_.push_back(float_tag);
    append_32(bytes_, static_cast<std::uint32_t>(bits >> 32));
    append_32(bytes_, static_cast<std::uint32_t>(bits));
}

void Builder::text(std::string_view value) {
    before_value(false);
    bytes_.push_back(binary_tag);
    append_32(bytes_, static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
}

void Builder::copy(View value) {
    if (value.packed_) return integer(static_cast<std::int64_t>(tag_at(value.at_)));
    const std::string_view term = value.bytes();
    before_value(tag_at(term.data()) == byte_tag);
    bytes_ += term;
}

void Builder::begin_array() {
    before_value(false);
    open_.push_back({.list = bytes_.size(), .first_member = members_.size()});
    bytes_.push_back(list_tag);
    append_32(bytes_, 0);
}

void Builder::begin_object() {
    before_value(false);
    bytes_.push_back(tuple_tag);
    bytes_.push_back(1);
    open_.push_back({.list = bytes_.size(), .first_member = members_.size(), .object = true});
    bytes_.push_back(list_tag);
    append_32(bytes_, 0);
}

void Builder::key(std::string_view name) {
    SIM_ASSERT(!open_.empty() && open_.back().object);
    ++open_.back().count;
    members_.push_back(bytes_.size());
    bytes_.push_back(tuple_tag);
    bytes_.push_back(2);
    bytes_.push_back(binary_tag);
    append_32(bytes_, static_cast<std::uint32_t>(name.size()));
    bytes_ += name;
}

void Builder::end_array() {
    SIM_ASSERT(!open_.empty() && !open_.back().object);
    const Open list = open_.back();
    open_.pop_back();
    if (list.count == 0 || !list.bytes_only || list.count > bytes_list_max) return close(list);
    // As term_to_binary writes it: [1,2,3] is a string of three bytes to Erlang.
    char* at = bytes_.data() + list.list;
    *at++ = bytes_tag;
    *at++ = static_cast<char>(list.count >> 8);
    *at++ = static_cast<char>(list.count);
    const char* element = bytes_.data() + list.list + list_head + 1;   // Behind the first tag.
    for (std::uint32_t i = 0; i < list.count; ++i, element += 2) *at++ = *element;
    bytes_.resize(static_cast<std::size_t>(at - bytes_.data()));
}

void Builder::end_object() {
    SIM_ASSERT(!open_.empty() && open_.back().object);
    Open object = open_.back();
    open_.pop_back();
    if (has_equal_keys(object.first_member)) drop_equal_keys(object);
    members_.resize(object.first_member);
    close(object);
}

void Builder::close(const Open& list) {
    if (list.count == 0) {
        bytes_.resize(list.list);
    } else {
        write_32(bytes_.data() + list.list + 1, list.count);
    }
    bytes_.push_back(nil_tag);
}

std::string_view Builder::key_at(std::size_t member) const {
    const char* key = bytes_.data() + members_[member] + pair_head;
    return {key + 5, read_32(key + 1)};
}

bool Builder::has_equal_keys(std::size_t first) const {
    const std::size_t count = members_.size() - first;
    constexpr std::size_t few = 12;
    if (count <= few) {
        for (std::size_t i = first; i < members_.size(); ++i) {
            for (std::size_t j = first; j < i; ++j) {
                if (key_at(i) == key_at(j)) return true;
            }
        }
        return false;
    }
    std::vector<std::string_view> keys;
    keys.reserve(count);
    for (std::size_t i = first; i < members_.size(); ++i) keys.push_back(key_at(i));
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

void Builder::drop_equal_keys(Open& object) {
    const std::size_t first = object.first_member;
    std::vector<std::size_t> order(members_.size() - first);
    std::iota(order.begin(), order.end(), first);
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t a, std::size_t b) { return key_at(a) < key_at(b); });
    std::vector<bool> dropped(order.size(), false);
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        dropped[order[i] - first] = key_at(order[i]) == key_at(order[i + 1]);
    }
    std::string kept;
    object.count = 0;
    for (std::size_t i = 0; i < dropped.size(); ++i) {
        if (dropped[i]) continue;
        const std::size_t begin = members_[first + i];
        const std::size_t end = i + 1 < dropped.size() ? members_[first + i + 1] : bytes_.size();
        kept.append(bytes_, begin, end - begin);
        ++object.count;
    }
    bytes_.resize(object.list + list_head);
    bytes_ += kept;
}

Value Builder::take() {
    SIM_ASSERT(open_.empty());
    Value value = Value::copy_of(bytes_);
    bytes_.clear();
    return value;
}

void Builder::clear() {
    bytes_.clear();
    open_.clear();
    members_.clear();
}

Value null_value() {
    Builder out;
    out.null();
    return out.take();
}

Value text_value(std::string_view text) {
    Builder out;
    out.text(text);
    return out.take();
}

Value own(View value) {
    Builder out;
    out.copy(value);
    return out.take();
}

}   // namespace glasshive::store::json
