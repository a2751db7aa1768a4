// Missing data of which nothing is whole, what levels they have by the definitions of their fallbacks, and the check of
// fits on a context.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "support/catch.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/naive.hpp"
#include "support/gsn/trials.hpp"
#include "support/numbers.hpp"

namespace isonomy::test {

inline gsn::GsnOptions falling_back(gsn::LevelFallback to, gsn::LevelRule rule = gsn::LevelRule::held_out) {
  gsn::GsnOptions options;
  options.uneven = gsn::Uneven::missing;
  options.level_fallback = to;
  options.level_rule = rule;
  options.returns.cD = true;
  return options;
}
/// In each trial some unit is missing, and of each condition some unit has no trial, so that nothing is whole.
inline Trials nothing_whole(std::uint32_t seed, index_t units = 7, index_t conditions = 20, index_t trials = 4,
                            index_t rank = 3) {
  Trials d = random_trials(units, conditions, trials, seed, rank);
  d.each([&](double& x, index_t i, index_t c, index_t t) {
    if (i == (c + t) % units || i == (3 * c + 1) % units) x = not_a_number;
  });
  return d;
}

/// Numbers of two units that both have, in groups.
struct CommonRows {
  std::vector<std::vector<double>> a, b;
};
inline CommonRows trials_in_common(const Trials& d, index_t i, index_t j, const std::vector<index_t>& conditions) {
  CommonRows rows;
  for (const index_t c : conditions) {
    rows.a.emplace_back();
    rows.b.emplace_back();
    for (index_t t = 0; t < d.trials; ++t) {
      if (std::isnan(d(i, c, t)) || std::isnan(d(j, c, t))) continue;
      rows.a.back().push_back(d(i, c, t));
      rows.b.back().push_back(d(j, c, t));
    }
  }
  return rows;
}
inline double mean_of_condition(const Trials& d, index_t i, index_t c) {
  const std::vector<double> x = present(d, i, c);
  return x.empty() ? not_a_number : mean_of(x);
}
inline CommonRows means_in_common(const Trials& d, index_t i, index_t j, const std::vector<index_t>& conditions) {
  CommonRows rows{{{}}, {{}}};
  for (const index_t c : conditions) {
    const double a = mean_of_condition(d, i, c), b = mean_of_condition(d, j, c);
    if (std::isnan(a) || std::isnan(b)) continue;
    rows.a[0].push_back(a);
    rows.b[0].push_back(b);
  }
  return rows;
}
/// The mean over groups, of which both have two numbers, of unbiased covariances.
inline double covariance_in_common(const CommonRows& rows) {
  double sum = 0, groups = 0;
  for (std::size_t g = 0; g < rows.a.size(); ++g) {
    if (rows.a[g].size() < 2) continue;
    sum += centred_product(rows.a[g], rows.b[g]) / static_cast<double>(rows.a[g].size() - 1);
    ++groups;
  }
  return groups > 0 ? sum / groups : 0;
}
/// Minus the logarithm of the density of a normal pair, summed over rows that are less their means.
struct DensityOfPair {
  double v, w, c;  ///< variances and covariance
  double operator()(double x, double y) const {
    const double determinant = v * w - c * c;
    const double quadratic = (w * x * x - 2 * c * x * y + v * y * y) / determinant;
    return std::log(2 * 3.14159265358979323846) + 0.5 * std::log(determinant) + 0.5 * quadratic;
  }
};
using RowsInCommon = CommonRows (*)(const Trials&, index_t, index_t, const std::vector<index_t>&);

/// The mean negative log-likelihood of the held-out rows of all pairs: noise, or data less the means of training.
inline double naive_likelihood_of_pairs(const Trials& d, const gsn::Split& split, double level, bool noise) {
  const RowsInCommon rows_of = noise ? trials_in_common : means_in_common;
  const auto covariance = [&](index_t i, index_t j) { return covariance_in_common(rows_of(d, i, j, split.training)); };
  double sum = 0, count = 0;
  for (index_t j = 0; j < d.units; ++j)
    for (index_t i = 0; i < j; ++i) {
      const DensityOfPair density{covariance(i, i), covariance(j, j), level * covariance(i, j)};
      const CommonRows rows = rows_of(d, i, j, split.validation);
      for (std::size_t g = 0; g < rows.a.size(); ++g) {
        if (rows.a[g].empty() || (noise && rows.a[g].size() < 2)) continue;
        double mean_a = mean_of(rows.a[g]), mean_b = mean_of(rows.b[g]);
        if (!noise) {
          mean_a = mean_of(means_in_common(d, i, i, split.training).a[0]);
          mean_b = mean_of(means_in_common(d, j, j, split.training).a[0]);
        }
        for (std::size_t k = 0; k < rows.a[g].size(); ++k) {
          sum += density(rows.a[g][k] - mean_a, rows.b[g][k] - mean_b);
          ++count;
        }
      }
    }
  return sum / count;
}
inline SquareMatrix pairwise_at(const Trials& d, const std::vector<index_t>& conditions, double level, bool noise) {
  const RowsInCommon rows_of = noise ? trials_in_common : means_in_common;
  return square_of(d.units, [&](index_t i, index_t j) {
    return (i == j ? 1 : level) * covariance_in_common(rows_of(d, i, j, conditions));
  });
}
/// By Cholesky factorisation.
inline bool is_definite(SquareMatrix m) {
  for (index_t k = 0; k < m.n; ++k) {
    for (index_t p = 0; p < k; ++p) m(k, k) -= m(k, p) * m(k, p);
    if (!(m(k, k) > 0)) return false;
    m(k, k) = std::sqrt(m(k, k));
    for (index_t i = k + 1; i < m.n; ++i) {
      for (index_t p = 0; p < k; ++p) m(i, k) -= m(i, p) * m(k, p);
      m(i, k) /= m(k, k);
    }
  }
  return true;
}
inline double least_level(const std::vector<double>& levels, const std::vector<double>& nll) {
  std::size_t best = 0;
  for (std::size_t k = 0; k < nll.size(); ++k)
    if (std::isnan(nll[best]) || nll[k] < nll[best]) best = k;
  return levels[best];
}
inline bool has_warning(const std::vector<std::string>& warnings, const std::string& text) {
  return std::any_of(warnings.begin(), warnings.end(),
                     [&](const std::string& warning) { return warning.find(text) != std::string::npos; });
}

/// Units 0 and 1 have the first two of four trials in common, 1 and 2 the others, 0 and 2 none; all conditions alike.
inline Trials three_units() {
  Trials d{3, 10, 4, std::vector<double>(120)};
  d.each([](double& x, index_t i, index_t c, index_t t) {
    const bool absent = (i == 0 && t > 1) || (i == 2 && t < 2);
    x = absent ? not_a_number : (t % 2 == 0 ? 1.0 : -1.0) + static_cast<double>(100 * i + c * (i + 1));
  });
  return d;
}

/// Fits of three_units() on a context, with the numbers that they have by hand.
///
/// Variances are 2, 4/3, 2 and covariances 2, 2, 0: the largest correlation is sqrt(1.5), the least eigenvalue at level
/// a is 1 - a sqrt(3), which is negative from 0.58 on. A held-out condition has rows (1, 1) and (-1, -1) of each pair.
template <class Ctx>
void check_fallback_by_hand(Ctx& ctx) {
  const Trials d = three_units();
  const auto x = to_device(ctx, d.x);
  const auto view = gsn::trials_fastest<typename Ctx::space>(x.data(), d.units, d.conditions, d.trials);
  gsn::GsnOptions options = falling_back(gsn::LevelFallback::pairwise_likelihood);
  options.shrinklevels = std::vector<double>{0, 0.25, 0.5, 0.75, 1};
  const auto r = gsn::fit(ctx, view, options);
  const auto by_hand = [](double a) {
    const double left = 1 - 1.5 * a * a;
    return std::log(2 * 3.14159265358979323846) +
           0.5 * (std::log(8.0 / 3) + std::log(left) + (2.5 - 3 * a) / (2 * left));
  };
  REQUIRE(r.noise.nll.size() == 5);
  for (const std::size_t k : {0u, 1u, 2u}) CHECK(r.noise.nll[k] == Approx(by_hand(r.noise.levels[k])).epsilon(1e-13));
  for (const std::size_t k : {3u, 4u}) CHECK(std::isnan(r.noise.nll[k]));
  CHECK(r.shrinklevelN == 0.5);
  CHECK(r.noise.index == 2);
  CHECK(r.noise.margin == Approx(by_hand(0.25) - by_hand(0.5)).epsilon(1e-12));
  CHECK(r.noise.fallback == gsn::LevelFallback::pairwise_likelihood);
  CHECK(r.noise.form == "pairs");
  CHECK(r.noise.rank == 2);
  CHECK(r.noise.training == 8);
  CHECK(r.noise.validation == 2);
  CHECK(square(ctx, r.cN)(0, 1) == Approx(1).epsilon(1e-13));
  CHECK(has_warning(r.report.warnings,
                    "noise covariance: none of the conditions that train, or that validate, has two trials without "
                    "NaN, so that the level was chosen by the likelihood of pairs of units"));
  CHECK(r.report.decisions[0].decision == "shrinklevelN: mean negative log-likelihood of pairs");
  CHECK(!r.data.fallback);  // every condition has every unit
  options.level_fallback = gsn::LevelFallback::diagonal_loading;
  const auto loaded = gsn::fit(ctx, view, options);
  CHECK(loaded.shrinklevelN == 0.5);
  CHECK(loaded.noise.nll.empty());
  CHECK(loaded.noise.fallback == gsn::LevelFallback::diagonal_loading);
  CHECK(has_warning(loaded.report.warnings, "noise covariance: it is not positive definite at level 1, so that 0.5 was "
                                            "taken, the nearest at which it is"));
  CHECK(loaded.report.decisions[0].decision == "shrinklevelN: a positive definite covariance");
  options.shrinklevels = std::vector<double>{0.75, 1};
  const auto none = gsn::fit(ctx, view, options);
  CHECK(none.shrinklevelN == 1);
  CHECK(none.noise.fallback == gsn::LevelFallback::one);
  CHECK(has_warning(none.report.warnings, "not positive definite at level 1, nor at any other of the levels"));
}

/// The likelihoods and the covariances of both levels, against loops.
template <class Ctx>
void check_fallback_by_definition(Ctx& ctx, const Trials& d) {
  const auto x = to_device(ctx, d.x);
  const auto view = gsn::trials_fastest<typename Ctx::space>(x.data(), d.units, d.conditions, d.trials);
  const auto r = gsn::fit(ctx, view, falling_back(gsn::LevelFallback::pairwise_likelihood));
  const gsn::Split split = gsn::split(d.conditions);
  for (const bool noise : {true, false}) {
    const gsn::LevelChoice& choice = noise ? r.noise : r.data;
    REQUIRE(choice.fallback == gsn::LevelFallback::pairwise_likelihood);
    for (std::size_t k = 0; k < choice.levels.size(); k += 5) {
      const bool definite = is_definite(pairwise_at(d, split.training, choice.levels[k], noise));
      CHECK(std::isnan(choice.nll[k]) == !definite);
      if (definite)
        CHECK(choice.nll[k] == Approx(naive_likelihood_of_pairs(d, split, choice.levels[k], noise)).epsilon(1e-12));
    }
    CHECK(choice.level == least_level(choice.levels, choice.nll));
    const SquareMatrix expected = pairwise_at(d, gsn::detail::every(d.conditions), choice.level, noise);
    CHECK(largest(square(ctx, noise ? r.cN : r.cD) - expected) < 1e-11);
  }
}

}  // namespace isonomy::test
