// fit of data in which units lack trials of their own: against loops over the definition, known truth, whole data.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/regimes/missing_units.hpp"
#include "isonomy/estimators/gsn/regimes/pairwise.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/estimators/gsn/regimes/steps.hpp"
#include "support/catch.hpp"
#include "support/gsn/masks.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/naive.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

gsn::GsnOptions all_of_missing(std::vector<double> levels = {}) {
  gsn::GsnOptions options;
  options.returns = {true, true, true, true, true, true, true, true, true};
  options.uneven = gsn::Uneven::missing;
  if (!levels.empty()) options.shrinklevels = std::move(levels);
  return options;
}
gsn::GsnResult<Cpu> fit_missing(const test::Trials& d, const gsn::GsnOptions& options = all_of_missing(),
                                Context<Cpu> ctx = {}) {
  return gsn::fit(ctx, d.view(), options);
}
/// Numbers of which a share is missing, in some units of most conditions; a few conditions are whole.
test::Trials with_missing(std::uint32_t seed, double share, index_t units = 7, index_t conditions = 20,
                          index_t trials = 5) {
  test::Trials d = test::random_trials({units, conditions, trials, 3, 1, seed, 0});
  const std::vector<double> whole = d.x;
  test::apply(d, test::GsnMask{.kind = "unit_conditions", .seed = seed + 1, .p = share, .q = share / 4});
  std::size_t at = 0;
  d.each([&](double& x, index_t, index_t c, index_t) {
    if (c % 3 == 0) x = whole[at];
    ++at;
  });
  return d;
}
test::Trials without(test::Trials d, const auto& gone) {
  d.each([&](double& x, index_t i, index_t c, index_t t) { x = gone(i, c, t) ? test::not_a_number : x; });
  return d;
}
std::array<test::SquareMatrix, 5> matrices_of_missing(const gsn::GsnResult<Cpu>& r) {
  return {test::square(r.cN), test::square(r.cS), test::square(r.cD), test::square(r.cNb), test::square(r.cSb)};
}

/// The unbiased covariance of the pairs of which both are numbers; NaN with less than two.
double covariance_of_pairs(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> x, y;
  for (std::size_t k = 0; k < a.size(); ++k)
    if (!std::isnan(a[k]) && !std::isnan(b[k])) {
      x.push_back(a[k]);
      y.push_back(b[k]);
    }
  return x.size() < 2 ? test::not_a_number : test::centred_product(x, y) / static_cast<double>(x.size() - 1);
}
std::vector<double> trials_of(const test::Trials& d, index_t i, index_t c) {
  std::vector<double> x;
  for (index_t t = 0; t < d.trials; ++t) x.push_back(d(i, c, t));
  return x;
}
std::vector<double> means_of(const test::Trials& d, index_t i) {
  std::vector<double> means;
  for (index_t c = 0; c < d.conditions; ++c) {
    const std::vector<double> x = test::present(d, i, c);
    means.push_back(x.empty() ? test::not_a_number : test::mean_of(x));
  }
  return means;
}
double noise_of_pair(const test::Trials& d, index_t i, index_t j) {
  double sum = 0, conditions = 0;
  for (index_t c = 0; c < d.conditions; ++c) {
    const double of_condition = covariance_of_pairs(trials_of(d, i, c), trials_of(d, j, c));
    if (std::isnan(of_condition)) continue;
    sum += of_condition;
    ++conditions;
  }
  return conditions > 0 ? sum / conditions : 0;
}

/// The shares that a fit used, from what it returned of two levels 1.
test::SquareMatrix shares_of(const test::Trials& d) {
  Context<Cpu> ctx;
  const gsn::DataView<double> view = d.view();
  const gsn::detail::PairwiseCovariance<Context<Cpu>, double> pairs(ctx, view, gsn::detail::presence(ctx, view));
  test::SquareMatrix shares(view.units);
  const auto of_units = pairs.of_units();
  (void)pairs.shrunk(of_units.variances, 1, shares.view());
  for (index_t i = 0; i < view.units; ++i)
    CHECK(shares(i, i) == Approx(of_units.shares[static_cast<std::size_t>(i)]).epsilon(1e-14));
  return shares;
}

}  // namespace

