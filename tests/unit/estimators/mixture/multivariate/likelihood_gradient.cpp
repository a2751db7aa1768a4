// The gradient of mixtures in several dimensions: against differences of the likelihood, its sums, bits and bad input.
#include "isonomy/estimators/mixture/multivariate/likelihood_gradient.hpp"
#include "isonomy/compiled/mixture.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/interop/eigen.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"

#include <Eigen/LU>

using namespace isonomy;
using mixture::gradient;
using mixture::NormalMixture;
using test::message;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

std::vector<double> rows_of(index_t n) {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i) {
    const double a = test::normal(1, i), b = test::normal(2, i), c = test::normal(3, i);
    const bool far = i % 3 == 0;
    x.push_back(a + (far ? 2 : 0));
    x.push_back(0.5 * a + 0.8 * b - (far ? 1 : 0));
    x.push_back(0.3 * b + 0.6 * c);
  }
  return x;
}

std::vector<NormalMixture> mixtures() {
  const std::vector<double> weights{0.3, 0.5, 0.2}, means{0, 0.1, -0.1, 2, -1, 0.2, 0.5, 0.5, 0.5};
  const std::vector<double> full{1,  .5, -.3, .5,  .9, .05, -.3, .05, .5, .3, .02, 0,  .02, 2,
                                 .1, 0,  .1,  1.1, 2,  .3,  .2,  .3,  1,  .1, .2,  .1, .7};
  return {{3, Covariance::full, weights, means, full},
          {3, Covariance::tied, weights, means, {.8, .1, 0, .1, 1.3, .05, 0, .05, .9}},
          {3, Covariance::diagonal, weights, means, {1, .9, .5, .3, 2, 1.1, .7, .8, .9}},
          {3, Covariance::spherical, weights, means, {.8, 1.2, 0.5}}};
}

/// The covariances behind factors of precisions.
std::vector<double> covariances_of(const NormalMixture& m, const std::vector<double>& factors) {
  std::vector<double> result;
  if (m.covariance == Covariance::diagonal || m.covariance == Covariance::spherical) {
    for (const double l : factors) result.push_back(1 / (l * l));
    return result;
  }
  for (std::size_t at = 0; at < factors.size(); at += 9) {
    const Eigen::Map<const Rows> l(factors.data() + at, 3, 3);
    Rows sigma = (l * l.transpose()).inverse();
    sigma = 0.5 * (sigma + sigma.transpose()).eval();
    result.insert(result.end(), sigma.data(), sigma.data() + 9);
  }
  return result;
}

}  // namespace

TEST_CASE("the gradient in several dimensions agrees with differences of the likelihood", "[mixture]") {
  const std::vector<double> x = rows_of(1000);
  const auto view = row_major(x.data(), 1000, 3);
  Context<Cpu> ctx;
  for (const NormalMixture& m : mixtures()) {
    INFO("covariance type " << static_cast<int>(m.covariance));
    const auto g = gradient(ctx, m, view);
    CHECK(g.nll == negative_log_likelihood(ctx, m, view));
    const std::vector<double> factors = precision_factors(m);
    CHECK(covariances_of(m, factors).size() == m.covariances.size());
    for (std::size_t i = 0; i < factors.size(); ++i)
      CHECK(covariances_of(m, factors)[i] == Approx(m.covariances[i]).margin(1e-12));
    REQUIRE(g.logits.size() == 3);
    REQUIRE(g.means.size() == 9);
    REQUIRE(g.precision_factors.size() == factors.size());
    CHECK(std::abs(std::accumulate(g.logits.begin(), g.logits.end(), 0.0)) < 1e-9);
    constexpr double step = 1e-5;
    const auto check = [&](double derivative, const auto& moved) {
      const double up = negative_log_likelihood(ctx, moved(step), view),
                   down = negative_log_likelihood(ctx, moved(-step), view);
      CHECK(derivative == Approx((up - down) / (2 * step)).epsilon(1e-6).margin(1e-4));
    };
    for (std::size_t k = 0; k < 3; ++k)
      check(g.logits[k], [&](double by) {
        NormalMixture result = m;
        double sum = 0;
        for (std::size_t l = 0; l < 3; ++l) sum += result.weights[l] *= l == k ? std::exp(by) : 1;
        for (double& w : result.weights) w /= sum;
        return result;
      });
    for (std::size_t i = 0; i < 9; ++i)
      check(g.means[i], [&](double by) {
        NormalMixture result = m;
        result.means[i] += by;
        return result;
      });
    const bool triangle = m.covariance == Covariance::full || m.covariance == Covariance::tied;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      INFO("factor element " << i);
      if (triangle && i % 3 > i % 9 / 3) {
        CHECK(g.precision_factors[i] == 0);
        continue;
      }
      check(g.precision_factors[i], [&](double by) {
        std::vector<double> moved = factors;
        moved[i] += by;
        NormalMixture result = m;
        result.covariances = covariances_of(m, moved);
        return result;
      });
    }
  }
}

