#include "compare/student.h"

#include <cmath>
#include <initializer_list>

#include "kernel/math.h"

namespace glasshive::compare {

namespace {

/// The continued fraction of the incomplete beta function (Lentz's method).
/// Source: Abramowitz & Stegun 26.5.8; Numerical Recipes, section 6.4.
double fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300, precise = 1e-15;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    if (std::abs(d) < tiny) d = tiny;
    d = 1 / d;
    double result = d;
    for (int m = 1; m <= 1000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double change = 1;
        for (const double step : {even, odd}) {
            d = 1 + step * d;
            if (std::abs(d) < tiny) d = tiny;
            c = 1 + step / c;
            if (std::abs(c) < tiny) c = tiny;
            d = 1 / d;
            change = c * d;
            result *= change;
        }
        if (std::abs(change - 1) < precise) break;
    }
    return result;
}

/// Logarithm of the gamma function. Source: Lanczos 1964, with g = 7 and nine terms; about 15
/// digits.
double log_gamma(double x) {
    constexpr double g = 7;
    constexpr double terms[] = {0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
                                771.32342877765313,   -176.61502916214059,   12.507343278686905,
                                -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
    constexpr double half_log_two_pi = 0.91893853320467274;
    double sum = terms[0];
    for (int i = 1; i < 9; ++i) sum += terms[i] / (x - 1 + i);
    const double t = x - 0.5 + g;
    return half_log_two_pi + (x - 0.5) * kernel::portable_log(t) - t + kernel::portable_log(sum);
}

double incomplete_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front =
        kernel::portable_exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) +
                             a * kernel::portable_log(x) + b * kernel::portable_log(1 - x));
    return x < (a + 1) / (a + b + 2) ? front * fraction(a, b, x) / a
                                     : 1 - front * fraction(b, a, 1 - x) / b;
}

}   // namespace

double student_two_sided(double t, double freedom) {
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double student_critical(double error, double freedom) {
    double low = 0, high = 1;
    while (student_two_sided(high, freedom) > error && high < 1e12) high *= 2;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (student_two_sided(middle, freedom) > error ? low : high) = middle;
    }
    return high;
}

}   // namespace glasshive::compare
