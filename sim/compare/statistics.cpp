#include "compare/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compare/student.h"
#include "kernel/rng.h"

namespace glasshive::compare {

namespace {

struct Moments {
    double mean = 0, error = 0;   // Of the mean.
    double deviation = 0;
};

Moments moments_of(const std::vector<double>& values) {
    Moments moments;
    const auto count = static_cast<double>(values.size());
    if (values.empty()) return moments;
    moments.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    if (values.size() < 2) return moments;
    double squares = 0;
    for (const double value : values) squares += (value - moments.mean) * (value - moments.mean);
    moments.deviation = std::sqrt(squares / (count - 1));
    moments.error = moments.deviation / std::sqrt(count);
    return moments;
}

/// t* of each resampling, sorted. One that is (nearly) without spread says nothing of the error: it
/// counts as the most extreme on its side, which errs towards no claim.
std::vector<double> resampled(const std::vector<double>& values, const Moments& of,
                              const std::string& name, std::size_t resamplings) {
    constexpr double nearly = 0.02;   // Of the observed error.
    kernel::Rng chance(0, "compare/" + name);
    const std::size_t count = values.size();
    std::vector<double> all(resamplings);
    for (double& t : all) {
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double value = values[chance.below(count)] - of.mean;
            sum += value;
            squares += value * value;
        }
        const auto n = static_cast<double>(count);
        const double variance = (squares - sum * sum / n) / (n - 1);
        const double error = std::sqrt(std::max(0.0, variance) / n);
        t = error > nearly * of.error ? sum / n / error : (sum < 0 ? -HUGE_VAL : HUGE_VAL);
    }
    std::sort(all.begin(), all.end());
    return all;
}

/// How far the true mean may be below the observed one (t* was high), and above it (t* was low), in
/// standard errors.
struct Reach {
    double below = HUGE_VAL, above = HUGE_VAL;
};
Reach reach_of(const std::vector<double>& sorted, double error) {
    const auto all = static_cast<double>(sorted.size() + 1);
    const auto exceed = std::max<std::size_t>(1, static_cast<std::size_t>(error / 2 * all));
    return {sorted[sorted.size() - exceed], -sorted[exceed - 1]};
}

/// Twice the share of resamplings that are as far out on the observed side; 0 when none is.
double p_of(const std::vector<double>& sorted, double t) {
    const auto exceed =
        t > 0
            ? static_cast<double>(sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), t))
            : static_cast<double>(std::upper_bound(sorted.begin(), sorted.end(), t) -
                                  sorted.begin());
    if (exceed == 0) return 0;
    return std::min(1.0, 2 * (exceed + 1) / (static_cast<double>(sorted.size()) + 1));
}

std::vector<double> minus(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> result(std::min(a.size(), b.size()));
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = a[i] - b[i];
    return result;
}

}   // namespace

Estimate estimate(const std::vector<double>& values, const std::string& name, double error,
                  std::size_t resamplings) {
    const Moments moments = moments_of(values);
    Estimate result{.count = values.size(),
                    .mean = moments.mean,
                    .deviation = moments.deviation,
                    .low = moments.mean,
                    .high = moments.mean};
    if (values.size() < 2 || moments.error == 0) return result;
    const Reach reach = reach_of(resampled(values, moments, name, resamplings), error);
    const double student = student_critical(error, static_cast<double>(values.size() - 1));
    result.low -= std::max(reach.below, student) * moments.error;
    result.high += std::max(reach.above, student) * moments.error;
    return result;
}

Difference difference(const std::vector<double>& a, const std::vector<double>& b,
                      const std::string& name, std::size_t resamplings) {
    const std::vector<double> pairs = minus(a, b);
    Difference result;
    for (const double pair : pairs) {
        result.a_more += pair > 0 ? 1 : 0;
        result.b_more += pair < 0 ? 1 : 0;
    }
    const Moments moments = moments_of(pairs);
    result.of = {.count = pairs.size(), .mean = moments.mean, .deviation = moments.deviation,
                 .low = moments.mean, .high = moments.mean};
    if (pairs.size() < pairs_least) return result;
    if (moments.error == 0) {
        // The same in every seed: nothing is left to chance, or there is no difference at all.
        result.p = moments.mean == 0 ? 1 : 0;
        return result;
    }
    result.effect = moments.mean / moments.deviation;
    const double t = moments.mean / moments.error;
    result.p = std::max(p_of(resampled(pairs, moments, name, resamplings), t),
                        student_two_sided(std::abs(t), static_cast<double>(pairs.size() - 1)));
    return result;
}

void decide(std::vector<Judged>& all) {
    for (Judged& judged : all) {
        judged.difference = difference(judged.a, judged.b, judged.name, resamplings_usual);
    }
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return all[a].difference.p < all[b].difference.p;
    });
    double most = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        Judged& judged = all[order[i]];
        const auto left = static_cast<double>(order.size() - i);
        most = std::max(most, std::min(1.0, judged.difference.p * left));
        judged.difference.p_holm = most;
        judged.difference.of = estimate(minus(judged.a, judged.b), judged.name, error_rate / left);
    }
}

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const double at = share * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (values[high] - values[low]) * (at - static_cast<double>(low));
}

}   // namespace glasshive::compare
