// Random data that every language can rebuild bit for bit: uniform numbers, normal ones, signal plus noise.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::gsn {

/// Uniform and nearly normal numbers of std::mt19937, with the same bits in every language.
class PortableStream {
 public:
  explicit PortableStream(std::uint32_t seed) : engine_(seed) {}

  /// In [0, 1) with 53 bits: the double that NumPy's RandomState(seed).random_sample() gives.
  [[nodiscard]] double uniform() {
    const double high = static_cast<double>(engine_() >> 5), low = static_cast<double>(engine_() >> 6);
    return (rounded_product(high, 67108864.0) + low) / 9007199254740992.0;
  }

  /// Mean 0, variance 1: twelve uniforms added from left to right, less 6. No library function rounds it.
  [[nodiscard]] double normal() {
    double sum = uniform();
    for (int k = 1; k < 12; ++k) sum += uniform();
    return sum - 6.0;
  }
  [[nodiscard]] std::vector<double> normals(index_t count) {
    std::vector<double> result(static_cast<std::size_t>(count));
    for (double& x : result) x = normal();
    return result;
  }

 private:
  std::mt19937 engine_;
};

/// What portable_data() draws.
struct PortableData {
  index_t units = 0, conditions = 0, trials = 0;
  index_t signal_rank = 1;
  double noise_size = 1;
  std::uint32_t seed = 0;
  index_t noise_rank = 0;  ///< 0: noise is independent in every number
};

namespace detail {

/// a*b of an m x k and a k x n matrix, both by rows, over sqrt(k): k ascending, every product rounded by itself.
inline std::vector<double> portable_product(const std::vector<double>& a, const std::vector<double>& b, index_t k) {
  const auto terms = static_cast<std::size_t>(k), m = a.size() / terms, n = b.size() / terms;
  const double root = std::sqrt(static_cast<double>(k));
  std::vector<double> result(m * n);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = rounded_product(a[i * terms], b[j]);
      for (std::size_t p = 1; p < terms; ++p) sum += rounded_product(a[i * terms + p], b[p * n + j]);
      result[i * n + j] = sum / root;
    }
  return result;
}

}  // namespace detail

/// signal + noise_size*noise, units x conditions x trials by rows (trials fastest).
///
/// The signal of a condition is A*B/sqrt(rank) of normal factors A (units x rank) and B (rank x conditions). The noise
/// is normal, or W*E/sqrt(rank) where it has a rank. Factors are drawn by rows, A, B, then the noise, or W and E.
///
/// ValueError unless all counts are positive (noise_rank: not negative). The same bits for any compiler and flags.
[[nodiscard]] inline std::vector<double> portable_data(const PortableData& d) {
  if (d.units < 1 || d.conditions < 1 || d.trials < 1 || d.signal_rank < 1 || d.noise_rank < 0)
    throw ValueError(text::joined({"portable_data: units=", d.units, ", conditions=", d.conditions, ", trials=",
                                   d.trials, ", signal_rank=", d.signal_rank, ", noise_rank=", d.noise_rank,
                                   "; expected at least 1 each, noise_rank at least 0; give more"}));
  PortableStream stream(d.seed);
  const std::vector<double> a = stream.normals(d.units * d.signal_rank);
  const std::vector<double> b = stream.normals(d.signal_rank * d.conditions);
  const std::vector<double> signal = detail::portable_product(a, b, d.signal_rank);
  std::vector<double> x;
  if (d.noise_rank > 0) {
    const std::vector<double> w = stream.normals(d.units * d.noise_rank);
    const std::vector<double> e = stream.normals(d.noise_rank * d.conditions * d.trials);
    x = detail::portable_product(w, e, d.noise_rank);
  } else {
    x = stream.normals(d.units * d.conditions * d.trials);
  }
  const auto trials = static_cast<std::size_t>(d.trials);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = signal[i / trials] + rounded_product(d.noise_size, x[i]);
  return x;
}

}  // namespace isonomy::gsn
