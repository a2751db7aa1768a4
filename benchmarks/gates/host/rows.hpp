// Selections and sums on the host.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "host.hpp"

namespace isonomy::gates {

/// The k smallest of each row of a matrix in rows, and their columns.
struct Selected {
  std::vector<double> values;
  std::vector<index_t> columns;
};
Selected select(Host& host, index_t rows, index_t columns, index_t k, const std::vector<double>& x);

/// Functors of a sum of magnitudes, of which no step but the addition rounds.
struct Magnitude {
  ISONOMY_HD double operator()(double x) const { return std::fabs(x); }
};
struct Plus {
  ISONOMY_HD double operator()(double a, double b) const { return a + b; }
};
double sum_of_magnitudes(Host& host, const std::vector<double>& x);
/// Beyond the tier of transform_reduce, in which any two orders of a sum agree.
[[nodiscard]] std::string difference_of_sums(const std::string& what, index_t n, double device, double host);

}  // namespace isonomy::gates
