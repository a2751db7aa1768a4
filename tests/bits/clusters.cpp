// Expectation maximisation under every covariance, k-means, and the likelihood's gradient.
#include <string>
#include <vector>

#include "bits/results.hpp"

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/multivariate/likelihood_gradient.hpp"

using namespace isonomy;
using namespace isonomy::mixture;

namespace {

constexpr index_t rows = 3000, columns = 4;

/// Three clouds, the columns of each mixed.
std::vector<double> clouds() {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < rows; ++i) {
    double last = 0;
    for (std::uint64_t j = 0; j < columns; ++j) {
      last = 0.5 * last + bits::bell(i, 20 + j) + (i % 3 == j ? 4 : 0);
      x.push_back(last);
    }
  }
  return x;
}

bits::Line& add_mixture(bits::Line& line, const NormalMixture& m) {
  return line.add(m.weights).add(m.means).add(m.covariances);
}

}  // namespace

void bits::clusters() {
  Context<Cpu> ctx;
  const std::vector<double> values = clouds();
  const auto x = row_major(values.data(), rows, columns);
  {
    const KMeansResult found = kmeans(ctx, 3, x);
    bits::Line line("kmeans");
    line.add(found.centres).add(found.inertia);
    for (const int label : found.labels) line.add(label);
  }
  const char* const names[] = {"full", "tied", "diagonal", "spherical"};
  for (const Covariance covariance :
       {Covariance::full, Covariance::tied, Covariance::diagonal, Covariance::spherical}) {
    const std::string name = names[static_cast<int>(covariance)];
    EmOptions options;
    options.empty = EmptyComponent::reseed;
    const EmResult found = em(ctx, 3, covariance, x, options);
    {
      bits::Line line("em." + name);
      add_mixture(line, found.model).add(found.nll).add(found.lower_bounds).add(found.aic).add(found.bic);
    }
    const NormalMixtureGradient slope = gradient(ctx, found.model, x);
    bits::Line("gradient." + name).add(slope.nll).add(slope.logits).add(slope.means).add(slope.precision_factors);

    // A component far from all rows moves; one on a single row is degenerate, which eigenvalues decide.
    NormalMixture start = found.model;
    for (std::size_t j = 0; j < columns; ++j) start.means[j] += 1e4;
    const EmResult moved = em(ctx, start, x, options);
    bits::Line line("em." + name + ".reseed");
    add_mixture(line, moved.model).add(moved.nll).add(static_cast<double>(moved.degenerate.size()));
  }
}
