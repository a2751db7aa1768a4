// Whatever the parameters and the data: a typed error, or a result whose every number is finite.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "support/catch.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Weighting;
using test::all_finite;

namespace {

/// Numbers of one round, one after the other.
class Draw {
 public:
  Draw(std::uint64_t seed, std::uint64_t round) : seed_(seed), round_(round) {}

  double unit() { return random_unit(seed_, next_++, round_); }
  int below(int bound) { return static_cast<int>(unit() * bound); }
  bool one_in(int n) { return below(n) == 0; }
  double normal() {
    const double u = 1 - unit();
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * unit());
  }
  /// Positive, over many decades.
  double scale(double decades) { return std::pow(10, decades * (2 * unit() - 1)); }
  double strange() {
    constexpr double numbers[] = {std::numeric_limits<double>::quiet_NaN(),
                                  std::numeric_limits<double>::infinity(),
                                  -std::numeric_limits<double>::infinity(),
                                  1e308,
                                  -1e308,
                                  1e160,
                                  1e149,
                                  std::numeric_limits<double>::denorm_min(),
                                  -2e-310,
                                  0};
    return numbers[below(10)];
  }

 private:
  std::uint64_t seed_, round_, next_ = 0;
};

/// One column of n numbers of a kind drawn at random.
std::vector<double> column(Draw& draw, index_t n) {
  const int kind = draw.below(12);
  const double scale = draw.scale(12), offset = draw.one_in(2) ? 0 : draw.normal() * draw.scale(12);
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) {
    const double v = draw.normal();
    switch (kind) {
    case 0: x.push_back(offset); break;                                // constant
    case 1: x.push_back(std::round(2 * v)); break;                     // ties
    case 2: x.push_back(i % 2 == 0 ? offset : offset + scale); break;  // two values
    case 3: x.push_back(1e12 + v * draw.unit()); break;                // far from zero
    case 4: x.push_back(std::numeric_limits<double>::denorm_min() * std::round(9 * v)); break;
    case 5: x.push_back(v * draw.scale(100)); break;       // many decades
    case 6: x.push_back(i == 0 ? scale * 1e6 : v); break;  // an outlier
    default: x.push_back(offset + scale * v + (i % 3 == 0 ? 10 * scale : 0));
    }
  }
  if (draw.one_in(8)) x[static_cast<std::size_t>(draw.below(static_cast<int>(n)))] = draw.strange();
  return x;
}

bool all_ordinary(const std::vector<double>& v) {
  return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x) && std::abs(x) < 1e30; });
}

/// How many rounds ended in which way: a fuzzer that only ever meets errors proves nothing.
struct Outcomes {
  int valid = 0, invalid = 0, errors = 0;
};

/// Parameters within or on the edge of their domain, or a little outside.
std::vector<double> parameters(Draw& draw, const NormalModel& model, const std::vector<double>& x) {
  std::vector<double> result;
  double left = 1;
  const double edges[] = {0, 1, 1e-300, 1e-12, 1 - 1e-12, 1e-15, 1.5, -0.1};
  for (int k = 0; k < model.weight_count(); ++k) {
    double w = left * draw.unit();
    if (draw.one_in(12)) w = edges[draw.below(8)];
    left -= w;
    result.push_back(model.weighting == Weighting::yields ? w * static_cast<double>(x.size()) : w);
  }
  for (int k = 0; k < model.mean_count(); ++k)
    result.push_back(draw.one_in(4) ? draw.normal() * draw.scale(6)
                                    : x[static_cast<std::size_t>(draw.below(static_cast<int>(x.size())))]);
  const double width = std::abs(x[0] - x[x.size() / 2]);
  for (int k = 0; k < model.sigma_count(); ++k)
    result.push_back(draw.one_in(3) || width == 0 ? draw.scale(8) : width * draw.scale(1));
  if (draw.one_in(15)) result[static_cast<std::size_t>(draw.below(model.size()))] = draw.strange();
  return result;
}

void check_honest(const mixture::FitResult& r, const NormalModel& model) {
  CHECK_NOTHROW(components_of(model, r.minimum.parameters));
  CHECK(std::isfinite(r.minimum.nll));
  CHECK(all_finite(r.minimum.gradient));
  CHECK(all_finite(r.minimum.hessian));
  if (r.hesse.available()) {
    CHECK(r.minimum.valid());
    CHECK(all_finite(r.hesse.errors));
    const std::size_t n = r.hesse.errors.size();
    for (std::size_t i = 0; i < n * n; ++i)  // unless it is beyond double
      CHECK((std::isfinite(r.hesse.covariance[i]) || !std::isfinite(r.hesse.errors[i / n] * r.hesse.errors[i % n])));
    CHECK(all_finite(r.hesse.correlation));
    CHECK(all_finite(r.hesse.global_correlation));
  }
  if (r.minimum.status == mixture::Status::converged) {
    CHECK(r.hesse.available());
    CHECK(std::isfinite(r.minimum.edm));
    for (const double e : r.hesse.errors) CHECK(e > 0);
  }
}

