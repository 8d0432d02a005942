#pragma once

namespace glasshive::compare {

/// How often |T| is at least `t` when T has Student's distribution with `freedom` degrees. Requires
/// t >= 0 and freedom >= 1. Error below 1e-10.
double student_two_sided(double t, double freedom);
/// The t for which that is `error`. Requires 0 < error < 1.
double student_critical(double error, double freedom);

}   // namespace glasshive::compare
