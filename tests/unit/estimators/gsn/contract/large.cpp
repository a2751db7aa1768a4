// A fit of five thousand units: its memory, its levels, its closed form.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/biconvex/steps.hpp"
#include "isonomy/estimators/gsn/covariance/condition_means.hpp"
#include "isonomy/estimators/gsn/memory_plan.hpp"
#include "support/catch.hpp"
#include "support/gsn/trials.hpp"

using namespace isonomy;

namespace {

/// The levels next to one that was chosen, and some further off.
std::vector<double> levels_about(const gsn::LevelChoice& choice) {
  const auto at = static_cast<std::size_t>(choice.index), last = choice.levels.size() - 1;
  std::vector<double> levels;
  for (const std::size_t k : {at, at > 0 ? at - 1 : 1, std::min(at + 1, last - 1), at / 2})
    levels.push_back(choice.levels[k]);
  return levels;
}
/// The same likelihoods from factors of whole covariances, and the same best.
void check_factored(const gsn::LevelChoice& factored, const gsn::LevelChoice& choice) {
  CHECK(factored.form == "batched_cholesky");
  CHECK(factored.level == choice.level);
  for (std::size_t k = 0; k < factored.levels.size(); ++k) {
    const auto at = std::find(choice.levels.begin(), choice.levels.end(), factored.levels[k]) - choice.levels.begin();
    CHECK(factored.nll[k] == Approx(choice.nll[static_cast<std::size_t>(at)]).epsilon(1e-10));
  }
}

}  // namespace

TEST_CASE("five thousand units are fitted within two gigabytes, with the levels of whole covariances", "[gsn][long]") {
  // Noise in ten dimensions beside white noise, so little of it that the closed form's noise stays definite.
  test::Trials d = test::random_trials(5000, 100, 3, 151, 20, 0.16, 10);
  const test::Trials white = test::random_trials(5000, 100, 3, 152, 1, 0.7);
  for (std::size_t k = 0; k < d.x.size(); ++k) d.x[k] += white.x[k];
  Context<Cpu> ctx({.workspace_limit = 2'000'000'000});
  const gsn::GsnResult<Cpu> r = gsn::fit(ctx, d.view());
  CHECK(r.report.bytes_peak <= 2'000'000'000);
  CHECK(r.report.bytes_peak <= gsn::memory_plan(ctx, gsn::gsn_shape(d.view())).context);
  CHECK(r.noise.form == "low_rank");
  CHECK(r.data.form == "low_rank");
  CHECK((r.shrinklevelN > 0 && r.shrinklevelN < 1));
  CHECK((r.shrinklevelD > 0 && r.shrinklevelD < 1));
  CHECK(r.iteration == gsn::Iteration::closed);
  // B = cN - k_D T (S - cS), element by element.
  const double weight = 3 * gsn::biconvex_weights(100, 3).data;
  double most = 0;
  for (index_t j = 0; j < 5000; j += 97)
    for (index_t i = 0; i < 5000; ++i) {
      const double lost = r.cSb.view()(i, j) - r.cS.view()(i, j);
      most = std::max(most, std::abs(r.cN.view()(i, j) - weight * lost - r.cNb.view()(i, j)));
    }
  CHECK(most < 1e-12);
  Context<Cpu> other;
  gsn::ShrunkenCovarianceOptions options;
  options.shrinklevels = levels_about(r.noise);
  check_factored(gsn::shrunken_covariance<gsn::batched_cholesky>(other, d.view(), options).choice, r.noise);
  options.shrinklevels = levels_about(r.data);
  const auto means = gsn::detail::condition_means(other, d.view());
  check_factored(gsn::shrunken_covariance<gsn::batched_cholesky>(other, means.view(), options).choice, r.data);
}
