// How far eigenvalues and vectors are from those of a matrix.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/core/view.hpp"

namespace isonomy::test {

/// The largest elements of A V - V W over the norm of A, and of V^T V - 1, both in units of n roundings.
[[nodiscard]] inline std::pair<double, double> eigenpair_errors(const std::vector<double>& a,
                                                                const std::vector<double>& values,
                                                                const std::vector<double>& vectors, index_t n) {
  const MatrixView<const double> m = column_major(a.data(), n, n), v = column_major(vectors.data(), n, n);
  long double norm = 0, residual = 0, skew = 0;
  for (const double x : a) norm += static_cast<long double>(x) * x;
  norm = norm > 0 ? std::sqrt(norm) : 1;
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i) {
      long double r = -static_cast<long double>(v(i, j)) * values[static_cast<std::size_t>(j)], o = i == j ? -1 : 0;
      for (index_t k = 0; k < n; ++k) {
        r += static_cast<long double>(m(i, k)) * v(k, j);
        o += static_cast<long double>(v(k, i)) * v(k, j);
      }
      residual = std::max(residual, std::abs(r) / norm), skew = std::max(skew, std::abs(o));
    }
  const auto unit = static_cast<double>(n + 8) * 0x1p-53;
  return {static_cast<double>(residual) / unit, static_cast<double>(skew) / unit};
}

}  // namespace isonomy::test
