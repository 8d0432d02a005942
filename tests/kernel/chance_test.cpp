// Goal: chance repeats on every machine and has the distribution it claims. Method: fixed first
// draws, libm beside our own logarithm and exponential, means and tails over many draws.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "kernel/math.h"
#include "kernel/rng.h"

using namespace glasshive;
using namespace glasshive::kernel;
using namespace std::chrono_literals;

TEST_CASE("logarithm and exponential agree with libm", "[kernel][math]") {
    Rng rng(3, "math");
    for (int i = 0; i < 100'000; ++i) {
        const double x = std::ldexp(1.0 + rng.unit(), static_cast<int>(rng.between(-300, 300)));
        REQUIRE(portable_log(x) == Approx(std::log(x)).epsilon(1e-15).margin(1e-15));
        const double y = (rng.unit() - 0.5) * 1400;
        REQUIRE(portable_exp(y) == Approx(std::exp(y)).epsilon(2e-13));
    }
    REQUIRE(portable_log(1.0) == 0.0);
    for (double x = -40; x < 40; x += 0.0137) {
        REQUIRE(portable_sin(x) == Approx(std::sin(x)).epsilon(1e-15).margin(1e-16));
        REQUIRE(portable_cos(x) == Approx(std::cos(x)).epsilon(1e-15).margin(1e-16));
        const double large = x * 1.1e7;
        REQUIRE(portable_sin(large) == Approx(std::sin(large)).margin(1e-15));
    }
    REQUIRE(std::isnan(portable_sin(1e10)));
    REQUIRE(std::isnan(portable_cos(std::numeric_limits<double>::infinity())));
    REQUIRE(portable_exp(0.0) == 1.0);
    REQUIRE(portable_pow(2.0, 10.0) == Approx(1024.0).epsilon(1e-14));
}

TEST_CASE("streams are independent of one another and equal for equal names", "[kernel][rng]") {
    Rng a(7, "raft/1"), again(7, "raft/1"), other_name(7, "raft/2"), other_seed(8, "raft/1");
    int same_name = 0, same_seed = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t draw = a.next();
        REQUIRE(draw == again.next());
        same_name += draw == other_name.next() ? 1 : 0;
        same_seed += draw == other_seed.next() ? 1 : 0;
    }
    REQUIRE(same_name == 0);
    REQUIRE(same_seed == 0);
}

TEST_CASE("exponential and Weibull draws have their mean and tail", "[kernel][rng]") {
    Rng rng(11, "draws");
    const int n = 200'000;
    double sum = 0, weibull_sum = 0;
    int beyond = 0;
    for (int i = 0; i < n; ++i) {
        const double e = seconds_of(rng.exponential(10s));
        sum += e;
        beyond += e > 30 ? 1 : 0;
        weibull_sum += seconds_of(rng.weibull(10s, 2.0));
    }
    REQUIRE(sum / n == Approx(10).epsilon(0.01));
    REQUIRE(static_cast<double>(beyond) / n == Approx(std::exp(-3.0)).epsilon(0.03));
    REQUIRE(weibull_sum / n == Approx(10 * std::tgamma(1.5)).epsilon(0.01));
}

TEST_CASE("bounded draws cover their range evenly", "[kernel][rng]") {
    Rng rng(13, "bounded");
    int counts[6] = {};
    for (int i = 0; i < 60'000; ++i) ++counts[rng.below(6)];
    for (const int count : counts) REQUIRE(count == Approx(10'000).epsilon(0.05));
    REQUIRE(rng.between(-5, -5) == -5);
    REQUIRE_FALSE(rng.chance_ppm(0));
    REQUIRE(rng.chance_ppm(1'000'000));
}
