// fit against everything that the published code answers, by every search for levels.
#include "isonomy/estimators/gsn/fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/naive.hpp"

using namespace isonomy;

namespace {

/// Relative to size, and so much that a ridge of 1e-10 on the diagonal, which the reference adds or not, makes.
double allowed(double size, double of_ridge) { return 1e-9 * std::abs(size) + 3e-10 * of_ridge; }

void check_matrix(const char* name, const Matrix<double, Cpu>& got, const test::GsnMatrix& expected, bool projected) {
  INFO(name);
  const test::SquareMatrix m = test::square(got);
  const double n = static_cast<double>(m.n), ridge = projected ? 1 : 0;
  double trace = 0, sum = 0, squares = 0;
  for (index_t i = 0; i < m.n; ++i) trace += m(i, i);
  for (const double x : m.x) {
    sum += x;
    squares += x * x;
  }
  CHECK(trace == Approx(expected.trace).margin(allowed(expected.trace, n * ridge)));
  CHECK(std::sqrt(squares) == Approx(expected.fro).margin(allowed(expected.fro, n * ridge)));
  CHECK(sum == Approx(expected.sum).margin(allowed(n * expected.fro, n * ridge)));
  CHECK(test::omega(m) == Approx(expected.omega).margin(allowed(n * expected.fro, n * ridge)));
  for (std::size_t e = 0; e < expected.full.size(); ++e)  // symmetric, so by rows or by columns
    CHECK(m.x[e] == Approx(expected.full[e]).margin(allowed(expected.fro, ridge)));
}

void check_numbers(const char* name, const std::vector<double>& got, const std::vector<double>& expected,
                   double ridge) {
  INFO(name);
  REQUIRE(got.size() == expected.size());
  double largest = 0;
  for (const double x : expected) largest = std::max(largest, std::abs(x));
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(expected[i]).margin(allowed(largest, ridge)));
}

/// How many of the warnings hold a text.
std::ptrdiff_t told(const std::vector<std::string>& warnings, const char* what) {
  return std::count_if(warnings.begin(), warnings.end(),
                       [&](const std::string& warning) { return warning.find(what) != std::string::npos; });
}

template <class Search>
void check_fit(const test::GsnCase& c) {
  INFO(c.id);
  const test::GsnData d = c.data();
  Context<Cpu> ctx;
  gsn::GsnOptions options;
  options.wantshrinkage = c.shrinkage;
  if (!c.levels.empty()) options.shrinklevels = c.levels;
  options.ridge = gsn::Ridge::absolute;
  if (c.uneven == "missing") options.uneven = gsn::Uneven::missing;
  options.returns.eigvals_signal = options.returns.eigvals_difference = true;
  // Ours is the rule of ranks, under which the reference's own answer is an alternative where it differs.
  const test::GsnAnswer& expected = c.alternatives.empty() ? c.expected : c.alternatives.front().expected;
  const auto r = gsn::fit<Search>(
      ctx, gsn::trials_fastest(d.x.data(), c.generator.units, c.generator.conditions, c.generator.trials), options);
  CHECK(r.shrinklevelN == expected.level_noise);
  CHECK(r.shrinklevelD == expected.level_data);
  CHECK(r.numiters == expected.iterations);
  const std::vector<std::string>& warnings = r.report.warnings;
  CHECK(told(warnings, "noise covariance: none of the conditions") ==
        told(expected.warnings, "cN shrink level fell back"));
  CHECK(told(warnings, "data covariance: fewer than 5") == told(expected.warnings, "cD shrink level fell back"));
  CHECK(told(warnings, "lopsided") == told(expected.warnings, "lopsided"));
  const bool projected = std::any_of(expected.ridge.begin(), expected.ridge.end(), [](int step) { return step != 0; });
  check_numbers("ncsnr", r.ncsnr, expected.ncsnr, 0);
  check_numbers("mnS", r.mnS, expected.mean_signal, 0);
  check_numbers("eigvals_signal", r.eigvals_signal, expected.eigenvalues_signal, projected ? 1 : 0);
  check_numbers("eigvals_difference", r.eigvals_difference, expected.eigenvalues_difference, projected ? 1 : 0);
  check_matrix("cN", r.cN, expected.noise_covariance, false);
  check_matrix("cS", r.cS, expected.signal_covariance, false);
  check_matrix("cNb", r.cNb, expected.noise_biconvex, projected);
  check_matrix("cSb", r.cSb, expected.signal_biconvex, projected);
}

}  // namespace

TEST_CASE("fits of even data are those of the published code", "[gsn]") {
  int cases = 0;
  for (const char* file : {"even", "spec"})
    for (const test::GsnCase& c : test::gsn_cases(file)) {
      if (c.regime != "even") continue;
      check_fit<gsn::automatic>(c);
      check_fit<gsn::tridiagonal>(c);
      check_fit<gsn::batched_cholesky>(c);
      ++cases;
    }
  CHECK(cases == 38);  // 30 random, E1 to E7, L1
}

TEST_CASE("fits of uneven data are those of the published code", "[gsn]") {
  int cases = 0;
  for (const char* file : {"uneven", "spec"})
    for (const test::GsnCase& c : test::gsn_cases(file)) {
      if (c.regime != "uneven") continue;
      check_fit<gsn::automatic>(c);
      ++cases;
    }
  CHECK(cases == 32);  // 30 random, U1, U2
}

TEST_CASE("fits of missing data are those of the published code", "[gsn]") {
  int cases = 0;
  for (const char* file : {"missing", "spec"})
    for (const test::GsnCase& c : test::gsn_cases(file)) {
      if (c.regime != "missing") continue;
      check_fit<gsn::automatic>(c);
      ++cases;
    }
  CHECK(cases == 31);  // 30 random, M1
}
