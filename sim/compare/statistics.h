#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glasshive::compare {

/// From how many pairs on a difference is judged at all.
inline constexpr std::size_t pairs_least = 5;
/// How many false claims of a difference a whole report may make, in the long run.
inline constexpr double error_rate = 0.05;
/// Resamplings of an interval. Where none of them is as far out as what was observed, Student's t
/// alone says how small the p-value is: so many comparisons may be judged together as one likes.
inline constexpr std::size_t resamplings_usual = 9'999;

/// A mean with an interval that holds the true one in 95 % of all cases.
struct Estimate {
    std::size_t count = 0;
    double mean = 0, deviation = 0;   ///< Sample standard deviation; 0 of fewer than two.
    double low = 0, high = 0;         ///< Both the mean where nothing varies, or of one value.
};

/// The difference of two policies, seed by seed.
struct Difference {
    Estimate of;                          ///< Of a - b; the interval is the report's (see decide).
    double p = 1;                         ///< Of no difference; 1 where nothing was judged.
    double p_holm = 1;                    ///< After Holm's correction.
    double effect = 0;                    ///< Mean over deviation (Cohen's d of pairs); 0: none.
    std::size_t a_more = 0, b_more = 0;   ///< Seeds in which a (b) was the greater one.
};

/// Mean and interval by the studentised bootstrap: from the mean a quantile of t* times the
/// standard error to either side; or of Student's t where that is more, since few values resampled
/// promise too much. Values may be few, skewed, and have heavy tails.
/// Source: Hall, "The Bootstrap and Edgeworth Expansion" (1992), section 3.3; Efron & Tibshirani,
/// "An Introduction to the Bootstrap" (1993), chapter 12. Resampling is seeded by `name`.
Estimate estimate(const std::vector<double>& values, const std::string& name,
                  double error = error_rate, std::size_t resamplings = resamplings_usual);

/// Pairs by index; the interval is the mean alone (see decide). p is the studentised bootstrap's
/// (twice how often t* is as far out as the observed t), or Student's where that is more; Student's
/// alone where no resampling is as far out. 0 for a difference that is the same in every pair.
Difference difference(const std::vector<double>& a, const std::vector<double>& b,
                      const std::string& name, std::size_t resamplings = resamplings_usual);

/// Judges all differences of a report together: Holm's step-down correction (Holm 1979) of their
/// p-values; each interval is as wide as the level at which it was judged asks for.
struct Judged {
    std::vector<double> a, b;
    std::string name;
    Difference difference;
};
void decide(std::vector<Judged>& all);

/// The p quantile of sorted values, by linear interpolation; 0 of none.
double quantile(std::vector<double> values, double share);

}   // namespace glasshive::compare
