// shrunken_covariance: which items count, what it returns, warnings, refusals, inputs as they were.
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/covariance/precision.hpp"
#include "support/catch.hpp"
#include "support/gsn/covariances.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"

using namespace isonomy;
using gsn::shrunken_covariance;
using test::Trials;

namespace {

/// Each row's values less their means over the rows named, over these rows; a row each.
std::vector<std::vector<double>> less_mean(const Trials& rows, const std::vector<index_t>& of) {
  std::vector<std::vector<double>> result(of.size());
  for (index_t i = 0; i < rows.units; ++i) {
    double mean = 0;
    for (const index_t c : of) mean += rows.view()(i, c, 0) / static_cast<double>(of.size());
    for (std::size_t k = 0; k < of.size(); ++k) result[k].push_back(rows.view()(i, of[k], 0) - mean);
  }
  return result;
}

void check_shrunk(const gsn::ShrunkenCovariance<Cpu>& got, const test::SquareMatrix& whole) {
  const test::SquareMatrix expected = test::shrunk(whole, got.choice.level);
  for (index_t i = 0; i < whole.n; ++i)
    for (index_t j = 0; j < whole.n; ++j) CHECK(got.covariance.view()(i, j) == Approx(expected(i, j)).margin(1e-13));
}

template <class T>
concept CovarianceOfRows = requires(Context<Cpu>& ctx, MatrixView<T> rows) {
  shrunken_covariance(ctx, rows);
};
static_assert(CovarianceOfRows<const double> && CovarianceOfRows<float> && !CovarianceOfRows<const int>);

}  // namespace

TEST_CASE("noise of trials: of the conditions that train, or of all", "[gsn]") {
  Context<Cpu> ctx;
  const Trials d = test::random_trials(6, 14, 3, 41);
  const std::vector<double> before = d.x;
  const gsn::Split parts = gsn::split(14);
  const auto training = shrunken_covariance(ctx, d.view());
  check_shrunk(training, test::products(test::centred_trials(d.view(), parts.training), 2.0 * 11));
  gsn::ShrunkenCovarianceOptions options;
  options.wantfull = true;
  const auto full = shrunken_covariance(ctx, d.view(), options);
  check_shrunk(full, test::products(test::centred_trials(d.view(), gsn::detail::every(14)), 2.0 * 14));
  CHECK(full.choice.nll == training.choice.nll);
  CHECK(full.mean == std::vector<double>(6, 0.0));
  CHECK(d.x == before);
}

TEST_CASE("covariance of rows: about the mean of those that train, or of all", "[gsn]") {
  Context<Cpu> ctx;
  const Trials d = test::random_trials(5, 23, 1, 42);
  const MatrixView<const double> rows = transposed(row_major(d.x.data(), 5, 23));
  const gsn::Split parts = gsn::split(23);
  const auto training = shrunken_covariance(ctx, rows);
  const double held_out = static_cast<double>(parts.validation.size());
  check_shrunk(training, test::products(less_mean(d, parts.training), 22 - held_out));
  gsn::ShrunkenCovarianceOptions options;
  options.wantfull = true;
  const auto full = shrunken_covariance(ctx, rows, options);
  check_shrunk(full, test::products(less_mean(d, gsn::detail::every(23)), 22));
  for (std::size_t i = 0; i < 5; ++i) {
    double all = 0, some = 0;
    for (index_t c = 0; c < 23; ++c) all += d.x[i * 23 + static_cast<std::size_t>(c)] / 23;
    for (const index_t c : parts.training) some += d.x[i * 23 + static_cast<std::size_t>(c)] / (23 - held_out);
    CHECK(full.mean[i] == Approx(all).margin(1e-14));
    CHECK(training.mean[i] == Approx(some).margin(1e-14));
  }
  // Held-out rows are measured from the mean of those that train.
  const test::SquareMatrix c = test::products(less_mean(d, parts.training), 22 - held_out);
  std::vector<std::vector<double>> held;
  for (const index_t v : parts.validation) {
    std::vector<double> row;
    for (std::size_t i = 0; i < 5; ++i) row.push_back(d.x[i * 23 + static_cast<std::size_t>(v)] - training.mean[i]);
    held.push_back(row);
  }
  for (std::size_t k = 0; k < 51; k += 10)
    CHECK(training.choice.nll[k] ==
          Approx(test::normal_nll(test::shrunk(c, training.choice.levels[k]), held)).epsilon(1e-12));
}

