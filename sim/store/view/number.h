#pragma once

#include <optional>

#include "store/json/builder.h"
#include "store/json/value.h"

namespace glasshive::store::view {

/// A number as Erlang adds it: integers stay integers, whatever their size (up to 127 bits, then
/// they become reals), and a real makes all real.
class Number {
  public:
    __extension__ using Wide = __int128;

    Number() = default;   ///< 0
    explicit Number(std::int64_t value) : whole_(value) {}
    /// Empty when it is no number.
    static std::optional<Number> of(json::View value);

    Number operator+(const Number& other) const;
    Number operator*(const Number& other) const;
    bool operator<(const Number& other) const;
    void write(json::Builder& out) const;

  private:
    static Number real(double value);
    double as_real() const { return is_real_ ? real_ : static_cast<double>(whole_); }

    Wide whole_ = 0;
    double real_ = 0;
    bool is_real_ = false;
};

}   // namespace glasshive::store::view
