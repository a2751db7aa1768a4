// How levels are chosen: folds, continuous levels, the analytic level, in one covariance and in fit.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/levels/analytic.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "support/catch.hpp"
#include "support/gsn/covariances.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

using namespace isonomy;
using gsn::LevelChoice;
using gsn::LevelRule;
using test::Trials;

namespace {

gsn::ShrunkenCovarianceOptions by(LevelRule rule) {
  gsn::ShrunkenCovarianceOptions options;
  options.level_rule = rule;
  return options;
}
template <class Search = gsn::automatic>
LevelChoice chosen(const Trials& d, const gsn::ShrunkenCovarianceOptions& options, int threads = 0) {
  Context<Cpu> ctx({.threads = threads});
  return gsn::shrunken_covariance<Search>(ctx, d.view(), options).choice;
}
/// Trials of one condition each, as rows of observations.
LevelChoice chosen_for_rows(const Trials& d, const gsn::ShrunkenCovarianceOptions& options) {
  Context<Cpu> ctx;
  return gsn::shrunken_covariance(ctx, transposed(row_major(d.x.data(), d.units, d.conditions)), options).choice;
}

/// Trials whose noise is correlated in some dimensions, but not in all.
Trials correlated(index_t units, index_t conditions, index_t trials, std::uint32_t seed) {
  Trials d = test::random_trials(units, conditions, trials, seed, 3, 1, 3);
  const Trials white = test::random_trials(units, conditions, trials, seed + 1000, 3, 0.7);
  for (std::size_t k = 0; k < d.x.size(); ++k) d.x[k] += white.x[k];
  return d;
}

/// 1 less the published shrinkage, of independent terms whose mean is a correlation matrix but for a factor.
double published_level(const std::vector<test::SquareMatrix>& terms) {
  const index_t units = terms.front().n;
  const double n = static_cast<double>(terms.size());
  double numerator = 0, denominator = 0;
  for (index_t i = 0; i < units; ++i)
    for (index_t j = 0; j < units; ++j) {
      if (i == j) continue;
      double mean = 0, spread = 0;
      for (const test::SquareMatrix& w : terms) mean += w(i, j) / n;
      for (const test::SquareMatrix& w : terms) spread += (w(i, j) - mean) * (w(i, j) - mean);
      numerator += spread / n / (n - 1);
      denominator += mean * mean;
    }
  return 1 - std::clamp(numerator / denominator, 0.0, 1.0);
}
/// Squares divided by the standard deviations of their mean.
std::vector<test::SquareMatrix> standardised(std::vector<test::SquareMatrix> terms) {
  test::SquareMatrix mean(terms.front().n);
  for (const test::SquareMatrix& w : terms) mean = mean + 1 / static_cast<double>(terms.size()) * w;
  for (test::SquareMatrix& w : terms)
    w = test::square_of(w.n, [&](index_t i, index_t j) { return w(i, j) / std::sqrt(mean(i, i) * mean(j, j)); });
  return terms;
}
double published_noise_level(const Trials& d) {
  std::vector<test::SquareMatrix> terms;
  for (index_t c = 0; c < d.conditions; ++c)
    terms.push_back(test::products(test::centred_trials(d.view(), {c}), static_cast<double>(d.trials - 1)));
  return published_level(standardised(terms));
}
double published_data_level(const Trials& d) {
  std::vector<test::SquareMatrix> terms;
  std::vector<double> means(static_cast<std::size_t>(d.units));
  for (std::size_t i = 0; i < means.size(); ++i)
    for (index_t c = 0; c < d.conditions; ++c)
      means[i] += d.view()(static_cast<index_t>(i), c, 0) / static_cast<double>(d.conditions);
  for (index_t c = 0; c < d.conditions; ++c) {
    std::vector<double> row;
    for (std::size_t i = 0; i < means.size(); ++i) row.push_back(d.view()(static_cast<index_t>(i), c, 0) - means[i]);
    terms.push_back(test::products({row}, 1));
  }
  return published_level(standardised(terms));
}

}  // namespace