TEST_CASE("the precision is the inverse, and has its log-determinant", "[gsn]") {
  Context<Cpu> ctx;
  for (const double unit : {1.0, 1e-70, 1e70}) {
    Trials d = test::random_trials(12, 8, 3, 46);
    for (double& x : d.x) x *= unit;
    for (index_t c = 0; c < 8; ++c)
      for (index_t t = 0; t < 3; ++t) d(5, c, t) = unit;
    gsn::ShrunkenCovarianceOptions options;
    options.shrinklevels = std::vector<double>{0.7};
    CHECK(shrunken_covariance(ctx, d.view(), options).precision.rows() == 0);
    options.wantprecision = true;
    const auto r = shrunken_covariance(ctx, d.view(), options);
    const auto c = r.covariance.view(), p = r.precision.view();
    test::SquareMatrix living(11);
    for (index_t i = 0; i < 12; ++i)
      for (index_t j = 0; j < 12; ++j) {
        double product = 0;
        for (index_t k = 0; k < 12; ++k) product += c(i, k) * p(k, j);
        CHECK(product == Approx(i == j && i != 5 ? 1 : 0).margin(1e-12));
        CHECK(p(i, j) == p(j, i));
        if (i != 5 && j != 5) living(i < 5 ? i : i - 1, j < 5 ? j : j - 1) = c(i, j) / unit / unit;
      }
    const double log_two_pi = 1.8378770664093453;
    const double expected = 2 * test::normal_nll(living, {std::vector<double>(11)}) - 11 * log_two_pi;
    CHECK(*r.log_determinant == Approx(expected + 22 * std::log(unit)).epsilon(1e-12));
    CHECK(gsn::precision(ctx, c).dead_units == std::vector<index_t>{5});
  }
  gsn::ShrunkenCovarianceOptions one;
  one.shrinklevels = std::vector<double>{1};
  one.wantprecision = true;
  for (std::uint32_t seed = 1; seed < 9; ++seed) {  // singular by one dimension: rounding may leave a factor
    const auto r = shrunken_covariance(ctx, test::average_referenced(test::random_trials(16, 60, 3, seed)).view(), one);
    CHECK(r.precision.rows() == 0);
    CHECK(!r.log_determinant);
    CHECK(r.report.warnings.back() == "the covariance is singular and has no precision matrix; give levels below 1");
    CHECK(test::message<NotPositiveDefinite>([&] {
            (void)gsn::precision(ctx, r.covariance.view());
          }).find("gsn::precision: the covariance is singular: ") == 0);
  }
  Matrix<double, Cpu> indefinite(ctx, 2, 2, "test");
  indefinite.view()(0, 0) = indefinite.view()(1, 0) = indefinite.view()(0, 1) = 1;
  indefinite.view()(1, 1) = -1;
  CHECK_THROWS_AS(gsn::precision(ctx, std::as_const(indefinite).view()), NotPositiveDefinite);
  CHECK(gsn::precision(ctx, MatrixView<const double>(nullptr, 0, 0, 1, 0)).log_determinant == 0);
  CHECK_THROWS_AS(gsn::precision(ctx, MatrixView<const double>(indefinite.data(), 2, 1, 1, 2)), ShapeError);
}

TEST_CASE("one level is taken untried", "[gsn]") {
  Context<Cpu> ctx;
  const Trials d = test::random_trials(4, 2, 3, 43);  // too few conditions to hold any out
  gsn::ShrunkenCovarianceOptions options;
  options.shrinklevels = std::vector<double>{0.3};
  options.wantfull = true;
  const auto result = shrunken_covariance(ctx, d.view(), options);
  CHECK(result.choice.level == 0.3);
  CHECK(result.choice.nll.empty());
  CHECK(result.report.warnings.empty());
  check_shrunk(result, test::products(test::centred_trials(d.view(), {0, 1}), 4));
}

TEST_CASE("what deserves a warning is said, and where it ran", "[gsn]") {
  Context<Cpu> ctx;
  const auto few = shrunken_covariance(ctx, test::random_trials(3, 5, 4, 44).view());
  REQUIRE(!few.report.warnings.empty());
  CHECK(few.report.warnings.front() ==
        "noise covariance: only 1 of the conditions validates the level; give 8 or more");
  const auto end = shrunken_covariance(ctx, test::random_trials(10, 30, 4, 1).view());
  CHECK(end.choice.level == 0);
  CHECK(end.report.warnings == std::vector<std::string>{"noise covariance: the level, 0, is at an end of its grid"});
  const auto warnings = [&](const Trials& d, const std::vector<double>& levels) {
    gsn::ShrunkenCovarianceOptions options;
    options.shrinklevels = levels;
    return shrunken_covariance(ctx, d.view(), options).report.warnings;
  };
  const Trials flat = test::random_trials(10, 30, 4, 1);  // of levels the least is best
  CHECK(warnings(flat, {1, 0, 0.5}) == end.report.warnings);
  CHECK(warnings(flat, {0, 0}).empty());
  CHECK(warnings(test::random_trials(1, 30, 4, 1), {0, 0.5, 1}).empty());
  const Trials steep = test::random_trials(50, 40, 3, 26, 5, 0.3, 10);  // 0.98 is best
  CHECK(warnings(steep, {0.98, 0, 1}).empty());
  CHECK(warnings(steep, {0, 1, 0.98}).empty());
  CHECK(end.report.estimator == "gsn::shrunken_covariance");
  CHECK(end.report.used.backend == "Cpu");
  CHECK(end.report.stages.size() == 2);
  CHECK(end.report.operations.front().operation == "syrk");
  CHECK(end.report.bytes_peak > 0);
  REQUIRE(end.report.decisions.size() == 1);
  CHECK(end.report.decisions[0].margin == end.choice.margin);
}