TEST_CASE("missing data have the pairwise covariances of their definition", "[gsn]") {
  std::array<test::Trials, 7> sets{with_missing(100, 0.1),
                                   with_missing(101, 0.5),
                                   with_missing(102, 0.3, 10, 12, 3),
                                   with_missing(103, 0.9, 5, 9, 70),
                                   with_missing(104, 0.3, 6, 70, 2),
                                   with_missing(106, 0.2, 20, 6, 11),
                                   with_missing(111, 0.3)};
  // A condition of which all units have the same single trial.
  sets[6] = without(sets[6], [](index_t, index_t c, index_t t) { return c == 3 && t != 1; });
  for (const test::Trials& d : sets) {
    const gsn::GsnResult<Cpu> r = fit_missing(d, all_of_missing({1}));
    const index_t n = d.units;
    const auto noise = test::square(r.cN), data = test::square(r.cD), signal = test::square(r.cS);
    const test::SquareMatrix shares = test::noise_shares(d);
    CHECK(test::largest(shares_of(d) - shares) < 1e-12);
    for (index_t i = 0; i < n; ++i) {
      std::vector<double> means = means_of(d, i);
      for (index_t j = 0; j < n; ++j) {
        const double of_data = covariance_of_pairs(means, means_of(d, j));
        CHECK(noise(i, j) == Approx(noise_of_pair(d, i, j)).margin(1e-10));
        CHECK(data(i, j) == Approx(of_data).margin(1e-10));
        CHECK(signal(i, j) == Approx(of_data - shares(i, j) * noise(i, j)).margin(1e-10));
      }
      means.erase(std::remove_if(means.begin(), means.end(), [](double x) { return std::isnan(x); }), means.end());
      const auto at = static_cast<std::size_t>(i);
      CHECK(r.mnS[at] == Approx(test::mean_of(means)).margin(1e-13));
      CHECK(r.ncsnr[at] == Approx(std::sqrt(std::max(signal(i, i), 0.0) / noise(i, i))).epsilon(1e-12));
    }
    const test::SquareMatrix loaded = test::square(r.cNb);
    double trace = 0, sum = 0;
    for (index_t i = 0; i < n; ++i) trace += r.cSb.view()(i, i) - loaded(i, i) * shares(i, i);
    for (const double value : r.eigvals_difference) sum += value;
    CHECK(sum == Approx(trace).margin(1e-10));
    CHECK(r.eigvals_signal.back() >= 0);
  }
}

TEST_CASE("pairs of units in blocks of their own have the same covariances", "[gsn]") {
  constexpr index_t block = gsn::detail::pair_columns;
  const test::Trials d = with_missing(107, 0.3, block + 18, 4, 3);
  const gsn::DataView<double> view = d.view();
  Context<Cpu> ctx;
  const gsn::detail::PairwiseCovariance<Context<Cpu>, double> pairs(ctx, view, gsn::detail::presence(ctx, view));
  const Matrix<double, Cpu> found = pairs.shrunk(pairs.of_units().variances, 1);
  const std::array<index_t, 7> units{0, 15, 16, 300, block - 1, block, block + 17};
  for (const index_t i : units)
    for (const index_t j : units) CHECK(found.view()(i, j) == Approx(noise_of_pair(d, i, j)).margin(1e-12));
}

TEST_CASE("the share of noise is that of common trials", "[gsn]") {
  const test::Trials whole = test::random_trials({3, 4, 6, 2, 1, 104, 0});
  CHECK(test::largest(shares_of(whole) - test::square_of(3, [](auto, auto) { return 1.0 / 6; })) < 1e-15);
  const auto keeps = [](index_t i, index_t first, index_t t, index_t unit) {
    return i == unit && (t < first || t >= first + 3);
  };
  const test::SquareMatrix one =
      shares_of(without(whole, [&](index_t i, index_t, index_t t) { return keeps(i, 0, t, 0) || keeps(i, 2, t, 1); }));
  CHECK(one(0, 1) == Approx(1.0 / 9).epsilon(1e-15));
  CHECK(one(0, 2) == Approx(3.0 / 18).epsilon(1e-15));
  const test::SquareMatrix none =
      shares_of(without(whole, [&](index_t i, index_t, index_t t) { return keeps(i, 0, t, 0) || keeps(i, 3, t, 1); }));
  CHECK(none(0, 1) == 0);
  CHECK(none(0, 0) == Approx(1.0 / 3).epsilon(1e-15));
}

