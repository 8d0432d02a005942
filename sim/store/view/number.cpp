#include "store/view/number.h"

#include <cmath>
#include <limits>
#include <string>

namespace glasshive::store::view {

Number Number::real(double value) {
    Number number;
    number.real_ = value;
    number.is_real_ = true;
    return number;
}

std::optional<Number> Number::of(json::View value) {
    if (!value.is_number()) return {};
    if (value.is(json::Type::real)) return real(value.number());
    if (const auto small = value.integer()) return Number(*small);
    const std::string digits = value.digits();
    if (digits.size() > 38) return real(value.number());
    Number number;
    const bool negative = digits[0] == '-';
    for (const char digit : digits.substr(negative ? 1 : 0)) {
        number.whole_ = number.whole_ * 10 + (digit - '0');
    }
    if (negative) number.whole_ = -number.whole_;
    return number;
}

Number Number::operator+(const Number& other) const {
    if (is_real_ || other.is_real_) return real(as_real() + other.as_real());
    Number sum;
    if (__builtin_add_overflow(whole_, other.whole_, &sum.whole_)) {
        return real(as_real() + other.as_real());
    }
    return sum;
}

Number Number::operator*(const Number& other) const {
    if (is_real_ || other.is_real_) return real(as_real() * other.as_real());
    Number product;
    if (__builtin_mul_overflow(whole_, other.whole_, &product.whole_)) {
        return real(as_real() * other.as_real());
    }
    return product;
}

bool Number::operator<(const Number& other) const {
    if (is_real_ || other.is_real_) return as_real() < other.as_real();
    return whole_ < other.whole_;
}

void Number::write(json::Builder& out) const {
    if (is_real_) {
        // Beyond a double's range Erlang fails with badarith; the largest one is closest to that.
        constexpr double most = std::numeric_limits<double>::max();
        return out.real(std::isfinite(real_) ? real_ : std::signbit(real_) ? -most : most);
    }
    if (INT64_MIN <= whole_ && whole_ <= INT64_MAX) {
        return out.integer(static_cast<std::int64_t>(whole_));
    }
    std::string digits;
    const bool negative = whole_ < 0;
    for (Wide rest = whole_; rest != 0; rest /= 10) {
        const int digit = static_cast<int>(rest % 10);
        digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    }
    out.big_integer((negative ? "-" : "") + digits);
}

}   // namespace glasshive::store::view
