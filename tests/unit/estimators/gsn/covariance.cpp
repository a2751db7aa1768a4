// Covariances of gsn from contrasts and centred means, against loops over their definitions.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/covariance/condition_means.hpp"
#include "isonomy/estimators/gsn/covariance/helmert.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "support/catch.hpp"
#include "support/gsn/covariances.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using test::Trials;

namespace {

/// The largest difference from a square matrix.
double off_by(MatrixView<const double> got, const test::SquareMatrix& expected) {
  double most = 0;
  for (index_t i = 0; i < got.rows; ++i)
    for (index_t j = 0; j < got.columns; ++j) most = std::max(most, std::abs(got(i, j) - expected(i, j)));
  return most;
}

Matrix<double, Cpu> noise_of(Context<Cpu>& ctx, const gsn::DataView<double>& d,
                             const std::vector<index_t>& conditions) {
  const double freedom = static_cast<double>(conditions.size()) * static_cast<double>(d.trials - 1);
  const auto selection = gsn::detail::all_trials(conditions, d.trials, 1 / std::sqrt(freedom));
  return gsn::detail::covariance(ctx, gsn::detail::helmert_contrasts(ctx, d, selection).view(), 1);
}

}  // namespace

TEST_CASE("contrasts of trials have the pooled covariance within conditions", "[gsn]") {
  Context<Cpu> ctx;
  for (const index_t trials : {2, 3, 7}) {
    const Trials d = test::random_trials(6, 9, trials, 5);
    const std::vector<index_t> conditions{7, 1, 4, 8};
    const auto expected =
        test::products(test::centred_trials(d.view(), conditions), 4 * static_cast<double>(trials - 1));
    CHECK(off_by(noise_of(ctx, d.view(), conditions).view(), expected) < 1e-14);
  }
}

TEST_CASE("layouts, strides and float data have the same contrasts", "[gsn]") {
  Context<Cpu> ctx;
  const index_t n = 4, c = 6, t = 3;
  const Trials d = test::random_trials(n, c, t, 6);
  std::vector<double> other(d.x.size()), spaced(2 * d.x.size());
  std::vector<float> narrow;
  for (const double x : d.x) narrow.push_back(static_cast<float>(x));
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < c; ++j)
      for (index_t k = 0; k < t; ++k) {
        other[static_cast<std::size_t>((k * c + j) * n + i)] = d.view()(i, j, k);
        spaced[static_cast<std::size_t>(2 * ((j * t + k) * n + i))] = d.view()(i, j, k);
      }
  const auto all = gsn::detail::all_trials({0, 1, 2, 3, 4, 5}, t, 0.5);
  const auto contrasts = [&](const auto& data) {
    return to_host<Context<Cpu>, double>(
        ctx, VectorView<const double>(gsn::detail::helmert_contrasts(ctx, data, all).data(), n * c * (t - 1)));
  };
  const std::vector<double> expected = contrasts(d.view());
  CHECK(contrasts(gsn::units_fastest(other.data(), n, c, t)) == expected);
  CHECK(contrasts(gsn::DataView<double>{spaced.data(), n, c, t, 2, 2 * n * t, 2 * n}) == expected);
  const std::vector<double> of_floats = contrasts(gsn::trials_fastest(narrow.data(), n, c, t));
  for (std::size_t e = 0; e < expected.size(); ++e) CHECK(of_floats[e] == Approx(expected[e]).margin(1e-6));
}

TEST_CASE("conditions may have trials and scales of their own", "[gsn]") {
  Context<Cpu> ctx;
  Trials d = test::random_trials(3, 4, 5, 8);
  gsn::detail::TrialSelection selection;
  selection.add(2, {0, 3, 4}, 2);
  selection.add(0, {1}, 1);
  selection.add(3, {4, 2}, 1);
  REQUIRE(selection.contrasts() == 3);
  const auto got = gsn::detail::covariance(ctx, gsn::detail::helmert_contrasts(ctx, d.view(), selection).view(), 1);
  test::SquareMatrix expected(3);
  const auto add = [&](index_t c, const std::vector<index_t>& trials, double weight) {
    for (const index_t t : trials)
      for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < 3; ++j) {
          double mi = 0, mj = 0;
          for (const index_t s : trials) {
            mi += d(i, c, s) / static_cast<double>(trials.size());
            mj += d(j, c, s) / static_cast<double>(trials.size());
          }
          expected(i, j) += weight * (d(i, c, t) - mi) * (d(j, c, t) - mj);
        }
  };
  add(2, {0, 3, 4}, 4);
  add(3, {2, 4}, 1);
  CHECK(off_by(got.view(), expected) < 1e-13);
}

