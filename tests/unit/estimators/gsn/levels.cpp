// Likelihood curves of shrinkage levels: every search against the definition, singular covariances, dead units.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "support/catch.hpp"
#include "support/gsn/covariances.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

using namespace isonomy;
using gsn::LevelChoice;
using gsn::ShrunkenCovarianceOptions;
using test::Trials;

namespace {

LevelChoice choice_of(const Trials& d, const ShrunkenCovarianceOptions& options = {}) {
  Context<Cpu> ctx;
  return gsn::shrunken_covariance(ctx, d.view(), options).choice;
}

/// The choices of all searches for the noise of trials.
std::vector<LevelChoice> noise_choices(const Trials& d, const ShrunkenCovarianceOptions& options = {}) {
  Context<Cpu> ctx;
  return {gsn::shrunken_covariance<gsn::automatic>(ctx, d.view(), options).choice,
          gsn::shrunken_covariance<gsn::tridiagonal>(ctx, d.view(), options).choice,
          gsn::shrunken_covariance<gsn::low_rank>(ctx, d.view(), options).choice,
          gsn::shrunken_covariance<gsn::batched_cholesky>(ctx, d.view(), options).choice};
}
/// The same for the condition means.
std::vector<LevelChoice> data_choices(const Trials& d, const ShrunkenCovarianceOptions& options = {}) {
  Context<Cpu> ctx;
  const auto means = gsn::detail::condition_means(ctx, d.view());
  return {gsn::shrunken_covariance<gsn::automatic>(ctx, means.view(), options).choice,
          gsn::shrunken_covariance<gsn::tridiagonal>(ctx, means.view(), options).choice,
          gsn::shrunken_covariance<gsn::low_rank>(ctx, means.view(), options).choice,
          gsn::shrunken_covariance<gsn::batched_cholesky>(ctx, means.view(), options).choice};
}

/// The curve of the noise by its definition.
std::vector<double> defined_curve(const Trials& d, const std::vector<double>& levels) {
  const gsn::Split parts = gsn::split(d.conditions);
  const double freedom = static_cast<double>(parts.training.size()) * static_cast<double>(d.trials - 1);
  const test::SquareMatrix c = test::products(test::centred_trials(d.view(), parts.training), freedom);
  const auto rows = test::centred_trials(d.view(), parts.validation);
  std::vector<double> nll;
  for (const double level : levels) nll.push_back(test::normal_nll(test::shrunk(c, level), rows));
  return nll;
}

/// Every choice has the numbers of the first, NaN at the same levels, and the same level.
void check_alike(const std::vector<LevelChoice>& choices) {
  for (const LevelChoice& c : choices) {
    CHECK(c.index == choices.front().index);
    REQUIRE(c.nll.size() == choices.front().nll.size());
    for (std::size_t k = 0; k < c.nll.size(); ++k) {
      INFO(c.form << ", level " << c.levels[k]);
      CHECK(std::isnan(c.nll[k]) == std::isnan(choices.front().nll[k]));
      if (!std::isnan(c.nll[k])) CHECK(c.nll[k] == Approx(choices.front().nll[k]).epsilon(1e-12));
    }
  }
}

}  // namespace

TEST_CASE("every search has the likelihoods of the definition", "[gsn]") {
  // Rows more and fewer than units, more held-out rows than units, and one unit more than degrees of freedom.
  for (const Trials& d : {test::random_trials(6, 40, 3, 21), test::random_trials(30, 12, 3, 22),
                          test::random_trials(3, 60, 4, 23), test::random_trials(21, 12, 3, 24)}) {
    const std::vector<LevelChoice> choices = noise_choices(d);
    std::vector<double> below_one = choices.front().levels;
    below_one.pop_back();
    const std::vector<double> expected = defined_curve(d, below_one);
    for (std::size_t k = 0; k < expected.size(); ++k)
      CHECK(choices.front().nll[k] == Approx(expected[k]).epsilon(1e-11));
    check_alike(choices);
    CHECK(std::isnan(choices.front().nll.back()) == (choices.front().rank_bound < d.units));
    check_alike(data_choices(d));
  }
}

TEST_CASE("searches take the form that suits the shape", "[gsn]") {
  const auto form = [](const Trials& d, const ShrunkenCovarianceOptions& options = {}) {
    return choice_of(d, options).form;
  };
  const Trials few_rows = test::random_trials(40, 12, 3, 25);
  CHECK(form(few_rows) == "low_rank");
  CHECK(form(test::random_trials(6, 40, 3, 25)) == "tridiagonal");
  ShrunkenCovarianceOptions near_one;
  near_one.shrinklevels = std::vector<double>{0.5, 1 - 1e-9};
  CHECK(form(few_rows, near_one) == "tridiagonal");
  CHECK(*choice_of(few_rows).rank == 20);
  CHECK(choice_of(few_rows).training == 10);
  CHECK(choice_of(few_rows).validation == 2);
}

TEST_CASE("a covariance without full rank never wins, however close rounding comes", "[gsn]") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const Trials d = test::average_referenced(test::random_trials(16, 60, 3, seed, 4, 0.5));
    for (const std::vector<LevelChoice>& choices : {noise_choices(d), data_choices(d)}) {
      check_alike(choices);
      CHECK(std::isnan(choices.front().nll.back()));
      CHECK(std::none_of(choices.front().nll.begin(), choices.front().nll.end() - 1,
                         [](double x) { return std::isnan(x); }));
      CHECK(*choices.front().rank == 15);
    }
  }
  const Trials low = test::random_trials(50, 40, 3, 26, 5, 0.3, 10);
  CHECK(noise_choices(low).front().level == 0.98);
  CHECK(data_choices(low).front().level == 0.98);
}