TEST_CASE("whole data as missing data are even data", "[gsn]") {
  const test::Trials d = test::random_trials({9, 25, 4, 3, 1, 105, 0});
  Context<Cpu> ctx;
  const gsn::DataView<double> view = d.view();
  const gsn::detail::Presence whole = gsn::detail::presence(ctx, view);
  CHECK(whole.ragged.empty());
  gsn::detail::Presence one_by_one = whole;
  one_by_one.ragged = gsn::detail::every(25);
  const gsn::GsnOptions options = all_of_missing();
  const gsn::GsnResult<Cpu> even = fit_missing(d, options);
  for (const gsn::detail::Presence& presence : {whole, one_by_one}) {
    using Source = gsn::detail::MissingUnits<Context<Cpu>, double>;
    const auto r = gsn::detail::Fit<Context<Cpu>, Source>(ctx, options).run<gsn::automatic>(gsn::default_levels(), [&] {
      return Source(ctx, view, presence);
    });
    CHECK(r.shrinklevelN == even.shrinklevelN);
    CHECK(r.shrinklevelD == even.shrinklevelD);
    CHECK(r.numiters == even.numiters);
    for (std::size_t k = 0; k < 5; ++k)
      CHECK(test::largest(matrices_of_missing(r)[k] - matrices_of_missing(even)[k]) < 1e-10);
    for (std::size_t i = 0; i < 9; ++i) CHECK(r.mnS[i] == Approx(even.mnS[i]).margin(1e-13));
  }
}

TEST_CASE("offsets of units and conditions cost missing data no digits", "[gsn]") {
  const test::Trials d = with_missing(106, 0.3);
  test::Trials moved = d, shifted = d;
  moved.each([](double& x, index_t i, auto...) { x += 1e6 * static_cast<double>(i + 1); });
  shifted.each([](double& x, index_t i, index_t c, auto...) { x += 1e6 * static_cast<double>(i * c % 5); });
  const gsn::GsnResult<Cpu> r = fit_missing(d, all_of_missing({0.7})),
                            of_moved = fit_missing(moved, all_of_missing({0.7}));
  for (std::size_t k = 0; k < 5; ++k)
    CHECK(test::largest(matrices_of_missing(r)[k] - matrices_of_missing(of_moved)[k]) < 1e-9);
  CHECK(test::largest(test::square(r.cN) - test::square(fit_missing(shifted, all_of_missing({0.7})).cN)) < 1e-9);
  // Numbers of few digits, that stay what they are beside a large offset: but for the means, not a bit changes.
  test::Trials coarse = d;
  coarse.each([](double& x, auto...) { x = std::round(x * 0x1p20) / 0x1p20; });
  moved = coarse;
  moved.each([](double& x, auto...) { x += 0x1p27; });
  CHECK(matrices_of_missing(fit_missing(coarse, all_of_missing({0.7}))) ==
        matrices_of_missing(fit_missing(moved, all_of_missing({0.7}))));
}

TEST_CASE("pairwise estimates have no bias where centring on means of available trials has", "[gsn]") {
  gsn::PortableStream stream(107);
  constexpr index_t units = 3, conditions = 20000, trials = 4;
  test::Trials d{units, conditions, trials, std::vector<double>(units * conditions * trials)};
  // Signal and noise have covariances of 1 between units, and variances of 2; units 0 and 1 lack a trial each.
  for (index_t c = 0; c < conditions; ++c) {
    const std::vector<double> signal = stream.normals(units + 1);
    for (index_t t = 0; t < trials; ++t) {
      const std::vector<double> noise = stream.normals(units + 1);
      for (index_t i = 0; i < units; ++i) {
        const auto at = static_cast<std::size_t>(i);
        d(i, c, t) = signal[at] + signal[units] + noise[at] + noise[units];
      }
      if (t < 2) d(t, c, t) = test::not_a_number;
    }
  }
  const gsn::GsnResult<Cpu> r = fit_missing(d, all_of_missing({1}));
  double most = 0, biased = 0, pairs = 0;
  for (index_t i = 0; i < 3; ++i)
    for (index_t j = 0; j < 3; ++j)
      for (const Matrix<double, Cpu>* m : {&r.cN, &r.cS})
        most = std::max(most, std::abs(m->view()(i, j) / (i == j ? 2 : 1) - 1));
  CHECK(most < 0.05);
  for (index_t c = 0; c < conditions; ++c) {
    double sum = 0, count = 0;
    for (index_t t = 0; t < trials; ++t)
      if (!std::isnan(d(0, c, t)) && !std::isnan(d(1, c, t))) {
        sum +=
            (d(0, c, t) - test::mean_of(test::present(d, 0, c))) * (d(1, c, t) - test::mean_of(test::present(d, 1, c)));
        ++count;
      }
    if (count < 2) continue;
    biased += sum / (count - 1);
    ++pairs;
  }
  CHECK(std::abs(r.cN.view()(0, 1) - 1) < 0.5 * std::abs(biased / pairs - 1));
}

