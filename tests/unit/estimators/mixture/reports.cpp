// What the reports of mixtures say: where operations ran, and by what margin every decision fell.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/many/fit_many.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/estimators/mixture/user_density/simultaneous.hpp"
#include "isonomy/estimators/mixture/user_density/user_density.hpp"
#include "isonomy/estimators/mixture/user_density/weighted_density.hpp"
#include "support/catch.hpp"
#include "support/report.hpp"

using namespace isonomy;
using isonomy::test::check_filled;

namespace isonomy::test {
namespace {

/// Three clumps of points, of which two lie close.
std::vector<double> three_clumps() {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 600; ++i)
    x.push_back(std::vector<double>{0, 4, 20}[i % 3] + random_unit(3, i) + random_unit(4, i) + random_unit(5, i));
  return x;
}

struct RateOfReport {
  template <class N>
  ISONOMY_HD N operator()(double x, const N* theta) const {
    using std::log;
    return log(theta[0]) - theta[0] * x;
  }
};

std::string operations_of(const Report& report) {
  std::string all;
  for (const OperationBackend& used : report.operations) all += used.operation + ": " + used.backend + ". ";
  return all;
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("every fit of a mixture fills its report", "[mixture]") {
  const std::vector<double> x = test::three_clumps(), w(x.size(), 2.0);
  const std::vector<double> start{0.3, 0.4, 1.5, 5.5, 21.5, 1, 1, 1};
  Context<Cpu> ctx;
  const auto plain = mixture::fit(ctx, {3}, view(x), start);
  check_filled(plain.report, "mixture::fit");
  CHECK(test::operations_of(plain.report) == "mixture_sums: Cpu. ");
  CHECK(plain.report.decisions.back().value == "converged");
  CHECK(plain.report.decisions.back().margin == mixture::MinimizeOptions{}.edm - plain.minimum.edm);
  mixture::MinimizeOptions hurried;
  hurried.max_iterations = 1;
  const auto open = mixture::fit(ctx, {3}, view(x), {0.3, 0.4, 1.3, 5.3, 21, 1.2, 1.2, 1.2}, hurried);
  REQUIRE_FALSE(open.minimum.valid());
  CHECK(open.report.decisions.back().value == name(open.minimum.status));
  CHECK(std::isnan(open.report.decisions.back().margin));

  mixture::NormalModel inside{3};
  inside.range = {-1, 30};
  CHECK(test::operations_of(mixture::fit(ctx, inside, view(x), start).report) ==
        "mixture_sums: Cpu. transform_reduce: Cpu. ");
  const auto weighted = mixture::fit(ctx, mixture::NormalModel{3}, view(x), view(w), start);
  check_filled(weighted.report, "mixture::fit");
  CHECK(test::operations_of(weighted.report) == "weighted_mixture_sums: Cpu. transform_reduce: Cpu. ");
  const auto many = mixture::fit_many(ctx, {3}, std::vector{view(x), view(x)}, start);
  CHECK(many.report.estimator == "mixture::fit_many");
  check_filled(many.fits.at(1).report, "mixture::fit");
}

TEST_CASE("the margin of a start is how much worse the next best maximum is", "[mixture]") {
  const std::vector<double> x = test::three_clumps();
  Context<Cpu> ctx;
  const mixture::Starts found = mixture::find_start(ctx, {2}, view(x));
  check_filled(found.report, "mixture::find_start");
  CHECK(found.report.decisions.at(0).margin == found.margin);
  CHECK(found.report.decisions[0].value == "number " + std::to_string(found.first) + " of 60");
  // Two components for three clumps: the two that lie close are one, or else the last two are.
  const double best = mixture::fit(ctx, {2}, view(x), found.parameters).minimum.nll;
  const double next = mixture::fit(ctx, {2}, view(x), {1. / 3, 1.5, 13.5, 1, 8}).minimum.nll;
  REQUIRE(std::isfinite(found.margin));
  CHECK(found.margin > 1e-3);
  CHECK(found.margin <= Approx(next - best).margin(1e-3));
  CHECK(mixture::find_start(ctx, {2}, view(x), {.starts = 1}).report.decisions.at(0).margin == Decision::no_runner_up);
}

TEST_CASE("expectation maximisation and k-means report their margins", "[mixture]") {
  const std::vector<double> x = test::three_clumps();
  const auto rows = row_major(x.data(), 300, 2);
  Context<Cpu> ctx;
  const auto searched = mixture::em(ctx, 3, Covariance::full, rows);
  check_filled(searched.report, "mixture::em");
  REQUIRE(searched.report.decisions.size() == 2);
  CHECK(searched.report.decisions[0].decision == searched.starts.decision().decision);
  CHECK(searched.report.decisions[1].value == "converged");
  const std::vector<double>& bounds = searched.lower_bounds;
  REQUIRE(bounds.size() >= 2);
  CHECK(searched.report.decisions[1].margin ==
        Approx(mixture::EmOptions{}.tol - (bounds.back() - bounds[bounds.size() - 2])).margin(1e-12));
  CHECK(mixture::em(ctx, searched.model, rows).report.decisions.size() == 1);
  mixture::EmOptions once;
  once.max_iter = 1;
  const auto open = mixture::em(ctx, searched.model, rows, once);
  CHECK(open.report.decisions.at(0).value == "not converged");
  CHECK(std::isnan(open.report.decisions[0].margin));

  const auto one = mixture::kmeans(ctx, 8, row_major(x.data(), 600, 1));
  check_filled(one.report, "mixture::kmeans");
  CHECK(one.report.decisions.at(0).margin == Decision::no_runner_up);
  mixture::KMeansOptions several;
  several.n_init = 2;
  const auto two = mixture::kmeans(ctx, 8, row_major(x.data(), 600, 1), several);
  CHECK(two.inertia <= one.inertia);
  if (two.inertia < one.inertia)
    CHECK(two.report.decisions.at(0).margin == one.inertia - two.inertia);
  else
    CHECK(two.report.decisions.at(0).margin >= 0);
}

TEST_CASE("a minimisation of a user's density has a report", "[mixture]") {
  std::vector<double> x, w(400, 0.5);
  for (std::uint64_t i = 0; i < 400; ++i) x.push_back(-std::log(random_unit(9, i) + 0x1p-60));
  Context<Cpu> ctx;
  using test::RateOfReport;
  mixture::DensityLikelihood<Context<Cpu>, double, 1, RateOfReport> plain(ctx, {}, view(std::as_const(x)), {"rate"},
                                                                          {{1e-3, 1e3}});
  mixture::WeightedDensityLikelihood<Context<Cpu>, double, 1, RateOfReport> weighted(
      ctx, {}, view(std::as_const(x)), view(std::as_const(w)), {"rate"}, {{1e-3, 1e3}});
  mixture::Simultaneous both;
  both.add(plain).add(weighted);
  const auto minimum = mixture::minimize(both, {0.5});
  REQUIRE(minimum.status == mixture::Status::converged);
  const Report report = mixture::report_of(both, minimum);
  CHECK(report.estimator == "mixture::minimize");
  CHECK(test::operations_of(report) == "mixture_sums: Cpu (generic). weighted_mixture_sums: Cpu (generic). ");
  CHECK(report.math_mode == fixed_math);
  REQUIRE(report.decisions.size() == 1);
  CHECK(report.decisions[0].value == "converged");
  CHECK(report.decisions[0].margin == mixture::MinimizeOptions{}.edm - minimum.edm);
  CHECK(test::operations_of(mixture::report_of(plain, mixture::minimize(plain, {0.5}))) ==
        "mixture_sums: Cpu (generic). ");
}
