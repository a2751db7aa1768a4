// Expectation maximisation: closed forms, restrictions of the covariance, lost components, bad input, same bits.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"

using namespace isonomy;
using mixture::em;
using mixture::EmOptions;
using mixture::NormalMixture;
using test::message;

namespace {

/// Two clouds around (0, 0) and (6, 3), by rows.
std::vector<double> two_clouds(index_t n, std::uint64_t seed = 1) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) {
    const auto e = static_cast<std::uint64_t>(i);
    const double u = test::normal(seed, e), v = test::normal(seed + 1000, e);
    const bool far = i % 3 == 0;
    x.push_back((far ? 6 : 0) + u);
    x.push_back((far ? 3 : 0) + 0.5 * u + 0.7 * v);
  }
  return x;
}

NormalMixture two(Covariance covariance, std::vector<double> covariances) {
  return {2, covariance, {0.5, 0.5}, {1, 0, 5, 2}, std::move(covariances)};
}

}  // namespace

TEST_CASE("one component has the moments of the data after one iteration", "[mixture]") {
  const std::vector<double> x = two_clouds(999);
  double mean[2] = {}, c[3] = {};
  for (std::size_t i = 0; i < 999; ++i) mean[0] += x[2 * i] / 999, mean[1] += x[2 * i + 1] / 999;
  for (std::size_t i = 0; i < 999; ++i) {
    const double u = x[2 * i] - mean[0], v = x[2 * i + 1] - mean[1];
    c[0] += u * u / 999, c[1] += u * v / 999, c[2] += v * v / 999;
  }
  Context<Cpu> ctx;
  EmOptions options;
  options.reg_covar = 0;
  const auto fitted = [&](Covariance covariance, std::vector<double> start) {
    return em(ctx, {2, covariance, {1}, {10, -10}, std::move(start)}, row_major(x.data(), 999, 2), options).model;
  };
  const NormalMixture full = fitted(Covariance::full, {4, 1, 1, 4});
  CHECK(full.means[0] == Approx(mean[0]).epsilon(1e-12));
  CHECK(full.means[1] == Approx(mean[1]).epsilon(1e-12));
  const double expected[4] = {c[0], c[1], c[1], c[2]};
  for (std::size_t i = 0; i < 4; ++i) CHECK(full.covariances[i] == Approx(expected[i]).epsilon(1e-10));
  CHECK(fitted(Covariance::tied, {4, 1, 1, 4}).covariances[1] == Approx(c[1]).epsilon(1e-10));
  CHECK(fitted(Covariance::diagonal, {4, 4}).covariances[1] == Approx(c[2]).epsilon(1e-10));
  CHECK(fitted(Covariance::spherical, {4}).covariances[0] == Approx((c[0] + c[2]) / 2).epsilon(1e-10));
}

TEST_CASE("a mixture in one dimension agrees with the one-dimensional likelihood", "[mixture]") {
  const std::vector<double> x = two_clouds(1000);
  Context<Cpu> ctx;
  const NormalMixture m{1, Covariance::full, {0.3, 0.7}, {0.5, 4}, {2.25, 0.49}};
  const double nll = negative_log_likelihood(ctx, m, row_major(x.data(), 2000, 1));
  CHECK(nll ==
        Approx(mixture::evaluate(ctx, mixture::NormalModel{2}, view(x), {0.3, 0.5, 4, 1.5, 0.7}).nll).epsilon(1e-14));
}

TEST_CASE("every iteration raises the likelihood, for every restriction", "[mixture]") {
  const std::vector<double> x = two_clouds(3000);
  Context<Cpu> ctx;
  EmOptions options;
  options.reg_covar = 0;
  for (const NormalMixture& start :
       {two(Covariance::full, {1, 0, 0, 1, 1, 0, 0, 1}), two(Covariance::tied, {1, 0, 0, 1}),
        two(Covariance::diagonal, {1, 1, 1, 1}), two(Covariance::spherical, {1, 1})}) {
    const auto result = em(ctx, start, row_major(x.data(), 3000, 2), options);
    CHECK(result.converged);
    REQUIRE(result.lower_bounds.size() == static_cast<std::size_t>(result.iterations));
    for (std::size_t i = 1; i < result.lower_bounds.size(); ++i)
      CHECK(result.lower_bounds[i] > result.lower_bounds[i - 1] - 1e-13);
    CHECK(result.model.weights[1] == Approx(1.0 / 3).epsilon(0.05));
    CHECK(result.nll == negative_log_likelihood(ctx, result.model, row_major(x.data(), 3000, 2)));
  }
}