TEST_CASE("an offset of a unit costs no digits, and a constant unit has contrasts of zero", "[gsn]") {
  Context<Cpu> ctx;
  Trials d = test::random_trials(3, 20, 4, 9), moved = d;
  for (index_t c = 0; c < d.conditions; ++c)
    for (index_t t = 0; t < d.trials; ++t) {
      moved(0, c, t) += 1e6;
      moved(2, c, t) = d(2, c, t) = 0.1;
    }
  const std::vector<index_t> conditions{0, 5, 6, 7, 8, 19};
  const auto plain = noise_of(ctx, d.view(), conditions), shifted = noise_of(ctx, moved.view(), conditions);
  for (index_t i = 0; i < 3; ++i)
    for (index_t j = 0; j < 3; ++j) CHECK(shifted.view()(i, j) == Approx(plain.view()(i, j)).margin(1e-9));
  for (index_t i = 0; i < 3; ++i) CHECK(plain.view()(i, 2) == 0);
  const auto means = gsn::detail::condition_means(ctx, d.view());
  const auto mean = gsn::detail::mean_over(ctx, means.view(), conditions);
  const auto rows = gsn::detail::centred(ctx, means.view(), conditions, mean.view(), 3);
  for (index_t b = 0; b < 6; ++b) CHECK(rows.view()(b, 2) == 0);
}

TEST_CASE("means of conditions counted from the first value of a unit keep their digits at an offset", "[gsn]") {
  Context<Cpu> ctx;
  Trials d = test::random_trials(4, 15, 3, 12), plain = d;
  for (std::size_t k = 0; k < d.x.size(); ++k) {
    d.x[k] += 1e8;
    plain.x[k] = d.x[k] - 1e8;  // what the sum has of it, exactly
  }
  const std::vector<index_t> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  const auto covariance_of = [&](const Trials& data) {
    const auto means = gsn::detail::condition_means(ctx, data.view(), gsn::detail::Origin::first_value);
    const auto mean = gsn::detail::mean_over(ctx, means.view(), all);
    const auto rows = gsn::detail::centred(ctx, means.view(), all, mean.view(), 1);
    return gsn::detail::covariance(ctx, rows.view(), 1);
  };
  const auto offset = covariance_of(d), expected = covariance_of(plain);
  for (index_t i = 0; i < 4; ++i)
    for (index_t j = 0; j < 4; ++j) CHECK(std::abs(offset.view()(i, j) - expected.view()(i, j)) < 1e-13);
  const auto means = gsn::detail::condition_means(ctx, d.view(), gsn::detail::Origin::first_value);
  const std::vector<double> whole =
      gsn::detail::with_origin(ctx, d.view(), gsn::detail::mean_over(ctx, means.view(), all));
  for (std::size_t i = 0; i < 4; ++i) CHECK(whole[i] == Approx(1e8).margin(10));
  d(1, 0, 0) = d(1, 0, 1) = test::not_a_number;
  CHECK(gsn::detail::first_value(d.view(), 0) == d(0, 0, 0));
  CHECK(gsn::detail::first_value(d.view(), 1) == d(1, 0, 2));
}

TEST_CASE("conditions centred on a mean have the covariance of the conditions", "[gsn]") {
  Context<Cpu> ctx;
  const Trials d = test::random_trials(5, 12, 3, 10);
  const std::vector<index_t> conditions{11, 3, 5, 6, 0};
  const auto means = gsn::detail::condition_means(ctx, d.view());
  const auto mean = gsn::detail::mean_over(ctx, means.view(), conditions);
  std::vector<std::vector<double>> rows;
  for (const index_t c : conditions) {
    std::vector<double> row;
    for (index_t i = 0; i < 5; ++i) {
      double all = 0, own = 0;
      for (index_t t = 0; t < 3; ++t) own += d.view()(i, c, t) / 3;
      for (const index_t k : conditions)
        for (index_t t = 0; t < 3; ++t) all += d.view()(i, k, t) / 15;
      CHECK(mean.view()(i) == Approx(all).margin(1e-14));
      row.push_back(own - all);
    }
    rows.push_back(row);
  }
  const auto scaled = gsn::detail::centred(ctx, means.view(), conditions, mean.view(), 0.5);
  CHECK(off_by(gsn::detail::covariance(ctx, scaled.view(), 1).view(), test::products(rows, 4)) < 1e-14);
}

TEST_CASE("shrinkage keeps the diagonal to the bit and both triangles equal", "[gsn]") {
  Context<Cpu> ctx;
  const Trials d = test::random_trials(7, 30, 1, 11);
  const auto means = gsn::detail::condition_means(ctx, d.view());
  const auto whole = gsn::detail::covariance(ctx, means.view(), 1);
  for (const double level : {0.0, 0.3, 0.98}) {
    const auto got = gsn::detail::covariance(ctx, means.view(), level);
    for (index_t i = 0; i < 7; ++i)
      for (index_t j = 0; j < 7; ++j) {
        CHECK(got.view()(i, j) == (i == j ? 1 : level) * whole.view()(i, j));
        CHECK(got.view()(i, j) == got.view()(j, i));
      }
  }
}
