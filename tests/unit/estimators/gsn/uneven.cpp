// fit of uneven data: against loops over the definition, whole data cut short, and what it refuses.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "support/catch.hpp"
#include "support/gsn/masks.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/naive.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

gsn::GsnOptions all_of_uneven(std::vector<double> levels = {}) {
  gsn::GsnOptions options;
  options.returns = {true, true, true, true, true, true, true, true, true};
  if (!levels.empty()) options.shrinklevels = std::move(levels);
  return options;
}
gsn::GsnResult<Cpu> fit_uneven(const test::Trials& d, const gsn::GsnOptions& options = all_of_uneven(),
                               Context<Cpu> ctx = {}) {
  return gsn::fit(ctx, d.view(), options);
}
/// Units, conditions and trials of which each condition keeps some.
test::Trials uneven_data(std::uint32_t seed, index_t least = 1, index_t units = 12, index_t conditions = 60) {
  test::Trials d = test::random_trials({units, conditions, 6, 3, 1, seed, 0});
  test::apply(d, test::GsnMask{.kind = "trials", .seed = seed + 1, .low = least});
  return d;
}
std::vector<test::SquareMatrix> matrices_of_uneven(const gsn::GsnResult<Cpu>& r) {
  return {test::square(r.cN),  test::square(r.cS),  test::square(r.cD),
          test::square(r.cNb), test::square(r.cSb), test::square(r.eigvecs_signal)};
}

/// Trials of a condition in which the first unit is there.
std::vector<index_t> trials_there(const test::Trials& d, index_t c) {
  std::vector<index_t> trials;
  for (index_t t = 0; t < d.trials; ++t)
    if (!std::isnan(d(0, c, t))) trials.push_back(t);
  return trials;
}

/// Means of units over the first trials of the permutation of each condition.
std::vector<std::vector<double>> truncated_means(const test::Trials& d) {
  auto least = static_cast<std::size_t>(d.trials);
  for (index_t c = 0; c < d.conditions; ++c) least = std::min(least, trials_there(d, c).size());
  std::vector<std::vector<double>> means;
  for (index_t i = 0; i < d.units; ++i) {
    means.emplace_back();
    for (index_t c = 0; c < d.conditions; ++c) {
      const std::vector<index_t> trials = trials_there(d, c);
      const std::vector<index_t> order = gsn::permutation(static_cast<index_t>(trials.size()));
      double sum = 0;
      for (std::size_t k = 0; k < least; ++k) sum += d(i, c, trials[static_cast<std::size_t>(order[k])]);
      means.back().push_back(sum / static_cast<double>(least));
    }
  }
  return means;
}

/// The mean over conditions with two trials or more of their covariances.
double mean_covariance(const test::Trials& d, index_t i, index_t j) {
  double sum = 0, conditions = 0;
  for (index_t c = 0; c < d.conditions; ++c) {
    const std::vector<double> a = test::present(d, i, c), b = test::present(d, j, c);
    if (a.size() < 2) continue;
    sum += test::centred_product(a, b) / static_cast<double>(a.size() - 1);
    ++conditions;
  }
  return sum / conditions;
}

}  // namespace