TEST_CASE("EM has the same bits for any number of threads, instruction set and layout", "[mixture]") {
  const std::vector<double> x = two_clouds(120000);
  std::vector<double> columns(x.size());
  for (std::size_t i = 0; i < 120000; ++i)
    for (std::size_t j = 0; j < 2; ++j) columns[120000 * j + i] = x[2 * i + j];
  EmOptions options;
  options.max_iter = 3;
  options.tol = 0;
  const auto run = [&](int threads, cpu::InstructionSet set, MatrixView<const double> data) {
    cpu::ContextOptions context{};
    context.threads = threads;
    context.instruction_set = set;
    Context<Cpu> ctx{std::move(context)};
    return em(ctx, two(Covariance::full, {1, 0, 0, 1, 1, 0, 0, 1}), data, options).model.covariances;
  };
  const auto best = cpu::best_instruction_set();
  const MatrixView<const double> rows = row_major(x.data(), 120000, 2);
  const auto reference = run(1, best, rows);
  CHECK(run(2, best, rows) == reference);
  CHECK(run(3, best, rows) == reference);
  CHECK(run(1, best, column_major(columns.data(), 120000, 2)) == reference);
  for (int set = 0; set < static_cast<int>(best); ++set)
    CHECK(run(2, static_cast<cpu::InstructionSet>(set), rows) == reference);
}

TEST_CASE("a component that loses its points is an error, or is dropped and named", "[mixture]") {
  const std::vector<double> x = two_clouds(300);
  Context<Cpu> ctx;
  NormalMixture start = two(Covariance::spherical, {1, 1});
  start.weights = {0.4, 0.3, 0.3};
  start.means.insert(start.means.end(), {1e6, 1e6});
  start.covariances.push_back(1);
  const auto data = row_major(x.data(), 300, 2);
  CHECK(message<ValueError>([&] { return em(ctx, start, data); }) ==
        "em: component 2 has lost all its points; start it elsewhere, use fewer components, or drop empty ones");
  EmOptions options;
  options.empty = mixture::EmptyComponent::drop;
  const auto result = em(ctx, start, data, options);
  CHECK(result.converged);
  CHECK(result.model.components() == 2);
  CHECK(result.dropped == std::vector<int>{2});
  REQUIRE(result.report.warnings.size() == 1);
  CHECK(result.report.warnings[0] == "component 2 lost its points and was dropped");
  double sum = 0;
  for (const double w : result.model.weights) sum += w;
  CHECK(sum == Approx(1).epsilon(1e-14));
}

TEST_CASE("a component of weight 0 has no points: an error, or it is dropped and named", "[mixture]") {
  const std::vector<double> x = two_clouds(300);
  Context<Cpu> ctx;
  const auto data = row_major(x.data(), 300, 2);
  EmOptions dropping;
  dropping.empty = mixture::EmptyComponent::drop;
  for (NormalMixture start : {two(Covariance::full, {1, 0, 0, 1, 4, 1, 1, 4}), two(Covariance::tied, {4, 1, 1, 4}),
                              two(Covariance::diagonal, {1, 1, 4, 4}), two(Covariance::spherical, {1, 4})}) {
    start.weights = {0, 1};
    CHECK(message<ValueError>([&] { return em(ctx, start, data); }) ==
          "em: component 0 has lost all its points; start it elsewhere, use fewer components, or drop empty ones");
    const auto result = em(ctx, start, data, dropping);
    CHECK(result.dropped == std::vector<int>{0});
    NormalMixture alone = start;
    alone.weights = {1};
    alone.means = {5, 2};
    if (start.covariance != Covariance::tied)
      alone.covariances.erase(alone.covariances.begin(),
                              alone.covariances.begin() + static_cast<std::ptrdiff_t>(alone.covariance_size()));
    const auto expected = em(ctx, alone, data);
    CHECK(result.model.weights == std::vector<double>{1});
    CHECK(result.model.means == expected.model.means);
    CHECK(result.model.covariances == expected.model.covariances);
    CHECK(result.nll == expected.nll);
    start.weights = {0, 0};
    CHECK(message<ValueError>([&] { return em(ctx, start, data, dropping); }).find("sum of weights=0") !=
          std::string::npos);
  }
}

