// Switches that bring back what the published code does where fit of gsn does otherwise, and what results tell of it.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/covariance/precision.hpp"
#include "support/catch.hpp"
#include "support/gsn/covariances.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

using namespace isonomy;
using gsn::GsnOptions;
using gsn::GsnResult;
using test::Trials;

namespace {

GsnResult<Cpu> fitted_as(const Trials& d, const GsnOptions& options) {
  Context<Cpu> ctx;
  return gsn::fit(ctx, d.view(), options);
}
/// Everything as published for Python.
GsnOptions as_published() {
  GsnOptions options;
  options.singular_rule = gsn::SingularRule::cholesky;
  options.ridge = gsn::Ridge::absolute;
  options.iteration = gsn::Iteration::loop;
  options.n1_rule = gsn::N1Rule::numpy;
  options.dead_units = gsn::DeadUnits::literal;
  options.returns.cD = true;
  return options;
}
/// The level that makes level*variance the most likely variance of held-out numbers, as the published loop finds it.
double level_of_single(double variance, const std::vector<double>& held_out) {
  double best = std::numeric_limits<double>::infinity(), level = 0;
  for (const double a : gsn::default_levels()) {
    if (a == 0) continue;
    double nll = 0.5 * std::log(a * variance);
    for (const double x : held_out) nll += 0.5 * x * x / (a * variance) / static_cast<double>(held_out.size());
    if (nll < best) best = nll, level = a;
  }
  return level;
}
bool all_nan(const std::vector<double>& x) {
  return std::all_of(x.begin(), x.end(), [](double nll) { return std::isnan(nll); });
}

}  // namespace

TEST_CASE("a single unit has its variance shrunk, as in the published Python", "[gsn]") {
  int between = 0;
  for (const std::uint32_t seed : {111u, 112u, 113u}) {
    const Trials d = test::random_trials(1, 20, 4, seed, 1);
    const gsn::Split parts = gsn::split(20);
    const auto rows_of = [&](const std::vector<index_t>& conditions) {
      std::vector<double> rows;
      for (const auto& row : test::centred_trials(d.view(), conditions)) rows.push_back(row[0]);
      return rows;
    };
    const auto squares = [](const std::vector<double>& x) {
      double sum = 0;
      for (const double v : x) sum += v * v;
      return sum;
    };
    const double level = level_of_single(squares(rows_of(parts.training)) / (3 * 16), rows_of(parts.validation));
    const GsnResult<Cpu> r = fitted_as(d, as_published()), plain = fitted_as(d, {});
    CHECK(r.shrinklevelN == level);
    CHECK(std::isnan(r.noise.nll.front()));
    const double whole = squares(rows_of(gsn::detail::every(20))) / (3 * 20);
    CHECK(plain.shrinklevelN == 0);
    CHECK(plain.cN.view()(0, 0) == Approx(whole).epsilon(1e-13));
    CHECK(r.cN.view()(0, 0) == Approx(level * whole).epsilon(1e-13));
    CHECK(r.cD.view()(0, 0) == Approx(r.shrinklevelD * (plain.cS.view()(0, 0) + whole / 4)).epsilon(1e-13));
    CHECK(r.cS.view()(0, 0) == Approx(r.cD.view()(0, 0) - r.cN.view()(0, 0) / 4).margin(1e-14));
    CHECK(r.ncsnr[0] == Approx(std::sqrt(std::max(r.cS.view()(0, 0), 0.0) / r.cN.view()(0, 0))).epsilon(1e-12));
    between += r.shrinklevelN < 1 || r.shrinklevelD < 1 ? 1 : 0;
    Context<Cpu> ctx;
    gsn::ShrunkenCovarianceOptions options;
    options.n1_rule = gsn::N1Rule::numpy;
    options.wantfull = true;
    const auto one = gsn::shrunken_covariance(ctx, d.view(), options);
    CHECK(one.covariance.view()(0, 0) == r.cN.view()(0, 0));
    Trials holes = d;
    holes(0, 3, 1) = std::numeric_limits<double>::quiet_NaN();
    GsnOptions missing = as_published();
    missing.uneven = gsn::Uneven::missing;
    missing.shrinklevels = std::vector<double>{0.5};
    const GsnResult<Cpu> half = fitted_as(holes, missing);
    missing.n1_rule = gsn::N1Rule::matlab;
    CHECK(half.cN.view()(0, 0) == 0.5 * fitted_as(holes, missing).cN.view()(0, 0));
    CHECK(half.cD.view()(0, 0) == 0.5 * fitted_as(holes, missing).cD.view()(0, 0));
  }
  CHECK(between > 0);
  const Trials two = test::random_trials(2, 20, 4, 114);  // two units know no such rule
  GsnOptions numpy;
  numpy.n1_rule = gsn::N1Rule::numpy;
  CHECK(fitted_as(two, numpy).cN.view()(0, 0) == fitted_as(two, {}).cN.view()(0, 0));
}

