// Goal: a report claims no difference where there is none, more often than it says, and finds one
// where there is. Method: simulated comparisons of equal distributions, light- and heavy-tailed,
// and of different ones; Student's distribution against its tables. HIVE_REPETITIONS=5000 for more.
#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>

#include "compare/statistics.h"
#include "compare/student.h"
#include "kernel/math.h"
#include "kernel/rng.h"

using namespace glasshive;
using namespace glasshive::compare;

namespace {

enum class Tail { light, heavy, skewed, rare };

double draw(kernel::Rng& chance, Tail tail) {
    const double u = 1 - chance.unit();
    switch (tail) {
        case Tail::light:   // Normal.
            return std::sqrt(-2 * kernel::portable_log(u)) *
                   kernel::portable_cos(6.283185307179586 * chance.unit());
        case Tail::heavy: return kernel::portable_pow(u, -1 / 1.5);   // Pareto without variance.
        case Tail::skewed: return -kernel::portable_log(u);
        case Tail::rare: return u < 0.1 ? 1 : 0;
    }
    return 0;
}

int repetitions() {
    const char* given = std::getenv("HIVE_REPETITIONS");
    return given != nullptr ? std::atoi(given) : 600;
}

/// Percent of repetitions in which a difference is claimed.
double claims(Tail tail, int seeds, double shift) {
    int claimed = 0;
    for (int r = 0; r < repetitions(); ++r) {
        kernel::Rng first(static_cast<std::uint64_t>(r), "salt 1"),
            second(static_cast<std::uint64_t>(r), "salt 2");
        std::vector<double> a, b;
        for (int i = 0; i < seeds; ++i) {
            a.push_back(draw(first, tail) + shift);
            b.push_back(draw(second, tail));
        }
        constexpr std::size_t resamplings = 999;
        const Difference found = difference(a, b, "test", resamplings);
        std::vector<double> pairs;
        for (std::size_t k = 0; k < a.size(); ++k) pairs.push_back(a[k] - b[k]);
        const Estimate of = estimate(pairs, "test", error_rate, resamplings);
        const bool outside = of.low > 0 || of.high < 0;
        CHECK(outside == (found.p <= error_rate));   // The interval says what p says.
        claimed += outside ? 1 : 0;
    }
    return 100.0 * claimed / repetitions();
}

}   // namespace

TEST_CASE("no difference is claimed where there is none", "[compare][statistics]") {
    for (const int seeds : {10, 30}) {
        for (const Tail tail : {Tail::light, Tail::heavy, Tail::skewed, Tail::rare}) {
            CAPTURE(seeds, static_cast<int>(tail));
            CHECK(claims(tail, seeds, 0) <= 6);
        }
    }
}

TEST_CASE("a known difference is found", "[compare][statistics]") {
    CHECK(claims(Tail::light, 10, 2) > 95);
    CHECK(claims(Tail::light, 30, 1) > 90);
    CHECK(claims(Tail::skewed, 30, 1) > 80);
}

TEST_CASE("Student's distribution is that of the tables", "[compare][statistics]") {
    // Abramowitz & Stegun, table 26.10.
    CHECK(student_critical(0.05, 1) == Approx(12.706).epsilon(1e-4));
    CHECK(student_critical(0.05, 9) == Approx(2.262).epsilon(1e-3));
    CHECK(student_critical(0.01, 29) == Approx(2.756).epsilon(1e-3));
    CHECK(student_two_sided(0, 5) == Approx(1));
    CHECK(student_two_sided(2.571, 5) == Approx(0.05).epsilon(1e-3));
    CHECK(student_two_sided(40, 9) < 1e-10);
}

TEST_CASE("few pairs are not judged, equal ones are equal, fixed ones are certain",
          "[compare][statistics]") {
    CHECK(difference({1, 2}, {3, 4}, "t").p == 1);
    const std::vector<double> values{1, 2, 3, 4, 5, 6};
    CHECK(difference(values, values, "t").p == 1);
    std::vector<double> more;
    for (const double value : values) more.push_back(value + 1);
    const Difference fixed = difference(more, values, "t");
    CHECK(fixed.p == 0);
    CHECK(fixed.of.low == 1);
    CHECK(fixed.of.high == 1);
    CHECK(fixed.a_more == 6);
}

TEST_CASE("Holm's correction: the smallest p bears all comparisons, the next one fewer",
          "[compare][statistics]") {
    std::vector<Judged> all;
    kernel::Rng chance(7, "values");
    const auto pairs = [&](double shift) {
        Judged judged;
        judged.name = "t";
        for (int i = 0; i < 20; ++i) {
            judged.b.push_back(chance.unit());
            judged.a.push_back(judged.b.back() + shift + 0.3 * chance.unit());
        }
        return judged;
    };
    for (const double shift : {1.0, -0.15, 0.05, -0.1}) all.push_back(pairs(shift));
    decide(all);
    double before = 0;
    std::sort(all.begin(), all.end(),
              [](const Judged& a, const Judged& b) { return a.difference.p < b.difference.p; });
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Difference& d = all[i].difference;
        CHECK(d.p_holm >= before);
        CHECK(d.p_holm >= d.p * static_cast<double>(all.size() - i) - 1e-12);
        before = d.p_holm;
        const bool claimed = d.of.low > 0 || d.of.high < 0;
        CHECK(claimed == (d.p_holm <= error_rate));
    }
}