TEST_CASE("every item validates in one fold, and the first fold is the split", "[gsn]") {
  for (const index_t n : {2, 3, 4, 13, 30}) {
    const gsn::Split first = gsn::split(n);
    const std::vector<gsn::Split> all = gsn::folds(first);
    std::vector<index_t> validated;
    for (const gsn::Split& fold : all) {
      CHECK(!fold.validation.empty());
      CHECK(fold.training.size() + fold.validation.size() == static_cast<std::size_t>(n));
      validated.insert(validated.end(), fold.validation.begin(), fold.validation.end());
    }
    CHECK(validated == gsn::permutation(n));
    if (first.validation.empty()) continue;
    CHECK(all.front().validation == first.validation);
    CHECK(all.front().training == first.training);
  }
  CHECK(gsn::folds(gsn::split(30, 7), 7).size() == 7);
  CHECK_THROWS_AS(gsn::folds(gsn::split(30), 1), ValueError);
}

TEST_CASE("folds have the likelihood of all held-out rows by its definition", "[gsn]") {
  for (const Trials& d : {test::random_trials(5, 17, 3, 91), test::random_trials(30, 13, 3, 92)}) {
    const LevelChoice got = chosen(d, by(LevelRule::k_fold));
    std::vector<double> expected(got.levels.size());
    double rows_of_all = 0;
    for (const gsn::Split& fold : gsn::folds(gsn::split(d.conditions))) {
      const auto rows = test::centred_trials(d.view(), fold.validation);
      const test::SquareMatrix c =
          test::products(test::centred_trials(d.view(), fold.training), 2 * static_cast<double>(fold.training.size()));
      for (std::size_t k = 0; k < expected.size(); ++k)
        expected[k] += static_cast<double>(rows.size()) * test::normal_nll(test::shrunk(c, got.levels[k]), rows);
      rows_of_all += static_cast<double>(rows.size());
    }
    for (std::size_t k = 0; k + 1 < expected.size(); ++k)
      CHECK(got.nll[k] == Approx(expected[k] / rows_of_all).epsilon(1e-11));
    CHECK(std::isnan(got.nll.back()) == (got.rank_bound < d.units));
    const auto best = std::min_element(got.nll.begin(), got.nll.end() - 1);
    CHECK(got.index == best - got.nll.begin());
    CHECK(got.level_nll == *best);
    CHECK(got.validation == d.conditions);
    CHECK(got.rule == LevelRule::k_fold);
    const LevelChoice plain = chosen<gsn::batched_cholesky>(d, by(LevelRule::k_fold));
    CHECK(plain.index == got.index);
    CHECK(plain.nll[9] == Approx(got.nll[9]).epsilon(1e-12));
    const LevelChoice two = chosen(d, by(LevelRule::k_fold), 2);
    CHECK(std::equal(two.nll.begin(), two.nll.end() - 1, got.nll.begin()));
  }
  Context<Cpu> ctx;
  const auto all = gsn::shrunken_covariance(ctx, test::random_trials(5, 17, 3, 91).view(), by(LevelRule::k_fold));
  auto full = gsn::ShrunkenCovarianceOptions{};
  full.wantfull = true;
  full.shrinklevels = std::vector<double>{all.choice.level};
  const auto same = gsn::shrunken_covariance(ctx, test::random_trials(5, 17, 3, 91).view(), full);
  CHECK(std::equal(all.covariance.data(), all.covariance.data() + 25, same.covariance.data()));
  CHECK(chosen_for_rows(test::random_trials(6, 3, 1, 93), by(LevelRule::k_fold)).validation == 3);
}