TEST_CASE("uneven data have the covariances of their definition", "[gsn]") {
  for (std::uint32_t seed = 80; seed < 84; ++seed) {
    const test::Trials d = uneven_data(seed, 1 + seed % 3);
    const gsn::GsnResult<Cpu> r = fit_uneven(d);
    const std::vector<std::vector<double>> means = truncated_means(d);
    double least = 6, all = 0;
    for (index_t c = 0; c < 60; ++c) {
      const auto trials = static_cast<double>(trials_there(d, c).size());
      least = std::min(least, trials);
      all += trials / 60;
    }
    const auto signal = test::square(r.cS), noise = test::square(r.cN), data = test::square(r.cD);
    for (index_t i = 0; i < 12; ++i) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(r.mnS[at] == Approx(test::mean_of(means[at])).margin(1e-13));
      for (index_t j = 0; j < 12; ++j) {
        const double product = test::centred_product(means[at], means[static_cast<std::size_t>(j)]);
        CHECK(noise(i, j) == Approx((i == j ? 1 : r.shrinklevelN) * mean_covariance(d, i, j)).margin(1e-12));
        CHECK(data(i, j) == Approx((i == j ? 1 : r.shrinklevelD) * product / 59).margin(1e-12));
        CHECK(signal(i, j) == Approx(data(i, j) - noise(i, j) / least).margin(1e-13));
      }
      CHECK(r.ncsnr[at] == Approx(std::sqrt(std::max(signal(i, i), 0.0) / noise(i, i))).epsilon(1e-12));
    }
    const test::SquareMatrix difference = test::square(r.cSb) - (1 / all) * test::square(r.cNb);
    double trace = 0, sum = 0;
    for (index_t i = 0; i < 12; ++i) trace += difference(i, i);
    for (const double value : r.eigvals_difference) sum += value;
    CHECK(sum == Approx(trace).epsilon(1e-11));
    CHECK(r.distance);
  }
}

TEST_CASE("data without the last trial of every condition are whole data cut short, to the bit", "[gsn]") {
  const test::Trials whole = test::random_trials({9, 20, 4, 3, 1, 85, 0});
  test::Trials cut{9, 20, 3, {}}, holes = whole;
  for (std::size_t k = 0; k < whole.x.size(); ++k)
    if (k % 4 == 3) {
      holes.x[k] = test::not_a_number;
    } else {
      cut.x.push_back(whole.x[k]);
    }
  const gsn::GsnResult<Cpu> uneven = fit_uneven(holes), even = fit_uneven(cut);
  CHECK(matrices_of_uneven(uneven) == matrices_of_uneven(even));
  CHECK(uneven.mnS == even.mnS);
  CHECK(uneven.ncsnr == even.ncsnr);
  CHECK(uneven.noise.nll[7] == even.noise.nll[7]);
  CHECK(uneven.shrinklevelN == even.shrinklevelN);
  CHECK(uneven.shrinklevelD == even.shrinklevelD);
  CHECK(uneven.numiters == even.numiters);
  CHECK(uneven.eigvals_difference == even.eigvals_difference);
  gsn::GsnOptions missing = all_of_uneven();
  missing.uneven = gsn::Uneven::missing;
  CHECK(matrices_of_uneven(fit_uneven(cut, missing)) == matrices_of_uneven(even));
}

TEST_CASE("one unit's NaN takes the whole trial", "[gsn]") {
  test::Trials one = test::random_trials({5, 12, 4, 2, 1, 86, 0}), all = one;
  const std::vector<std::pair<index_t, index_t>> gone{{0, 1}, {3, 0}, {3, 2}, {11, 3}};
  for (std::size_t k = 0; k < gone.size(); ++k) {
    one(static_cast<index_t>(k % 5), gone[k].first, gone[k].second) = test::not_a_number;
    for (index_t i = 0; i < 5; ++i) all(i, gone[k].first, gone[k].second) = test::not_a_number;
  }
  CHECK(matrices_of_uneven(fit_uneven(one)) == matrices_of_uneven(fit_uneven(all)));
}

TEST_CASE("the limit of uneven data is asked for, and else the distance to it is told", "[gsn]") {
  const test::Trials d = uneven_data(87, 2, 8, 30);
  gsn::GsnOptions options = all_of_uneven();
  const gsn::GsnResult<Cpu> sweeps = fit_uneven(d, options);
  options.iteration = gsn::Iteration::limit;
  const gsn::GsnResult<Cpu> limit = fit_uneven(d, options);
  REQUIRE(sweeps.distance);
  REQUIRE(limit.distance);
  CHECK(*limit.distance == 0);
  CHECK(*sweeps.distance > 0);
  const double off =
      test::largest(test::square(sweeps.cSb) - test::square(limit.cSb)) / test::largest(test::square(limit.cSb));
  CHECK(off > 0);
  CHECK(off < 4 * *sweeps.distance);
}