TEST_CASE("the rule of the published code keeps what a factorisation accepts", "[gsn]") {
  ShrunkenCovarianceOptions options;
  options.singular_rule = gsn::SingularRule::cholesky;
  check_alike(noise_choices(test::random_trials(6, 40, 3, 27), options));
  const std::vector<LevelChoice> choices = noise_choices(test::random_trials(40, 12, 3, 28), options);  // 20 of 40
  check_alike(choices);
  CHECK(std::isnan(choices.front().nll.back()));
}

TEST_CASE("ties and flat curves go to the first level", "[gsn]") {
  const Trials one = test::random_trials(1, 20, 4, 29);
  for (const LevelChoice& c : noise_choices(one)) CHECK(c.index == 0);
  for (const LevelChoice& c : data_choices(one)) CHECK(c.index == 0);
  ShrunkenCovarianceOptions options;
  const Trials d = test::random_trials(5, 40, 4, 30);
  options.shrinklevels = std::vector<double>{1, 0.5, 0.1, 0.5, 0.1, 0};
  const LevelChoice c = choice_of(d, options);
  CHECK(c.levels == *options.shrinklevels);
  CHECK(c.nll[1] == c.nll[3]);
  CHECK(c.nll[2] == c.nll[4]);
  CHECK((c.index == 0 || c.index == 1 || c.index == 2 || c.index == 5));
  CHECK(c.margin > 0);
  CHECK(std::isfinite(c.margin));
}

TEST_CASE("units that do not vary change nothing for the others", "[gsn]") {
  const Trials d = test::random_trials(7, 30, 3, 31);
  Trials more = test::random_trials(9, 30, 3, 31);
  for (index_t c = 0; c < 30; ++c)
    for (index_t t = 0; t < 3; ++t) {
      for (index_t i = 0; i < 7; ++i) more(i < 4 ? i : i + 1, c, t) = d.view()(i, c, t);
      more(4, c, t) = 0;
      more(8, c, t) = -3.7;
    }
  const std::vector<LevelChoice> without = noise_choices(d), with = noise_choices(more);
  check_alike(with);
  for (std::size_t s = 0; s < with.size(); ++s) {
    CHECK(with[s].nll == without[s].nll);
    CHECK(with[s].dead_units == std::vector<index_t>{4, 8});
  }
  CHECK(data_choices(more).front().nll == data_choices(d).front().nll);
  Context<Cpu> ctx;
  const auto result = gsn::shrunken_covariance(ctx, more.view());
  for (index_t i = 0; i < 9; ++i) CHECK(result.covariance.view()(i, 4) == 0);
  REQUIRE(!result.report.warnings.empty());
  CHECK(result.report.warnings.front().find("left out of the likelihood: 4, 8") != std::string::npos);

  Trials dead = d;
  std::fill(dead.x.begin(), dead.x.end(), 2.5);
  const auto nothing = gsn::shrunken_covariance(ctx, dead.view());
  CHECK(nothing.choice.index == 0);
  CHECK(nothing.covariance.view()(3, 3) == 0);
  CHECK(nothing.report.warnings.back().find("all covariance matrices were singular") != std::string::npos);
}

TEST_CASE("curves do not depend on the workspace, the threads or the unit of the data", "[gsn]") {
  const Trials d = test::random_trials(40, 14, 3, 32);
  const auto curves = [&](const Trials& data, Context<Cpu> ctx) {
    const auto means = gsn::detail::condition_means(ctx, data.view());
    return std::vector<std::vector<double>>{
        gsn::shrunken_covariance<gsn::batched_cholesky>(ctx, data.view()).choice.nll,
        gsn::shrunken_covariance<gsn::tridiagonal>(ctx, data.view()).choice.nll,
        gsn::shrunken_covariance<gsn::low_rank>(ctx, data.view()).choice.nll,
        gsn::shrunken_covariance(ctx, means.view()).choice.nll};
  };
  const auto same = [](const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b) {
    for (std::size_t s = 0; s < a.size(); ++s)
      for (std::size_t k = 0; k < a[s].size(); ++k)
        if (!(a[s][k] == b[s][k] || (std::isnan(a[s][k]) && std::isnan(b[s][k])))) return false;
    return true;
  };
  const auto expected = curves(d, Context<Cpu>{});
  for (const int threads : {1, 2, 8}) CHECK(same(curves(d, Context<Cpu>({.threads = threads})), expected));
  for (const std::size_t limit : {std::size_t{400000}, std::size_t{1000000}, std::size_t{3000000}})
    CHECK(same(curves(d, Context<Cpu>({.workspace_limit = limit})), expected));
  for (const double unit : {1e-9, 1e-3, 1e9}) {
    Trials scaled = d;
    for (double& x : scaled.x) x *= unit;
    const std::vector<LevelChoice> plain = noise_choices(d), other = noise_choices(scaled);
    for (std::size_t s = 0; s < plain.size(); ++s) {
      CHECK(other[s].index == plain[s].index);
      CHECK(other[s].nll[3] == Approx(plain[s].nll[3] + 40 * std::log(unit)).epsilon(1e-11));
    }
  }
}