TEST_CASE("units that do not vary in one fold are told of as such", "[gsn]") {
  Trials d = correlated(4, 20, 3, 104);
  const index_t only = gsn::split(20).validation.front();  // the second unit varies in this condition alone
  d.each([&](double& x, index_t i, index_t c, index_t) {
    if (i == 1 && c != only) x = 0;
  });
  Context<Cpu> ctx;
  const auto folds = gsn::shrunken_covariance(ctx, d.view(), by(LevelRule::k_fold));
  CHECK(folds.choice.dead_units == std::vector<index_t>{1});
  CHECK(folds.choice.units == 3);
  CHECK(folds.report.warnings.front() == "noise covariance: units that do not vary in the training part of some fold "
                                         "and were left out of its likelihood: 1");
  CHECK(gsn::shrunken_covariance(ctx, d.view(), by(LevelRule::held_out)).report.warnings.front() ==
        "noise covariance: units that do not vary in training and were left out of the likelihood: 1");
}

TEST_CASE("a continuous level is the best between those of the grid", "[gsn]") {
  for (const Trials& d : {correlated(15, 12, 3, 94), correlated(50, 12, 3, 26), correlated(30, 20, 4, 95)}) {
    const LevelChoice grid = chosen(d, {}), got = chosen(d, by(LevelRule::continuous));
    CHECK(std::equal(got.nll.begin(), got.nll.end() - 1, grid.nll.begin()));
    CHECK(got.level_nll <= grid.nll[static_cast<std::size_t>(grid.index)]);
    CHECK(got.index == -1);
    CHECK(std::abs(got.level - grid.level) < 0.02);
    auto fine = gsn::ShrunkenCovarianceOptions{};
    fine.shrinklevels = std::vector<double>{};
    for (int k = -20; k <= 20; ++k)
      if (const double level = got.level + 1e-4 * k; level >= 0 && level < 1) fine.shrinklevels->push_back(level);
    const LevelChoice about = chosen(d, fine);
    CHECK(std::abs(about.level - got.level) < 1.5e-4);
    CHECK(about.level_nll >= got.level_nll - 1e-13 * std::abs(got.level_nll));
    for (const LevelChoice& other : {chosen<gsn::tridiagonal>(d, by(LevelRule::continuous)),
                                     chosen<gsn::batched_cholesky>(d, by(LevelRule::continuous))}) {
      CHECK(other.level == Approx(got.level).margin(1e-6));
      CHECK(other.level_nll == Approx(got.level_nll).epsilon(1e-12));
    }
    CHECK(chosen(d, by(LevelRule::continuous), 2).level == got.level);
  }
}

TEST_CASE("a continuous level stays away from singular ones and within the grid", "[gsn]") {
  const Trials low = test::average_referenced(test::random_trials(16, 60, 3, 5, 4, 0.5));
  CHECK(chosen(low, by(LevelRule::continuous)).level <= 0.98);
  const LevelChoice end = chosen(test::random_trials(10, 30, 4, 1), by(LevelRule::continuous));
  CHECK(end.level == 0);
  CHECK(end.index == 0);
  auto two = by(LevelRule::continuous);
  two.shrinklevels = std::vector<double>{0.97, 0.0, 0.0};  // a wide bracket, without order
  const Trials d = correlated(50, 12, 3, 26);
  const LevelChoice wide = chosen(d, two);
  CHECK(wide.index == -1);
  CHECK(wide.level == Approx(chosen(d, by(LevelRule::continuous)).level).margin(1e-6));
  CHECK(wide.margin > 0);
  two.shrinklevels = std::vector<double>{0.5, 0.5};
  CHECK(chosen(d, two).level == 0.5);
  CHECK(chosen(test::random_trials(1, 20, 4, 29), by(LevelRule::continuous)).index == 0);
}