TEST_CASE("missing fits have the same bits for any threads, and inputs stay", "[gsn]") {
  const test::Trials d = with_missing(108, 0.2, 30, 24, 4);
  const std::vector<double> before = d.x;
  const gsn::GsnResult<Cpu> r = fit_missing(d, all_of_missing(), Context<Cpu>({.threads = 1}));
  for (const int threads : {2, 8}) {
    const gsn::GsnResult<Cpu> other = fit_missing(d, all_of_missing(), Context<Cpu>({.threads = threads}));
    CHECK(matrices_of_missing(other) == matrices_of_missing(r));
    CHECK(other.ncsnr == r.ncsnr);
    CHECK(other.eigvals_difference == r.eigvals_difference);
  }
  CHECK(std::memcmp(d.x.data(), before.data(), before.size() * sizeof(double)) == 0);
  gsn::GsnOptions bare = all_of_missing({1});
  bare.returns = gsn::Returns::none();
  const gsn::GsnResult<Cpu> little = fit_missing(d, bare);
  CHECK(little.ncsnr == r.ncsnr);
  CHECK(little.cN.rows() == 0);
}

TEST_CASE("levels of missing data come from what no unit lacks, or are 1", "[gsn]") {
  const test::Trials whole = test::random_trials({6, 20, 3, 2, 1, 109, 0});
  const auto told = [](const gsn::GsnResult<Cpu>& r, const std::string& what) {
    return std::count_if(r.report.warnings.begin(), r.report.warnings.end(), [&](const std::string& warning) {
      return warning.find(what) != std::string::npos && warning.find("1 was taken") != std::string::npos;
    });
  };
  const gsn::GsnResult<Cpu> even = fit_missing(whole);
  // Unit 0 lacks a trial of the last condition, which trains: the others are chosen from as before.
  const gsn::GsnResult<Cpu> one =
      fit_missing(without(whole, [](index_t i, index_t c, index_t t) { return i == 0 && c == 19 && t == 0; }));
  CHECK(one.noise.training + one.noise.validation == 20);
  CHECK(one.data.training + one.data.validation == 20);
  CHECK(std::abs(one.shrinklevelD - even.shrinklevelD) < 0.1);
  const gsn::GsnResult<Cpu> no_trial =
      fit_missing(without(whole, [](index_t i, index_t, index_t t) { return i == t; }), all_of_missing({0.2, 0.5}));
  CHECK(no_trial.shrinklevelN == 1);
  CHECK(no_trial.noise.index == -1);
  CHECK(told(no_trial, "noise covariance: none of the conditions that train") == 1);
  CHECK(no_trial.data.nll.size() == 2);
  const gsn::GsnResult<Cpu> no_condition =
      fit_missing(without(whole, [](index_t i, index_t c, index_t) { return c > 3 && i == c % 6; }));
  CHECK(no_condition.shrinklevelD == 1);
  CHECK(no_condition.data.index == 50);
  CHECK(told(no_condition, "data covariance: fewer than 5 conditions have every unit") == 1);
}

TEST_CASE("units that levels cannot be chosen by cost the others nothing", "[gsn]") {
  const test::Trials d = test::random_trials(6, 20, 4, 7);
  test::Trials poor = d;
  // Unit 0 does not vary and has one trial of each condition; unit 1 has one condition, in all its trials.
  poor.each([](double& x, index_t i, index_t c, index_t t) {
    if (i == 0) x = t == 0 ? 5 : test::not_a_number;
    if (i == 1 && c != 3) x = test::not_a_number;
  });
  // Both without units 0 and 1; unit 1 has noise, of a single condition.
  test::Trials others{4, 20, 4, {d.x.begin() + 2 * 80, d.x.end()}};
  const gsn::GsnResult<Cpu> r = fit_missing(poor), alone = fit_missing(others);
  CHECK(r.data.nll == alone.data.nll);
  CHECK(r.shrinklevelD == alone.shrinklevelD);
  CHECK(r.data.dead_units == std::vector<index_t>{0, 1});
  // Unit 0 alone is poor.
  poor = d;
  poor.each([](double& x, index_t i, index_t, index_t t) { x = i == 0 && t > 0 ? test::not_a_number : x; });
  others = {5, 20, 4, {d.x.begin() + 80, d.x.end()}};
  for (const gsn::LevelRule rule : {gsn::LevelRule::held_out, gsn::LevelRule::analytic, gsn::LevelRule::k_fold}) {
    gsn::GsnOptions options = all_of_missing();
    options.level_rule = rule;
    const gsn::GsnResult<Cpu> of_poor = fit_missing(poor, options), of_others = fit_missing(others, options);
    CHECK(of_poor.noise.nll == of_others.noise.nll);
    CHECK(of_poor.shrinklevelN == of_others.shrinklevelN);
    CHECK(of_poor.noise.dead_units == std::vector<index_t>{0});
    CHECK(of_poor.data.dead_units.empty());
  }
}