TEST_CASE("lopsided conditions are told of", "[gsn]") {
  test::Trials d = test::random_trials({4, 10, 3, 2, 1, 88, 0});
  d.each([](double& x, index_t, index_t c, index_t t) { x = c > 2 && t > 0 ? test::not_a_number : x; });
  const gsn::GsnResult<Cpu> r = fit_uneven(d, all_of_uneven({0.5}));
  CHECK(std::count(r.report.warnings.begin(), r.report.warnings.end(),
                   "conditions are lopsided: those with two trials or more have 0.9 trials for every condition of all; "
                   "1 was taken for it") == 1);
  CHECK(test::square(r.cNb).x.size() == 16);
  CHECK(fit_uneven(uneven_data(87, 2)).report.warnings.size() < 3);
}

TEST_CASE("uneven fits have the same bits for any threads, and inputs stay", "[gsn]") {
  const test::Trials d = uneven_data(89, 2, 30, 20);
  const std::vector<double> before = d.x;
  const gsn::GsnResult<Cpu> r = fit_uneven(d, all_of_uneven(), Context<Cpu>({.threads = 1}));
  for (const int threads : {2, 8}) {
    const gsn::GsnResult<Cpu> other = fit_uneven(d, all_of_uneven(), Context<Cpu>({.threads = threads}));
    CHECK(matrices_of_uneven(other) == matrices_of_uneven(r));
    CHECK(other.ncsnr == r.ncsnr);
  }
  CHECK(std::memcmp(d.x.data(), before.data(), before.size() * sizeof(double)) == 0);
}

TEST_CASE("uneven data that cannot be fitted are refused with the conditions' numbers", "[gsn]") {
  const auto refused = [](const test::Trials& d, std::vector<double> levels = {}) {
    return test::message<ValueError>([&] { (void)fit_uneven(d, all_of_uneven(std::move(levels))); });
  };
  const auto without = [](const test::Trials& whole, const auto& gone) {
    test::Trials d = whole;
    d.each([&](double& x, index_t i, index_t c, index_t t) { x = gone(i, c, t) ? test::not_a_number : x; });
    return d;
  };
  const test::Trials d = test::random_trials({3, 6, 3, 2, 1, 90, 0});
  CHECK(refused(without(d, [](index_t i, index_t c, index_t) { return (c == 1 && i == 2) || c == 4; })) ==
        "gsn::fit: conditions 1, 4 have no trial without NaN; expected one at least in each; leave these conditions "
        "out, or take Uneven::missing");
  CHECK(refused(without(d, [](index_t i, index_t c, index_t) { return i == 1 || c == 4; })) ==
        "gsn::fit: units 1 are NaN everywhere; expected one number at least in each; leave them out");
  CHECK(refused(without(d, [](index_t, index_t, index_t) { return true; })).find("units 0, 1, 2 are NaN everywhere") !=
        std::string::npos);
  CHECK(refused(without(d, [](index_t, index_t, index_t t) { return t > 0; }), {0.3})
            .find("no condition has two trials without NaN") != std::string::npos);
  const test::Trials held_out = without(d, [](index_t, index_t c, index_t t) { return c == 5 && t > 0; });
  CHECK(refused(held_out) ==
        "gsn::fit: none of the conditions that validate, 5, has two trials without NaN; expected one "
        "at least; give more trials or conditions, or one level");
  CHECK(fit_uneven(held_out, all_of_uneven({0.3})).shrinklevelN == 0.3);
  CHECK(refused(without(d, [](index_t, index_t c, index_t t) {
          return c != 5 && t > 0;
        })).find("none of the conditions that train, 4, 0, 3, 2, 1,") != std::string::npos);
  test::Trials infinite = held_out;
  infinite(2, 1, 0) = -test::infinity;
  CHECK(refused(infinite) == "gsn::fit: the data are not finite at (2, 1, 0), unit, condition and trial; expected "
                             "finite numbers or NaN; give NaN where nothing was measured");
}