TEST_CASE("the analytic level is that of its formula", "[gsn]") {
  for (const Trials& d : {test::random_trials(6, 40, 3, 96), test::random_trials(30, 12, 3, 97),
                          test::random_trials(9, 21, 5, 98, 2, 0.4), test::random_trials(4, 300, 2, 99, 4, 2, 2),
                          test::random_trials(20, 9, 2, 90)}) {
    const LevelChoice got = chosen(d, by(LevelRule::analytic));
    CHECK(got.level == Approx(published_noise_level(d)).margin(1e-12));
    CHECK(got.levels == std::vector<double>{got.level});
    CHECK(got.nll.empty());
    CHECK(got.rank_bound == d.conditions * (d.trials - 1));
    CHECK(chosen(d, by(LevelRule::analytic), 2).level == got.level);
    Trials rows = d;
    rows.conditions *= rows.trials;
    rows.trials = 1;
    CHECK(chosen_for_rows(rows, by(LevelRule::analytic)).level == Approx(published_data_level(rows)).margin(1e-12));
  }
  // estimate.lambda(X) of corpcor, by hand: columns of mean 0 whose products are 4, 0, 0, 1, 4; their scales cancel.
  const Trials five{2, 5, 1, {-2, -1, 0, 1, 2, -2, 0, -1, 1, 2}};
  const double q1 = 9.0 / 5, q2 = (16 + 0 + 0 + 1 + 16) / 5.0 - q1 * q1;
  CHECK(chosen_for_rows(five, by(LevelRule::analytic)).level == Approx(1 - q2 / (q1 * q1) / 4).margin(1e-15));
}

TEST_CASE("the analytic level does not depend on scales or dead units, and has its ends", "[gsn]") {
  const Trials d = correlated(7, 30, 3, 31);
  Trials more = correlated(8, 30, 3, 31);
  for (index_t c = 0; c < 30; ++c)
    for (index_t t = 0; t < 3; ++t) {
      for (index_t i = 0; i < 7; ++i) more(i, c, t) = std::ldexp(d.view()(i, c, t), static_cast<int>(3 * i - 9));
      more(7, c, t) = 2.5;
    }
  const LevelChoice got = chosen(d, by(LevelRule::analytic)), with = chosen(more, by(LevelRule::analytic));
  CHECK(with.level == Approx(got.level).margin(1e-14));
  CHECK(with.dead_units == std::vector<index_t>{7});
  CHECK(got.level > 0);
  CHECK(got.level < 1);
  CHECK(gsn::analytic_shrinkage(1, 1, 1) == 1);
  CHECK(gsn::analytic_shrinkage(5, 0, 0) == 1);
  CHECK(gsn::analytic_shrinkage(5, 0.1, 1) == 0);
  CHECK(gsn::analytic_shrinkage(5, 9, 1) == 1);
  CHECK(gsn::analytic_shrinkage(5, 0.6, 1) == 0.5);
  Context<Cpu> ctx;
  const auto one = gsn::shrunken_covariance(ctx, test::random_trials(1, 20, 4, 29).view(), by(LevelRule::analytic));
  CHECK(one.choice.level == 0);
  CHECK(one.report.warnings.empty());
  gsn::GsnOptions published;
  published.level_rule = LevelRule::analytic;
  const auto plain = gsn::fit(ctx, test::random_trials(1, 20, 4, 29).view(), published);
  published.n1_rule = gsn::N1Rule::numpy;
  const auto numpy = gsn::fit(ctx, test::random_trials(1, 20, 4, 29).view(), published);
  CHECK(numpy.shrinklevelN == 1);  // no correlation is shrunk, so that the variance is not either
  CHECK(numpy.shrinklevelD == 1);
  CHECK(numpy.cN.view()(0, 0) == plain.cN.view()(0, 0));
  CHECK(numpy.cN.view()(0, 0) > 0);
  const auto none = gsn::shrunken_covariance(ctx, test::random_trials(10, 30, 4, 1).view(), by(LevelRule::analytic));
  if (none.choice.level == 0)
    CHECK(none.report.warnings.back() == "noise covariance: the analytic level, 0, is at an end of its range");
  CHECK(none.report.decisions.front().decision == "level: variance of correlations");
}

