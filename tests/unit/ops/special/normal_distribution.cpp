// Functions of the error function's family: what the mixtures take from the host's library, and what is built on it.
#include "isonomy/ops/special/normal_distribution.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "isonomy/core/random.hpp"
#include "isonomy/ops/special/normal_quantile.hpp"
#include "support/catch.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using test::ulps;
using Extended = long double;

namespace {

/// Largest distance of f from its extended form over x(i), i = 0 .. 199999.
template <class F, class X>
double worst(const F& f, const X& x) {
  double result = 0;
  for (std::uint64_t i = 0; i < 200000; ++i) {
    const double at = x(i);
    result = std::max(result, ulps(f(at), f(static_cast<Extended>(at))));
  }
  return result;
}

}  // namespace

TEST_CASE("log1p, erf and erfc of the host's library are within 2 units in the last place", "[special]") {
  const auto log1p = [](auto x) { return std::log1p(x); };
  CHECK(worst(log1p, [](std::uint64_t i) { return -random_unit(1, i); }) <= 2);
  CHECK(worst(log1p, [](std::uint64_t i) { return std::exp2(60 * random_unit(2, i) - 60) - 1; }) <= 2);
  CHECK(worst(log1p,
              [](std::uint64_t i) { return (i % 2 == 0 ? 1 : -0.999) * std::exp2(-1070 * random_unit(3, i)); }) <= 2);
  const auto erf = [](auto x) { return std::erf(x); };
  CHECK(worst(erf, [](std::uint64_t i) { return 12 * random_unit(4, i) - 6; }) <= 2);
  CHECK(worst(erf, [](std::uint64_t i) { return std::exp2(3 - 1000 * random_unit(5, i)); }) <= 2);
  const auto erfc = [](auto x) { return std::erfc(x); };
  CHECK(worst(erfc, [](std::uint64_t i) { return 32.5 * random_unit(6, i) - 6; }) <= 5);  // down to 1e-307
}

TEST_CASE("the normal density keeps its digits as far out as it is normal", "[special]") {
  const auto exact = [](double x) {
    return std::exp(-static_cast<Extended>(x) * x / 2) / std::sqrt(2 * std::numbers::pi_v<Extended>);
  };
  double worst_ulps = 0;
  for (std::uint64_t i = 0; i < 200000; ++i) {
    const double x = 75 * random_unit(7, i) - 37.5;
    worst_ulps = std::max(worst_ulps, ulps(normal_density(x), exact(x)));
  }
  INFO(worst_ulps);
  CHECK(worst_ulps <= 3);
  CHECK(normal_density(0) == 0x1.9884533d43651p-2);
  CHECK(normal_density(-INFINITY) == 0);
  CHECK(normal_density(1e200) == 0);
  CHECK(std::isnan(normal_density(std::nan(""))));
}

TEST_CASE("normal probabilities do not cancel in the tails", "[special]") {
  const auto exact = [](double a, double b) {
    const Extended r = std::sqrt(Extended{0.5});
    return a > 0 ? (std::erfc(r * a) - std::erfc(r * b)) / 2 : (std::erfc(-r * b) - std::erfc(-r * a)) / 2;
  };
  double worst_error = 0;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const double a = 36 * random_unit(8, i) + 1e-3, b = a + 0.5 + 3 * random_unit(9, i);
    for (const auto& [low, high] : {std::pair{a, b}, std::pair{-b, -a}}) {
      const Extended expected = exact(low, high);
      worst_error =
          std::max(worst_error, static_cast<double>(std::abs((normal_probability(low, high) - expected) / expected)));
    }
  }
  INFO(worst_error);
  // The argument's own rounding, 2^-53 a / sqrt(2), moves the tail by that times a sqrt(2): 36^2 * 2^-53 = 1.4e-13.
  CHECK(worst_error <= 3e-13);
  CHECK(normal_probability(-INFINITY, INFINITY) == 1);
  CHECK(normal_probability(0, INFINITY) == 0.5);
  CHECK(normal_probability(2, 2) == 0);
  CHECK(normal_probability(-3, 5) == Approx(0.99864981534).epsilon(1e-10));
  CHECK(normal_probability(30, 31) == Approx(4.906713927148187e-198).epsilon(1e-10).margin(0));
}

TEST_CASE("normal quantiles agree with mpmath and are the inverse of the probability", "[special]") {
  struct Row {
    double p, expected;
  };
  // mpmath 1.3, 40 digits: the root of log(erfc(-x / sqrt(2)) / 2) = log(p).
  for (const Row& row :
       {Row{1e-300, -37.047096299361199}, Row{1e-100, -21.273453560965324}, Row{1e-20, -9.2623400897984076},
        Row{1e-11, -6.7060231554951363}, Row{1e-6, -4.753424308822899}, Row{0.02425, -1.9729610513118848},
        Row{0.074999, -1.4395385353452307}, Row{0.075001, -1.4395244066035215}, Row{0.2, -0.84162123357291417},
        Row{0.7, 0.52440051270804066}, Row{0.999, 3.0902323061678133}})
    CHECK(std::abs(normal_quantile(row.p) - row.expected) <= 1e-15 * std::abs(row.expected));
  CHECK(normal_quantile(0.5) == 0);
  CHECK(normal_quantile(0) == -test::infinity);
  CHECK(normal_quantile(1) == test::infinity);
  CHECK(std::isnan(normal_quantile(-0.1)));
  CHECK(std::isnan(normal_quantile(1.1)));
  CHECK(std::isnan(normal_quantile(test::not_a_number)));
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const double p = std::exp2(-1000 * random_unit(21, i) - 1), x = normal_quantile(p);
    CHECK(std::abs(normal_probability(-test::infinity, x) - p) <= 1e-15 * (4 + x * x) * p);
  }
}
