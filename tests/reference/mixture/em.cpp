// Mixtures in three dimensions against scikit-learn 1.2.1 and SciPy: likelihoods, single densities, and where EM ends.
#include <cmath>
#include <fstream>
#include <numeric>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "support/catch.hpp"

using namespace isonomy;
using mixture::NormalMixture;

namespace {

std::vector<double> points() {
  std::vector<double> x(3000);
  std::ifstream file(ISONOMY_TEST_DATA "/mixture/points.f64", std::ios::binary);
  REQUIRE(file.read(reinterpret_cast<char*>(x.data()), static_cast<std::streamsize>(x.size() * sizeof(double))));
  return x;
}

NormalMixture start(Covariance covariance, std::vector<double> covariances) {
  return {3, covariance, {0.55, 0.45}, {0.1, -0.1, 0.05, 2.9, -1.1, 2.1}, std::move(covariances)};
}

struct Row {
  NormalMixture start;
  double nll, first, optimum, weight;
  int iterations;
};

std::vector<Row> rows() {
  return {{start(Covariance::full, {1, .5, -.3, .5, .9, .05, -.3, .05, .5, .3, .02, 0, .02, 2, .1, 0, .1, 1.1}),
           4389.03342708154, -2.86640039059573, 4336.98776698784, 0.597454906980906, 9},
          {start(Covariance::diagonal, {1, .9, .5, .3, 2, 1.1}), 4552.61875494129, -3.04840882509586, 4522.17384866498,
           0.601541642923332, 14},
          {start(Covariance::spherical, {.8, 1.2}), 4782.95363772108, -3.11223489393669, 4758.68403646600,
           0.588803094574112, 25},
          {start(Covariance::tied, {.8, .1, 0, .1, 1.3, .05, 0, .05, .9}), 4720.95759365063, -3.38564950499639,
           4613.35950841897, 0.601475900905149, 10}};
}

}  // namespace

TEST_CASE("the points in three dimensions are what their reference values were made for", "[reference][mixture]") {
  const std::vector<double> x = points(), first{0.00123015, 0.23961151, -0.10510265};
  for (std::size_t j = 0; j < 3; ++j) CHECK(std::abs(x[j] - first[j]) <= 5e-9);
  CHECK(std::abs(std::accumulate(x.begin(), x.end(), 0.0L) - 1500.30715815452L) <= 5e-12L);
}

TEST_CASE("mixtures in three dimensions have the reference's likelihoods", "[reference][mixture]") {
  const std::vector<double> x = points();
  Context<Cpu> ctx;
  for (const Row& r : rows()) {
    INFO("covariance type " << static_cast<int>(r.start.covariance));
    const auto all = row_major(x.data(), 1000, 3);
    CHECK(std::abs(negative_log_likelihood(ctx, r.start, all) - r.nll) <= 1e-14 * r.nll);
    CHECK(std::abs(-negative_log_likelihood(ctx, r.start, all.row_block(0, 1)) - r.first) <= 1e-14);
    // Any strides give the same bits.
    std::vector<double> columns(3000);
    for (std::size_t i = 0; i < 1000; ++i)
      for (std::size_t j = 0; j < 3; ++j) columns[1000 * j + i] = x[3 * i + j];
    CHECK(negative_log_likelihood(ctx, r.start, column_major(columns.data(), 1000, 3)) ==
          negative_log_likelihood(ctx, r.start, all));
  }
}

TEST_CASE("EM ends where scikit-learn's does, after as many iterations", "[reference][mixture]") {
  const std::vector<double> x = points();
  Context<Cpu> ctx;
  mixture::EmOptions options;
  options.reg_covar = 0;
  options.tol = 1e-12;
  for (const Row& r : rows()) {
    INFO("covariance type " << static_cast<int>(r.start.covariance));
    const mixture::EmResult result = em(ctx, r.start, row_major(x.data(), 1000, 3), options);
    CHECK(result.converged);
    CHECK(result.iterations == r.iterations);
    CHECK(std::abs(result.nll - r.optimum) <= 1e-14 * r.optimum);
    CHECK(std::abs(result.model.weights[0] - r.weight) <= 1e-12);
    for (std::size_t i = 1; i < result.lower_bounds.size(); ++i)
      CHECK(result.lower_bounds[i] >= result.lower_bounds[i - 1] - 1e-12);
    if (r.start.covariance == Covariance::full) CHECK(std::abs(result.bic - 8805.22288427635) <= 1e-14 * 8805);
  }
}