TEST_CASE("rules that hold out no items do not ask for any", "[gsn]") {
  Context<Cpu> ctx;
  gsn::GsnOptions analytic, k_fold;
  analytic.level_rule = LevelRule::analytic;
  k_fold.level_rule = LevelRule::k_fold;
  const Trials two = correlated(5, 2, 3, 101);
  CHECK(gsn::fit(ctx, two.view(), analytic).shrinklevelN == chosen(two, by(LevelRule::analytic)).level);
  CHECK(chosen(two, by(LevelRule::analytic)).level == Approx(published_noise_level(two)).margin(1e-12));
  CHECK_THROWS_WITH(gsn::fit(ctx, two.view(), k_fold),
                    "gsn::fit: 1 of 2 conditions train; expected at least 2; give more conditions");
  CHECK_THROWS_AS(gsn::fit(ctx, two.view()), ValueError);
  Trials uneven = correlated(5, 3, 3, 102);
  const index_t lone = gsn::split(3).validation.front();  // held out, without a second trial
  for (index_t i = 0; i < 5; ++i)
    for (index_t t = 1; t < 3; ++t) uneven(i, lone, t) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(gsn::fit(ctx, uneven.view()), ValueError);
  const auto by_folds = gsn::fit(ctx, uneven.view(), k_fold);
  CHECK(by_folds.noise.training == 1);
  CHECK(by_folds.noise.validation == 2);
  Trials repeated{5, 2, 3, {}};
  for (index_t i = 0; i < 5; ++i)
    for (index_t c = 0; c < 3; ++c)
      for (index_t t = 0; t < 3; ++t)
        if (c != lone) repeated.x.push_back(uneven(i, c, t));
  const double level = published_noise_level(repeated);
  for (const gsn::Uneven how : {gsn::Uneven::fast, gsn::Uneven::missing}) {
    analytic.uneven = how;
    CHECK(gsn::fit(ctx, uneven.view(), analytic).shrinklevelN == Approx(level).margin(1e-12));
  }
  for (index_t i = 0; i < 5; ++i)
    uneven(i, (lone + 1) % 3, 0) = uneven(i, (lone + 1) % 3, 1) = std::numeric_limits<double>::quiet_NaN();
  analytic.uneven = gsn::Uneven::fast;
  CHECK_THROWS_WITH(gsn::fit(ctx, uneven.view(), analytic),
                    "gsn::fit: 1 of 1 conditions with two trials without NaN train; expected at least 2; give more "
                    "conditions with two trials without NaN");
  auto many = by(LevelRule::k_fold);
  many.leave_out = 20;
  CHECK(chosen(correlated(5, 4, 3, 103), many).training == 3);
}

TEST_CASE("a single level is told of as one that was taken untried", "[gsn]") {
  Context<Cpu> ctx;
  const Trials d = correlated(4, 6, 3, 105);
  gsn::GsnOptions single, off;
  single.shrinklevels = std::vector<double>{0.3};
  off.wantshrinkage = false;
  for (const gsn::GsnOptions& options : {single, off})
    for (const LevelRule rule : {LevelRule::held_out, LevelRule::analytic}) {
      gsn::GsnOptions with = options;
      with.level_rule = rule;
      const auto r = gsn::fit(ctx, d.view(), with);
      CHECK(r.report.decisions[0].decision == "shrinklevelN: one level, taken untried");
      CHECK(r.report.decisions[1].decision == "shrinklevelD: one level, taken untried");
      CHECK(r.noise.nll.empty());
    }
  gsn::ShrunkenCovarianceOptions one;
  one.shrinklevels = single.shrinklevels;
  CHECK(gsn::shrunken_covariance(ctx, d.view(), one).report.decisions.front().decision ==
        "level: one level, taken untried");
  CHECK(gsn::shrunken_covariance(ctx, d.view()).report.decisions.front().decision ==
        "level: mean negative log-likelihood");
}