TEST_CASE("AIC and BIC count the parameters of every restriction", "[mixture]") {
  const std::vector<double> x = two_clouds(300);
  Context<Cpu> ctx;
  const auto counts = [&](const NormalMixture& start, int parameters) {
    const auto result = em(ctx, start, row_major(x.data(), 300, 2));
    CHECK(result.model.free_parameters() == parameters);
    CHECK(result.aic == Approx(2 * result.nll + 2 * parameters).epsilon(1e-15));
    CHECK(result.bic == Approx(2 * result.nll + parameters * std::log(300.0)).epsilon(1e-15));
  };
  counts(two(Covariance::full, {1, 0, 0, 1, 1, 0, 0, 1}), 1 + 4 + 6);
  counts(two(Covariance::tied, {1, 0, 0, 1}), 1 + 4 + 3);
  counts(two(Covariance::diagonal, {1, 1, 1, 1}), 1 + 4 + 4);
  counts(two(Covariance::spherical, {1, 1}), 1 + 4 + 2);
  const auto of_four_in_three = [](Covariance kind) {
    return NormalMixture{3, kind, {0.25, 0.25, 0.25, 0.25}, {}, {}}.free_parameters();
  };
  CHECK(of_four_in_three(Covariance::full) == 3 + 12 + 24);
  CHECK(of_four_in_three(Covariance::tied) == 3 + 12 + 6);
  CHECK(of_four_in_three(Covariance::diagonal) == 3 + 12 + 12);
  CHECK(of_four_in_three(Covariance::spherical) == 3 + 12 + 4);
}

TEST_CASE("covariances may be as asymmetric as rounding makes them", "[mixture]") {
  const std::vector<double> x = two_clouds(300);
  Context<Cpu> ctx;
  const auto fitted = [&](double upper) {
    return em(ctx, two(Covariance::tied, {400, upper, 100, 400}), row_major(x.data(), 300, 2)).model.covariances;
  };
  CHECK(fitted(100 + 3.9e-10) == fitted(100));
  CHECK(fitted(100 - 3.9e-10) == fitted(100));
  CHECK(message<ValueError>([&] { return fitted(100 + 4.1e-10); }).find("expected the same as its mirror image") !=
        std::string::npos);
}

TEST_CASE("EM that does not converge says so", "[mixture]") {
  const std::vector<double> x = two_clouds(300);
  Context<Cpu> ctx;
  EmOptions options;
  options.max_iter = 1;
  const auto result = em(ctx, two(Covariance::diagonal, {1, 1, 1, 1}), row_major(x.data(), 300, 2), options);
  CHECK_FALSE(result.converged);
  REQUIRE(result.report.warnings.size() == 1);
  CHECK(result.report.warnings[0] == "not converged after 1 iterations; raise max_iter or tol");
}