void fuzz_fits(Outcomes& outcomes, std::uint64_t first, std::uint64_t rounds) {
  Context<Cpu> ctx;
  mixture::MinimizeOptions options;
  options.max_iterations = 60;
  for (std::uint64_t round = first; round < first + rounds; ++round) {
    INFO("round " << round);
    Draw draw(2024, round);
    const auto n = static_cast<index_t>(1 + (draw.one_in(4) ? draw.below(3) : draw.below(60)));
    std::vector<double> x = column(draw, n);
    NormalModel model{1 + draw.below(3),
                      draw.one_in(2) ? Sharing::free : Sharing::shared,
                      draw.one_in(2) ? Sharing::free : Sharing::shared,
                      draw.one_in(4) ? Weighting::yields : Weighting::fractions,
                      {}};
    if (draw.one_in(5)) {
      model.range.lower = *std::min_element(x.begin(), x.end());
      if (draw.one_in(2)) model.range.upper = *std::max_element(x.begin(), x.end());
    }
    const std::vector<double> before = x;
    const bool automatic = draw.one_in(2);
    try {
      const std::vector<double> start = automatic ? automatic_start(ctx, model, view(x)) : parameters(draw, model, x);
      if (automatic) CHECK_NOTHROW(components_of(model, start));
      const auto result = fit(ctx, model, view(x), start, options);
      check_honest(result, model);
      CHECK(all_finite(x));
      ++(result.minimum.valid() ? outcomes.valid : outcomes.invalid);
    } catch (const Error& e) {
      // Ordinary data that vary have a start, and a fit takes it.
      const std::string text = e.what();
      const bool scale = text.find("all data are equal") != std::string::npos ||
                         text.find("spread beyond 1e-50") != std::string::npos ||
                         text.find("2^-1022") != std::string::npos;
      if (automatic && all_ordinary(x) && n >= model.components && model.range.lower < model.range.upper && !scale)
        FAIL("automatic start refused: " << text);
      CHECK(text.size() > 20);
      ++outcomes.errors;
    }
    if (all_finite(before)) CHECK(x == before);
  }
}

/// n x d numbers by rows: columns of any kind, some combinations of others.
std::vector<double> matrix(Draw& draw, index_t n, int d) {
  std::vector<std::vector<double>> columns;
  for (int j = 0; j < d; ++j) {
    columns.push_back(column(draw, n));
    if (j > 0 && draw.one_in(6))
      for (std::size_t i = 0; i < columns.back().size(); ++i) columns.back()[i] = 3 * columns[0][i] - 1;
  }
  std::vector<double> x;
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
    for (const std::vector<double>& c : columns) x.push_back(c[i]);
  if (draw.one_in(6))  // rows that are there twice
    std::copy(x.begin(), x.begin() + n / 2 * d, x.begin() + (n - n / 2) * d);
  return x;
}

/// Any start: means at rows, covariances by decades, now and then something no mixture has.
mixture::NormalMixture any_start(Draw& draw, Covariance covariance, int k, int d, const std::vector<double>& x) {
  mixture::NormalMixture m{d, covariance, {}, {}, {}};
  const auto rows = static_cast<int>(x.size()) / d;
  for (int c = 0; c < k; ++c) {
    m.weights.push_back(draw.one_in(10) ? 0 : draw.unit());
    const int row = draw.below(rows);
    for (int j = 0; j < d; ++j) m.means.push_back(x[static_cast<std::size_t>(row * d + j)]);
    if (draw.one_in(8)) m.means.back() += draw.scale(20);
  }
  double sum = 0;
  for (const double w : m.weights) sum += w;
  for (double& w : m.weights) w /= sum;
  const double scale = draw.scale(8);
  const int matrices = covariance == Covariance::tied ? 1 : k;
  for (int c = 0; c < matrices; ++c)
    for (std::size_t e = 0; e < m.covariance_size(); ++e) {
      const bool matrix = covariance == Covariance::full || covariance == Covariance::tied;
      const bool off = matrix && e % (static_cast<std::size_t>(d) + 1) != 0;
      m.covariances.push_back(off ? 0 : scale * draw.scale(1));
    }
  if (draw.one_in(15)) m.covariances.front() = draw.strange();
  return m;
}

