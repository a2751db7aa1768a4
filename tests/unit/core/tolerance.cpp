// The tolerance tiers: bounds as derived, not tuned.
#include <cmath>
#include <limits>
#include <string>

#include "isonomy/conformance/compare.hpp"
#include "isonomy/core/tolerance.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {
bool about(double a, double b, double relative) { return std::abs(a - b) <= relative * std::abs(b); }

struct TenthBand {
  static constexpr double absolute = 0.5, relative = 0.1;
};
}  // namespace

TEST_CASE("gamma grows with the reduction length and ends where it means nothing", "[tolerance]") {
  CHECK(about(isonomy::gamma<double>(1), 0x1p-53, 1e-12));
  CHECK(about(isonomy::gamma<float>(1000), 1000 * 0x1p-24, 1e-3));
  CHECK(isonomy::gamma<float>(0x1p24) == std::numeric_limits<double>::infinity());
}

TEST_CASE("tiers bound what they promise", "[tolerance]") {
  CHECK(Exact::bound<double>(100, 100) == 0);
  CHECK(about(Tight<2>::bound<double>(10, 3), 2 * 10 * 0x1p-53 * 3, 1e-9));
  CHECK(Tight<2>::bound<float>(10, 0) > 0);  // underflow alone
  CHECK(about(Banded<TenthBand>::bound<double>(0, -4), 0.9, 1e-12));
}

TEST_CASE("a comparison lists five mismatches with bound and ratio, and guards the gaps", "[tolerance]") {
  using conformance::Layout;
  conformance::Operand<double> expected(3, 3, Layout::padded_column);
  expected.fill(1.0);
  std::vector<double> actual = expected.storage;
  conformance::Verdict same;
  same.exact("out", actual, expected);
  CHECK(same.ok());

  for (index_t j = 0; j < 3; ++j) actual[static_cast<std::size_t>(expected.at(0, j))] = 1 + 1e-9;
  actual[static_cast<std::size_t>(expected.at(1, 0))] = std::numeric_limits<double>::quiet_NaN();
  actual[static_cast<std::size_t>(expected.at(1, 1))] = -1;
  actual[0] = 3;
  conformance::Verdict wrong;
  wrong.within<Tight<2>>("out", actual, expected, 5, [](index_t, index_t) { return 1.0; });
  CHECK_FALSE(wrong.ok());
  const std::string text = wrong.text();
  CHECK(text.find("6 mismatches") == 0);
  CHECK(text.find("out(0, 0): 1.0000000010000001 instead of 1, bound 1.11e-15, 9.01e+05 times it") !=
        std::string::npos);
  CHECK(text.find("out(1, 0): nan instead of 1") != std::string::npos);

  conformance::Verdict close_enough;
  std::vector<double> close = expected.storage;
  close[static_cast<std::size_t>(expected.at(2, 2))] = 1 + 4 * 0x1p-52;
  close_enough.within<Tight<2>>("out", close, expected, 5, [](index_t, index_t) { return 1.0; });
  CHECK(close_enough.ok());
}

TEST_CASE("same bits tell zeros apart and NaN from nothing else", "[tolerance]") {
  CHECK(conformance::same_bits(0.0, 0.0));
  CHECK_FALSE(conformance::same_bits(0.0, -0.0));
  CHECK(conformance::same_bits(std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(conformance::same_bits(1.0f, std::numeric_limits<float>::quiet_NaN()));
}
