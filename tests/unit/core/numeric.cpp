// Fixed-order arithmetic, error-free transforms and the total order.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/random.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {
template <class T>
std::uint64_t hash_of_distances() {
  constexpr index_t size = 37, pairs = 4000;
  std::vector<T> a(size), b(size);
  std::uint64_t hash = 0xcbf29ce484222325u, counter = 0;
  for (index_t p = 0; p < pairs; ++p) {
    for (index_t i = 0; i < size; ++i) {
      a[static_cast<std::size_t>(i)] = static_cast<T>(random_unit(7, counter++)) - T(0.5);
      b[static_cast<std::size_t>(i)] = static_cast<T>(random_unit(7, counter++)) - T(0.5);
    }
    const T d = squared_distance_fixed(VectorView<const T>(a.data(), size), VectorView<const T>(b.data(), size));
    hash = (hash ^ std::bit_cast<std::uint64_t>(static_cast<double>(d))) * 0x100000001b3u;
  }
  return hash;
}
}  // namespace

TEST_CASE("fixed-order distances have the same bits with every compiler and flag", "[numeric]") {
  CHECK(hash_of_distances<double>() == 0xc8b338c028868d96u);
  CHECK(hash_of_distances<float>() == 0x1cf1226c3e186ba5u);
}

TEST_CASE("lanes have the bits of one number after the other, products rounded", "[numeric]") {
  constexpr std::size_t n = 16;
  double a[n], b[n], c[n], found[n];
  for (std::size_t k = 0; k < n; ++k) {
    a[k] = random_unit(3, 3 * k) - 0.5;
    b[k] = random_unit(3, 3 * k + 1) - 0.5;
    c[k] = -a[k] * b[k];  // which leaves what the product lost in rounding, if that is not rounded first
  }
  using Lanes = RoundedLanes<n>;
  (Lanes(c) + Lanes(a) * Lanes(b)).store(found);
  for (const double x : found) CHECK(x == 0);
  ((1 - 2 * Lanes(a)) / Lanes(b)).store(found);
  for (std::size_t k = 0; k < n; ++k) CHECK(found[k] == (1 - rounded_product(2, a[k])) / b[k]);
}

TEST_CASE("sum_fixed adds from the left", "[numeric]") {
  const double x[] = {1e16, 1, -1e16, 1};
  CHECK(sum_fixed(x, 4) == 1);
  CHECK(sum_fixed(x, 0) == 0);
}

TEST_CASE("rounded_product is not fused into the addition that follows", "[numeric]") {
  const double a = 1 + 0x1p-30, b = 1 - 0x1p-30;  // a*b = 1 - 2^-60 rounds to 1
  CHECK(rounded_product(a, b) - 1 == 0);
}

TEST_CASE("two_sum and two_product keep what rounding loses", "[numeric]") {
  const DoubleDouble s = two_sum(1.0, 0x1p-70);
  CHECK(s.high == 1);
  CHECK(s.low == 0x1p-70);
  const DoubleDouble p = two_product(1 + 0x1p-30, 1 - 0x1p-30);
  CHECK(p.high == 1);
  CHECK(p.low == -0x1p-60);
}

TEST_CASE("double-double arithmetic carries about 106 bits", "[numeric]") {
  const DoubleDouble third = DoubleDouble{1, 0} / 3.0;
  const DoubleDouble back = third * DoubleDouble{3, 0} - DoubleDouble{1, 0};
  CHECK(std::abs(back.high) <= 0x1p-103);
  DoubleDouble sum{};
  for (int i = 0; i < 10; ++i) sum = sum + DoubleDouble{1, 0} / 10.0;
  CHECK(std::abs((sum - DoubleDouble{1, 0}).high) <= 0x1p-102);
  CHECK((-third).high == -third.high);
}

TEST_CASE("the total order puts NaN last, equates zeros and breaks ties by index", "[numeric]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  CHECK(total_less(-inf, inf));
  CHECK(total_less(inf, nan));
  CHECK_FALSE(total_less(nan, inf));
  CHECK_FALSE(total_less(nan, nan));
  CHECK_FALSE(total_less(-0.0, 0.0));
  CHECK_FALSE(total_less(0.0, -0.0));
  CHECK(total_less(0.0, 1, -0.0, 2));
  CHECK(total_less(nan, 1, nan, 2));
  CHECK_FALSE(total_less(nan, 2, nan, 1));
  CHECK(total_less(1.0, 9, nan, 1));
  CHECK(total_less(std::uint32_t{3}, std::uint32_t{4}));
}
