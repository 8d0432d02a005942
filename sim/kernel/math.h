#pragma once

#include <cstdint>

namespace glasshive::kernel {

/// Natural logarithm, exponential, sine and cosine from IEEE additions and multiplications alone,
/// so that they have the same bits on every machine and library (libm differs between versions).
/// Error below 2 ulp on the ranges used for sampling; `tests/kernel` compares them with libm.

/// Requires x > 0 and finite.
double portable_log(double x);
/// Saturates: 0 below -745, +inf above 709.
double portable_exp(double x);
/// x to the power y. Requires x > 0.
double portable_pow(double x, double y);
/// Of an angle in radians; NaN beyond ±5e8, where few digits of it are left.
double portable_sin(double x);
double portable_cos(double x);

}   // namespace glasshive::kernel