TEST_CASE("what cannot be estimated is refused, by number, rule and remedy", "[gsn]") {
  Context<Cpu> ctx;
  const auto refused = [&](Trials d, const gsn::ShrunkenCovarianceOptions& options = {}) {
    return test::message<ValueError>([&] { (void)shrunken_covariance(ctx, d.view(), options); });
  };
  Trials d = test::random_trials(3, 10, 2, 45);
  CHECK(refused(test::random_trials(3, 10, 1, 45))
            .find("1 trials; expected 2 at least, of which noise is the difference; give single trials") !=
        std::string::npos);
  CHECK(refused(test::random_trials(3, 2, 2, 45)).find("none of 2 conditions is left") != std::string::npos);
  CHECK(refused({3, 0, 2, {}}).find("0 of 0 conditions train") != std::string::npos);
  for (const double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    Trials holes = d;
    holes(1, 7, 1) = bad;
    CHECK(refused(holes).find("not finite at (1, 7, 1)") != std::string::npos);
  }
  Trials tiny = d;
  for (index_t c = 0; c < 10; ++c)
    for (index_t t = 0; t < 2; ++t) tiny(2, c, t) *= 1e-160;
  CHECK(refused(tiny).find("gsn::shrunken_covariance: the largest magnitude of unit 2 is ") == 0);
  gsn::ShrunkenCovarianceOptions options;
  options.leave_out = 1;
  CHECK(refused(d, options).find("leave_out=1") != std::string::npos);
  options = {};
  options.shrinklevels = std::vector<double>{2};
  CHECK(refused(d, options).find("gsn::shrunken_covariance: shrinklevels[0]=2; expected a finite number from 0 to 1") !=
        std::string::npos);
  CHECK_THROWS_AS(shrunken_covariance(ctx, gsn::DataView<double>{nullptr, 3, 10, 2, 20, 2, 1}), ShapeError);
  CHECK_THROWS_AS(shrunken_covariance(ctx, gsn::DataView<double>{d.x.data(), 0, 10, 2, 20, 2, 1}), ShapeError);
  const MatrixView<const double> one_row(d.x.data(), 1, 3, 3, 1);
  CHECK(test::message<ValueError>([&] { (void)shrunken_covariance(ctx, one_row); }) ==
        "gsn::shrunken_covariance: 1 of 1 rows train; expected at least 2; give more rows");
  for (const index_t leave_out : {2, 3, 4, 7, 20}) {
    gsn::ShrunkenCovarianceOptions of_parts;
    of_parts.leave_out = leave_out;
    const index_t one = leave_out / 2 + 1, two = (3 * leave_out + 1) / 2;
    CHECK(gsn::split(one - 1, leave_out).validation.empty());
    CHECK(gsn::split(one, leave_out).validation.size() == 1);
    CHECK(gsn::split(two - 1, leave_out).validation.size() == 1);
    CHECK(gsn::split(two, leave_out).validation.size() == 2);
    if (one > 2)
      CHECK(refused(test::random_trials(3, one - 1, 2, 45), of_parts)
                .find("give " + std::to_string(one) + " conditions or more") != std::string::npos);
    const auto result = shrunken_covariance(ctx, test::random_trials(3, two - 1, 2, 45).view(), of_parts);
    CHECK(result.report.warnings.front().find("give " + std::to_string(two) + " or more") != std::string::npos);
  }
  std::vector<double> hole(30, 1.0);
  hole[7] = std::numeric_limits<double>::quiet_NaN();
  CHECK(test::message<ValueError>([&] {
          (void)shrunken_covariance(ctx, MatrixView<const double>(hole.data(), 10, 3, 3, 1));
        }).find("the rows are not finite at (2, 1), row and unit") != std::string::npos);
  Context<Cpu> limited({.workspace_limit = 1000});
  CHECK_THROWS_AS(shrunken_covariance(limited, d.view()), OutOfMemory);
}
