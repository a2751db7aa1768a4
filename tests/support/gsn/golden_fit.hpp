// Fits and levels of gsn against everything that the published code answers on a golden case, on any backend.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/naive.hpp"

namespace isonomy::test {

namespace detail {

inline gsn::GsnOptions golden_options(const GsnCase& c) {
  gsn::GsnOptions options;
  options.wantshrinkage = c.shrinkage;
  if (!c.levels.empty()) options.shrinklevels = c.levels;
  options.ridge = gsn::Ridge::absolute;
  if (c.uneven == "missing") options.uneven = gsn::Uneven::missing;
  options.returns.eigvals_signal = options.returns.eigvals_difference = true;
  return options;
}

/// Relative to size, and so much that a ridge of 1e-10 on the diagonal, which the reference adds or not, makes.
inline double golden_margin(double size, double of_ridge) { return 1e-9 * std::abs(size) + 3e-10 * of_ridge; }

inline void check_golden_matrix(const char* name, const SquareMatrix& m, const GsnMatrix& expected, bool projected) {
  INFO(name);
  const double n = static_cast<double>(m.n), ridge = projected ? 1 : 0;
  double trace = 0, sum = 0, squares = 0;
  for (index_t i = 0; i < m.n; ++i) trace += m(i, i);
  for (const double x : m.x) {
    sum += x;
    squares += x * x;
  }
  CHECK(trace == Approx(expected.trace).margin(golden_margin(expected.trace, n * ridge)));
  CHECK(std::sqrt(squares) == Approx(expected.fro).margin(golden_margin(expected.fro, n * ridge)));
  CHECK(sum == Approx(expected.sum).margin(golden_margin(n * expected.fro, n * ridge)));
  CHECK(omega(m) == Approx(expected.omega).margin(golden_margin(n * expected.fro, n * ridge)));
  for (std::size_t e = 0; e < expected.full.size(); ++e)  // symmetric, so by rows or by columns
    CHECK(m.x[e] == Approx(expected.full[e]).margin(golden_margin(expected.fro, ridge)));
}

inline void check_golden_numbers(const char* name, const std::vector<double>& got, const std::vector<double>& expected,
                                 double ridge) {
  INFO(name);
  REQUIRE(got.size() == expected.size());
  double largest = 0;
  for (const double x : expected) largest = std::max(largest, std::abs(x));
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(got[i] == Approx(expected[i]).margin(golden_margin(largest, ridge)));
}

/// How many of the warnings hold a text.
inline std::ptrdiff_t warnings_with(const std::vector<std::string>& warnings, const char* what) {
  return std::count_if(warnings.begin(), warnings.end(),
                       [&](const std::string& warning) { return warning.find(what) != std::string::npos; });
}

inline void check_golden_curve(const gsn::LevelChoice& choice, double level, const GsnCurve& curve) {
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

template <class Ctx>
[[nodiscard]] gsn::DataView<double, typename Ctx::space> golden_view(const Buffer<double, typename Ctx::tag>& x,
                                                                     const GsnCase& c) {
  const gsn::PortableData& shape = c.generator;
  return gsn::trials_fastest<typename Ctx::space>(x.data(), shape.units, shape.conditions, shape.trials);
}

}  // namespace detail

/// What fit() answers with everything as published, by one search for levels.
template <class Search, class Ctx>
void check_golden_fit(Ctx& ctx, const GsnCase& c) {
  INFO(c.id);
  const gsn::GsnOptions options = detail::golden_options(c);
  // Ours is the rule of ranks, under which the reference's own answer is an alternative where it differs.
  const GsnAnswer& expected = c.alternatives.empty() ? c.expected : c.alternatives.front().expected;
  const auto x = to_device(ctx, c.data().x);
  const auto r = gsn::fit<Search>(ctx, detail::golden_view<Ctx>(x, c), options);
  CHECK(r.shrinklevelN == expected.level_noise);
  CHECK(r.shrinklevelD == expected.level_data);
  CHECK(r.numiters == expected.iterations);
  const auto told = [&](const char* what) { return detail::warnings_with(r.report.warnings, what); };
  const auto published = [&](const char* what) { return detail::warnings_with(expected.warnings, what); };
  CHECK(told("noise covariance: none of the conditions") == published("cN shrink level fell back"));
  CHECK(told("data covariance: fewer than 5") == published("cD shrink level fell back"));
  CHECK(told("lopsided") == published("lopsided"));
  const bool projected = std::any_of(expected.ridge.begin(), expected.ridge.end(), [](int step) { return step != 0; });
  const double ridge = projected ? 1 : 0;
  detail::check_golden_numbers("ncsnr", r.ncsnr, expected.ncsnr, 0);
  detail::check_golden_numbers("mnS", r.mnS, expected.mean_signal, 0);
  detail::check_golden_numbers("eigvals_signal", r.eigvals_signal, expected.eigenvalues_signal, ridge);
  detail::check_golden_numbers("eigvals_difference", r.eigvals_difference, expected.eigenvalues_difference, ridge);
  detail::check_golden_matrix("cN", square(ctx, r.cN), expected.noise_covariance, false);
  detail::check_golden_matrix("cS", square(ctx, r.cS), expected.signal_covariance, false);
  detail::check_golden_matrix("cNb", square(ctx, r.cNb), expected.noise_biconvex, projected);
  detail::check_golden_matrix("cSb", square(ctx, r.cSb), expected.signal_biconvex, projected);
}

/// All numbers that fit() gives, to the bit: twice the same, on contexts that may differ in their threads.
template <class Ctx>
void check_golden_repeats(Ctx& ctx, Ctx& other, const GsnCase& c) {
  INFO(c.id);
  const auto numbers = [&](Ctx& on) {
    const auto x = to_device(on, c.data().x);
    const auto r = gsn::fit(on, detail::golden_view<Ctx>(x, c), detail::golden_options(c));
    std::vector<std::vector<double>> all{{r.shrinklevelN, r.shrinklevelD}, r.ncsnr, r.mnS, r.eigvals_difference};
    for (const auto* m : {&r.cN, &r.cS, &r.cNb, &r.cSb}) all.push_back(square(on, *m).x);
    return all;
  };
  CHECK(numbers(ctx) == numbers(other));
}

/// What check_golden_fit() checks, by the searches that `automatic` chooses among, and that which factors every level.
template <class Ctx>
void check_golden_fit_by_every_search(Ctx& ctx, const GsnCase& c) {
  check_golden_fit<gsn::tridiagonal>(ctx, c);
  check_golden_fit<gsn::low_rank>(ctx, c);
  check_golden_fit<gsn::batched_cholesky>(ctx, c);
}

/// The levels and likelihood curves of even data, by one search.
template <class Search, class Ctx>
void check_golden_levels(Ctx& ctx, const GsnCase& c) {
  INFO(c.id);
  gsn::ShrunkenCovarianceOptions options;
  if (!c.levels.empty() || !c.shrinkage) options.shrinklevels = c.shrinkage ? c.levels : std::vector<double>{1};
  options.wantfull = true;
  const auto x = to_device(ctx, c.data().x);
  const auto view = detail::golden_view<Ctx>(x, c);
  const auto noise = gsn::shrunken_covariance<Search>(ctx, view, options);
  const auto means = gsn::detail::condition_means(ctx, view);
  const auto data = gsn::shrunken_covariance<Search>(ctx, means.view(), options);
  detail::check_golden_curve(noise.choice, c.expected.level_noise, c.expected.noise);
  detail::check_golden_curve(data.choice, c.expected.level_data, c.expected.data);
  const SquareMatrix covariance = square(ctx, noise.covariance);
  double trace = 0, squares = 0;
  for (index_t i = 0; i < covariance.n; ++i) trace += covariance(i, i);
  for (const double element : covariance.x) squares += element * element;
  CHECK(trace == Approx(c.expected.noise_covariance.trace).epsilon(1e-12));
  CHECK(std::sqrt(squares) == Approx(c.expected.noise_covariance.fro).epsilon(1e-12));
  for (std::size_t i = 0; i < data.mean.size(); ++i)
    CHECK(data.mean[i] == Approx(c.expected.mean_signal[i]).margin(1e-12));
}

/// The golden cases of a regime, those of the specification too, with at most so many units.
inline std::vector<GsnCase> gsn_cases_of(const std::string& regime, index_t most_units = 1000) {
  std::vector<GsnCase> cases;
  for (const std::string& file : {regime, std::string("spec")})
    for (GsnCase& c : gsn_cases(file))
      if (c.regime == regime && c.generator.units <= most_units) cases.push_back(std::move(c));
  return cases;
}

}  // namespace isonomy::test
