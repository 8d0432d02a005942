#pragma once

#include <cstdint>

namespace glasshive::kernel {

/// Natural logarithm and exponential from IEEE additions and multiplications alone, so that a draw
/// has the same bits on every machine and library (libm differs between versions). Error below 2
/// ulp on the ranges used for sampling; `tests/kernel` compares them with libm.

/// Requires x > 0 and finite.
double portable_log(double x);
/// Saturates: 0 below -745, +inf above 709.
double portable_exp(double x);
/// x to the power y. Requires x > 0.
double portable_pow(double x, double y);

}   // namespace glasshive::kernel