TEST_CASE("bad mixtures and data are named", "[mixture]") {
  std::vector<double> x = two_clouds(50);
  Context<Cpu> ctx;
  const auto data = row_major(x.data(), 50, 2);
  const NormalMixture good = two(Covariance::full, {1, 0, 0, 1, 1, 0, 0, 1});
  const auto said = [&](auto change) {
    NormalMixture m = good;
    change(m);
    return message<Error>([&] { return em(ctx, m, data); });
  };
  CHECK(said([](auto& m) { m.weights[1] = 0.6; }) ==
        "mixture: sum of weights=1.1000000000000001; expected 1 within 2e-12; divide the weights by their sum");
  CHECK(said([](auto& m) {
          m.weights = {1.5, -0.5};
        }) == "mixture: weights[1]=-0.5; expected a finite number of at least 0; give its share of the points");
  CHECK(said([](auto& m) { m.means[3] = INFINITY; }) ==
        "mixture: means[3]=inf; expected a finite number; give a place among the points");
  CHECK(said([](auto& m) { m.means.pop_back(); }) ==
        "mixture: means has 3 elements; expected 4; give every component a row of as many as there are dimensions");
  CHECK(said([](auto& m) { m.covariances.pop_back(); }) ==
        "mixture: covariances has 7 elements; expected 8; give every component a whole matrix");
  CHECK(said([](auto& m) { m.covariances[5] = 0.1; }) ==
        "mixture: covariance 1, element (1, 0)=0; expected the same as its mirror image, 0.10000000000000001, within "
        "1e-12; give a symmetric matrix");
  CHECK(said([](auto& m) { m.covariances[1] = m.covariances[2] = 2; }) ==
        "mixture: covariance 0 is not positive definite (pivot 2); add to its diagonal, or merge the dimensions "
        "involved");
  CHECK(said([](auto& m) {
          m = {2, Covariance::diagonal, {1}, {0, 0}, {1, 0}};
        }) == "mixture: covariances[1]=0; expected a finite variance above 0; give the square of a standard deviation");
  const auto covariances = [&](Covariance kind, std::vector<double> values) {
    return said([&](auto& m) { m = two(kind, std::move(values)); });
  };
  CHECK(covariances(Covariance::tied, {1}) ==
        "mixture: covariances has 1 elements; expected 4; give one whole matrix for all components");
  CHECK(covariances(Covariance::diagonal, {1}) ==
        "mixture: covariances has 1 elements; expected 4; give every component a variance for each dimension");
  CHECK(covariances(Covariance::spherical, {1}) ==
        "mixture: covariances has 1 elements; expected 2; give every component one variance");
  CHECK(said([](auto& m) { m = {}; }) ==
        "mixture: 0 components in 1 dimensions; both must be at least 1; give every component a weight and a mean");
  CHECK(message<ShapeError>([&] { return em(ctx, good, row_major(x.data(), 25, 4)); }) ==
        "mixture: x has 4 columns and the mixture 2 dimensions; give one row per point, and a mixture of as many "
        "dimensions");
  CHECK(message<ValueError>([&] { return em(ctx, good, row_major(x.data(), 0, 2)); }) ==
        "em: the data are empty; expected at least one row");
  x[33] = std::nan("");
  CHECK(message<ValueError>([&] { return em(ctx, good, data); }) ==
        "em: x[16, 1]=nan; expected a number below 1e150 in size; remove or rescale it");
}

TEST_CASE("points on a line need reg_covar", "[mixture]") {
  std::vector<double> x;
  for (int i = 0; i < 100; ++i) x.push_back(i), x.push_back(2.0 * i);
  Context<Cpu> ctx;
  const NormalMixture start{2, Covariance::full, {1}, {50, 100}, {100, 0, 0, 100}};
  EmOptions options;
  options.reg_covar = 0;
  CHECK_THROWS_AS(em(ctx, start, row_major(x.data(), 100, 2), options), NotPositiveDefinite);
  options.reg_covar = 1e-6;
  CHECK(std::isfinite(em(ctx, start, row_major(x.data(), 100, 2), options).nll));
}

TEST_CASE("EM reports progress and stops when asked", "[mixture]") {
  const std::vector<double> x = two_clouds(200);
  std::stop_source stop;
  int reports = 0;
  cpu::ContextOptions options{};
  options.stop = stop.get_token();
  options.progress = [&](const Progress&) {
    if (++reports == 2) stop.request_stop();
  };
  Context<Cpu> ctx{std::move(options)};
  EmOptions em_options;
  em_options.tol = 0;
  CHECK_THROWS_AS(em(ctx, two(Covariance::tied, {1, 0, 0, 1}), row_major(x.data(), 200, 2), em_options), Cancelled);
  CHECK(reports >= 2);
}