TEST_CASE("reports tell where rounding decides about factors of singular covariances", "[gsn]") {
  const auto tells = [](const Trials& d, gsn::SingularRule rule, LevelRule by_rule = LevelRule::held_out) {
    Context<Cpu> ctx;
    gsn::ShrunkenCovarianceOptions options = by(by_rule);
    options.singular_rule = rule;
    const auto r = gsn::shrunken_covariance(ctx, d.view(), options);
    const bool warned = std::any_of(r.report.warnings.begin(), r.report.warnings.end(), [](const std::string& text) {
      return text.find("rounding decides under singular_rule cholesky which levels") != std::string::npos;
    });
    CHECK(warned == r.choice.by_rounding);
    return warned;
  };
  constexpr auto cholesky = gsn::SingularRule::cholesky;
  const Trials whole = correlated(8, 30, 3, 106), lacks_one = test::average_referenced(whole);
  CHECK(tells(lacks_one, cholesky));
  CHECK(tells(lacks_one, cholesky, LevelRule::k_fold));
  CHECK(!tells(lacks_one, gsn::SingularRule::rank));
  CHECK(!tells(whole, cholesky));
  CHECK(tells(correlated(18, 10, 3, 107), cholesky));   // 16 training rows of 18 units
  CHECK(!tells(correlated(40, 10, 3, 108), cholesky));  // so many ranks are lacking that no factor is found
  Context<Cpu> ctx;
  gsn::ShrunkenCovarianceOptions factors = by(LevelRule::held_out);
  factors.singular_rule = cholesky;
  CHECK(gsn::shrunken_covariance<gsn::batched_cholesky>(ctx, correlated(18, 10, 3, 107).view(), factors)
            .choice.by_rounding);
}

TEST_CASE("fit chooses both levels by the rule, of even, uneven and missing data", "[gsn]") {
  Context<Cpu> ctx;
  const Trials d = correlated(8, 30, 4, 100);
  Trials holes = d;
  for (index_t i = 0; i < 8; ++i)
    for (const index_t c : {3, 11, 20}) holes(i, c, 3) = std::numeric_limits<double>::quiet_NaN();
  for (const LevelRule rule : {LevelRule::k_fold, LevelRule::continuous, LevelRule::analytic}) {
    gsn::GsnOptions options;
    options.level_rule = rule;
    const auto even = gsn::fit(ctx, d.view(), options);
    CHECK(even.shrinklevelN == chosen(d, by(rule)).level);
    const auto means = gsn::detail::condition_means(ctx, d.view());
    CHECK(even.shrinklevelD == Approx(gsn::shrunken_covariance(ctx, means.view(), by(rule)).choice.level).margin(1e-6));
    CHECK(even.noise.rule == rule);
    const auto uneven = gsn::fit(ctx, holes.view(), options);
    options.uneven = gsn::Uneven::missing;
    const auto missing = gsn::fit(ctx, holes.view(), options);
    CHECK(missing.shrinklevelN == Approx(uneven.shrinklevelN).margin(1e-6));  // whole trials are the same ones
    CHECK(std::abs(uneven.shrinklevelN - even.shrinklevelN) < 0.2);
    CHECK(std::abs(missing.shrinklevelD - even.shrinklevelD) < 0.2);
    const bool whole = rule == LevelRule::analytic;
    CHECK(even.noise.rank_bound == (whole ? 30 : 24) * 3);
    CHECK(even.data.rank_bound == (whole ? 30 : 24) - 1);
    options.wantshrinkage = false;
    const auto one = gsn::fit(ctx, d.view(), options);
    CHECK(one.shrinklevelN == 1);
    CHECK(one.noise.rank_bound == 90);
    CHECK(one.data.rank_bound == 29);
    options.uneven = gsn::Uneven::fast;
    CHECK(gsn::fit(ctx, holes.view(), options).noise.rank_bound == 87);
    options.uneven = gsn::Uneven::missing;
    CHECK(gsn::fit(ctx, holes.view(), options).noise.rank_bound == 0);  // no rows of all units
  }
}
