// The levels and likelihood curves of the published code on its golden cases, by every search.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"

using namespace isonomy;

namespace {

void check_curve(const gsn::LevelChoice& choice, double level, const test::GsnCurve& curve) {
  INFO(choice.form);
  CHECK(choice.level == level);
  if (choice.levels.size() == 1) return;  // taken untried here
  REQUIRE(choice.nll.size() == curve.nll.size());
  for (std::size_t k = 0; k < curve.nll.size(); ++k) {
    INFO(choice.levels[k]);
    CHECK(std::isnan(choice.nll[k]) == std::isnan(curve.nll[k]));
    if (!std::isnan(curve.nll[k])) CHECK(choice.nll[k] == Approx(curve.nll[k]).epsilon(1e-9));
  }
  CHECK(choice.margin ==
        Approx(-curve.margin * std::abs(choice.nll[static_cast<std::size_t>(choice.index)])).epsilon(1e-4));
}

template <class Search>
void check_levels(const test::GsnCase& c) {
  Context<Cpu> ctx;
  const test::GsnData d = c.data();
  const auto view = gsn::trials_fastest(d.x.data(), c.generator.units, c.generator.conditions, c.generator.trials);
  gsn::ShrunkenCovarianceOptions options;
  if (!c.levels.empty() || !c.shrinkage) options.shrinklevels = c.shrinkage ? c.levels : std::vector<double>{1};
  options.wantfull = true;
  INFO(c.id);
  const auto noise = gsn::shrunken_covariance<Search>(ctx, view, options);
  const auto means = gsn::detail::condition_means(ctx, view);
  const auto data = gsn::shrunken_covariance<Search>(ctx, means.view(), options);
  check_curve(noise.choice, c.expected.level_noise, c.expected.noise);
  check_curve(data.choice, c.expected.level_data, c.expected.data);
  double trace = 0, squares = 0;
  for (index_t i = 0; i < view.units; ++i)
    for (index_t j = 0; j < view.units; ++j) {
      const double x = noise.covariance.view()(i, j);
      trace += i == j ? x : 0;
      squares += x * x;
    }
  CHECK(trace == Approx(c.expected.noise_covariance.trace).epsilon(1e-12));
  CHECK(std::sqrt(squares) == Approx(c.expected.noise_covariance.fro).epsilon(1e-12));
  for (std::size_t i = 0; i < data.mean.size(); ++i)
    CHECK(data.mean[i] == Approx(c.expected.mean_signal[i]).margin(1e-12));
}

}  // namespace

TEST_CASE("levels and likelihoods are those of the published code", "[gsn]") {
  for (const char* file : {"even", "spec"})
    for (const test::GsnCase& c : test::gsn_cases(file)) {
      if (c.regime != "even") continue;
      check_levels<gsn::automatic>(c);
      check_levels<gsn::tridiagonal>(c);
      check_levels<gsn::low_rank>(c);
      check_levels<gsn::batched_cholesky>(c);
    }
}
