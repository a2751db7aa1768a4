#include "mixture.hpp"

#include <cstddef>

#include "context.hpp"
#include "em_options.hpp"
#include "isonomy/compiled/mixture.hpp"

namespace isonomy::gates {

std::vector<double> points_of_two_peaks(index_t n) {
  std::vector<double> x = random_numbers(n, 1);
  const std::vector<double> few = random_numbers(4096, 2);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double sum = x[i] + few[i % 4096] + few[(i / 4096 + 7 * i) % 4096] + few[(i / 64 + 11 * i) % 4096];
    x[i] = 1 + (i % 2 == 0 ? 1.73 : 0.43) * sum;
  }
  return x;
}

mixture::Likelihood likelihood(Host& host, const std::vector<double>& x, MixtureOrder order) {
  return mixture::evaluate(host.ctx, mixture::shared_mean_pair(), view(x), parameters_of_two_peaks, order);
}

std::string difference_of(const mixture::Likelihood& device, const mixture::Likelihood& host) {
  const auto numbers = [](const mixture::Likelihood& l) {
    std::vector<double> out{l.nll, l.nll_rest};
    out.insert(out.end(), l.gradient.begin(), l.gradient.end());
    return out;
  };
  return difference_of("the likelihood and its gradient", numbers(device), numbers(host));
}

Clusters::Clusters(index_t n) : rows(n), points(random_numbers(n * dimensions, 3)) {
  constexpr std::size_t d = dimensions, k = components;
  const std::vector<double> places = random_numbers(k * d, 4);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t component = i / d % k, column = i % d;
    points[i] += 4 * places[component * d + column] + 0.3 * points[i - column];  // columns depend on the first
  }
  start = {dimensions, Covariance::full, std::vector<double>(k, 1.0 / k), {}, std::vector<double>(k * d * d)};
  for (const double place : places) start.means.push_back(4.2 * place);
  for (std::size_t c = 0; c < k; ++c)
    for (std::size_t i = 0; i < d; ++i) start.covariances[(c * d + i) * d + i] = 1;
}

Found em_of(Host& host, const Clusters& data) {
  const auto x = row_major(data.points.data(), data.rows, index_t{Clusters::dimensions});
  const mixture::EmResult found = mixture::em(host.ctx, data.start, x, em_options());
  return {found.model, found.lower_bounds};
}

std::string difference_of(const Found& device, const Found& host) {
  const auto numbers = [](const Found& f) {
    std::vector<double> out = f.lower_bounds;
    for (const auto* part : {&f.model.weights, &f.model.means, &f.model.covariances})
      out.insert(out.end(), part->begin(), part->end());
    return out;
  };
  return difference_of("bounds, weights, means and covariances", numbers(device), numbers(host));
}

}  // namespace isonomy::gates