void fuzz_em(Outcomes& outcomes, std::uint64_t first, std::uint64_t rounds) {
  Context<Cpu> ctx;
  for (std::uint64_t round = first; round < first + rounds; ++round) {
    INFO("round " << round);
    Draw draw(4048, round);
    const int d = 1 + draw.below(5), k = 1 + draw.below(4);
    const auto n = static_cast<index_t>(1 + (draw.one_in(4) ? draw.below(4) : draw.below(50)));
    const std::vector<double> x = matrix(draw, n, d);
    const auto covariance = static_cast<Covariance>(draw.below(4));
    mixture::EmOptions options;
    options.max_iter = 1 + draw.below(20);
    options.tol = draw.one_in(3) ? 0 : 1e-3;
    options.reg_covar = draw.one_in(3) ? 0 : draw.one_in(2) ? 1e-6 : draw.scale(6);
    options.empty = static_cast<mixture::EmptyComponent>(draw.below(3));
    options.starts = 1 + draw.below(3);
    const bool automatic = draw.one_in(2);
    const MatrixView<const double> rows = row_major(x.data(), n, d);
    try {
      const mixture::EmResult r = automatic ? em(ctx, k, covariance, rows, options)
                                            : em(ctx, any_start(draw, covariance, k, d, x), rows, options);
      CHECK(all_finite(x));
      CHECK_NOTHROW(validate(r.model));
      CHECK(std::isfinite(r.nll));
      CHECK(std::isfinite(r.aic));
      CHECK(all_finite(r.lower_bounds));
      CHECK(r.iterations <= options.max_iter);
      CHECK(r.model.components() + static_cast<int>(r.dropped.size()) == k);
      CHECK(static_cast<int>(r.reseeded.size()) <= k);
      double sum = 0;
      for (const double w : r.model.weights) sum += w;
      CHECK(std::abs(sum - 1) <= 1e-12 * k);
      ++(r.converged ? outcomes.valid : outcomes.invalid);
    } catch (const Error& e) {
      CHECK(std::string(e.what()).size() > 20);
      ++outcomes.errors;
    }
  }
}

void fuzz_kmeans(Outcomes& outcomes, std::uint64_t first, std::uint64_t rounds) {
  Context<Cpu> ctx;
  for (std::uint64_t round = first; round < first + rounds; ++round) {
    INFO("round " << round);
    Draw draw(8096, round);
    const int d = 1 + draw.below(4), k = 1 + draw.below(6);
    const auto n = static_cast<index_t>(1 + draw.below(40));
    const std::vector<double> x = matrix(draw, n, d);
    try {
      const mixture::KMeansResult r = mixture::kmeans(ctx, k, row_major(x.data(), n, d));
      CHECK(all_finite(x));
      CHECK(all_finite(r.centres));
      CHECK(std::isfinite(r.inertia));
      index_t sum = 0;
      for (const index_t size : r.sizes) sum += size;
      CHECK(sum == n);
      ++(r.converged ? outcomes.valid : outcomes.invalid);
    } catch (const Error& e) {
      if (all_ordinary(x) && k <= n) FAIL("k-means refused ordinary data: " << e.what());
      ++outcomes.errors;
    }
  }
}

}  // namespace

TEST_CASE("fits of random data from random or automatic starts are valid and finite, or typed errors", "[mixture]") {
  Outcomes outcomes;
  fuzz_fits(outcomes, 0, 2000);
  CHECK(outcomes.valid > 400);
  CHECK(outcomes.errors > 200);
}

TEST_CASE("EM of random data is a valid mixture, or a typed error", "[mixture]") {
  Outcomes outcomes;
  fuzz_em(outcomes, 0, 2000);
  CHECK(outcomes.valid > 300);
  CHECK(outcomes.errors > 200);
}

TEST_CASE("k-means of random data is finite, or a typed error", "[mixture]") {
  Outcomes outcomes;
  fuzz_kmeans(outcomes, 0, 2000);
  CHECK(outcomes.valid > 1000);
  CHECK(outcomes.errors > 100);
}

TEST_CASE("many more random data for every estimator of mixtures", "[mixture][long]") {
  Outcomes fits, mixtures, clusters;
  fuzz_fits(fits, 2000, 60000);
  fuzz_em(mixtures, 2000, 60000);
  fuzz_kmeans(clusters, 2000, 60000);
  CHECK(fits.valid > 12000);
  CHECK(mixtures.valid > 9000);
  CHECK(clusters.valid > 30000);
}