TEST_CASE("the gradient vanishes where expectation maximisation ends", "[mixture]") {
  const std::vector<double> x = rows_of(1000);
  Context<Cpu> ctx;
  mixture::EmOptions options;
  options.tol = 0, options.max_iter = 3000, options.reg_covar = 0;
  for (const NormalMixture& start : mixtures()) {
    if (start.covariance == Covariance::full) continue;  // takes too many iterations
    const auto g =
        gradient(ctx, em(ctx, start, row_major(x.data(), 1000, 3), options).model, row_major(x.data(), 1000, 3));
    INFO("covariance type " << static_cast<int>(start.covariance));
    for (const auto* part : {&g.logits, &g.means, &g.precision_factors})
      for (const double v : *part) CHECK(std::abs(v) < 1e-2);  // of sums of the size of 1000
  }
}

TEST_CASE("the gradient in several dimensions has the same bits for threads and strides", "[mixture]") {
  const std::vector<double> x = rows_of(20000);
  std::vector<double> columns(x.size());
  for (std::size_t i = 0; i < 20000; ++i)
    for (std::size_t j = 0; j < 3; ++j) columns[20000 * j + i] = x[3 * i + j];
  const NormalMixture m = mixtures().front();
  Context<Cpu> one(cpu::ContextOptions{.threads = 1}), three(cpu::ContextOptions{.threads = 3});
  const auto a = gradient(one, m, row_major(x.data(), 20000, 3));
  for (const auto& b :
       {gradient(three, m, row_major(x.data(), 20000, 3)), gradient(one, m, column_major(columns.data(), 20000, 3))}) {
    CHECK(b.nll == a.nll);
    CHECK(b.logits == a.logits);
    CHECK(b.means == a.means);
    CHECK(b.precision_factors == a.precision_factors);
  }
}

TEST_CASE("a gradient that does not exist is refused, and none is 0 or NaN", "[mixture]") {
  Context<Cpu> ctx;
  const std::vector<double> x = rows_of(10);
  NormalMixture m = mixtures()[3];
  const auto none = gradient(ctx, m, row_major(x.data(), 0, 3));
  for (const auto* part : {&none.logits, &none.means, &none.precision_factors})
    for (const double v : *part) CHECK(v == 0);
  std::vector<double> broken = x;
  broken[4] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(gradient(ctx, m, row_major(broken.data(), 10, 3)).nll));
  CHECK_THROWS_AS(gradient(ctx, m, row_major(x.data(), 15, 2)), ShapeError);
  m.weights = {0, 0.5, 0.5};
  CHECK(message<ValueError>([&] { return gradient(ctx, m, row_major(x.data(), 10, 3)); }) ==
        "mixture: weights[0]=0; expected more for a gradient; leave the component out");
  m = mixtures()[3], m.covariances[1] = -1;
  CHECK_THROWS_AS(gradient(ctx, m, row_major(x.data(), 10, 3)), ValueError);
}