TEST_CASE("taken literally, one dead unit leaves no level a likelihood", "[gsn]") {
  Trials d = test::random_trials(6, 30, 4, 115, 3, 0.6, 3);
  for (index_t c = 0; c < 30; ++c)
    for (index_t t = 0; t < 4; ++t) d(2, c, t) = 0;
  const GsnResult<Cpu> r = fitted_as(d, as_published()), plain = fitted_as(d, {});
  CHECK(r.shrinklevelN == 0);
  CHECK(r.shrinklevelD == 0);
  CHECK(all_nan(r.noise.nll));
  CHECK(all_nan(r.data.nll));
  CHECK(r.dead_units.empty());
  GsnOptions analytic = as_published();
  analytic.level_rule = gsn::LevelRule::analytic;
  CHECK(fitted_as(d, analytic).noise.dead_units == std::vector<index_t>{2});  // it has no likelihood to lose
  CHECK(r.report.warnings.front() ==
        "noise covariance: all covariance matrices were singular; the first level, 0, was taken");
  CHECK(r.cSb.view()(2, 2) == 1e-10);
  CHECK(r.cNb.view()(2, 2) == 1e-10);
  CHECK(r.ridge_signal == 1e-10);
  CHECK(r.iteration == gsn::Iteration::loop);
  CHECK(plain.shrinklevelN > 0);
  CHECK(plain.dead_units == std::vector<index_t>{2});
  CHECK(plain.cSb.view()(2, 2) == 0);
  CHECK(plain.iteration == gsn::Iteration::closed);
  Trials holes = d;
  for (index_t i = 0; i < 6; ++i) holes(i, 1, 3) = std::numeric_limits<double>::quiet_NaN();
  GsnOptions missing = as_published();
  for (const gsn::Uneven uneven : {gsn::Uneven::fast, gsn::Uneven::missing}) {
    missing.uneven = uneven;
    CHECK(fitted_as(holes, missing).shrinklevelN == 0);
    CHECK(fitted_as(holes, missing).cSb.view()(2, 2) >= 1e-10);
  }
}

TEST_CASE("data of nothing but zeros get the published ridge, or stay zeros", "[gsn]") {
  Trials zeros = test::random_trials(4, 20, 3, 116);
  std::fill(zeros.x.begin(), zeros.x.end(), 0.0);
  const GsnResult<Cpu> r = fitted_as(zeros, as_published()), plain = fitted_as(zeros, {});
  for (index_t i = 0; i < 4; ++i)
    for (index_t j = 0; j < 4; ++j) {
      CHECK(r.cSb.view()(i, j) == (i == j ? 1e-10 : 0));
      CHECK(plain.cSb.view()(i, j) == 0);
    }
  CHECK(r.numiters == 1);
  CHECK(plain.dead_units.size() == 4);
}

TEST_CASE("what was made semidefinite with a ridge has a precision matrix", "[gsn]") {
  Context<Cpu> ctx;
  const GsnResult<Cpu> r = fitted_as(test::random_trials(60, 8, 2, 117, 3, 1.5), {});
  REQUIRE(r.ridge_signal > 0);
  const gsn::Precision<Cpu> inverse = gsn::precision(ctx, r.cSb.view());
  const test::SquareMatrix one = test::square(r.cSb) * test::square(inverse.precision);
  CHECK(test::largest(one - test::square_of(60, [](index_t i, index_t j) { return i == j ? 1.0 : 0.0; })) < 1e-3);
  CHECK(std::isfinite(inverse.log_determinant));
  CHECK(gsn::precision(ctx, r.cNb.view()).log_determinant > inverse.log_determinant);
}
