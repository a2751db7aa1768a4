// k-means and expectation maximisation from k-means against scikit-learn 1.9.1 (mixture/make_gaussian_mixture.py).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/sorted.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct Cloud {
  std::vector<int> members;  // i mod 10
  double centre[2], scale[2], shear;
};

/// five_clouds() of the script, bit for bit.
std::vector<double> five_clouds() {
  const auto uniform = [](std::uint64_t i) {
    std::uint64_t z = i * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((z ^ (z >> 31)) >> 40) / 16777216;
  };
  const std::vector<Cloud> clouds{{{0, 1, 2, 3}, {0, 0}, {1, 0.5}, 0.5},
                                  {{4, 5}, {3, 1}, {0.5, 2}, 0},
                                  {{6, 7}, {-3, 2}, {1, 1}, -0.25},
                                  {{8}, {2, -3}, {0.25, 0.5}, 1},
                                  {{9}, {-3, -2.5}, {2, 1}, 0}};
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    double u[2] = {-2, -2};
    for (std::uint64_t e = 0; e < 8; ++e) u[e / 4] += uniform(8 * i + e);
    for (const Cloud& c : clouds) {
      if (std::find(c.members.begin(), c.members.end(), static_cast<int>(i % 10)) == c.members.end()) continue;
      x.push_back(c.centre[0] + c.scale[0] * u[0]);
      x.push_back(c.centre[1] + c.scale[1] * u[1] + c.shear * u[0]);
    }
  }
  return x;
}

struct Golden {
  std::string data, method;
  int components = 0, iterations = 0;
  double reg_covar = 0, objective = 0, lower_bound = 0;
  std::vector<double> numbers;  // weights or sizes, means, covariances
  std::vector<double> x;
  index_t dimensions = 0;

  [[nodiscard]] MatrixView<const double> rows() const { return row_major(x.data(), 1000, dimensions); }
};

std::vector<Golden> goldens(bool kmeans) {
  std::vector<double> points(3000);
  std::ifstream binary(ISONOMY_TEST_DATA "/mixture/points.f64", std::ios::binary);
  REQUIRE(binary.read(reinterpret_cast<char*>(points.data()), 24000));
  std::ifstream file(ISONOMY_TEST_DATA "/mixture/gaussian_mixture.txt");
  std::vector<Golden> result;
  for (std::string line; std::getline(file, line);) {
    std::istringstream text(line);
    Golden g;
    text >> g.data >> g.method >> g.components >> g.reg_covar >> g.iterations >> g.objective >> g.lower_bound;
    for (double v = 0; text >> v;) g.numbers.push_back(v);
    if ((g.method == "kmeans") != kmeans) continue;
    g.x = g.data == "points" ? points : five_clouds();
    g.dimensions = static_cast<index_t>(g.x.size() / 1000);
    result.push_back(g);
  }
  return result;
}

Covariance kind(const std::string& name) {
  return name == "full"   ? Covariance::full
         : name == "tied" ? Covariance::tied
         : name == "diag" ? Covariance::diagonal
                          : Covariance::spherical;
}

}  // namespace

TEST_CASE("k-means ends at scikit-learn's centres", "[reference][mixture]") {
  const std::vector<Golden> all = goldens(true);
  REQUIRE(all.size() == 2);
  for (const Golden& g : all) {
    Context<Cpu> ctx;
    mixture::KMeansOptions options;
    options.tol = 0;
    options.n_init = 10;
    const mixture::KMeansResult result = kmeans(ctx, g.components, g.rows(), options);
    CHECK(result.converged);
    CHECK(result.inertia == Approx(g.objective).epsilon(1e-12));
    // In the order of the golden centres.
    const std::size_t k = result.sizes.size(), d = static_cast<std::size_t>(result.dimensions);
    std::vector<std::size_t> order(k);
    for (std::size_t i = 0; i < k; ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return result.centres[a * d] < result.centres[b * d]; });
    for (std::size_t i = 0; i < k; ++i) {
      CHECK(static_cast<double>(result.sizes[order[i]]) == g.numbers[i]);
      for (std::size_t j = 0; j < d; ++j)
        CHECK(result.centres[order[i] * d + j] == Approx(g.numbers[k + i * d + j]).margin(1e-12));
    }
  }
}

TEST_CASE("EM without a start ends where scikit-learn's best of ten does, for every covariance",
          "[reference][mixture]") {
  const std::vector<Golden> all = goldens(false);
  REQUIRE(all.size() == 8);
  for (const Golden& g : all) {
    INFO(g.data << " " << g.method);
    Context<Cpu> ctx;
    mixture::EmOptions options;
    options.tol = 1e-12;
    options.max_iter = 10000;
    options.reg_covar = g.reg_covar;

    const mixture::EmResult result = em(ctx, g.components, kind(g.method), g.rows(), options);
    CHECK(result.converged);
    CHECK(result.degenerate.empty());
    CHECK(result.report.warnings.empty());
    CHECK(result.starts.met_same > 0);
    CHECK(result.nll == Approx(g.objective).epsilon(1e-11));
    CHECK(result.lower_bounds.back() == Approx(g.lower_bound).epsilon(1e-11));
    const mixture::NormalMixture m = sorted(result.model);
    std::vector<double> numbers = m.weights;
    numbers.insert(numbers.end(), m.means.begin(), m.means.end());
    numbers.insert(numbers.end(), m.covariances.begin(), m.covariances.end());
    REQUIRE(numbers.size() == g.numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(std::abs(numbers[i] - g.numbers[i]) <= 1e-6);
    // From the clusters of k-means it takes as many iterations.
    mixture::KMeansOptions seeds;
    seeds.n_init = 10;
    const mixture::NormalMixture clusters = mixture::detail::from_clusters(
        ctx, kmeans(ctx, g.components, g.rows(), seeds).centres, kind(g.method), g.rows(), g.reg_covar);
    const mixture::EmResult alone = em(ctx, clusters, g.rows(), options);
    CHECK(alone.nll == Approx(g.objective).epsilon(1e-11));
    CHECK(std::abs(alone.iterations - g.iterations) <= 1);
  }
}