TEST_CASE("ranks of missing data heed what the numbers of units were rounded by", "[gsn]") {
  // Conditions of both signs, so that means of units are small; less the mean of all units, but for rounding to float.
  test::Trials d = test::random_trials(12, 60, 3, 1, 5);
  d.each([](double& x, index_t i, index_t c, auto...) {
    x += (c % 2 == 0 ? 1e5 : -1e5) * (1 + 0.3 * static_cast<double>(i));
  });
  d = test::average_referenced(d);
  const auto chosen = [](const test::Trials& trials) {
    Context<Cpu> ctx;
    const std::vector<float> x(trials.x.begin(), trials.x.end());
    gsn::GsnOptions options;
    options.uneven = gsn::Uneven::missing;
    options.returns = gsn::Returns::none();
    return gsn::fit(ctx, gsn::trials_fastest(x.data(), trials.units, trials.conditions, trials.trials), options).noise;
  };
  const gsn::LevelChoice even = chosen(d), missing = chosen(without(d, [](index_t i, index_t c, index_t t) {
                                             return c % 3 == 0 && i == c % 12 && t == 2;
                                           }));
  CHECK(even.rank.value() == 11);
  CHECK(missing.rank.value() == 11);
  CHECK(missing.level < 1);
}

TEST_CASE("missing data that cannot be fitted are refused, and units that cannot be named", "[gsn]") {
  const auto refused = [](const test::Trials& d) { return test::message<ValueError>([&] { (void)fit_missing(d); }); };
  const test::Trials d = test::random_trials({4, 10, 3, 2, 1, 110, 0});
  CHECK(refused(without(d, [](index_t i, index_t, index_t) { return i == 1 || i == 3; })) ==
        "gsn::fit: units 1, 3 are NaN everywhere; expected one number at least in each; leave them out");
  CHECK(refused(without(d, [](auto...) { return true; })).find("units 0, 1, 2, 3") != std::string::npos);
  CHECK(refused(without(d, [](index_t i, index_t, index_t t) { return t != i % 3; })) ==
        "gsn::fit: no unit has two trials of a condition; expected one at least, of whose trials noise is the "
        "difference; give single trials, not their means");
  CHECK(refused(without(d, [](index_t, index_t c, index_t) { return c > 0; })) ==
        "gsn::fit: no unit has two conditions; expected one at least, of whose means signal is the difference; give "
        "more conditions");
  test::Trials infinite = without(d, [](index_t i, index_t, index_t t) { return i == t; });
  infinite(3, 2, 1) = test::infinity;
  CHECK(refused(infinite).find("not finite at (3, 2, 1)") != std::string::npos);
  // Unit 0 has one trial of each condition, unit 1 one condition; unit 2 does not vary.
  test::Trials poor = without(
      d, [](index_t i, index_t c, index_t t) { return (i == 0 && t > 0) || (i == 1 && c > 0) || (i == 3 && t == 2); });
  poor.each([](double& x, index_t i, auto...) { x = i == 2 ? 0.3 : x; });
  const gsn::GsnResult<Cpu> r = fit_missing(poor, all_of_missing({1}));
  CHECK(r.report.warnings.front() == "units without two trials of any condition, whose noise was taken for none: 0");
  CHECK(r.report.warnings[1] == "units with one condition, whose data were taken to be constant: 1");
  CHECK(r.dead_units == std::vector<index_t>{2});
  CHECK(r.ncsnr[0] == 0);
  for (index_t i = 0; i < 4; ++i) {
    CHECK(r.cN.view()(0, i) == 0);
    CHECK(r.cD.view()(i, 1) == 0);
    CHECK(r.cSb.view()(2, i) == 0);
  }
  CHECK(r.cN.view()(3, 3) > 0);
}
